//! What a spec says of how a command is proven ready.

use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use crate::action::{Dialect, Rows, Written};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decoder, Node};
use crate::value::Value;

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

/// An inference that shows that a command is ready.
#[derive(Debug)]
pub(super) struct Inference {
    pub(super) dialect: Dialect,
    pub(super) rows: Arg<Rows>,
}

/// The inference in the words of a protocol, where there is to be one.
#[allow(clippy::option_option)] // wrong, none, or one
pub(super) fn inference(
    ready: &mut ReadyKeys,
    node: &Node,
    decoder: &mut Decoder<'_>,
) -> Option<Option<Inference>> {
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
                return Some(None);
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
    Some(Some(Inference { dialect, rows }))
}

pub(super) fn check_ready(ready: Option<&ReadyKeys>, node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
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
