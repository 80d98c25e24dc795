//! CSV (RFC 4180, any delimiter) as a table.

use std::collections::HashMap;
use std::sync::Arc;

use super::TableError;
use super::error::table;
use super::infer::{Cell, column};
use super::number::classify;
use crate::diagnostic::suggest;
use crate::value::{Dtype, Table, without_bom};

mod declared;
mod grid;

use grid::Grid;

/// How a CSV is to be read.
#[derive(Clone, Debug)]
pub struct CsvOptions {
    pub delimiter: u8,
    /// Columns that are given a dtype rather than inferred.
    pub dtypes: Vec<(String, Dtype)>,
    /// Whether the first line names the columns; else they are `x0`, `x1`, ….
    pub header: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: b',', dtypes: Vec::new(), header: true }
    }
}

/// Reads a CSV.
///
/// An empty field is null, quoted or not. `nan` and `inf` (also `NaN`, `NAN`, `Inf`, `INF`, `infinity`, with a
/// sign) are floats; `true` and `false` (also `True`, `TRUE`) booleans; `NA` and numbers with a leading zero are
/// text, and one text makes its column text. Integers beyond uint64 are floats. A dtype that is declared reads
/// `007` as a number, and refuses a field that does not fit. Blank lines are no rows. Rows end with `\n`, `\r\n`
/// or `\r`; a byte order mark is skipped.
pub fn read_csv(bytes: &[u8], options: &CsvOptions) -> Result<Table, TableError> {
    let grid = Grid::read(decode(bytes)?, options.delimiter)?;
    let (names, first) = if options.header {
        (header(&grid)?, 1)
    } else {
        ((0..grid.width()).map(|at| Arc::from(format!("x{at}"))).collect(), 0)
    };
    let dtypes = declared_for(&names, &options.dtypes)?;
    let rows = first..grid.rows();
    let mut columns = Vec::with_capacity(names.len());
    for (at, (name, dtype)) in names.into_iter().zip(dtypes).enumerate() {
        columns.push(if let Some(dtype) = dtype {
            declared::column(&grid, at, rows.clone(), name, dtype)?
        } else {
            let cells = classified(rows.clone().map(|row| grid.field(row, at)));
            column(name, &cells, |row| grid.field(first + row, at).into())
        });
    }
    table(columns)
}

/// The cells of a column; once one is text, the others need only be told from null.
fn classified<'a>(fields: impl Iterator<Item = &'a str>) -> Vec<Cell<'a>> {
    let mut text = false;
    fields
        .map(|field| {
            if text && !field.is_empty() {
                return Cell::Text(field);
            }
            let cell = classify(field);
            text |= matches!(cell, Cell::Text(_));
            cell
        })
        .collect()
}

fn decode(bytes: &[u8]) -> Result<&str, TableError> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(TableError::Utf16);
    }
    let bytes = without_bom(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        TableError::NotUtf8 { line: before.split(|&byte| byte == b'\n').count() }
    })
}

fn header(grid: &Grid<'_>) -> Result<Vec<Arc<str>>, TableError> {
    if grid.rows() == 0 {
        return Err(TableError::NoHeader);
    }
    let mut seen = HashMap::new();
    let mut names = Vec::with_capacity(grid.width());
    for at in 0..grid.width() {
        let name = grid.field(0, at);
        if name.trim().is_empty() {
            return Err(TableError::BlankHeader { column: at + 1 });
        }
        if let Some(first) = seen.insert(name, at + 1) {
            return Err(TableError::DuplicateHeader { name: name.to_owned(), first, second: at + 1 });
        }
        names.push(Arc::from(name));
    }
    Ok(names)
}

fn declared_for(names: &[Arc<str>], dtypes: &[(String, Dtype)]) -> Result<Vec<Option<Dtype>>, TableError> {
    let mut found = vec![None; names.len()];
    for (name, dtype) in dtypes {
        let Some(at) = names.iter().position(|held| **held == **name) else {
            let near = suggest(name, names.iter().map(|name| &**name)).map(str::to_owned);
            return Err(TableError::NoSuchColumn { name: name.clone(), near });
        };
        found[at] = Some(*dtype);
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
