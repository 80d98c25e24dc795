//! The map of one column, and back.

use serde::{Deserialize, Serialize};

/// How one column is scaled. The two affine forms keep the order of operations of scikit-learn's scalers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnScale {
    /// `x·scale + offset` (min-max). What lies between `min` and `max` never leaves the range by rounding.
    Multiply {
        /// Greater than 0.
        scale: f64,
        /// Added after the product.
        offset: f64,
        /// The least value seen.
        min: f64,
        /// The greatest value seen.
        max: f64,
        /// What `min` becomes.
        low: f64,
        /// What `max` becomes.
        high: f64,
    },
    /// `(x − center)/scale` (the others).
    Divide {
        /// Subtracted first.
        center: f64,
        /// Greater than 0.
        scale: f64,
    },
    /// The column was constant and becomes 0.
    Constant {
        /// The constant.
        value: f64,
    },
    /// The column had no value at all: what it gives is missing.
    Empty,
}

impl ColumnScale {
    pub(super) fn apply(self, x: f64) -> f64 {
        match self {
            Self::Multiply { scale, offset, min, max, low, high } => {
                let scaled = x * scale + offset;
                if min <= x && x <= max { scaled.clamp(low, high) } else { scaled }
            }
            Self::Divide { center, scale } => (x - center) / scale,
            Self::Constant { .. } if !x.is_nan() => 0.0,
            Self::Constant { .. } | Self::Empty => f64::NAN,
        }
    }

    pub(super) fn undo(self, x: f64) -> f64 {
        match self {
            Self::Multiply { scale, offset, .. } => (x - offset) / scale,
            Self::Divide { center, scale } => x * scale + center,
            Self::Constant { value } if !x.is_nan() => value,
            Self::Constant { .. } | Self::Empty => f64::NAN,
        }
    }

    pub(super) fn is_sound(&self) -> bool {
        match *self {
            Self::Multiply { scale, offset, min, max, low, high } => {
                let finite = [scale, offset, min, max, low, high].iter().all(|v| v.is_finite());
                finite && scale > 0.0 && min <= max && low < high
            }
            Self::Divide { scale, center } => scale.is_finite() && scale > 0.0 && center.is_finite(),
            Self::Constant { value } => value.is_finite(),
            Self::Empty => true,
        }
    }
}
