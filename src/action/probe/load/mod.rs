//! Requests one after the other or many at once, how long each took, and the answers that differ.

mod answers;
mod errors;
mod measures;
mod plan;
mod schedule;
#[cfg(test)]
mod tests;
mod threads;
mod worker;

use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use crate::action::{Context, StepError};
use crate::system::http::Request;
use crate::value::{Distribution, Remark};

pub(super) use answers::Distinct;
pub(super) use errors::Errors;
pub(super) use plan::{Plan, check, lasts, samples, takes_all};

use answers::{Answers, Compared};
use measures::Measures;
use schedule::Schedule;
use worker::{Counting, Failed, Worker};

/// What all requests came to.
pub(super) struct Gathered {
    /// `POST http://host/path`, for messages.
    pub(super) asked: String,
    /// In the order in which each came first.
    pub(super) answers: Vec<Distinct>,
    /// Which of them came last; `None` where there are none.
    pub(super) last: Option<usize>,
    pub(super) latency: Distribution,
    pub(super) phases: Phases,
    pub(super) errors: Errors,
    /// From the first request to the last byte.
    pub(super) duration: Duration,
    /// How well the schedule was kept, where there is one.
    pub(super) remarks: Vec<Remark>,
}

/// The parts of a request's time. Those of a connection are of the requests alone that made one.
pub(super) struct Phases {
    pub(super) resolve: Distribution,
    pub(super) connect: Distribution,
    pub(super) tls: Distribution,
    pub(super) first_byte: Distribution,
    /// To the end of the first event of a streamed answer.
    pub(super) first_event: Distribution,
    /// From the moment it was sent, however late that was.
    pub(super) whole: Distribution,
}

impl Gathered {
    /// The answer that came last.
    pub(super) fn last(&self) -> Option<&Distinct> {
        self.answers.get(self.last?)
    }

    /// Answers that were measured, a second.
    pub(super) fn throughput(&self) -> f64 {
        self.latency.count() as f64 / self.duration.as_secs_f64().max(1e-9)
    }
}

/// Asks these requests in turn until the plan's end.
pub(super) fn gather(
    requests: &[Request],
    plan: &Plan,
    context: &Context<'_>,
) -> Result<Gathered, StepError> {
    let http = context.world.http()?;
    let connections = plan.connections(requests.len());
    let halt = context.cancel.child();
    let room = AtomicUsize::new(answers::KEPT);
    let asked = |output| (context.asked)(output);
    let worker = Worker {
        http,
        requests,
        deadline: context.deadline,
        cancel: context.cancel,
        halt: &halt,
        counting: Counting { apart: asked("errors"), status: asked("status") },
        compared: Compared {
            headers: plan.every_answer || asked("headers"),
            body: plan.every_answer || asked("body") || asked("json"),
        },
        room: &room,
    };
    if plan.warmup > 0 {
        let warm = || worker.warm_up(plan.warmup);
        threads::run(connections, false, &halt, warm)?.into_iter().collect::<Result<(), _>>()?;
    }
    let schedule = Schedule::new(plan, requests.len(), Instant::now());
    let scheduled = plan.rate.is_some();
    let mut whole = Tally::default();
    for tally in threads::run(connections, scheduled, &halt, || worker.work(&schedule))? {
        whole.merge(tally, &worker)?;
    }
    if let Some(failed) = whole.failed {
        return Err(failed.error);
    }
    let Tally { measures, answers, errors, last, .. } = whole;
    if measures.count() == 0 && answers.is_empty() && !errors.answered() {
        return Err(errors.nothing_answered());
    }
    let remarks = measures.late.remarks(plan, connections, measures.count());
    let duration = measures.duration();
    let asked = requests.first().map(ToString::to_string).unwrap_or_default();
    let (latency, phases) = measures.distributions();
    let (answers, last) = (answers.into_distinct(), last.map(|(_, index)| index));
    Ok(Gathered { asked, answers, last, latency, phases, errors, duration, remarks })
}

/// What one connection saw, or all of them.
#[derive(Default)]
struct Tally {
    measures: Measures,
    answers: Answers,
    errors: Errors,
    /// The sample that came last, and where its answer is.
    last: Option<(u64, usize)>,
    failed: Option<Failed>,
}

impl Tally {
    fn merge(&mut self, other: Self, worker: &Worker<'_>) -> Result<(), StepError> {
        self.measures.merge(other.measures);
        self.errors.merge(other.errors);
        if other
            .failed
            .as_ref()
            .is_some_and(|new| self.failed.as_ref().is_none_or(|held| new.number < held.number))
        {
            self.failed = other.failed;
        }
        let places = self.answers.merge(other.answers, worker)?;
        if let Some((number, index)) = other.last
            && self.last.is_none_or(|(held, _)| held < number)
        {
            self.last = places.get(index).map(|place| (number, *place));
        }
        Ok(())
    }
}
