//! `sums_to`, `mean`, `median`, `std`, `n_unique`: one number made of all.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::elements::not_measurable;
use super::figure::Wanted;
use super::order::identity;
use super::{Bench, Fault, Judged, Matcher, Named};
use crate::syntax::{Decoder, Node};
use crate::value::{Evidence, Leaf, Value, visit_leaves};

/// The numbers in a value; null is NaN.
struct Numbers {
    floats: Vec<f64>,
    /// Their sum, where all are integers.
    whole: Option<i128>,
}

fn numbers(actual: &Value, matcher: &str) -> Result<Numbers, Fault> {
    let mut found = Numbers { floats: Vec::new(), whole: Some(0) };
    let mut odd = None;
    visit_leaves(actual, &mut |leaf| {
        let int = match leaf {
            Leaf::Int(int) => Some(i128::from(int)),
            Leaf::UInt(int) => Some(i128::from(int)),
            _ => None,
        };
        found.whole = found.whole.zip(int).and_then(|(sum, int)| sum.checked_add(int));
        match leaf {
            Leaf::Null => found.floats.push(f64::NAN),
            leaf => match leaf.as_f64() {
                Some(float) => found.floats.push(float),
                None => odd = Some(leaf.to_value()),
            },
        }
        odd.is_none()
    });
    match odd {
        Some(odd) => Err(not_measurable(&odd, matcher, "is no number")),
        None => Ok(found),
    }
}

/// Neumaier's compensated sum: as exact as numpy's pairwise one or more so, in any order.
pub(super) fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let next = total + number;
        lost += if total.abs() >= number.abs() { (total - next) + number } else { (number - next) + total };
        total = next;
    }
    // Beyond the finite, what was lost has no meaning.
    if total.is_finite() { total + lost } else { total }
}

fn mean(numbers: &[f64]) -> f64 {
    sum(numbers.iter().copied()) / numbers.len() as f64
}

fn median(numbers: &[f64]) -> f64 {
    if numbers.iter().any(|number| number.is_nan()) {
        return f64::NAN;
    }
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { mean(&sorted[middle - 1..=middle]) }
}

/// The population's standard deviation, as `numpy.std` has it (`ddof=0`).
fn std(numbers: &[f64]) -> f64 {
    let centre = mean(numbers);
    (sum(numbers.iter().map(|number| (number - centre).powi(2))) / numbers.len() as f64).sqrt()
}

/// Aggregates differ in nothing but their formula.
macro_rules! aggregates {
    ($($name:ident = $word:literal, $called:literal, $page:literal, |$numbers:ident| $figure:expr;)+) => {$(
        #[derive(Debug)]
        pub(super) struct $name(Wanted<f64>);

        impl Matcher for $name {
            fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
                let $numbers = numbers(actual, $word)?;
                let evidence = Evidence::values($numbers.floats.len());
                if $numbers.floats.is_empty() {
                    return Ok(Judged::new(evidence, None));
                }
                let figure: Value = $figure;
                self.0.judge($called, &figure, actual, evidence, bench)
            }
        }

        impl Named for $name {
            const NAME: &'static str = $word;
            const PAGE: &'static str = $page;
            fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
                Wanted::read(node, decoder).map(Self)
            }
            fn schema() -> Json {
                Wanted::<f64>::schema()
            }
        }
    )+};
}

aggregates! {
    SumsTo = "sums_to", "sum",
        "The sum of all elements, within the tolerance in force, or what nested matchers say of it. A NaN or a null makes the sum \
         NaN. `each: {sums_to: 1}` is row by row.\n\n`probabilities: {each: {sums_to: 1.0}}`",
        |numbers| numbers.whole.and_then(|whole| i64::try_from(whole).ok()).map_or_else(
            || Value::Float(sum(numbers.floats.iter().copied())), Value::Int);
    Mean = "mean", "mean",
        "The arithmetic mean of all elements, within the tolerance in force, or what nested matchers say of it. A NaN or a null makes \
         it NaN.\n\n`values: {mean: {between: [0.4, 0.6]}}`",
        |numbers| Value::Float(mean(&numbers.floats));
    Median = "median", "median",
        "The median of all elements; of an even number, the mean of the middle two, as `numpy.median` has it. Within the tolerance in \
         force, or what nested matchers say of it. A NaN or a null makes it NaN.\n\n`values: {median: {above: 0}}`",
        |numbers| Value::Float(median(&numbers.floats));
    Std = "std", "standard deviation",
        "The population's standard deviation of all elements, as `numpy.std` has it (`ddof=0`). Within the tolerance in force, or what \
         nested matchers say of it. A NaN or a null makes it NaN.\n\n`values: {std: 1.0}`",
        |numbers| Value::Float(std(&numbers.floats));
}

/// How many values there are, each counted once.
#[derive(Debug)]
pub(super) struct NUnique(Wanted<u64>);

impl Matcher for NUnique {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut seen = HashSet::new();
        let mut measured = 0;
        visit_leaves(actual, &mut |leaf| {
            measured += 1;
            seen.insert(identity(&leaf.to_value()));
            true
        });
        let evidence = Evidence::values(measured);
        if measured == 0 {
            return Ok(Judged::new(evidence, None));
        }
        self.0.judge("number of distinct values", &Value::from(seen.len()), actual, evidence, bench)
    }
}

impl Named for NUnique {
    const NAME: &'static str = "n_unique";
    const PAGE: &'static str = "How many distinct scalars there are; NaN counts as one, and so does null. A number, or nested matchers.\n\n\
        `labels: {n_unique: 3}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Wanted::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        Wanted::<u64>::schema()
    }
}
