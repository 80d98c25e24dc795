//! A probe in the words of a protocol: readiness, the first inference, the samples, and what all of them say.

mod dialect;
mod first;
mod meeting;
mod rows;
mod speaker;

use indexmap::IndexSet;

use super::behaviour::Question;
use super::load::{self, Gathered, Plan};
use super::protocol::Inference;
use super::request::curl::Carried;
use super::target::Spec;
use super::{Probe, answer};
use crate::action::{Checked, Context, Done, StepError};
use crate::diagnostic::codes;
use crate::source::Span;
use crate::system::http::Request;
use crate::value::{Evidence, Outputs, Remark, Unit, Value};
pub(super) use dialect::meaning;
pub(crate) use dialect::{Dialect, Spoken, Written};
use first::First;
use meeting::Meeting;
pub(crate) use rows::Rows;
pub(crate) use speaker::Speaker;

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
    let done = answer::done(gathered, &requests, &Carried::Value, probe, context)?;
    let done = readings.complete(&first, done, spec.dialect.span, context);
    let rows = context.get(&spec.rows)?;
    probe.behave(done, Question::Rows { speaker: &speaker, rows: &rows, batch: batches[0].len() }, context)
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
    fn complete(mut self, first: &First, mut done: Done, span: Span, context: &Context<'_>) -> Done {
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
