//! Takes measurements while they are made.

use std::time::Duration;

use super::binned::Binned;
use super::{Distribution, EXACT, Held};

/// Takes measurements in any order, each thread its own, to be merged: at most 8 MB each, whatever comes.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    /// Nanoseconds, while there are few enough of them.
    exact: Vec<u64>,
    /// Where they went when there were more.
    binned: Option<Binned>,
    sum: u128,
}

impl Recorder {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one measurement.
    pub fn record(&mut self, measured: Duration) {
        let nanos = u64::try_from(measured.as_nanos()).unwrap_or(u64::MAX);
        self.sum += u128::from(nanos);
        self.take(nanos);
    }

    /// Takes in all that another took.
    pub fn merge(&mut self, other: Self) {
        self.sum += other.sum;
        if let Some(theirs) = other.binned {
            self.bin();
            match &mut self.binned {
                Some(ours) => ours.merge(&theirs),
                none => *none = Some(theirs),
            }
        }
        if self.binned.is_none() && self.exact.is_empty() {
            self.exact = other.exact;
        } else {
            other.exact.into_iter().for_each(|nanos| self.take(nanos));
        }
    }

    /// How many there are so far.
    pub fn count(&self) -> usize {
        self.exact.len() + self.binned.as_ref().map_or(0, |binned| binned.count() as usize)
    }

    /// What was measured, ready to be asked.
    pub fn finish(mut self) -> Distribution {
        self.exact.sort_unstable();
        let held = self.binned.map_or(Held::Exact(self.exact), Held::Binned);
        Distribution { held, sum: self.sum }
    }

    fn take(&mut self, nanos: u64) {
        if self.exact.len() == EXACT {
            self.bin();
        }
        match &mut self.binned {
            Some(binned) => binned.record(nanos, 1),
            None => self.exact.push(nanos),
        }
    }

    /// Moves what is exact into bins.
    fn bin(&mut self) {
        if self.binned.is_none() {
            self.binned = Binned::new();
        }
        if let Some(binned) = &mut self.binned {
            for nanos in std::mem::take(&mut self.exact) {
                binned.record(nanos, 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Part, Percentile};

    /// Nanoseconds spread over five orders of magnitude, the same every time.
    fn spread(count: u64) -> impl Iterator<Item = Duration> {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        (0..count).map(move |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let exponent = (state >> 11) as f64 / (1_u64 << 53) as f64;
            Duration::from_nanos(10_f64.powf(4.0 + 5.0 * exponent) as u64)
        })
    }

    #[test]
    fn what_threads_recorded_is_what_one_would_have() {
        let one = Distribution::new(spread(3000));
        let mut merged = Recorder::new();
        let all: Vec<_> = spread(3000).collect();
        for chunk in all.chunks(700) {
            let mut recorder = Recorder::new();
            for duration in chunk {
                recorder.record(*duration);
            }
            merged.merge(recorder);
        }
        assert_eq!(merged.count(), 3000);
        let merged = merged.finish();
        for part in Part::ALL {
            assert_eq!(merged.part(*part), one.part(*part), "{part:?}");
        }
    }

    #[test]
    fn beyond_a_million_it_is_a_thousandth_off_at_most() {
        let mut true_ones: Vec<Duration> = spread(1_200_000).collect();
        let mut first = Recorder::new();
        true_ones.iter().take(1_100_000).for_each(|duration| first.record(*duration));
        assert!(first.exact.is_empty() && first.binned.is_some());
        let mut second = Recorder::new();
        true_ones.iter().skip(1_100_000).for_each(|duration| second.record(*duration));
        second.merge(first);
        let measured = second.finish();
        true_ones.sort_unstable();
        assert_eq!(measured.count(), 1_200_000);
        assert_eq!(measured.min(), true_ones.first().copied());
        assert_eq!(measured.max(), true_ones.last().copied());
        let sum: u128 = true_ones.iter().map(Duration::as_nanos).sum();
        assert_eq!(measured.mean().unwrap().as_nanos(), sum / 1_200_000);
        for percentile in [Percentile::P50, Percentile::P95, Percentile::P99, Percentile::P99_9] {
            let exact = true_ones[percentile.rank(1_200_000) - 1].as_secs_f64();
            let off = measured.percentile(percentile).unwrap().as_secs_f64() / exact - 1.0;
            assert!((0.0..=1e-3).contains(&off), "{percentile} is off by {off}");
        }
    }

    #[test]
    fn a_million_is_exact() {
        let measured = Distribution::new(spread(1_000_000));
        let mut exact: Vec<Duration> = spread(1_000_000).collect();
        exact.sort_unstable();
        assert_eq!(measured.percentile(Percentile::P99_9), Some(exact[998_999]));
        assert!(matches!(measured.held, Held::Exact(_)));
    }
}
