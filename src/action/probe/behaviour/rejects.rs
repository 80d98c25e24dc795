//! `rejects`: malformed requests, and after each the good one again.

use super::apart::Apart;
use super::asked::{Ask, OwnKeys};
use super::good::{Answer, Good, Question, Silence};
use super::keys::RejectKeys;
use super::mistake::{Malformed, Mistake};
use super::refusal::Came;
use super::{Finding, nothing};
use crate::action::argv::json_bytes;
use crate::action::probe::encode::scalar;
use crate::action::probe::protocol::Inference;
use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decoder};
use crate::system::http::Request;
use crate::value::{Map, Remark, Value};

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

/// What came of it, beside the finding.
pub(super) struct Rejected {
    pub finding: Finding,
    pub remark: Remark,
    /// The first request that went wrong.
    pub wrong: Option<Request>,
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
        let mut trial = Trial {
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
        };
        trial.before = match trial.ask_good()? {
            Err(why) => {
                return Ok(trial.rejected(
                    &unmade,
                    made.len(),
                    Some(format!("before any malformed request, {why}")),
                ));
            }
            Ok(_) if !same => None,
            Ok(predictions) => Some(predictions),
        };
        for malformed in &made {
            trial.send(malformed)?;
            if trial.broken.is_some() {
                break;
            }
        }
        let broken = trial.broken.take();
        Ok(trial.rejected(&unmade, made.len(), broken))
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

/// The trial of one server.
struct Trial<'a> {
    good: &'a Good<'a>,
    request: Request,
    inference: Option<Inference>,
    strict: bool,
    /// What the good request is answered by; `None` where it need not be the same.
    before: Option<Vec<Value>>,
    statuses: Map,
    said: Vec<String>,
    misses: Vec<String>,
    /// What happened to the server.
    broken: Option<String>,
    wrong: Option<Request>,
}

impl Trial<'_> {
    fn send(&mut self, malformed: &Malformed) -> Result<(), StepError> {
        let Malformed { name, what, request } = malformed;
        let came = match self.good.send(request) {
            Ok(response) => Came::Answer(response),
            Err(Silence::Http(error)) => Came::Nothing(error.to_string()),
            Err(over) => return Err(self.over(&over, name)),
        };
        self.statuses.insert(
            name.as_str().into(),
            came.status().map_or(Value::Null, |status| Value::Int(status.into())),
        );
        self.said.push(match came.status() {
            Some(status) => format!("`{name}` {status}"),
            None => format!("`{name}` no answer"),
        });
        let refused = malformed.name == Mistake::NoRows.word() && self.answers_nothing(&came);
        let reading = match &came {
            Came::Answer(response) => self.good.reading(response, self.inference.as_ref()),
            Came::Nothing(_) => None,
        };
        if let Some(miss) = came.miss(self.strict, reading.as_ref()).filter(|_| !refused) {
            self.misses.push(format!("`{name}` ({what}) {miss}"));
            self.wrong.get_or_insert_with(|| request.clone());
        }
        let why = match self.ask_good() {
            Ok(Ok(predictions)) => self.otherwise(&predictions),
            Ok(Err(why)) => Some(why),
            Err(error) if error.code == codes::UNREACHABLE => {
                Some(format!("it is not answered: {}", error.message))
            }
            Err(_) => return Err(self.over(&Silence::Over, name)),
        };
        if let Some(why) = why {
            self.broken = Some(format!("after `{name}` ({what}) {why}"));
            self.wrong = Some(request.clone());
        }
        Ok(())
    }

    /// No predictions for no rows are right.
    fn answers_nothing(&self, came: &Came) -> bool {
        let (Came::Answer(response), Some(inference)) = (came, &self.inference) else { return false };
        let asked = Inference { rows: 0, ..inference.clone() };
        self.good.read(response, Some(&asked)).is_ok_and(|predictions| predictions.is_empty())
    }

    /// A connection that the server closed behind its last answer is no answer to this request: it is sent once more.
    fn ask_good(&self) -> Result<Answer, StepError> {
        let sent = match self.good.send(&self.request) {
            Err(Silence::Http(_)) => self.good.send(&self.request),
            sent => sent,
        };
        let response = sent.map_err(|silence| match silence {
            Silence::Http(error) => StepError::new(error.to_string()).code(codes::UNREACHABLE),
            Silence::Over => self.good.unanswered(&Silence::Over, NAME),
        })?;
        Ok(self.good.read(&response, self.inference.as_ref()))
    }

    fn otherwise(&self, predictions: &[Value]) -> Option<String> {
        let before = self.before.as_ref()?;
        let mut apart = Apart::new(self.good.context.tolerance);
        apart.rows(("now", predictions), ("before", before));
        if predictions.len() != before.len() {
            return Some(format!("it has {} predictions, before {}", predictions.len(), before.len()));
        }
        (!apart.agrees()).then(|| format!("it is answered otherwise: {}", apart.shown().join("; ")))
    }

    fn over(&self, silence: &Silence, name: &str) -> StepError {
        let error = self.good.unanswered(silence, NAME);
        let error = error.note(format!("it was at `{name}`; so far: {}", self.said.join(", ")));
        self.misses.iter().fold(error, StepError::note)
    }

    fn rejected(self, unmade: &[&str], all: usize, broken: Option<String>) -> Rejected {
        let Self { strict, statuses, said, misses: wrong_ones, wrong, .. } = self;
        let tried = said.len();
        let mut misses = Vec::new();
        if let Some(why) = &broken {
            misses.push(format!("`{NAME}`: the good request is not answered as before: {why}"));
        }
        if !wrong_ones.is_empty() {
            let how = if strict { "refused by a 4xx that says why" } else { "refused" };
            let verb = if wrong_ones.len() == 1 { "is" } else { "are" };
            misses.push(format!(
                "`{NAME}`: {} of {tried} malformed requests {verb} not {how}",
                wrong_ones.len()
            ));
            misses.extend(wrong_ones);
        }
        let mut remark = format!("`{NAME}`: {}", said.join(", "));
        if !unmade.is_empty() {
            remark.push_str(&format!("; not made of this request: `{}`", unmade.join("`, `")));
        }
        if tried < all {
            remark.push_str(&format!("; {} not sent after that", all - tried));
        }
        if !misses.is_empty() {
            misses.push(remark.clone());
        }
        let finding = Finding {
            name: NAME,
            measured: tried.max(1),
            misses,
            tolerance: None,
            output: Value::from(statuses),
        };
        Rejected { finding, remark: Remark::quiet(remark), wrong }
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
