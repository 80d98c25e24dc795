//! Requests that failed: counted apart, or told of.

use std::collections::BTreeMap;

use crate::action::{StepError, Unsuccessful};
use crate::diagnostic::codes;
use crate::system::http::{HttpError, HttpErrorKind, Request};
use crate::value::{Map, Value};

/// The kinds that are always told of, as 0 where there were none.
const KINDS: [&str; 6] = ["unreachable", "timeout", "closed", "malformed", "status_4xx", "status_5xx"];

/// How many requests failed, and in which way.
#[derive(Default)]
pub(in crate::action::probe) struct Errors {
    /// By the places of `KINDS`.
    kinds: [u64; KINDS.len()],
    statuses: BTreeMap<u16, u64>,
    /// The one that came first: its sample, and what it was.
    first: Option<(u64, String)>,
}

impl Errors {
    /// A request that got no answer.
    pub(super) fn unanswered(&mut self, number: u64, error: &HttpError) {
        self.kinds[match error.kind {
            HttpErrorKind::Refused | HttpErrorKind::Dns | HttpErrorKind::Tls => 0,
            HttpErrorKind::Timeout(_) => 1,
            HttpErrorKind::Io => 2,
            _ => 3,
        }] += 1;
        self.note(number, || error.message.clone());
    }

    /// An answer with a status of 400 or above.
    pub(super) fn status(&mut self, number: u64, status: u16, request: &Request) {
        self.kinds[if status < 500 { 4 } else { 5 }] += 1;
        *self.statuses.entry(status).or_default() += 1;
        self.note(number, || format!("`{request}` is answered with status {status}"));
    }

    fn note(&mut self, number: u64, what: impl Fn() -> String) {
        if self.first.as_ref().is_none_or(|(held, _)| number < *held) {
            self.first = Some((number, what()));
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (held, new) in self.kinds.iter_mut().zip(other.kinds) {
            *held += new;
        }
        for (status, new) in other.statuses {
            *self.statuses.entry(status).or_default() += new;
        }
        if let Some((number, what)) = other.first {
            self.note(number, || what.clone());
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.kinds.iter().sum()
    }

    /// Whether some of them were answers all the same.
    pub(super) fn answered(&self) -> bool {
        !self.statuses.is_empty()
    }

    /// The output: `count`, `rate` and `kinds`, beside this many answers.
    pub(in crate::action::probe) fn output(&self, answers: usize) -> Value {
        let count = self.count();
        let rate = count as f64 / (count + answers as u64).max(1) as f64;
        let kinds = KINDS.iter().zip(self.kinds).map(|(name, count)| ((*name).into(), Value::from(count)));
        let statuses = self
            .statuses
            .iter()
            .map(|(status, count)| (format!("status_{status}").into(), Value::from(*count)));
        let kinds: Map = kinds.chain(statuses).collect();
        Value::map([
            ("count", Value::from(count)),
            ("rate", Value::Float(rate)),
            ("kinds", Value::from(kinds)),
        ])
    }

    /// What is said of them where a spec speaks of errors.
    pub(in crate::action::probe) fn told(&self, answers: usize) -> Option<Unsuccessful> {
        let (number, first) = self.first.as_ref()?;
        let code = if self.answered() { codes::BAD_STATUS } else { codes::UNREACHABLE };
        let message = format!("{} of {} requests failed", self.count(), self.count() + answers as u64);
        let notes = vec![format!("{message}; the first was sample {}: {first}", number + 1)];
        Some(Unsuccessful { output: "errors", code, message, notes })
    }

    /// The error of a step in which there is no answer at all.
    pub(super) fn nothing_answered(&self) -> StepError {
        let first = self.first.as_ref().map_or("", |(_, first)| first);
        let message = match self.count() {
            1 => first.to_owned(),
            count => format!("none of {count} requests was answered; the first: {first}"),
        };
        let error = StepError::new(message).code(codes::UNREACHABLE);
        match self.kinds[0] {
            0 => error,
            _ => error.help("start the server, or correct the URL"),
        }
    }
}

/// Whether it is the server's doing, and no mistake of the request.
pub(super) fn is_of_server(error: &HttpError) -> bool {
    !matches!(
        error.kind,
        HttpErrorKind::NotLoopback | HttpErrorKind::InvalidUrl | HttpErrorKind::InvalidRequest
    )
}
