//! Errors of predicted numbers.

use super::error::{MetricError, check_finite, check_lengths};

/// The mean squared error.
pub fn mse(truth: &[f64], predicted: &[f64]) -> Result<f64, MetricError> {
    check(truth, predicted)?;
    finite(truth.iter().zip(predicted).map(|(t, p)| (t - p) * (t - p)).sum::<f64>() / truth.len() as f64)
}

/// The root of the mean squared error.
pub fn rmse(truth: &[f64], predicted: &[f64]) -> Result<f64, MetricError> {
    mse(truth, predicted).map(f64::sqrt)
}

/// The mean absolute error.
pub fn mae(truth: &[f64], predicted: &[f64]) -> Result<f64, MetricError> {
    check(truth, predicted)?;
    finite(truth.iter().zip(predicted).map(|(t, p)| (t - p).abs()).sum::<f64>() / truth.len() as f64)
}

/// The share of variance explained, `1 − Σ(t − p)²/Σ(t − mean)²`. Of a constant truth it is 1 for a perfect prediction
/// and else 0, as in scikit-learn; one row is an error.
pub fn r2(truth: &[f64], predicted: &[f64]) -> Result<f64, MetricError> {
    check(truth, predicted)?;
    if truth.len() < 2 {
        return Err(MetricError::OneRow);
    }
    let mean = truth.iter().sum::<f64>() / truth.len() as f64;
    let residual: f64 = truth.iter().zip(predicted).map(|(t, p)| (t - p) * (t - p)).sum();
    let total: f64 = truth.iter().map(|t| (t - mean) * (t - mean)).sum();
    if residual == 0.0 {
        Ok(1.0)
    } else if total == 0.0 {
        Ok(0.0)
    } else {
        finite(1.0 - residual / total)
    }
}

fn check(truth: &[f64], predicted: &[f64]) -> Result<(), MetricError> {
    check_lengths(truth.len(), predicted.len())?;
    check_finite(truth)?;
    check_finite(predicted)
}

fn finite(value: f64) -> Result<f64, MetricError> {
    if value.is_finite() { Ok(value) } else { Err(MetricError::Overflow) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_truth_is_defined() {
        assert_eq!(r2(&[2.0, 2.0], &[2.0, 2.0]), Ok(1.0));
        assert_eq!(r2(&[2.0, 2.0], &[2.0, 2.5]), Ok(0.0));
    }

    #[test]
    fn wrong_input_is_an_error() {
        assert_eq!(mse(&[], &[]), Err(MetricError::Empty));
        assert_eq!(mae(&[1.0], &[1.0, 2.0]), Err(MetricError::Lengths { truth: 1, predicted: 2 }));
        assert_eq!(rmse(&[1.0, f64::NAN], &[1.0, 2.0]), Err(MetricError::NotFinite { row: 1 }));
        assert_eq!(r2(&[1.0], &[1.0]), Err(MetricError::OneRow));
        assert_eq!(mse(&[f64::MAX], &[-f64::MAX]), Err(MetricError::Overflow));
    }
}
