//! Values with references in them: `$name.path`, and `${name.path}` inside text.

use std::sync::Arc;

use super::node::{Node, NodeKind};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::value::{Path, Segment, Value};

/// A name in scope and a way into what it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    pub name: Arc<str>,
    pub path: Vec<Segment>,
    pub span: Span,
}

/// A value as written: itself, a reference, or built from references when the step runs.
#[derive(Clone, Debug)]
pub enum Expr {
    Literal(Value),
    Reference(Reference),
    Text(Vec<Piece>),
    List(Vec<Self>),
    Map(Vec<(Arc<str>, Self)>),
}

/// A part of interpolated text.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(Arc<str>),
    Reference(Reference),
}

const FORM: &str =
    "a reference is `$name` or `$name.path.0`; inside text write `${name.path}`; `$$` writes a dollar";

impl Expr {
    /// Reads a node; what is wrong with a reference in it goes to `found`, and `None` comes back.
    pub fn read(node: &Node, found: &mut Diagnostics) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(text) if text.contains('$') => Self::text(text, node.span, found),
            NodeKind::List(items) => {
                let read: Vec<Option<Self>> = items.iter().map(|item| Self::read(item, found)).collect();
                let items: Vec<Self> = read.into_iter().collect::<Option<_>>()?;
                if items.iter().all(|item| matches!(item, Self::Literal(_))) {
                    return Some(Self::Literal(Value::list(
                        items.into_iter().filter_map(Self::literal).collect(),
                    )));
                }
                Some(Self::List(items))
            }
            NodeKind::Map(entries) => {
                let read: Vec<Option<(Arc<str>, Self)>> = entries
                    .iter()
                    .map(|(key, item)| Some((key.text.clone(), Self::read(item, found)?)))
                    .collect();
                let entries: Vec<(Arc<str>, Self)> = read.into_iter().collect::<Option<_>>()?;
                if entries.iter().all(|(_, item)| matches!(item, Self::Literal(_))) {
                    let entries = entries.into_iter().filter_map(|(key, item)| Some((key, item.literal()?)));
                    return Some(Self::Literal(Value::map(entries)));
                }
                Some(Self::Map(entries))
            }
            _ => Some(Self::Literal(node.to_value())),
        }
    }

    fn literal(self) -> Option<Value> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }

    fn text(text: &str, span: Span, found: &mut Diagnostics) -> Option<Self> {
        // Quotes, where there are any, stand around the text; escapes move it, and then the whole scalar is shown.
        let shift = match (span.end - span.start) as usize {
            written if written == text.len() => Some(0),
            written if written == text.len() + 2 => Some(1),
            _ => None,
        };
        let part = |from: usize, len: usize| shift.map_or(span, |shift| span.part(from + shift, len));
        if let Some(rest) = text.strip_prefix('$')
            && rest.starts_with(|c: char| c.is_alphabetic() || c == '_')
        {
            return Reference::read(rest, span, found).map(Self::Reference);
        }
        let mut pieces = Vec::new();
        // At the start `$$` writes a dollar; `$${` does so anywhere.
        let dollar = text.starts_with("$$") && !text.starts_with("$${");
        let (mut plain, mut at) = if dollar { ("$".to_owned(), 2) } else { (String::new(), 0) };
        while let Some(next) = text[at..].find("${") {
            let open = at + next;
            if text[at..open].ends_with('$') {
                plain.push_str(&text[at..open]);
                plain.push('{');
                at = open + 2;
                continue;
            }
            plain.push_str(&text[at..open]);
            let Some(length) = text[open..].find('}') else {
                let diagnostic =
                    Diagnostic::new(codes::INVALID_REFERENCE, part(open, 2), "this `${` has no `}`");
                found.push(diagnostic.help(FORM));
                return None;
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain).into()));
            }
            let inner = &text[open + 2..open + length];
            pieces.push(Piece::Reference(Reference::read(inner, part(open, length + 1), found)?));
            at = open + length + 1;
        }
        plain.push_str(&text[at..]);
        if pieces.is_empty() {
            return Some(Self::Literal(Value::text(plain)));
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.into()));
        }
        Some(Self::Text(pieces))
    }

    /// Every reference in it, in order.
    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Reference(reference) => vec![reference],
            Self::Text(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Reference(reference) => Some(reference),
                    Piece::Text(_) => None,
                })
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::references).collect(),
            Self::Map(entries) => entries.iter().flat_map(|(_, item)| item.references()).collect(),
        }
    }
}

