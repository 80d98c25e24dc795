//! Every two answers to an input compared, and what is said of those that differ.

use super::subject::Answer;
use crate::action::Checked;
use crate::diagnostic::codes;
use crate::source::Span;
use crate::syntax::SetTolerance;
use crate::value::{Evidence, Map, Path, Value, clip, compare, off_by, yaml_flow};

/// Disagreements kept as an output.
const KEPT: usize = 1000;
/// Characters of a value that a message shows.
const SHOWN: usize = 120;
/// A row longer than this is nothing to paste.
const ROW: usize = 4000;

/// Two subjects, by their numbers, and how they got on.
#[derive(Debug)]
struct Pair {
    first: usize,
    second: usize,
    /// Inputs on which they disagree.
    disagreeing: usize,
    worst: Option<Disagreement>,
}

/// Two answers to one input that are not the same.
#[derive(Clone, Debug)]
struct Disagreement {
    /// From 1.
    number: usize,
    input: Value,
    path: Path,
    values: [Value; 2],
    difference: Option<f64>,
    allowed: Option<f64>,
    /// What differs where it is no plain difference of values.
    why: Option<String>,
    /// Which of the two refused the input.
    refused: Option<usize>,
}

impl Disagreement {
    /// One of form comes before one of value, then the largest.
    fn rank(&self) -> f64 {
        self.difference.unwrap_or(f64::INFINITY)
    }
}

/// What came of comparing so far.
#[derive(Debug)]
pub(super) struct Agreement<'a> {
    names: &'a [&'a str],
    inputs: usize,
    tolerance: SetTolerance,
    judged: usize,
    pairs: Vec<Pair>,
    measured: usize,
    largest: f64,
    kept: Vec<Value>,
    /// Inputs that every subject refused, and what each said of the first.
    refused: usize,
    refusals: Vec<String>,
}

