//! `contract`: a table held to what is declared of it.

mod keys;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{Action, Checked, Context, Done, Output, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Named, Node, Scope, Unbound};
use crate::table::contract::{self, ColumnRule, Contract as Rules, ContractReport, RowsRule, Violation};
use crate::value::{Bounds, Evidence, FromValue, Kind, Limit, Map, Outputs, Unit, Value};

pub use keys::{ColumnKeys, KeyColumns};
use keys::{Keys, Range, RowsForm, RowsKeys};

/// What a report calls the contract's own `unique`.
const KEY: &str = "unique_together";

/// The action.
#[derive(Debug)]
pub(super) struct Contract {
    keys: Keys,
    span: Span,
}

impl Decode for Contract {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if keys.columns.0.is_empty() && keys.rows.is_none() && keys.unique.is_none() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "this contract asks for nothing");
            return decoder.refuse(diagnostic.help("declare `columns: {name: {dtype: float}}`"));
        }
        Some(Self { keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl super::Named for Contract {
    const NAME: &'static str = "contract";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("rows", Kind::Number, "how many rows the table has"),
        Output::new(
            "violations",
            Kind::List,
            "what breaks the contract: `column`, `rule`, `message`, `count`, and the first `rows` and `examples`",
        ),
    ];
}

impl Action for Contract {
    fn is_check(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let table = context.get(&self.keys.data)?;
        let rules = self.rules(context)?;
        let allow_empty = context.maybe(self.keys.allow_empty.as_ref())?.unwrap_or(false);
        let report = contract::check(&rules, &table);
        let mut checked = self.checked(&report, &|name| table.column(name).is_some());
        if allow_empty {
            checked.retain(|one| one.evidence.count > 0 || !one.misses.is_empty());
        }
        let outputs = Outputs::new()
            .with("rows", report.rows)
            .with("violations", Value::list(report.violations.iter().map(entry).collect()));
        Ok(Done { checked, ..Done::from(outputs) })
    }
}

impl Contract {
    fn rules(&self, context: &Context<'_>) -> Result<Rules, StepError> {
        let keys = &self.keys;
        let flag =
            |arg: &Option<Arg<bool>>| Ok::<_, StepError>(context.maybe(arg.as_ref())?.unwrap_or(false));
        let rows = match &keys.rows {
            None => None,
            Some(spec) => Some(match &spec.form {
                RowsForm::Exact(count) => RowsRule::Exact(context.get(count)?),
                RowsForm::Within(keys) => RowsRule::Within(bounds(keys, context)?),
            }),
        };
        Ok(Rules {
            rows,
            strict: flag(&keys.strict)?,
            ordered: flag(&keys.ordered)?,
            ..declared(&keys.columns, keys.unique.as_ref(), context.scope)?
        })
    }

    /// One check for each rule that was written, and one for each column as such.
    fn checked(&self, report: &ContractReport, there: &dyn Fn(&str) -> bool) -> Vec<Checked> {
        let keys = &self.keys;
        let mut found = Findings { report, checked: Vec::new() };
        if let Some(rows) = &keys.rows {
            found.add(rows.span, Evidence::ONE, |violation| violation.rule == "rows");
        }
        let form = [("strict", keys.strict.as_ref()), ("ordered", keys.ordered.as_ref())];
        for (rule, span) in form.into_iter().filter_map(|(rule, arg)| Some((rule, arg?.span))) {
            found.add(span, Evidence::ONE, |violation| violation.rule == rule);
        }
        if report.rows == 0 {
            // Said once, and not of every rule of every column.
            found.add(self.span, Evidence::new(0, Unit::Rows), |violation| {
                !["rows", "strict", "ordered"].contains(&violation.rule)
            });
            return found.checked;
        }
        for (name, column) in &keys.columns.0 {
            let of = |violation: &Violation| violation.column.as_ref() == Some(&name.text);
            let written = rules_of(column);
            found.add(name.span, Evidence::new(report.rows, Unit::Rows), |violation| {
                of(violation)
                    && !["strict", "ordered", KEY].contains(&violation.rule)
                    && !written.iter().any(|(rule, _)| *rule == violation.rule)
            });
            for (rule, span) in written.into_iter().filter(|_| there(&name.text)) {
                let unmeasured =
                    report.unmeasured.iter().any(|(column, held)| *column == name.text && *held == rule);
                let count = if unmeasured { 0 } else { report.rows };
                found.add(span, Evidence::new(count, Unit::Rows), |violation| {
                    of(violation) && violation.rule == rule
                });
            }
        }
        if let Some(unique) = &keys.unique {
            let unmeasured = report.unmeasured.iter().any(|(_, rule)| *rule == KEY);
            let count = if unmeasured { 0 } else { report.rows };
            found.add(unique.span, Evidence::new(count, Unit::Rows), |violation| violation.rule == KEY);
        }
        found.checked
    }
}

/// The checks, as they are gathered from a report.
struct Findings<'r> {
    report: &'r ContractReport,
    checked: Vec<Checked>,
}

