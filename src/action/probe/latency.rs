//! How long the samples took, as a distribution.

use std::sync::Arc;
use std::time::Duration;

use crate::action::Review;
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::value::{Distribution, Map, Value};

const PERCENTILES: [(&str, u64); 4] = [("p50", 50), ("p90", 90), ("p95", 95), ("p99", 99)];
const PARTS: [&str; 7] = ["min", "mean", "p50", "p90", "p95", "p99", "max"];

/// The samples a percentile needs: `samples · (100 − N) ≥ 100`.
fn needed(percentile: u64) -> u64 {
    100_u64.div_ceil(100 - percentile)
}

/// `min`, `mean`, the percentiles that there are samples enough for, and `max`.
pub(super) fn parts(measured: &Distribution) -> Map {
    let mut map = Map::new();
    let mut part = |name: &str, duration: Option<Duration>| {
        map.extend(duration.map(|duration| (Arc::from(name), Value::Duration(duration))));
    };
    part("min", measured.min());
    part("mean", measured.mean());
    for (name, percentile) in PERCENTILES {
        if measured.count() as u64 >= needed(percentile) {
            part(name, measured.percentile(percentile));
        }
    }
    part("max", measured.max());
    map
}

/// Notes a percentile that there will be too few samples for, and a part that is none.
pub(super) fn review(samples: Option<u32>, review: &Review<'_>, found: &mut Diagnostics) {
    for (path, span) in review.asked {
        let Some(part) = path.strip_prefix("latency.") else { continue };
        if !PARTS.contains(&part) {
            let message = format!("`latency` has no `{part}`");
            let help = did_you_mean(part, PARTS);
            found.push(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message).maybe_help(help));
        }
        let asked = PERCENTILES.iter().find(|(name, _)| *name == part);
        if let (Some(&(name, percentile)), Some(samples)) = (asked, samples)
            && u64::from(samples) < needed(percentile)
        {
            let needed = needed(percentile);
            let noun = if samples == 1 { "sample" } else { "samples" };
            let message = format!("`{name}` needs {needed} samples, and this probe takes {samples} {noun}");
            let help = format!("write `samples: {needed}` or more, or ask for `latency.max`");
            found.push(Diagnostic::new(codes::TOO_FEW_SAMPLES, *span, message).help(help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(map: &Map, part: &str) -> Option<u128> {
        match map.get(part) {
            Some(Value::Duration(duration)) => Some(duration.as_millis()),
            _ => None,
        }
    }

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        // NIST/SEMATECH e-Handbook 7.2.6.2 and others call this the inverse of the empirical distribution; checked
        // with `numpy.percentile(range(1, 101), [50, 90, 95, 99], method="inverted_cdf")` = 50, 90, 95, 99.
        let hundred = parts(&Distribution::new((1..=100).rev().map(Duration::from_millis)));
        let all: Vec<_> = PARTS.iter().map(|part| ms(&hundred, part)).collect();
        assert_eq!(all, [1, 50, 50, 90, 95, 99, 100].map(Some));
        // `numpy.percentile(range(1, 22), [50, 90, 95], method="inverted_cdf")` = 11, 19, 20.
        let few = parts(&Distribution::new((1..=21).map(Duration::from_millis)));
        assert_eq!([ms(&few, "p50"), ms(&few, "p90"), ms(&few, "p95")], [11, 19, 20].map(Some));
        assert_eq!(ms(&few, "p99"), None);
    }

    #[test]
    fn a_percentile_without_samples_enough_is_not_there() {
        let one = parts(&Distribution::new([Duration::from_millis(7)]));
        assert_eq!(one.keys().map(|key| &**key).collect::<Vec<_>>(), ["min", "mean", "max"]);
        assert_eq!(PERCENTILES.map(|(_, percentile)| needed(percentile)), [2, 10, 20, 100]);
        assert!(parts(&Distribution::default()).is_empty());
    }
}
