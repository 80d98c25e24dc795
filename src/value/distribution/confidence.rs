//! Between which measurements a percentile of the whole lies.
//!
//! Of n independent measurements those not above the true percentile q are binomial (n, q), whatever they measure: the
//! true one lies from the l-th to the u-th of them with at least the chance of l to u − 1 successes (W. J. Conover,
//! *Practical Nonparametric Statistics*, 3rd ed. 1999, §3.2; H. A. David and H. N. Nagaraja, *Order Statistics*, 3rd ed.
//! 2003, §7.1). Ties and discrete measurements only make that more likely.

use std::time::Duration;

use super::binomial::at_most;
use super::{Distribution, Percentile};

/// Where a percentile lies, as far as the measurements tell: an end that they are too few for is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub low: Option<Duration>,
    pub high: Option<Duration>,
}

impl Percentile {
    /// The largest rank that the true percentile is not below, with this confidence; `None` where there are too few
    /// measurements.
    pub fn rank_below(self, count: usize, confidence: f64) -> Option<usize> {
        let unlikely = |rank: usize| at_most(rank - 1, count, self.share()) <= 1.0 - confidence;
        last(count, unlikely)
    }

    /// The smallest rank that the true percentile is not above, with this confidence; `None` where there are too few
    /// measurements.
    pub fn rank_above(self, count: usize, confidence: f64) -> Option<usize> {
        let unlikely = |rank: usize| count > 0 && at_most(rank - 1, count, self.share()) < confidence;
        let rank = last(count, unlikely).unwrap_or(0) + 1;
        (rank <= count).then_some(rank)
    }

    /// The measurements that bound it from above with this confidence: `1 − qⁿ ≥ confidence`.
    pub fn needed_above(self, confidence: f64) -> usize {
        first(|count| self.rank_above(count, confidence).is_some())
    }

    /// The measurements that bound it from below with this confidence.
    pub fn needed_below(self, confidence: f64) -> usize {
        first(|count| self.rank_below(count, confidence).is_some())
    }

    /// The measurements that bound it on both sides with this confidence.
    pub fn needed_between(self, confidence: f64) -> usize {
        let side = one_sided(confidence);
        self.needed_above(side).max(self.needed_below(side))
    }
}

/// The confidence of each side alone with which both together have this one.
fn one_sided(confidence: f64) -> f64 {
    f64::midpoint(1.0, confidence)
}

/// The last rank up to which it holds; it holds up to some rank and beyond that no more.
fn last(count: usize, holds: impl Fn(usize) -> bool) -> Option<usize> {
    let (mut known, mut beyond) = (0, count + 1);
    while beyond - known > 1 {
        let middle = known.midpoint(beyond);
        if holds(middle) {
            known = middle;
        } else {
            beyond = middle;
        }
    }
    (known > 0).then_some(known)
}

/// The first count for which it holds; it holds from some count on.
fn first(holds: impl Fn(usize) -> bool) -> usize {
    let mut enough = 1;
    while !holds(enough) && enough < usize::MAX >> 20 {
        enough *= 2;
    }
    last(enough, |count| !holds(count)).unwrap_or(0) + 1
}

impl Distribution {
    /// Where a percentile lies with this confidence: each side is missed with half of what is left.
    pub fn interval(&self, percentile: Percentile, confidence: f64) -> Interval {
        let side = one_sided(confidence);
        Interval { low: self.bound_below(percentile, side), high: self.bound_above(percentile, side) }
    }

    /// What a percentile is not above, with this confidence; `None` where the measurements are too few to tell.
    pub fn bound_above(&self, percentile: Percentile, confidence: f64) -> Option<Duration> {
        self.ranked(percentile.rank_above(self.count(), confidence)?)
    }

