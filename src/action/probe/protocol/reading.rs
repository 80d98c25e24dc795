//! What an answer says, and what of it breaks the protocol's rules.

use crate::value::Value;

/// An answer as its protocol reads it.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// One a row, where every row has one.
    pub predictions: Option<Vec<Value>>,
    /// How many things were looked at.
    pub measured: u64,
    /// What did not hold.
    pub misses: Vec<String>,
    /// What is worth knowing, and no fault.
    pub remarks: Vec<String>,
    /// The server refused, whatever the status says: an error where an answer should be.
    pub refused: bool,
}

impl Reading {
    /// Nothing but this can be said.
    pub(crate) fn miss(why: impl Into<String>) -> Self {
        Self { measured: 1, misses: vec![why.into()], ..Self::default() }
    }

    /// Looks at one thing more; `Err` says why it does not hold.
    pub(crate) fn check(&mut self, held: Result<(), String>) {
        self.measured += 1;
        self.misses.extend(held.err());
    }

    /// Predictions, of which there must be one a row.
    pub(crate) fn predictions(&mut self, found: &[Value], rows: usize) {
        self.measured += found.len().max(1) as u64;
        for (index, _) in found.iter().enumerate().filter(|(_, one)| matches!(one, Value::Null)) {
            self.misses.push(format!("prediction {} is null", index + 1));
        }
        if found.len() == rows {
            self.predictions = Some(found.to_vec());
        } else {
            let came = if found.len() == 1 {
                "1 prediction came"
            } else {
                &format!("{} predictions came", found.len())
            };
            let asked = if rows == 1 { "1 row" } else { &format!("{rows} rows") };
            self.misses.push(format!("{came} for {asked}"));
        }
    }

    /// What another look has found as well; its predictions are not taken.
    pub(crate) fn add(&mut self, other: Self) {
        self.measured += other.measured;
        self.misses.extend(other.misses);
        self.remarks.extend(other.remarks);
    }
}
