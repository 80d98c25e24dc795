//! Tables that obey a contract.

use std::sync::Arc;

use super::{Floats, Integers, Scalar, Sizes, Texts, below, one_in, pick, size};
use crate::ml::random::Generator;
use crate::table::contract::{ColumnRule, Contract, DtypeRule, check};
use crate::value::{Bounds, Dtype, Limit, Map, Table, Value, parse_datetime};

/// How often a missing value stands where one may be missing.
const MISSING: f64 = 0.15;
/// How many rows are drawn for one that keeps what must be unique.
const TRIES: usize = 200;

/// Rows to draw, as columns of a table.
#[derive(Clone, Debug)]
pub struct Rows {
    columns: Vec<Cells>,
    contract: Contract,
    sizes: Sizes,
}

/// One column.
#[derive(Clone, Debug)]
struct Cells {
    rule: ColumnRule,
    present: Scalar,
    /// What stands for a value that is missing; none where none may be.
    missing: Vec<Value>,
}

/// A rule of a column to which no values can be made, with what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The column.
    pub column: Arc<str>,
    pub why: String,
    pub help: String,
}

impl Rows {
    /// Tables of so many rows that obey a contract, whose own rule on rows is not looked at.
    pub fn new(contract: Contract, sizes: Sizes) -> Result<Self, Unfit> {
        let columns: Vec<Cells> = contract.columns.iter().map(Cells::new).collect::<Result<_, _>>()?;
        for Cells { rule, present, missing } in &columns {
            if rule.unique && missing.is_empty() && present.count() < sizes.least as f64 {
                let why = format!("{} rows cannot all differ in it", sizes.least);
                return Err(unfit(rule, why, "ask for fewer rows, or allow more values"));
            }
        }
        Ok(Self { columns, contract: Contract { rows: None, ..contract }, sizes })
    }

    pub(super) fn specials(&self, rng: &mut Generator) -> Vec<Value> {
        let edges: Vec<Vec<Value>> = self.columns.iter().map(Cells::edges).collect();
        let most = edges.iter().map(Vec::len).max().unwrap_or(0);
        let filled = |rows: usize, cell: &dyn Fn(usize, usize) -> Value| {
            let column = |(index, cells): (usize, &Cells)| {
                (cells.rule.name.clone(), Value::list((0..rows).map(|row| cell(index, row)).collect()))
            };
            Value::map(self.columns.iter().enumerate().map(column))
        };
        let missing = |index: usize, _| match &self.columns[index].missing[..] {
            [first, ..] => first.clone(),
            [] => edges[index][0].clone(),
        };
        let in_turn = |index: usize, row: usize| edges[index][row % edges[index].len()].clone();
        let mut specials = vec![filled(self.sizes.near(0), &in_turn), filled(self.sizes.near(1), &in_turn)];
        specials.push(filled(self.sizes.near(1), &missing));
        specials.push(filled(self.sizes.near(2), &missing));
        specials.push(filled(self.sizes.near(3), &|index, _| edges[index][0].clone()));
        specials.push(filled(self.sizes.near(3), &|index, _| edges[index][edges[index].len() - 1].clone()));
        specials.push(filled(self.sizes.near(most), &in_turn));
        specials.retain(|special| self.holds(special));
        specials.push(self.of_rows(self.sizes.most, rng));
        specials
    }

    pub(super) fn draw(&self, rng: &mut Generator) -> Value {
        let rows = size(rng, self.sizes.least, self.sizes.most);
        self.of_rows(rows, rng)
    }

