//! Range, set and pattern checks of one scalar: what expectations and contracts share.

use std::cmp::Ordering;
use std::fmt;

use regex::Regex;

use super::{Leaf, Tolerance, Value, visit_leaves};

/// One bound: a number, a duration, a size or a datetime.
#[derive(Clone, Debug)]
pub struct Limit {
    pub value: Value,
    pub inclusive: bool,
}

/// A lower and an upper bound, either of which may be missing.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    pub low: Option<Limit>,
    pub high: Option<Limit>,
}

impl Bounds {
    /// Whether a scalar lies within. NaN, null, booleans and text never do; nor does a number within a
    /// duration's bounds.
    pub fn hold(&self, leaf: Leaf<'_>) -> bool {
        let within = |limit: &Option<Limit>, beyond: Ordering| {
            limit.as_ref().is_none_or(|limit| match order(leaf, &limit.value) {
                Some(Ordering::Equal) => limit.inclusive,
                Some(order) => order != beyond,
                None => false,
            })
        };
        within(&self.low, Ordering::Less) && within(&self.high, Ordering::Greater)
    }

    /// How far a number lies outside; 0 within, and infinity where it is no number.
    pub fn excess(&self, leaf: Leaf<'_>) -> f64 {
        if self.hold(leaf) {
            return 0.0;
        }
        let at = |limit: &Option<Limit>| limit.as_ref().and_then(|limit| scalar(&limit.value)?.as_f64());
        let Some(number) = leaf.as_f64().filter(|number| !number.is_nan()) else { return f64::INFINITY };
        let below = at(&self.low).map_or(0.0, |low| low - number);
        let above = at(&self.high).map_or(0.0, |high| number - high);
        below.max(above).max(0.0)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => write!(f, "between {} and {}", low.value, high.value),
            (Some(low), None) if low.inclusive => write!(f, "at least {}", low.value),
            (Some(low), None) => write!(f, "above {}", low.value),
            (None, Some(high)) if high.inclusive => write!(f, "at most {}", high.value),
            (None, Some(high)) => write!(f, "below {}", high.value),
            (None, None) => f.write_str("anything"),
        }
    }
}

fn scalar(value: &Value) -> Option<Leaf<'_>> {
    let mut found = None;
    visit_leaves(value, &mut |leaf| {
        found = Some(leaf);
        false
    });
    found
}

fn order(leaf: Leaf<'_>, limit: &Value) -> Option<Ordering> {
    match (leaf, scalar(limit)?) {
        (Leaf::Datetime(a), Leaf::Datetime(b)) => Some(a.cmp(&b)),
        (Leaf::UInt(a) | Leaf::Size(a), Leaf::Size(b)) => Some(a.cmp(&b)),
        (Leaf::Duration(a), Leaf::Duration(b)) => Some(a.cmp(&b)),
        (Leaf::Datetime(a), Leaf::Text(b)) => Some(a.cmp(&parse_datetime(b)?)),
        (Leaf::Size(a), b) => Leaf::UInt(a).order(b),
        (a, b) => a.order(b),
    }
}

/// Microseconds since the epoch of `2026-01-31`, `2026-01-31T10:00:00` (taken as UTC) or a full RFC 3339 time.
pub fn parse_datetime(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_microsecond());
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// Whether a scalar is one of these, exactly: `1` and `1.0` are the same number, `"1"` is text.
pub fn in_set(leaf: Leaf<'_>, set: &[Value]) -> bool {
    let value = leaf.to_value();
    set.iter().any(|member| super::compare(&value, member, &Tolerance::EXACT).mismatch.is_none())
}

/// Whether a scalar is text in which the pattern is found.
pub fn matches_pattern(leaf: Leaf<'_>, pattern: &Regex) -> bool {
    match leaf {
        Leaf::Text(text) => pattern.is_match(text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_null_and_text_are_in_no_range() {
        let bounds = Bounds { low: Some(Limit { value: Value::Int(0), inclusive: true }), high: None };
        assert!(bounds.hold(Leaf::Int(0)) && bounds.hold(Leaf::Float(0.5)));
        for leaf in [Leaf::Float(f64::NAN), Leaf::Null, Leaf::Text("1"), Leaf::Bool(true), Leaf::Int(-1)] {
            assert!(!bounds.hold(leaf), "{leaf:?}");
        }
        assert_eq!(bounds.excess(Leaf::Int(-3)), 3.0);
    }

    #[test]
    fn no_bound_is_rounded() {
        let at_most = |value| Bounds { low: None, high: Some(Limit { value, inclusive: true }) };
        assert!(!at_most(Value::Float(9_007_199_254_740_992.0)).hold(Leaf::Int((1 << 53) + 1)));
        assert!(!at_most(Value::Int(i64::MAX)).hold(Leaf::UInt(1 << 63)));
    }

    #[test]
    fn membership_is_exact_but_knows_numbers() {
        let set = [Value::Int(1), Value::from("a")];
        assert!(in_set(Leaf::Float(1.0), &set));
        assert!(!in_set(Leaf::Int((1 << 53) + 1), &[Value::Float(9_007_199_254_740_992.0)]));
        assert!(!in_set(Leaf::Text("1"), &set) && !in_set(Leaf::Bool(true), &set));
    }
}
