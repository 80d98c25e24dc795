//! Equality: exact, or within the tolerance in force.

use serde_json::{Value as Json, json};

use super::{Bench, Fault, Judged, Matcher, Miss, Named, SHOWN};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, Mismatch, Tolerance, Value, clip, compare, off_by};

/// A plain scalar or list: equal, floats within the tolerance in force.
#[derive(Debug)]
pub(super) struct Plain(pub Arg<Value>);

impl Matcher for Plain {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut judged = judge(actual, &self.0.bind(bench.scope)?, &bench.tolerance);
        // Equality with something empty measures one thing: that it is empty.
        judged.evidence.count = judged.evidence.count.max(1);
        Ok(judged)
    }
}

/// Exactly equal, numbers bit for bit but for `1` and `1.0`, which are the same number. It is also the way to
/// compare with a literal mapping.
///
/// `json: {equals: {status: ok}}`
#[derive(Debug)]
pub(super) struct Equals(Arg<Value>);

impl Matcher for Equals {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut judged = judge(actual, &self.0.bind(bench.scope)?, &Tolerance::EXACT);
        if let Some(miss) = &mut judged.miss {
            miss.of_tolerance = false;
        }
        judged.evidence.count = judged.evidence.count.max(1);
        Ok(judged)
    }
}

impl Named for Equals {
    const NAME: &'static str = "equals";
    const PAGE: &'static str = "Exactly equal; `1` and `1.0` are the same number. It is also the way to compare with a literal mapping.\n\n\
        `json: {equals: {status: ok}}`";
    const OF_FORM: bool = true;
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        json!(true)
    }
}

/// Within the tolerance, element by element.
#[derive(Debug)]
pub(super) struct CloseTo(Arg<Value>);

impl Matcher for CloseTo {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        Ok(judge(actual, &self.0.bind(bench.scope)?, &bench.tolerance))
    }
}

impl Named for CloseTo {
    const NAME: &'static str = "close_to";
    const PAGE: &'static str = "Within tolerance, element by element, recursively through lists and mappings: \
        `|actual − expected| ≤ abs + rel·|expected|`, as numpy's `allclose` has it. NaN is close to NaN alone, an infinity to \
        itself alone, and shapes must match. `abs`, `rel` and `ulps` beside it take the place of the tolerance in force; a \
        part left out is 0.\n\n\
        `coefficients: {close_to: [0.5, -1.25], abs: 1e-6}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Arg::decode(node, decoder).map(Self)
    }
    fn schema() -> Json {
        json!(true)
    }
}

fn judge(actual: &Value, expected: &Value, tolerance: &Tolerance) -> Judged {
    let comparison = compare(actual, expected, tolerance);
    let miss = comparison.mismatch.map(|mismatch| explain(&mismatch, comparison.measured, actual, expected));
    Judged::new(Evidence::values(comparison.measured), miss)
}

/// A difference in words: how many elements, and the worst with its place.
pub(super) fn explain(mismatch: &Mismatch, measured: usize, actual: &Value, expected: &Value) -> Miss {
    let worst = &mismatch.worst;
    let off = off_by(worst.difference, worst.allowed);
    let at = if worst.path.0.is_empty() { String::new() } else { format!("{}: ", worst.path) };
    let (summary, worst_line) = match &worst.form {
        Some(form) if worst.path.0.is_empty() => (form.clone(), None),
        Some(form) => (format!("differs at {}", worst.path), Some(format!("worst: {at}{form}"))),
        None if worst.path.0.is_empty() => {
            (format!("expected {}, got {}{off}", clip(expected, 80), clip(actual, 80)), None)
        }
        None => {
            let verb = if mismatch.differing == 1 { "differs" } else { "differ" };
            let line = format!(
                "worst: {at}expected {}, got {}{off}",
                clip(&worst.expected, 80),
                clip(&worst.actual, 80)
            );
            (format!("{} of {measured} elements {verb}", mismatch.differing), Some(line))
        }
    };
    let mut miss = Miss::new(summary, clip(expected, SHOWN), actual);
    miss.notes.extend(worst_line);
    miss.of_tolerance = worst.allowed.is_some();
    miss
}
