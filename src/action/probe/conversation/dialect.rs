//! What a spec says of the way a server is spoken to, and what that comes to when it runs.

use std::sync::Arc;

use crate::action::probe::protocol::{self, PROTOCOLS, Protocol};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decoder, Scope, Unbound};
use crate::value::{FromValue, Value};

type Word = Option<Spanned<Arc<str>>>;

/// The keys beside `protocol`, as they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    pub model: Option<Arg<Arc<str>>>,
    pub version: Option<Arg<Arc<str>>>,
    pub path: Option<Arg<Arc<str>>>,
    pub form: Word,
    pub outputs: Vec<Spanned<Arc<str>>>,
    pub signature_name: Option<Arg<Arc<str>>>,
    pub argument: Option<Arg<Arc<str>>>,
    pub task: Word,
    pub max_tokens: Option<Arg<u32>>,
    pub temperature: Option<Arg<f64>>,
    pub seed: Option<Arg<u64>>,
    pub stream: Option<Spanned<bool>>,
}

/// What each key is for.
const MEANINGS: &[(&str, &str)] = &[
    ("model", "the model's name"),
    ("version", "the model's version"),
    ("path", "where rows are sent"),
    ("form", "how rows are laid out"),
    ("outputs", "which of the model's outputs are asked for"),
    ("signature_name", "the signature that is asked"),
    ("argument", "the name of the argument that holds the rows"),
    ("task", "what a language model is asked for"),
    ("max_tokens", "the most tokens of an answer"),
    ("temperature", "how freely tokens are drawn"),
    ("seed", "where their drawing starts"),
    ("stream", "whether the answer comes piece by piece"),
];

/// A protocol, and what a spec says beside its name.
#[derive(Clone, Debug)]
pub(crate) struct Dialect {
    pub(super) protocol: &'static dyn Protocol,
    written: Written,
    form: Option<&'static str>,
    task: Option<&'static str>,
    /// The name of the protocol.
    pub span: Span,
}

/// The same with every reference bound, and what the server says of the model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    pub model: Option<Arc<str>>,
    pub version: Option<Arc<str>>,
    /// Where rows are sent, when that is not the protocol's own path.
    pub path: Option<Arc<str>>,
    pub form: Option<&'static str>,
    pub outputs: Vec<Arc<str>>,
    pub signature_name: Option<Arc<str>>,
    pub argument: Option<Arc<str>>,
    pub task: Option<&'static str>,
    pub max_tokens: Option<u32>,
    pub temperature: Option<f64>,
    pub seed: Option<u64>,
    pub stream: bool,
    /// What the server says of the model, where the protocol has a way to ask.
    pub metadata: Option<Value>,
}

impl Written {
    /// The keys that are given, with their places.
    pub(crate) fn given(&self) -> Vec<(&'static str, Span)> {
        fn at<T>(arg: Option<&Arg<T>>) -> Option<Span> {
            arg.map(|arg| arg.span)
        }
        let word = |word: &Word| word.as_ref().map(|word| word.span);
        [
            ("model", at(self.model.as_ref())),
            ("version", at(self.version.as_ref())),
            ("path", at(self.path.as_ref())),
            ("form", word(&self.form)),
            ("outputs", self.outputs.first().map(|output| output.span)),
            ("signature_name", at(self.signature_name.as_ref())),
            ("argument", at(self.argument.as_ref())),
            ("task", word(&self.task)),
            ("max_tokens", at(self.max_tokens.as_ref())),
            ("temperature", at(self.temperature.as_ref())),
            ("seed", at(self.seed.as_ref())),
            ("stream", self.stream.as_ref().map(|stream| stream.span)),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
        .collect()
    }
}

impl Dialect {
    /// How many rows one request can ask about.
    pub(crate) fn rows_at_once(&self) -> usize {
        self.protocol.rows_at_once(&Spoken { form: self.form, task: self.task, ..Spoken::default() })
    }

