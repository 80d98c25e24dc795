//! One attempt at a case: a fresh workspace, its steps in order, its cleanup whatever came.

use std::time::Duration;

use super::case::problem_of;
use super::repeat::{Repetition, Trace};
use super::scope::{Drawn, Given, LazyWorkspace, Names};
use super::services::Urls;
use super::step::{self, Check};
use super::{Shared, children, service_state};
use crate::diagnostic::codes;
use crate::event::{Evidence, Outcome, Problem, Remark};
use crate::plan::{Case, Step};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::value::Outputs;

/// Cleanup has its own time: what went wrong before must not keep it from running.
pub(super) const CLEANUP: Duration = Duration::from_secs(10);

/// What one attempt came to.
pub(super) struct Attempt {
    pub outcome: Outcome,
    pub evidence: Evidence,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Problem>,
    pub remarks: Vec<Remark>,
    /// The workspace, when it was kept.
    pub workspace: Option<String>,
    /// What it gave, to compare with another attempt.
    pub trace: Option<Trace>,
    /// Under `for_all`: what held, and what measured nothing in this run.
    pub summed: Vec<(Check, Option<Problem>)>,
}

impl Attempt {
    /// One that came to this, and left nothing behind.
    pub(super) fn of(outcome: Outcome, problems: Vec<Problem>) -> Self {
        Self {
            outcome,
            evidence: Evidence::default(),
            problems,
            warnings: Vec::new(),
            remarks: Vec::new(),
            workspace: None,
            trace: None,
            summed: Vec::new(),
        }
    }
}

/// Runs the steps of a case once.
pub(super) fn run(
    case: &Case,
    shared: &Shared,
    urls: &Urls,
    drawn: Option<&Drawn>,
    deadline: Deadline,
    repetition: Option<Repetition>,
) -> Attempt {
    urls.begin(case);
    let workspace = LazyWorkspace::new(shared, &case.name, repetition);
    // Most cases start none, and have no use for an environment of their own.
    let own = case.template.starts_children().then(|| children::of_attempt(case, shared, urls, repetition));
    let names = Names {
        case,
        shared,
        urls,
        workspace: &workspace,
        children: own.as_ref().unwrap_or(&shared.children),
        drawn,
        steps: &[],
        own: None,
    };
    let mut steps: Vec<Given> = Vec::new();
    let cancel = &shared.options.cancel;
    if let Some(gone) = service_state::gone(case, shared, urls) {
        return Attempt::of(Outcome::Errored, vec![gone]);
    }
    let mut attempt = Attempt::of(Outcome::Passed, Vec::new());
    let mut given: Vec<(&Step, Outputs)> = Vec::new();
    for step in &case.template.steps {
        let stepped = step::run(step, &Names { steps: &steps, ..names }, deadline, cancel);
        attempt.evidence += &stepped.evidence;
        attempt.problems.extend(stepped.problems);
        attempt.warnings.extend(stepped.warnings);
        attempt.remarks.extend(stepped.remarks);
        attempt.summed.extend(stepped.summed);
        if attempt.problems.is_empty() && deadline.expired() {
            attempt.problems.push(overtime(case, shared));
        }
        if !attempt.problems.is_empty() || cancel.is_cancelled() {
            break;
        }
        if let Some(outputs) = stepped.outputs {
            if repetition.is_some() {
                given.push((step, outputs.clone()));
            }
            if let Some(id) = &step.id {
                steps.push(Given { id: id.clone(), first: step.action.first_output(), outputs });
            }
        }
    }
    clean_up(names, steps, &mut attempt);
    attempt.outcome = outcome(&attempt.problems, cancel);
    let keep = drawn.is_none_or(|drawn| drawn.keep);
    service_state::tell(case, shared, urls, &mut attempt);
    if shared.options.keep_failed && keep && attempt.outcome.is_failure() {
        attempt.workspace = workspace.into_made().map(|held| held.keep().display().to_string());
    } else if repetition.is_some() {
        attempt.trace = Some(Trace::new(&given, &case.template.steps, workspace.into_made()));
    }
    attempt
}

/// Cleanup always runs, and its failure never hides the first one.
fn clean_up(names: Names<'_>, mut steps: Vec<Given>, attempt: &mut Attempt) {
    let deadline = Deadline::after(CLEANUP);
    // An interrupt ends the steps; what tidies up after them still runs.
    let cancel = Cancel::new();
    for step in &names.case.template.cleanup {
        let stepped = step::run(step, &Names { steps: &steps, ..names }, deadline, &cancel);
        attempt.evidence += &stepped.evidence;
        attempt.warnings.extend(stepped.warnings);
        attempt.remarks.extend(stepped.remarks);
        attempt.summed.extend(stepped.summed);
        attempt.problems.extend(stepped.problems.into_iter().map(|mut problem| {
            problem.message = format!("cleanup: {}", problem.message);
            problem
        }));
        if let (Some(id), Some(outputs)) = (&step.id, stepped.outputs) {
            steps.push(Given { id: id.clone(), first: step.action.first_output(), outputs });
        }
    }
}

fn overtime(case: &Case, shared: &Shared) -> Problem {
    let limit = crate::value::show_duration(case.template.timeout);
    let message = format!("the case took longer than its {limit}");
    problem_of(case, shared, codes::TIMED_OUT, Outcome::TimedOut, message)
}

/// What the first problem says; cleanup comes last.
fn outcome(problems: &[Problem], cancel: &Cancel) -> Outcome {
    if cancel.is_cancelled() {
        return Outcome::NotRun;
    }
    problems.first().map_or(Outcome::Passed, |first| {
        // A step may both miss one expectation and be unable to measure another: what failed is said first.
        let same_step = |problem: &&Problem| problem.step == first.step;
        let failed = problems.iter().filter(same_step).any(|problem| problem.outcome == Outcome::Failed);
        if failed { Outcome::Failed } else { first.outcome }
    })
}
