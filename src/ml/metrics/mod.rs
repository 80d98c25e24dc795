//! Metrics of predictions against the truth, by scikit-learn's definitions (`sklearn.metrics`).
//!
//! Classes are codes from 0; a case for which a metric is not defined is an error or, where scikit-learn puts 0 in its
//! place, a [`Score`] that says so.

mod confusion;
mod error;
mod log_loss;
mod regression;
mod roc_auc;
mod summary;

pub use confusion::{Average, Confusion, Score};
pub use error::MetricError;
pub use log_loss::log_loss;
pub use regression::{mae, mse, r2, rmse};
pub use roc_auc::{roc_auc, roc_auc_one_vs_rest};
pub use summary::{Summary, classification, regression};
