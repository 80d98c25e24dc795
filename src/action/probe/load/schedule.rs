//! Whose turn it is, and when.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Plan;
use crate::value::Rate;

/// The samples of a load, handed out one by one to whichever connection is free.
pub(super) struct Schedule {
    began: Instant,
    rate: Option<Rate>,
    /// No sample has this number, counted from 0.
    end: u64,
    /// Every request is asked once, whatever else ends the load.
    least: u64,
    lasting: Option<Duration>,
    next: AtomicU64,
}

/// One sample that is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// From 0.
    pub(super) number: u64,
    /// When it is to be sent; `None` for at once.
    pub(super) due: Option<Instant>,
}

impl Schedule {
    pub(super) fn new(plan: &Plan, requests: usize, began: Instant) -> Self {
        let least = requests as u64;
        let end = plan.end().map_or(u64::MAX, |end| end.max(least));
        // In an open loop the time is in the number of samples already.
        let lasting = plan.lasting.filter(|_| plan.rate.is_none());
        Self { began, rate: plan.rate, end, least, lasting, next: AtomicU64::new(0) }
    }

    /// The next sample; `None` where all are taken or the time is over.
    pub(super) fn next(&self, now: Instant) -> Option<Turn> {
        if let Some(lasting) = self.lasting
            && now.saturating_duration_since(self.began) >= lasting
            && self.next.load(Ordering::Relaxed) >= self.least
        {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let due = self.rate.and_then(|rate| self.began.checked_add(rate.due(number)));
        (number < self.end).then_some(Turn { number, due })
    }

    /// How many samples there will be, where that is known.
    pub(super) fn samples(&self) -> Option<u64> {
        (self.end < u64::MAX).then_some(self.end)
    }
}
