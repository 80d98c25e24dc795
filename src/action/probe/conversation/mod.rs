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
    let mut speaker = Speaker::of_probe(probe, spec, context)?;
    let batches = spec.batches(speaker.rows_at_once(), context)?;
    let first = First::of(&mut speaker, &batches[0], spec.ready_within.as_ref(), context)?;
    let inferences = batches.iter().map(|rows| speaker.inference(rows)).collect::<Result<Vec<_>, _>>()?;
    let requests: Vec<Request> =
        inferences.iter().map(|inference| speaker.request(inference)).collect::<Result<_, _>>()?;
    let plan = Plan { every_answer: true, ..Plan::bind(&probe.settings, context)? };
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
    /// By the answers that differ: what all rows were answered by where theirs were answered by this one.
    predictions: Vec<Option<Value>>,
    /// Which of them came last.
    last: Option<usize>,
    measured: u64,
    /// Each once.
    misses: IndexSet<String>,
    remarks: IndexSet<String>,
}

impl Readings {
    fn of(speaker: &Speaker, gathered: &Gathered, asked: &[Inference]) -> Self {
        let mut readings = Self { last: gathered.last, ..Self::default() };
        let mut read: Vec<(usize, Option<Vec<Value>>)> = Vec::new();
        for answer in &gathered.answers {
            let reading = speaker.read(&answer.response, &asked[answer.request]);
            let place = place(asked, answer.request);
            readings.measured += reading.measured;
            readings.misses.extend(reading.misses.into_iter().map(|miss| format!("{place}{miss}")));
            readings.remarks.extend(reading.remarks);
            read.push((answer.request, reading.predictions));
        }
        let answers: Vec<&[Value]> =
            read.iter().filter_map(|(_, predictions)| predictions.as_deref()).collect();
        readings.misses.extend(speaker.protocol.apart(&answers, &speaker.spoken));
        readings.predictions = of_all_rows(&read, asked.len());
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
        // The others are in the order of the answers, without the last.
        let others = (0..self.predictions.len()).filter(|index| Some(*index) != self.last).map(Some);
        let answers = std::iter::once(self.last).chain(others);
        for (outputs, answer) in std::iter::once(&mut done.outputs).chain(&mut done.others).zip(answers) {
            let own = first.outputs(std::mem::take(outputs)).with("protocol", verdict.clone());
            *outputs = self.outputs(own, answer);
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

    fn outputs(&self, outputs: Outputs, answer: Option<usize>) -> Outputs {
        let predictions = answer.and_then(|answer| self.predictions[answer].as_ref());
        let Some(whole @ Value::List(predictions)) = predictions else {
            let why = if self.predictions.iter().any(Option::is_some) {
                "an answer like this holds no prediction for every row"
            } else {
                "no answer held a prediction for every row"
            };
            return outputs.without("predictions", why).without("text", why);
        };
        let outputs = outputs.with("predictions", whole.clone());
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

/// For each answer, with the request that it answers: the predictions of all rows, those of its own request from it, and
/// the others from the first answer to each.
fn of_all_rows(read: &[(usize, Option<Vec<Value>>)], requests: usize) -> Vec<Option<Value>> {
    let first = |request| read.iter().position(|(of, _)| *of == request);
    let firsts: Option<Vec<usize>> = (0..requests).map(first).collect();
    let Some(firsts) = firsts else { return vec![None; read.len()] };
    let with = |answer: usize| {
        let of = |(request, first): (usize, &usize)| {
            let answer = if request == read[answer].0 { answer } else { *first };
            read[answer].1.as_deref()
        };
        let all: Option<Vec<&[Value]>> = firsts.iter().enumerate().map(of).collect();
        Some(Value::list(all?.concat()))
    };
    // Most answers are the first to their request, and then say the same.
    let usual = firsts.first().and_then(|first| with(*first));
    let one = |answer| if firsts.contains(&answer) { usual.clone() } else { with(answer) };
    (0..read.len()).map(one).collect()
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

#[cfg(test)]
mod tests {
    use super::of_all_rows;
    use crate::value::Value;

    #[test]
    fn every_answer_is_held_to_what_its_own_rows_should_be() {
        let read = |of: &[(usize, Option<i64>)], requests| {
            let one = |(request, answer): &(usize, Option<i64>)| {
                (*request, answer.map(|number| vec![Value::Int(number)]))
            };
            let all = of_all_rows(&of.iter().map(one).collect::<Vec<_>>(), requests);
            all.iter().map(|all| all.as_ref().map_or("-".to_owned(), ToString::to_string)).collect::<Vec<_>>()
        };
        assert_eq!(read(&[(0, Some(1)), (0, Some(2))], 1), ["[1]", "[2]"]);
        assert_eq!(
            read(&[(0, Some(1)), (1, Some(2)), (0, Some(3)), (1, Some(4))], 2),
            ["[1, 2]", "[1, 2]", "[3, 2]", "[1, 4]"]
        );
        assert_eq!(read(&[(0, Some(1)), (0, None)], 1), ["[1]", "-"]);
        assert_eq!(read(&[(0, Some(1))], 2), ["-"]);
        assert_eq!(read(&[], 1), [""; 0]);
    }
}