    /// What a percentile is not below, with this confidence; `None` where the measurements are too few to tell.
    pub fn bound_below(&self, percentile: Percentile, confidence: f64) -> Option<Duration> {
        self.ranked_low(percentile.rank_below(self.count(), confidence)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_binomial_quantiles() {
        // scipy 1.17.1: `binom.ppf(0.975, n, q) + 1` above, and below the largest l with `binom.cdf(l - 1, n, q) <= 0.025`.
        for (percentile, count, ranks) in RANKS {
            let found = (percentile.rank_below(count, 0.975), percentile.rank_above(count, 0.975));
            assert_eq!(found, ranks, "{percentile} of {count}");
        }
    }

    type Ranks = (Percentile, usize, (Option<usize>, Option<usize>));

    const RANKS: [Ranks; 35] = [
        (Percentile::P50, 5, (None, None)),
        (Percentile::P50, 20, (Some(6), Some(15))),
        (Percentile::P50, 73, (Some(28), Some(46))),
        (Percentile::P50, 200, (Some(86), Some(115))),
        (Percentile::P50, 1_000, (Some(469), Some(532))),
        (Percentile::P50, 10_000, (Some(4_902), Some(5_099))),
        (Percentile::P50, 1_000_000, (Some(499_020), Some(500_981))),
        (Percentile::P90, 5, (Some(3), None)),
        (Percentile::P90, 20, (Some(15), None)),
        (Percentile::P90, 73, (Some(60), Some(71))),
        (Percentile::P90, 200, (Some(171), Some(189))),
        (Percentile::P90, 1_000, (Some(881), Some(919))),
        (Percentile::P90, 10_000, (Some(8_941), Some(9_059))),
        (Percentile::P90, 1_000_000, (Some(899_412), Some(900_589))),
        (Percentile::P95, 5, (Some(4), None)),
        (Percentile::P95, 20, (Some(17), None)),
        (Percentile::P95, 73, (Some(65), Some(73))),
        (Percentile::P95, 200, (Some(184), Some(197))),
        (Percentile::P95, 1_000, (Some(936), Some(964))),
        (Percentile::P95, 10_000, (Some(9_457), Some(9_543))),
        (Percentile::P95, 1_000_000, (Some(949_572), Some(950_428))),
        (Percentile::P99, 5, (Some(4), None)),
        (Percentile::P99, 20, (Some(19), None)),
        (Percentile::P99, 73, (Some(70), None)),
        (Percentile::P99, 200, (Some(195), None)),
        (Percentile::P99, 1_000, (Some(983), Some(997))),
        (Percentile::P99, 10_000, (Some(9_880), Some(9_920))),
        (Percentile::P99, 1_000_000, (Some(989_805), Some(990_196))),
        (Percentile::P99_9, 5, (Some(5), None)),
        (Percentile::P99_9, 20, (Some(20), None)),
        (Percentile::P99_9, 73, (Some(72), None)),
        (Percentile::P99_9, 200, (Some(199), None)),
        (Percentile::P99_9, 1_000, (Some(997), None)),
        (Percentile::P99_9, 10_000, (Some(9_983), Some(9_997))),
        (Percentile::P99_9, 1_000_000, (Some(998_938), Some(999_062))),
    ];

    #[test]
    fn too_few_measurements_leave_an_end_open() {
        assert_eq!(Percentile::P95.rank_above(58, 0.95), None);
        assert_eq!(Percentile::P95.rank_above(59, 0.95), Some(59));
        assert_eq!(Percentile::P50.rank_below(4, 0.95), None);
        assert_eq!(Percentile::P50.rank_below(5, 0.95), Some(1));
        assert_eq!(Percentile::P50.rank_above(0, 0.95), None);
        // ln(0.05) / ln(q) and ln(0.025) / ln(q), rounded up.
        let needed = [Percentile::P50, Percentile::P95, Percentile::P99, Percentile::P99_9];
        assert_eq!(needed.map(|one| one.needed_above(0.95)), [5, 59, 299, 2995]);
        assert_eq!(needed.map(|one| one.needed_between(0.95)), [6, 72, 368, 3688]);
        assert_eq!(Percentile::P99.needed_below(0.95), 1);
    }

    /// Uniform on 0 to 1 s, by a seeded generator.
    struct Uniform(u64);

    impl Uniform {
        fn draw(&mut self) -> Duration {
            // SplitMix64.
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            Duration::from_secs_f64(((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64)
        }
    }

    #[test]
    fn the_true_percentile_is_covered_as_often_as_promised() {
        let mut uniform = Uniform(4);
        let rounds = 4000;
        for (percentile, count) in [(Percentile::P50, 30), (Percentile::P95, 200), (Percentile::P99, 500)] {
            let truth = Duration::from_secs_f64(percentile.share());
            let (mut both, mut above) = (0, 0);
            for _ in 0..rounds {
                let measured = Distribution::new((0..count).map(|_| uniform.draw()));
                let interval = measured.interval(percentile, 0.95);
                both += usize::from(interval.low.unwrap() <= truth && truth <= interval.high.unwrap());
                above += usize::from(truth <= measured.bound_above(percentile, 0.95).unwrap());
            }
            // What was promised, less four standard errors of so many rounds; and no more than the ranks allow.
            let (both, above) = (both as f64 / f64::from(rounds), above as f64 / f64::from(rounds));
            let slack = 4.0 * (0.95 * 0.05 / f64::from(rounds)).sqrt();
            assert!((0.95 - slack..0.995).contains(&both), "{percentile} of {count}: {both}");
            assert!((0.95 - slack..0.995).contains(&above), "{percentile} of {count}: {above}");
        }
    }
}
