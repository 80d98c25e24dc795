//! One step: done, judged, and done again while it polls.

use std::time::Instant;

use super::problem::Teller;
use super::scope::{Given, Names, context};
use crate::action::{Context, Done, Places, StepError};
use crate::diagnostic::codes;
use crate::event::{Evidence, Problem, Remark};
use crate::expect::{Bench, Demands, Expectations, Finding, Past, Snapshots, Target, Verdict};
use crate::plan::{SetTolerance, Step};
use crate::source::Span;
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::value::{Outputs, Unit, show_duration};

/// What one step came to.
#[derive(Default)]
pub(super) struct Stepped {
    pub outputs: Option<Outputs>,
    pub evidence: Evidence,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
    /// What is worth knowing even where all holds.
    pub remarks: Vec<Remark>,
    /// Under `for_all`: what held, and what measured nothing here, for which another run may make up.
    pub summed: Vec<(Check, Option<Problem>)>,
}

/// A check of a case, told from every other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Check {
    step: Span,
    at: Span,
    subject: String,
    /// What it measures, when the action made it by itself.
    own: Option<Unit>,
    /// It warns and does not fail.
    pub warns: bool,
}

impl Check {
    /// All that an action checks by itself and measures in the same unit; `None` for a check of the spec's.
    pub(super) fn whole(&self) -> Option<Self> {
        self.own.map(|_| Self { at: self.step, ..self.clone() })
    }
}

/// Runs one step of an attempt.
pub(super) fn run(step: &Step, names: &Names<'_>, deadline: Deadline, cancel: &Cancel) -> Stepped {
    let Some(poll) = &step.poll else { return once(step, names, deadline, cancel) };
    let until = Instant::now() + poll.within.value;
    loop {
        let mut stepped = once(step, names, deadline, cancel);
        let out_of_time = stepped.problems.iter().any(|problem| problem.code == codes::TIMED_OUT.name);
        let hollow = stepped.summed.iter().any(|(_, problem)| problem.is_some());
        if (stepped.problems.is_empty() && !hollow)
            || out_of_time
            || Instant::now() + poll.every.value > until
        {
            let limit = show_duration(poll.within.value);
            stepped.problems.iter_mut().for_each(|problem| {
                problem.notes.push(format!("it was polled for {limit}; this is the last try"));
            });
            return stepped;
        }
        if cancel.wait_timeout(poll.every.value) {
            return stepped;
        }
    }
}

fn once(step: &Step, names: &Names<'_>, deadline: Deadline, cancel: &Cancel) -> Stepped {
    let suite = &names.case.suite;
    let teller =
        Teller { sources: &names.shared.sources, redactor: &names.shared.redactor, case: names.case };
    if step.action.starts_children()
        && let Some(why) = names.shared.sandboxing.forbids(suite.tier)
    {
        let error = StepError::new(format!("its children cannot be sandboxed here: {why}"))
            .code(codes::NO_SANDBOX)
            .help("without `--require-sandbox` it runs all the same, and the report says so");
        return Stepped { problems: vec![teller.error(&error, step)], ..Stepped::default() };
    }
    let workspace = || names.workspace.path();
    let places = Places { bounds: &suite.bounds, workspace: &workspace, saved: &step.saved };
    let asked = |output: &str| step.expect.mentions(output) || step.warn.mentions(output);
    let context = context(names, &places, step, deadline, cancel, &asked);
    let mut stepped = match step.action.run(&context) {
        Err(error) => {
            let mut problem = teller.error(&error, step);
            if error.code == codes::TIMED_OUT {
                let case = names.case.template.timeout;
                let (limit, whose) = match step.timeout {
                    Some(own) if own <= case => (own, "step"),
                    _ => (case, "case"),
                };
                problem.notes.push(format!("the {whose}'s timeout is {}", show_duration(limit)));
            }
            Stepped { problems: vec![problem], ..Stepped::default() }
        }
        Ok(done) => judge(step, done, names, &context, &teller),
    };
    let caveats = step.action.caveats(&context);
    stepped.remarks.extend(caveats.iter().map(|remark| teller.remark(remark)));
    stepped
}

