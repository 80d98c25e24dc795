//! What `evaluate` is given: lists, or columns of a table.

use std::sync::Arc;

use super::super::{Context, StepError, matrix};
use super::{Keys, Task};
use crate::syntax::Arg;
use crate::value::{Array, Column, Dtype, Table, Value};

/// Truth and predictions, of one length and not empty.
pub(super) struct Input {
    table: Option<Arc<Table>>,
    pub truth: Column,
    pub predictions: Column,
}

impl Input {
    pub fn bind(keys: &Keys, context: &Context<'_>) -> Result<Self, StepError> {
        let table = context.maybe(keys.data.as_ref())?;
        let table_ref = table.as_deref();
        let truth = column("truth", &keys.truth, table_ref, context)?;
        let predictions = column("predictions", &keys.predictions, table_ref, context)?;
        let (rows, predicted) = (truth.len(), predictions.len());
        if rows != predicted {
            let message = format!("the truth has {rows} rows, the predictions {predicted}");
            return Err(StepError::new(message).at(keys.predictions.span));
        }
        if rows == 0 {
            return Err(StepError::new("there are no rows to measure").at(keys.truth.span));
        }
        Ok(Self { table, truth, predictions })
    }

    pub fn rows(&self) -> usize {
        self.truth.len()
    }

    /// A float on either side makes it a regression.
    pub fn task(&self) -> Task {
        let float = |column: &Column| matches!(column.dtype(), Dtype::Float32 | Dtype::Float64);
        if float(&self.truth) || float(&self.predictions) && self.truth.dtype().is_number() {
            Task::Regression
        } else {
            Task::Classification
        }
    }

    pub fn truth_numbers(&self) -> Result<Vec<f64>, StepError> {
        numbers(&self.truth, "the truth")
    }

    pub fn predicted_numbers(&self) -> Result<Vec<f64>, StepError> {
        numbers(&self.predictions, "the prediction")
    }

    /// The column to slice by, as long as the truth.
    pub fn by(&self, arg: &Arg<Value>, context: &Context<'_>) -> Result<Column, StepError> {
        let by = column("by", arg, self.table.as_deref(), context)?;
        self.check_length("by", by.len()).map(|()| by).map_err(|error| error.at(arg.span))
    }

    /// Numbers for each row: a list, a list of rows, or a column of the table.
    pub fn array(&self, key: &str, arg: &Arg<Value>, context: &Context<'_>) -> Result<Arc<Array>, StepError> {
        let value = context.get(arg)?;
        let array = match value.as_text() {
            Some(name) => Arc::new(Array::vector(named(name, key, self.table.as_deref())?.data.clone())),
            None => value.to_array().map_err(|wrong| StepError::new(format!("`{key}`: {wrong}")))?,
        };
        self.check_length(key, array.len())?;
        Ok(array)
    }

    fn check_length(&self, key: &str, found: usize) -> Result<(), StepError> {
        if found == self.rows() {
            return Ok(());
        }
        Err(StepError::new(format!("the truth has {} rows, `{key}` {found}", self.rows())))
    }
}

fn numbers(column: &Column, what: &str) -> Result<Vec<f64>, StepError> {
    let floats = column.floats().filter(|_| column.dtype().is_number()).ok_or_else(|| {
        StepError::new(format!("{what} holds {}, and a regression numbers", column.dtype()))
    })?;
    let odd = floats.iter().position(|value| !value.is_finite());
    odd.map_or(Ok(()), |row| {
        let value = if column.is_null(row) { "null".to_owned() } else { floats[row].to_string() };
        Err(StepError::new(format!("{what} is {value} at row {row} (from 0)")))
    })?;
    Ok(floats)
}

fn column(
    key: &str,
    arg: &Arg<Value>,
    table: Option<&Table>,
    context: &Context<'_>,
) -> Result<Column, StepError> {
    let value = context.get(arg)?;
    let read = || {
        if let Some(name) = value.as_text() {
            return named(name, key, table).cloned();
        }
        let array = value.to_array().map_err(|wrong| StepError::new(format!("`{key}`: {wrong}")))?;
        match array.shape() {
            [_] => Ok(Column::new(key, array.data().clone())),
            shape => Err(StepError::new(format!("`{key}` has one value for each row, not shape {shape:?}"))),
        }
    };
    read().map_err(|error| error.at(arg.span))
}

fn named<'t>(name: &str, key: &str, table: Option<&'t Table>) -> Result<&'t Column, StepError> {
    let table = table.ok_or_else(|| {
        StepError::new(format!("`{key}` names a column, `{name}`, and there is no `data`"))
            .help("give `data: $table`, or a list")
    })?;
    matrix::column(table, name)
}
