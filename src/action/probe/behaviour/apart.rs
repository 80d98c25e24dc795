//! Predictions compared row by row.

use std::collections::BTreeSet;

use super::Finding;
use crate::syntax::SetTolerance;
use crate::value::{Value, clip, compare, off_by};

/// Rows that a failure shows.
const SHOWN: usize = 5;
/// Characters of a value that a message shows.
const WIDE: usize = 120;

/// What came of comparing.
#[derive(Debug)]
pub(super) struct Apart {
    tolerance: SetTolerance,
    /// Numbers and words compared.
    pub measured: usize,
    /// The largest difference of two numbers.
    pub worst: f64,
    /// The number of the last row.
    rows: usize,
    differing: BTreeSet<usize>,
    more: usize,
    shown: Vec<String>,
}

impl Apart {
    pub(super) fn new(tolerance: SetTolerance) -> Self {
        Self {
            tolerance,
            measured: 0,
            worst: 0.0,
            rows: 0,
            differing: BTreeSet::new(),
            more: 0,
            shown: Vec::new(),
        }
    }

    /// Compares one row's prediction, `of` which it is said how it came, with what it should be.
    pub(super) fn row(
        &mut self,
        number: usize,
        (of, actual): (&str, &Value),
        (from, expected): (&str, &Value),
    ) {
        let found = compare(actual, expected, &self.tolerance.value);
        self.measured += found.measured;
        self.worst = self.worst.max(found.largest);
        self.rows = self.rows.max(number);
        let Some(mismatch) = found.mismatch else { return };
        self.differing.insert(number);
        if self.shown.len() == SHOWN {
            self.more += 1;
        } else {
            let worst = mismatch.worst;
            let at = if worst.path.0.is_empty() { String::new() } else { format!(" at `{}`", worst.path) };
            let why = worst.form.map(|form| format!(" ({form})")).unwrap_or_default();
            let off = off_by(worst.difference, worst.allowed);
            let (expected, actual) = (clip(&worst.expected, WIDE), clip(&worst.actual, WIDE));
            self.shown.push(format!("row {number}{at}: {from} {expected}, {of} {actual}{why}{off}"));
        }
    }

    /// Compares all rows in their order.
    pub(super) fn rows(&mut self, (of, actual): (&str, &[Value]), (from, expected): (&str, &[Value])) {
        for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
            self.row(index + 1, (of, actual), (from, expected));
        }
    }

    pub(super) fn agrees(&self) -> bool {
        self.differing.is_empty()
    }

    /// The rows that differ, each in a sentence.
    pub(super) fn shown(&self) -> Vec<String> {
        let rest = (self.more > 0).then(|| format!("and {} more", self.more));
        self.shown.iter().cloned().chain(rest).collect()
    }

    /// The finding that it comes to; `how` says what differing rows do.
    pub(super) fn finding(self, name: &'static str, how: &str) -> Finding {
        let mut misses = Vec::new();
        if !self.agrees() {
            let noun = if self.rows == 1 { "row" } else { "rows" };
            let differing = self.differing.len();
            let verb = if differing == 1 { "is" } else { "are" };
            misses.push(format!("`{name}`: {differing} of {} {noun} {verb} {how}", self.rows));
            misses.extend(self.shown());
        }
        let tolerance = Some(self.tolerance);
        Finding { name, measured: self.measured, misses, tolerance, output: self.worst.into() }
    }
}
