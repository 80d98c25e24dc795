//! Many measurements of one thing.

mod binned;
mod binomial;
mod confidence;
mod counted;
mod part;
mod recorder;

use std::sync::Arc;
use std::time::Duration;

use super::{Map, Value};
use binned::Binned;
pub use confidence::Interval;
pub use counted::Counted;
pub use part::{Part, Percentile};
pub use recorder::Recorder;

/// Measurements that are kept each as it was: 8 MB. What comes beyond goes with them into a histogram.
pub const EXACT: usize = 1_000_000;

/// Durations that were measured: each as it was up to a million of them, and beyond that counted in bins a
/// thousandth of their size wide, the extremes and the sum still exact.
#[derive(Clone, Debug, Default)]
pub struct Distribution {
    held: Held,
    /// Nanoseconds.
    sum: u128,
}

#[derive(Clone, Debug)]
enum Held {
    /// Nanoseconds, in ascending order.
    Exact(Vec<u64>),
    Binned(Binned),
}

impl Default for Held {
    fn default() -> Self {
        Self::Exact(Vec::new())
    }
}

impl Distribution {
    /// Takes measurements in any order.
    pub fn new(measured: impl IntoIterator<Item = Duration>) -> Self {
        let mut recorder = Recorder::default();
        measured.into_iter().for_each(|duration| recorder.record(duration));
        recorder.finish()
    }

    pub fn count(&self) -> usize {
        match &self.held {
            Held::Exact(sorted) => sorted.len(),
            Held::Binned(binned) => binned.count() as usize,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    pub fn min(&self) -> Option<Duration> {
        self.ranked(1)
    }

    pub fn max(&self) -> Option<Duration> {
        self.ranked(self.count())
    }

    pub fn mean(&self) -> Option<Duration> {
        self.sum.checked_div(self.count() as u128).map(|mean| Duration::from_nanos(mean as u64))
    }

    /// The standard deviation, of the sample (n − 1 in the denominator): there is none of one measurement.
    pub fn std(&self) -> Option<Duration> {
        let count = self.count();
        if count < 2 {
            return None;
        }
        let mean = self.sum as f64 / count as f64;
        let square = |nanos: u64| (nanos as f64 - mean).powi(2);
        let total: f64 = match &self.held {
            Held::Exact(sorted) => sorted.iter().copied().map(square).sum(),
            Held::Binned(binned) => binned.bins().map(|(nanos, times)| square(nanos) * times as f64).sum(),
        };
        Some(Duration::from_nanos((total / (count - 1) as f64).sqrt().round() as u64))
    }

    /// The smallest measurement that at least this part of all do not exceed (nearest rank).
    pub fn percentile(&self, percentile: Percentile) -> Option<Duration> {
        self.ranked(percentile.rank(self.count()))
    }

    /// The measurement of this rank in ascending order, the first being 1. In a histogram it is the upper end of the
    /// bin, which the measurement did not exceed.
    pub fn ranked(&self, rank: usize) -> Option<Duration> {
        let nanos = match &self.held {
            Held::Exact(sorted) => sorted.get(rank.checked_sub(1)?).copied(),
            Held::Binned(binned) => binned.ranked(rank as u64),
        };
        nanos.map(Duration::from_nanos)
    }

    /// [`Distribution::ranked`], in a histogram the lower end of the bin.
    fn ranked_low(&self, rank: usize) -> Option<Duration> {
        match &self.held {
            Held::Exact(_) => self.ranked(rank),
            Held::Binned(binned) => binned.ranked_low(rank as u64).map(Duration::from_nanos),
        }
    }

    /// One part of it; a percentile only where there are measurements enough for it.
    pub fn part(&self, part: Part) -> Option<Duration> {
        match part {
            Part::Min => self.min(),
            Part::Mean => self.mean(),
            Part::Std => self.std(),
            Part::Percentile(percentile) if self.count() < percentile.needed() => None,
            Part::Percentile(percentile) => self.percentile(percentile),
            Part::Max => self.max(),
        }
    }

    /// Every part that there is, by its name.
    pub fn parts(&self) -> Map {
        let known = Part::ALL.iter().filter_map(|part| Some((*part, self.part(*part)?)));
        known.map(|(part, duration)| (Arc::from(part.name()), Value::Duration(duration))).collect()
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
        // with `numpy.percentile(range(1, 101), [50, 75, 90, 95, 99], method="inverted_cdf")` = 50, 75, 90, 95, 99,
        // and `numpy.std(range(1, 101), ddof=1)` = 29.011…
        let hundred = Distribution::new((1..=100).rev().map(Duration::from_millis)).parts();
        let all: Vec<_> = Part::ALL.iter().map(|part| ms(&hundred, part.name())).collect();
        let whole = [1, 50, 29, 50, 75, 90, 95, 99].map(Some).into_iter();
        assert_eq!(all, whole.chain([None, Some(100)]).collect::<Vec<_>>());
        // `numpy.percentile(range(1, 22), [50, 90, 95], method="inverted_cdf")` = 11, 19, 20.
        let few = Distribution::new((1..=21).map(Duration::from_millis)).parts();
        assert_eq!([ms(&few, "p50"), ms(&few, "p90"), ms(&few, "p95")], [11, 19, 20].map(Some));
        assert_eq!(ms(&few, "p99"), None);
    }

    #[test]
    fn a_percentile_without_samples_enough_is_not_there() {
        let one = Distribution::new([Duration::from_millis(7)]).parts();
        assert_eq!(one.keys().map(|key| &**key).collect::<Vec<_>>(), ["min", "mean", "max"]);
        assert!(Distribution::default().parts().is_empty());
        assert!(Distribution::default().is_empty());
    }
}
