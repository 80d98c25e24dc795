//! Rules on the cells of one column.

use crate::value::{Column, Dtype, Leaf, Value, clip, matches_pattern, visit_column};

use super::dtype::{self, Verdict, timed};
use super::members::Members;
use super::violation::Offenders;
use super::{ColumnRule, ContractReport, DtypeRule, Violation, unique};

/// The cells of a column by what is there.
#[derive(Default)]
struct Cells<'a> {
    /// With their rows, from 0.
    present: Vec<(usize, Leaf<'a>)>,
    nulls: Offenders,
    nans: Offenders,
    /// What `missing` lists, besides NaN.
    stand_ins: Offenders,
}

impl<'a> Cells<'a> {
    fn of(rule: &ColumnRule, column: &'a Column) -> Self {
        let missing = Members::of(&rule.missing);
        let mut cells = Self::default();
        let mut row = 0;
        visit_column(column, &mut |leaf| {
            match leaf {
                Leaf::Null => {
                    cells.nulls.note(row);
                }
                Leaf::Float(float) if float.is_nan() => {
                    cells.nans.note(row);
                }
                leaf if !rule.missing.is_empty() && missing.contain(leaf) => cells.stand_ins.push(row, leaf),
                leaf => cells.present.push((row, leaf)),
            }
            row += 1;
            true
        });
        cells
    }

    fn blame(&self, wrong: impl Fn(Leaf<'a>) -> bool) -> Offenders {
        let mut found = Offenders::default();
        for &(row, leaf) in &self.present {
            if wrong(leaf) {
                found.push(row, leaf);
            }
        }
        found
    }
}

/// One rule on values: its key, what a value that breaks it is, and which do.
struct Finding {
    rule: &'static str,
    what: String,
    found: Offenders,
}

pub(super) fn check(rule: &ColumnRule, column: &Column, report: &mut ContractReport) {
    let cells = Cells::of(rule, column);
    let verdict = dtype::check(rule, column, &cells.present, cells.nans.count);
    let findings = match &verdict {
        Verdict::Broken { comparable: false, .. } => Vec::new(),
        _ => values(rule, &cells),
    };
    if let Verdict::Broken { violation, .. } = verdict {
        report.violations.push(violation);
    }
    let measured = cells.present.len();
    presence(rule, cells, column.len(), report);
    for Finding { rule: key, what, found } in findings {
        if measured == 0 {
            report.unmeasured.push((rule.name.clone(), key));
        } else if found.count > 0 {
            report.violations.push(Violation::of_cells(&rule.name, key, what, found, measured));
        }
    }
}

fn presence(rule: &ColumnRule, cells: Cells<'_>, rows: usize, report: &mut ContractReport) {
    let broken = |key, what, found: Offenders| {
        (found.count > 0).then(|| Violation::of_cells(&rule.name, key, what, found, rows))
    };
    let violations = &mut report.violations;
    if !rule.nullable {
        violations.extend(broken("nullable", "null", cells.nulls));
        violations.extend(broken("nullable", "NaN", cells.nans));
        violations.extend(broken("nullable", "listed as missing", cells.stand_ins));
    } else if !rule.nan_is_missing() {
        let found = broken("nullable", "NaN", cells.nans);
        let help =
            "a nullable column may hold nulls; where NaN is to count as missing too, say `missing: [nan]`";
        violations.extend(found.map(|violation| violation.help(help)));
    }
}

fn values(rule: &ColumnRule, cells: &Cells<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |rule, what, found| findings.push(Finding { rule, what, found });
    if rule.unique {
        add("unique", "equal to an earlier one".to_owned(), unique::repeats(&cells.present));
    }
    let as_time = |leaf| if reads_datetimes(rule) { timed(leaf) } else { leaf };
    if let Some(bounds) = &rule.between {
        add("between", format!("not {bounds}"), cells.blame(|leaf| !bounds.hold(as_time(leaf))));
    }
    let as_time = |leaf| if is_datetime(rule) { timed(leaf) } else { leaf };
    let listed = |set: &[Value]| clip(&Value::list(set.to_vec()), 80);
    if let Some(set) = &rule.isin {
        let members = Members::of(set);
        add("isin", format!("not in {}", listed(set)), cells.blame(|leaf| !members.contain(as_time(leaf))));
    }
    if let Some(set) = &rule.not_in {
        let members = Members::of(set);
        add("not_in", format!("in {}", listed(set)), cells.blame(|leaf| members.contain(as_time(leaf))));
    }
    if let Some(pattern) = &rule.matches {
        add(
            "matches",
            format!("not matched by `{pattern}`"),
            cells.blame(|leaf| !matches_pattern(leaf, pattern)),
        );
    }
    if let Some(least) = rule.min_length {
        let short = |leaf| characters(leaf).is_none_or(|length| length < least);
        add("min_length", format!("not text of at least {least} characters"), cells.blame(short));
    }
    if let Some(most) = rule.max_length {
        let long = |leaf| characters(leaf).is_none_or(|length| length > most);
        add("max_length", format!("not text of at most {most} characters"), cells.blame(long));
    }
    findings
}

fn is_datetime(rule: &ColumnRule) -> bool {
    rule.dtype == Some(DtypeRule::Exact(Dtype::Datetime))
}

/// Bounds that are datetimes ask for datetimes, which CSV and JSON write as text.
fn reads_datetimes(rule: &ColumnRule) -> bool {
    let bounds = rule.between.iter().flat_map(|bounds| [&bounds.low, &bounds.high]).flatten();
    is_datetime(rule) || bounds.into_iter().any(|limit| matches!(limit.value, Value::Text(_)))
}

fn characters(leaf: Leaf<'_>) -> Option<usize> {
    if let Leaf::Text(text) = leaf { Some(text.chars().count()) } else { None }
}
