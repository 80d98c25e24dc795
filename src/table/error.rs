//! Why data is no table.

use std::fmt;

use crate::value::{Column, DocumentError, Dtype, Table};

/// Data that cannot be read as a table. Lines, rows and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableError {
    NotUtf8 {
        line: usize,
    },
    /// The data begins with the mark of UTF-16.
    Utf16,
    NoHeader,
    BlankHeader {
        column: usize,
    },
    DuplicateHeader {
        name: String,
        first: usize,
        second: usize,
    },
    UnequalFields {
        line: usize,
        expected: usize,
        got: usize,
    },
    /// A quote that no other one closes swallows the rest of the file.
    UnclosedQuote {
        line: usize,
    },
    /// A field that is not of the dtype its column is declared to have.
    WrongField {
        line: usize,
        column: String,
        text: String,
        dtype: Dtype,
    },
    /// A dtype is declared for a column that the data does not have.
    NoSuchColumn {
        name: String,
        near: Option<String>,
    },
    /// `line` is the line of the file in JSON Lines, where the document is one line.
    Document {
        line: Option<usize>,
        error: DocumentError,
    },
    /// The document is JSON and neither rows nor columns. `place` says where it is not.
    NotRows {
        place: String,
        got: &'static str,
    },
    /// A cell of a table is a scalar.
    Nested {
        row: usize,
        column: String,
        got: &'static str,
    },
    UnequalColumns {
        name: String,
    },
}

impl TableError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotUtf8 { .. } | Self::Utf16 => "save the file as UTF-8".to_owned(),
            Self::NoHeader => "the first line names the columns".to_owned(),
            Self::UnclosedQuote { .. } => "write a quote inside a quoted field twice: `\"\"`".to_owned(),
            Self::UnequalFields { .. } => {
                "quote a field that holds the delimiter, or check the delimiter".to_owned()
            }
            Self::NoSuchColumn { near, .. } => format!("did you mean `{}`?", near.as_ref()?),
            Self::Document { error, .. } => error.help?.to_owned(),
            Self::NotRows { .. } => {
                "write an array of rows, `[{\"a\": 1}, ..]`, or an object of columns, `{\"a\": [1, ..]}`"
                    .to_owned()
            }
            Self::Nested { .. } => {
                "spread it over columns of its own, or read the file as a JSON tree".to_owned()
            }
            Self::BlankHeader { .. }
            | Self::DuplicateHeader { .. }
            | Self::WrongField { .. }
            | Self::UnequalColumns { .. } => return None,
        })
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { line } => write!(f, "line {line} is not UTF-8"),
            Self::Utf16 => f.write_str("the data is UTF-16"),
            Self::NoHeader => f.write_str("there is no header"),
            Self::BlankHeader { column } => write!(f, "the header of column {column} is blank"),
            Self::DuplicateHeader { name, first, second } => {
                write!(f, "columns {first} and {second} are both called `{name}`")
            }
            Self::UnequalFields { line, expected, got } => {
                let noun = if *got == 1 { "field" } else { "fields" };
                write!(f, "line {line} has {got} {noun}, expected {expected}")
            }
            Self::UnclosedQuote { line } => {
                write!(f, "a quote in the row that begins on line {line} is never closed")
            }
            Self::WrongField { line, column, text, dtype } => {
                write!(f, "line {line}, column `{column}`: {} is no {dtype}", Shown(text))
            }
            Self::NoSuchColumn { name, .. } => write!(f, "there is no column `{name}` to be given a dtype"),
            Self::Document { line: Some(line), error } => write!(f, "line {line}: {}", error.message),
            Self::Document { line: None, error } => write!(f, "{error}"),
            Self::NotRows { place, got } => write!(f, "{place} is {got}, which is no table"),
            Self::Nested { row, column, got } => {
                write!(f, "row {row}, column `{column}` holds {got}: a cell of a table is a scalar")
            }
            Self::UnequalColumns { name } => {
                write!(f, "column `{name}` is not as long as the first one")
            }
        }
    }
}

impl std::error::Error for TableError {}

/// Columns to a table, where the name of an odd one is all there is to say.
pub(super) fn table(columns: Vec<Column>) -> Result<Table, TableError> {
    Table::new(columns).map_err(|odd| TableError::UnequalColumns { name: odd.to_string() })
}

/// A field in quotes, and no more of it than helps.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(60) {
            Some((end, _)) => write!(f, "{:?}…", &self.0[..end]),
            None => write!(f, "{:?}", self.0),
        }
    }
}
