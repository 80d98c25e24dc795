//! Membership in a declared set, without a walk through it for each cell where that can be had.

use std::collections::HashSet;

use crate::value::{Leaf, Value, in_set, parse_datetime};

pub(super) struct Members<'a> {
    all: &'a [Value],
    texts: HashSet<&'a str>,
    ints: HashSet<i64>,
    times: HashSet<i64>,
    /// Whether the set holds other numbers, which an integer may equal.
    mixed: bool,
}

impl<'a> Members<'a> {
    pub(super) fn of(all: &'a [Value]) -> Self {
        let mut members =
            Self { all, texts: HashSet::new(), ints: HashSet::new(), times: HashSet::new(), mixed: false };
        for value in all {
            match value {
                Value::Text(text) => {
                    members.texts.insert(text);
                    members.times.extend(parse_datetime(text));
                }
                Value::Int(int) => {
                    members.ints.insert(*int);
                }
                _ => members.mixed = true,
            }
        }
        members
    }

    /// As [`in_set`] has it; and a datetime equals the text that writes it.
    pub(super) fn contain(&self, leaf: Leaf<'_>) -> bool {
        match leaf {
            Leaf::Text(text) => self.texts.contains(text),
            Leaf::Int(int) if !self.mixed => self.ints.contains(&int),
            Leaf::Datetime(micros) => self.times.contains(&micros),
            leaf => in_set(leaf, self.all),
        }
    }
}
