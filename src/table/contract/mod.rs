//! A table held to its contract: which columns it has, of which dtype, and what their values may be.
//!
//! Null and NaN are told apart and counted apart. `nullable: false` refuses both. A nullable column may hold nulls;
//! a NaN breaks the contract all the same, unless `missing` lists it: then it counts as missing, as null does.
//! Every rule on values measures those that are present. Rows are numbered from 1, the header not counted.

mod column;
mod dtype;
mod form;
mod members;
mod rule;
mod unique;
mod violation;

use std::sync::Arc;

pub use dtype::DtypeRule;
pub use rule::{ColumnRule, Contract, RowsRule};
pub use violation::{ROWS_KEPT, Violation};

use crate::value::Table;

/// What holding a table to a contract found.
#[derive(Clone, Debug, Default)]
pub struct ContractReport {
    /// Rows of the table.
    pub rows: usize,
    /// Cells of the declared columns that are there: what was looked at.
    pub cells: usize,
    /// Of the table first, then column by column as declared, then of keys. None means that the contract holds.
    pub violations: Vec<Violation>,
    /// Rules that found no value to measure, by column and rule: a column of nulls alone, no rows. A table that
    /// breaks no rule because there was nothing to measure has not been shown to hold its contract.
    pub unmeasured: Vec<(Arc<str>, &'static str)>,
}

/// Holds a table to a contract, in time linear in its cells.
pub fn check(contract: &Contract, table: &Table) -> ContractReport {
    let mut report = ContractReport { rows: table.rows(), ..ContractReport::default() };
    form::check(contract, table, &mut report.violations);
    for rule in &contract.columns {
        if let Some(column) = table.column(&rule.name) {
            report.cells += column.len();
            column::check(rule, column, &mut report);
        }
    }
    for key in &contract.unique_together {
        unique::together(key, table, &mut report);
    }
    report
}

#[cfg(test)]
mod tests;
