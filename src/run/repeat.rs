//! Determinism, proved by repetition: a case run again and again, hidden inputs varied, everything compared.

mod differ;
mod files;
mod prune;
#[cfg(test)]
mod tests;
mod trace;

use super::Shared;
use super::attempt::{self, Attempt};
use super::case::problem_of;
use super::scope::Drawn;
use super::services::Urls;
use super::variation::{differences, env_of};
use crate::diagnostic::codes;
use crate::event::{Outcome, Problem};
use crate::plan::Case;
use crate::system::clock::Deadline;

pub(super) use trace::Trace;

/// One of several runs of a case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repetition {
    /// From 1.
    pub number: u32,
    /// Whether hidden inputs differ on purpose.
    pub vary: bool,
}

/// How often each try of a case is run: as often as it says itself, else as the command line says.
pub(super) fn times(case: &Case, shared: &Shared) -> u32 {
    case.template.repeat.times.unwrap_or(shared.options.repeat).max(1)
}

/// All repetitions of one try, or of one input of `for_all`; `deadline` is asked for that of each.
pub(super) fn all(
    case: &Case,
    shared: &Shared,
    urls: &Urls,
    drawn: Option<&Drawn>,
    deadline: &dyn Fn() -> Deadline,
) -> Attempt {
    let (times, repeat) = (times(case, shared), &case.template.repeat);
    let run = |number| {
        let repetition = (times > 1).then_some(Repetition { number, vary: repeat.vary });
        attempt::run(case, shared, urls, drawn, deadline(), repetition)
    };
    let mut first = run(1);
    for number in 2..=times {
        if first.outcome != Outcome::Passed {
            break;
        }
        let mut again = run(number);
        again.evidence += &first.evidence;
        if again.outcome != Outcome::Passed {
            if again.outcome.is_failure() {
                again.problems.insert(0, unlike(case, shared, number, again.outcome));
            }
            return again;
        }
        let (Some(before), Some(after)) = (&first.trace, &again.trace) else { break };
        match before.compare(after, repeat) {
            // Asked of every case on the command line, it has nothing to say of some.
            Ok(None) if repeat.times.is_none() => {}
            Ok(None) => {
                first.problems.push(nothing(case, shared, number));
                first.outcome = Outcome::Errored;
            }
            Ok(Some(measured)) => {
                first.evidence.checks += 1;
                first.evidence.measured += measured;
            }
            Err(divergence) => {
                let message = format!("run {number} of {times} differs from the first: {divergence}");
                let mut problem = problem(case, shared, number, Outcome::Failed, message);
                problem.help = Some(
                    "fix every seed and order; what may differ by nature, name under `repeat: {volatile: […]}`"
                        .to_owned(),
                );
                if shared.options.keep_failed {
                    first.workspace = first.trace.take().and_then(Trace::keep);
                    let other = again.trace.take().and_then(Trace::keep);
                    problem.notes.extend(other.map(|path| format!("the workspace of run {number}: {path}")));
                }
                first.problems.push(problem);
                first.outcome = Outcome::Failed;
            }
        }
    }
    first
}

/// All that the runs gave is left out of the comparison.
fn nothing(case: &Case, shared: &Shared, number: u32) -> Problem {
    let times = times(case, shared);
    let message =
        format!("run {number} of {times} was compared with the first, and nothing was left to compare");
    let mut problem = problem_of(case, shared, codes::MEASURED_NOTHING, Outcome::Errored, message);
    problem.help = Some(
        "what measured nothing is no pass: leave an output or a file out of `volatile`, or take `repeat` away"
            .to_owned(),
    );
    problem
}

/// The first runs passed, and this one did not.
fn unlike(case: &Case, shared: &Shared, number: u32, outcome: Outcome) -> Problem {
    let times = times(case, shared);
    let before = if number == 2 {
        "the first passed".to_owned()
    } else {
        format!("the {} before it passed", number - 1)
    };
    let how = match outcome {
        Outcome::Errored => "could not be measured",
        Outcome::TimedOut => "ran out of time",
        _ => "failed",
    };
    let message = format!("run {number} of {times} {how}, and {before}");
    let mut problem = problem(case, shared, number, outcome, message);
    problem.help = Some("the case is flaky: what follows happened in that run alone".to_owned());
    problem
}

fn problem(case: &Case, shared: &Shared, number: u32, outcome: Outcome, message: String) -> Problem {
    let mut problem = problem_of(case, shared, codes::NOT_DETERMINISTIC, outcome, message);
    let varied =
        case.template.repeat.vary && case.template.steps.iter().any(|step| step.action.starts_children());
    if varied {
        let ordinary = &shared.children.env;
        let mut inputs = differences(&env_of(1, ordinary), &env_of(number, ordinary));
        inputs.push("the workspace's path".to_owned());
        problem.notes.push(format!("varied on purpose between the two: {}", inputs.join(", ")));
    }
    problem
}
