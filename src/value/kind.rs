//! Kinds of value, and a value that is not of the kind its place takes.

use std::fmt;

use super::{Path, Segment, Value};

/// What an output is declared to be, so that a reference to it can be checked when the file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Known only when it is there.
    Any,
    Bool,
    Number,
    Text,
    Duration,
    Size,
    Bytes,
    File,
    Array,
    Table,
    List,
    Map,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Duration => "a duration",
            Self::Size => "a size",
            Self::Bytes => "bytes",
            Self::File => "a file",
            Self::Array => "an array",
            Self::Table => "a table",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

/// A value that is not what was wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongKind {
    /// Where inside the value.
    pub path: Vec<Segment>,
    pub expected: String,
    pub got: String,
    pub help: Option<String>,
}

impl WrongKind {
    pub fn new(expected: impl Into<String>, got: &Value) -> Self {
        let got = match got {
            Value::Null | Value::List(_) | Value::Map(_) | Value::Array(_) | Value::Table(_) => {
                got.kind().to_owned()
            }
            scalar => format!("{} `{}`", scalar.kind(), super::clip(scalar, 60).trim_matches('"')),
        };
        Self { path: Vec::new(), expected: expected.into(), got, help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, one level further out.
    #[must_use]
    pub fn under(mut self, segment: Segment) -> Self {
        self.path.insert(0, segment);
        self
    }
}

impl fmt::Display for WrongKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", Path(self.path.clone()))?;
        }
        write!(f, "expected {}, got {}", self.expected, self.got)
    }
}

impl std::error::Error for WrongKind {}
