//! The first inference of a probe, tried once or until the server completes it.

use std::time::{Duration, Instant};

use super::meeting::Meeting;
use super::rows::Rows;
use super::speaker::Speaker;
use crate::action::probe::answer::remedy;
use crate::action::probe::request::over;
use crate::action::{Context, StepError};
use crate::diagnostic::codes;
use crate::syntax::Arg;
use crate::system::clock::Deadline;
use crate::system::http::HttpErrorKind;
use crate::value::{Outputs, Remark, show_duration};

/// Between two tries: short at first.
const FIRST: Duration = Duration::from_millis(20);
const LAST: Duration = Duration::from_millis(500);
/// A try that has less time than this shows little.
const HASTY: Duration = Duration::from_secs(1);

/// The first inference, and how long the server took to complete one.
pub(super) struct First {
    pub(super) meeting: Meeting,
    after: Duration,
}

impl First {
    /// Tries once, or until an inference is completed within this time.
    pub(super) fn of(
        speaker: &mut Speaker,
        rows: &Rows,
        within: Option<&Arg<Duration>>,
        context: &Context<'_>,
    ) -> Result<Self, StepError> {
        let started = Instant::now();
        let limit = context.maybe(within)?;
        let deadline = limit.map_or(Deadline::NEVER, Deadline::after).earlier(context.deadline);
        let http = context.world.http()?;
        let mut pause = FIRST;
        let mut said = None;
        loop {
            // What a try of a moment saw is that the time was over.
            let hasty = deadline.remaining().is_some_and(|left| left < HASTY);
            let meeting = speaker.meet(rows, &mut |request| {
                let mut request = request.clone();
                request.timeouts.total = deadline.remaining_up_to(request.timeouts.total);
                http.send(&request)
            })?;
            if meeting.cold.is_some() {
                return Ok(Self { after: started.elapsed(), meeting });
            }
            if context.over() {
                return Err(over(context.cancel, "before an inference was completed"));
            }
            let (Some(arg), Some(limit)) = (within, limit) else {
                return match &meeting.lost {
                    Some(lost) => Err(remedy::explain(lost, "")),
                    None => Ok(Self { after: started.elapsed(), meeting }),
                };
            };
            let late =
                meeting.lost.as_ref().is_some_and(|lost| matches!(lost.kind, HttpErrorKind::Timeout(_)));
            if said.is_none() || !(hasty && late) {
                said = meeting.why;
            }
            context.cancel.wait_timeout(deadline.remaining_up_to(pause));
            pause = (pause * 2).min(LAST);
            if deadline.expired() && !context.over() {
                let (limit, why) = (show_duration(limit), said.unwrap_or_default());
                let error = StepError::new(format!("no inference was completed within {limit}: {why}"));
                let help = "where the server is right and slow, raise `ready_within`";
                return Err(error.code(codes::NOT_READY).at(arg.span).help(help));
            }
        }
    }

    /// What it gave.
    pub(super) fn outputs(&self, outputs: Outputs) -> Outputs {
        let meeting = &self.meeting;
        let outputs = match &meeting.metadata {
            Some(metadata) => outputs.with("metadata", metadata.clone()),
            None => outputs.without("metadata", "the server says nothing of the model"),
        };
        if let Some(cold) = meeting.cold {
            return outputs.with("ready", self.after).with("cold", cold);
        }
        let why = meeting.why.as_deref().unwrap_or_default();
        let why = format!("the first inference was not completed: {why}");
        outputs.without("ready", why.clone()).without("cold", why)
    }

    pub(super) fn remarks(&self) -> Vec<Remark> {
        self.meeting.reading.remarks.iter().map(Remark::quiet).collect()
    }
}
