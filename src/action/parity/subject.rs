//! One implementation: asked for its answer to each input.

use std::sync::Arc;

use super::missing::{has_nan, nan_to_null, null_to_nan};
use super::process::{ProcessKeys, Responder};
use crate::action::{Action, Context, Done, Entry, Review, StepError, Surroundings, Wanted};
use crate::diagnostic::{Diagnostics, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{Scope, Unbound};
use crate::value::{Outputs, Path, Segment, Tolerance, Value, compare};

/// One implementation as read.
#[derive(Debug)]
pub(super) struct Subject {
    pub name: Arc<str>,
    /// Where the name is written, when it is.
    pub named: Option<Span>,
    pub chosen: Chosen,
    /// Whether what it is given depends on the input.
    pub takes_input: bool,
    /// What of its outputs is compared.
    pub output: Spanned<Path>,
    /// It speaks of missing values as null.
    pub nan_as_null: bool,
    /// The key that says what it does.
    pub span: Span,
}

/// What a subject does.
#[derive(Debug)]
pub(super) enum Chosen {
    Action(&'static Entry, Box<dyn Action>),
    Process(ProcessKeys),
}

impl Chosen {
    /// What is compared when nothing else is said; all of what a process answers.
    pub(super) fn first_output(&self) -> Path {
        let Self::Action(entry, action) = self else { return Path::default() };
        let json = || entry.outputs.iter().map(|output| output.name).find(|name| *name == "json");
        let first = action.first_output().or_else(json).or(entry.outputs.first().map(|output| output.name));
        Path(first.map(|name| Segment::Key(name.into())).into_iter().collect())
    }
}

impl Subject {
    fn action(&self) -> Option<&dyn Action> {
        match &self.chosen {
            Chosen::Action(_, action) => Some(&**action),
            Chosen::Process(_) => None,
        }
    }

    /// What it is asked for, as an action is told of it.
    fn wanted(&self) -> [(Arc<str>, Span); 1] {
        [(self.output.value.to_string().into(), self.output.span)]
    }

    pub(super) fn saves(&self) -> Vec<Arc<str>> {
        self.action().map_or_else(Vec::new, Action::saves)
    }

    pub(super) fn measures_latency(&self) -> bool {
        self.action().is_some_and(|action| action.measures_latency(&self.wanted()))
    }

    pub(super) fn starts_children(&self) -> bool {
        self.action().is_none_or(Action::starts_children)
    }

    pub(super) fn workers(&self, surroundings: &Surroundings<'_>) -> Vec<Wanted> {
        self.action().map_or_else(Vec::new, |action| action.workers(surroundings))
    }

    pub(super) fn review(&self, review: &Review<'_>, found: &mut Diagnostics) {
        if let Some(action) = self.action() {
            let asked = self.wanted();
            action.review(&Review { asked: &asked, needs: &[], ..*review }, found);
        }
    }
}

/// What a subject made of an input.
#[derive(Debug)]
pub(super) enum Answer {
    Given(Value),
    /// It would not have it, in words.
    Refused(String),
}

impl Answer {
    /// Why the input was refused, when it was.
    pub(super) fn refusal(&self) -> Option<&String> {
        match self {
            Self::Refused(why) => Some(why),
            Self::Given(_) => None,
        }
    }
}

/// A subject while the inputs go through it.
pub(super) struct Asked<'a> {
    subject: &'a Subject,
    process: Option<Responder>,
    /// The addresses that its children were kept from.
    refused: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(subject: &'a Subject) -> Self {
        Self { subject, process: None, refused: Vec::new() }
    }

    /// Its answer to one input, which `place` tells from the others.
    pub(super) fn ask(
        &mut self,
        called: &str,
        input: &Value,
        place: &str,
        context: &Context<'_>,
    ) -> Result<Answer, StepError> {
        let subject = self.subject;
        let given = if subject.nan_as_null { nan_to_null(input) } else { input.clone() };
        let answer = match &subject.chosen {
            Chosen::Action(_, action) => self.of_action(&**action, called, &given, context),
            Chosen::Process(keys) => self.of_process(keys, &given, context),
        };
        match answer {
            Ok(Answer::Given(value)) if subject.nan_as_null => Ok(Answer::Given(null_to_nan(&value))),
            Ok(answer) => Ok(answer),
            Err(mut error) => {
                error.message = format!("`{}`, {place}: {}", subject.name, error.message);
                // JSON has no NaN, and whoever sends it must say what stands for it.
                if error.code == codes::STEP_ERROR && !subject.nan_as_null && has_nan(input) {
                    error.help = Some("with `nan_as_null: true` a subject is given null for NaN, and its null is read as NaN".to_owned());
                }
                Err(error.at(subject.span))
            }
        }
    }

    fn of_action(
        &mut self,
        action: &dyn Action,
        called: &str,
        input: &Value,
        context: &Context<'_>,
    ) -> Result<Answer, StepError> {
        let subject = self.subject;
        let scope = WithInput { called, input, outer: context.scope };
        let compared = subject.output.value.0.first();
        let asked = |output: &str| matches!(compared, Some(Segment::Key(first)) if **first == *output);
        let done = action.run(&Context { scope: &scope, asked: &asked, ..*context })?;
        self.refused.extend_from_slice(&done.refused);
        let path = &subject.output.value.0;
        if let Some(refusal) = &done.unsuccessful
            && !matches!(path.first(), Some(Segment::Key(first)) if **first == *refusal.output)
        {
            let notes = refusal.notes.iter().map(|note| format!("\n{note}"));
            return Ok(Answer::Refused(format!("{}{}", refusal.message, notes.collect::<String>())));
        }
        one_answer(&done, path).map(Answer::Given).map_err(|error| error.at(subject.output.span))
    }

    fn of_process(
        &mut self,
        keys: &ProcessKeys,
        input: &Value,
        context: &Context<'_>,
    ) -> Result<Answer, StepError> {
        let process = match &mut self.process {
            Some(process) => process,
            None => self.process.insert(Responder::start(keys, context)?),
        };
        let whole = process.ask(input, context)?;
        let Spanned { value: path, span } = &self.subject.output;
        let path: Vec<Segment> = [Segment::Key("answer".into())].into_iter().chain(path.0.clone()).collect();
        let answer = Outputs::new().with("answer", whole).follow(&path);
        answer.map(Answer::Given).map_err(|why| StepError::new(why).at(*span))
    }

    /// After the last input: a process is told so and ended. The addresses that it was kept from come back.
    pub(super) fn end(self) -> Result<Vec<String>, StepError> {
        let Some(process) = self.process else { return Ok(self.refused) };
        process.end().map_err(|mut error| {
            error.message = format!("`{}`, after its last input: {}", self.subject.name, error.message);
            error.at(self.subject.span)
        })
    }
}

/// What a path leads to, which all samples must agree on.
fn one_answer(done: &Done, path: &[Segment]) -> Result<Value, StepError> {
    let answer = done.outputs.follow(path).map_err(StepError::new)?;
    for other in &done.others {
        let other = other.follow(path).map_err(StepError::new)?;
        if compare(&other, &answer, &Tolerance::EXACT).mismatch.is_some() {
            return Err(StepError::new("its samples gave different answers to one input"));
        }
    }
    Ok(answer)
}

/// The names of the step, and the input.
struct WithInput<'a> {
    called: &'a str,
    input: &'a Value,
    outer: &'a dyn Scope,
}

impl Scope for WithInput<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        if name == self.called { Ok(self.input.clone()) } else { self.outer.look_up(name) }
    }

    fn follow(&self, name: &str, path: &[Segment]) -> Result<Value, Unbound> {
        if name == self.called {
            return self.input.follow(path).map_err(|depth| Unbound::lost(name, self.input, path, depth));
        }
        self.outer.follow(name, path)
    }
}
