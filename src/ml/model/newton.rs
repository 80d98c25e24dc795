//! Newton's method with step halving, for smooth convex objectives.
//!
//! J. Nocedal and S. J. Wright, "Numerical Optimization", 2nd ed., 2006, chapters 3 and 7.

use super::cholesky::dot;
use super::{FitError, KeepGoing};

/// The gradient that a fit is carried on to. Far below any tolerance, as a few more steps cost little and bring the
/// coefficients of different engines together.
pub(super) const POLISHED: f64 = 1e-10;
/// The improvement of the loss that is no longer worth a step.
const NO_GAIN: f64 = 1e-18;
const MAX_HALVINGS: usize = 40;

/// A mean loss over parameters held in one flat slice.
pub(super) trait Objective {
    /// The loss at `at`, its gradient put into `gradient`. What [`direction`](Self::direction) needs is kept.
    fn evaluate(&mut self, at: &[f64], gradient: &mut [f64]) -> f64;

    /// Puts a solution of `H·d = −g` at the point last evaluated into `direction`, or the steepest descent where that
    /// cannot be solved.
    fn direction(&mut self, gradient: &[f64], direction: &mut [f64]);
}

/// Where a fit stands.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) at: Vec<f64>,
    pub(super) gradient: Vec<f64>,
    pub(super) loss: f64,
}

impl Point {
    pub(super) fn new(objective: &mut impl Objective, at: Vec<f64>) -> Self {
        let mut gradient = vec![0.0; at.len()];
        let loss = objective.evaluate(&at, &mut gradient);
        Self { at, gradient, loss }
    }

    /// The greatest absolute component of the gradient; NaN where one is.
    pub(super) fn grad_norm(&self) -> f64 {
        max_norm(&self.gradient)
    }
}

/// Carries on from `point`, the point last evaluated, and returns the iterations made: at most `budget`, fewer where
/// the gradient is within `target` and no step would gain anything, or rounding allows no better point.
pub(super) fn carry_on(
    objective: &mut impl Objective,
    point: &mut Point,
    budget: usize,
    target: f64,
    keep_going: KeepGoing<'_>,
) -> Result<usize, FitError> {
    let mut direction = vec![0.0; point.at.len()];
    let mut trial = point.clone();
    for iteration in 0..budget {
        if !keep_going() {
            return Err(FitError::Interrupted);
        }
        objective.direction(&point.gradient, &mut direction);
        let slope = dot(&point.gradient, &direction);
        let done = point.grad_norm() <= target && -slope <= NO_GAIN;
        if done || slope >= 0.0 || !step(objective, point, &mut trial, &direction, slope) {
            return Ok(iteration);
        }
    }
    Ok(budget)
}

fn step(
    objective: &mut impl Objective,
    point: &mut Point,
    trial: &mut Point,
    direction: &[f64],
    slope: f64,
) -> bool {
    let mut length = 1.0;
    let before = point.grad_norm();
    // Where the gain is below what the loss can resolve, a smaller gradient decides.
    let blur = 4.0 * f64::EPSILON * point.loss.abs();
    for _ in 0..MAX_HALVINGS {
        for ((to, from), by) in trial.at.iter_mut().zip(&point.at).zip(direction) {
            *to = from + length * by;
        }
        trial.loss = objective.evaluate(&trial.at, &mut trial.gradient);
        let gained = trial.loss < point.loss && trial.loss <= point.loss + 1e-4 * length * slope;
        let blurred = trial.loss <= point.loss + blur && trial.grad_norm() < before;
        if gained || blurred {
            std::mem::swap(point, trial);
            return true;
        }
        length *= 0.5;
    }
    false
}

pub(super) fn max_norm(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, v| if v.is_nan() { f64::NAN } else { most.max(v.abs()) })
}
