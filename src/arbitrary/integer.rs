//! Whole numbers within a range.

use super::below;
use super::float::steps;
use crate::ml::random::Generator;

/// Integers to draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integers {
    low: i64,
    high: i64,
}

/// Numbers at which something changes: widths of integers, and what a float no longer holds exactly.
const MARKS: [i64; 9] = [0, 1, 2, 127, 255, 32_767, 2_147_483_647, 4_294_967_295, 9_007_199_254_740_993];

impl Integers {
    /// From `low` to `high`, both allowed. `None` where nothing is left.
    pub fn new(low: i64, high: i64) -> Option<Self> {
        (low <= high).then_some(Self { low, high })
    }

    /// How many there are.
    pub(super) fn count(self) -> f64 {
        self.high as f64 - self.low as f64 + 1.0
    }

    pub(super) fn holds(self, int: i64) -> bool {
        (self.low..=self.high).contains(&int)
    }

    pub(super) fn edges(self) -> Vec<i64> {
        let all = MARKS.into_iter().flat_map(|mark| [mark, -mark, mark + 1, -mark - 1]);
        let mut edges: Vec<i64> = Vec::new();
        for edge in [0, 1, -1, self.low, self.high].into_iter().chain(all) {
            if self.holds(edge) && !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        edges
    }

    pub(super) fn draw(self, rng: &mut Generator) -> i64 {
        if below(rng, 3) == 0 {
            let most = 1_i64.checked_shl(below(rng, 63) as u32).unwrap_or(1);
            let small = self.uniform_within(rng, -most, most);
            if self.holds(small) {
                return small;
            }
        }
        self.uniform_within(rng, self.low, self.high)
    }

    fn uniform_within(self, rng: &mut Generator, low: i64, high: i64) -> i64 {
        let drawn = match high.checked_add(1) {
            Some(end) => rng.integers(low, end),
            None => rng.integers(low.saturating_sub(1), high).map(|int| int.saturating_add(1)),
        };
        drawn.unwrap_or(self.low)
    }

    /// Simpler integers in place of one, the simplest first.
    pub(super) fn simpler(self, int: i64) -> Vec<i64> {
        let mut all = vec![0, 1, -1, 0.clamp(self.low, self.high)];
        let sign = int.signum();
        all.extend([2, 10, 100, 1000, 10_000, 1_000_000, 1_000_000_000].map(|size| sign * size));
        all.extend(int.checked_neg());
        all.extend(steps(int));
        let rank = |int: i64| (int.unsigned_abs(), int < 0);
        all.into_iter().filter(|&other| self.holds(other) && rank(other) < rank(int)).collect()
    }
}
