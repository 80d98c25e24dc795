//! One tier: its services, its cases in parallel, those that measure latency alone and last, its budget.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::pool::{Message, Pool};
use super::services::Services;
use super::{Shared, case, workers};
use crate::event::{CaseFinished, Counts, Event, Evidence, Outcome, TierFinished, TierStarted};
use crate::ml::random::Generator;
use crate::plan::Case;
use crate::syntax::Tier;
use crate::system::clock::Deadline;

/// How often the watchdog looks when nothing happens.
const WATCH: Duration = Duration::from_millis(20);

/// Runs a tier, or says of each of its cases why it was not run.
pub(super) fn run(
    tier: Tier,
    cases: Vec<Case>,
    budget: Duration,
    stopped: Option<&str>,
    shared: &Arc<Shared>,
    services: &mut Services,
    emit: &mut dyn FnMut(&Event),
) -> TierFinished {
    let mut watch = Watch {
        tally: TierFinished {
            tier,
            counts: Counts::default(),
            duration: 0.0,
            budget: budget.as_secs_f64(),
            over_budget: false,
            evidence: Evidence::default(),
            not_run: None,
            notices: Vec::new(),
        },
        shared: shared.clone(),
        emit,
    };
    (watch.emit)(&Event::TierStarted(TierStarted { tier, cases: cases.len(), budget: budget.as_secs_f64() }));
    if let Some(reason) = stopped {
        for case in &cases {
            watch.finished(case::blank(case, shared, Outcome::NotRun, Some(reason)));
        }
        watch.tally.not_run = Some(reason.to_owned());
        return watch.end();
    }
    let urls = Arc::new(services.start(&cases, shared, watch.emit));
    workers::start(&cases, shared, &urls, watch.emit);
    let started = Instant::now();
    let deadline = Deadline::after(budget);
    let cases = Arc::new(cases);
    let (alone, together): (VecDeque<usize>, VecDeque<usize>) = order(cases.len(), shared.options.shuffle)
        .into_iter()
        .partition(|&index| cases[index].template.alone);
    for (order, jobs) in [(together, shared.options.jobs), (alone, 1)] {
        if !order.is_empty() {
            let count = order.len();
            let pool = Pool::start(cases.clone(), order, jobs, shared.clone(), urls.clone(), deadline);
            watch.phase(&pool, count, &cases, deadline);
        }
    }
    watch.tally.duration = started.elapsed().as_secs_f64();
    let ended = services.ended().into_iter().map(|notice| shared.redactor.hide(&notice).into_owned());
    watch.tally.notices.extend(ended);
    watch.end()
}

/// The order in which cases start: as written, or shuffled.
fn order(count: usize, shuffle: Option<u64>) -> Vec<usize> {
    match shuffle {
        Some(seed) => Generator::new(seed).permutation(count),
        None => (0..count).collect(),
    }
}

struct Watch<'e> {
    tally: TierFinished,
    shared: Arc<Shared>,
    emit: &'e mut dyn FnMut(&Event),
}

impl Watch<'_> {
    /// Sees every case of a phase to its end, or past it.
    fn phase(&mut self, pool: &Pool, mut left: usize, cases: &[Case], budget: Deadline) {
        let mut looked = Instant::now();
        let mut since_interrupt: Option<Instant> = None;
        while left > 0 {
            let message = pool.messages.recv_timeout(WATCH);
            // What a case printed is told before its end.
            self.shared.output.tell(&self.shared.redactor, self.emit);
            match message {
                Ok(Message::Started(index)) => {
                    let case = &cases[index];
                    (self.emit)(&Event::CaseStarted { id: case.id(), tier: case.suite.tier });
                }
                Ok(Message::Finished(finished)) => {
                    self.finished(*finished);
                    left -= 1;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if looked.elapsed() < WATCH {
                continue;
            }
            looked = Instant::now();
            let interrupted = self.shared.options.cancel.is_cancelled();
            if interrupted || budget.expired() {
                self.tally.over_budget |= !interrupted;
                let reason =
                    if interrupted { "the run was interrupted" } else { "the tier's budget was spent" };
                for index in pool.recall() {
                    self.finished(case::blank(&cases[index], &self.shared, Outcome::NotRun, Some(reason)));
                    left -= 1;
                }
            }
            if interrupted {
                self.shared.world.interrupt();
                since_interrupt.get_or_insert_with(Instant::now);
            }
            for (index, ran) in pool.overdue(since_interrupt) {
                self.finished(case::abandoned(&cases[index], &self.shared, ran, interrupted));
                left -= 1;
            }
        }
        self.tally.over_budget |= budget.expired() && !self.shared.options.cancel.is_cancelled();
    }

    fn finished(&mut self, finished: CaseFinished) {
        self.tally.counts.add(&finished);
        self.tally.evidence += &finished.evidence;
        (self.emit)(&Event::CaseFinished(Box::new(finished)));
    }

    fn end(self) -> TierFinished {
        (self.emit)(&Event::TierFinished(self.tally.clone()));
        self.tally
    }
}
