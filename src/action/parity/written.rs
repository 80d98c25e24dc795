//! Subjects as a spec writes them.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::process::ProcessKeys;
use super::subject::{Chosen, Subject};
use crate::action::{ACTIONS, Entry, find};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::source::{Span, Spanned};
use crate::syntax::{Bound, Decode, Decoder, Key, Node, NodeKind};
use crate::value::{Path, Segment};

/// The key of a process that is kept running.
const PROCESS: &str = "process";
/// What a subject may have beside its action.
const OWN: [&str; 3] = ["name", "output", "nan_as_null"];

/// The list as it stands: what is in it can be read when the name of the input is known.
#[derive(Clone, Debug)]
pub struct Written {
    nodes: Vec<Node>,
    span: Span,
}

impl Decode for Written {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Some(Self { nodes: Vec::decode(node, decoder)?, span: node.span })
    }

    fn schema() -> Json {
        let own = [
            ("name", json!({"type": "string", "description": "What it is called in messages."})),
            ("output", json!({"type": "string", "description": "The path of what is compared."})),
            (
                "nan_as_null",
                json!({"type": "boolean", "description": "It is given null for NaN, and its null is NaN."}),
            ),
            (PROCESS, ProcessKeys::schema()),
        ];
        let actions =
            others().map(|entry| (entry.name, json!({"$ref": format!("#/$defs/action_{}", entry.name)})));
        let properties: Map<String, Json> =
            own.into_iter().chain(actions).map(|(key, schema)| (key.to_owned(), schema)).collect();
        let one_of: Json = ways().map(|way| json!({"required": [way]})).collect();
        let subject = json!({
            "type": "object", "properties": properties, "additionalProperties": false, "oneOf": one_of,
        });
        json!({"type": "array", "minItems": 2, "items": subject})
    }
}

/// The actions that can be a subject: all others.
fn others() -> impl Iterator<Item = &'static Entry> + Clone {
    ACTIONS.iter().filter(|entry| entry.name != "parity")
}

/// The keys of which a subject has one.
fn ways() -> impl Iterator<Item = &'static str> + Clone {
    std::iter::once(PROCESS).chain(others().map(|entry| entry.name))
}

/// Reads the subjects, all their mistakes noted.
pub(super) fn read(written: &Written, bound: &Bound, decoder: &mut Decoder<'_>) -> Option<Vec<Subject>> {
    let read: Vec<_> = written.nodes.iter().map(|node| subject(node, bound, decoder)).collect();
    if written.nodes.len() < 2 {
        let there = if written.nodes.is_empty() { "there is none" } else { "there is one" };
        let message = format!("`parity` compares subjects with one another, and {there}");
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, written.span, message);
        return decoder.refuse(diagnostic.help("give two subjects or more"));
    }
    let mut subjects: Vec<Subject> = read.into_iter().collect::<Option<_>>()?;
    if subjects.iter().all(|subject| !subject.takes_input) {
        let message =
            format!("no subject is given `${}`, so that every input has the same answers", bound.name);
        let diagnostic = Diagnostic::new(codes::NO_CHECKS, written.span, message);
        return decoder.refuse(diagnostic.help(format!("write `${}` where the input goes in", bound.name)));
    }
    refuse_twins(&subjects, decoder)?;
    number_the_unnamed(&mut subjects);
    Some(subjects)
}

fn subject(node: &Node, bound: &Bound, decoder: &mut Decoder<'_>) -> Option<Subject> {
    let Some(entries) = node.as_map() else {
        let message = format!("expected a subject, got {}", node.kind());
        let diagnostic = Diagnostic::new(codes::WRONG_TYPE, node.span, message);
        return decoder
            .refuse(diagnostic.help("a subject is written `{name: serving, process: [node, serve.js]}`"));
    };
    let (key, node_of_way) = way(node, entries, decoder)?;
    let own = |name: &str| node.entry(name).map(|(_, node)| node);
    let named = own("name").map(|node| Spanned::<Arc<str>>::decode(node, decoder));
    let nan_as_null = own("nan_as_null").map(|node| Spanned::<bool>::decode(node, decoder));
    let mut takes_input = true;
    let chosen = if &*key.text == PROCESS {
        // It is started before there is an input.
        ProcessKeys::decode(node_of_way, decoder).map(Chosen::Process)
    } else {
        let entry = find(&key.text)?;
        let parameters = decoder.with_defaults(entry.name, node_of_way);
        let parameters = with_input(entry.name, parameters, bound);
        let (action, uses_input) = decoder.bind(bound, |decoder| (entry.read)(&parameters, decoder));
        takes_input = uses_input;
        action.map(|action| Chosen::Action(entry, action))
    };
    let output = own("output").map(|node| output(node, &key.text, decoder));
    let (chosen, output) = (chosen?, settled(output)?);
    let (named, nan_as_null) = (settled(named)?, settled(nan_as_null)?);
    Some(Subject {
        output: output.unwrap_or_else(|| Spanned::new(chosen.first_output(), key.span)),
        name: named.as_ref().map_or_else(|| key.text.clone(), |name| name.value.clone()),
        named: named.map(|name| name.span),
        chosen,
        takes_input,
        nan_as_null: nan_as_null.is_some_and(|flag| flag.value),
        span: key.span,
    })
}

/// A key that was left out, or one that was read; `None` is one that is wrong.
#[allow(clippy::option_option)]
fn settled<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    read.map_or(Some(None), |read| read.map(Some))
}

