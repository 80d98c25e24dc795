//! From cells to a column of one dtype: the one rule for every format.

use std::sync::Arc;

use crate::value::{Column, Data, Dtype};

/// One cell as its format wrote it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Above `i64::MAX`.
    UInt(u64),
    Float(f64),
    Text(&'a str),
}

/// The dtype that holds all of these cells. Nothing but nulls is float64; kinds that do not mix are strings.
pub(super) fn dtype_of(cells: &[Cell<'_>]) -> Dtype {
    let (mut bools, mut ints, mut negative, mut uints, mut floats) = (false, false, false, false, false);
    for cell in cells {
        match cell {
            Cell::Null => {}
            Cell::Bool(_) => bools = true,
            Cell::Int(int) => {
                ints = true;
                negative |= *int < 0;
            }
            Cell::UInt(_) => uints = true,
            Cell::Float(_) => floats = true,
            Cell::Text(_) => return Dtype::String,
        }
    }
    match (bools, ints || uints || floats) {
        (true, true) => Dtype::String,
        (true, false) => Dtype::Bool,
        // As numpy has it: no integer type holds both a negative number and one above `i64::MAX`.
        (false, _) if floats || (uints && negative) => Dtype::Float64,
        (false, _) if uints => Dtype::UInt64,
        (false, _) if ints => Dtype::Int64,
        (false, _) => Dtype::Float64,
    }
}

/// The column of these cells. `text` gives a cell as it was written, for a column of strings.
pub(super) fn column(name: Arc<str>, cells: &[Cell<'_>], text: impl Fn(usize) -> Arc<str>) -> Column {
    let data = match dtype_of(cells) {
        Dtype::Bool => Data::Bool(cells.iter().map(|cell| matches!(cell, Cell::Bool(true))).collect()),
        Dtype::Int64 => Data::Int(cells.iter().map(|&cell| int(cell)).collect()),
        Dtype::UInt64 => Data::UInt(cells.iter().map(|&cell| uint(cell)).collect()),
        Dtype::Float32 | Dtype::Float64 => Data::Float(cells.iter().map(|&cell| float(cell)).collect()),
        Dtype::String | Dtype::Datetime => Data::Text((0..cells.len()).map(text).collect()),
    };
    let valid = cells.iter().map(|cell| !matches!(cell, Cell::Null)).collect();
    Column::new(name, data).with_valid(valid)
}

/// The number in a cell; NaN where there is none.
pub(super) fn float(cell: Cell<'_>) -> f64 {
    match cell {
        Cell::Int(int) => int as f64,
        Cell::UInt(int) => int as f64,
        Cell::Float(float) => float,
        Cell::Null | Cell::Bool(_) | Cell::Text(_) => f64::NAN,
    }
}

fn int(cell: Cell<'_>) -> i64 {
    if let Cell::Int(int) = cell { int } else { 0 }
}

fn uint(cell: Cell<'_>) -> u64 {
    match cell {
        Cell::Int(int) => u64::try_from(int).unwrap_or(0),
        Cell::UInt(int) => int,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_meet_in_the_narrowest_dtype() {
        let (null, yes, one, big, half, text) = (
            Cell::Null,
            Cell::Bool(true),
            Cell::Int(1),
            Cell::UInt(u64::MAX),
            Cell::Float(0.5),
            Cell::Text("a"),
        );
        for (cells, dtype) in [
            (vec![], Dtype::Float64),
            (vec![null, null], Dtype::Float64),
            (vec![one, null], Dtype::Int64),
            (vec![one, big], Dtype::UInt64),
            (vec![Cell::Int(-1), big], Dtype::Float64),
            (vec![one, half], Dtype::Float64),
            (vec![yes, null], Dtype::Bool),
            (vec![yes, one], Dtype::String),
            (vec![one, text], Dtype::String),
        ] {
            assert_eq!(dtype_of(&cells), dtype, "{cells:?}");
        }
    }
}