    fn of_rows(&self, rows: usize, rng: &mut Generator) -> Value {
        let drawn: Vec<&Cells> =
            self.columns.iter().filter(|cells| cells.rule.required || one_in(rng, 2)).collect();
        let edges: Vec<Vec<Value>> = drawn.iter().map(|cells| cells.edges()).collect();
        let at = |name: &Arc<str>| drawn.iter().position(|cells| cells.rule.name == *name);
        let mut keys: Vec<Vec<usize>> =
            (0..drawn.len()).filter(|&index| drawn[index].rule.unique).map(|index| vec![index]).collect();
        let together = self.contract.unique_together.iter();
        keys.extend(together.filter_map(|names| names.iter().map(at).collect::<Option<Vec<_>>>()));
        let mut seen = vec![std::collections::HashSet::new(); keys.len()];
        let mut table: Vec<Vec<Value>> = vec![Vec::with_capacity(rows); drawn.len()];
        'rows: for _ in 0..rows {
            for _ in 0..TRIES {
                let row: Vec<Value> = drawn
                    .iter()
                    .zip(&edges)
                    .map(
                        |(cells, edges)| {
                            if one_in(rng, 12) { pick(edges, rng).clone() } else { cells.draw(rng) }
                        },
                    )
                    .collect();
                let shown: Vec<Option<String>> = keys.iter().map(|key| shown(key, &row, &drawn)).collect();
                let fresh = |(shown, seen): (&Option<String>, &std::collections::HashSet<String>)| {
                    shown.as_ref().is_none_or(|shown| !seen.contains(shown))
                };
                if shown.iter().zip(&seen).all(fresh) {
                    seen.iter_mut().zip(shown).for_each(|(seen, shown)| seen.extend(shown));
                    table.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
                    continue 'rows;
                }
            }
            // There may be no further one.
            break;
        }
        let columns = drawn.iter().zip(table);
        Value::map(columns.map(|(cells, column)| (cells.rule.name.clone(), Value::list(column))))
    }

    /// Whether it is such a table: the contract itself says so.
    pub(super) fn holds(&self, value: &Value) -> bool {
        let Value::Map(columns) = value else { return false };
        let Ok(table) = Table::from_columns(columns) else { return false };
        (columns.is_empty() || self.sizes.hold(table.rows()))
            && check(&self.contract, &table).violations.is_empty()
    }

    /// Simpler cells in place of one of a column, the simplest first.
    pub(super) fn simpler(&self, column: &str, cell: &Value) -> Vec<Value> {
        let found = self.columns.iter().find(|cells| &*cells.rule.name == column);
        found.map_or_else(Vec::new, |cells| {
            let missing = cells.missing.iter().any(|missing| super::scalar::same(missing, cell));
            cells.present.simpler(if missing { &Value::Null } else { cell })
        })
    }
}

/// What a row holds in the columns of a key; `None` where one is missing, which equals nothing.
fn shown(key: &[usize], row: &[Value], columns: &[&Cells]) -> Option<String> {
    let missing = |index: &&usize| {
        columns[**index].missing.iter().any(|missing| super::scalar::same(missing, &row[**index]))
    };
    if key.iter().any(|index| missing(&index)) {
        return None;
    }
    // The two zeros are equal.
    let text = |index: &usize| match &row[*index] {
        Value::Float(float) => (float + 0.0).to_string(),
        other => other.to_string(),
    };
    Some(key.iter().map(text).collect::<Vec<_>>().join("\u{1f}"))
}

impl Cells {
    fn new(rule: &ColumnRule) -> Result<Self, Unfit> {
        let present = present(rule)?;
        let mut missing = Vec::new();
        if rule.nullable {
            missing.push(Value::Null);
            let nan = |value: &Value| match value {
                Value::Text(text)
                    if matches!(present, Scalar::Float(_)) && text.eq_ignore_ascii_case("nan") =>
                {
                    Value::Float(f64::NAN)
                }
                other => other.clone(),
            };
            missing.extend(rule.missing.iter().map(nan));
        }
        Ok(Self { rule: rule.clone(), present, missing })
    }

    fn edges(&self) -> Vec<Value> {
        let mut edges = self.present.edges();
        edges.retain(|edge| self.allows(edge));
        edges.extend(self.missing.iter().cloned());
        if edges.is_empty() {
            edges.extend(self.present.edges().into_iter().take(1));
        }
        edges
    }

    fn draw(&self, rng: &mut Generator) -> Value {
        if !self.missing.is_empty() && rng.next_double() < MISSING {
            return pick(&self.missing, rng).clone();
        }
        for _ in 0..TRIES {
            let value = self.present.draw(rng);
            if self.allows(&value) {
                return value;
            }
        }
        self.present.draw(rng)
    }

    /// Whether the rules that a scalar knows nothing of let it stand.
    fn allows(&self, value: &Value) -> bool {
        self.rule.not_in.as_ref().is_none_or(|set| !set.iter().any(|one| super::scalar::same(one, value)))
            && !self.rule.missing.iter().any(|one| super::scalar::same(one, value))
    }
}

fn unfit(rule: &ColumnRule, why: impl Into<String>, help: impl Into<String>) -> Unfit {
    Unfit { column: rule.name.clone(), why: why.into(), help: help.into() }
}