fn judge(step: &Step, done: Done, names: &Names<'_>, context: &Context<'_>, teller: &Teller<'_>) -> Stepped {
    let mut stepped = Stepped::default();
    let summed = names.drawn.is_some();
    let tolerance = context.tolerance;
    let unasked = done.unsuccessful.as_ref().filter(|result| !step.expect.mentions(result.output));
    stepped.problems.extend(unasked.map(|result| teller.unsuccessful(result, step)));
    stepped.problems.extend(teller.refused(&done.refused, step));
    for checked in &done.checked {
        stepped.evidence.checks += 1;
        stepped.evidence.measured += checked.evidence.count;
        // What the spec itself judges is the spec's to judge: a table that must be refused, for one.
        let spoken_of = step.expect.mentions(checked.output) && !checked.misses.is_empty();
        let problem = teller.checked(checked, step).filter(|_| !spoken_of);
        if summed && checked.misses.is_empty() {
            let subject = checked.output.to_owned();
            let own = Some(checked.evidence.unit);
            let check = Check { step: step.span, at: checked.span, subject, own, warns: false };
            stepped.summed.push((check, problem));
        } else {
            stepped.problems.extend(problem);
        }
    }
    // What a later step calls by this one's id, its own expectations call so too.
    let own = step.id.clone().map(|id| Given {
        id,
        first: step.action.first_output(),
        outputs: done.outputs.clone(),
    });
    let within = Names { own: own.as_ref(), ..*names };
    for (expectations, problems, warns) in
        [(&step.expect, &mut stepped.problems, false), (&step.warn, &mut stepped.warnings, true)]
    {
        let verdicts = verdicts(step, expectations, &done, &within, context, tolerance);
        for verdict in verdicts {
            stepped.remarks.extend(verdict.remarks.iter().map(|remark| teller.remark(remark)));
            // That it failed is told already, and why there is nothing to look at with it.
            if unasked.is_some() && done.outputs.lacks(&verdict.subject) {
                continue;
            }
            stepped.evidence.checks += 1;
            stepped.evidence.measured += verdict.evidence.count;
            let problem = teller.verdict(&verdict, step, tolerance);
            if summed && matches!(verdict.finding, None | Some(Finding::MeasuredNothing)) {
                let Verdict { span: at, subject, .. } = verdict;
                stepped.summed.push((Check { step: step.span, at, subject, own: None, warns }, problem));
            } else {
                problems.extend(problem);
            }
        }
    }
    if let Some(result) = done.unsuccessful.filter(|result| step.expect.mentions(result.output))
        && let Some(first) = stepped.problems.first_mut()
    {
        teller.explain(first, &result);
    }
    if let (Some(command), Some(first)) = (&done.reproduce, stepped.problems.first_mut()) {
        first.notes.push(teller.reproduce(command));
    }
    if stepped.problems.is_empty() && names.shared.options.baselines.saving() {
        keep(step, &done.outputs, names);
    }
    stepped.remarks.extend(done.remarks.iter().map(|remark| teller.remark(remark)));
    stepped.outputs = Some(done.outputs);
    stepped
}

fn snapshots(names: &Names<'_>) -> Snapshots {
    let redactor = names.shared.redactor.clone();
    Snapshots {
        folder: names.case.suite.snapshots.clone(),
        update: names.shared.options.update_snapshots,
        case: if names.shared.options.update_snapshots { names.case.id() } else { String::new() },
        owners: names.shared.snapshots.clone(),
        redact: (!redactor.is_empty())
            .then(|| Box::new(move |text: &str| redactor.hide(text).into_owned()) as _),
    }
}

/// Where a step's measurements are stored in a baseline: under its case's id, and its own or its number.
fn place(step: &Step, names: &Names<'_>) -> (String, String) {
    let number = || {
        let steps = names.case.template.steps.iter().chain(&names.case.template.cleanup);
        (steps.take_while(|one| one.span != step.span).count() + 1).to_string()
    };
    let id = names.shared.redactor.hide(&names.case.id()).into_owned();
    (id, step.id.as_ref().map_or_else(number, ToString::to_string))
}

/// Keeps the measurements of a step that passed, if this run is to become a baseline.
fn keep(step: &Step, outputs: &Outputs, names: &Names<'_>) {
    let baselines = &names.shared.options.baselines;
    let (case, id) = place(step, names);
    let spoken_of = step.expect.measured(outputs).chain(step.warn.measured(outputs));
    Past { baselines, case: &case, step: &id }.keep(spoken_of);
}

fn verdicts(
    step: &Step,
    expectations: &Expectations,
    done: &Done,
    names: &Names<'_>,
    context: &Context<'_>,
    tolerance: SetTolerance,
) -> Vec<Verdict> {
    if expectations.0.is_empty() {
        return Vec::new();
    }
    let of_files = expectations.0.iter().any(|one| matches!(one.target, Target::Artifacts(_)));
    let workspace =
        if of_files { names.workspace.path().unwrap_or_default() } else { std::path::PathBuf::new() };
    let file = |text: &str| context.places.input(text).map_err(|error| error.message);
    let snapshots = &snapshots(names);
    let measures = expectations.measured(&done.outputs).next().is_some();
    let place = if measures { place(step, names) } else { Default::default() };
    let baselines = &names.shared.options.baselines;
    let past = Past { baselines, case: &place.0, step: &place.1 };
    let bench = Bench {
        scope: names,
        tolerance: tolerance.value,
        snapshots,
        past,
        measured: None,
        demands: Demands::default(),
        workspace: &workspace,
        file: &file,
    };
    let mut verdicts = expectations.judge(&done.outputs, &bench);
    // An answer unlike the others is judged like them; what holds of all is said once.
    for other in &done.others {
        verdicts.extend(
            expectations.judge(other, &bench).into_iter().filter(|verdict| verdict.finding.is_some()),
        );
    }
    verdicts
}
