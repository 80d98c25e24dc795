//! Typed numerics for machine learning: seeded data, scalers, imputers, splits, metrics and models.
//!
//! Nothing here knows of YAML, files or steps. Arrays are `ndarray`'s, one row a sample and one column a feature; the
//! definitions and defaults are scikit-learn's and numpy's, and held to them by the vectors in `tests/vectors`.

pub mod generate;
pub mod impute;
pub mod label;
pub mod metrics;
pub mod model;
pub mod preprocessing;
pub mod random;
pub mod scaler;
pub mod split;
