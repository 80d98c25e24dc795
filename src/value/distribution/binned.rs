//! Measurements beyond a million, counted in bins.

use hdrhistogram::Histogram;

/// Significant digits that a bin keeps.
const DIGITS: u8 = 3;

/// Counts of nanoseconds in bins that grow with the value, each a thousandth of it at most; the extremes are exact.
#[derive(Clone, Debug)]
pub(super) struct Binned {
    histogram: Histogram<u64>,
    min: u64,
    max: u64,
}

impl Binned {
    /// No bins yet; `None` never happens for these digits.
    pub(super) fn new() -> Option<Self> {
        let histogram = Histogram::new(DIGITS).ok()?;
        Some(Self { histogram, min: u64::MAX, max: 0 })
    }

    pub(super) fn record(&mut self, nanos: u64, times: u64) {
        // It grows with what comes; recording with saturation would not.
        if self.histogram.record_n(nanos, times).is_err() {
            self.histogram.saturating_record_n(nanos, times);
        }
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let (min, max) = (self.min.min(other.min), self.max.max(other.max));
        other.bins().for_each(|(nanos, times)| self.record(nanos, times));
        // The upper end of the last bin is none that was measured.
        (self.min, self.max) = (min, max);
    }

    pub(super) fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The upper end of the bin of this rank, the first being 1, and never beyond the extremes.
    pub(super) fn ranked(&self, rank: u64) -> Option<u64> {
        match rank {
            1 if self.count() > 0 => Some(self.min),
            _ => Some(self.bin_of(rank)?.clamp(self.min, self.max)),
        }
    }

    /// The lower end of the bin of this rank.
    pub(super) fn ranked_low(&self, rank: u64) -> Option<u64> {
        Some(self.histogram.lowest_equivalent(self.bin_of(rank)?).clamp(self.min, self.max))
    }

    fn bin_of(&self, rank: u64) -> Option<u64> {
        let mut passed = 0;
        let mut reached = |times: u64| {
            passed += times;
            passed >= rank
        };
        let (bin, _) = self.bins().find(|(_, times)| rank > 0 && reached(*times))?;
        Some(bin)
    }

    /// Each bin that holds something, by its upper end, and how much it holds.
    pub(super) fn bins(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.histogram.iter_recorded().map(|bin| (bin.value_iterated_to(), bin.count_at_value()))
    }
}
