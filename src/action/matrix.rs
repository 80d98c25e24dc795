//! Numbers for the numeric actions: columns of a table, or a list of values.

use std::sync::Arc;

use ndarray::Array2;

use super::StepError;
use crate::diagnostic::did_you_mean;
use crate::ml::preprocessing::Step;
use crate::value::{Array, Column, Data, Table, Value};

/// A list or a matrix of numbers as rows by columns; a list is one column.
pub(super) fn of_array(array: &Array) -> Result<Array2<f64>, StepError> {
    let (rows, columns) = match *array.shape() {
        [rows] => (rows, 1),
        [rows, columns] => (rows, columns),
        _ => {
            let message =
                format!("expected a list or a list of rows, got an array of shape {:?}", array.shape());
            return Err(StepError::new(message));
        }
    };
    let floats =
        array.floats().ok_or_else(|| StepError::new(format!("expected numbers, got {}", array.dtype())))?;
    Array2::from_shape_vec((rows, columns), floats).map_err(|error| StepError::new(error.to_string()))
}

/// The same numbers in the shape they came in.
pub(super) fn to_array(matrix: Array2<f64>, like: &Array) -> Value {
    let shape = like.shape().to_vec();
    let (floats, _) = matrix.into_raw_vec_and_offset();
    Array::new(shape, Data::Float(floats)).map_or(Value::Null, Value::from)
}

/// Numeric columns of a table as rows by columns; a null is NaN.
pub(super) fn of_columns(table: &Table, names: &[Arc<str>]) -> Result<Array2<f64>, StepError> {
    let mut matrix = Array2::zeros((table.rows(), names.len()));
    for (name, mut target) in names.iter().zip(matrix.columns_mut()) {
        let column = column(table, name)?;
        let floats = column.floats().ok_or_else(|| {
            StepError::new(format!("the column `{name}` holds {}, not numbers", column.dtype()))
        })?;
        target.iter_mut().zip(floats).for_each(|(cell, float)| *cell = float);
    }
    Ok(matrix)
}

/// A column by name, or an error that suggests one.
pub(super) fn column<'t>(table: &'t Table, name: &str) -> Result<&'t Column, StepError> {
    table.column(name).ok_or_else(|| {
        let error = StepError::new(format!("the table has no column `{name}`"));
        match did_you_mean(name, table.names().map(|name| &**name)) {
            Some(help) => error.help(help),
            None => error,
        }
    })
}

/// The names of a table's numeric columns; booleans are none.
pub(super) fn numeric_names(table: &Table) -> Vec<Arc<str>> {
    table
        .columns()
        .iter()
        .filter(|column| column.dtype().is_number())
        .map(|column| column.name.clone())
        .collect()
}

/// The table with these columns in place of its own.
pub(super) fn with_columns(table: &Table, names: &[Arc<str>], matrix: &Array2<f64>) -> Table {
    let mut table = table.clone();
    for (name, column) in names.iter().zip(matrix.columns()) {
        table.set(Column::new(name.clone(), Data::Float(column.to_vec())));
    }
    table
}

/// A fitted transform as a table remembers it.
pub(super) fn remember(step: &Step) -> Arc<str> {
    serde_json::to_string(step).unwrap_or_default().into()
}

/// A matrix as a value.
pub(super) fn value(matrix: &Array2<f64>) -> Value {
    let shape = matrix.shape().to_vec();
    Array::new(shape, Data::Float(matrix.iter().copied().collect())).map_or(Value::Null, Value::from)
}
