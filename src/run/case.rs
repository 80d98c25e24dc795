//! One case: its tries, its repetitions, and the event that tells of it.

use std::time::{Duration, Instant};

use super::attempt::Attempt;
use super::panic::caught;
use super::problem::Teller;
use super::repeat;
use super::scope::Drawn;
use super::services::Urls;
use super::{Shared, for_all};
use crate::diagnostic::{Code, codes};
use crate::event::{CaseFinished, Evidence, Outcome, Problem};
use crate::plan::Case;
use crate::system::clock::Deadline;
use crate::system::shell::word;

/// Runs a case to its end; a panic in it is a result like another.
pub(super) fn run(case: &Case, shared: &Shared, urls: &Urls, budget: Deadline) -> CaseFinished {
    let started = Instant::now();
    if let Some(why) = &case.template.skip {
        return blank(case, shared, Outcome::Skipped, Some(&**why));
    }
    let mut finished = blank(case, shared, Outcome::Passed, None);
    for tried in 1..=case.template.retry.saturating_add(1) {
        let attempt = one_try(case, shared, urls, budget);
        finished.tries = tried;
        finished.outcome = attempt.outcome;
        finished.evidence = attempt.evidence;
        finished.problems = attempt.problems;
        finished.warnings = attempt.warnings;
        finished.remarks = attempt.remarks;
        finished.workspace = attempt.workspace;
        if !attempt.outcome.is_failure() || shared.options.cancel.is_cancelled() || budget.expired() {
            break;
        }
    }
    finished.flaky = finished.tries > 1 && finished.outcome == Outcome::Passed;
    if finished.outcome == Outcome::NotRun {
        finished.reason = Some("the run was interrupted".to_owned());
    }
    if finished.outcome.is_failure() {
        finished.rerun = Some(rerun(case, shared));
    }
    if finished.problems.first().is_some_and(|problem| problem.code == codes::TIMED_OUT.name)
        && budget.expired()
    {
        let message = "the budget of the tier was spent while this case ran".to_owned();
        finished.problems[0].notes.push(message);
    }
    finished.duration = started.elapsed().as_secs_f64();
    finished
}

/// One try: once, or on all its inputs.
fn one_try(case: &Case, shared: &Shared, urls: &Urls, budget: Deadline) -> Attempt {
    let timeout = || Deadline::after(case.template.timeout).earlier(budget);
    let once = |drawn: Option<&Drawn>, deadline: &dyn Fn() -> Deadline| {
        caught(|| repeat::all(case, shared, urls, drawn, deadline))
            .unwrap_or_else(|panic| panicked(case, shared, &panic))
    };
    let Some(for_all) = &case.template.for_all else { return once(None, &timeout) };
    let deadline = timeout();
    for_all::run(case, for_all, shared, deadline, &|drawn| once(Some(drawn), &|| deadline))
}

/// A problem of the case as a whole, and of none of its steps.
pub(super) fn problem_of(
    case: &Case,
    shared: &Shared,
    code: Code,
    outcome: Outcome,
    message: String,
) -> Problem {
    let teller = Teller { sources: &shared.sources, redactor: &shared.redactor, case };
    teller.hide(teller.problem(code, outcome, case.template.span, message))
}

fn panicked(case: &Case, shared: &Shared, panic: &str) -> Attempt {
    let mut problem = problem_of(
        case,
        shared,
        codes::INTERNAL,
        Outcome::Errored,
        format!("mlfunnel itself failed here: {panic}"),
    );
    problem.help = Some("please report this, with the spec".to_owned());
    Attempt::of(Outcome::Errored, vec![problem])
}

/// A case that did not end by itself: its work was abandoned.
pub(super) fn abandoned(case: &Case, shared: &Shared, ran: Duration, interrupted: bool) -> CaseFinished {
    if interrupted {
        return blank(case, shared, Outcome::NotRun, Some("the run was interrupted"));
    }
    let limit = crate::value::show_duration(case.template.timeout);
    let mut problem = problem_of(
        case,
        shared,
        codes::TIMED_OUT,
        Outcome::TimedOut,
        format!("the case went on past its {limit} and was abandoned"),
    );
    problem.help = Some("raise `timeout`, or give it less to do".to_owned());
    CaseFinished {
        problems: vec![problem],
        rerun: Some(rerun(case, shared)),
        duration: ran.as_secs_f64(),
        ..blank(case, shared, Outcome::TimedOut, None)
    }
}

/// A case of which nothing has run.
pub(super) fn blank(case: &Case, shared: &Shared, outcome: Outcome, reason: Option<&str>) -> CaseFinished {
    let hide = |text: &str| shared.redactor.hide(text).into_owned();
    let strings = |items: &[std::sync::Arc<str>]| items.iter().map(|item| hide(item)).collect();
    CaseFinished {
        id: hide(&case.id()),
        suite: hide(&case.suite.name),
        name: hide(&case.name),
        label: case.label.as_deref().map(hide),
        tier: case.suite.tier,
        file: case.suite.file.to_string(),
        line: shared.sources.line(case.template.span),
        tags: strings(&case.template.tags),
        covers: strings(&case.template.covers),
        outcome,
        reason: reason.map(hide),
        flaky: false,
        tries: 1,
        duration: 0.0,
        evidence: Evidence::default(),
        problems: Vec::new(),
        warnings: Vec::new(),
        remarks: Vec::new(),
        workspace: None,
        rerun: None,
    }
}

/// The command that runs just this case again.
fn rerun(case: &Case, shared: &Shared) -> String {
    let pattern = format!("^{}$", shared.redactor.hide_in_pattern(&case.title()));
    let repeat = match (case.template.repeat.times, shared.options.repeat) {
        (None, times @ 2..) => format!(" --repeat {times}"),
        _ => String::new(),
    };
    format!("mlfunnel run {} --case {}{repeat}", word(&case.suite.file), word(&pattern))
}
