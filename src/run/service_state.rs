//! What the services of a case have to do with its ending: those that are gone, and what they wrote last, and
//! whom they tried to reach.

use std::time::Duration;

use super::Shared;
use super::attempt::Attempt;
use super::problem::Teller;
use super::services::Urls;
use crate::diagnostic::codes;
use crate::event::{Outcome, Problem};
use crate::plan::Case;
use crate::service::Running;
use crate::system::clock::Deadline;

/// From the last that is heard of a service to its end.
const DYING: Duration = Duration::from_millis(200);
/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(5);

/// The problem of a case that would begin without one of its services: what it found could say nothing.
pub(super) fn gone(case: &Case, shared: &Shared, urls: &Urls) -> Option<Problem> {
    if case.suite.services.is_empty() {
        return None;
    }
    ended(case, shared, urls, "had ended before this case began").into_iter().next()
}

/// Tells of services that ended while the case ran; where it did not pass, also what the others wrote last.
pub(super) fn tell(case: &Case, shared: &Shared, urls: &Urls, attempt: &mut Attempt) {
    if case.suite.services.is_empty() || attempt.outcome == Outcome::NotRun {
        return;
    }
    attempt.problems.extend(refused(case, shared, urls));
    if attempt.outcome == Outcome::Passed && !attempt.problems.is_empty() {
        attempt.outcome = Outcome::Failed;
    }
    if attempt.problems.iter().any(|problem| &*problem.code == codes::UNREACHABLE.name) {
        await_end(case, shared, urls);
    }
    let ended = ended(case, shared, urls, "ended while this case ran");
    if attempt.outcome == Outcome::Passed {
        attempt.warnings.extend(ended);
        return;
    }
    for (name, running) in urls.commands(case, shared) {
        let log = running.log().unwrap_or_default();
        if running.ended().is_none()
            && !log.is_empty()
            && let Some(first) = attempt.problems.first_mut()
        {
            first
                .notes
                .push(shared.redactor.hide(&format!("the service `{name}` wrote last:\n{log}")).into_owned());
        }
    }
    // What died is likely why the rest went wrong: it is said first.
    attempt.problems.splice(0..0, ended);
}

/// Gives one that has just broken a connection off the time to end: what dies closes its connections first.
fn await_end(case: &Case, shared: &Shared, urls: &Urls) {
    let services = urls.commands(case, shared);
    let deadline = Deadline::after(DYING);
    while !services.is_empty()
        && services.iter().all(|(_, running)| running.ended().is_none())
        && !deadline.expired()
        && !shared.options.cancel.wait_timeout(LOOK)
    {}
}

/// Services that tried to reach whom they must not, since their start or since a case before that used them too.
fn refused(case: &Case, shared: &Shared, urls: &Urls) -> Vec<Problem> {
    let teller = Teller { sources: &shared.sources, redactor: &shared.redactor, case };
    let problem = |(name, running): (&str, &Running)| {
        teller.refusal(&format!("the service `{name}`"), &running.take_refused(), case.template.span)
    };
    urls.commands(case, shared).into_iter().filter_map(problem).collect()
}

fn ended(case: &Case, shared: &Shared, urls: &Urls, when: &str) -> Vec<Problem> {
    let teller = Teller { sources: &shared.sources, redactor: &shared.redactor, case };
    urls.commands(case, shared)
        .into_iter()
        .filter_map(|(name, running)| {
            let how = running.ended()?;
            let message = format!("the service `{name}` {when}, with {how}");
            let mut problem =
                teller.problem(codes::SERVICE_FAILED, Outcome::Errored, case.template.span, message);
            let log = running.log().unwrap_or_default();
            problem.notes.push(match log.as_str() {
                "" => "it has written nothing".to_owned(),
                log => format!("its log ends with:\n{log}"),
            });
            Some(teller.hide(problem))
        })
        .collect()
}
