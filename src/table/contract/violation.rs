//! One broken rule, and the rows that break it.

use std::fmt::Display;
use std::sync::Arc;

use crate::value::{Leaf, clip};

/// How many rows of one violation are kept, of however many there are.
pub const ROWS_KEPT: usize = 10;

/// How many of them a message shows.
const ROWS_SHOWN: usize = 5;

/// A rule that a table breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `None` where it is one of the whole table.
    pub column: Option<Arc<str>>,
    /// The key of the contract that asks for it.
    pub rule: &'static str,
    pub message: String,
    pub help: Option<String>,
    /// How many values, rows or columns break it.
    pub count: usize,
    /// The first [`ROWS_KEPT`] rows that do, from 1 without the header; none where no row is to blame.
    pub rows: Vec<usize>,
    /// What those rows hold; none where it is the same everywhere (null, NaN).
    pub examples: Vec<String>,
}

impl Violation {
    /// One of the whole table.
    pub(super) fn of_table(rule: &'static str, message: String) -> Self {
        Self { column: None, rule, message, help: None, count: 1, rows: Vec::new(), examples: Vec::new() }
    }

    /// One of a column as a whole.
    pub(super) fn of_column(column: &Arc<str>, rule: &'static str, message: String) -> Self {
        Self { column: Some(column.clone()), ..Self::of_table(rule, message) }
    }

    /// "`age`: 2 of 20 values are not between 0 and 120 (rows 3, 7: -1, 130)".
    pub(super) fn of_cells(
        column: &Arc<str>,
        rule: &'static str,
        what: impl Display,
        found: Offenders,
        total: usize,
    ) -> Self {
        let message = format!("`{column}`: {}", found.sentence("value", &what, total));
        Self {
            count: found.count,
            rows: found.rows,
            examples: found.examples,
            ..Self::of_column(column, rule, message)
        }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The cells that break a rule, as they are found.
#[derive(Debug, Default)]
pub(super) struct Offenders {
    pub(super) count: usize,
    pub(super) rows: Vec<usize>,
    pub(super) examples: Vec<String>,
}

impl Offenders {
    /// `row` counts from 0.
    pub(super) fn push(&mut self, row: usize, leaf: Leaf<'_>) {
        if self.note(row) {
            self.examples.push(clip(&leaf.to_value(), 40));
        }
    }

    /// A row that has no value to show; whether it was kept.
    pub(super) fn note(&mut self, row: usize) -> bool {
        self.count += 1;
        let kept = self.rows.len() < ROWS_KEPT;
        if kept {
            self.rows.push(row + 1);
        }
        kept
    }

    /// "2 of 20 values are not between 0 and 120 (rows 3, 7: -1, 130)".
    pub(super) fn sentence(&self, noun: &str, what: &dyn Display, total: usize) -> String {
        let plural = if total == 1 { "" } else { "s" };
        let verb = if self.count == 1 { "is" } else { "are" };
        format!("{} of {total} {noun}{plural} {verb} {what}{}", self.count, self.places())
    }

    /// " (rows 3, 7: -1, 130)"; nothing where there is no row.
    pub(super) fn places(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let shown: Vec<String> = self.rows.iter().take(ROWS_SHOWN).map(ToString::to_string).collect();
        let plural = if self.count == 1 { "" } else { "s" };
        let more = if self.count > shown.len() { ", …" } else { "" };
        let values = match self.examples.get(..shown.len()) {
            Some(examples) if !examples.is_empty() => format!(": {}{more}", examples.join(", ")),
            _ => String::new(),
        };
        format!(" (row{plural} {}{more}{values})", shown.join(", "))
    }
}
