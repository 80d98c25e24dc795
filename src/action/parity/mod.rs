//! `parity`: the same inputs through several implementations.

mod agreement;
mod inputs;
mod missing;
mod process;
mod subject;
#[cfg(test)]
mod tests;
mod written;

use std::sync::Arc;

use indexmap::IndexSet;

use super::{Action, Context, Done, Named, Output, Review, StepError, Surroundings, Wanted};
use crate::diagnostic::{Diagnostics, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Bound, Decode, Decoder, Node, SetTolerance, ToleranceSpec};
use crate::value::{Kind, Outputs, Value};

use agreement::Agreement;
use inputs::Inputs;
use subject::{Asked, Subject};
use written::Written;

params! {
    /// Gives the same inputs to several implementations, and compares the answers of every two: the test for
    /// training–serving skew.
    ///
    /// A subject is any action, written as in a step, in which `$input` is the input at hand. It may have a `name` (the
    /// action's when left out), and an `output`: the path of what is compared (the action's first output when left out,
    /// and the `json` of `run` and `probe`). `nan_as_null: true` is for a subject that speaks JSON, which has no NaN: it
    /// is given null for NaN, and its null is read as NaN.
    ///
    /// - `run` without `stdin` reads the input there: text as it is, any other value as JSON. `call` without arguments
    ///   gets the input as its one argument.
    /// - `process: [node, serve.js]` is started once for all inputs. It reads one line of JSON for each input and writes
    ///   one line of JSON for it, flushed; whatever else it prints goes to stderr. `{argv, env, cwd}` mean what they do
    ///   in `run`.
    ///
    /// Two answers agree where each number is within the tolerance in force of the other's, relative to the subject that
    /// stands first; NaN agrees with NaN alone, and shapes and keys must be the same. An exception, an exit code other
    /// than 0 and a status of 400 or above refuse the input, unless `output` speaks of them. That is an answer too: it
    /// agrees with another refusal, and disagrees with a value. What keeps a subject from answering at all is an error.
    ///
    /// It is a check by itself. Where nothing was compared (no inputs, empty answers, an input that all refuse) it has
    /// measured nothing, and that is no pass. A failure shows the worst disagreement, and its input as a row of `each`.
    ///
    /// ```yaml
    /// cases:
    ///   - name: training and serving agree
    ///     parity:
    ///       inputs: [[1, 2, 3], [5, 5], [-1, 0.5]]
    ///       subjects:
    ///         - {name: training, scale: {method: min_max, values: $input}}
    ///         - {name: serving, process: [sh, -c, 'while read -r line; do case $line in *5,5*) echo "[0, 0]";; *-1*) echo "[0, 1]";; *) echo "[0, 0.5, 1]";; esac; done']}
    ///       tolerance: {abs: 1e-8}
    ///     expect: {worst: {max: 1e-8}}
    /// ```
    pub struct Keys = "`parity`" {
        /// The inputs: a list of values, or a table, of which each row is one mapping.
        inputs: Arg<Inputs>,
        /// What the input is called in the subjects; `input` when left out.
        called as "as": Option<Spanned<Arc<str>>>,
        /// The implementations, two or more.
        subjects: Written,
        /// How close numbers must be, in place of the step's tolerance.
        tolerance: Option<ToleranceSpec>,
        /// `true` lets a check pass that compared nothing.
        allow_empty: Option<Arg<bool>>,
    }
}

/// The action, its subjects read.
#[derive(Debug)]
pub(super) struct Parity {
    inputs: Arg<Inputs>,
    called: Arc<str>,
    subjects: Vec<Subject>,
    tolerance: Option<ToleranceSpec>,
    allow_empty: Option<Arg<bool>>,
    span: Span,
}

