//! Workers, and the watchdog's view of them.

use std::collections::{HashSet, VecDeque};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::attempt::CLEANUP;
use super::services::Urls;
use super::{Shared, case, repeat};
use crate::event::CaseFinished;
use crate::plan::Case;
use crate::system::clock::Deadline;

/// What work in this process that does not look at the clock is given beyond its time before it is abandoned.
const GRACE: Duration = Duration::from_millis(300);

/// How long the child of an interrupted case has to end.
const FAREWELL: Duration = Duration::from_secs(3);

/// What a worker tells.
pub(super) enum Message {
    Started(usize),
    Finished(Box<CaseFinished>),
}

/// Workers taking cases of one phase from one queue.
pub(super) struct Pool {
    line: Arc<Line>,
    pub messages: Receiver<Message>,
    sender: Sender<Message>,
}

/// What the workers share.
struct Line {
    cases: Arc<Vec<Case>>,
    shared: Arc<Shared>,
    urls: Arc<Urls>,
    budget: Deadline,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<usize>,
    /// Groups of `serial` cases of which one is running.
    busy: HashSet<Arc<str>>,
    running: Vec<Running>,
}

#[derive(Clone, Copy)]
struct Running {
    index: usize,
    since: Instant,
    until: Option<Instant>,
}

impl Pool {
    /// Starts `jobs` workers on these cases.
    pub(super) fn start(
        cases: Arc<Vec<Case>>,
        order: VecDeque<usize>,
        jobs: usize,
        shared: Arc<Shared>,
        urls: Arc<Urls>,
        budget: Deadline,
    ) -> Self {
        let (sender, messages) = channel();
        let jobs = jobs.clamp(1, order.len().max(1));
        let state = Mutex::new(State { queue: order, ..State::default() });
        let line = Arc::new(Line { cases, shared, urls, budget, state, changed: Condvar::new() });
        let pool = Self { line, messages, sender };
        (0..jobs).for_each(|_| pool.hire());
        pool
    }

    fn hire(&self) {
        let (line, sender) = (self.line.clone(), self.sender.clone());
        // Without another thread the cases still run, on those there are.
        let _ = std::thread::Builder::new()
            .name("case".to_owned())
            .stack_size(8 << 20)
            .spawn(move || line.work(&sender));
    }

    /// Takes back every case that has not started.
    pub(super) fn recall(&self) -> Vec<usize> {
        let recalled = self.line.lock().queue.drain(..).collect();
        self.line.changed.notify_all();
        recalled
    }

    /// Cases that went on past their time: they are given up, and a new worker takes the place of each. After an
    /// interrupt the time is what it takes to end a child, and to clean up.
    pub(super) fn overdue(&self, interrupt: Option<Instant>) -> Vec<(usize, Duration)> {
        let now = Instant::now();
        let mut state = self.line.lock();
        let late = |running: &Running| {
            let farewell = self.line.cleanup(running.index) + FAREWELL;
            interrupt.is_some_and(|since| now > since + farewell)
                || running.until.is_some_and(|until| now > until)
        };
        let (overdue, running): (Vec<Running>, Vec<Running>) =
            state.running.iter().partition(|running| late(running));
        state.running = running;
        for lost in &overdue {
            for serial in &self.line.cases[lost.index].template.serial {
                state.busy.remove(serial);
            }
        }
        drop(state);
        for _ in &overdue {
            self.hire();
        }
        overdue.into_iter().map(|lost| (lost.index, now - lost.since)).collect()
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self, sender: &Sender<Message>) {
        while let Some(index) = self.take() {
            if self.shared.options.live && sender.send(Message::Started(index)).is_err() {
                return;
            }
            let finished = case::run(&self.cases[index], &self.shared, &self.urls, self.budget);
            if !self.give_back(index) {
                // It was given up meanwhile; another worker has this one's place.
                return;
            }
            if sender.send(Message::Finished(Box::new(finished))).is_err() {
                return;
            }
        }
    }

    /// The next case whose serial groups are free; `None` when there is none left.
    fn take(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            let free = |index: &usize| {
                !self.cases[*index].template.serial.iter().any(|group| state.busy.contains(group))
            };
            if self.budget.expired() {
                // What is left in the queue is the watchdog's to tell of.
                return None;
            }
            let position = state.queue.iter().position(free);
            if let Some(index) = position.and_then(|position| state.queue.remove(position)) {
                state.busy.extend(self.cases[index].template.serial.iter().cloned());
                let since = Instant::now();
                let until = self.patience(index).and_then(|patience| since.checked_add(patience));
                state.running.push(Running { index, since, until });
                return Some(index);
            }
            if state.queue.is_empty() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What a case is given to clean up.
    fn cleanup(&self, index: usize) -> Duration {
        let nothing = self.cases[index].template.cleanup.is_empty();
        if nothing { Duration::ZERO } else { CLEANUP }
    }

    /// How long a case may occupy its worker: its tries and repetitions, cleanup, and some grace.
    fn patience(&self, index: usize) -> Option<Duration> {
        let template = &self.cases[index].template;
        let attempts =
            repeat::times(&self.cases[index], &self.shared).saturating_mul(template.retry.saturating_add(1));
        let cleanup = self.cleanup(index);
        let own = (template.timeout + cleanup).checked_mul(attempts)?;
        Some(self.budget.remaining_up_to(own) + cleanup + GRACE)
    }

    /// Whether the case was still this worker's.
    fn give_back(&self, index: usize) -> bool {
        let mut state = self.lock();
        let Some(position) = state.running.iter().position(|running| running.index == index) else {
            return false;
        };
        state.running.swap_remove(position);
        for group in &self.cases[index].template.serial {
            state.busy.remove(group);
            self.changed.notify_all();
        }
        true
    }
}
