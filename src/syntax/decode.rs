//! From nodes to typed parameters, gathering every mistake on the way.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::expr::{Expr, Reference};
use super::node::{Key, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::source::{Span, Spanned};
use crate::value::{FromValue, Kind, WrongKind};

/// Where mistakes and references are gathered while a spec is read.
pub struct Decoder<'a> {
    pub found: &'a mut Diagnostics,
    /// Every reference met, with the kinds of value its place takes.
    pub uses: Vec<Use>,
    /// The names that actions bind for a part of their own parameters.
    pub bound: Vec<Bound>,
    /// What the suite sets for every step of an action, by the action's name.
    pub defaults: Named<Node>,
}

/// A name that an action gives a value to, in a part of its own parameters.
#[derive(Clone, Debug)]
pub struct Bound {
    pub name: Arc<str>,
    pub span: Span,
}

/// A reference, and what its place takes.
#[derive(Clone, Debug)]
pub struct Use {
    pub reference: Reference,
    pub wanted: &'static [Kind],
}

impl<'a> Decoder<'a> {
    pub fn new(found: &'a mut Diagnostics) -> Self {
        Self { found, uses: Vec::new(), bound: Vec::new(), defaults: Named::default() }
    }

    /// Reads a part in which this name means what the action itself gives: nothing around it is asked what it is.
    /// Whether the part uses the name comes with it.
    pub fn bind<T>(&mut self, bound: &Bound, read: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let before = self.uses.len();
        let part = read(self);
        let (own, around): (Vec<_>, _) =
            self.uses.split_off(before).into_iter().partition(|used| used.reference.name == bound.name);
        self.uses.extend::<Vec<_>>(around);
        (part, !own.is_empty())
    }

    /// An action's parameters, with what the suite sets for every step of that action under them.
    pub fn with_defaults(&self, action: &str, node: &Node) -> Node {
        match self.defaults.0.iter().find(|(key, _)| *key.text == *action) {
            Some((_, under)) => node.over(under),
            None => node.clone(),
        }
    }

    /// Notes a mistake; the `None` is what a `decode` that found one answers.
    pub fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.found.push(diagnostic);
        None
    }

    /// A literal read as `T`, with the place inside it where it is wrong.
    pub fn literal<T: FromValue>(&mut self, node: &Node, value: &crate::value::Value) -> Option<T> {
        T::from_value(value).map_err(|wrong| self.found.push(wrong_kind(node, wrong))).ok()
    }

    /// A value as written, references and all, where any kind of value may stand.
    pub fn expr(&mut self, node: &Node) -> Option<Expr> {
        let expr = Expr::read(node, self.found)?;
        self.note_uses(&expr, &[Kind::Any]);
        Some(expr)
    }

    /// Notes every reference in an expression, with the kinds of value its place takes.
    pub fn note_uses(&mut self, expr: &Expr, wanted: &'static [Kind]) {
        let references = expr.references().into_iter();
        self.uses.extend(references.map(|found| Use { reference: found.clone(), wanted }));
    }
}

/// The mistake, shown at the place inside the node where it is.
pub fn wrong_kind(node: &Node, wrong: WrongKind) -> Diagnostic {
    let message = format!("expected {}, got {}", wrong.expected, wrong.got);
    Diagnostic::new(codes::WRONG_TYPE, node.deepest(&wrong.path).span, message).maybe_help(wrong.help)
}

/// What can be read from a node.
pub trait Decode: Sized {
    /// The key may be left out.
    const OPTIONAL: bool = false;
    /// What it is when the key is left out.
    fn absent() -> Option<Self> {
        None
    }
    /// `None` when something is wrong, which has then been noted.
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;
    /// Its JSON Schema, for editors.
    fn schema() -> Json;
}

/// The entries of a mapping, taken one by one.
pub struct Fields<'n> {
    entries: Vec<&'n (Key, Node)>,
    span: Span,
    owner: &'static str,
}

impl<'n> Fields<'n> {
    pub fn new(entries: Vec<&'n (Key, Node)>, span: Span, owner: &'static str) -> Self {
        Self { entries, span, owner }
    }

    /// Notes every key that is not one of these, or does not start with `free`.
    pub fn refuse_unknown(&self, keys: &[&str], free: Option<&str>, decoder: &mut Decoder<'_>) -> Option<()> {
        let mut known = Some(());
        for (key, _) in &self.entries {
            if !keys.contains(&&*key.text) && !free.is_some_and(|prefix| key.text.starts_with(prefix)) {
                let message = format!("unknown key `{}` in {}", key.text, self.owner);
                let help = did_you_mean(&key.text, keys.iter().copied());
                known =
                    decoder.refuse(Diagnostic::new(codes::UNKNOWN_KEY, key.span, message).maybe_help(help));
            }
        }
        known
    }

    pub fn take<T: Decode>(&self, key: &str, default: Option<T>, decoder: &mut Decoder<'_>) -> Option<T> {
        match self.entries.iter().find(|(held, _)| &*held.text == key) {
            Some((_, node)) => T::decode(node, decoder),
            None => default.or_else(T::absent).or_else(|| {
                let message = format!("{} has no `{key}`", self.owner);
                let span = self.entries.first().map_or(self.span, |(first, _)| first.span);
                decoder.refuse(
                    Diagnostic::new(codes::MISSING_KEY, span, message).help(format!("give `{key}: …`")),
                )
            }),
        }
    }
}

impl Decode for Node {
    fn decode(node: &Node, _: &mut Decoder<'_>) -> Option<Self> {
        Some(node.clone())
    }
    fn schema() -> Json {
        json!(true)
    }
}

impl<T: Decode> Decode for Option<T> {
    const OPTIONAL: bool = true;
    fn absent() -> Option<Self> {
        Some(None)
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        T::decode(node, decoder).map(Some)
    }
    fn schema() -> Json {
        T::schema()
    }
}

/// A literal in which nothing is a reference.
impl<T: FromValue> Decode for Spanned<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.literal(node, &node.to_value()).map(|value| Self::new(value, node.span))
    }
    fn schema() -> Json {
        T::schema()
    }
}

/// A list; left out, it is empty.
impl<T: Decode> Decode for Vec<T> {
    const OPTIONAL: bool = true;
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(items) = node.as_list() else {
            let message = format!("expected a list, got {}", node.kind());
            return decoder.refuse(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message).help("write `[…]`, or `- …` lines"),
            );
        };
        let items: Vec<Option<T>> = items.iter().map(|item| T::decode(item, decoder)).collect();
        items.into_iter().collect()
    }
    fn schema() -> Json {
        json!({"type": "array", "items": T::schema()})
    }
}

/// A mapping whose keys are the user's own; left out, it is empty.
#[derive(Clone, Debug)]
pub struct Named<T>(pub Vec<(Key, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Decode> Decode for Named<T> {
    const OPTIONAL: bool = true;
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some(entries) = node.as_map() else {
            let message = format!("expected a mapping, got {}", node.kind());
            return decoder.refuse(
                Diagnostic::new(codes::WRONG_TYPE, node.span, message).help("write `name: …` lines"),
            );
        };
        let read: Vec<Option<(Key, T)>> =
            entries.iter().map(|(key, node)| Some((key.clone(), T::decode(node, decoder)?))).collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": T::schema()})
    }
}
