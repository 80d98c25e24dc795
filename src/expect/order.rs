//! `finite`, `unique`, `sorted`: what the elements are like among themselves.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write;

use serde_json::{Value as Json, json};

use super::elements::{Phrase, elements, every, not_measurable};
use super::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Spanned;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, Leaf, Path, Segment, Value, clip, visit_leaves};

/// Reads `true`; `false` would ask nothing.
fn read_true(name: &str, node: &Node, decoder: &mut Decoder<'_>) -> Option<()> {
    if Spanned::<bool>::decode(node, decoder)?.value {
        return Some(());
    }
    let diagnostic =
        Diagnostic::new(codes::INVALID_VALUE, node.span, format!("`{name}: false` asks for nothing"));
    decoder.refuse(diagnostic.help(format!("write `not: {{{name}: true}}`, or leave it out")))
}

/// No NaN, no infinity.
#[derive(Debug)]
pub(super) struct Finite;

impl Matcher for Finite {
    fn judge(&self, actual: &Value, _: &Bench<'_>) -> Result<Judged, Fault> {
        let phrase = Phrase { one: "is not", many: "are not", rest: "finite", expected: "finite numbers" };
        every(actual, &phrase, &mut |leaf| match leaf {
            Leaf::Duration(_) | Leaf::Size(_) => true,
            leaf => leaf.as_f64().is_some_and(f64::is_finite),
        })
    }
}

impl Named for Finite {
    const NAME: &'static str = "finite";
    const PAGE: &'static str = "Every element is a finite number: no NaN, no infinity, no null, no text.\n\n`values: {finite: true}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        read_true(Self::NAME, node, decoder).map(|()| Self)
    }
    fn schema() -> Json {
        json!({"const": true})
    }
}

/// Text that is the same for two values exactly when they are exactly equal, NaN with NaN.
pub(super) fn identity(value: &Value) -> String {
    let mut text = String::new();
    spell(value, &mut text);
    text
}

fn spell(value: &Value, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match value {
        // `1` and `1.0` are the same number, and so are `0.0` and `-0.0`.
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9.2e18 => {
            write!(text, "{};", *float as i64)
        }
        Value::Float(float) => write!(text, "{float:?};"),
        Value::Array(array) => {
            text.push('[');
            (0..array.len()).filter_map(|at| array.at(at)).for_each(|item| spell(&item, text));
            write!(text, "]")
        }
        Value::List(items) => {
            text.push('[');
            items.iter().for_each(|item| spell(item, text));
            write!(text, "]")
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, item) in entries {
                let _ = write!(text, "{key:?}:");
                spell(item, text);
            }
            write!(text, "}}")
        }
        scalar => write!(text, "{scalar};"),
    };
}

/// No element twice.
#[derive(Debug)]
pub(super) struct Unique;

impl Matcher for Unique {
    fn judge(&self, actual: &Value, _: &Bench<'_>) -> Result<Judged, Fault> {
        let mut seen: HashMap<String, Segment> = HashMap::new();
        let (mut measured, mut repeated) = (0, 0);
        let mut first = None;
        for (segment, element) in elements(actual, Self::NAME)? {
            measured += 1;
            match seen.get(&identity(&element)) {
                Some(before) => {
                    repeated += 1;
                    first.get_or_insert_with(|| (segment, before.clone(), element));
                }
                None => {
                    seen.insert(identity(&element), segment);
                }
            }
        }
        let miss = first.map(|(segment, before, element)| {
            let verb = if repeated == 1 { "repeats" } else { "repeat" };
            let summary = format!("{repeated} of {measured} elements {verb} an earlier one");
            let (segment, before) = (Path(vec![segment]), Path(vec![before]));
            Miss::new(summary, "no element twice", actual)
                .note(format!("first: {segment} repeats {before}: {}", clip(&element, 80)))
        });
        Ok(Judged::new(Evidence::values(measured), miss))
    }
}

impl Named for Unique {
    const NAME: &'static str = "unique";
    const PAGE: &'static str = "No element is there twice: the positions of the first axis, the items of a list, the rows of a table. `1` and `1.0` \
        are the same number; NaN repeats NaN.\n\n\
        `data.id: {unique: true}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        read_true(Self::NAME, node, decoder).map(|()| Self)
    }
    fn schema() -> Json {
        json!({"const": true})
    }
}

crate::words! {
    /// Which way elements go.
    pub(super) enum Direction {
        /// each at least the one before
        Ascending = "ascending",
        /// each at most the one before
        Descending = "descending",
    }
}

/// In order.
#[derive(Debug)]
pub(super) struct Sorted(Arg<Direction>);

fn order(a: Leaf<'_>, b: Leaf<'_>) -> Option<Ordering> {
    match (a, b) {
        (Leaf::Datetime(a), Leaf::Datetime(b)) => Some(a.cmp(&b)),
        (Leaf::Size(a), Leaf::Size(b)) => Some(a.cmp(&b)),
        (Leaf::Duration(a), Leaf::Duration(b)) => Some(a.cmp(&b)),
        (Leaf::Text(a), Leaf::Text(b)) => Some(a.cmp(b)),
        (a, b) => a.order(b),
    }
}

impl Matcher for Sorted {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let direction = self.0.bind(bench.scope)?;
        let flat = match actual {
            Value::Array(array) => array.shape().len() == 1,
            Value::List(items) => !items.iter().any(|item| {
                matches!(item, Value::List(_) | Value::Map(_) | Value::Array(_) | Value::Table(_))
            }),
            _ => return Err(not_measurable(actual, Self::NAME, "is no list of scalars")),
        };
        if !flat {
            return Err(not_measurable(actual, Self::NAME, "has more than one axis")
                .help("write `each: {sorted: …}` to ask it of every row"));
        }
        let beyond = if direction == Direction::Ascending { Ordering::Greater } else { Ordering::Less };
        let (mut before, mut measured) = (None, 0_usize);
        let mut wrong = None;
        visit_leaves(actual, &mut |leaf| {
            let found = match order(before.unwrap_or(leaf), leaf) {
                // NaN and null are not even in order with themselves.
                None => Some("has no place in the order".to_owned()),
                Some(order) if order == beyond => {
                    let before = before.map_or(Value::Null, Leaf::to_value);
                    Some(format!("comes after {}", clip(&before, 80)))
                }
                Some(_) => None,
            };
            if let Some(why) = found {
                wrong.get_or_insert_with(|| format!("[{measured}]: {} {why}", clip(&leaf.to_value(), 80)));
            }
            before = Some(leaf);
            measured += 1;
            true
        });
        let miss = wrong.map(|wrong| {
            Miss::new(format!("it is not {}", direction.word()), direction.word(), actual)
                .note(format!("first: {wrong}"))
        });
        Ok(Judged::new(Evidence::values(measured), miss))
    }
}

impl Named for Sorted {
    const NAME: &'static str = "sorted";
    const PAGE: &'static str = "The elements are in order: `ascending`, each at least the one before, or `descending`. Numbers, durations and datetimes by \
        size, strings by their characters' code points. NaN and null have no place in any order.\n\n\
        `data.timestamp: {sorted: ascending}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Arg::<Direction>::schema()
    }
}
