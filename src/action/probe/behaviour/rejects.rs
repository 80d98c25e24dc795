//! `rejects`: malformed requests, and after each the good one again.

use super::asked::{Ask, OwnKeys};
use super::good::{Good, Question};
use super::keys::RejectKeys;
use super::mistake::{Malformed, Mistake};
use super::nothing;
use super::trial::{Rejected, Trial};
use crate::action::argv::json_bytes;
use crate::action::probe::request::scalar;
use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decoder};
use crate::system::http::Request;

const NAME: &str = "rejects";

/// What must be refused, and how.
#[derive(Clone, Debug)]
pub(super) struct Rejects {
    asks: Vec<Ask>,
    /// The spec names them: one that cannot be made is an error.
    named: bool,
    strict: Option<Arg<bool>>,
    same: Option<Arg<bool>>,
    span: Span,
}

impl Rejects {
    pub(super) fn of(keys: RejectKeys, span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        let RejectKeys { requests, except, strict, same } = keys;
        let (named, mut asks) = match requests {
            Some(requests) => (true, requests.0),
            None => (false, Mistake::USUAL.map(Ask::Known).to_vec()),
        };
        if let Some(except) = except {
            let left_out = |ask: &Ask| matches!(ask, Ask::Known(one) if except.value.contains(one));
            let absent = except.value.iter().find(|one| !asks.iter().any(|ask| ask.name() == one.word()));
            if let Some(absent) = absent {
                let message = format!("`{}` is not among the requests that are made", absent.word());
                let diagnostic = Diagnostic::new(codes::INVALID_VALUE, except.span, message);
                return decoder.refuse(diagnostic.help("remove it from `except`"));
            }
            asks.retain(|ask| !left_out(ask));
            if asks.is_empty() {
                let diagnostic =
                    Diagnostic::new(codes::NO_CHECKS, except.span, "no malformed request is left");
                return decoder
                    .refuse(diagnostic.help("remove some from `except`, or write `rejects: false`"));
            }
        }
        Some(Self { asks, named, strict, same, span })
    }

    pub(super) fn check(&self, good: &Good<'_>) -> Result<Rejected, StepError> {
        let context = good.context;
        let strict = context.maybe(self.strict.as_ref())?.unwrap_or(false);
        let same = context.maybe(self.same.as_ref())?.unwrap_or(true);
        let (request, inference) = good.first()?;
        let (made, unmade) = self.made(&request, good)?;
        Trial::new(good, request, inference, strict).of(&made, &unmade, same)
    }

    /// The requests, and the names of those that this good one has no place for.
    fn made(&self, good: &Request, asker: &Good<'_>) -> Result<(Vec<Malformed>, Vec<&str>), StepError> {
        let (mut made, mut unmade) = (Vec::new(), Vec::new());
        for ask in &self.asks {
            let malformed = match ask {
                Ask::Own(own) => Some(of_ones_own(own, good, asker.context)?),
                Ask::Known(mistake) => match &asker.question {
                    Question::Rows { speaker, .. } => speaker.malformed(*mistake, good),
                    Question::Request(_) => mistake.made_of(good, None),
                },
            };
            match malformed {
                Some(malformed) => made.push(malformed),
                None if self.named => {
                    let message =
                        format!("`{}` cannot be made of this request: it has no place for it", ask.name());
                    return Err(StepError::new(message).at(self.span).help("leave it out of `requests`"));
                }
                None => unmade.push(ask.name()),
            }
        }
        if made.is_empty() {
            return Err(nothing(NAME, "no malformed request can be made of this one", self.span));
        }
        Ok((made, unmade))
    }
}

/// The good request with what a spec puts in its place.
fn of_ones_own(own: &OwnKeys, good: &Request, context: &Context<'_>) -> Result<Malformed, StepError> {
    let mut request = good.clone();
    let mut changed = Vec::new();
    if let Some(json) = &own.json {
        request.body = json_bytes(&context.get(json)?).map_err(|error| error.at(json.span))?;
        changed.push("body");
    }
    if let Some(body) = &own.body {
        request.body = context.get(body)?.as_bytes().to_vec();
        changed.push("body");
    }
    if let Some(headers) = &own.headers {
        for (name, value) in context.get(headers)?.iter() {
            let value = scalar(name, value).map_err(|error| error.at(headers.span))?;
            request.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
            request.headers.push((name.to_string(), value));
        }
        changed.push("headers");
    }
    let what = format!("its own {}", changed.join(" and "));
    Ok(Malformed { name: own.name.value.to_string(), what, request })
}
