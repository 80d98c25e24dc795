//! Normalisation of rows: scikit-learn's `normalize`.

use ndarray::ArrayViewMut2;
use serde::{Deserialize, Serialize};

/// The norm that each row is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// The sum of absolute values.
    L1,
    /// The Euclidean length.
    L2,
    /// The greatest absolute value.
    Max,
}

/// Divides each row by its norm over the values that are there. A row of zeros stays as it is.
pub(super) fn rows(norm: Norm, x: &mut ArrayViewMut2<'_, f64>) {
    for mut row in x.rows_mut() {
        let present = row.iter().copied().filter(|v| !v.is_nan());
        let length = match norm {
            Norm::L1 => present.map(f64::abs).sum(),
            Norm::L2 => present.map(|v| v * v).sum::<f64>().sqrt(),
            Norm::Max => present.map(f64::abs).fold(0.0, f64::max),
        };
        // scikit-learn's rule for scales that are near zero: they divide by one.
        if length >= 10.0 * f64::EPSILON {
            row.mapv_inplace(|v| v / length);
        }
    }
}