impl Decode for Parity {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let bound = if let Some(Spanned { value, span }) = keys.called {
            Bound { name: value, span }
        } else {
            let span = node.entry("subjects").map_or(node.span, |(key, _)| key.span);
            Bound { name: "input".into(), span }
        };
        let subjects = written::read(&keys.subjects, &bound, decoder);
        let called = bound.name.clone();
        decoder.bound.push(bound);
        let Keys { inputs, tolerance, allow_empty, .. } = keys;
        Some(Self { inputs, called, subjects: subjects?, tolerance, allow_empty, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Parity {
    const NAME: &'static str = "parity";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new(
            "worst",
            Kind::Number,
            "the largest absolute difference of two finite numbers, within the tolerance or not; 0 where there is none",
        ),
        Output::new("compared", Kind::Number, "how many values were compared, over all inputs and pairs"),
        Output::new(
            "disagreements",
            Kind::List,
            "the first 1000 of them, each with its `input` (from 1), the two `subjects`, the `path` inside their answers, both `values`, their `difference` (null where it is no number), and `why`, where it is no plain difference of values",
        ),
    ];
}

impl Action for Parity {
    fn is_check(&self) -> bool {
        true
    }

    fn first_output(&self) -> Option<&'static str> {
        Some("worst")
    }

    fn saves(&self) -> Vec<Arc<str>> {
        self.subjects.iter().flat_map(Subject::saves).collect()
    }

    fn measures_latency(&self, _: &[(Arc<str>, Span)]) -> bool {
        self.subjects.iter().any(Subject::measures_latency)
    }

    fn starts_children(&self) -> bool {
        self.subjects.iter().any(Subject::starts_children)
    }

    fn workers(&self, surroundings: &Surroundings<'_>) -> Vec<Wanted> {
        self.subjects.iter().flat_map(|subject| subject.workers(surroundings)).collect()
    }

    fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        self.subjects.iter().for_each(|subject| subject.review(review, found));
    }

    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.compare(context).map_err(|error| error.at(self.span))
    }
}

impl Parity {
    fn compare(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let inputs = context.get(&self.inputs)?.0;
        let allow_empty = context.maybe(self.allow_empty.as_ref())?.unwrap_or(false);
        let tolerance = self.tolerance.map_or(context.tolerance, SetTolerance::from);
        let names: Vec<&str> = self.subjects.iter().map(|subject| &*subject.name).collect();
        let mut agreement = Agreement::new(&names, inputs.len(), tolerance);
        let mut asked: Vec<Asked<'_>> = self.subjects.iter().map(Asked::new).collect();
        for (number, input) in inputs.iter().enumerate() {
            if context.over() {
                return Err(self.over(context, number, inputs.len()));
            }
            let place = format!("input {} of {}", number + 1, inputs.len());
            let answers = asked.iter_mut().map(|one| one.ask(&self.called, input, &place, context));
            let answers = answers.collect::<Result<Vec<_>, _>>()?;
            agreement.judge(input, &answers);
        }
        let refused = asked.into_iter().map(Asked::end).collect::<Result<Vec<_>, _>>()?;
        let refused: IndexSet<String> = refused.into_iter().flatten().collect();
        if agreement.only_refused() && !allow_empty {
            let error = StepError::new("every subject refused every input, so that nothing was compared")
                .code(codes::MEASURED_NOTHING)
                .help(
                    "give inputs that are answered; if this is what should happen, write `allow_empty: true`",
                );
            return Err(agreement.first_refusals().iter().fold(error, StepError::note));
        }
        let outputs = Outputs::new()
            .with("worst", agreement.largest())
            .with("compared", agreement.compared())
            .with("disagreements", Value::list(agreement.disagreements()));
        let checked = agreement.checked(&self.called, self.span);
        let keep = !allow_empty || checked.evidence.count > 0 || !checked.misses.is_empty();
        let checked = keep.then_some(checked).into_iter().collect();
        Ok(Done { checked, refused: refused.into_iter().collect(), ..Done::from(outputs) })
    }

    fn over(&self, context: &Context<'_>, done: usize, all: usize) -> StepError {
        let so_far = format!("{done} of {all} inputs had been through all {} subjects", self.subjects.len());
        if context.cancel.is_cancelled() {
            return StepError::new(format!("interrupted: {so_far}")).code(codes::INTERRUPTED);
        }
        StepError::timed_out(format!("{so_far} when the time was over"))
    }
}
