//! Inputs made at random: drawn with a seed, what is likely to break things first, and made smaller again.
//!
//! What is drawn is what a row of `each` could hold, so that a found input can be pasted as one: lists of scalars,
//! and the columns of tables, as mappings from name to list.

mod float;
mod integer;
mod list;
mod scalar;
mod shrink;
mod table;
#[cfg(test)]
mod tests;
mod text;

use crate::ml::random::Generator;
use crate::value::Value;

pub use float::Floats;
pub use integer::Integers;
pub use list::{List, Sizes};
pub use scalar::Scalar;
pub use shrink::{Shrunk, Tried, shrink};
pub use table::{Rows, Unfit};
pub use text::Texts;

/// What one input is drawn from.
#[derive(Clone, Debug)]
pub enum Arbitrary {
    One(Scalar),
    List(List),
    Table(Rows),
}

impl Arbitrary {
    /// Inputs that are likely to break things: nothing, one, all missing, constant, huge, tiny, the ends of a range,
    /// sorted. The same ones each time but for what a list is filled up with.
    pub fn specials(&self, rng: &mut Generator) -> Vec<Value> {
        match self {
            Self::One(scalar) => scalar.edges(),
            Self::List(list) => list.specials(rng),
            Self::Table(rows) => rows.specials(rng),
        }
    }

    /// An input at random.
    pub fn draw(&self, rng: &mut Generator) -> Value {
        match self {
            Self::One(scalar) => scalar.draw(rng),
            Self::List(list) => list.draw(rng),
            Self::Table(rows) => rows.draw(rng),
        }
    }

    /// Whether a value could be drawn.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::One(scalar) => scalar.holds(value),
            Self::List(list) => list.holds(value),
            Self::Table(rows) => rows.holds(value),
        }
    }
}

/// Everything that the runs of a case are given.
#[derive(Clone, Debug)]
pub struct Inputs {
    pub of: Vec<Arbitrary>,
    specials: Vec<Vec<Value>>,
    seed: u64,
    /// Tells the streams of one case from those of another.
    key: [u32; 2],
}

impl Inputs {
    /// The inputs of a case, known by its name.
    pub fn new(of: Vec<Arbitrary>, seed: u64, name: &str) -> Self {
        let hash = fnv1a(name);
        let key = [hash as u32, (hash >> 32) as u32];
        let mut rng = Generator::spawned(seed, &[key[0], key[1], u32::MAX]);
        let specials = of.iter().map(|arbitrary| arbitrary.specials(&mut rng)).collect();
        Self { of, specials, seed, key }
    }

    /// What a run is given, runs counted from 0: each has a stream of its own, so that it does not depend on those
    /// before it. The special values come first, of all inputs side by side; later one is mixed in now and then.
    pub fn of_run(&self, run: u32) -> Vec<Value> {
        let mut rng = Generator::spawned(self.seed, &[self.key[0], self.key[1], run]);
        let first = self.specials.iter().all(|specials| specials.len() <= run as usize);
        self.of
            .iter()
            .zip(&self.specials)
            .map(|(arbitrary, specials)| match specials.get(run as usize) {
                Some(special) => special.clone(),
                None if first && self.of.len() > 1 && one_in(&mut rng, 8) => pick(specials, &mut rng).clone(),
                None => arbitrary.draw(&mut rng),
            })
            .collect()
    }
}

/// A hash that is the same on every machine and in every version (FNV-1a, 64 bits).
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// An index below `n`, which is not 0.
fn below(rng: &mut Generator, n: usize) -> usize {
    ((rng.next_double() * n as f64) as usize).min(n - 1)
}

fn one_in(rng: &mut Generator, n: usize) -> bool {
    below(rng, n) == 0
}

/// One of some; there is at least one.
fn pick<'a, T>(items: &'a [T], rng: &mut Generator) -> &'a T {
    &items[below(rng, items.len())]
}

/// A size from `least` to `most`, small ones more often.
fn size(rng: &mut Generator, least: usize, most: usize) -> usize {
    let most = if one_in(rng, 2) { most.min(least.saturating_add(8)) } else { most };
    least + below(rng, most - least + 1)
}
