//! What must hold of one value, as written: a value to equal, a mapping of matchers, or one of `JSONPath`s.

use serde_json::{Value as Json, json};

use super::Matcher;
use super::demand::Demands;
use super::equality::Plain;
use super::json_path::JsonChecks;
use super::judge::modified;
use super::registry::{Entry, MATCHERS};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Key, Node};
use crate::value::{Kind, Segment, Tolerance};

/// A matcher and where its key stands.
#[derive(Debug)]
pub struct Placed {
    pub name: &'static str,
    pub of_form: bool,
    pub span: Span,
    pub matcher: Box<dyn Matcher>,
}

/// What must hold of one value.
#[derive(Debug)]
pub enum Checks {
    Matchers { matchers: Vec<Placed>, allow_empty: bool, tolerance: Option<Tolerance>, demands: Demands },
    JsonPaths(Vec<JsonChecks>),
}

/// Keys beside a matcher that set how it judges.
const MODIFIERS: [&str; 6] = ["abs", "rel", "ulps", "allow_empty", "confidence", "max_increase"];

impl Checks {
    /// Reads what must hold of a value, by the matchers that any value takes.
    pub fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read_with(node, &[MATCHERS], decoder)
    }

    /// The same, of what is at this path of the outputs.
    pub(super) fn read_at(path: &[Segment], node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read_of(path, node, &[MATCHERS], decoder)
    }

    /// Reads what must hold, by these matchers.
    pub(super) fn read_with(node: &Node, registries: &[&[Entry]], decoder: &mut Decoder<'_>) -> Option<Self> {
        Self::read_of(&[], node, registries, decoder)
    }

    fn read_of(
        path: &[Segment],
        node: &Node,
        registries: &[&[Entry]],
        decoder: &mut Decoder<'_>,
    ) -> Option<Self> {
        let Some(entries) = node.as_map() else {
            let plain = Plain(Arg::decode(node, decoder)?);
            let placed = Placed { name: "equal", of_form: true, span: node.span, matcher: Box::new(plain) };
            return Some(Self::Matchers {
                matchers: vec![placed],
                allow_empty: false,
                tolerance: None,
                demands: Demands::default(),
            });
        };
        if entries.is_empty() {
            let diagnostic =
                Diagnostic::new(codes::NO_CHECKS, node.span, "an empty expectation checks nothing");
            return decoder.refuse(diagnostic.help("give a value or a matcher, such as `{finite: true}`; for an empty mapping write `{equals: {}}`"));
        }
        let paths = entries.iter().filter(|(key, _)| key.text.starts_with('$')).count();
        if paths == entries.len() {
            let read: Vec<_> =
                entries.iter().map(|(key, node)| JsonChecks::read(key, node, decoder)).collect();
            return read.into_iter().collect::<Option<_>>().map(Self::JsonPaths);
        }
        if paths > 0 {
            let diagnostic = Diagnostic::new(
                codes::CONFLICTING_KEYS,
                node.span,
                "matchers and JSONPaths stand side by side",
            );
            return decoder.refuse(diagnostic.help("under an output every key is a matcher, or every key is a JSONPath; for the whole value write the path `$`"));
        }
        Self::read_matchers(path, entries, node, registries, decoder)
    }

    fn read_matchers(
        path: &[Segment],
        entries: &[(Key, Node)],
        node: &Node,
        registries: &[&[Entry]],
        decoder: &mut Decoder<'_>,
    ) -> Option<Self> {
        let mut matchers = Vec::with_capacity(entries.len());
        let mut sound = Some(());
        for (key, node) in entries.iter().filter(|(key, _)| !MODIFIERS.contains(&&*key.text)) {
            let known =
                registries.iter().flat_map(|entries| entries.iter()).find(|entry| *entry.name == *key.text);
            let read = match known {
                Some(entry) => (entry.read)(node, decoder).map(|matcher| Placed {
                    name: entry.name,
                    of_form: entry.of_form,
                    span: key.span.to(node.span),
                    matcher,
                }),
                None => decoder.refuse(unknown(key, registries)),
            };
            match read {
                Some(placed) => matchers.push(placed),
                None => sound = None,
            }
        }
        let mut modifiers = Modifiers { node, decoder };
        let (abs, rel) = (modifiers.part("abs"), modifiers.part("rel"));
        let (ulps, allow_empty) = (modifiers.number::<u32>("ulps"), modifiers.number::<bool>("allow_empty"));
        let demands = Demands::read(node, decoder);
        let tolerance = modified(abs?, rel?, ulps?);
        let allow_empty = allow_empty?.unwrap_or(false);
        let demands = demands?;
        sound?;
        if matchers.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "this expectation has no matcher");
            return decoder
                .refuse(diagnostic.help("write what must hold, such as `close_to: 0.5` beside `abs: 1e-6`"));
        }
        demands.belong(&matchers, path, decoder)?;
        Some(Self::Matchers { matchers, allow_empty, tolerance, demands })
    }

    pub fn schema() -> Json {
        json!({"$ref": "#/$defs/checks"})
    }

    /// The names of the matchers, in the order of their verdicts.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let matchers: &[Placed] = match self {
            Self::Matchers { matchers, .. } => matchers,
            Self::JsonPaths(_) => &[],
        };
        matchers.iter().map(|placed| placed.name)
    }

    pub(super) fn allows_empty(&self) -> bool {
        matches!(self, Self::Matchers { allow_empty: true, .. })
    }

    /// Notes each matcher that can never hold of an output of this kind.
    pub fn refuse_kind(&self, kind: Kind, decoder: &mut Decoder<'_>) {
        if let Self::Matchers { matchers, .. } = self {
            for placed in matchers {
                if let Some(why) = placed.matcher.refuses(kind) {
                    decoder.found.push(Diagnostic::new(codes::WRONG_TYPE, placed.span, why));
                }
            }
        }
    }
}

fn unknown(key: &Key, registries: &[&[Entry]]) -> Diagnostic {
    let names = registries.iter().flat_map(|entries| entries.iter().map(|entry| entry.name)).chain(MODIFIERS);
    let near = crate::diagnostic::suggest(&key.text, names);
    let help = near.map_or_else(
        || "`mlfunnel explain` lists the matchers; a path inside an output belongs to its key (`json.status`), and a literal mapping is compared with `equals: {…}`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::new(codes::UNKNOWN_MATCHER, key.span, format!("unknown matcher `{}`", key.text)).help(help)
}

struct Modifiers<'a, 'd> {
    node: &'a Node,
    decoder: &'a mut Decoder<'d>,
}

impl Modifiers<'_, '_> {
    /// A part of a tolerance.
    #[allow(clippy::option_option)] // wrong, left out, or given
    fn part(&mut self, key: &str) -> Option<Option<f64>> {
        let part = self.number::<f64>(key)?;
        if part.is_some_and(|part| !(part >= 0.0 && part.is_finite())) {
            let span = self.node.get(key).map_or(self.node.span, |node| node.span);
            return self.decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, span, "a tolerance is zero or more, and finite")
                    .help("write how far a number may be off, such as `1e-9`"),
            );
        }
        Some(part)
    }

    /// `None` when it is there and wrong.
    #[allow(clippy::option_option)] // wrong, left out, or given
    fn number<T: crate::value::FromValue>(&mut self, key: &str) -> Option<Option<T>> {
        match self.node.get(key) {
            Some(node) => Spanned::<T>::decode(node, self.decoder).map(|read| Some(read.value)),
            None => Some(None),
        }
    }
}
