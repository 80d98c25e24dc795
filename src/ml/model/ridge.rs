//! Least squares with an L2 penalty: `sklearn.linear_model.Ridge`.
//!
//! Minimises `‖y − Xw‖² + α‖w‖²`, the intercept unpenalised. linfa's elastic net with `l1_ratio = 0` minimises
//! `‖y − Xw‖²/(2n) + penalty·‖w‖²/2`, the same with `penalty = α/n`, by coordinate descent; where that ends short of the
//! solution, the normal equations carry on from its answer.

use linfa::traits::Fit as _;
use linfa::{DatasetBase, ParamGuard};
use linfa_elasticnet::ElasticNet;
use ndarray::{Array1, Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::cholesky::{factor, solve};
use super::input::{check_features, check_targets};
use super::least_squares::Centred;
use super::linear::{LinearParams, finish};
use super::{Engine, Fit, FitError, KeepGoing, linear};

const LINFA_ITERATIONS: u32 = 50;
const REFINEMENTS: usize = 3;

/// Defaults are scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RidgeParams {
    /// The penalty's strength, at least 0; 0 is `linear_regression`.
    pub alpha: f64,
    /// Whether to fit an intercept.
    pub fit_intercept: bool,
}

impl Default for RidgeParams {
    fn default() -> Self {
        Self { alpha: 1.0, fit_intercept: true }
    }
}

/// Fits to `x`, of shape (rows, features), and one number a row.
pub fn fit(
    x: ArrayView2<'_, f64>,
    y: &[f64],
    params: &RidgeParams,
    keep_going: KeepGoing<'_>,
) -> Result<Fit, FitError> {
    let alpha = params.alpha;
    if !(alpha >= 0.0 && alpha.is_finite()) {
        return Err(FitError::Parameter { name: "alpha", must: "a finite number, at least 0", value: alpha });
    }
    if alpha == 0.0 {
        return linear::fit(x, y, &LinearParams { fit_intercept: params.fit_intercept }, keep_going);
    }
    check_features(x, y.len())?;
    check_targets(y)?;
    let data = Centred::new(x, y, params.fit_intercept);
    let start = by_linfa(&data, alpha).unwrap_or_else(|| Array1::zeros(x.ncols()));
    if !keep_going() {
        return Err(FitError::Interrupted);
    }
    let Some(equations) = Equations::new(&data, alpha) else {
        return finish(&data, start, alpha, Engine::Linfa);
    };
    let (mut weights, mut engine) = (start, Engine::Linfa);
    for _ in 0..REFINEMENTS {
        let gradient = alpha * &weights - data.x.t().dot(&data.residual(weights.view()));
        let change = equations.solve(&data, alpha, &gradient);
        let negligible = 1e-14 * weights.dot(&weights).sqrt();
        if change.dot(&change).sqrt() <= negligible {
            break;
        }
        weights -= &change;
        engine = Engine::LinfaCholesky;
    }
    finish(&data, weights, alpha, engine)
}

fn by_linfa(data: &Centred, alpha: f64) -> Option<Array1<f64>> {
    let params = ElasticNet::params()
        .l1_ratio(0.0)
        .penalty(alpha / data.y.len() as f64)
        .with_intercept(false)
        .tolerance(1e-10)
        .max_iterations(LINFA_ITERATIONS)
        .check()
        .ok()?;
    let fitted = params.fit(&DatasetBase::new(data.x.view(), data.y.view())).ok()?;
    let weights = fitted.hyperplane().clone();
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}

/// The factor of `XᵀX + αI`, or of `XXᵀ + αI` where there are fewer rows than columns.
struct Equations {
    factor: Vec<f64>,
    n: usize,
    dual: bool,
}

impl Equations {
    fn new(data: &Centred, alpha: f64) -> Option<Self> {
        let dual = data.x.nrows() < data.x.ncols();
        let mut gram: Array2<f64> = if dual { data.x.dot(&data.x.t()) } else { data.x.t().dot(&data.x) };
        gram.diag_mut().mapv_inplace(|d| d + alpha);
        let n = gram.nrows();
        let mut flat: Vec<f64> = gram.iter().copied().collect();
        factor(&mut flat, n, 0.0).then_some(Self { factor: flat, n, dual })
    }

    /// `(XᵀX + αI)⁻¹·b`; in the dual by the identity of Woodbury.
    fn solve(&self, data: &Centred, alpha: f64, b: &Array1<f64>) -> Array1<f64> {
        if self.dual {
            let mut inner = data.x.dot(b).to_vec();
            solve(&self.factor, self.n, &mut inner);
            (b - &data.x.t().dot(&Array1::from(inner))) / alpha
        } else {
            let mut out = b.to_vec();
            solve(&self.factor, self.n, &mut out);
            Array1::from(out)
        }
    }
}