impl<'a> Agreement<'a> {
    pub(super) fn new(names: &'a [&'a str], inputs: usize, tolerance: SetTolerance) -> Self {
        let pairs =
            (0..names.len()).flat_map(|first| (first + 1..names.len()).map(move |second| (first, second)));
        let pairs =
            pairs.map(|(first, second)| Pair { first, second, disagreeing: 0, worst: None }).collect();
        Self {
            names,
            inputs,
            tolerance,
            judged: 0,
            pairs,
            measured: 0,
            largest: 0.0,
            kept: Vec::new(),
            refused: 0,
            refusals: Vec::new(),
        }
    }

    /// Compares the answers of every two subjects to one input.
    pub(super) fn judge(&mut self, input: &Value, answers: &[Answer]) {
        self.judged += 1;
        let refusals: Vec<&String> = answers.iter().filter_map(Answer::refusal).collect();
        if refusals.len() == answers.len() {
            self.refused += 1;
            if self.refusals.is_empty() {
                let said = refusals.iter().zip(self.names);
                self.refusals = said
                    .map(|(why, name)| format!("`{name}` refused input {}: {why}", self.judged))
                    .collect();
            }
        }
        for index in 0..self.pairs.len() {
            let Pair { first, second, .. } = self.pairs[index];
            let Some(found) = self.difference(input, &answers[first], &answers[second], [first, second])
            else {
                continue;
            };
            if self.kept.len() < KEPT {
                self.kept.push(self.entry(&found, [first, second]));
            }
            let pair = &mut self.pairs[index];
            pair.disagreeing += 1;
            if pair.worst.as_ref().is_none_or(|worst| found.rank() > worst.rank()) {
                pair.worst = Some(found);
            }
        }
    }

    fn difference(
        &mut self,
        input: &Value,
        first: &Answer,
        second: &Answer,
        who: [usize; 2],
    ) -> Option<Disagreement> {
        let refused = |by: usize, why: &str, values: [Value; 2]| Disagreement {
            number: self.judged,
            input: input.clone(),
            path: Path::default(),
            values,
            difference: None,
            allowed: None,
            why: Some(format!("`{}` refused it: {why}", self.names[who[by]])),
            refused: Some(by),
        };
        match (first, second) {
            (Answer::Refused(_), Answer::Refused(_)) => None,
            (Answer::Given(value), Answer::Refused(why)) => {
                Some(refused(1, why, [value.clone(), Value::Null]))
            }
            (Answer::Refused(why), Answer::Given(value)) => {
                Some(refused(0, why, [Value::Null, value.clone()]))
            }
            (Answer::Given(first), Answer::Given(second)) => {
                // The subject that stands first is what the other is held to.
                let comparison = compare(second, first, &self.tolerance.value);
                self.measured += comparison.measured;
                self.largest = self.largest.max(comparison.largest);
                let worst = comparison.mismatch?.worst;
                Some(Disagreement {
                    number: self.judged,
                    input: input.clone(),
                    path: worst.path,
                    values: [worst.expected, worst.actual],
                    difference: worst.difference,
                    allowed: worst.allowed,
                    why: worst.form,
                    refused: None,
                })
            }
        }
    }

    /// A disagreement as an output.
    fn entry(&self, found: &Disagreement, [first, second]: [usize; 2]) -> Value {
        let subjects = [first, second].map(|at| Value::from(self.names[at]));
        Value::from(Map::from_iter([
            ("input".into(), Value::from(found.number)),
            ("subjects".into(), Value::list(subjects.to_vec())),
            ("path".into(), found.path.to_string().into()),
            ("values".into(), Value::list(found.values.to_vec())),
            ("difference".into(), found.difference.into()),
            ("why".into(), found.why.clone().into()),
        ]))
    }

    pub(super) fn largest(&self) -> f64 {
        self.largest
    }

    pub(super) fn compared(&self) -> usize {
        self.measured
    }

    pub(super) fn disagreements(&self) -> Vec<Value> {
        self.kept.clone()
    }

    /// There were inputs, and nobody answered one of them.
    pub(super) fn only_refused(&self) -> bool {
        self.refused > 0 && self.refused == self.judged
    }

    pub(super) fn first_refusals(&self) -> &[String] {
        &self.refusals
    }

    /// The check that it comes to; `called` is the name of the input.
    pub(super) fn checked(&self, called: &str, span: Span) -> Checked {
        let mut misses = Vec::new();
        let mut apart: Vec<(&Pair, &Disagreement)> =
            self.pairs.iter().filter_map(|pair| Some((pair, pair.worst.as_ref()?))).collect();
        apart.sort_by(|(_, a), (_, b)| b.rank().total_cmp(&a.rank()));
        if let Some((pair, worst)) = apart.first() {
            misses.push(self.summary(pair));
            misses.push(self.worst(pair, worst));
            for (pair, worst) in &apart[1..] {
                let off = off_by(worst.difference, None);
                misses.push(format!("{}, at worst on input {}{off}", self.summary(pair), worst.number));
            }
            misses.extend(self.odd_one_out());
            misses.push(row(called, worst));
        }
        Checked {
            output: "disagreements",
            code: codes::DISAGREEMENT,
            span,
            evidence: Evidence::values(self.measured),
            misses,
            tolerance: Some(self.tolerance),
        }
    }

    fn summary(&self, pair: &Pair) -> String {
        let (first, second) = (self.names[pair.first], self.names[pair.second]);
        let inputs = if self.inputs == 1 { "input" } else { "inputs" };
        format!("`{first}` and `{second}` disagree on {} of {} {inputs}", pair.disagreeing, self.inputs)
    }

    fn worst(&self, pair: &Pair, worst: &Disagreement) -> String {
        let at = if worst.path.0.is_empty() { String::new() } else { format!(" at `{}`", worst.path) };
        let place = format!("worst: input {}{at}", worst.number);
        let gave = |at: usize| {
            let name = self.names[[pair.first, pair.second][at]];
            format!("`{name}` gave {}", clip(&worst.values[at], SHOWN))
        };
        match (&worst.why, worst.refused) {
            (Some(why), Some(by)) => format!("{place}: {}, {why}", gave(1 - by)),
            (Some(why), None) => format!("{place}: {}, {} ({why})", gave(0), gave(1)),
            (None, _) => {
                format!("{place}: {}, {}{}", gave(0), gave(1), off_by(worst.difference, worst.allowed))
            }
        }
    }

    /// The one subject with whom every disagreement is.
    fn odd_one_out(&self) -> Option<String> {
        let with = |subject: usize, pair: &&Pair| pair.first == subject || pair.second == subject;
        let apart = || self.pairs.iter().filter(|pair| pair.disagreeing > 0);
        let mut odd = (0..self.names.len()).filter(|&subject| apart().all(|pair| with(subject, &pair)));
        match (odd.next(), odd.next(), self.names.len()) {
            (Some(odd), None, 3..) => Some(format!(
                "`{}` stands alone: the others agree with one another on every input",
                self.names[odd]
            )),
            _ => None,
        }
    }
}

/// The input as a row of `each`, to be made a case of its own.
fn row(called: &str, worst: &Disagreement) -> String {
    let input = yaml_flow(&worst.input);
    match input.len() {
        0..=ROW => {
            format!("its input, as a row of `each`:\n- {{label: input {}, {called}: {input}}}", worst.number)
        }
        long => format!("its input is too long for a row of `each`: {long} characters"),
    }
}
