//! What a distribution is asked for: its extremes, its mean, and percentiles.

use std::fmt;

/// Shares are counted in this many parts, so that no rank is off by a rounding: 99.9 % of 1000 is 999.
const WHOLE: u64 = 10_000;

/// A percentile by the share of measurements that do not exceed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentile {
    name: &'static str,
    /// In ten-thousandths.
    share: u64,
}

impl Percentile {
    pub const P50: Self = Self { name: "p50", share: 5_000 };
    pub const P75: Self = Self { name: "p75", share: 7_500 };
    pub const P90: Self = Self { name: "p90", share: 9_000 };
    pub const P95: Self = Self { name: "p95", share: 9_500 };
    pub const P99: Self = Self { name: "p99", share: 9_900 };
    pub const P99_9: Self = Self { name: "p99_9", share: 9_990 };

    pub const fn name(self) -> &'static str {
        self.name
    }

    /// 0.95 for `p95`.
    pub fn share(self) -> f64 {
        self.share as f64 / WHOLE as f64
    }

    /// The rank of the smallest of so many measurements that at least this share of them do not exceed; the first is 1.
    pub fn rank(self, count: usize) -> usize {
        (u128::from(self.share) * count as u128).div_ceil(u128::from(WHOLE)) as usize
    }

    /// The measurements it needs, so that one of them at least lies beyond: 20 for `p95`, 100 for `p99`.
    pub fn needed(self) -> usize {
        WHOLE.div_ceil(WHOLE - self.share) as usize
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One part of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Min,
    Mean,
    Std,
    Percentile(Percentile),
    Max,
}

impl Part {
    /// In the order they are given in.
    pub const ALL: &'static [Self] = &[
        Self::Min,
        Self::Mean,
        Self::Std,
        Self::Percentile(Percentile::P50),
        Self::Percentile(Percentile::P75),
        Self::Percentile(Percentile::P90),
        Self::Percentile(Percentile::P95),
        Self::Percentile(Percentile::P99),
        Self::Percentile(Percentile::P99_9),
        Self::Max,
    ];

    /// As it is written after the output: `latency.p95`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Mean => "mean",
            Self::Std => "std",
            Self::Percentile(percentile) => percentile.name(),
            Self::Max => "max",
        }
    }

    /// The part of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| part.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_is_not_off_by_a_rounding() {
        assert_eq!(Percentile::P99_9.rank(1000), 999);
        assert_eq!(Percentile::P99_9.rank(1001), 1000);
        assert_eq!(Percentile::P95.rank(20), 19);
        assert_eq!(Percentile::P50.rank(1), 1);
        let needed = Part::ALL.iter().filter_map(|part| match part {
            Part::Percentile(percentile) => Some(percentile.needed()),
            _ => None,
        });
        assert_eq!(needed.collect::<Vec<_>>(), [2, 4, 10, 20, 100, 1000]);
    }

    #[test]
    fn names_are_found_again() {
        assert!(Part::ALL.iter().all(|part| Part::find(part.name()) == Some(*part)));
        assert_eq!(Part::find("p98"), None);
    }
}
