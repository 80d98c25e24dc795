//! The good question of a probe, asked again.

use crate::action::probe::answer::remedy;
use crate::action::probe::conversation::{Rows, Speaker};
use crate::action::probe::protocol::{Inference, Reading};
use crate::action::probe::request::curl::{self, Carried};
use crate::action::probe::request::{Silence, over, send};
use crate::action::{Context, StepError};
use crate::system::http::{Http, Request, Response};
use crate::value::Value;

/// Characters of a body that a message shows.
const SHOWN: usize = 200;

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

    /// How many rows one request can ask about.
    pub(super) fn at_once(&self) -> usize {
        match &self.question {
            Question::Rows { speaker, .. } => speaker.rows_at_once(),
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
        send(self.http, request, self.context.deadline, self.context.cancel)
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
                reproduce: Some(curl::command(request, &Carried::Value)),
                ..remedy::explain(error, &format!("`{check}`: "))
            },
            Silence::Over => over(self.context.cancel, &format!("while `{check}` was looked at")),
        }
    }
}

/// A status and the beginning of its body, in words.
pub(super) fn told(response: &Response) -> String {
    let status = response.status;
    match &*response.beginning(SHOWN) {
        "" => format!("status {status} and no body"),
        body => format!("status {status}: {body}"),
    }
}
