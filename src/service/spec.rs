//! Services as written.

use std::sync::Arc;
use std::time::Duration;

use crate::action::Argv;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::Map;

params! {
    /// A server with a lifetime: a `command` of your own, or `serve`, the built-in inference server. It is started when
    /// first needed, given a free port as `$port`, proven ready, and stopped with all its children; `$name.url` is where
    /// it is.
    pub struct Keys = "a service" {
        /// A program and its arguments; `$port` is the port it is to listen on.
        command: Option<Arg<Argv>>,
        /// A trained model to serve: `POST /predict`, `GET /health`, `GET /metadata`.
        serve: Option<ServeKeys>,
        /// Canned answers; in a later version.
        fake: Option<Node>,
        /// The command's environment, beside `PATH`, `HOME`, `LANG` and `TMPDIR`.
        env: Option<Arg<Arc<Map>>>,
        /// Where the command starts; the project's root when left out.
        cwd: Option<Arg<Arc<str>>>,
        /// What shows that the command is ready; when left out, that it accepts connections within 20 s.
        ready: Option<ReadyKeys>,
        /// The port, where it must be a certain one; a free one when left out.
        port: Option<Arg<u16>>,
    }
}

params! {
    /// The built-in inference server.
    pub struct ServeKeys = "`serve`" short "model" {
        /// The model's file, as `train` saves it.
        model: Arg<Arc<str>>,
    }
}

params! {
    /// What shows that a command is ready.
    pub struct ReadyKeys = "`ready`" {
        /// A path that is answered with a status of 200 to 299.
        get: Option<Arg<Arc<str>>>,
        /// `true`: it accepts connections.
        tcp: Option<Spanned<bool>>,
        /// How long that may take; `20 s` when left out.
        within: Option<Arg<Duration>>,
    }
}

/// A service, its kind known to be one.
#[derive(Debug)]
pub struct ServiceSpec {
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Command(CommandSpec),
    Serve(ServeSpec),
}

#[derive(Debug)]
pub(super) struct CommandSpec {
    pub(super) argv: Arg<Argv>,
    pub(super) env: Option<Arg<Arc<Map>>>,
    pub(super) cwd: Option<Arg<Arc<str>>>,
    pub(super) ready: Option<ReadyKeys>,
    pub(super) port: Option<Arg<u16>>,
}

#[derive(Debug)]
pub(super) struct ServeSpec {
    pub(super) model: Arg<Arc<str>>,
    pub(super) port: Option<Arg<u16>>,
}

impl Decode for ServiceSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let Keys { command, serve, fake, env, cwd, ready, port } = keys;
        let kind = match (command, serve, fake) {
            (Some(argv), None, None) => {
                check_ready(ready.as_ref(), node, decoder)?;
                Kind::Command(CommandSpec { argv, env, cwd, ready, port })
            }
            (None, Some(serve), None) => {
                let odd = ["env", "cwd", "ready"].into_iter().find_map(|key| node.entry(key));
                if let Some((key, _)) = odd {
                    let message = format!("`{}` belongs to a `command`, and this service is none", key.text);
                    let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, key.span, message);
                    return decoder.refuse(diagnostic.help("remove it"));
                }
                Kind::Serve(ServeSpec { model: serve.model, port })
            }
            (None, None, Some(fake)) => {
                let message = "fake services come in a later version";
                let diagnostic = Diagnostic::new(codes::UNSUPPORTED, fake.span, message);
                return decoder.refuse(diagnostic.help("until then a `command` can play one"));
            }
            (None, None, None) => {
                let diagnostic =
                    Diagnostic::new(codes::MISSING_KEY, node.span, "this service starts nothing");
                return decoder
                    .refuse(diagnostic.help("give `command: [program, …]` or `serve: {model: path}`"));
            }
            _ => return decoder.refuse(several(node)),
        };
        Some(Self { kind })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

fn several(node: &Node) -> Diagnostic {
    let given: Vec<(&str, Span)> = ["command", "serve", "fake"]
        .into_iter()
        .filter_map(|key| node.entry(key).map(|(held, _)| (key, held.span)))
        .collect();
    let names: Vec<&str> = given.iter().map(|(key, _)| *key).collect();
    let at = given.last().map_or(node.span, |(_, span)| *span);
    Diagnostic::new(codes::CONFLICTING_KEYS, at, format!("`{}` are given together", names.join("` and `")))
        .help("a service is one of them")
}

fn check_ready(ready: Option<&ReadyKeys>, node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
    let Some(ready) = ready else { return Some(()) };
    let span = node.entry("ready").map_or(node.span, |(key, _)| key.span);
    let mut refuse = |code, span, message: &str, help: &str| {
        decoder.refuse(Diagnostic::new(code, span, message).help(help))
    };
    match (&ready.get, &ready.tcp) {
        (Some(_), Some(tcp)) => {
            refuse(codes::CONFLICTING_KEYS, tcp.span, "`get` and `tcp` are both given", "keep one of them")
        }
        (None, Some(tcp)) if !tcp.value => refuse(
            codes::INVALID_VALUE,
            tcp.span,
            "`tcp: false` shows nothing",
            "write `tcp: true`, or a `get`",
        ),
        (None, None) if ready.within.is_none() => refuse(
            codes::MISSING_KEY,
            span,
            "`ready` says nothing",
            "write `{get: /health}` or `{tcp: true}`",
        ),
        _ => match ready.get.as_ref().and_then(|path| Some((path.span, path.known()?))) {
            Some((span, path)) if !path.starts_with('/') => refuse(
                codes::INVALID_VALUE,
                span,
                "a path of a service starts with `/`",
                "write `get: /health`",
            ),
            _ => Some(()),
        },
    }
}
