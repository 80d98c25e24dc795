//! A probe in the words of a protocol: readiness, the first inference, the samples, and what all of them say.

use std::time::{Duration, Instant};

use indexmap::IndexSet;

use super::behaviour::Question;
use super::curl::Carried;
use super::load::{self, Gathered, Plan};
use super::meeting::Meeting;
use super::protocol::Inference;
use super::rows::Rows;
use super::speaker::Speaker;
use super::target::Spec;
use super::{Probe, capture, remedy};
use crate::action::{Checked, Context, Done, StepError};
use crate::diagnostic::codes;
use crate::source::Span;
use crate::syntax::Arg;
use crate::system::clock::Deadline;
use crate::system::http::{HttpErrorKind, Request};
use crate::value::{Evidence, Outputs, Remark, Unit, Value, show_duration};

/// Between two tries: short at first.
const FIRST: Duration = Duration::from_millis(20);
const LAST: Duration = Duration::from_millis(500);
/// A try that has less time than this shows little.
const HASTY: Duration = Duration::from_secs(1);

pub(super) fn ask(probe: &Probe, spec: &Spec, context: &Context<'_>) -> Result<Done, StepError> {
    let keys = &probe.keys;
    let mut speaker = Speaker::of_probe(probe, spec, context)?;
    let batches = spec.batches(keys, speaker.rows_at_once(), context)?;
    let first = First::of(&mut speaker, &batches[0], keys.ready_within.as_ref(), context)?;
    let inferences = batches.iter().map(|rows| speaker.inference(rows)).collect::<Result<Vec<_>, _>>()?;
    let requests: Vec<Request> =
        inferences.iter().map(|inference| speaker.request(inference)).collect::<Result<_, _>>()?;
    let plan = Plan { every_answer: true, ..Plan::bind(keys, context)? };
    let gathered = load::gather(&requests, &plan, context);
    let readings =
        gathered.as_ref().map(|gathered| Readings::of(&speaker, gathered, &inferences)).unwrap_or_default();
    let done = capture::done(gathered, &requests, &Carried::Value, probe, context)?;
    let done = readings.complete(first, done, spec.dialect.span, context);
    let rows = context.get(&spec.rows)?;
    probe.behave(done, Question::Rows { speaker: &speaker, rows: &rows, batch: batches[0].len() }, context)
}

/// The first inference, and how long the server took to complete one.
struct First {
    meeting: Meeting,
    after: Duration,
}

impl First {
    /// Tries once, or until an inference is completed within this time.
    fn of(
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
                return Err(load::over(context, "before an inference was completed"));
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
    fn outputs(&self, outputs: Outputs) -> Outputs {
        let meeting = &self.meeting;
        let outputs = match &meeting.metadata {
            Some(metadata) => outputs.with("metadata", metadata.clone()),
            None => outputs.without("metadata", "the server says nothing of the model"),
        };
        match meeting.cold {
            Some(cold) => outputs.with("ready", self.after).with("cold", cold),
            None => {
                let why = format!(
                    "the first inference was not completed: {}",
                    meeting.why.as_deref().unwrap_or_default()
                );
                outputs.without("ready", why.clone()).without("cold", why)
            }
        }
    }

    fn remarks(&self) -> Vec<Remark> {
        let took = self.meeting.cold.map(|cold| {
            let (after, cold) = (show_duration(self.after), show_duration(cold));
            Remark::quiet(format!("ready after {after}; its first inference took {cold}"))
        });
        took.into_iter().chain(self.meeting.reading.remarks.iter().map(Remark::quiet)).collect()
    }
}

/// What the answers to all rows say.
#[derive(Debug, Default)]
struct Readings {
    predictions: Option<Vec<Value>>,
    measured: u64,
    /// Each once.
    misses: IndexSet<String>,
    remarks: IndexSet<String>,
}

impl Readings {
    fn of(speaker: &Speaker, gathered: &Gathered, asked: &[Inference]) -> Self {
        let mut predictions: Vec<Option<Vec<Value>>> = vec![None; asked.len()];
        let mut readings = Self::default();
        for answer in &gathered.answers {
            let reading = speaker.read(&answer.response, &asked[answer.request]);
            let place = place(asked, answer.request);
            readings.measured += reading.measured;
            readings.misses.extend(reading.misses.into_iter().map(|miss| format!("{place}{miss}")));
            readings.remarks.extend(reading.remarks);
            let held = &mut predictions[answer.request];
            *held = held.take().or(reading.predictions);
        }
        readings.predictions = predictions.into_iter().collect::<Option<Vec<_>>>().map(|all| all.concat());
        readings
    }

    /// The step's result with what the protocol says of it.
    fn complete(mut self, first: First, mut done: Done, span: Span, context: &Context<'_>) -> Done {
        let samples_refused = done.unsuccessful.is_some();
        let Meeting { reading, why, .. } = &first.meeting;
        self.measured += reading.measured;
        // Where the samples failed as it did, they have told why.
        if let (Some(why), false, true) = (why, samples_refused, self.misses.is_empty()) {
            self.misses.insert(format!("the first inference was not completed: {why}"));
        }
        self.misses = reading.misses.iter().cloned().chain(self.misses).collect();
        let verdict = Value::map([
            ("violations", Value::from(self.misses.len())),
            ("checked", Value::from(self.measured as usize)),
            ("misses", Value::list(self.misses.iter().map(|miss| Value::text(miss.as_str())).collect())),
        ]);
        for outputs in std::iter::once(&mut done.outputs).chain(&mut done.others) {
            let own = first.outputs(std::mem::take(outputs)).with("protocol", verdict.clone());
            *outputs = self.outputs(own);
        }
        done.remarks.extend(first.remarks());
        done.remarks.extend(self.remarks.iter().map(Remark::quiet));
        // A status of 400 and above is told already, unless it was asked for.
        if !samples_refused || (context.asked)("status") {
            done.checked.push(Checked {
                output: "protocol",
                code: codes::EXPECTATION_FAILED,
                span,
                evidence: Evidence { count: self.measured, unit: Unit::Values },
                misses: self.misses.into_iter().collect(),
                tolerance: None,
            });
        }
        done
    }

    fn outputs(&self, outputs: Outputs) -> Outputs {
        let Some(predictions) = &self.predictions else {
            let why = "no answer held a prediction for every row";
            return outputs.without("predictions", why).without("text", why);
        };
        let outputs = outputs.with("predictions", Value::list(predictions.clone()));
        match &predictions[..] {
            [text @ Value::Text(_)] => outputs.with("text", text.clone()),
            [_] => outputs.without("text", "the prediction is no text"),
            all => outputs.without(
                "text",
                format!("there are {} predictions; `predictions.0` is the first", all.len()),
            ),
        }
    }
}

/// Which of several requests is spoken of.
fn place(asked: &[Inference], index: usize) -> String {
    if asked.len() < 2 {
        return String::new();
    }
    let before: usize = asked[..index].iter().map(|inference| inference.rows).sum();
    match asked[index].rows {
        1 => format!("row {}: ", before + 1),
        rows => format!("rows {} to {}: ", before + 1, before + rows),
    }
}
