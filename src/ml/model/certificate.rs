//! What can be said for a fit, computed from its answer alone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Computed by us from the coefficients, whichever engine found them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Whether `grad_norm` is within the tolerance of the fit.
    pub converged: bool,
    /// Iterations. linfa does not report its own: they count as one where it ended by itself, and as its whole allowance
    /// where it used that up.
    pub iterations: usize,
    /// The greatest absolute component of the gradient of the mean loss.
    pub grad_norm: f64,
    /// The mean loss over the rows, with the penalty: `Σ loss/n + ‖w‖²/(2·C·n)` for logistic regression,
    /// `(‖y − Xw‖² + α·‖w‖²)/n` for least squares.
    pub loss: f64,
    /// What found the answer.
    pub engine: Engine,
}

/// What found an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Engine {
    /// linfa alone.
    #[serde(rename = "linfa")]
    Linfa,
    /// linfa, carried on by Newton's method with a Cholesky factorisation.
    #[serde(rename = "linfa+newton")]
    LinfaNewton,
    /// linfa, carried on by Newton's method with conjugate gradients.
    #[serde(rename = "linfa+newton-cg")]
    LinfaNewtonCg,
    /// Newton's method with a Cholesky factorisation; linfa gave no usable answer.
    #[serde(rename = "newton")]
    Newton,
    /// Newton's method with conjugate gradients; linfa gave no usable answer.
    #[serde(rename = "newton-cg")]
    NewtonCg,
    /// linfa, carried on by the normal equations.
    #[serde(rename = "linfa+cholesky")]
    LinfaCholesky,
    /// The solution of least norm by singular values, as the columns are dependent.
    #[serde(rename = "svd")]
    Svd,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linfa => "linfa",
            Self::LinfaNewton => "linfa+newton",
            Self::LinfaNewtonCg => "linfa+newton-cg",
            Self::Newton => "newton",
            Self::NewtonCg => "newton-cg",
            Self::LinfaCholesky => "linfa+cholesky",
            Self::Svd => "svd",
        })
    }
}
