//! What a call came to, as a spec sees it.

use crate::action::child::{LINES, content, may_write};
use crate::action::{Done, StepError, Unsuccessful};
use crate::diagnostic::{codes, did_you_mean};
use crate::system::process::Sandbox;
use crate::system::python::{Fault, Interpreter, Outcome, Raised, Reply};
use crate::value::{Outputs, Value};

use super::ask::origin;

/// The outputs; a call that could not be made has none.
pub(super) fn done(target: &str, reply: Reply, sandbox: &Sandbox) -> Result<Done, StepError> {
    let outputs = Outputs::new();
    let mut unsuccessful = None;
    let outputs = match reply.outcome {
        Outcome::Returned(value) => outputs.with("result", value).with("raised", Value::Null),
        Outcome::Lost(why) => outputs.without("result", why).with("raised", Value::Null),
        Outcome::Raised(raised) => {
            let told = told(target, &raised);
            let fields =
                [("type", raised.kind), ("message", raised.message), ("traceback", raised.traceback.clone())];
            let raised_value = Value::map(fields.map(|(name, text)| (name, Value::Text(text))));
            let outputs =
                outputs.without("result", told.clone()).with("raised", raised_value).face("raised", "type");
            let traceback = Some(last_lines(&raised.traceback));
            let notes =
                traceback.into_iter().chain(may_write(sandbox, &reply.refused, &raised.traceback)).collect();
            unsuccessful = Some(Unsuccessful { output: "raised", code: codes::RAISED, message: told, notes });
            outputs
        }
        Outcome::Fault(_) => return Err(StepError::new(format!("`{target}` cannot be called"))),
    };
    let outputs = outputs
        .with("stdout", content(&reply.stdout))
        .with("stderr", content(&reply.stderr))
        .with("duration", reply.duration);
    Ok(Done { unsuccessful, refused: reply.refused, ..Done::from(outputs) })
}

/// The exception in one line, with its place.
fn told(target: &str, raised: &Raised) -> String {
    let first = raised.message.lines().next().unwrap_or_default();
    let words = if first.is_empty() { String::new() } else { format!(": {first}") };
    let place = raised.place.as_ref().map_or(String::new(), |(file, line)| format!(" ({file}:{line})"));
    format!("`{target}` raised {}{words}{place}", raised.kind)
}

/// The end of a traceback, as much of it as a message shows.
fn last_lines(traceback: &str) -> String {
    let lines: Vec<&str> = traceback.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// Why a function cannot be called, and what there is in its place.
pub(super) fn fault(fault: &Fault, interpreter: &Interpreter, sandbox: &Sandbox) -> StepError {
    let error = |message: String| StepError::new(message).code(codes::CANNOT_CALL);
    let near = |error: StepError, name: &str, names: &[std::sync::Arc<str>]| match did_you_mean(
        name,
        names.iter().map(|name| &**name),
    ) {
        Some(help) => error.help(help),
        None => error,
    };
    match fault {
        Fault::NoModule { module, message, beside } => {
            let error = origin(error(format!("there is no module `{module}` ({message})")), interpreter);
            near(error, module, beside)
        }
        Fault::Import { module, message, traceback } => {
            let error = error(format!("the module `{module}` cannot be imported: {message}"))
                .note(last_lines(traceback));
            if message.starts_with("ModuleNotFoundError") {
                let help = "install it there, or name another interpreter with `python:` in mlfunnel.yaml or `--python`";
                return origin(error, interpreter).help(help);
            }
            may_write(sandbox, &[], traceback).into_iter().fold(error, StepError::note)
        }
        Fault::NoAttribute { holder, name, names } => {
            near(error(format!("{holder} has no `{name}`")), name, names)
        }
        Fault::NotCallable { subject, kind } => error(format!("{subject} is `{kind}`, and no function")),
        Fault::Argument { message } => {
            error(message.to_string()).help("install it there, or write `as: plain` for lists and mappings")
        }
    }
}
