//! From an input that fails to the smallest one that fails in the same way.
//!
//! First parts of it are left out, by halves and then singly; then what is left is made simpler, value by value.
//! Every step makes it strictly smaller or simpler, so that it ends; the result is a local minimum.

use std::ops::Range;

use super::{Arbitrary, List};
use crate::value::{Map, Value};

/// What trying an input came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It fails in the same way.
    Same,
    /// It passes, or fails in another way.
    Other,
    /// There is no time for further tries.
    Over,
}

/// The smallest inputs that were found.
#[derive(Clone, Debug)]
pub struct Shrunk {
    pub values: Vec<Value>,
    /// How many inputs were tried.
    pub tries: usize,
    /// Nothing smaller fails in the same way, as far as it was looked for; else time or tries ran out.
    pub finished: bool,
}

/// Makes inputs that fail smaller, with at most so many tries.
pub fn shrink(
    of: &[Arbitrary],
    values: Vec<Value>,
    most: usize,
    fails: &mut dyn FnMut(&[Value]) -> Tried,
) -> Shrunk {
    let mut search = Search { of, values, tries: 0, most, over: false, fails };
    loop {
        let mut smaller = false;
        for at in 0..of.len() {
            smaller |= search.cut(at);
            smaller |= search.leave_out_columns(at);
            smaller |= search.simplify(at);
            smaller |= search.join(at);
        }
        if !smaller || search.over {
            return Shrunk { values: search.values, tries: search.tries, finished: !search.over };
        }
    }
}

struct Search<'a> {
    of: &'a [Arbitrary],
    /// The smallest so far.
    values: Vec<Value>,
    tries: usize,
    most: usize,
    over: bool,
    fails: &'a mut dyn FnMut(&[Value]) -> Tried,
}

impl Search<'_> {
    /// Takes a value in place of one where that fails too.
    fn takes(&mut self, at: usize, value: Value) -> bool {
        if self.over || !self.of[at].holds(&value) {
            return false;
        }
        if self.tries == self.most {
            self.over = true;
            return false;
        }
        self.tries += 1;
        let held = std::mem::replace(&mut self.values[at], value);
        match (self.fails)(&self.values) {
            Tried::Same => return true,
            Tried::Other => {}
            Tried::Over => self.over = true,
        }
        self.values[at] = held;
        false
    }

    /// Leaves out elements or rows: all, by halves, one by one.
    fn cut(&mut self, at: usize) -> bool {
        let mut smaller = false;
        for axis in 0..self.of[at].axes() {
            let mut size = self.of[at].extent(&self.values[at], axis);
            while size > 0 && !self.over {
                let mut from = 0;
                while from < self.of[at].extent(&self.values[at], axis) && !self.over {
                    let to = (from + size).min(self.of[at].extent(&self.values[at], axis));
                    if self.takes(at, self.of[at].without(&self.values[at], axis, from..to)) {
                        smaller = true;
                    } else {
                        from = to;
                    }
                }
                size /= 2;
            }
        }
        smaller
    }

    /// Leaves out columns that a contract does not ask for.
    fn leave_out_columns(&mut self, at: usize) -> bool {
        let (Arbitrary::Table(_), Value::Map(columns)) = (&self.of[at], self.values[at].clone()) else {
            return false;
        };
        let mut smaller = false;
        for name in columns.keys() {
            if let Value::Map(held) = &self.values[at] {
                let rest = held
                    .iter()
                    .filter(|(held, _)| *held != name)
                    .map(|(key, cells)| (key.clone(), cells.clone()));
                let rest: Map = rest.collect();
                smaller |= self.takes(at, Value::from(rest));
            }
        }
        smaller
    }

    /// Makes values simpler: all at once, then one by one.
    fn simplify(&mut self, at: usize) -> bool {
        let mut smaller = false;
        let cells = self.of[at].cells(&self.values[at]);
        if cells.len() > 1 {
            let simplest = (0..cells.len()).map(|index| {
                let simpler = self.of[at].simpler(&self.values[at], index, &cells[index]);
                simpler.into_iter().next().unwrap_or_else(|| cells[index].clone())
            });
            let all: Vec<Value> = simplest.collect();
            let changed = all.iter().zip(&cells).any(|(new, old)| !super::scalar::same(new, old));
            smaller |= changed && self.takes(at, self.of[at].of_cells(&self.values[at], all));
        }
        for index in 0..cells.len() {
            'simpler: loop {
                let mut cells = self.of[at].cells(&self.values[at]);
                for value in self.of[at].simpler(&self.values[at], index, &cells[index]) {
                    let held = std::mem::replace(&mut cells[index], value);
                    if self.takes(at, self.of[at].of_cells(&self.values[at], cells.clone())) {
                        smaller = true;
                        continue 'simpler;
                    }
                    cells[index] = held;
                }
                break;
            }
        }
        smaller
    }

    /// Puts the sum of two neighbours in place of both: what needs a large sum needs one number for it.
    fn join(&mut self, at: usize) -> bool {
        if !matches!(&self.of[at], Arbitrary::List(list) if list.axes.len() == 1) {
            return false;
        }
        let (mut smaller, mut index) = (false, 1);
        while let Value::List(items) = &self.values[at] {
            let Some([left, right]) = items.get(index - 1..=index) else { break };
            let sum = match (left, right) {
                (Value::Int(left), Value::Int(right)) => left.checked_add(*right).map(Value::Int),
                (Value::Float(left), Value::Float(right)) => Some(Value::Float(left + right)),
                _ => None,
            };
            let joined = |sum| [&items[..index - 1], &[sum], &items[index + 1..]].concat();
            let shorter = sum.map(|sum| Value::list(joined(sum)));
            if shorter.is_some_and(|shorter| self.takes(at, shorter)) {
                smaller = true;
            } else {
                index += 1;
            }
        }
        smaller
    }
}

