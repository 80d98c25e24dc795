//! A probe in the words of a protocol: readiness, the first inference, the samples, and what all of them say.

use std::time::{Duration, Instant};

use indexmap::IndexSet;

use super::behaviour::Question;
use super::curl::Carried;
use super::meeting::Meeting;
use super::protocol::Inference;
use super::rows::Rows;
use super::samples::{self, Gathered};
use super::speaker::Speaker;
use super::target::Spec;
use super::{Probe, capture, remedy};
use crate::action::{Checked, Context, Done, StepError};
use crate::diagnostic::codes;
use crate::source::Span;
use crate::syntax::Arg;
use crate::system::clock::Deadline;
use crate::system::http::Request;
use crate::value::{Evidence, Outputs, Remark, Unit, Value, show_duration};

/// Between two tries: short at first.
const FIRST: Duration = Duration::from_millis(20);
const LAST: Duration = Duration::from_millis(500);

pub(super) fn ask(probe: &Probe, spec: &Spec, context: &Context<'_>) -> Result<Done, StepError> {
    let keys = &probe.keys;
    let mut speaker = Speaker::of_probe(probe, spec, context)?;
    let batches = spec.batches(keys, speaker.rows_at_once(), context)?;
    let first = First::of(&mut speaker, &batches[0], keys.ready_within.as_ref(), context)?;
    let inferences = batches.iter().map(|rows| speaker.inference(rows)).collect::<Result<Vec<_>, _>>();
    let inferences = inferences.map_err(|error| error.at(spec.rows.span))?;
    let requests: Vec<Request> =
        inferences.iter().map(|inference| speaker.request(inference)).collect::<Result<_, _>>()?;
    let warmup = context.maybe(keys.warmup.as_ref())?.unwrap_or(0);
    let samples = context.maybe(keys.samples.as_ref())?.unwrap_or(0).max(requests.len() as u32);
    let gathered = samples::gather(&requests, warmup, samples, context);
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
        loop {
            let meeting = speaker.meet(rows, &mut |request| {
                let mut request = request.clone();
                request.timeouts.total = deadline.remaining_up_to(request.timeouts.total);
                http.send(&request)
            })?;
            if meeting.cold.is_some() {
                return Ok(Self { after: started.elapsed(), meeting });
            }
            if context.over() {
                return Err(samples::over(context, "before an inference was completed"));
            }
            let why = meeting.why.clone().unwrap_or_default();
            match (within, limit, &meeting.lost) {
                (Some(arg), Some(limit), _) if deadline.expired() => {
                    let limit = show_duration(limit);
                    let error = StepError::new(format!("no inference was completed within {limit}: {why}"));
                    let help = "where the server is right and slow, raise `ready_within`";
                    return Err(error.code(codes::NOT_READY).at(arg.span).help(help));
                }
                (Some(_), ..) => {
                    context.cancel.wait_timeout(deadline.remaining_up_to(pause));
                    pause = (pause * 2).min(LAST);
                }
                (None, _, Some(lost)) => return Err(remedy::explain(lost, "")),
                (None, _, None) => return Ok(Self { after: started.elapsed(), meeting }),
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
        self.misses = reading.misses.iter().cloned().chain(self.misses).collect();
        if let (Some(why), false) = (why, samples_refused) {
            self.misses.insert(format!("the first inference was not completed: {why}"));
        }
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
