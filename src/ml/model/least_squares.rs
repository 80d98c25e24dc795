//! What linear regression and ridge share: centred data, and the solution of least norm.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::cholesky::{dot, factor};
use super::{FitError, KeepGoing};

/// A column is looked at as dependent when this share of it, squared, or less is not explained by those before it.
const SUSPECT: f64 = 1e-10;
/// The cosine of two columns that count as orthogonal.
const ORTHOGONAL: f64 = 1e-14;
const MAX_SWEEPS: usize = 60;

/// Data with its means taken out, as scikit-learn does where an intercept is fitted.
pub(super) struct Centred {
    /// In column-major layout.
    pub(super) x: Array2<f64>,
    pub(super) y: Array1<f64>,
    x_mean: Array1<f64>,
    y_mean: f64,
}

impl Centred {
    pub(super) fn new(x: ArrayView2<'_, f64>, y: &[f64], fit_intercept: bool) -> Self {
        let mut columns = Array2::zeros(ndarray::ShapeBuilder::f(x.raw_dim()));
        columns.assign(&x);
        let mut y = Array1::from(y.to_vec());
        let (mut x_mean, mut y_mean) = (Array1::zeros(x.ncols()), 0.0);
        if fit_intercept {
            x_mean = x.sum_axis(Axis(0)) / x.nrows() as f64;
            y_mean = y.sum() / y.len() as f64;
            columns -= &x_mean;
            y -= y_mean;
        }
        Self { x: columns, y, x_mean, y_mean }
    }

    pub(super) fn intercept(&self, weights: ArrayView1<'_, f64>) -> f64 {
        self.y_mean - self.x_mean.dot(&weights)
    }

    pub(super) fn residual(&self, weights: ArrayView1<'_, f64>) -> Array1<f64> {
        &self.y - &self.x.dot(&weights)
    }

    /// The greatest of the gradient's components, each in units of its column's length times the target's: 0 at the
    /// solution, at most 1 from no weights.
    pub(super) fn relative_gradient(&self, gradient: &Array1<f64>) -> f64 {
        let length = self.y.dot(&self.y).sqrt();
        let columns = self.x.columns();
        columns.into_iter().zip(gradient).fold(0.0, |most: f64, (column, g)| {
            let scale = column.dot(&column).sqrt() * length;
            // A column of zeros, or a target of zeros, has no gradient.
            if *g == 0.0 { most } else { most.max((g / scale).abs()) }
        })
    }

    /// Whether some column may be a combination of the others, beyond what normal equations can tell.
    pub(super) fn may_be_dependent(&self) -> bool {
        let p = self.x.ncols();
        if self.x.nrows() < p {
            return true;
        }
        let mut gram = self.x.t().dot(&self.x);
        let lengths: Vec<f64> = gram.diag().iter().map(|d| d.sqrt()).collect();
        for ((i, j), value) in gram.indexed_iter_mut() {
            *value /= lengths[i] * lengths[j];
        }
        let mut flat: Vec<f64> = gram.iter().copied().collect();
        !factor(&mut flat, p, SUSPECT)
    }
}

/// The weights of least norm among those that minimise `‖y − Xw‖`, by a one-sided Jacobi singular value decomposition.
/// Singular values at most `max(rows, columns)·ε` times the greatest count as 0, as in numpy's `lstsq`.
///
/// J. Demmel and K. Veselić, "Jacobi's Method is More Accurate than QR", SIAM J. Matrix Anal. Appl. 13(4), 1992.
pub(super) fn least_norm(
    x: ArrayView2<'_, f64>,
    y: &[f64],
    keep_going: KeepGoing<'_>,
) -> Result<Array1<f64>, FitError> {
    let tall = x.nrows() >= x.ncols();
    let a = if tall { x } else { x.reversed_axes() };
    let count = a.ncols();
    let mut b: Vec<Vec<f64>> = a.columns().into_iter().map(|c| c.to_vec()).collect();
    let mut v: Vec<Vec<f64>> = Array2::eye(count).columns().into_iter().map(|c| c.to_vec()).collect();
    // A column this short is rounding: it is orthogonal to none, and would be turned for ever.
    let greatest = b.iter().map(|column| dot(column, column)).fold(0.0, f64::max);
    let nothing = greatest * (f64::EPSILON * x.nrows().max(x.ncols()) as f64).powi(2) / count as f64;
    for _ in 0..MAX_SWEEPS {
        if !keep_going() {
            return Err(FitError::Interrupted);
        }
        if !sweep(&mut b, &mut v, nothing) {
            break;
        }
    }
    let squares: Vec<f64> = b.iter().map(|column| dot(column, column)).collect();
    let greatest = squares.iter().copied().fold(0.0, f64::max).sqrt();
    let cut = x.nrows().max(x.ncols()) as f64 * f64::EPSILON * greatest;
    let mut weights = Array1::zeros(x.ncols());
    for ((column, rotation), square) in b.iter().zip(&v).zip(squares) {
        if square.sqrt() <= cut {
            continue;
        }
        let (known, out) = if tall { (column, rotation) } else { (rotation, column) };
        let share = dot(known, y) / square;
        for (w, o) in weights.iter_mut().zip(out) {
            *w += share * o;
        }
    }
    Ok(weights)
}

/// Rotates each pair of columns to be orthogonal; whether any was not. A column whose squared length is at most
/// `nothing` is left alone.
fn sweep(b: &mut [Vec<f64>], v: &mut [Vec<f64>], nothing: f64) -> bool {
    let mut rotated = false;
    for j in 1..b.len() {
        for i in 0..j {
            let (p, q, r) = (dot(&b[i], &b[i]), dot(&b[j], &b[j]), dot(&b[i], &b[j]));
            if p.min(q) <= nothing || r.abs() <= ORTHOGONAL * (p * q).sqrt() {
                continue;
            }
            rotated = true;
            let zeta = (q - p) / (2.0 * r);
            let t = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
            let c = 1.0 / t.hypot(1.0);
            for columns in [&mut *b, &mut *v] {
                let (left, right) = columns.split_at_mut(j);
                for (x, y) in left[i].iter_mut().zip(&mut right[0]) {
                    (*x, *y) = (c * (*x - t * *y), c * (*y + t * *x));
                }
            }
        }
    }
    rotated
}
