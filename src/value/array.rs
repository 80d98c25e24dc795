//! n-dimensional arrays of one dtype, row-major.

use std::fmt;
use std::sync::Arc;

use super::Value;

/// The element type of an array or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dtype {
    Bool,
    Int64,
    UInt64,
    Float32,
    Float64,
    String,
    Datetime,
}

impl Dtype {
    pub const ALL: [Self; 7] =
        [Self::Bool, Self::Int64, Self::UInt64, Self::Float32, Self::Float64, Self::String, Self::Datetime];

    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int64 => "int64",
            Self::UInt64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Datetime => "datetime",
        }
    }

    pub fn is_number(self) -> bool {
        matches!(self, Self::Int64 | Self::UInt64 | Self::Float32 | Self::Float64)
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The elements of an array or a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Bool(Vec<bool>),
    Int(Vec<i64>),
    UInt(Vec<u64>),
    Float32(Vec<f32>),
    Float(Vec<f64>),
    Text(Vec<Arc<str>>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Datetime(Vec<i64>),
}

/// Calls `$body` with the vector inside, whatever its type.
macro_rules! with_data {
    ($data:expr, $items:ident => $body:expr) => {
        match $data {
            Data::Bool($items) => $body,
            Data::Int($items) | Data::Datetime($items) => $body,
            Data::UInt($items) => $body,
            Data::Float32($items) => $body,
            Data::Float($items) => $body,
            Data::Text($items) => $body,
        }
    };
}

impl Data {
    pub fn len(&self) -> usize {
        with_data!(self, items => items.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn dtype(&self) -> Dtype {
        match self {
            Self::Bool(_) => Dtype::Bool,
            Self::Int(_) => Dtype::Int64,
            Self::UInt(_) => Dtype::UInt64,
            Self::Float32(_) => Dtype::Float32,
            Self::Float(_) => Dtype::Float64,
            Self::Text(_) => Dtype::String,
            Self::Datetime(_) => Dtype::Datetime,
        }
    }

    /// One element as a value; datetimes as RFC 3339 text.
    pub fn get(&self, index: usize) -> Option<Value> {
        Some(match self {
            Self::Bool(items) => Value::Bool(*items.get(index)?),
            Self::Int(items) => Value::Int(*items.get(index)?),
            Self::UInt(items) => Value::from(*items.get(index)?),
            Self::Float32(items) => Value::Float(f64::from(*items.get(index)?)),
            Self::Float(items) => Value::Float(*items.get(index)?),
            Self::Text(items) => Value::Text(items.get(index)?.clone()),
            Self::Datetime(items) => Value::text(super::display::datetime(*items.get(index)?)),
        })
    }

    /// One element as a float, when the dtype is numeric or boolean.
    pub fn float(&self, index: usize) -> Option<f64> {
        match self {
            Self::Bool(items) => items.get(index).map(|&flag| f64::from(u8::from(flag))),
            Self::Int(items) => items.get(index).map(|&int| int as f64),
            Self::UInt(items) => items.get(index).map(|&int| int as f64),
            Self::Float32(items) => items.get(index).map(|&float| f64::from(float)),
            Self::Float(items) => items.get(index).copied(),
            Self::Text(_) | Self::Datetime(_) => None,
        }
    }

    /// The elements at these positions; positions past the end are left out.
    #[must_use]
    pub fn take(&self, positions: &[usize]) -> Self {
        fn pick<T: Clone>(items: &[T], positions: &[usize]) -> Vec<T> {
            positions.iter().filter_map(|&at| items.get(at).cloned()).collect()
        }
        match self {
            Self::Bool(items) => Self::Bool(pick(items, positions)),
            Self::Int(items) => Self::Int(pick(items, positions)),
            Self::UInt(items) => Self::UInt(pick(items, positions)),
            Self::Float32(items) => Self::Float32(pick(items, positions)),
            Self::Float(items) => Self::Float(pick(items, positions)),
            Self::Text(items) => Self::Text(pick(items, positions)),
            Self::Datetime(items) => Self::Datetime(pick(items, positions)),
        }
    }

    #[must_use]
    fn slice(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Bool(items) => Self::Bool(items[from..to].to_vec()),
            Self::Int(items) => Self::Int(items[from..to].to_vec()),
            Self::UInt(items) => Self::UInt(items[from..to].to_vec()),
            Self::Float32(items) => Self::Float32(items[from..to].to_vec()),
            Self::Float(items) => Self::Float(items[from..to].to_vec()),
            Self::Text(items) => Self::Text(items[from..to].to_vec()),
            Self::Datetime(items) => Self::Datetime(items[from..to].to_vec()),
        }
    }
}

/// An n-dimensional array; the product of its shape is the number of its elements.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    shape: Vec<usize>,
    data: Data,
}

impl Array {
    /// One axis.
    pub fn vector(data: Data) -> Self {
        Self { shape: vec![data.len()], data }
    }

    /// `None` when the shape does not hold as many elements as there are.
    pub fn new(shape: Vec<usize>, data: Data) -> Option<Self> {
        let size = shape.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis))?;
        (size == data.len()).then_some(Self { shape, data })
    }

    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub fn data(&self) -> &Data {
        &self.data
    }

    pub fn dtype(&self) -> Dtype {
        self.data.dtype()
    }

    /// The length of the first axis.
    pub fn len(&self) -> usize {
        self.shape.first().copied().unwrap_or(1)
    }

    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The sub-array (or element) at a position of the first axis.
    pub fn at(&self, index: usize) -> Option<Value> {
        let (&first, rest) = self.shape.split_first()?;
        if index >= first {
            return None;
        }
        if rest.is_empty() {
            return self.data.get(index);
        }
        let size: usize = rest.iter().product();
        let data = self.data.slice(index * size, (index + 1) * size);
        Some(Value::from(Self { shape: rest.to_vec(), data }))
    }

    /// The elements as floats in row-major order, when they are numbers or booleans.
    pub fn floats(&self) -> Option<Vec<f64>> {
        match &self.data {
            Data::Float(items) => Some(items.clone()),
            Data::Text(_) | Data::Datetime(_) => None,
            data => (0..data.len()).map(|index| data.float(index)).collect(),
        }
    }

    /// The position of an element, given its place in row-major order.
    pub fn position(&self, mut flat: usize) -> Vec<usize> {
        let mut position = vec![0; self.shape.len()];
        for (slot, &axis) in position.iter_mut().zip(&self.shape).rev() {
            *slot = flat % axis.max(1);
            flat /= axis.max(1);
        }
        position
    }
}
