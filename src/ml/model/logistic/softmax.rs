//! The multinomial objective, its Newton directions found by preconditioned conjugate gradients.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};

use crate::ml::model::cholesky::dot;
use crate::ml::model::newton::Objective;

/// Parameters are a row-major matrix of shape (features, classes), then the intercepts where there are any.
pub(super) struct Softmax<'a> {
    x: ArrayView2<'a, f64>,
    codes: &'a [usize],
    n_classes: usize,
    penalty: f64,
    with_intercept: bool,
    /// The mean square of each feature.
    squares: Vec<f64>,
    /// Of shape (rows, classes), at the point last evaluated.
    probabilities: Array2<f64>,
    work: Array2<f64>,
}

impl<'a> Softmax<'a> {
    pub(super) fn new(
        x: ArrayView2<'a, f64>,
        codes: &'a [usize],
        n_classes: usize,
        penalty: f64,
        with_intercept: bool,
    ) -> Self {
        let shape = (x.nrows(), n_classes);
        let squares = x.columns().into_iter().map(|c| c.dot(&c) / x.nrows() as f64).collect();
        Self {
            x,
            codes,
            n_classes,
            penalty,
            with_intercept,
            squares,
            probabilities: Array2::zeros(shape),
            work: Array2::zeros(shape),
        }
    }

    /// Values of shape (rows, classes) of the parameters `at`.
    fn decide(&self, at: &[f64], out: &mut Array2<f64>) {
        let (weights, intercepts) = at.split_at(self.x.ncols() * self.n_classes);
        if let Ok(weights) = ArrayView2::from_shape((self.x.ncols(), self.n_classes), weights) {
            general_mat_mul(1.0, &self.x, &weights, 0.0, out);
        }
        if self.with_intercept {
            for row in rows_mut(out, self.n_classes) {
                for (value, intercept) in row.iter_mut().zip(intercepts) {
                    *value += intercept;
                }
            }
        }
    }

    /// `(Xᵀ·R + penalty·W)/n`, where R has shape (rows, classes), and the column sums of R for the intercepts.
    fn collect(&self, rows: &Array2<f64>, at: &[f64], out: &mut [f64]) {
        let n = self.codes.len() as f64;
        let (weights, intercepts) = out.split_at_mut(self.x.ncols() * self.n_classes);
        if let Ok(mut weights) = ArrayViewMut2::from_shape((self.x.ncols(), self.n_classes), &mut *weights) {
            general_mat_mul(1.0 / n, &self.x.t(), rows, 0.0, &mut weights);
        }
        for (out, w) in weights.iter_mut().zip(at) {
            *out += self.penalty / n * w;
        }
        if self.with_intercept {
            intercepts.copy_from_slice((rows.sum_axis(Axis(0)) / n).as_slice().unwrap_or_default());
        }
    }

    fn hessian_times(&mut self, v: &[f64], out: &mut [f64]) {
        let mut work = std::mem::take(&mut self.work);
        self.decide(v, &mut work);
        let k = self.n_classes;
        for (row, p) in rows_mut(&mut work, k).zip(rows(&self.probabilities, k)) {
            let mean = dot(row, p);
            for (value, p) in row.iter_mut().zip(p) {
                *value = p * (*value - mean);
            }
        }
        self.collect(&work, v, out);
        self.work = work;
    }

    /// An estimate of the Hessian's diagonal, from mean squares of features and mean curvatures of classes.
    fn diagonal(&self) -> Vec<f64> {
        let n = self.codes.len() as f64;
        let mut curvature = vec![0.0; self.n_classes];
        for row in rows(&self.probabilities, self.n_classes) {
            for (sum, p) in curvature.iter_mut().zip(row) {
                *sum += p * (1.0 - p) / n;
            }
        }
        let weight = |square: &f64| {
            let square = *square;
            curvature.iter().map(move |c| square * c + self.penalty / n).collect::<Vec<_>>()
        };
        let mut diagonal: Vec<f64> = self.squares.iter().flat_map(weight).collect();
        if self.with_intercept {
            diagonal.extend(curvature.iter().map(|c| c.max(f64::MIN_POSITIVE)));
        }
        diagonal
    }
}

