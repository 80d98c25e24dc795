//! Where linfa's fit leads.
//!
//! linfa stops at a gradient of the *summed* loss, says nothing of how it stopped, and calls the larger class positive;
//! here its answer is only a start, in the order of parameters of our objectives.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::{LogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, ArrayView2, Axis};

use super::LogisticParams;

/// Past this many of linfa's iterations, Newton's are the cheaper way on.
const MOST_ITERATIONS: usize = 20;
/// The gradient of the mean loss that is near enough to carry on from.
const NEAR: f64 = 1e-4;

pub(super) struct Start {
    /// Parameters in all.
    pub(super) parameters: usize,
    /// linfa's answer, if it gave one that is finite.
    pub(super) answer: Option<Vec<f64>>,
    /// The iterations it may have used.
    pub(super) allowance: usize,
    /// The length of the summed loss's gradient at which it ends by itself.
    pub(super) tolerance: f64,
}

fn allowance(params: &LogisticParams) -> usize {
    params.max_iter.div_ceil(2).min(MOST_ITERATIONS)
}

pub(super) fn binary(x: ArrayView2<'_, f64>, codes: &[usize], params: &LogisticParams) -> Start {
    let (allowance, tolerance) = (allowance(params), NEAR * x.nrows() as f64);
    let data = DatasetBase::new(x, Array1::from(codes.to_vec()));
    let fitted = LogisticRegression::default()
        .alpha(params.c.recip())
        .with_intercept(params.fit_intercept)
        .max_iterations(allowance as u64)
        .gradient_tolerance(tolerance)
        .fit(&data);
    let answer = fitted.ok().map(|fitted| {
        let sign = if fitted.labels().pos.class == 1 { 1.0 } else { -1.0 };
        let mut at: Vec<f64> = fitted.params().iter().map(|w| sign * w).collect();
        if params.fit_intercept {
            at.push(sign * fitted.intercept());
        }
        at
    });
    let parameters = x.ncols() + usize::from(params.fit_intercept);
    Start { parameters, answer: finite(answer), allowance, tolerance }
}

pub(super) fn multinomial(
    x: ArrayView2<'_, f64>,
    codes: &[usize],
    n_classes: usize,
    penalty: f64,
    params: &LogisticParams,
) -> Start {
    let (allowance, tolerance) = (allowance(params), NEAR * x.nrows() as f64);
    let data = DatasetBase::new(x, Array1::from(codes.to_vec()));
    let fitted = MultiLogisticRegression::default()
        .alpha(penalty)
        .with_intercept(params.fit_intercept)
        .max_iterations(allowance as u64)
        .gradient_tolerance(tolerance)
        .fit(&data);
    let answer = fitted.ok().map(|fitted| {
        let mut at: Vec<f64> = fitted.params().iter().copied().collect();
        if params.fit_intercept {
            at.extend(fitted.intercept().view().insert_axis(Axis(0)));
        }
        at
    });
    let parameters = (x.ncols() + usize::from(params.fit_intercept)) * n_classes;
    Start { parameters, answer: finite(answer), allowance, tolerance }
}

fn finite(answer: Option<Vec<f64>>) -> Option<Vec<f64>> {
    answer.filter(|at| at.iter().all(|v| v.is_finite()))
}
