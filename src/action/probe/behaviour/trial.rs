//! Malformed requests sent to one server, and after each the good one again.

use std::fmt::Write;

use super::Finding;
use super::apart::Apart;
use super::good::{Answer, Good};
use super::mistake::{Malformed, Mistake};
use super::refusal::Came;
use crate::action::StepError;
use crate::action::probe::protocol::Inference;
use crate::action::probe::request::Silence;
use crate::system::http::{HttpErrorKind, Request};
use crate::value::{Map, Remark, Value};

const NAME: &str = "rejects";

/// What came of it.
pub(super) struct Rejected {
    pub finding: Finding,
    pub remark: Remark,
    /// The first request that went wrong.
    pub wrong: Option<Request>,
}

/// The trial of one server.
pub(super) struct Trial<'a> {
    good: &'a Good<'a>,
    request: Request,
    inference: Option<Inference>,
    strict: bool,
    /// What the good request is answered by; `None` where it need not be the same.
    before: Option<Vec<Value>>,
    statuses: Map,
    /// The same in words.
    said: Vec<String>,
    /// Requests that were not refused.
    misses: Vec<String>,
    /// What happened to the server.
    broken: Option<String>,
    wrong: Option<Request>,
}

impl<'a> Trial<'a> {
    pub(super) fn new(
        good: &'a Good<'a>,
        request: Request,
        inference: Option<Inference>,
        strict: bool,
    ) -> Self {
        Self {
            good,
            request,
            inference,
            strict,
            before: None,
            statuses: Map::new(),
            said: Vec::new(),
            misses: Vec::new(),
            broken: None,
            wrong: None,
        }
    }

    /// Sends them all, as long as the good one is answered: as before, where `same` says so.
    pub(super) fn of(
        mut self,
        made: &[Malformed],
        unmade: &[&str],
        same: bool,
    ) -> Result<Rejected, StepError> {
        match self.ask_good() {
            Ok(Ok(predictions)) => self.before = same.then_some(predictions),
            Ok(Err(why)) => self.broken = Some(format!("before any malformed request {why}")),
            Err(silence) => return Err(self.good.unanswered(&silence, NAME, &self.request)),
        }
        for malformed in made {
            if self.broken.is_some() {
                break;
            }
            if let Err(silence) = self.send(malformed) {
                return Err(self.over(&silence, malformed));
            }
        }
        Ok(self.rejected(unmade, made.len()))
    }

    /// One of them, and the good one. The silence that comes back is the end of the time.
    fn send(&mut self, malformed: &Malformed) -> Result<(), Silence> {
        let Malformed { name, what, request } = malformed;
        let came = match self.good.send(request) {
            Ok(response) => Came::Answer(response),
            Err(Silence::Http(error)) => Came::Nothing(error.to_string()),
            Err(over @ Silence::Over) => return Err(over),
        };
        let status = came.status();
        self.statuses
            .insert(name.as_str().into(), status.map_or(Value::Null, |status| Value::Int(status.into())));
        let short = status.map_or("no answer".to_owned(), |status| status.to_string());
        self.said.push(format!("`{name}` {short}"));
        if let Some(miss) = self.miss(&came).filter(|_| !self.answers_nothing(name, &came)) {
            self.misses.push(format!("`{name}` ({what}) {miss}"));
            self.wrong.get_or_insert_with(|| request.clone());
        }
        let why = match self.ask_good() {
            Ok(Ok(predictions)) => self.otherwise(&predictions),
            Ok(Err(why)) => Some(why),
            Err(Silence::Http(error)) => Some(format!("it is not answered: {error}")),
            Err(over @ Silence::Over) => return Err(over),
        };
        if let Some(why) = why {
            self.broken = Some(format!("after `{name}` ({what}) {why}"));
            self.wrong = Some(request.clone());
        }
        Ok(())
    }

    fn miss(&self, came: &Came) -> Option<String> {
        let reading = match came {
            Came::Answer(response) => self.good.reading(response, self.inference.as_ref()),
            Came::Nothing(_) => None,
        };
        came.miss(self.strict, reading.as_ref())
    }

    /// No predictions for no rows are right.
    fn answers_nothing(&self, name: &str, came: &Came) -> bool {
        let (Came::Answer(response), Some(inference)) = (came, &self.inference) else { return false };
        let asked = Inference { rows: 0, ..inference.clone() };
        name == Mistake::NoRows.word()
            && self.good.read(response, Some(&asked)).is_ok_and(|predictions| predictions.is_empty())
    }

    /// A connection that the server closed behind its last answer is no answer to this request: it is sent once more.
    fn ask_good(&self) -> Result<Answer, Silence> {
        let response = match self.good.send(&self.request) {
            Err(Silence::Http(error)) if error.kind == HttpErrorKind::Io => self.good.send(&self.request)?,
            sent => sent?,
        };
        Ok(self.good.read(&response, self.inference.as_ref()))
    }

    fn otherwise(&self, predictions: &[Value]) -> Option<String> {
        let before = self.before.as_ref()?;
        if predictions.len() != before.len() {
            return Some(format!("it has {} predictions, before {}", predictions.len(), before.len()));
        }
        let mut apart = Apart::new(self.good.context.tolerance);
        apart.rows(("now", predictions), ("before", before));
        (!apart.agrees()).then(|| format!("it is answered otherwise: {}", apart.shown().join("; ")))
    }

    fn over(&self, silence: &Silence, at: &Malformed) -> StepError {
        let Malformed { name, request, .. } = at;
        let before = match &self.said[..] {
            [] => "the first of all".to_owned(),
            said => format!("after {}", said.join(", ")),
        };
        let error =
            self.good.unanswered(silence, NAME, request).note(format!("it was at `{name}`, {before}"));
        self.misses.iter().fold(error, StepError::note)
    }

    fn rejected(self, unmade: &[&str], all: usize) -> Rejected {
        let Self { strict, statuses, said, misses: accepted, broken, wrong, .. } = self;
        let tried = said.len();
        let broken = broken.map(|why| format!("`{NAME}`: the good request is not answered as before: {why}"));
        let mut misses: Vec<String> = broken.into_iter().collect();
        if !accepted.is_empty() {
            let how = if strict { "refused by a 4xx that says why" } else { "refused" };
            let (count, verb) = (accepted.len(), if accepted.len() == 1 { "is" } else { "are" });
            misses.push(format!("`{NAME}`: {count} of {tried} malformed requests {verb} not {how}"));
            misses.extend(accepted);
        }
        let mut table = said.join(", ");
        if !unmade.is_empty() {
            let _ = write!(table, "; not made of this request: `{}`", unmade.join("`, `"));
        }
        if tried < all {
            let _ = write!(table, "; {} not sent after that", all - tried);
        }
        if !misses.is_empty() && tried > 0 {
            misses.push(format!("in turn: {table}"));
        }
        let measured = tried.max(1);
        let finding =
            Finding { name: NAME, measured, misses, tolerance: None, output: Value::from(statuses) };
        Rejected { finding, remark: Remark::quiet(format!("`{NAME}`: {table}")), wrong }
    }
}