/// The one key that says what the subject does.
fn way<'n>(
    node: &Node,
    entries: &'n [(Key, Node)],
    decoder: &mut Decoder<'_>,
) -> Option<(&'n Key, &'n Node)> {
    let mut found = Vec::new();
    let mut known = true;
    for (key, node) in entries.iter().filter(|(key, _)| !OWN.contains(&&*key.text)) {
        if ways().any(|way| *way == *key.text) {
            found.push((key, node));
            continue;
        }
        known = false;
        let (message, help) = match &*key.text {
            "parity" => ("a subject cannot be `parity` itself".to_owned(), None),
            text => {
                let help = meant(text).or_else(|| did_you_mean(text, ways().chain(OWN)));
                (format!("`{text}` is neither an action nor a key of a subject"), help)
            }
        };
        decoder.found.push(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).maybe_help(help));
    }
    match found[..] {
        _ if !known => None,
        [one] => Some(one),
        [] => {
            let diagnostic = Diagnostic::new(codes::NO_ACTION, node.span, "this subject does nothing");
            decoder
                .refuse(diagnostic.help(format!("give one of `{}`", ways().collect::<Vec<_>>().join("`, `"))))
        }
        [(first, _), (second, _), ..] => {
            let message = format!("`{}` and `{}` are both given", first.text, second.text);
            let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, second.span, message);
            decoder.refuse(diagnostic.also(first.span, "the first one").help("make two subjects of them"))
        }
    }
}

/// What goes by another name in other places.
fn meant(key: &str) -> Option<String> {
    let form = match key {
        "python" | "function" => "call: \"module:function\"",
        "command" | "cmd" | "shell" => {
            "run: [program, argument]` for one that is started for each input, or `process: […]"
        }
        "http" | "url" | "get" | "post" | "endpoint" => "probe: {post: $service.url, json: $input}",
        "model" => "predict: {model: model.json, data: $input}",
        _ => return None,
    };
    Some(format!("write `{form}`"))
}

/// A command that is given nothing to read reads the input, and a function without arguments takes it.
fn with_input(action: &str, node: Node, bound: &Bound) -> Node {
    let (short, taken, key): (&str, &[&str], &str) = match action {
        "run" => ("argv", &["stdin"], "stdin"),
        "call" => ("python", &["args", "kwargs"], "args"),
        _ => return node,
    };
    // The methods of a chain have arguments of their own.
    let chain = action == "call" && node.get("method").is_some_and(|method| method.as_text().is_none());
    if chain || taken.iter().any(|key| node.get(key).is_some()) {
        return node;
    }
    let at = |text: &str| Key { text: text.into(), span: node.span };
    let mut entries = node.as_map().map_or_else(|| vec![(at(short), node.clone())], <[_]>::to_vec);
    let input = Node { kind: NodeKind::Text(format!("${}", bound.name).into()), span: node.span };
    let given =
        if key == "args" { Node { kind: NodeKind::List([input].into()), span: node.span } } else { input };
    entries.push((at(key), given));
    Node { kind: NodeKind::Map(entries.into()), span: node.span }
}

/// A path that starts with an output of the action; any path into the answer of a process.
fn output(node: &Node, way: &str, decoder: &mut Decoder<'_>) -> Option<Spanned<Path>> {
    let text = Spanned::<Arc<str>>::decode(node, decoder)?;
    let path = match Path::parse(&text.value) {
        Ok(path) => path,
        Err(why) => {
            let diagnostic =
                Diagnostic::new(codes::INVALID_VALUE, node.span, format!("this is no path: {why}"));
            return decoder.refuse(diagnostic.help("an output is written `json.predictions.0`"));
        }
    };
    if let Some(entry) = find(way)
        && !matches!(path.0.first(), Some(Segment::Key(first)) if entry.outputs.iter().any(|output| *output.name == **first))
    {
        let message = format!("`{}` has no output `{}`", entry.name, text.value);
        let names = entry.outputs.iter().map(|output| output.name);
        let first = text.value.split(['.', '[']).next().unwrap_or_default();
        return decoder.refuse(
            Diagnostic::new(codes::UNKNOWN_OUTPUT, node.span, message).maybe_help(did_you_mean(first, names)),
        );
    }
    Some(Spanned::new(path, node.span))
}

fn refuse_twins(subjects: &[Subject], decoder: &mut Decoder<'_>) -> Option<()> {
    let mut sound = Some(());
    for (index, subject) in subjects.iter().enumerate() {
        let twin = subjects[..index].iter().find(|other| other.named.is_some() && other.name == subject.name);
        if let (Some(span), Some(first)) = (subject.named, twin.and_then(|twin| twin.named)) {
            let message = format!("two subjects are called `{}`", subject.name);
            let diagnostic = Diagnostic::new(codes::DUPLICATE_NAME, span, message).also(first, "first here");
            sound = decoder.refuse(diagnostic.help("give each subject its own name"));
        }
    }
    sound
}

/// `scale`, `scale 2`: a subject without a name of its own is told from the others by its number.
fn number_the_unnamed(subjects: &mut [Subject]) {
    for index in 0..subjects.len() {
        if subjects[index].named.is_some() {
            continue;
        }
        let free = |name: &str| {
            subjects.iter().enumerate().all(|(at, other)| {
                let counts = other.named.is_some() || at < index;
                !counts || *other.name != *name
            })
        };
        let plain = subjects[index].name.clone();
        let numbered = (2..).map(|number| format!("{plain} {number}"));
        let name = std::iter::once(plain.to_string()).chain(numbered).find(|name| free(name));
        subjects[index].name = name.map_or(plain, Arc::from);
    }
}