    /// The protocol of this name with its keys; what it does not know or lacks is noted.
    pub(crate) fn of(name: &Spanned<Arc<str>>, written: Written, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(protocol) = protocol::find(&name.value) else {
            let names = PROTOCOLS.iter().map(|protocol| protocol.name());
            let list: Vec<&str> = names.clone().collect();
            let message = format!("there is no protocol `{}`", name.value);
            let help =
                did_you_mean(&name.value, names).unwrap_or_else(|| format!("there are {}", list.join(", ")));
            return decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, name.span, message).help(help));
        };
        let mut fine = true;
        for (key, span) in written.given().into_iter().filter(|(key, _)| !protocol.keys().contains(key)) {
            decoder.found.push(unknown(protocol, key, span));
            fine = false;
        }
        if protocol.needs_model() && written.model.is_none() {
            let message =
                format!("`{}` asks for a model by its name, and there is no `model`", protocol.name());
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, name.span, message);
            decoder.found.push(diagnostic.help("write `model: iris`"));
            fine = false;
        }
        let form = one_of(protocol, "form", &written.form, decoder);
        let task = one_of(protocol, "task", &written.task, decoder);
        let (form, task) = (form?, task?);
        fine.then_some(Self { protocol, written, form, task, span: name.span })
    }

    /// With every reference bound.
    pub(crate) fn bind(&self, scope: &dyn Scope) -> Result<Spoken, Unbound> {
        fn bound<T: FromValue + Clone>(
            arg: Option<&Arg<T>>,
            scope: &dyn Scope,
        ) -> Result<Option<T>, Unbound> {
            arg.map(|arg| arg.bind(scope)).transpose()
        }
        let written = &self.written;
        Ok(Spoken {
            model: bound(written.model.as_ref(), scope)?,
            version: bound(written.version.as_ref(), scope)?,
            path: bound(written.path.as_ref(), scope)?,
            form: self.form,
            outputs: written.outputs.iter().map(|output| output.value.clone()).collect(),
            signature_name: bound(written.signature_name.as_ref(), scope)?,
            argument: bound(written.argument.as_ref(), scope)?,
            task: self.task,
            max_tokens: bound(written.max_tokens.as_ref(), scope)?,
            temperature: bound(written.temperature.as_ref(), scope)?,
            seed: bound(written.seed.as_ref(), scope)?,
            stream: written.stream.as_ref().is_some_and(|stream| stream.value),
            metadata: None,
        })
    }
}

/// What a key is for.
pub(in crate::action::probe) fn meaning(key: &str) -> &'static str {
    MEANINGS.iter().find(|(name, _)| *name == key).map_or("", |(_, meaning)| meaning)
}

/// What is said of a key that a protocol does not know.
fn unknown(protocol: &dyn Protocol, key: &str, span: Span) -> Diagnostic {
    let knowing: Vec<String> = PROTOCOLS
        .iter()
        .filter(|other| other.keys().contains(&key))
        .map(|other| format!("`{}`", other.name()))
        .collect();
    let message = format!("`{key}` means nothing to `{}`", protocol.name());
    Diagnostic::new(codes::UNKNOWN_KEY, span, message).help(format!(
        "it is {}, for {}",
        meaning(key),
        knowing.join(", ")
    ))
}

/// The word that a key of a few words holds.
#[allow(clippy::option_option)] // wrong, none, or one
fn one_of(
    protocol: &dyn Protocol,
    key: &str,
    written: &Word,
    decoder: &mut Decoder<'_>,
) -> Option<Option<&'static str>> {
    let Some(word) = written.as_ref().filter(|_| protocol.keys().contains(&key)) else { return Some(None) };
    let words = protocol.words(key);
    if let Some(found) = words.iter().find(|known| ***known == *word.value) {
        return Some(Some(found));
    }
    let message = format!("`{}` has no {key} `{}`", protocol.name(), word.value);
    let help = format!("write one of `{}`", words.join("`, `"));
    decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, word.span, message).help(help))
}
