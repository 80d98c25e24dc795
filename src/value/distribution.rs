//! Many measurements of one thing.

use std::time::Duration;

/// Durations that were measured, in ascending order, each as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Nanoseconds.
    sorted: Vec<u64>,
}

impl Distribution {
    /// Takes measurements in any order.
    pub fn new(measured: impl IntoIterator<Item = Duration>) -> Self {
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let mut sorted: Vec<u64> = measured.into_iter().map(nanos).collect();
        sorted.sort_unstable();
        Self { sorted }
    }

    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    pub fn min(&self) -> Option<Duration> {
        self.sorted.first().copied().map(Duration::from_nanos)
    }

    pub fn max(&self) -> Option<Duration> {
        self.sorted.last().copied().map(Duration::from_nanos)
    }

    pub fn mean(&self) -> Option<Duration> {
        let count = self.sorted.len() as u128;
        let total: u128 = self.sorted.iter().map(|&nanos| u128::from(nanos)).sum();
        total.checked_div(count).map(|mean| Duration::from_nanos(mean as u64))
    }

    /// The smallest measurement that at least N % of all do not exceed (nearest rank).
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let rank = (percent as usize * self.sorted.len()).div_ceil(100);
        self.sorted.get(rank.saturating_sub(1)).copied().map(Duration::from_nanos)
    }
}
