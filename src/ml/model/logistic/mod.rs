//! Logistic regression with an L2 penalty: `sklearn.linear_model.LogisticRegression`.
//!
//! Minimises `C·Σ loss + ‖w‖²/2`, the intercept unpenalised: binomial for two classes, multinomial for more. linfa
//! starts; Newton's method carries on until the gradient is at rounding, so that the coefficients depend on no engine.

mod binary;
mod softmax;
mod start;

use ndarray::{Array1, Array2, ArrayView2, CowArray, Ix2};
use serde::{Deserialize, Serialize};

use super::input::{check_classes, check_features};
use super::newton::{Objective, POLISHED, Point, carry_on};
use super::{Certificate, Engine, Fit, FitError, KeepGoing};
use binary::Binary;
use softmax::Softmax;

/// From this many features on, two classes are fitted as several are, without a matrix of features by features.
const MANY_FEATURES: usize = 512;

/// Defaults are scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticParams {
    /// The inverse of the penalty's strength, above 0.
    pub c: f64,
    /// Whether to fit an intercept.
    pub fit_intercept: bool,
    /// Bounds linfa's and our iterations together.
    pub max_iter: usize,
    /// The fit has converged when no component of the mean loss's gradient exceeds this. While iterations are left it
    /// goes on far below.
    pub tol: f64,
}

impl Default for LogisticParams {
    fn default() -> Self {
        Self { c: 1.0, fit_intercept: true, max_iter: 100, tol: 1e-4 }
    }
}

impl LogisticParams {
    fn check(&self) -> Result<(), FitError> {
        let wrong = |name, must, value| Err(FitError::Parameter { name, must, value });
        if !(self.c > 0.0 && self.c.is_finite() && self.c.recip().is_finite()) {
            return wrong("c", "a finite number above 0", self.c);
        }
        if !(self.tol > 0.0 && self.tol.is_finite()) {
            return wrong("tol", "a finite number above 0", self.tol);
        }
        if self.max_iter == 0 {
            return wrong("max_iter", "at least 1", 0.0);
        }
        Ok(())
    }
}

/// Fits to `x`, of shape (rows, features), and class codes below `n_classes`, each of which must occur. Two classes
/// give one row of coefficients, for class 1; more give one a class.
pub fn fit(
    x: ArrayView2<'_, f64>,
    codes: &[usize],
    n_classes: usize,
    params: &LogisticParams,
    keep_going: KeepGoing<'_>,
) -> Result<Fit, FitError> {
    params.check()?;
    check_features(x, codes.len())?;
    check_classes(codes, n_classes)?;
    let x: CowArray<'_, f64, Ix2> = x.as_standard_layout();
    let penalty = params.c.recip();
    if n_classes == 2 && x.ncols() < MANY_FEATURES {
        let mut objective = Binary::new(x.view(), codes, penalty, params.fit_intercept);
        let start = start::binary(x.view(), codes, params);
        let engines = [Engine::Linfa, Engine::LinfaNewton, Engine::Newton];
        let (at, certificate) = solve(&mut objective, start, x.nrows(), params, engines, keep_going)?;
        let (weights, intercept) = at.split_at(x.ncols());
        return Ok(Fit {
            coefficients: Array1::from(weights.to_vec()).insert_axis(ndarray::Axis(0)),
            intercept: Array1::from_elem(1, intercept.first().copied().unwrap_or(0.0)),
            certificate,
        });
    }
    // Two classes share one weight vector between them: half each, so twice the penalty is the same objective.
    let penalty = if n_classes == 2 { 2.0 * penalty } else { penalty };
    let mut objective = Softmax::new(x.view(), codes, n_classes, penalty, params.fit_intercept);
    let start = start::multinomial(x.view(), codes, n_classes, penalty, params);
    let engines = [Engine::Linfa, Engine::LinfaNewtonCg, Engine::NewtonCg];
    let (at, certificate) = solve(&mut objective, start, x.nrows(), params, engines, keep_going)?;
    let (coefficients, intercept) = softmax::unpack(&at, x.ncols(), n_classes);
    Ok(Fit { coefficients, intercept, certificate })
}

/// `start` is linfa's answer and its allowance; `engines` what to call linfa alone, carried on, and not usable.
fn solve(
    objective: &mut impl Objective,
    start: start::Start,
    rows: usize,
    params: &LogisticParams,
    engines: [Engine; 3],
    keep_going: KeepGoing<'_>,
) -> Result<(Vec<f64>, Certificate), FitError> {
    if !keep_going() {
        return Err(FitError::Interrupted);
    }
    let zero = Point::new(objective, vec![0.0; start.parameters]);
    let from_linfa = start.answer.map(|at| Point::new(objective, at)).filter(|p| p.loss <= zero.loss);
    let (mut point, mut spent, usable) = match from_linfa {
        Some(point) => {
            let length = point.gradient.iter().map(|g| g * g).sum::<f64>().sqrt() * rows as f64;
            let spent = if length <= start.tolerance { 1 } else { start.allowance };
            (point, spent, true)
        }
        None => (Point::new(objective, zero.at), 0, false),
    };
    let budget = params.max_iter - spent.min(params.max_iter);
    let made = carry_on(objective, &mut point, budget, params.tol.min(POLISHED), keep_going)?;
    spent += made;
    if !point.loss.is_finite() || point.at.iter().any(|v| !v.is_finite()) {
        return Err(FitError::Overflow);
    }
    let engine = match (usable, made) {
        (true, 0) => engines[0],
        (true, _) => engines[1],
        (false, _) => engines[2],
    };
    let grad_norm = point.grad_norm();
    let converged = grad_norm <= params.tol;
    Ok((point.at, Certificate { converged, iterations: spent, grad_norm, loss: point.loss, engine }))
}

/// Probabilities of shape (rows, classes) from decision values of shape (rows, 1) for two classes, or (rows, classes).
pub(super) fn probabilities(decision: &Array2<f64>) -> Array2<f64> {
    if decision.ncols() == 1 {
        return Array2::from_shape_fn((decision.nrows(), 2), |(row, class)| {
            let z = decision[[row, 0]];
            binary::sigmoid(if class == 1 { z } else { -z })
        });
    }
    let mut out = decision.clone();
    for mut row in out.rows_mut() {
        let greatest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|z| (z - greatest).exp());
        let sum = row.sum();
        row /= sum;
    }
    out
}
