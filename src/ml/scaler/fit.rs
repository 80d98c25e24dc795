//! What each scaler learns from a column.

use ndarray::{ArrayView1, ArrayView2};

use super::{ColumnScale, Method, Missing, ScaleError};

pub(super) fn columns(
    method: Method,
    missing: Missing,
    x: ArrayView2<'_, f64>,
) -> Result<Vec<ColumnScale>, ScaleError> {
    if matches!(method, Method::Normalize(_)) {
        return Ok(Vec::new());
    }
    let mut present = Vec::with_capacity(x.nrows());
    let fit = |(column, values): (usize, ArrayView1<'_, f64>)| {
        present.clear();
        present.extend(values.iter().copied().filter(|v| !v.is_nan()));
        if present.is_empty() {
            return Ok(ColumnScale::Empty);
        }
        let scale = one(method, missing, &mut present);
        if scale.is_sound() { Ok(scale) } else { Err(ScaleError::Overflow { column }) }
    };
    x.columns().into_iter().enumerate().map(fit).collect()
}

fn one(method: Method, missing: Missing, present: &mut [f64]) -> ColumnScale {
    match method {
        Method::MinMax { low, high } => min_max(low, high, missing, present),
        Method::Standard { with_mean, with_std } => standard(with_mean, with_std, present),
        Method::Robust { low, high, with_centering, with_scaling } => {
            present.sort_by(f64::total_cmp);
            let center = if with_centering { median(present) } else { 0.0 };
            let range = if with_scaling { percentile(present, high) - percentile(present, low) } else { 1.0 };
            ColumnScale::Divide { center, scale: one_if_near_zero(range) }
        }
        Method::MaxAbs | Method::Normalize(_) => {
            let greatest = present.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
            ColumnScale::Divide { center: 0.0, scale: one_if_near_zero(greatest) }
        }
    }
}

fn min_max(low: f64, high: f64, missing: Missing, present: &[f64]) -> ColumnScale {
    let least = present.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let range = greatest - least;
    if missing == Missing::Zero && is_near_zero(range) {
        return ColumnScale::Constant { value: least };
    }
    let scale = (high - low) / one_if_near_zero(range);
    ColumnScale::Multiply { scale, offset: low - least * scale, min: least, max: greatest, low, high }
}

/// The corrected two-pass variance of T. Chan, G. Golub and R. `LeVeque`, "Algorithms for computing the sample variance",
/// The American Statistician 37(3), 1983, with the bound under which scikit-learn calls a column constant.
fn standard(with_mean: bool, with_std: bool, present: &[f64]) -> ColumnScale {
    let n = present.len() as f64;
    let mean = present.iter().sum::<f64>() / n;
    let center = if with_mean { mean } else { 0.0 };
    if !with_std {
        return ColumnScale::Divide { center, scale: 1.0 };
    }
    let (mut correction, mut squares) = (0.0, 0.0);
    for value in present {
        let deviation = value - mean;
        correction += deviation;
        squares += deviation * deviation;
    }
    let variance = (squares - correction * correction / n) / n;
    let error_bound = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
    let constant = variance.is_finite() && variance <= error_bound;
    let scale = if constant { 1.0 } else { variance.sqrt() };
    ColumnScale::Divide { center, scale }
}

fn is_near_zero(scale: f64) -> bool {
    scale.is_finite() && scale < 10.0 * f64::EPSILON
}

fn one_if_near_zero(scale: f64) -> f64 {
    if is_near_zero(scale) { 1.0 } else { scale }
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { f64::midpoint(sorted[middle - 1], sorted[middle]) }
}

/// Linear interpolation between order statistics: numpy's default `percentile`.
fn percentile(sorted: &[f64], q: f64) -> f64 {
    let at = q / 100.0 * (sorted.len() - 1) as f64;
    let below = sorted[at.floor() as usize];
    let above = sorted[at.ceil() as usize];
    let part = at - at.floor();
    if part < 0.5 { below + (above - below) * part } else { above - (above - below) * (1.0 - part) }
}
