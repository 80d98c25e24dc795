//! Rules on the table as a whole: how many rows, which columns, in which order.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Contract, RowsRule, Violation};
use crate::diagnostic::suggest;
use crate::value::{Leaf, Table};

pub(super) fn check(contract: &Contract, table: &Table, violations: &mut Vec<Violation>) {
    violations.extend(contract.rows.as_ref().and_then(|rule| rows(rule, table.rows())));
    violations.extend(names_twice(table));
    violations.extend(missing(contract, table));
    if contract.strict {
        violations.extend(undeclared(contract, table));
    }
    if contract.ordered {
        violations.extend(order(contract, table));
    }
}

fn rows(rule: &RowsRule, rows: usize) -> Option<Violation> {
    let expected = match rule {
        RowsRule::Exact(wanted) if *wanted == rows => return None,
        RowsRule::Exact(wanted) => wanted.to_string(),
        RowsRule::Within(bounds) if bounds.hold(Leaf::Int(rows as i64)) => return None,
        RowsRule::Within(bounds) => bounds.to_string(),
    };
    let noun = if rows == 1 { "row" } else { "rows" };
    Some(Violation::of_table("rows", format!("{rows} {noun}, expected {expected}")))
}

fn names_twice(table: &Table) -> impl Iterator<Item = Violation> {
    let mut seen = HashSet::new();
    table.names().filter(move |name| !seen.insert(name.as_ref().to_owned())).map(|name| {
        Violation::of_column(name, "columns", format!("`{name}`: more than one column is called that"))
    })
}

fn missing(contract: &Contract, table: &Table) -> impl Iterator<Item = Violation> {
    contract.columns.iter().filter(|rule| rule.required && table.column(&rule.name).is_none()).map(|rule| {
        let name = &rule.name;
        let free = table.names().map(|name| &**name).filter(|held| !declared(contract, held));
        let found = Violation::of_column(name, "required", format!("`{name}`: the table has no such column"));
        match suggest(name, free) {
            Some(near) => found.help(format!("the table has `{near}`, which the contract does not name")),
            None => found,
        }
    })
}

fn undeclared(contract: &Contract, table: &Table) -> impl Iterator<Item = Violation> {
    table.names().filter(|name| !declared(contract, name)).map(|name| {
        Violation::of_column(name, "strict", format!("`{name}`: a column that the contract does not declare"))
    })
}

fn declared(contract: &Contract, name: &str) -> bool {
    contract.columns.iter().any(|rule| &*rule.name == name)
}

fn order(contract: &Contract, table: &Table) -> Option<Violation> {
    let wanted: Vec<&Arc<str>> =
        contract.columns.iter().map(|rule| &rule.name).filter(|name| table.column(name).is_some()).collect();
    let held: Vec<&Arc<str>> = table.names().filter(|name| declared(contract, name)).collect();
    let at = wanted.iter().zip(&held).position(|(wanted, held)| wanted != held)?;
    let message =
        format!("`{}` stands where `{}` is expected: the columns are out of order", held[at], wanted[at]);
    let list = wanted.iter().map(|name| &***name).collect::<Vec<_>>().join("`, `");
    Some(Violation::of_table("ordered", message).help(format!("the declared order is `{list}`")))
}
