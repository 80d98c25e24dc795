//! Services as written.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use crate::action::{Argv, Dialect, Rows, Written, refuse_odd_names};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Map, Value};

use super::fake::{FakeKeys, FakeSpec};

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

params! {
    /// What shows that a command is ready: one of them.
    pub struct ReadyKeys = "`ready`" {
        /// A path that is answered with a status of 200 to 299.
        get: Option<Arg<Arc<str>>>,
        /// `true`: it accepts connections.
        tcp: Option<Spanned<bool>>,
        /// A regular expression that is found in what it has written.
        log: Option<Arg<Arc<str>>>,
        /// A whole inference: a request that is answered with a status of 200 to 299 and a body of JSON.
        infer: Option<InferKeys>,
        /// A whole inference in the words of a protocol (`mlfunnel explain protocols`), with `rows` and the protocol's keys.
        protocol: Option<Spanned<Arc<str>>>,
        /// With `protocol`: the rows to ask about; the first of them where a request holds one.
        rows: Option<Arg<Rows>>,
        /// With `protocol`: the model's name.
        model: Option<Arg<Arc<str>>>,
        /// With `protocol`: the model's version.
        version: Option<Arg<Arc<str>>>,
        /// With `protocol`: where rows are sent, when that is not the protocol's own path.
        path: Option<Arg<Arc<str>>>,
        /// With `protocol`: the form in which rows are sent.
        form: Option<Spanned<Arc<str>>>,
        /// With `protocol: tensorflow-serving`: the signature that is asked.
        signature_name: Option<Arg<Arc<str>>>,
        /// With `protocol: bentoml`: the argument that holds the rows.
        argument: Option<Arg<Arc<str>>>,
        /// With `protocol: openai`: what the model is asked for.
        task: Option<Spanned<Arc<str>>>,
        /// How long that may take; `20 s` when left out.
        within: Option<Arg<Duration>>,
    }
}

params! {
    /// A request that shows that a model answers.
    pub struct InferKeys = "`infer`" {
        /// The path it is sent to, such as `/predict`.
        post: Arg<Arc<str>>,
        /// Its body.
        json: Arg<Value>,
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
    pub(super) inference: Option<(Dialect, Arg<Rows>)>,
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
                    let (ready, inference) = match ready {
                        Some(ready) => {
                            let (ready, inference) = inference(ready, node, decoder)?;
                            (Some(ready), inference)
                        }
                        None => (None, None),
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

/// What shows that a command is ready where that is an inference in the words of a protocol.
#[allow(clippy::type_complexity)] // the keys, and what was taken out of them
fn inference(
    mut ready: ReadyKeys,
    node: &Node,
    decoder: &mut Decoder<'_>,
) -> Option<(ReadyKeys, Option<(Dialect, Arg<Rows>)>)> {
    let written = Written {
        model: ready.model.take(),
        version: ready.version.take(),
        path: ready.path.take(),
        form: ready.form.take(),
        signature_name: ready.signature_name.take(),
        argument: ready.argument.take(),
        task: ready.task.take(),
        ..Written::default()
    };
    let span = node.entry("ready").map_or(node.span, |(key, _)| key.span);
    let (name, rows) = match (ready.protocol.take(), ready.rows.take()) {
        (Some(name), Some(rows)) => (name, rows),
        (Some(_), None) => {
            let diagnostic =
                Diagnostic::new(codes::MISSING_KEY, span, "`ready` with a `protocol` needs `rows`");
            return decoder.refuse(diagnostic.help("write `rows: [[5.1, 3.5, 1.4, 0.2]]`"));
        }
        (None, rows) => {
            let mut given = written.given();
            given.extend(rows.map(|rows| ("rows", rows.span)));
            let Some((key, at)) = given.into_iter().min_by_key(|(_, at)| at.start) else {
                return Some((ready, None));
            };
            let diagnostic = Diagnostic::new(
                codes::MISSING_KEY,
                at,
                format!("`{key}` is for a `ready` with a `protocol`"),
            );
            return decoder.refuse(diagnostic.help("name one, such as `protocol: instances`"));
        }
    };
    let dialect = Dialect::of(&name, written, decoder)?;
    Some((ready, Some((dialect, rows))))
}

fn check_ready(ready: Option<&ReadyKeys>, node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
    let Some(ready) = ready else { return Some(()) };
    let mut refuse = |code, span, message: &str, help: &str| {
        decoder.refuse(Diagnostic::new(code, span, message).help(help))
    };
    let span = node.entry("ready").map_or(node.span, |(key, _)| key.span);
    let given: Vec<(&str, Span)> = ["get", "tcp", "log", "infer", "protocol"]
        .into_iter()
        .filter_map(|name| node.get("ready")?.entry(name).map(|(key, _)| (name, key.span)))
        .collect();
    match given[..] {
        [(first, _), (second, span), ..] => {
            let message = format!("`{first}` and `{second}` are both given");
            return refuse(codes::CONFLICTING_KEYS, span, &message, "keep one of them");
        }
        [] if ready.within.is_none() => {
            let help = "write `{get: /health}`, `{tcp: true}`, `{log: \"started\"}`, `{infer: {post: …, json: …}}` or `{protocol: …, rows: …}`";
            return refuse(codes::MISSING_KEY, span, "`ready` says nothing", help);
        }
        _ => {}
    }
    if let Some(tcp) = ready.tcp.as_ref().filter(|tcp| !tcp.value) {
        let help = "write `tcp: true`, or a `get`";
        return refuse(codes::INVALID_VALUE, tcp.span, "`tcp: false` shows nothing", help);
    }
    if let Some((Err(error), span)) =
        ready.log.as_ref().and_then(|log| Some((Regex::new(log.known()?), log.span)))
    {
        let message =
            format!("this is no regular expression: {}", error.to_string().lines().last().unwrap_or("?"));
        return refuse(
            codes::INVALID_VALUE,
            span,
            &message,
            "a part of the line does as well: `log: started`",
        );
    }
    let paths = [
        ("get: /health", ready.get.as_ref()),
        ("post: /predict", ready.infer.as_ref().map(|infer| &infer.post)),
    ];
    for (help, path) in paths {
        if let Some(path) = path
            && path.known().is_some_and(|text| !text.starts_with('/'))
        {
            let message = "a path of a service starts with `/`";
            return refuse(codes::INVALID_VALUE, path.span, message, &format!("write `{help}`"));
        }
    }
    Some(())
}
