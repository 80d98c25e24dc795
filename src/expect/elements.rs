//! What several matchers ask: that something hold of every scalar inside a value, or of every element of it.

use std::sync::Arc;

use super::{Fault, Judged, Miss};
use crate::diagnostic::codes;
use crate::value::{Evidence, Leaf, Segment, Value, leaf_path, visit_leaves};

/// What is said of the scalars for which it does not hold.
pub(super) struct Phrase<'a> {
    /// `3 is not`
    pub one: &'a str,
    /// `2 of 5 values are not`
    pub many: &'a str,
    /// `one of [1, 2]`
    pub rest: &'a str,
    /// What was asked for, on a line of its own.
    pub expected: &'a str,
}

/// Asks of every scalar; the message names the first for which it does not hold, and how many there are.
pub(super) fn every(
    actual: &Value,
    phrase: &Phrase<'_>,
    holds: &mut dyn FnMut(Leaf<'_>) -> bool,
) -> Result<Judged, Fault> {
    let (mut measured, mut missing) = (0, 0);
    let mut first = None;
    let mut opaque = None;
    visit_leaves(actual, &mut |leaf| {
        if let Leaf::Opaque(kind) = leaf {
            opaque = Some(kind);
            return false;
        }
        if !holds(leaf) {
            missing += 1;
            first.get_or_insert_with(|| (measured, leaf.to_value()));
        }
        measured += 1;
        true
    });
    if let Some(kind) = opaque {
        return Err(Fault::new(codes::NOT_MEASURABLE, format!("{kind} has no values to look at"))
            .help("files are checked under `artifacts`"));
    }
    let miss = first.map(|(number, value)| {
        let Phrase { one, many, rest, expected } = phrase;
        let shown = crate::value::clip(&value, 80);
        let path = leaf_path(actual, number);
        if path.0.is_empty() {
            return Miss::new(format!("{shown} {one} {rest}"), *expected, actual);
        }
        let verb = if missing == 1 { one } else { many };
        Miss::new(format!("{missing} of {measured} values {verb} {rest}"), *expected, actual)
            .note(format!("first: {path}: {shown}"))
    });
    Ok(Judged::new(Evidence::values(measured), miss))
}

/// The elements of a value and the way to each: items, positions of the first axis, rows, or what the keys hold.
/// `Err` for a scalar.
pub(super) fn elements<'a>(
    actual: &'a Value,
    matcher: &str,
) -> Result<Box<dyn Iterator<Item = (Segment, Value)> + 'a>, Fault> {
    Ok(match actual {
        Value::List(items) => {
            Box::new(items.iter().enumerate().map(|(index, item)| (Segment::Index(index), item.clone())))
        }
        Value::Array(array) => {
            Box::new((0..array.len()).filter_map(|index| Some((Segment::Index(index), array.at(index)?))))
        }
        Value::Table(table) => {
            Box::new((0..table.rows()).map(|index| (Segment::Index(index), table.row(index))))
        }
        Value::Map(map) => {
            Box::new(map.iter().map(|(key, item)| (Segment::Key(Arc::clone(key)), item.clone())))
        }
        _ => return Err(not_measurable(actual, matcher, "has no elements")),
    })
}

/// A matcher asked of a value that it cannot be asked of.
pub(super) fn not_measurable(actual: &Value, matcher: &str, why: &str) -> Fault {
    let shown = match actual {
        Value::List(_) | Value::Map(_) | Value::Array(_) | Value::Table(_) => actual.kind().to_owned(),
        scalar => format!("{} ({})", scalar.kind(), crate::value::clip(scalar, 60)),
    };
    Fault::new(codes::NOT_MEASURABLE, format!("`{matcher}` cannot be asked of {shown}: it {why}"))
}