/// What the values of a column that are there are drawn from.
fn present(rule: &ColumnRule) -> Result<Scalar, Unfit> {
    if let Some(set) = &rule.isin {
        return of_set(rule, set);
    }
    if rule.matches.is_some() {
        let help = "give the texts in `isin`, of which one is drawn";
        return Err(unfit(rule, "no text can be made from `matches`", help));
    }
    let bounds = rule.between.clone().unwrap_or_default();
    let number = |limit: &Option<Limit>| limit.as_ref().and_then(|limit| limit.value.as_f64());
    let (low, high) = (number(&bounds.low), number(&bounds.high));
    let scalar = match rule.dtype {
        Some(DtypeRule::Exact(Dtype::Bool)) => Some(Scalar::Bool),
        Some(DtypeRule::Int | DtypeRule::Exact(Dtype::Int64)) => {
            // A float beyond the integers is cut to the last of them.
            let (low, high) = (
                low.map_or(i64::MIN, |low| low.ceil() as i64),
                high.map_or(i64::MAX, |high| high.floor() as i64),
            );
            Integers::new(low, high).map(Scalar::Integer)
        }
        Some(DtypeRule::Float | DtypeRule::Number | DtypeRule::Exact(Dtype::Float64)) => floats(low, high),
        Some(DtypeRule::Exact(Dtype::Datetime)) => datetimes(&bounds),
        Some(DtypeRule::Exact(Dtype::String)) => texts(rule),
        Some(DtypeRule::Exact(dtype @ (Dtype::UInt64 | Dtype::Float32))) => {
            let why = format!("a spec has no way to write {dtype}");
            return Err(unfit(rule, why, "write `int` or `float`"));
        }
        None if low.is_some() || high.is_some() => floats(low, high),
        None if bounds.low.is_some() => datetimes(&bounds),
        None if rule.min_length.is_some() || rule.max_length.is_some() => texts(rule),
        None => {
            return Err(unfit(rule, "it has no `dtype`", "say what it holds, such as `dtype: float`"));
        }
    };
    scalar.ok_or_else(|| unfit(rule, "no value obeys all of its rules", "widen `between`, or the lengths"))
}

fn of_set(rule: &ColumnRule, set: &[Value]) -> Result<Scalar, Unfit> {
    // What obeys the other rules too: a column of that one cell does.
    let alone = Contract {
        columns: vec![ColumnRule { nullable: true, unique: false, ..rule.clone() }],
        ..Contract::default()
    };
    let obeys = |value: &&Value| {
        let column: Map = [(rule.name.clone(), Value::list(vec![(*value).clone()]))].into_iter().collect();
        Table::from_columns(&column).is_ok_and(|table| check(&alone, &table).violations.is_empty())
    };
    let fitting: Vec<Value> = set.iter().filter(obeys).cloned().collect();
    if fitting.is_empty() {
        return Err(unfit(rule, "no value of `isin` obeys its other rules", "allow one that does"));
    }
    Ok(Scalar::Choice(fitting.into()))
}

fn floats(low: Option<f64>, high: Option<f64>) -> Option<Scalar> {
    let floats = Floats::new(low.unwrap_or(f64::MIN), high.unwrap_or(f64::MAX), 0.0, 0.0, false)?;
    Some(Scalar::Float(floats))
}

fn texts(rule: &ColumnRule) -> Option<Scalar> {
    let least = rule.min_length.unwrap_or(0);
    let most = rule.max_length.unwrap_or(least + 20);
    (least <= most).then_some(Scalar::Text(Texts { least, most, alphabet: Vec::new() }))
}

/// Days and moments within bounds, a table of them drawn once: midnight, the end of a year, a leap day.
fn datetimes(bounds: &Bounds) -> Option<Scalar> {
    let micros = |limit: &Option<Limit>| match &limit.as_ref()?.value {
        Value::Text(text) => parse_datetime(text),
        _ => None,
    };
    let low = micros(&bounds.low).unwrap_or(0);
    let high = micros(&bounds.high).unwrap_or(low + 4_102_444_800_000_000);
    let marks = ["1970-01-01", "2000-02-29", "2024-12-31T23:59:59", "2025-03-30T01:30:00"];
    let mut all: Vec<i64> = vec![low, high];
    all.extend(marks.iter().filter_map(|text| parse_datetime(text)));
    let mut rng = Generator::new(low as u64);
    all.extend((0..60).map(|_| {
        let day = 86_400_000_000;
        let at = low + (rng.next_double() * (high - low) as f64) as i64;
        if below(&mut rng, 2) == 0 { at - at.rem_euclid(day) } else { at - at.rem_euclid(1_000_000) }
    }));
    all.retain(|at| (low..=high).contains(at));
    let texts: Vec<Value> = all.into_iter().map(|at| crate::value::Leaf::Datetime(at).to_value()).collect();
    (!texts.is_empty()).then(|| Scalar::Choice(texts.into()))
}
