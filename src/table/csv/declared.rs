//! A column whose dtype is declared: every field fits it or is an error.

use std::ops::Range;
use std::sync::Arc;

use super::grid::Grid;
use crate::table::TableError;
use crate::table::infer::{Cell, float};
use crate::table::number::{classify, declared_number};
use crate::value::{Column, Data, Dtype, parse_datetime};

pub(super) fn column(
    grid: &Grid<'_>,
    at: usize,
    rows: Range<usize>,
    name: Arc<str>,
    dtype: Dtype,
) -> Result<Column, TableError> {
    let valid = rows.clone().map(|row| !grid.field(row, at).is_empty()).collect();
    let data = data(grid, at, rows, dtype).map_err(|row| TableError::WrongField {
        line: grid.line(row),
        column: name.to_string(),
        text: grid.field(row, at).to_owned(),
        dtype,
    })?;
    Ok(Column::new(name, data).with_valid(valid))
}

/// `Err` is the row whose field does not fit.
fn data(grid: &Grid<'_>, at: usize, rows: Range<usize>, dtype: Dtype) -> Result<Data, usize> {
    let fields = rows.map(|row| (row, grid.field(row, at)));
    Ok(match dtype {
        Dtype::Bool => Data::Bool(each(fields, boolean)?),
        Dtype::Int64 => Data::Int(each(fields, int)?),
        Dtype::UInt64 => Data::UInt(each(fields, uint)?),
        Dtype::Float32 => Data::Float32(each(fields, |text| single(double(text)?))?),
        Dtype::Float64 => Data::Float(each(fields, double)?),
        Dtype::String => Data::Text(each(fields, |text| Some(Arc::from(text)))?),
        Dtype::Datetime => Data::Datetime(each(fields, |text| parse_datetime(text.trim()))?),
    })
}

fn each<'a, T: Default>(
    fields: impl Iterator<Item = (usize, &'a str)>,
    read: impl Fn(&'a str) -> Option<T>,
) -> Result<Vec<T>, usize> {
    let one = |text: &'a str| if text.is_empty() { Some(T::default()) } else { read(text) };
    fields.map(|(row, text)| one(text).ok_or(row)).collect()
}

fn boolean(text: &str) -> Option<bool> {
    if let Cell::Bool(flag) = classify(text) { Some(flag) } else { None }
}

fn int(text: &str) -> Option<i64> {
    if let Cell::Int(int) = declared_number(text.trim())? { Some(int) } else { None }
}

fn uint(text: &str) -> Option<u64> {
    match declared_number(text.trim())? {
        Cell::Int(int) => u64::try_from(int).ok(),
        Cell::UInt(int) => Some(int),
        _ => None,
    }
}

fn double(text: &str) -> Option<f64> {
    declared_number(text.trim()).map(float)
}

/// A number that single precision cannot hold is refused, not made infinite.
fn single(double: f64) -> Option<f32> {
    let single = double as f32;
    (single.is_finite() || !double.is_finite()).then_some(single)
}
