//! What specs speak of: scalars, arrays, tables and trees, and how they are compared.

mod array;
mod check;
mod compare;
mod convert;
mod display;
mod distribution;
mod document;
mod evidence;
mod flow;
mod gather;
mod json;
mod kind;
mod leaf;
mod lenient;
mod outputs;
mod path;
mod quantity;
mod rate;
mod remark;
mod share;
mod table;
mod tolerance;
mod words;

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

pub use array::{Array, Data, Dtype};
pub use check::{Bounds, Limit, in_set, matches_pattern, parse_datetime};
pub use compare::{Comparison, Difference, Mismatch, compare};
pub use convert::{FromValue, OneOrMany, Size};
pub use display::clip;
pub use distribution::{Counted, Distribution, Interval, Part, Percentile, Recorder};
pub use document::{DocumentError, without_bom};
pub use evidence::{Evidence, Unit};
pub use flow::yaml_flow;
pub use kind::{Kind, WrongKind};
pub use leaf::{Leaf, count_leaves, leaf_path, visit_column, visit_leaves};
pub use lenient::{Bare, Lenient};
pub use outputs::{Measured, Outputs};
pub use path::{Path, Segment};
pub use quantity::{DURATION_FORM, SIZE_FORM, parse_duration, parse_size, show_duration, show_size};
pub use rate::Rate;
pub use remark::Remark;
pub use share::{Share, show_share};
pub use table::{Column, Table};
pub use tolerance::{Tolerance, off_by};

/// The entries of a mapping, in the order they were written.
pub type Map = IndexMap<Arc<str>, Value>;

/// Anything a step takes or gives.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    Float(f64),
    Text(Arc<str>),
    Duration(Duration),
    /// Bytes.
    Size(u64),
    Bytes(Arc<[u8]>),
    /// A file that a step wrote or was given.
    File(Arc<FilePath>),
    /// n-dimensional, of one dtype.
    Array(Arc<Array>),
    /// Named, typed columns.
    Table(Arc<Table>),
    List(Arc<Vec<Self>>),
    Map(Arc<Map>),
}

impl Value {
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A mapping from its entries.
    pub fn map<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }

    /// What this is, in the words of the language.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::UInt(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "a string",
            Self::Duration(_) => "a duration",
            Self::Size(_) => "a size",
            Self::Bytes(_) => "bytes",
            Self::File(_) => "a file",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }

    /// The value as a float, when it is a number.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::Int(int) => Some(int as f64),
            Self::UInt(int) => Some(int as f64),
            Self::Float(float) => Some(float),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What a key of a mapping, a column of a table or a position in a list or array holds.
    pub fn child(&self, segment: &Segment) -> Option<Self> {
        match (self, segment) {
            (Self::Map(map), Segment::Key(key)) => map.get(key).cloned(),
            (Self::Map(map), Segment::Index(index)) => map.get(index.to_string().as_str()).cloned(),
            (Self::Table(table), Segment::Key(key)) => table.column(key).map(Column::to_value),
            (Self::List(items), Segment::Index(index)) => items.get(*index).cloned(),
            (Self::Array(array), Segment::Index(index)) => array.at(*index),
            _ => None,
        }
    }

    /// Follows a path; `Err` tells how many segments led somewhere.
    pub fn follow(&self, path: &[Segment]) -> Result<Self, usize> {
        let mut value = self.clone();
        for (depth, segment) in path.iter().enumerate() {
            value = value.child(segment).ok_or(depth)?;
        }
        Ok(value)
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}
impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}
impl From<u64> for Value {
    fn from(int: u64) -> Self {
        i64::try_from(int).map_or(Self::UInt(int), Self::Int)
    }
}
impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::from(count as u64)
    }
}
impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}
impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        Self::Duration(duration)
    }
}
impl From<Array> for Value {
    fn from(array: Array) -> Self {
        Self::Array(Arc::new(array))
    }
}
impl From<Table> for Value {
    fn from(table: Table) -> Self {
        Self::Table(Arc::new(table))
    }
}
impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}
impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
