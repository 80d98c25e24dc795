//! Lists, and lists of lists of one shape.

use super::{Scalar, one_in, pick, size};
use crate::ml::random::Generator;
use crate::value::{Leaf, Value, visit_leaves};

/// How long an axis may be, both ends allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub least: usize,
    pub most: usize,
}

impl Sizes {
    pub(super) fn hold(self, size: usize) -> bool {
        (self.least..=self.most).contains(&size)
    }

    /// The one of these that is nearest.
    pub(super) fn near(self, size: usize) -> usize {
        size.clamp(self.least, self.most)
    }
}

/// A list of scalars, or a rectangular list of lists of them.
#[derive(Clone, Debug)]
pub struct List {
    pub of: Scalar,
    /// One for each axis; there is at least one.
    pub axes: Vec<Sizes>,
}

/// Elements of a list that shows what a constant one does.
const CONSTANT: usize = 3;

impl List {
    pub(super) fn specials(&self, rng: &mut Generator) -> Vec<Value> {
        let edges = self.of.edges();
        let simplest = &edges[..1];
        let sized = |size: usize| -> Vec<usize> { self.axes.iter().map(|axis| axis.near(size)).collect() };
        let mut specials =
            vec![fill(&sized(0), simplest), fill(&sized(1), simplest), fill(&sized(edges.len()), &edges)];
        specials.extend(edges.iter().map(|edge| fill(&sized(CONSTANT), std::slice::from_ref(edge))));
        let longest: Vec<usize> = self.axes.iter().map(|axis| axis.most).collect();
        let mut drawn: Vec<Value> = (0..longest.iter().product()).map(|_| self.of.draw(rng)).collect();
        specials.push(fill(&longest, &drawn));
        drawn.sort_by(|a, b| number(a).total_cmp(&number(b)));
        specials.push(fill(&longest, &drawn));
        drawn.reverse();
        specials.push(fill(&longest, &drawn));
        let mut kept: Vec<Value> = Vec::new();
        for special in specials {
            if !kept.iter().any(|held| super::scalar::same(held, &special)) {
                kept.push(special);
            }
        }
        kept
    }

    pub(super) fn draw(&self, rng: &mut Generator) -> Value {
        let shape: Vec<usize> = self.axes.iter().map(|axis| size(rng, axis.least, axis.most)).collect();
        let total: usize = shape.iter().product();
        let mut items: Vec<Value> = if one_in(rng, 6) {
            // Few different ones, so that some are equal.
            let few: Vec<Value> = (0..=total / 4).map(|_| self.of.draw(rng)).collect();
            (0..total).map(|_| pick(&few, rng).clone()).collect()
        } else {
            (0..total).map(|_| self.of.draw(rng)).collect()
        };
        if total > 0 && one_in(rng, 6) {
            let at = super::below(rng, total);
            items[at] = pick(&self.of.edges(), rng).clone();
        }
        nest(&shape, items)
    }

    pub(super) fn holds(&self, value: &Value) -> bool {
        let mut sound = true;
        visit_leaves(value, &mut |leaf| {
            sound = self.of.holds(&leaf.to_value());
            sound
        });
        let shape = self.shape(value);
        // What is empty along the first axis has no length along the others.
        let fits = |(axis, size): (&Sizes, &usize)| axis.hold(*size);
        sound
            && (shape.contains(&0) || shape.len() == self.axes.len())
            && self.axes.iter().zip(&shape).all(fits)
    }

    pub(super) fn shape(&self, value: &Value) -> Vec<usize> {
        let mut shape = Vec::new();
        let mut at = value;
        while let (Value::List(items), true) = (at, shape.len() < self.axes.len()) {
            shape.push(items.len());
            let Some(first) = items.first() else { break };
            at = first;
        }
        shape
    }

    /// The list without these positions of an axis.
    pub(super) fn without(value: &Value, axis: usize, from: usize, to: usize) -> Value {
        let Value::List(items) = value else { return value.clone() };
        if axis == 0 {
            return Value::list(items[..from].iter().chain(&items[to..]).cloned().collect());
        }
        Value::list(items.iter().map(|item| Self::without(item, axis - 1, from, to)).collect())
    }

    pub(super) fn leaves(value: &Value) -> Vec<Value> {
        let mut leaves = Vec::new();
        visit_leaves(value, &mut |leaf: Leaf<'_>| {
            leaves.push(leaf.to_value());
            true
        });
        leaves
    }

    pub(super) fn of_leaves(&self, like: &Value, leaves: Vec<Value>) -> Value {
        nest(&self.shape(like), leaves)
    }
}

/// Numbers in their order, NaN last; anything else as it comes.
fn number(value: &Value) -> f64 {
    match value {
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        other => other.as_f64().unwrap_or(0.0),
    }
}

/// A list of this shape, the items in turn until it is full.
fn fill(shape: &[usize], items: &[Value]) -> Value {
    nest(shape, items.iter().cycle().take(shape.iter().product()).cloned().collect())
}

/// The items, row-major, as lists of this shape.
fn nest(shape: &[usize], items: Vec<Value>) -> Value {
    match shape {
        [] | [_] => Value::list(items),
        [first, rest @ ..] => {
            let size: usize = rest.iter().product();
            Value::list(
                (0..*first).map(|at| nest(rest, items[at * size..(at + 1) * size].to_vec())).collect(),
            )
        }
    }
}
