//! How close two numbers must be.

use std::fmt;

/// `|actual − expected| ≤ abs + rel·|expected|`, as numpy's `allclose` has it; `ulps`, where given, accepts
/// numbers that many representable steps apart as well.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    pub abs: f64,
    pub rel: f64,
    pub ulps: Option<u32>,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { abs: 1e-8, rel: 1e-5, ulps: None }
    }
}

impl Tolerance {
    pub const EXACT: Self = Self { abs: 0.0, rel: 0.0, ulps: None };

    /// The largest difference that is accepted at this expected value.
    pub fn allowed(&self, expected: f64) -> f64 {
        self.abs + self.rel * expected.abs()
    }

    /// NaN is close to NaN alone, an infinity to itself alone.
    pub fn accepts(&self, actual: f64, expected: f64) -> bool {
        if actual == expected || (actual.is_nan() && expected.is_nan()) {
            return true;
        }
        if !actual.is_finite() || !expected.is_finite() {
            return false;
        }
        (actual - expected).abs() <= self.allowed(expected)
            || self
                .ulps
                .is_some_and(|ulps| approx::ulps_eq!(actual, expected, epsilon = 0.0, max_ulps = ulps))
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "abs {:?}, rel {:?}", self.abs, self.rel)?;
        self.ulps.map_or(Ok(()), |ulps| write!(f, ", ulps {ulps}"))
    }
}

/// How far off a number is and what was accepted, to stand at the end of a sentence; empty where it is no number.
pub fn off_by(difference: Option<f64>, allowed: Option<f64>) -> String {
    match (difference, allowed) {
        (Some(difference), Some(allowed)) if allowed > 0.0 => {
            format!(", off by {:?} (allowed {:?})", brief(difference), brief(allowed))
        }
        (Some(difference), _) => format!(", off by {:?}", brief(difference)),
        _ => String::new(),
    }
}

/// Six digits tell how far off a number is; the rest is noise of the subtraction.
fn brief(difference: f64) -> f64 {
    format!("{difference:.5e}").parse().unwrap_or(difference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_numpy_allclose() {
        // numpy 2.4: np.isclose(a, b, equal_nan=True) with its defaults, which are ours.
        let table = [
            (1.0, 1.000_01, true),
            (1.000_010_1, 1.0, false),
            (1e-8, 0.0, true),
            (1.1e-8, 0.0, false),
            (f64::NAN, f64::NAN, true),
            (f64::INFINITY, f64::INFINITY, true),
            (f64::INFINITY, f64::NEG_INFINITY, false),
            (1e308, f64::INFINITY, false),
            (-0.0, 0.0, true),
        ];
        for (actual, expected, close) in table {
            assert_eq!(Tolerance::default().accepts(actual, expected), close, "{actual} and {expected}");
        }
    }

    #[test]
    fn ulps_are_steps() {
        let one_step = Tolerance { ulps: Some(1), ..Tolerance::EXACT };
        assert!(one_step.accepts(1.0 + f64::EPSILON, 1.0));
        assert!(!one_step.accepts(1.0 + 2.0 * f64::EPSILON, 1.0));
        assert!(!one_step.accepts(f64::MAX, f64::INFINITY));
    }
}
