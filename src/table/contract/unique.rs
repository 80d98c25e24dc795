//! Values and rows that stand only once. What is missing equals nothing, as in SQL; of equal ones the first is
//! let be and the later ones are reported, as `pandas.DataFrame.duplicated(keep="first")` marks them.

use std::collections::HashSet;
use std::sync::Arc;

use super::violation::Offenders;
use super::{ContractReport, Violation};
use crate::value::{Column, Leaf, Table, visit_column};

/// A scalar by what it equals.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(u64),
    Text(&'a str),
    Datetime(i64),
}

fn key(leaf: Leaf<'_>) -> Option<Key<'_>> {
    Some(match leaf {
        Leaf::Bool(flag) => Key::Bool(flag),
        Leaf::Int(int) => Key::Int(int),
        Leaf::UInt(int) => Key::UInt(int),
        Leaf::Float(float) if float.is_nan() => return None,
        // Adding zero makes one of the two zeros, which are equal.
        Leaf::Float(float) => Key::Float((float + 0.0).to_bits()),
        Leaf::Text(text) => Key::Text(text),
        Leaf::Datetime(micros) => Key::Datetime(micros),
        Leaf::Null | Leaf::Duration(_) | Leaf::Size(_) | Leaf::Opaque(_) => return None,
    })
}

/// The values that equal an earlier one.
pub(super) fn repeats(present: &[(usize, Leaf<'_>)]) -> Offenders {
    let mut seen = HashSet::with_capacity(present.len());
    let mut found = Offenders::default();
    for &(row, leaf) in present {
        if key(leaf).is_some_and(|key| !seen.insert(key)) {
            found.push(row, leaf);
        }
    }
    found
}

/// The rows that agree with an earlier one in all of these columns.
pub(super) fn together(names: &[Arc<str>], table: &Table, report: &mut ContractReport) {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let Some(column) = table.column(name) else {
            let said = report
                .violations
                .iter()
                .any(|held| held.rule == "required" && held.column.as_ref() == Some(name));
            if !said {
                let message = format!("`{name}`: the table has no such column, which is part of a key");
                report.violations.push(Violation::of_column(name, "unique_together", message));
            }
            return;
        };
        columns.push(keys(column));
    }
    let mut seen = HashSet::with_capacity(table.rows());
    let (mut found, mut measured) = (Offenders::default(), 0);
    for row in 0..table.rows() {
        let Some(key) = columns.iter().map(|column| column[row]).collect::<Option<Vec<_>>>() else {
            continue;
        };
        measured += 1;
        if !seen.insert(key) {
            found.note(row);
        }
    }
    let list = names.join("`, `");
    if measured == 0 {
        report.unmeasured.push((list.into(), "unique_together"));
    } else if found.count > 0 {
        let what = format!("equal to an earlier one in `{list}`");
        let message = found.sentence("row", &what, measured);
        let violation = Violation::of_table("unique_together", message);
        report.violations.push(Violation { count: found.count, rows: found.rows, ..violation });
    }
}

fn keys(column: &Column) -> Vec<Option<Key<'_>>> {
    let mut keys = Vec::with_capacity(column.len());
    visit_column(column, &mut |leaf| {
        keys.push(key(leaf));
        true
    });
    keys
}
