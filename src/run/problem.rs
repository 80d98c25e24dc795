//! What went wrong, as an event tells it: the place, the source line, the remedy; secrets hidden.

use crate::action::{Checked, StepError, Unsuccessful};
use crate::diagnostic::{Code, codes};
use crate::event::{Outcome, Place, Problem, Remark};
use crate::expect::{Finding, Verdict};
use crate::plan::{Case, SetTolerance, Step};
use crate::redact::Redactor;
use crate::source::{Sources, Span};
use crate::syntax::Tier;
use crate::value;

/// What a problem is made with.
pub(super) struct Teller<'a> {
    pub sources: &'a Sources,
    pub redactor: &'a Redactor,
    /// The case whose steps it speaks of.
    pub case: &'a Case,
}

impl Teller<'_> {
    /// A verdict that is no pass.
    pub(super) fn verdict(&self, verdict: &Verdict, step: &Step, tolerance: SetTolerance) -> Option<Problem> {
        let subject = verdict.subject.as_str();
        let problem = match verdict.finding.as_ref()? {
            Finding::Missed(miss) => {
                let mut problem = self.problem(
                    codes::EXPECTATION_FAILED,
                    Outcome::Failed,
                    verdict.span,
                    format!("{subject}: {}", miss.summary),
                );
                problem.expected = Some(miss.expected.clone());
                problem.actual = Some(miss.actual.clone());
                problem.notes.clone_from(&miss.notes);
                if miss.of_tolerance {
                    problem.notes.push(match verdict.tolerance {
                        Some(own) => format!("tolerance: {own}, set beside the matcher"),
                        None => self.tolerance(tolerance),
                    });
                }
                problem
            }
            Finding::MeasuredNothing => {
                let message = match verdict.evidence.count {
                    0 => format!("{subject}: this check measured nothing ({})", verdict.evidence),
                    _ => format!("{subject}: a check inside this one measured nothing"),
                };
                let mut problem =
                    self.problem(codes::MEASURED_NOTHING, Outcome::Errored, verdict.span, message);
                problem.help = Some("what measured nothing is no pass; if nothing is a fine answer, write `allow_empty: true` beside the matcher".to_owned());
                problem
            }
            Finding::Faulted(fault) => {
                let span = fault.span.unwrap_or(verdict.span);
                // What came is of a kind that the matcher cannot be asked of: the expectation did not hold.
                let wrong_kind = fault.code == codes::NOT_MEASURABLE;
                let outcome = if wrong_kind { Outcome::Failed } else { Outcome::Errored };
                let mut problem =
                    self.problem(fault.code, outcome, span, format!("{subject}: {}", fault.message));
                problem.help.clone_from(&fault.help);
                problem
            }
        };
        Some(self.of_step(problem, step))
    }

    fn tolerance(&self, set: SetTolerance) -> String {
        match set.span {
            Some(span) => format!("tolerance: {}, set at {}", set.value, self.sources.place(span)),
            None => {
                format!("tolerance: {} (the default; `tolerance:` on suite, case or step sets it)", set.value)
            }
        }
    }

    /// A step that could not be carried out.
    pub(super) fn error(&self, error: &StepError, step: &Step) -> Problem {
        let outcome = if error.code == codes::TIMED_OUT { Outcome::TimedOut } else { Outcome::Errored };
        let span = error.span.unwrap_or(step.span);
        // A title is one line; what follows it, such as the end of a log, stands below.
        let (title, below) = error.message.split_once('\n').unwrap_or((&error.message, ""));
        let mut problem = self.problem(error.code, outcome, span, format!("{}: {title}", step.entry.name));
        problem.notes.extend((!below.is_empty()).then(|| below.to_owned()));
        problem.notes.extend_from_slice(&error.notes);
        problem.notes.extend(error.reproduce.as_deref().map(|command| self.reproduce(command)));
        problem.help.clone_from(&error.help);
        self.of_step(problem, step)
    }

    /// A result that is no success, of which the spec does not speak.
    pub(super) fn unsuccessful(&self, result: &Unsuccessful, step: &Step) -> Problem {
        let message = format!("{}: {}", step.entry.name, result.message);
        let mut problem = self.problem(result.code, Outcome::Failed, step.span, message);
        problem.notes.clone_from(&result.notes);
        problem.help =
            Some(format!("if this is what should happen, say so: `expect: {{{}: …}}`", result.output));
        self.of_step(problem, step)
    }

    /// What was said of a result that is no success helps whoever expected another.
    pub(super) fn explain(&self, problem: &mut Problem, result: &Unsuccessful) {
        let hide = |note: &String| self.redactor.hide(note).into_owned();
        problem.notes.extend(result.notes.iter().map(hide));
    }

    /// How the same can be done outside of any spec.
    pub(super) fn reproduce(&self, command: &str) -> String {
        format!("the same by hand: {}", self.redactor.hide_in_command(command))
    }

    /// What is worth knowing even where all holds.
    pub(super) fn remark(&self, remark: &value::Remark) -> Remark {
        Remark { text: self.redactor.hide(&remark.text).into_owned(), loud: remark.loud }
    }

    /// Whom the step's children tried to reach and were kept from; it counts whatever else the step came to.
    pub(super) fn refused(&self, addresses: &[String], step: &Step) -> Option<Problem> {
        let problem = self.refusal(&format!("{}: it", step.entry.name), addresses, step.span)?;
        Some(self.of_step(problem, step))
    }

    /// That somebody tried to reach these addresses and was kept from it.
    pub(super) fn refusal(&self, who: &str, addresses: &[String], span: Span) -> Option<Problem> {
        let (first, more) = addresses.split_first()?;
        let (suite, help) = match self.case.suite.tier {
            Tier::Unit => (
                "a unit suite",
                "declare a `fake` of it under `services`, or move the case to an integration suite (this machine alone) or a smoke suite",
            ),
            _ => (
                "an integration suite",
                "start what it needs under `services`, or move the case to a smoke suite",
            ),
        };
        let message = format!("{who} tried to reach {first}, which {suite} does not");
        let mut problem = self.problem(codes::NETWORK_REFUSED, Outcome::Failed, span, message);
        problem.notes = more.iter().map(|address| format!("it also tried to reach {address}")).collect();
        problem.help = Some(help.to_owned());
        Some(self.hide(problem))
    }

    /// What an action checked by itself and did not find so.
    pub(super) fn checked(&self, checked: &Checked, step: &Step) -> Option<Problem> {
        let problem = match &checked.misses[..] {
            [] if checked.evidence.count == 0 => {
                let message =
                    format!("{}: this check measured nothing ({})", step.entry.name, checked.evidence);
                let mut problem =
                    self.problem(codes::MEASURED_NOTHING, Outcome::Errored, checked.span, message);
                problem.help = Some("what measured nothing is no pass; if nothing is a fine answer, write `allow_empty: true`".to_owned());
                problem
            }
            [] => return None,
            [first, more @ ..] => {
                let mut problem = self.problem(
                    checked.code,
                    Outcome::Failed,
                    checked.span,
                    format!("{}: {first}", step.entry.name),
                );
                problem.notes = more.to_vec();
                problem.notes.extend(checked.tolerance.map(|set| self.tolerance(set)));
                problem
            }
        };
        Some(self.of_step(problem, step))
    }

    /// Something that is wrong with the case as a whole.
    pub(super) fn problem(&self, code: Code, outcome: Outcome, span: Span, message: String) -> Problem {
        let place = self.sources.place(span);
        let place = Place {
            file: place.path.to_string(),
            line: place.line,
            column: place.column,
            width: place.width,
            text: place.text,
        };
        Problem {
            code: code.name.to_owned(),
            outcome,
            message,
            place: Some(place),
            step: None,
            expected: None,
            actual: None,
            notes: Vec::new(),
            help: None,
        }
    }

    fn of_step(&self, mut problem: Problem, step: &Step) -> Problem {
        problem.step = self.named(step);
        self.hide(problem)
    }

    /// What a step is called; the only one of a case needs no name.
    fn named(&self, step: &Step) -> Option<String> {
        let among = |steps: &[Step]| steps.iter().position(|held| std::ptr::eq(held, step));
        let template = &self.case.template;
        let action = step.entry.name;
        match (&step.id, among(&template.steps), among(&template.cleanup)) {
            (Some(id), ..) => Some(format!("step {id} ({action})")),
            (None, Some(_), _) if template.steps.len() == 1 => None,
            (None, Some(index), _) => Some(format!("step {} ({action})", index + 1)),
            (None, None, Some(index)) => Some(format!("cleanup {} ({action})", index + 1)),
            (None, None, None) => Some(action.to_owned()),
        }
    }

    /// The problem with every secret hidden.
    pub(super) fn hide(&self, mut problem: Problem) -> Problem {
        if !self.redactor.is_empty() {
            self.redactor.hide_in(&mut problem.message);
            let optional = [&mut problem.expected, &mut problem.actual, &mut problem.help, &mut problem.step];
            optional.into_iter().flatten().for_each(|text| self.redactor.hide_in(text));
            problem.notes.iter_mut().for_each(|note| self.redactor.hide_in(note));
            if let Some(place) = &mut problem.place {
                self.redactor.hide_in(&mut place.text);
            }
        }
        problem
    }
}
