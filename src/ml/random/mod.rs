//! Random numbers, bit for bit those of `numpy.random.default_rng(seed)`.
//!
//! A suite moved from pytest keeps its data: [`Generator`] gives the numbers of numpy's `Generator` over `PCG64`
//! seeded through `SeedSequence`. Held to vectors made with numpy in `tests/vectors`.

mod bounded;
mod pcg64;
mod seed_sequence;
mod ziggurat;
mod ziggurat_tables;

use std::fmt;

pub use pcg64::Pcg64;
pub use seed_sequence::SeedSequence;

/// numpy's `Generator`: the distributions over a [`Pcg64`] stream.
#[derive(Debug, Clone)]
pub struct Generator {
    bits: Pcg64,
}

/// Why a draw is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawError {
    /// `low` is not below `high`.
    EmptyRange {
        /// The lower bound, inclusive.
        low: i64,
        /// The upper bound, exclusive.
        high: i64,
    },
    /// Weights must be finite, not negative, and not all zero.
    BadWeights,
}

impl fmt::Display for DrawError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyRange { low, high } => {
                write!(f, "no integer lies between {low} (inclusive) and {high} (exclusive)")
            }
            Self::BadWeights => f.write_str("weights must be finite, at least 0, and not all 0"),
        }
    }
}

impl std::error::Error for DrawError {}

impl Generator {
    /// `numpy.random.default_rng(seed)`.
    pub fn new(seed: u64) -> Self {
        Self::from_sequence(&SeedSequence::new(seed))
    }

    /// The generator of the child `SeedSequence(seed, spawn_key=key)`: a stream independent of the main one.
    pub fn spawned(seed: u64, key: &[u32]) -> Self {
        Self::from_sequence(&SeedSequence::with_key(seed, key))
    }

    /// `numpy.random.Generator(numpy.random.PCG64(sequence))`.
    pub fn from_sequence(sequence: &SeedSequence) -> Self {
        Self { bits: Pcg64::new(sequence) }
    }

    /// A float in [0, 1) with 53 random bits: `rng.random()`.
    pub fn next_double(&mut self) -> f64 {
        self.bits.next_double()
    }

    /// A draw of the standard normal: `rng.standard_normal()`.
    pub fn standard_normal(&mut self) -> f64 {
        ziggurat::standard_normal(&mut self.bits)
    }

    /// `rng.normal(loc, scale)`; `scale` is the standard deviation.
    pub fn normal(&mut self, loc: f64, scale: f64) -> f64 {
        loc + scale * self.standard_normal()
    }

    /// `rng.uniform(low, high)`: in [low, high).
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.next_double()
    }

    /// `rng.integers(low, high)` of dtype int64: in [low, high).
    pub fn integers(&mut self, low: i64, high: i64) -> Result<i64, DrawError> {
        if low >= high {
            return Err(DrawError::EmptyRange { low, high });
        }
        let range = (high.wrapping_sub(low) as u64) - 1;
        Ok(low.wrapping_add(bounded::up_to(&mut self.bits, range) as i64))
    }

    /// Shuffles in place, as `rng.shuffle` does a one-dimensional array.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = bounded::up_to_masked(&mut self.bits, i as u64) as usize;
            items.swap(i, j);
        }
    }

    /// The indices 0 to n − 1 in random order: `rng.permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut indices: Vec<usize> = (0..n).collect();
        self.shuffle(&mut indices);
        indices
    }

    /// An index drawn from a [`Cumulative`] distribution: `rng.choice(n, p=p)`.
    pub fn choice(&mut self, distribution: &Cumulative) -> usize {
        let at = self.next_double();
        let index = distribution.cdf.partition_point(|&edge| edge <= at);
        index.min(distribution.cdf.len() - 1)
    }
}

/// A cumulative distribution over the indices 0 to n − 1, for [`Generator::choice`].
#[derive(Debug, Clone)]
pub struct Cumulative {
    cdf: Vec<f64>,
}

impl Cumulative {
    /// From weights, which need not sum to 1. Where they do, the draws are those of numpy's `choice(n, p=weights)`.
    pub fn new(weights: &[f64]) -> Result<Self, DrawError> {
        if weights.iter().any(|w| !w.is_finite() || *w < 0.0) {
            return Err(DrawError::BadWeights);
        }
        let mut total = 0.0;
        let mut cdf: Vec<f64> = Vec::with_capacity(weights.len());
        for weight in weights {
            total += weight;
            cdf.push(total);
        }
        if !(total > 0.0 && total.is_finite()) {
            return Err(DrawError::BadWeights);
        }
        for edge in &mut cdf {
            *edge /= total;
        }
        Ok(Self { cdf })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_range_is_an_error() {
        let error = Generator::new(0).integers(3, 3).unwrap_err();
        assert_eq!(error.to_string(), "no integer lies between 3 (inclusive) and 3 (exclusive)");
    }

    #[test]
    fn weights_are_checked() {
        for bad in [&[][..], &[0.0, 0.0], &[1.0, -0.5], &[f64::NAN], &[f64::INFINITY], &[f64::MAX, f64::MAX]]
        {
            assert_eq!(Cumulative::new(bad).unwrap_err(), DrawError::BadWeights, "{bad:?}");
        }
    }

    #[test]
    fn the_whole_range_of_integers_can_be_drawn() {
        let mut rng = Generator::new(5);
        let draws: Vec<i64> = (0..64).map(|_| rng.integers(i64::MIN, i64::MAX).unwrap()).collect();
        assert!(draws.iter().any(|d| *d < 0) && draws.iter().any(|d| *d > 0));
    }

    #[test]
    fn permuting_nothing_gives_nothing() {
        assert!(Generator::new(0).permutation(0).is_empty());
        assert_eq!(Generator::new(0).permutation(1), [0]);
    }
}
