//! `expect.artifacts`: files that a step was to write.

mod content;
mod csv;
mod document;
mod facts;
mod place;

use std::sync::Arc;

use super::checks::Checks;
use super::judge::Finding;
use super::registry::ARTIFACT_MATCHERS;
use super::{Bench, Fault, Miss, Verdict};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, Unit, Value};

pub(super) use content::{Lines, Text};
pub(super) use csv::Csv;
pub(super) use document::{JsonDocument, YamlDocument, json_paths_schema};
pub(super) use facts::{Exists, MaxSize, MinSize, Sha256};

use crate::system::files::Look;
use place::Inside;

/// The page of `artifacts`, which belongs to every step's `expect`.
pub const PAGE: &str = "Files that the step wrote into its workspace: a list of names, each of which must be there and not be \
    empty, or a mapping from file to the matchers that hold of it. Names are literal, dots included, and stay inside the \
    workspace.\n\n\
    `artifacts: [model.json, metrics.json]`\n\n\
    `artifacts: {metrics.json: {json: {accuracy: {min: 0.5}}}, rows.csv: {csv: {rows: 20, columns: {age: {min: 0}}}}}`";

/// What must hold of files in the workspace.
#[derive(Debug)]
pub struct Artifacts(Vec<Artifact>);

/// One file and what must hold of it.
#[derive(Debug)]
struct Artifact {
    name: Arg<Inside>,
    /// Where the expectation stands.
    span: Span,
    checks: Option<Checks>,
    /// `exists` is written, so that its rule is the spec's to make.
    speaks_of_existence: bool,
}

impl Artifacts {
    /// Reads a list of names, or a mapping from name to matchers.
    pub fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let read: Vec<Option<Artifact>> = if let Some(names) = node.as_list() {
            names.iter().map(|name| Artifact::named(name, decoder)).collect()
        } else if let Some(entries) = node.as_map() {
            entries.iter().map(|(key, node)| Artifact::read(key, node, decoder)).collect()
        } else {
            let message =
                format!("expected a list of files or a mapping from file to matchers, got {}", node.kind());
            return decoder
                .refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(
                    "write `artifacts: [model.json]` or `artifacts: {model.json: {min_size: 100 B}}`",
                ));
        };
        if read.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "empty `artifacts` check nothing");
            return decoder.refuse(diagnostic.help("name a file, or remove it"));
        }
        read.into_iter().collect::<Option<_>>().map(Self)
    }

    /// One verdict for each file's existence, and one for each matcher on a file that is there.
    pub fn judge(&self, bench: &Bench<'_>) -> Vec<Verdict> {
        self.0.iter().flat_map(|artifact| artifact.judge(bench)).collect()
    }

    /// The names that are known before anything runs.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|artifact| artifact.name.known().map(|name| &*name.0))
    }
}

impl Artifact {
    fn named(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let name = Arg::decode(node, decoder)?;
        Some(Self { name, span: node.span, checks: None, speaks_of_existence: false })
    }

    fn read(key: &crate::syntax::Key, node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let name = Inside::read(&key.text)
            .map_err(|wrong| {
                let message = format!("expected {}, got {}", wrong.expected, wrong.got);
                let code = if key.text.is_empty() { codes::WRONG_TYPE } else { codes::PATH_OUTSIDE };
                decoder.found.push(Diagnostic::new(code, key.span, message).maybe_help(wrong.help));
            })
            .ok();
        let Some(entries) = node.as_map() else {
            let message = format!("expected a mapping of matchers, got {}", node.kind());
            return decoder
                .refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(
                    "write `{exists: true}`, `{min_size: 100 B}` or `{json: {accuracy: {min: 0.8}}}`",
                ));
        };
        if let Some((path, _)) = entries.iter().find(|(key, _)| key.text.starts_with('$')) {
            let message = format!("`{}` is asked of a file as such", path.text);
            return decoder.refuse(
                Diagnostic::new(codes::UNKNOWN_MATCHER, path.span, message)
                    .help("a path into a file belongs under its format: `json: {\"$.accuracy\": …}`"),
            );
        }
        let speaks_of_existence = node.get("exists").is_some();
        let absent = node.get("exists").is_some_and(|node| matches!(node.to_value(), Value::Bool(false)));
        if absent && let Some((other, _)) = entries.iter().find(|(key, _)| &*key.text != "exists") {
            let message = format!("`{}` is asked of a file that must not exist", other.text);
            return decoder.refuse(
                Diagnostic::new(codes::CONFLICTING_KEYS, other.span, message).help("remove one of the two"),
            );
        }
        let checks = Checks::read_with(node, &[ARTIFACT_MATCHERS], decoder)?;
        let name = Arg { form: crate::syntax::Form::Literal(name?), span: key.span };
        Some(Self { name, span: key.span, checks: Some(checks), speaks_of_existence })
    }

    fn judge(&self, bench: &Bench<'_>) -> Vec<Verdict> {
        let bound = self.name.bind(bench.scope).map_err(Fault::from);
        let subject = format!("artifacts.{}", bound.as_ref().map_or("?", |name| &*name.0));
        let verdict = |evidence, finding| Verdict {
            span: self.span,
            subject: subject.clone(),
            evidence,
            tolerance: None,
            remarks: Vec::new(),
            finding,
        };
        let nothing = Evidence::new(0, Unit::Bytes);
        let found = bound.and_then(|name| Ok((Arc::clone(&name.0), place::find(&name, bench.workspace)?)));
        let (name, found) = match found {
            Ok(found) => found,
            Err(fault) => return vec![verdict(nothing, Some(Finding::Faulted(fault)))],
        };
        let mut verdicts = Vec::new();
        if !self.speaks_of_existence {
            let (evidence, miss) = match &found {
                Look::File { size } if *size > 0 => (Evidence { count: *size, unit: Unit::Bytes }, None),
                Look::File { .. } => (nothing, Some(absent("is empty", &name, bench))),
                Look::Folder => (nothing, Some(absent("is a folder, not a file", &name, bench))),
                Look::Other(kind) => (nothing, Some(absent(&format!("is {kind}, not a file"), &name, bench))),
                Look::Missing => (nothing, Some(absent("is not there", &name, bench))),
            };
            verdicts.push(verdict(evidence, miss.map(Finding::Missed)));
        }
        let Some(checks) = &self.checks else { return verdicts };
        let there = matches!(&found, Look::File { size } if *size > 0 || self.speaks_of_existence);
        let path = bench.workspace.join(&*name);
        let judged = checks.judge(&Value::File(path.into()), &subject, bench);
        // Of a file that is not there nothing else can be said: one finding is enough.
        verdicts.extend(
            checks
                .names()
                .zip(judged)
                .filter(|(name, _)| there || *name == "exists")
                .map(|(_, verdict)| verdict),
        );
        verdicts
    }
}

fn absent(why: &str, name: &str, bench: &Bench<'_>) -> Miss {
    let miss = Miss {
        summary: format!("`{name}` {why}"),
        expected: "a file that is not empty".to_owned(),
        actual: if why == "is not there" { "nothing".to_owned() } else { format!("`{name}` {why}") },
        ..Miss::default()
    };
    match place::neighbours(name, bench.workspace) {
        Some(note) if why == "is not there" => miss.note(note),
        _ => miss,
    }
}