/// What a search sees of an input: axes of which parts can be left out, and cells.
impl Arbitrary {
    fn axes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::List(list) => list.axes.len(),
            Self::Table(_) => 1,
        }
    }

    fn extent(&self, value: &Value, axis: usize) -> usize {
        match (self, value) {
            (Self::List(list), value) => list.shape(value).get(axis).copied().unwrap_or(0),
            (Self::Table(_), Value::Map(columns)) => columns.values().next().map_or(0, items),
            _ => 0,
        }
    }

    fn without(&self, value: &Value, axis: usize, Range { start, end }: Range<usize>) -> Value {
        match (self, value) {
            (Self::Table(_), Value::Map(columns)) => Value::map(
                columns.iter().map(|(name, cells)| (name.clone(), List::without(cells, 0, start, end))),
            ),
            _ => List::without(value, axis, start, end),
        }
    }

    fn cells(&self, value: &Value) -> Vec<Value> {
        match self {
            Self::One(_) => vec![value.clone()],
            Self::List(_) | Self::Table(_) => List::leaves(value),
        }
    }

    fn of_cells(&self, like: &Value, mut cells: Vec<Value>) -> Value {
        match (self, like) {
            (Self::One(_), _) => cells.swap_remove(0),
            (Self::List(list), like) => list.of_leaves(like, cells),
            (Self::Table(_), Value::Map(columns)) => {
                let mut cells = cells.into_iter();
                Value::map(columns.iter().map(|(name, held)| {
                    (name.clone(), Value::list(cells.by_ref().take(items(held)).collect()))
                }))
            }
            (Self::Table(_), _) => like.clone(),
        }
    }

    fn simpler(&self, value: &Value, index: usize, cell: &Value) -> Vec<Value> {
        match (self, value) {
            (Self::One(scalar), _) => scalar.simpler(cell),
            (Self::List(list), _) => list.of.simpler(cell),
            (Self::Table(rows), Value::Map(columns)) => {
                let height = columns.values().next().map_or(1, items).max(1);
                columns.get_index(index / height).map_or_else(Vec::new, |(name, _)| rows.simpler(name, cell))
            }
            (Self::Table(_), _) => Vec::new(),
        }
    }
}

fn items(list: &Value) -> usize {
    if let Value::List(items) = list { items.len() } else { 0 }
}
