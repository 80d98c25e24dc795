//! Ordinary least squares: `sklearn.linear_model.LinearRegression`.
//!
//! linfa solves it by a QR factorisation. Where columns depend on one another (duplicates, constants, fewer rows than
//! columns) the answer is the one of least norm, with numpy's `lstsq` rule for which singular values are 0.

use linfa::DatasetBase;
use linfa::traits::Fit as _;
use linfa_linear::LinearRegression;
use ndarray::{Array1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::input::{check_features, check_targets};
use super::least_squares::{Centred, least_norm};
use super::newton::max_norm;
use super::{Certificate, Engine, Fit, FitError, KeepGoing};

/// What a gradient may be off by, in units of the lengths of its column and the target.
pub(super) const EXACT: f64 = 1e-9;

/// Defaults are scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearParams {
    /// Whether to fit an intercept.
    pub fit_intercept: bool,
}

impl Default for LinearParams {
    fn default() -> Self {
        Self { fit_intercept: true }
    }
}

/// Fits to `x`, of shape (rows, features), and one number a row.
pub fn fit(
    x: ArrayView2<'_, f64>,
    y: &[f64],
    params: &LinearParams,
    keep_going: KeepGoing<'_>,
) -> Result<Fit, FitError> {
    check_features(x, y.len())?;
    check_targets(y)?;
    let data = Centred::new(x, y, params.fit_intercept);
    if !keep_going() {
        return Err(FitError::Interrupted);
    }
    if !data.may_be_dependent() {
        let dataset = DatasetBase::new(data.x.view(), data.y.view());
        if let Ok(fitted) = LinearRegression::new().with_intercept(false).fit(&dataset) {
            let found = finish(&data, fitted.params().clone(), 0.0, Engine::Linfa);
            if found.as_ref().is_ok_and(|fit| fit.certificate.converged) {
                return found;
            }
        }
    }
    let weights = least_norm(data.x.view(), &data.y.to_vec(), keep_going)?;
    finish(&data, weights, 0.0, Engine::Svd)
}

/// Certifies weights for the objective `‖y − Xw‖² + α‖w‖²`.
pub(super) fn finish(
    data: &Centred,
    weights: Array1<f64>,
    alpha: f64,
    engine: Engine,
) -> Result<Fit, FitError> {
    let rows = data.y.len() as f64;
    let residual = data.residual(weights.view());
    let gradient = alpha * &weights - data.x.t().dot(&residual);
    let loss = (residual.dot(&residual) + alpha * weights.dot(&weights)) / rows;
    let intercept = data.intercept(weights.view());
    if !(loss.is_finite() && intercept.is_finite() && weights.iter().all(|w| w.is_finite())) {
        return Err(FitError::Overflow);
    }
    let certificate = Certificate {
        converged: data.relative_gradient(&gradient) <= EXACT,
        iterations: 1,
        grad_norm: 2.0 * max_norm(gradient.as_slice().unwrap_or_default()) / rows,
        loss,
        engine,
    };
    let intercept = Array1::from_elem(1, intercept);
    Ok(Fit { coefficients: weights.insert_axis(Axis(0)), intercept, certificate })
}
