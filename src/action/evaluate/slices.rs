//! Rows by the value of a column.

use std::collections::BTreeMap;

use super::super::{StepError, labels};
use crate::ml::label::Label;
use crate::value::{Column, Value};

/// Slices in ascending order of their values, and the rows of each. Rows without a value are the slice `null`.
pub(super) struct Slices {
    pub measured: Vec<(String, Vec<usize>)>,
    skipped: Vec<(String, usize)>,
}

impl Slices {
    /// Slices of fewer rows than `fewest` are skipped.
    pub fn of(by: &Column, fewest: usize) -> Result<Self, StepError> {
        let present: Vec<usize> = (0..by.len()).filter(|&row| !by.is_null(row)).collect();
        let there = Column::new(by.name.clone(), by.data.take(&present));
        let values = labels::of_column(&there, "`by`")?;
        let mut rows: BTreeMap<&Label, Vec<usize>> = BTreeMap::new();
        for (value, row) in values.iter().zip(present) {
            rows.entry(value).or_default().push(row);
        }
        let mut all: Vec<(String, Vec<usize>)> =
            rows.into_iter().map(|(value, rows)| (value.to_string(), rows)).collect();
        let missing: Vec<usize> = (0..by.len()).filter(|&row| by.is_null(row)).collect();
        if !missing.is_empty() {
            if all.iter().any(|(name, _)| name == "null") {
                return Err(StepError::new("`by` holds both null and the string \"null\"")
                    .help("give the missing ones a name with `impute`"));
            }
            all.push(("null".to_owned(), missing));
        }
        let (measured, skipped): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(_, rows)| rows.len() >= fewest);
        if measured.is_empty() {
            let message = format!("no slice has the {fewest} rows that `min_support` asks for");
            return Err(StepError::new(message).help("give more rows, or lower `min_support`"));
        }
        let skipped = skipped.into_iter().map(|(name, rows)| (name, rows.len())).collect();
        Ok(Self { measured, skipped })
    }

    /// Rows of each slice that is measured.
    pub fn support(&self) -> Value {
        Value::map(self.measured.iter().map(|(name, rows)| (name.as_str(), Value::from(rows.len()))))
    }

    /// Rows of each slice that is not.
    pub fn skipped(&self) -> Value {
        Value::map(self.skipped.iter().map(|(name, rows)| (name.as_str(), Value::from(*rows))))
    }
}