impl Objective for Softmax<'_> {
    fn evaluate(&mut self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let mut probabilities = std::mem::take(&mut self.probabilities);
        let mut residuals = std::mem::take(&mut self.work);
        self.decide(at, &mut probabilities);
        let k = self.n_classes;
        let mut loss = 0.0;
        let each = rows_mut(&mut probabilities, k).zip(rows_mut(&mut residuals, k)).zip(self.codes);
        for ((row, residual), code) in each {
            let greatest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let own = row[*code] - greatest;
            let mut sum = 0.0;
            for value in row.iter_mut() {
                *value = (*value - greatest).exp();
                sum += *value;
            }
            loss += sum.ln() - own;
            for (r, value) in residual.iter_mut().zip(row.iter_mut()) {
                *value /= sum;
                *r = *value;
            }
            // −(1 − p) as minus the sum of the others, which keeps its digits where p is near 1.
            residual[*code] = 0.0;
            residual[*code] = -residual.iter().sum::<f64>();
        }
        self.collect(&residuals, at, gradient);
        self.probabilities = probabilities;
        self.work = residuals;
        let weights = &at[..self.x.ncols() * k];
        (loss + 0.5 * self.penalty * dot(weights, weights)) / self.codes.len() as f64
    }

    fn direction(&mut self, gradient: &[f64], direction: &mut [f64]) {
        let diagonal = self.diagonal();
        let precondition = |r: &[f64]| -> Vec<f64> { r.iter().zip(&diagonal).map(|(r, d)| r / d).collect() };
        let length = dot(gradient, gradient).sqrt();
        let enough = length * length.sqrt().min(0.1);
        direction.fill(0.0);
        let mut residual: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut z = precondition(&residual);
        let mut along = z.clone();
        let mut product = vec![0.0; gradient.len()];
        let mut energy = dot(&residual, &z);
        for _ in 0..(2 * gradient.len()).min(1000) {
            if dot(&residual, &residual).sqrt() <= enough {
                break;
            }
            self.hessian_times(&along, &mut product);
            let curvature = dot(&along, &product);
            if curvature.is_nan() || curvature <= 0.0 {
                break;
            }
            let length = energy / curvature;
            for (((d, r), a), p) in direction.iter_mut().zip(&mut residual).zip(&along).zip(&product) {
                *d += length * a;
                *r -= length * p;
            }
            z = precondition(&residual);
            let next = dot(&residual, &z);
            for (a, z) in along.iter_mut().zip(&z) {
                *a = z + next / energy * *a;
            }
            energy = next;
        }
        if direction.iter().all(|d| *d == 0.0) {
            for (d, g) in direction.iter_mut().zip(gradient) {
                *d = -g;
            }
        }
    }
}

/// Coefficients of shape (classes, features) and intercepts, which sum to 0 as scikit-learn's do: a shift of all of
/// them changes no probability. Two classes become one, class 1 against class 0.
pub(super) fn unpack(at: &[f64], features: usize, n_classes: usize) -> (Array2<f64>, Array1<f64>) {
    let weights = Array2::from_shape_fn((n_classes, features), |(k, j)| at[j * n_classes + k]);
    let mut intercept = Array1::zeros(n_classes);
    if let Some(fitted) = at.get(features * n_classes..).filter(|rest| !rest.is_empty()) {
        let mean = fitted.iter().sum::<f64>() / n_classes as f64;
        intercept = fitted.iter().map(|b| b - mean).collect();
    }
    if n_classes == 2 {
        let difference = &weights.row(1) - &weights.row(0);
        return (difference.insert_axis(Axis(0)), Array1::from_elem(1, intercept[1] - intercept[0]));
    }
    (weights, intercept)
}

fn rows(array: &Array2<f64>, columns: usize) -> impl Iterator<Item = &[f64]> {
    array.as_slice().unwrap_or_default().chunks_exact(columns)
}

fn rows_mut(array: &mut Array2<f64>, columns: usize) -> impl Iterator<Item = &mut [f64]> {
    array.as_slice_mut().unwrap_or_default().chunks_exact_mut(columns)
}
