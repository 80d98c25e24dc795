//! What a fake remembers: what it was asked, how often each route has answered, what its stores hold.

use std::collections::BTreeMap;

use super::store::Objects;
use crate::value::Value;

/// The most that is kept of requests' bodies.
const KEPT: usize = 256 << 20;
/// The most requests that are kept.
const REQUESTS: usize = 100_000;

/// All of it begins afresh for each attempt at a case.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Nobody asks for the record before the first attempt that begins afresh.
    recording: bool,
    requests: Vec<Value>,
    bytes: usize,
    lost: bool,
    turns: Vec<usize>,
    stores: BTreeMap<usize, Objects>,
}

impl Memory {
    /// As a fake is before anything was asked of it.
    pub(super) fn fresh(routes: usize, stores: BTreeMap<usize, Objects>, recording: bool) -> Self {
        Self { recording, turns: vec![0; routes], stores, ..Self::default() }
    }

    /// Keeps a request whose body has this size.
    pub(super) fn record(&mut self, request: impl FnOnce() -> Value, size: usize) {
        if !self.recording {
            return;
        }
        if self.bytes + size > KEPT || self.requests.len() == REQUESTS {
            self.lost = true;
            return;
        }
        self.bytes += size;
        self.requests.push(request());
    }

    /// Which of a route's answers it is the turn of; the last one repeats.
    pub(super) fn turn(&mut self, route: usize, answers: usize) -> usize {
        let Some(turn) = self.turns.get_mut(route) else { return 0 };
        let now = *turn;
        *turn = (now + 1).min(answers.saturating_sub(1));
        now
    }

    /// What the store of a route holds.
    pub(super) fn store(&mut self, route: usize) -> &mut Objects {
        self.stores.entry(route).or_default()
    }

    /// Every request, in the order in which they came whole.
    pub(super) fn requests(&self) -> Result<Value, String> {
        if self.lost {
            return Err(format!(
                "more was asked than is kept: {} requests, or {} of bodies",
                REQUESTS,
                crate::value::show_size(KEPT as u64)
            ));
        }
        Ok(Value::list(self.requests.clone()))
    }
}
