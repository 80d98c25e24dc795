//! `isin`, `not_in`, `contains`: what belongs to what.

use serde_json::{Value as Json, json};

use super::elements::{Phrase, every, not_measurable};
use super::{Bench, Fault, Judged, Matcher, Miss, Named, SHOWN};
use crate::diagnostic::{codes, did_you_mean};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{
    Evidence, FromValue, Kind, OneOrMany, Segment, Tolerance, Value, WrongKind, clip, compare, in_set,
};

/// Scalars to belong to.
#[derive(Clone, Debug)]
pub(super) struct Set(Vec<Value>);

impl FromValue for Set {
    const KINDS: &'static [Kind] = &[Kind::List, Kind::Array];

    fn schema() -> Json {
        json!({"type": "array", "items": {"type": ["number", "string", "boolean", "null"]}, "minItems": 1})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let members = Vec::<Value>::from_value(value)?;
        let compound = |value: &Value| {
            matches!(value, Value::List(_) | Value::Map(_) | Value::Array(_) | Value::Table(_))
        };
        match members.iter().position(compound) {
            Some(at) => Err(WrongKind::new("a number, a string, a boolean or null", &members[at])
                .help("the members are compared with every scalar of the output, one by one")
                .under(Segment::Index(at))),
            None => Ok(Self(members)),
        }
    }
}

fn read_set(node: &Node, holds: &str, decoder: &mut Decoder<'_>) -> Option<Arg<Set>> {
    let set = Arg::<Set>::decode(node, decoder)?;
    if set.known().is_some_and(|set| set.0.is_empty()) {
        let message = format!("{holds} in an empty set");
        return decoder.refuse(
            crate::diagnostic::Diagnostic::new(codes::INVALID_VALUE, node.span, message)
                .help("list the members, such as `[setosa, virginica]`"),
        );
    }
    Some(set)
}

/// Every element is one of these, exactly.
#[derive(Debug)]
pub(super) struct IsIn(Arg<Set>);

impl Matcher for IsIn {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let set = self.0.bind(bench.scope)?.0;
        let shown = clip(&Value::list(set.clone()), SHOWN);
        let phrase = Phrase {
            one: "is not",
            many: "are not",
            rest: &format!("in {shown}"),
            expected: &format!("one of {shown}"),
        };
        every(actual, &phrase, &mut |leaf| in_set(leaf, &set))
    }
}

impl Named for IsIn {
    const NAME: &'static str = "isin";
    const PAGE: &'static str = "Every element is one of these, exactly: `1` and `1.0` are the same number, `\"1\"` is text, and a \
        boolean is no number. NaN and null are members only where they are listed.\n\n\
        `labels: {isin: [setosa, virginica]}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        read_set(node, "nothing is", decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Set>::schema()
    }
}

/// No element is one of these.
#[derive(Debug)]
pub(super) struct NotIn(Arg<Set>);

impl Matcher for NotIn {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let set = self.0.bind(bench.scope)?.0;
        let shown = clip(&Value::list(set.clone()), SHOWN);
        let phrase = Phrase {
            one: "is",
            many: "are",
            rest: &format!("in {shown}"),
            expected: &format!("none of {shown}"),
        };
        let mut judged = every(actual, &phrase, &mut |leaf| !in_set(leaf, &set))?;
        // Nothing can be in an empty set, so that nothing was asked.
        judged.hollow = set.is_empty();
        Ok(judged)
    }
}

impl Named for NotIn {
    const NAME: &'static str = "not_in";
    const PAGE: &'static str =
        "No element is one of these, compared as `isin` does.\n\n`labels: {not_in: [unknown, \"\"]}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        read_set(node, "everything is not", decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Set>::schema()
    }
}

/// A substring, an element, or keys.
#[derive(Debug)]
pub(super) struct Contains(Arg<OneOrMany<Value>>);