impl Findings<'_> {
    fn add(&mut self, span: Span, evidence: Evidence, mine: impl Fn(&Violation) -> bool) {
        let misses =
            self.report.violations.iter().filter(|violation| mine(violation)).map(sentence).collect();
        self.checked.push(Checked {
            output: "violations",
            code: codes::CONTRACT_VIOLATED,
            span,
            evidence,
            misses,
            tolerance: None,
        });
    }
}

fn sentence(violation: &Violation) -> String {
    match &violation.help {
        Some(help) => format!("{} ({help})", violation.message),
        None => violation.message.clone(),
    }
}

/// The rules on values that are written, by the names that the report calls them.
fn rules_of(keys: &ColumnKeys) -> Vec<(&'static str, Span)> {
    fn at<T>(arg: Option<&Arg<T>>) -> Option<Span> {
        arg.map(|arg| arg.span)
    }
    let asks_unique = keys.unique.as_ref().filter(|unique| unique.known() != Some(&false));
    [
        ("dtype", at(keys.dtype.as_ref())),
        ("nullable", at(keys.nullable.as_ref())),
        ("unique", at(asks_unique)),
        ("between", at(keys.between.as_ref())),
        ("isin", at(keys.isin.as_ref())),
        ("not_in", at(keys.not_in.as_ref())),
        ("matches", at(keys.matches.as_ref())),
        ("min_length", at(keys.min_length.as_ref())),
        ("max_length", at(keys.max_length.as_ref())),
    ]
    .into_iter()
    .filter_map(|(rule, span)| Some((rule, span?)))
    .collect()
}

/// The rules that columns and keys declare.
pub fn declared(
    columns: &Named<ColumnKeys>,
    unique: Option<&Arg<KeyColumns>>,
    scope: &dyn Scope,
) -> Result<Rules, Unbound> {
    let columns = columns.0.iter().map(|(name, keys)| column(&name.text, keys, scope));
    Ok(Rules {
        columns: columns.collect::<Result<_, _>>()?,
        unique_together: maybe(unique, scope)?.map_or_else(Vec::new, |keys| keys.0),
        ..Rules::default()
    })
}

fn maybe<T: FromValue + Clone>(arg: Option<&Arg<T>>, scope: &dyn Scope) -> Result<Option<T>, Unbound> {
    arg.map(|arg| arg.bind(scope)).transpose()
}

fn column(name: &Arc<str>, keys: &ColumnKeys, scope: &dyn Scope) -> Result<ColumnRule, Unbound> {
    Ok(ColumnRule {
        dtype: maybe(keys.dtype.as_ref(), scope)?,
        nullable: maybe(keys.nullable.as_ref(), scope)?.unwrap_or(true),
        required: maybe(keys.required.as_ref(), scope)?.unwrap_or(true),
        missing: maybe(keys.missing.as_ref(), scope)?.unwrap_or_default(),
        unique: maybe(keys.unique.as_ref(), scope)?.unwrap_or(false),
        between: maybe(keys.between.as_ref(), scope)?.map(|Range(bounds)| bounds),
        isin: maybe(keys.isin.as_ref(), scope)?,
        not_in: maybe(keys.not_in.as_ref(), scope)?,
        matches: maybe(keys.matches.as_ref(), scope)?.map(|pattern| pattern.0),
        min_length: maybe(keys.min_length.as_ref(), scope)?,
        max_length: maybe(keys.max_length.as_ref(), scope)?,
        ..ColumnRule::new(name.clone())
    })
}

fn bounds(keys: &RowsKeys, context: &Context<'_>) -> Result<Bounds, StepError> {
    let limit = |arg: Option<&Arg<usize>>| {
        let count = context.maybe(arg)?;
        Ok::<_, StepError>(count.map(|count| Limit { value: Value::from(count), inclusive: true }))
    };
    let (low, high) = (limit(keys.min.as_ref())?, limit(keys.max.as_ref())?);
    let between = context.maybe(keys.between.as_ref())?.map_or_else(Bounds::default, |Range(bounds)| bounds);
    Ok(Bounds { low: low.or(between.low), high: high.or(between.high) })
}

fn entry(violation: &Violation) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.into(), value);
    put("column", violation.column.as_deref().map_or(Value::Null, Value::from));
    put("rule", if violation.rule == KEY { "unique" } else { violation.rule }.into());
    put("message", violation.message.as_str().into());
    put("count", violation.count.into());
    put("rows", Value::list(violation.rows.iter().map(|row| Value::from(*row)).collect()));
    put("examples", Value::list(violation.examples.iter().map(|text| text.as_str().into()).collect()));
    Value::from(map)
}
