//! The good question of a probe, asked again.

use std::time::Duration;

use crate::action::probe::conversation::{Rows, Speaker};
use crate::action::probe::protocol::{Inference, Reading};
use crate::action::probe::request::curl::{self, Carried};
use crate::action::{Context, StepError};
use crate::diagnostic::codes;
use crate::system::http::{Http, HttpError, HttpErrorKind, Request, Response};
use crate::value::Value;

/// Characters of a body that a message shows.
const SHOWN: usize = 200;
const NEAR: Duration = Duration::from_millis(5);

/// What the probe asks: rows in the words of a protocol, or one request as it is written.
pub(in crate::action::probe) enum Question<'a> {
    Rows { speaker: &'a Speaker, rows: &'a Rows, batch: usize },
    Request(&'a Request),
}

/// The question, and the way to ask it.
pub(in crate::action::probe) struct Good<'a> {
    pub(in crate::action::probe) question: Question<'a>,
    pub(in crate::action::probe) http: &'a dyn Http,
    pub(in crate::action::probe) context: &'a Context<'a>,
}

/// Why nothing came back.
pub(super) enum Silence {
    Http(HttpError),
    /// The step's time is over, or the run was interrupted.
    Over,
}

/// A prediction a row, or what is wrong with the answer.
pub(super) type Answer = Result<Vec<Value>, String>;

impl Good<'_> {
    /// How many rows a request asks about at most.
    pub(super) fn batch(&self) -> usize {
        match &self.question {
            Question::Rows { rows, batch, .. } => rows.len().min(*batch),
            Question::Request(_) => 1,
        }
    }

    /// The rows, where there are any.
    pub(super) fn rows(&self) -> Option<&Rows> {
        match &self.question {
            Question::Rows { rows, .. } => Some(rows),
            Question::Request(_) => None,
        }
    }

    /// Asks all that the probe asks.
    pub(super) fn whole(&self, check: &str) -> Result<Answer, StepError> {
        match &self.question {
            Question::Rows { rows, batch, .. } => self.predictions(rows, *batch, check),
            Question::Request(request) => {
                let sent = self.send(request).map_err(|silence| self.unanswered(&silence, check, request))?;
                Ok(self.read(&sent, None))
            }
        }
    }

    /// Asks about rows, so many at a time.
    pub(super) fn predictions(&self, rows: &Rows, size: usize, check: &str) -> Result<Answer, StepError> {
        let Question::Rows { speaker, .. } = &self.question else { return self.whole(check) };
        let mut all = Vec::with_capacity(rows.len());
        for batch in rows.batches(size.min(speaker.rows_at_once())) {
            let inference = speaker.inference(&batch)?;
            let request = speaker.request(&inference)?;
            let sent = self.send(&request);
            let response = sent.map_err(|silence| self.unanswered(&silence, check, &request))?;
            match self.read(&response, Some(&inference)) {
                Ok(predictions) => all.extend(predictions),
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(all))
    }

    /// The first request of the probe, with what it asks.
    pub(super) fn first(&self) -> Result<(Request, Option<Inference>), StepError> {
        match &self.question {
            Question::Rows { speaker, rows, batch } => {
                let inference = speaker.inference(&rows.select(0..(*batch).min(rows.len())))?;
                Ok((speaker.request(&inference)?, Some(inference)))
            }
            Question::Request(request) => Ok(((*request).clone(), None)),
        }
    }

    pub(super) fn send(&self, request: &Request) -> Result<Response, Silence> {
        if self.context.over() {
            return Err(Silence::Over);
        }
        let mut request = request.clone();
        request.timeouts.total = self.context.deadline.remaining_up_to(request.timeouts.total);
        self.http.send(&request).map_err(|error| {
            // What ends this close to the step's end was ended by it.
            let near = self.context.deadline.remaining().is_some_and(|left| left < NEAR);
            let stopped = near && matches!(error.kind, HttpErrorKind::Timeout(_));
            if stopped || self.context.over() { Silence::Over } else { Silence::Http(error) }
        })
    }

    /// What an answer says. Of a request without a protocol, the document or the text is the one prediction.
    pub(super) fn read(&self, response: &Response, asked: Option<&Inference>) -> Answer {
        let fine = match &self.question {
            Question::Rows { .. } => response.status < 300,
            Question::Request(_) => response.status < 400 || (self.context.asked)("status"),
        };
        if !fine {
            return Err(format!("it is answered with {}", told(response)));
        }
        let Some(reading) = self.reading(response, asked) else {
            let text = || Value::text(String::from_utf8_lossy(&response.body));
            return Ok(vec![Value::from_json(&response.body).unwrap_or_else(|_| text())]);
        };
        match (reading.predictions, reading.misses.into_iter().next()) {
            (Some(predictions), None) => Ok(predictions),
            (_, Some(why)) => Err(why),
            (None, None) => Err("its answer holds no predictions".to_owned()),
        }
    }

    /// What the protocol says of an answer.
    pub(super) fn reading(&self, response: &Response, asked: Option<&Inference>) -> Option<Reading> {
        match &self.question {
            Question::Rows { speaker, .. } => Some(speaker.read(response, asked?)),
            Question::Request(_) => None,
        }
    }

    /// What keeps a check from being made.
    pub(super) fn unanswered(&self, silence: &Silence, check: &str, request: &Request) -> StepError {
        match silence {
            Silence::Http(error) => StepError {
                reproduce: Some(curl::command(request, &Carried::Value, &[])),
                ..StepError::new(format!("`{check}`: {error}")).code(codes::UNREACHABLE)
            },
            Silence::Over if self.context.cancel.is_cancelled() => {
                StepError::new(format!("interrupted while `{check}` was looked at")).code(codes::INTERRUPTED)
            }
            Silence::Over => StepError::timed_out(format!("the time was over while `{check}` was looked at")),
        }
    }
}

/// A status and the beginning of its body, in words.
pub(super) fn told(response: &Response) -> String {
    let body = String::from_utf8_lossy(&response.body);
    let mut shown: String = body.trim().chars().take(SHOWN).collect();
    if shown.len() < body.trim().len() {
        shown.push('…');
    }
    let status = response.status;
    if shown.is_empty() {
        format!("status {status} and no body")
    } else {
        format!("status {status}: {shown}")
    }
}