impl Matcher for Contains {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let wanted = self.0.bind(bench.scope)?.0;
        let mut absent = Vec::new();
        for one in &wanted {
            if !holds(actual, one)? {
                absent.push(one);
            }
        }
        let evidence = match actual {
            Value::List(items) => items.len(),
            Value::Array(array) => array.len(),
            // An empty text, or a mapping without keys, was looked at all the same.
            _ => wanted.len(),
        };
        let miss = (!absent.is_empty()).then(|| explain(actual, &wanted, &absent));
        // Every text contains the empty one.
        let empty = |one: &Value| actual.as_text().is_some() && one.as_text() == Some("");
        Ok(Judged { hollow: wanted.iter().all(empty), ..Judged::new(Evidence::values(evidence), miss) })
    }

    fn refuses(&self, kind: Kind) -> Option<String> {
        matches!(kind, Kind::Number | Kind::Bool | Kind::Duration | Kind::Size)
            .then(|| format!("{} contains nothing", kind.name()))
    }
}

fn holds(actual: &Value, wanted: &Value) -> Result<bool, Fault> {
    let text = |needed: &str| {
        let fault =
            not_measurable(actual, "contains", &format!("{needed}, and {wanted} is {}", wanted.kind()));
        wanted.as_text().ok_or_else(|| match wanted {
            Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_) => {
                fault.help(format!("write it in quotes: \"{wanted}\""))
            }
            _ => fault,
        })
    };
    let equal = |item: &Value| compare(item, wanted, &Tolerance::EXACT).mismatch.is_none();
    Ok(match actual {
        Value::Text(held) => held.contains(text("holds text")?),
        Value::Map(map) => map.contains_key(text("has keys of text")?),
        Value::Table(table) => table.column(text("has columns by name")?).is_some(),
        Value::List(items) => items.iter().any(equal),
        Value::Array(array) => (0..array.len()).filter_map(|index| array.at(index)).any(|item| equal(&item)),
        _ => return Err(not_measurable(actual, "contains", "contains nothing")),
    })
}

fn explain(actual: &Value, wanted: &[Value], absent: &[&Value]) -> Miss {
    let (what, keys): (&str, Vec<&str>) = match actual {
        Value::Text(_) => ("text", Vec::new()),
        Value::Map(map) => ("key", map.keys().map(|key| &**key).collect()),
        Value::Table(table) => ("column", table.names().map(|name| &**name).collect()),
        _ => ("element", Vec::new()),
    };
    let spell = |values: &[&Value]| values.iter().map(|value| clip(value, 80)).collect::<Vec<_>>().join(", ");
    let plural = if absent.len() > 1 && what != "text" { "s" } else { "" };
    let all: Vec<&Value> = wanted.iter().collect();
    let miss = Miss::new(
        format!("it does not contain the {what}{plural} {}", spell(absent)),
        format!("something that contains {}", spell(&all)),
        actual,
    );
    match absent.first().and_then(|first| did_you_mean(first.as_text()?, keys.iter().copied())) {
        Some(near) => miss.note(near.replace("give one of", "it has")),
        None => miss,
    }
}

impl Named for Contains {
    const NAME: &'static str = "contains";
    const PAGE: &'static str = "Of a string: this substring. Of a list or array: this element, compared exactly. Of a mapping: this key; of a \
        table: this column. A list asks for all of them.\n\n\
        `stdout: {contains: done}`, `json: {contains: [model, version]}`";

    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let wanted = Arg::<OneOrMany<Value>>::decode(node, decoder)?;
        if wanted.known().is_some_and(|wanted| wanted.0.is_empty()) {
            let diagnostic = crate::diagnostic::Diagnostic::new(
                codes::INVALID_VALUE,
                node.span,
                "everything contains an empty list of things",
            );
            return decoder.refuse(diagnostic.help("list what must be there, such as `contains: [a, b]`"));
        }
        Some(Self(wanted))
    }

    fn schema() -> Json {
        json!(true)
    }
}
