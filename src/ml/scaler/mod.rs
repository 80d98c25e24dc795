//! Feature scalers: min-max, standard, robust, max-abs, and the normalisation of rows.
//!
//! The definitions are scikit-learn's (`sklearn.preprocessing`), NaN included: it stands for a missing value, is left
//! out of what is fitted, and stays in what is transformed, unless [`Missing`] says otherwise. Infinities are errors.

mod column;
mod error;
mod fit;
mod norm;

use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

pub use column::ColumnScale;
pub use error::ScaleError;
pub use norm::Norm;

/// Which scaling, with its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Each column onto [low, high]: `x·s + (low − min·s)`, `s = (high − low)/(max − min)`.
    MinMax {
        /// What the least value becomes; usually 0.
        low: f64,
        /// What the greatest value becomes; usually 1.
        high: f64,
    },
    /// Each column to mean 0 and variance 1: `(x − mean)/std`, with the population's standard deviation.
    Standard {
        /// Whether to subtract the mean.
        with_mean: bool,
        /// Whether to divide by the standard deviation.
        with_std: bool,
    },
    /// Each column by its median and the range between two percentiles.
    Robust {
        /// The lower percentile, usually 25.
        low: f64,
        /// The upper percentile, usually 75.
        high: f64,
        /// Whether to subtract the median.
        with_centering: bool,
        /// Whether to divide by the range.
        with_scaling: bool,
    },
    /// Each column by its greatest absolute value.
    MaxAbs,
    /// Each row by its norm. Fits nothing and has no inverse.
    Normalize(Norm),
}

impl Method {
    /// Min-max onto [0, 1].
    pub const MIN_MAX: Self = Self::MinMax { low: 0.0, high: 1.0 };
    /// Standard scaling with mean and standard deviation.
    pub const STANDARD: Self = Self::Standard { with_mean: true, with_std: true };
    /// Robust scaling by the interquartile range.
    pub const ROBUST: Self = Self::Robust { low: 25.0, high: 75.0, with_centering: true, with_scaling: true };

    /// What is done with missing values where nothing is said: zero for min-max, keep for the others.
    pub const fn default_missing(self) -> Missing {
        match self {
            Self::MinMax { .. } => Missing::Zero,
            _ => Missing::Keep,
        }
    }
}

/// What becomes of missing values (NaN).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// They become 0; under min-max a constant column becomes 0 as well.
    Zero,
    /// They stay, as in scikit-learn.
    Keep,
    /// They are an error.
    Error,
}

/// A scaler not yet fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaler {
    /// The scaling.
    pub method: Method,
    /// What becomes of missing values.
    pub missing: Missing,
}

impl Scaler {
    /// With the method's own way with missing values.
    pub const fn new(method: Method) -> Self {
        Self { method, missing: method.default_missing() }
    }

    /// Learns from `x`, one row a sample and one column a feature.
    pub fn fit(&self, x: ArrayView2<'_, f64>) -> Result<FittedScaler, ScaleError> {
        check_method(self.method)?;
        // The safe one learns as much from no rows as from rows of missing values.
        let safe = matches!(self.method, Method::MinMax { .. }) && self.missing == Missing::Zero;
        if (x.nrows() == 0 && !safe) || x.ncols() == 0 {
            return Err(ScaleError::Empty);
        }
        check_values(x, self.missing)?;
        let columns = fit::columns(self.method, self.missing, x)?;
        Ok(FittedScaler { method: self.method, missing: self.missing, n_features: x.ncols(), columns })
    }
}

/// What a scaler learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FittedScaler {
    /// The scaling.
    pub method: Method,
    /// What becomes of missing values.
    pub missing: Missing,
    /// Columns that it takes.
    pub n_features: usize,
    /// One entry a column; empty for [`Method::Normalize`].
    pub columns: Vec<ColumnScale>,
}

impl FittedScaler {
    /// Scales `x` into a new array of its shape.
    pub fn transform(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>, ScaleError> {
        let mut out = x.to_owned();
        self.transform_in_place(out.view_mut())?;
        Ok(out)
    }

    /// Scales `x` where it is. On an error nothing was changed.
    pub fn transform_in_place(&self, mut x: ArrayViewMut2<'_, f64>) -> Result<(), ScaleError> {
        self.check_shape(x.view())?;
        check_values(x.view(), self.missing)?;
        if let Method::Normalize(norm) = self.method {
            norm::rows(norm, &mut x);
        }
        for (column, mut values) in self.columns.iter().zip(x.columns_mut()) {
            values.mapv_inplace(|value| column.apply(value));
        }
        if self.missing == Missing::Zero {
            x.mapv_inplace(|value| if value.is_nan() { 0.0 } else { value });
        }
        Ok(())
    }

    /// Undoes [`transform`](Self::transform), as far as it can be: what became 0 for being missing is not known again,
    /// and a constant column comes back as its constant.
    pub fn inverse(&self, x: ArrayView2<'_, f64>) -> Result<Array2<f64>, ScaleError> {
        if matches!(self.method, Method::Normalize(_)) {
            return Err(ScaleError::NoInverse);
        }
        self.check_shape(x)?;
        check_values(x, Missing::Keep)?;
        let mut out = x.to_owned();
        for (column, mut values) in self.columns.iter().zip(out.columns_mut()) {
            values.mapv_inplace(|value| column.undo(value));
        }
        Ok(out)
    }

    /// Whether a fitted scaler read from a document can be used: lengths agree, numbers are finite, scales not 0.
    pub fn is_sound(&self) -> bool {
        let expected = if matches!(self.method, Method::Normalize(_)) { 0 } else { self.n_features };
        check_method(self.method).is_ok()
            && self.columns.len() == expected
            && self.columns.iter().all(ColumnScale::is_sound)
    }

    fn check_shape(&self, x: ArrayView2<'_, f64>) -> Result<(), ScaleError> {
        if x.ncols() == self.n_features {
            Ok(())
        } else {
            Err(ScaleError::Columns { expected: self.n_features, found: x.ncols() })
        }
    }
}

fn check_method(method: Method) -> Result<(), ScaleError> {
    match method {
        Method::MinMax { low, high } if !(low < high && low.is_finite() && high.is_finite()) => {
            Err(ScaleError::FeatureRange { low, high })
        }
        Method::Robust { low, high, .. } if !(0.0 <= low && low <= high && high <= 100.0) => {
            Err(ScaleError::QuantileRange { low, high })
        }
        _ => Ok(()),
    }
}

fn check_values(x: ArrayView2<'_, f64>, missing: Missing) -> Result<(), ScaleError> {
    for ((row, column), value) in x.indexed_iter() {
        if value.is_infinite() {
            return Err(ScaleError::Infinite { row, column });
        }
        if value.is_nan() && missing == Missing::Error {
            return Err(ScaleError::Missing { row, column });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
