//! The binomial objective: iteratively reweighted least squares over flat slices.

use ndarray::ArrayView2;

use crate::ml::model::cholesky::{dot, factor, solve};
use crate::ml::model::newton::Objective;

/// Parameters are the weights, then the intercept where there is one.
pub(super) struct Binary<'a> {
    x: ArrayView2<'a, f64>,
    codes: &'a [usize],
    penalty: f64,
    with_intercept: bool,
    /// p·(1 − p) of each row at the point last evaluated.
    curvature: Vec<f64>,
    hessian: Vec<f64>,
}

impl<'a> Binary<'a> {
    /// `x` is in standard layout.
    pub(super) fn new(
        x: ArrayView2<'a, f64>,
        codes: &'a [usize],
        penalty: f64,
        with_intercept: bool,
    ) -> Self {
        let n = x.ncols() + usize::from(with_intercept);
        Self {
            x,
            codes,
            penalty,
            with_intercept,
            curvature: vec![0.0; codes.len()],
            hessian: vec![0.0; n * n],
        }
    }

    fn rows(&self) -> impl Iterator<Item = &'a [f64]> + use<'a> {
        // Rows of a standard layout are slices; `new` is given no other.
        self.x.to_slice().unwrap_or_default().chunks_exact(self.x.ncols())
    }
}

impl Objective for Binary<'_> {
    fn evaluate(&mut self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let features = self.x.ncols();
        let (weights, intercept) = at.split_at(features);
        let intercept = intercept.first().copied().unwrap_or(0.0);
        gradient.fill(0.0);
        let (mut loss, mut residuals) = (0.0, 0.0);
        let codes = self.codes;
        let rows = self.rows();
        for ((row, code), curvature) in rows.zip(codes).zip(&mut self.curvature) {
            let z = dot(row, weights) + intercept;
            let tail = (-z.abs()).exp();
            let p = if z >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) };
            let (margin, residual) = if *code == 1 {
                // 1 − p by its own formula: the difference would lose what matters of a confident row.
                (-z, -(if z >= 0.0 { tail / (1.0 + tail) } else { 1.0 / (1.0 + tail) }))
            } else {
                (z, p)
            };
            loss += margin.max(0.0) + tail.ln_1p();
            *curvature = tail / ((1.0 + tail) * (1.0 + tail));
            residuals += residual;
            for (g, v) in gradient.iter_mut().zip(row) {
                *g += residual * v;
            }
        }
        if self.with_intercept {
            gradient[features] = residuals;
        }
        for (g, w) in gradient.iter_mut().zip(weights) {
            *g += self.penalty * w;
        }
        let n = self.codes.len() as f64;
        for g in gradient.iter_mut() {
            *g /= n;
        }
        (loss + 0.5 * self.penalty * dot(weights, weights)) / n
    }

    fn direction(&mut self, gradient: &[f64], direction: &mut [f64]) {
        let (features, n, rows) = (self.x.ncols(), gradient.len(), self.codes.len() as f64);
        let mut hessian = std::mem::take(&mut self.hessian);
        hessian.fill(0.0);
        for (row, curvature) in self.rows().zip(&self.curvature) {
            for (j, value) in row.iter().enumerate() {
                let scale = curvature * value;
                for (h, v) in hessian[j * n..=j * n + j].iter_mut().zip(row) {
                    *h += scale * v;
                }
            }
            if self.with_intercept {
                for (h, v) in hessian[features * n..].iter_mut().zip(row) {
                    *h += curvature * v;
                }
                hessian[n * n - 1] += curvature;
            }
        }
        for j in 0..features {
            hessian[j * n + j] += self.penalty;
        }
        for h in &mut hessian {
            *h /= rows;
        }
        for (d, g) in direction.iter_mut().zip(gradient) {
            *d = -g;
        }
        if factor(&mut hessian, n, 0.0) {
            solve(&hessian, n, direction);
        }
        self.hessian = hessian;
    }
}

/// `1/(1 + e⁻ᶻ)` without overflow.
pub(super) fn sigmoid(z: f64) -> f64 {
    let tail = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + tail) } else { tail / (1.0 + tail) }
}
