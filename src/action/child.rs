//! What the actions that start processes of the team's own share: what those are given, and what is told of them.

use std::path::PathBuf;
use std::sync::Arc;

use super::argv::{environment, inherited};
use super::{Context, StepError};
use crate::source::Spanned;
use crate::syntax::Arg;
use crate::system::process::{Captured, ProcessError, Sandbox};
use crate::value::{Map, Value};

/// Lines of a stream that a message shows.
pub(super) const LINES: usize = 20;

/// The environment of a command: what every child gets, what is passed on to it, what is declared, and the case's
/// workspace.
pub(super) fn variables(
    context: &Context<'_>,
    inherit: &[Spanned<Arc<str>>],
    env: Option<&Arg<Arc<Map>>>,
) -> Result<Vec<(String, String)>, StepError> {
    let declared = context.maybe(env)?;
    let given = inherited(&context.children.env, inherit, context.world.env())?;
    let mut variables = environment(&given, env.zip(declared.as_deref()))?;
    variables.push(workspace(context)?);
    Ok(variables)
}

/// The variable that tells a child where the case's own folder is.
pub(super) fn workspace(context: &Context<'_>) -> Result<(String, String), StepError> {
    let workspace = (context.places.workspace)().map_err(StepError::new)?;
    Ok(("MLFUNNEL_WORKSPACE".to_owned(), workspace.to_string_lossy().into_owned()))
}

/// Where a child starts: the project's root when nothing is said.
pub(super) fn folder(context: &Context<'_>, cwd: Option<&Arg<Arc<str>>>) -> Result<PathBuf, StepError> {
    match cwd {
        Some(cwd) => context.places.input(&context.get(cwd)?).map_err(|error| error.at(cwd.span)),
        None => Ok(context.places.bounds.project_root.clone()),
    }
}

/// The command as people write it, not too much of it.
pub(super) fn called(argv: &[String]) -> String {
    let line = argv.join(" ").replace('\n', " ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Why a command was not started.
pub(super) fn not_started(error: &ProcessError) -> StepError {
    let step = StepError::new(error.to_string());
    match error {
        ProcessError::NotFound { searched, .. } if searched.is_empty() => step
            .help("a program with a `/` is looked for from `cwd`, which is the project's root when left out"),
        ProcessError::NotFound { .. } => step.help("install it, give its path, or declare `env: {PATH: …}`"),
        ProcessError::NotExecutable { .. } => {
            step.help("`chmod +x` it, or name the program that reads it first")
        }
        _ => step,
    }
}

/// What was printed: text, or bytes where it is not UTF-8.
pub(super) fn content(captured: &Captured) -> Value {
    match captured.complete().map(std::str::from_utf8) {
        Some(Ok(text)) => Value::text(text),
        Some(Err(_)) => Value::Bytes(captured.head.as_slice().into()),
        None => Value::text(captured.text()),
    }
}

/// The end of stderr, or of stdout where stderr is empty.
pub(super) fn last_words(stderr: &Captured, stdout: &Captured) -> Option<String> {
    let streams = [("stderr", stderr), ("stdout", stdout)];
    let (stream, captured) = streams.into_iter().find(|(_, captured)| captured.written() > 0)?;
    Some(format!("{stream} ends with:\n{}", captured.last_lines(LINES)))
}

/// The error with the addresses that the sandbox kept a child from.
pub(super) fn with_refused(error: StepError, refused: &[String]) -> StepError {
    let told = |address: &String| format!("it tried to reach {address}, and was kept from it");
    refused.iter().map(told).fold(error, StepError::note)
}

/// Where a child may write, when its words tell of a permission that it lacks, and no address that it was kept from
/// explains it. The system does not say who forbids it, and who reads that looks at the file first.
pub(super) fn may_write(sandbox: &Sandbox, refused: &[String], words: &str) -> Option<String> {
    let denied = sandbox.writable.is_some() && refused.is_empty() && words.contains("Permission denied");
    let may =
        "it may write to its workspace, to `TMPDIR`, and below the folders of `writable:` in `mlfunnel.yaml`";
    denied.then(|| may.to_owned())
}
