//! How much a check measured.

use std::fmt;

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Values,
    Rows,
    Samples,
    Bytes,
    Nodes,
    Columns,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Rows => "rows",
            Self::Samples => "samples",
            Self::Bytes => "bytes",
            Self::Nodes => "nodes",
            Self::Columns => "columns",
        }
    }
}

/// How much one check measured: zero is never a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub count: u64,
    pub unit: Unit,
}

impl Evidence {
    /// One thing was looked at: a form, an identity, a file's existence.
    pub const ONE: Self = Self { count: 1, unit: Unit::Values };

    pub fn new(count: usize, unit: Unit) -> Self {
        Self { count: count as u64, unit }
    }

    pub fn values(count: usize) -> Self {
        Self::new(count, Unit::Values)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.unit.name())
    }
}
