//! The log loss, or cross-entropy.

use ndarray::ArrayView2;

use super::error::{MetricError, check_codes, check_lengths};

/// The mean of −ln of the probability given to the true class: `sklearn.metrics.log_loss`. Probabilities, of shape
/// (rows, classes), are clipped to [ε, 1 − ε] with ε = 2⁻⁵², as scikit-learn does for 64-bit floats.
pub fn log_loss(truth: &[usize], probabilities: ArrayView2<'_, f64>) -> Result<f64, MetricError> {
    check_lengths(truth.len(), probabilities.nrows())?;
    check_codes(truth, probabilities.ncols())?;
    for (row, values) in probabilities.rows().into_iter().enumerate() {
        if values.iter().any(|v| v.is_nan()) {
            return Err(MetricError::NotFinite { row });
        }
        if values.iter().any(|v| !(0.0..=1.0).contains(v)) {
            return Err(MetricError::NotAProbability { row });
        }
    }
    let given = truth.iter().enumerate().map(|(row, class)| probabilities[[row, *class]]);
    let sum: f64 = given.map(|p| -p.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()).sum();
    Ok(sum / truth.len() as f64)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn certainty_that_is_wrong_is_finite() {
        let loss = log_loss(&[0], array![[0.0, 1.0]].view()).unwrap();
        assert!((loss - 52.0 * std::f64::consts::LN_2).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_probability_is_an_error() {
        let of = |p: f64| log_loss(&[0], array![[p, 0.5]].view());
        assert_eq!(of(1.5), Err(MetricError::NotAProbability { row: 0 }));
        assert_eq!(of(f64::NAN), Err(MetricError::NotFinite { row: 0 }));
        assert_eq!(log_loss(&[], Array2::zeros((0, 2)).view()), Err(MetricError::Empty));
        assert_eq!(log_loss(&[2], array![[0.5, 0.5]].view()), Err(MetricError::UnknownClass { row: 0 }));
    }
}
