//! Services as written.

use std::sync::Arc;

use crate::action::{Argv, refuse_odd_names};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::Map;

use super::fake::{FakeKeys, FakeSpec};
use super::ready_keys::{Inference, ReadyKeys, check_ready, inference};

params! {
    /// A server with a lifetime: a `command` of your own, `serve`, the built-in inference server, or `fake`, canned answers.
    /// It is started when first needed, given a free port as `$port`, proven ready, and stopped with all its children;
    /// `$name.url` is where it is. What a command has written is shown where a case that needs it does not pass.
    pub struct Keys = "a service" {
        /// A program and its arguments; `$port` is the port it is to listen on.
        command: Option<Arg<Argv>>,
        /// A trained model to serve, by Open Inference v2, KServe v1, TensorFlow Serving's rows, MLflow scoring and the plain
        /// form (`POST /predict` with `instances`); `GET /` lists the routes.
        serve: Option<ServeKeys>,
        /// Canned answers: `{routes: [{get: /health, json: {status: ok}}]}`; `$name.requests` is what was asked.
        fake: Option<FakeKeys>,
        /// The command's environment, beside `PATH`, `HOME`, `LANG` and `TMPDIR`.
        env: Option<Arg<Arc<Map>>>,
        /// Names of variables that the command is given as mlfunnel has them; one that is not set is an error.
        inherit_env: Vec<Spanned<Arc<str>>>,
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
        /// The name it has in paths such as `/v2/models/iris/infer`; that of the file without its ending when left out.
        name: Option<Arg<Arc<str>>>,
    }
}

/// A service, its kind known to be one.
#[derive(Debug)]
pub struct ServiceSpec {
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Command(Box<CommandSpec>),
    Serve(ServeSpec),
    Fake(FakeSpec),
}

#[derive(Debug)]
pub(super) struct CommandSpec {
    pub(super) argv: Arg<Argv>,
    pub(super) env: Option<Arg<Arc<Map>>>,
    pub(super) inherit_env: Vec<Spanned<Arc<str>>>,
    pub(super) cwd: Option<Arg<Arc<str>>>,
    pub(super) ready: Option<ReadyKeys>,
    /// In the words of a protocol, what shows that it is ready.
    pub(super) inference: Option<Inference>,
    pub(super) port: Option<Arg<u16>>,
}

#[derive(Debug)]
pub(super) struct ServeSpec {
    pub(super) model: Arg<Arc<str>>,
    pub(super) name: Option<Arg<Arc<str>>>,
    pub(super) port: Option<Arg<u16>>,
}

impl ServiceSpec {
    /// It is a fake whose answers depend on what came before.
    pub fn remembers(&self) -> bool {
        matches!(&self.kind, Kind::Fake(fake) if fake.remembers())
    }

    /// What reports call it.
    pub fn called(&self) -> &'static str {
        match self.kind {
            Kind::Command(_) => "the suite's own server",
            Kind::Serve(_) => "the built-in server",
            Kind::Fake(_) => "the fake",
        }
    }

    /// Whether it is a process, which is to be sandboxed and may end at any time.
    pub fn starts_children(&self) -> bool {
        matches!(self.kind, Kind::Command(_))
    }
}

impl Decode for ServiceSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let Keys { command, serve, fake, env, inherit_env, cwd, ready, port } = keys;
        let kind =
            match (command, serve, fake) {
                (Some(argv), None, None) => {
                    check_ready(ready.as_ref(), node, decoder)?;
                    refuse_port_in_text(node, decoder)?;
                    refuse_odd_names(&inherit_env, decoder)?;
                    let mut ready = ready;
                    let inference = match &mut ready {
                        Some(ready) => inference(ready, node, decoder)?,
                        None => None,
                    };
                    let spec = CommandSpec { argv, env, inherit_env, cwd, ready, inference, port };
                    Kind::Command(Box::new(spec))
                }
                (None, Some(serve), None) => {
                    refuse_of_command(node, decoder)?;
                    Kind::Serve(ServeSpec { model: serve.model, name: serve.name, port })
                }
                (None, None, Some(fake)) => {
                    refuse_of_command(node, decoder)?;
                    let span = node.entry("fake").map_or(node.span, |(key, _)| key.span);
                    Kind::Fake(FakeSpec::new(fake, port, span, decoder)?)
                }
                (None, None, None) => {
                    let diagnostic =
                        Diagnostic::new(codes::MISSING_KEY, node.span, "this service starts nothing");
                    return decoder.refuse(diagnostic.help(
                        "give `command: [program, …]`, `serve: {model: path}` or `fake: {routes: […]}`",
                    ));
                }
                _ => return decoder.refuse(several(node)),
            };
        Some(Self { kind })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

/// Notes a key that only a command has.
fn refuse_of_command(node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
    let Some((key, _)) = ["env", "inherit_env", "cwd", "ready"].into_iter().find_map(|key| node.entry(key))
    else {
        return Some(());
    };
    let message = format!("`{}` belongs to a `command`, and this service is none", key.text);
    let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, key.span, message);
    decoder.refuse(diagnostic.help("remove it"))
}

/// A `$port` in the middle of a word stays as it is, and the service would wait for connections in vain.
fn refuse_port_in_text(node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
    let words = node.get("command").and_then(Node::as_list).unwrap_or_default();
    let text = |word: &Node| word.as_text().map(ToString::to_string).unwrap_or_default();
    let told = words.iter().any(|word| text(word).starts_with("$port") || text(word).contains("${port}"));
    match words.iter().find(|word| text(word).contains("$port")) {
        Some(word) if !told && node.get("env").is_none() => {
            let message = "`$port` inside longer text is not replaced";
            decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, word.span, message).help("write `${port}`"))
        }
        _ => Some(()),
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