impl Reference {
    fn read(text: &str, span: Span, found: &mut Diagnostics) -> Option<Self> {
        let mut refuse = |why: &str| {
            let message = format!("`{text}` is no reference: {why}");
            found.push(Diagnostic::new(codes::INVALID_REFERENCE, span, message).help(FORM));
        };
        let end = text.find(['.', '[']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if !is_name(name) {
            refuse("a name has letters, digits, `_` and `-`, and starts with a letter");
            return None;
        }
        let path = match rest.strip_prefix('.').unwrap_or(rest) {
            "" if rest.is_empty() => Vec::new(),
            path => match Path::parse(path) {
                Ok(path) => path.0,
                Err(why) => {
                    refuse(why);
                    return None;
                }
            },
        };
        let odd = |segment: &Segment| matches!(segment, Segment::Key(key) if key.contains(['/', ' ', '$', '{', ':']));
        if path.iter().any(odd) {
            refuse("text goes on after the path");
            return None;
        }
        Some(Self { name: name.into(), path, span })
    }
}

/// Whether text can name a var, a fixture, a service, a step or a column.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::syntax::yaml;

    fn read(text: &str) -> Result<String, String> {
        let mut sources = Sources::default();
        let source = sources.add("s", text);
        let mut found = Diagnostics::default();
        let node = yaml::parse(text, source, &mut found).unwrap();
        let expr = Expr::read(&node, &mut found);
        match found.into_sorted().first() {
            Some(first) => Err(first.message.clone()),
            None => Ok(show(&expr.unwrap(), &sources)),
        }
    }

    fn show(expr: &Expr, sources: &Sources) -> String {
        let reference = |reference: &Reference| {
            format!(
                "<{} {} @{}>",
                reference.name,
                Path(reference.path.clone()),
                sources.snippet(reference.span)
            )
        };
        match expr {
            Expr::Literal(value) => value.to_string(),
            Expr::Reference(found) => reference(found),
            Expr::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.to_string(),
                    Piece::Reference(found) => reference(found),
                })
                .collect(),
            Expr::List(items) => items.iter().map(|item| show(item, sources)).collect::<Vec<_>>().join("; "),
            Expr::Map(entries) => entries
                .iter()
                .map(|(key, item)| format!("{key}={}", show(item, sources)))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    #[test]
    fn only_leading_names_and_braces_are_special() {
        for (text, expected) in [
            ("$made.data.0", "<made data[0] @$made.data.0>"),
            ("'$made[1].x'", "<made [1].x @'$made[1].x'>"),
            ("\"${endpoint}/predict\"", "<endpoint  @${endpoint}>/predict"),
            ("a ${b.c} d ${e}", "a <b c @${b.c}> d <e  @${e}>"),
            ("^a$", r#""^a$""#),
            ("$5", r#""$5""#),
            ("$$name", r#""$name""#),
            ("'$$5 of ${x}'", "$5 of <x  @${x}>"),
            ("$$$${x}", r#""$${x}""#),
            ("$$${x}", "$<x  @${x}>"),
            ("'$${x} y'", r#""${x} y""#),
            ("cost: $$5", r#"{cost: "$5"}"#),
            ("[1, $x, {a: $y}]", "1; <x  @$x>; a=<y  @$y>"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn broken_references_are_refused() {
        for (text, expected) in [
            (
                "$endpoint/predict",
                "`endpoint/predict` is no reference: a name has letters, digits, `_` and `-`, and starts with a letter",
            ),
            ("$a.b/c", "`a.b/c` is no reference: text goes on after the path"),
            ("x ${a", "this `${` has no `}`"),
            (
                "x ${}",
                "`` is no reference: a name has letters, digits, `_` and `-`, and starts with a letter",
            ),
            ("$a..b", "`a..b` is no reference: a part between two dots is empty"),
        ] {
            assert_eq!(read(text).as_deref(), Err(&expected.to_owned()), "{text}");
        }
    }
}
