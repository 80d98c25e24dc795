//! What one connection does: it takes a turn, asks, and notes what came.

use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use super::Tally;
use super::answers::{Compared, Distinct};
use super::errors::is_of_server;
use super::schedule::{Schedule, Turn};
use crate::action::StepError;
use crate::action::probe::answer::remedy;
use crate::action::probe::request::{Silence, over, send};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::http::{Http, Request, Response};

/// What all connections share.
pub(super) struct Worker<'a> {
    pub(super) http: &'a dyn Http,
    pub(super) requests: &'a [Request],
    pub(super) deadline: Deadline,
    /// The run's.
    pub(super) cancel: &'a Cancel,
    /// That one connection's failure ends the others' work.
    pub(super) halt: &'a Cancel,
    pub(super) counting: Counting,
    pub(super) compared: Compared,
    /// The bytes of answers that may still be kept.
    pub(super) room: &'a AtomicUsize,
}

/// What the spec speaks of, and so judges by itself.
#[derive(Clone, Copy)]
pub(super) struct Counting {
    /// Requests that fail are counted apart from the answers.
    pub(super) apart: bool,
    /// A status of 400 or above may be what is expected.
    pub(super) status: bool,
}

/// The sample that broke the load off.
pub(super) struct Failed {
    pub(super) number: u64,
    pub(super) error: StepError,
}

impl Worker<'_> {
    /// Asks without counting.
    pub(super) fn warm_up(&self, count: u32) -> Result<(), StepError> {
        for request in self.requests.iter().cycle().take(count as usize) {
            // A server that is still cold may fail here; whether it is up is for the counted samples to say.
            if let Err(Silence::Over) = self.once(request) {
                return Err(self.over(&format!("while `{request}` was warming up")));
            }
        }
        Ok(())
    }

    /// Takes turns until there are none.
    pub(super) fn work(&self, schedule: &Schedule) -> Tally {
        let mut tally = Tally::default();
        while !self.halt.is_cancelled() || self.cancel.is_cancelled() {
            let Some(turn) = schedule.next(Instant::now()) else { break };
            if let Err(error) = self.take(turn, schedule, &mut tally) {
                tally.failed = Some(Failed { number: turn.number, error });
                self.halt.cancel();
                break;
            }
        }
        tally
    }

    fn take(&self, turn: Turn, schedule: &Schedule, tally: &mut Tally) -> Result<(), StepError> {
        let request_index = (turn.number % self.requests.len() as u64) as usize;
        let request = &self.requests[request_index];
        if !self.wait(turn, tally) {
            // Another connection's failure is that one's to tell.
            let others = self.halt.is_cancelled() && !self.ended();
            return if others { Ok(()) } else { Err(self.over_at(turn, schedule)) };
        }
        let sent = Instant::now();
        let answer = self.once(request);
        match answer {
            Ok(response) => {
                tally.measures.span(sent, sent + response.timings.total);
                let failed = response.status >= 400 && (self.counting.apart || !self.counting.status);
                if failed {
                    tally.errors.status(turn.number, response.status, request);
                } else {
                    tally.measures.add(turn.due, sent, &response.timings);
                }
                if !(failed && self.counting.apart) {
                    let answer = Distinct { response, request: request_index, count: 1 };
                    let index = tally.answers.keep(answer, self.compared, self.room)?;
                    tally.last = Some((turn.number, index));
                }
                Ok(())
            }
            Err(Silence::Http(error)) if self.counting.apart && is_of_server(&error) => {
                tally.measures.span(sent, Instant::now());
                tally.errors.unanswered(turn.number, &error);
                Ok(())
            }
            Err(Silence::Http(error)) => Err(remedy::explain(&error, &number(turn, schedule))),
            Err(Silence::Over) => Err(self.over_at(turn, schedule)),
        }
    }

    /// Sleeps until it is time to send; false where the load ended before.
    fn wait(&self, turn: Turn, tally: &mut Tally) -> bool {
        let Some(due) = turn.due else { return true };
        let early = due.saturating_duration_since(Instant::now());
        if early.is_zero() {
            tally.measures.late.busy.add(due.elapsed());
            return true;
        }
        let ends_first = self.deadline.instant().is_some_and(|end| end < due);
        let halted = self.halt.wait_timeout(self.deadline.remaining_up_to(early));
        tally.measures.late.overslept.add(due.elapsed());
        !halted && !ends_first
    }

    fn once(&self, request: &Request) -> Result<Response, Silence> {
        send(self.http, request, self.deadline, self.cancel)
    }

    fn ended(&self) -> bool {
        self.deadline.expired() || self.cancel.is_cancelled()
    }

    fn over_at(&self, turn: Turn, schedule: &Schedule) -> StepError {
        match schedule.samples() {
            Some(1) => {
                let asked = self.requests.first().map(ToString::to_string).unwrap_or_default();
                self.over(&format!("before `{asked}` was answered"))
            }
            Some(all) => self.over(&format!("at sample {} of {all}", turn.number + 1)),
            None => self.over(&format!("at sample {}", turn.number + 1)),
        }
    }

    fn over(&self, when: &str) -> StepError {
        over(self.cancel, when)
    }
}

/// `sample 3 of 5: `, where there are several.
fn number(turn: Turn, schedule: &Schedule) -> String {
    match schedule.samples() {
        Some(1) => String::new(),
        Some(all) => format!("sample {} of {all}: ", turn.number + 1),
        None => format!("sample {}: ", turn.number + 1),
    }
}
