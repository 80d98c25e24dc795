//! What is kept of an exchange beside its outputs: the answer as a file, and a command that asks again.

use super::of_gathered;
use crate::action::probe::Probe;
use crate::action::probe::load::Gathered;
use crate::action::probe::request::curl::{self, Carried};
use crate::action::{Context, Done, StepError};
use crate::diagnostic::codes;
use crate::system::files::{Parent, write_atomic};
use crate::system::http::Request;

/// The step's result: the last answer saved where that is asked for, and how to ask again by hand.
pub(in crate::action::probe) fn done(
    gathered: Result<Gathered, StepError>,
    requests: &[Request],
    carried: &Carried,
    probe: &Probe,
    context: &Context<'_>,
) -> Result<Done, StepError> {
    let command = |index: usize| {
        let request = requests.get(index)?;
        Some(curl::command(request, carried))
    };
    let gathered = gathered.map_err(|error| match error.code {
        codes::UNREACHABLE | codes::TIMED_OUT => StepError { reproduce: command(0), ..error },
        _ => error,
    })?;
    let bad = gathered.answers.iter().find(|answer| answer.response.status >= 400);
    let told = bad.or_else(|| gathered.last()).map_or(0, |answer| answer.request);
    save(&gathered, probe, context)?;
    Ok(Done { reproduce: command(told), ..of_gathered(gathered, context) })
}

/// Writes the body of the last answer to the file that the spec names.
fn save(gathered: &Gathered, probe: &Probe, context: &Context<'_>) -> Result<(), StepError> {
    let (Some(arg), Some(answer)) = (&probe.settings.save, gathered.last()) else {
        return Ok(());
    };
    let path = context.places.output(&context.get(arg)?).map_err(|error| error.at(arg.span))?;
    let written = write_atomic(&path, &answer.response.body, Parent::Create);
    written.map_err(|error| StepError::new(error.to_string()).at(arg.span))
}
