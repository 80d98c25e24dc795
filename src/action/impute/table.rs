//! Columns of a table filled in: numbers by an imputer that models remember, strings and booleans by a label.

use std::sync::Arc;

use ndarray::Array2;

use super::super::{StepError, labels, matrix};
use super::StrategyName;
use crate::ml::impute::{FittedImputer, ImputeError, Strategy, most_frequent};
use crate::ml::label::Label;
use crate::ml::preprocessing::{FittedTransform, Step};
use crate::value::{Column, Data, Dtype, Outputs, Table, Value};

/// The columns that the strategy can fill in: numbers, and where it can, strings and booleans.
pub(super) fn fillable(table: &Table, strategy: StrategyName, fill: Option<&Value>) -> Vec<Arc<str>> {
    let wanted = |dtype: Dtype| match (strategy, fill) {
        (StrategyName::MostFrequent, _) => dtype != Dtype::Datetime,
        (StrategyName::Constant, Some(Value::Text(_))) => dtype == Dtype::String,
        (StrategyName::Constant, Some(Value::Bool(_))) => dtype == Dtype::Bool,
        _ => dtype.is_number(),
    };
    table.columns().iter().filter(|column| wanted(column.dtype())).map(|column| column.name.clone()).collect()
}

/// How numbers are filled in.
pub(super) fn number_strategy(strategy: StrategyName, fill: Option<&Value>) -> Result<Strategy, StepError> {
    Ok(match strategy {
        StrategyName::Mean => Strategy::Mean,
        StrategyName::Median => Strategy::Median,
        StrategyName::MostFrequent => Strategy::MostFrequent,
        StrategyName::Constant => {
            let number = fill.and_then(Value::as_f64).filter(|number| number.is_finite());
            Strategy::Constant(number.ok_or_else(|| {
                let given = fill.map_or_else(String::new, ToString::to_string);
                StepError::new(format!("numbers are filled in by a finite number, not {given}"))
            })?)
        }
    })
}

/// The table with these columns filled in, and what was put in.
pub(super) fn fill(
    table: &Table,
    learned: &Table,
    names: &[Arc<str>],
    strategy: StrategyName,
    with: Option<&Value>,
) -> Result<Outputs, StepError> {
    let (mut filled, mut numeric) = (table.clone(), Vec::new());
    let mut statistics: Vec<Value> = vec![Value::Null; names.len()];
    for (at, name) in names.iter().enumerate() {
        let column = matrix::column(table, name)?;
        if column.dtype().is_number() {
            numeric.push((at, name.clone()));
            continue;
        }
        let label = label_for(matrix::column(learned, name)?, strategy, with)?;
        filled.set(fill_labels(column, &label)?);
        statistics[at] = labels::to_value(&label);
    }
    if !numeric.is_empty() {
        let columns: Vec<Arc<str>> = numeric.iter().map(|(_, name)| name.clone()).collect();
        let (fitted, x) = fill_numbers(table, learned, &columns, number_strategy(strategy, with)?)?;
        filled = matrix::with_columns(&filled, &columns, &x);
        for ((at, _), statistic) in numeric.iter().zip(&fitted.statistics) {
            statistics[*at] = Value::Float(*statistic);
        }
        filled.history.push(matrix::remember(&Step {
            columns: columns.iter().map(ToString::to_string).collect(),
            fitted: FittedTransform::Impute(fitted),
        }));
    }
    let statistics = Value::list(statistics);
    let statistics = statistics.to_array().map_or(statistics, Value::Array);
    Ok(Outputs::new().with("data", filled).with("statistics", statistics))
}

fn fill_numbers(
    table: &Table,
    learned: &Table,
    columns: &[Arc<str>],
    strategy: Strategy,
) -> Result<(FittedImputer, Array2<f64>), StepError> {
    let named = |error: ImputeError| match error {
        ImputeError::AllMissing { column } => nothing_there(&columns[column]),
        ImputeError::Infinite { column } => StepError::new(format!(
            "the column `{}` holds an infinite value, or values too large for their mean",
            columns[column]
        )),
        other => StepError::new(other.to_string()),
    };
    let fitted = strategy.fit(matrix::of_columns(learned, columns)?.view()).map_err(named)?;
    let x = fitted.transform(matrix::of_columns(table, columns)?.view()).map_err(named)?;
    Ok((fitted, x))
}

fn nothing_there(name: &str) -> StepError {
    StepError::new(format!("the column `{name}` has no value at all, so nothing can be learned for it"))
        .help("write `strategy: constant`, or leave the column out")
}

/// What a column of strings or booleans is filled in by.
fn label_for(column: &Column, strategy: StrategyName, fill: Option<&Value>) -> Result<Label, StepError> {
    let (name, dtype) = (&column.name, column.dtype());
    match (strategy, column.dtype()) {
        (StrategyName::MostFrequent, Dtype::String | Dtype::Bool) => {
            let present: Vec<usize> = (0..column.len()).filter(|&row| !column.is_null(row)).collect();
            let there = Column::new(name.clone(), column.data.take(&present));
            let there = labels::of_column(&there, &format!("the column `{name}`"))?;
            most_frequent(there.iter().map(Some)).cloned().ok_or_else(|| nothing_there(name))
        }
        (StrategyName::Constant, Dtype::String | Dtype::Bool) => {
            match (fill.and_then(labels::of_value), dtype) {
                (Some(label @ Label::Text(_)), Dtype::String)
                | (Some(label @ Label::Bool(_)), Dtype::Bool) => Ok(label),
                _ => {
                    let given = fill.map_or_else(String::new, ToString::to_string);
                    Err(StepError::new(format!(
                        "the column `{name}` holds {dtype}; {given} has no place in it"
                    )))
                }
            }
        }
        _ => {
            let message =
                format!("the column `{name}` holds {dtype}, which `{}` cannot fill in", strategy.word());
            Err(StepError::new(message).help("name other columns in `columns`"))
        }
    }
}

fn fill_labels(column: &Column, label: &Label) -> Result<Column, StepError> {
    let data = match (&column.data, label) {
        (Data::Text(items), Label::Text(text)) => {
            let text: Arc<str> = text.as_str().into();
            let cell =
                |(row, item): (usize, &Arc<str>)| if column.is_null(row) { &text } else { item }.clone();
            Data::Text(items.iter().enumerate().map(cell).collect())
        }
        (Data::Bool(items), Label::Bool(flag)) => {
            let cell = |(row, item): (usize, &bool)| if column.is_null(row) { *flag } else { *item };
            Data::Bool(items.iter().enumerate().map(cell).collect())
        }
        _ => {
            let message = format!("the column `{}` holds {} in one table only", column.name, column.dtype());
            return Err(StepError::new(message));
        }
    };
    Ok(Column::new(column.name.clone(), data))
}
