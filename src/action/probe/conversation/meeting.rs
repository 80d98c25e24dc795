//! The first words with a server: whether it is ready, what it says of the model, and its first inference, which alone
//! proves that it is ready.

use std::time::Duration;

use super::rows::Rows;
use super::speaker::Speaker;
use crate::action::StepError;
use crate::action::probe::protocol::Reading;
use crate::system::http::{HttpError, HttpErrorKind, Request, Response};
use crate::value::{Lenient, Value};

/// Characters of a body that a message shows.
const SHOWN: usize = 200;

/// What one try came to.
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    /// How long the first inference took; `None` where it was not completed.
    pub cold: Option<Duration>,
    /// What the server says of the model.
    pub metadata: Option<Value>,
    /// What did not hold on the way.
    pub reading: Reading,
    /// How it says that it is not ready.
    pub unready: Vec<String>,
    /// Why no inference was completed.
    pub why: Option<String>,
    /// The last request had no answer at all.
    pub lost: Option<HttpError>,
}

/// What was asked, and why there is no answer.
type Lost = (String, HttpError);

/// Sends a request, within whatever bounds there are.
pub(crate) type Send<'a> = dyn FnMut(&Request) -> Result<Response, HttpError> + 'a;

impl Speaker {
    /// Asks whether the server is ready, then for the model's metadata, then for one inference about these rows.
    pub(crate) fn meet(&mut self, rows: &Rows, send: &mut Send<'_>) -> Result<Meeting, StepError> {
        let mut meeting = Meeting::default();
        if let Err((asked, error)) = self.ask_ready(&mut meeting, send)? {
            return Ok(meeting.lost(&asked, "", error));
        }
        if let Err((asked, error)) = self.ask_metadata(&mut meeting, send)? {
            let though = self.though(&meeting);
            return Ok(meeting.lost(&asked, though, error));
        }
        let inference = self.inference(&rows.select(0..rows.len().min(self.rows_at_once())))?;
        let request = self.request(&inference)?;
        let asked = request.to_string();
        let response = match send(&request) {
            Ok(response) => response,
            Err(error) => {
                let though = self.though(&meeting);
                return Ok(meeting.lost(&asked, though, error));
            }
        };
        let read = self.read(&response, &inference);
        // An answer that breaks a rule is one; a page in its place is none.
        let is_answer = read.predictions.is_some() || Lenient::from_json(&response.body).is_ok();
        if response.status < 300 && !read.refused && is_answer {
            meeting.cold = Some(response.timings.total);
            self.hear_again(&mut meeting, send)?;
            return Ok(meeting);
        }
        let why = if response.status < 300 {
            read.misses.into_iter().next().unwrap_or_default()
        } else {
            format!("`{asked}` is answered with status {}{}", response.status, words_of(&response))
        };
        meeting.why = Some(match meeting.unready.first() {
            Some(unready) => format!("{unready}, and {why}"),
            None => format!("{why}{}", self.though(&meeting)),
        });
        Ok(meeting)
    }

    /// What is to be said of a server that was asked and says that it is ready.
    fn though(&self, meeting: &Meeting) -> &'static str {
        let says = !self.protocol.ready(&self.spoken).is_empty() && meeting.unready.is_empty();
        if says { ", though it says that it is ready" } else { "" }
    }

    /// Some servers are ready only after their first inference: one that said no is asked again.
    fn hear_again(&self, meeting: &mut Meeting, send: &mut Send<'_>) -> Result<(), StepError> {
        if meeting.unready.is_empty() {
            return Ok(());
        }
        let mut again = Meeting::default();
        if self.ask_ready(&mut again, send)?.is_ok() && again.unready.is_empty() {
            let late = meeting
                .unready
                .iter()
                .map(|why| format!("{why} before its first inference, and not after it"));
            meeting.reading.remarks.extend(late);
        } else {
            let never = meeting
                .unready
                .iter()
                .map(|why| format!("{why}, and an inference is completed all the same"));
            meeting.reading.misses.extend(never);
        }
        Ok(())
    }

    fn ask_ready(&self, meeting: &mut Meeting, send: &mut Send<'_>) -> Result<Result<(), Lost>, StepError> {
        for path in self.protocol.ready(&self.spoken) {
            let request = self.asking(&path)?;
            let response = match send(&request) {
                Ok(response) => response,
                Err(error) => return Ok(Err((request.to_string(), error))),
            };
            let lacking = lacks(response.status) && self.protocol.may_lack(&path);
            if lacking {
                meeting.reading.remarks.push(format!("`{request}` is not there"));
                continue;
            }
            meeting.reading.measured += 1;
            meeting.unready.extend(match response.status {
                200..300 => self
                    .said_unready(&response)
                    .map(|no| format!("`{request}` says that it is not ready ({no})")),
                status => Some(format!("`{request}` is answered with status {status}")),
            });
        }
        Ok(Ok(()))
    }

    /// What a body that need not be there says against the status.
    fn said_unready(&self, response: &Response) -> Option<String> {
        let Lenient { value, .. } = Lenient::from_json(&response.body).ok()?;
        self.protocol.unready(&value)
    }

    fn ask_metadata(
        &mut self,
        meeting: &mut Meeting,
        send: &mut Send<'_>,
    ) -> Result<Result<(), Lost>, StepError> {
        let Some(path) = self.protocol.metadata(&self.spoken) else { return Ok(Ok(())) };
        let request = self.asking(&path)?;
        let response = match send(&request) {
            Ok(response) => response,
            Err(error) => return Ok(Err((request.to_string(), error))),
        };
        let found = match (response.status, Lenient::from_json(&response.body)) {
            (200..300, Ok(Lenient { value, .. })) => {
                meeting.reading.add(self.protocol.described(&value, &self.spoken));
                self.spoken.metadata = Some(value.clone());
                meeting.metadata = Some(value);
                return Ok(Ok(()));
            }
            (200..300, Err(error)) => {
                format!("`{request}` is answered with what is no JSON: {error}")
            }
            (status, _) => format!("`{request}` is answered with status {status}"),
        };
        if self.protocol.may_lack(&path) {
            meeting.reading.remarks.push(found);
        } else {
            meeting.reading.check(Err(found));
        }
        Ok(Ok(()))
    }
}

impl Meeting {
    fn lost(mut self, asked: &str, though: &str, error: HttpError) -> Self {
        // Whoever refuses a connection refuses every request.
        let asked = match error.kind {
            HttpErrorKind::Refused | HttpErrorKind::Dns => String::new(),
            _ => format!("`{asked}`: "),
        };
        self.why = Some(format!("{asked}{error}{though}"));
        self.lost = Some(error);
        self
    }
}

/// There is no such path.
fn lacks(status: u16) -> bool {
    [404, 405, 501].contains(&status)
}

/// The beginning of a body, to be shown behind a status.
fn words_of(response: &Response) -> String {
    match response.beginning(SHOWN) {
        none if none.is_empty() => none,
        body => format!(": {body}"),
    }
}
