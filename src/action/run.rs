//! `run`: the team's own command.

mod form;
mod given;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::form::Form;
pub(super) use form::called;

use super::argv::{Argv, Words, environment, inherited, json_bytes, refuse_odd_names};
use super::{Action, Context, Done, Named, Output, StepError};
use crate::diagnostic::codes;
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::process::{Command, Ending, Finished, Follow, ProcessError, run_followed};
use crate::value::{Kind, Map, Size, Value};

/// Bytes kept of each stream when nothing else is said.
const CAPTURE: u64 = 1 << 20;
/// Lines of a stream that a message shows.
const LINES: usize = 20;

params! {
    /// Runs a command of your own: a program and its arguments, with no shell between; a line for a shell; or a Python
    /// script or notebook.
    ///
    /// - It starts in the project's root, or in `cwd`. A program without `/` is searched in `PATH`,
    ///   in which the Python environment that `call` uses stands first.
    /// - Its environment is `PATH`, `HOME`, `LANG`, `TMPDIR` (a folder of the run), `MLFUNNEL_WORKSPACE` (the case's own
    ///   folder), and what `inherit_env` and `env` declare: nothing else is passed on, so that a case means the same on
    ///   every machine.
    /// - In a unit suite it reaches only the suite's own fakes, in an integration suite only this machine; an address
    ///   beyond is refused, named, and fails the step, whatever the command makes of it. It writes only to its workspace,
    ///   to `TMPDIR`, and below the folders that `writable:` in `mlfunnel.yaml` names; elsewhere it may read.
    /// - It reads `stdin`: text as it is, any other value as JSON; nothing when left out.
    /// - An exit code other than 0, or an end by a signal, fails the step, unless `expect` speaks of `exit_code`.
    /// - At its timeout, or when the run is interrupted, it is asked to end, together with all its children, and made to
    ///   after `grace`.
    /// - `python: train.py` runs a script with the interpreter that `call` uses. `python: analysis.ipynb` runs the code
    ///   cells of a notebook in their order, in one namespace and from the same folder as any command: with `IPython` where
    ///   that Python has it, else cell by cell as plain Python, which refuses magics. What a cell raises ends it with exit
    ///   code 1, and the cell and its line on stderr.
    /// - With `--verbose` its lines are shown while it runs.
    ///
    /// ```yaml
    /// cases:
    ///   - name: prints its metrics
    ///     run: [sh, -c, 'echo "{\"accuracy\": 0.9}"']
    ///     expect: {json.accuracy: {between: [0.8, 1.0]}}
    ///   - name: prints a line an epoch
    ///     run: {shell: 'for n in 1 2 3; do echo "{\"epoch\": $n}"; done'}
    ///     expect: {lines: {length: 3}, json_lines.2.epoch: 3}
    /// ```
    pub struct Keys = "`run`" short "argv" {
        /// The program and its arguments.
        argv: Option<Arg<Argv>>,
        /// A line for `sh -c`, in place of `argv`.
        shell: Option<Arg<Arc<str>>>,
        /// A Python script, or a notebook (`.ipynb`), in place of `argv`.
        python: Option<Arg<Arc<str>>>,
        /// Arguments of the script or notebook.
        args: Option<Arg<Words>>,
        /// Variables of its environment.
        env: Option<Arg<Arc<Map>>>,
        /// Names of variables that it is given as mlfunnel has them; one that is not set is an error.
        inherit_env: Vec<Spanned<Arc<str>>>,
        /// Where it starts: a folder of the project, or `$workspace`.
        cwd: Option<Arg<Arc<str>>>,
        /// What it reads: text, or any value as JSON.
        stdin: Option<Arg<Value>>,
        /// The most that is kept of each of stdout and stderr: its first and its last half; `1 MiB` when left out.
        capture: Option<Arg<Size>>,
        /// How long it has to end by itself when it is asked to; `300 ms` when left out.
        grace: Option<Arg<Duration>>,
    }
}

/// The action, its command known to be one.
#[derive(Debug)]
pub(super) struct Run {
    command: Form,
    keys: Keys,
    span: Span,
}

impl Decode for Run {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        refuse_odd_names(&keys.inherit_env, decoder)?;
        let command = Form::of(&mut keys, node.span, decoder)?;
        Some(Self { command, keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Run {
    const NAME: &'static str = "run";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("exit_code", Kind::Number, "the exit code; null where a signal ended it"),
        Output::new("signal", Kind::Number, "the signal that ended it; null where it exited"),
        Output::new("stdout", Kind::Any, "what it printed, as text, or as bytes where that is not UTF-8"),
        Output::new("stderr", Kind::Any, "what it printed to standard error"),
        Output::new("json", Kind::Any, "what it printed, as a JSON document").read_from("stdout"),
        Output::new(
            "json_lines",
            Kind::List,
            "what it printed, as a JSON document a line; empty lines are passed over",
        )
        .read_from("stdout"),
        // They say no more than the texts that they are cut from.
        Output::new("lines", Kind::List, "what it printed, line by line").volatile(),
        Output::new("stderr_lines", Kind::List, "what it printed to standard error, line by line").volatile(),
        Output::new("duration", Kind::Duration, "from its start to its end").volatile(),
        Output::new(
            "peak_memory",
            Kind::Size,
            "the most memory that one of its processes held, as the kernel tells",
        )
        .volatile(),
    ];
}

impl Action for Run {
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.finish(context).map_err(|error| error.at(self.span))
    }

    fn starts_children(&self) -> bool {
        true
    }

    fn measures_latency(&self, asked: &[(Arc<str>, Span)]) -> bool {
        asked.iter().any(|(path, _)| &**path == "duration")
    }
}

impl Run {
    fn finish(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let (command, name) = self.command(context)?;
        let listener = context.children.listener.as_ref();
        let mut follow = Follow { listener, ..Follow::new(context.deadline, context.cancel) };
        if let Some(grace) = context.maybe(self.keys.grace.as_ref())? {
            follow.grace = grace;
        }
        let finished = run_followed(&command, &follow).map_err(|error| explain(&error))?;
        match finished.ending {
            Ending::Exited => Ok(given::done(&finished, &name, &command.sandbox)),
            Ending::TimedOut => {
                let error =
                    StepError::timed_out(format!("`{name}` was still running when its time was over"));
                Err(with_notes(error, &finished))
            }
            Ending::Cancelled => {
                let error = StepError::new(format!("`{name}` was interrupted")).code(codes::INTERRUPTED);
                Err(with_notes(error, &finished))
            }
        }
    }

    /// What to start, and what to call it.
    fn command(&self, context: &Context<'_>) -> Result<(Command, String), StepError> {
        let keys = &self.keys;
        let form::Words { argv, name } = self.command.words(context)?;
        let env = variables(context, &keys.inherit_env, keys.env.as_ref())?;
        let cwd = folder(context, keys.cwd.as_ref())?;
        let stdin = match &keys.stdin {
            Some(stdin) => Some(bytes(&context.get(stdin)?).map_err(|error| error.at(stdin.span))?),
            None => None,
        };
        let limit = context.maybe(keys.capture.as_ref())?.map_or(CAPTURE, |size| size.0);
        let capture_limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let sandbox = context.children.sandbox.clone();
        Ok((Command { argv, env, cwd, stdin, capture_limit, sandbox }, name))
    }
}

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
    let workspace = (context.places.workspace)().map_err(StepError::new)?;
    variables.push(("MLFUNNEL_WORKSPACE".to_owned(), workspace.to_string_lossy().into_owned()));
    Ok(variables)
}

/// Where a command starts: the project's root when nothing is said.
pub(super) fn folder(context: &Context<'_>, cwd: Option<&Arg<Arc<str>>>) -> Result<PathBuf, StepError> {
    match cwd {
        Some(cwd) => context.places.input(&context.get(cwd)?).map_err(|error| error.at(cwd.span)),
        None => Ok(context.places.bounds.project_root.clone()),
    }
}

fn bytes(value: &Value) -> Result<Vec<u8>, StepError> {
    match value {
        Value::Text(text) => Ok(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        other => json_bytes(other),
    }
}

pub(super) fn explain(error: &ProcessError) -> StepError {
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

fn with_notes(error: StepError, finished: &Finished) -> StepError {
    let refused = finished.refused.iter().cloned().map(kept_from);
    last_words(finished).into_iter().chain(refused).fold(error, StepError::note)
}

/// The end of stderr, or of stdout where stderr is empty.
fn last_words(finished: &Finished) -> Vec<String> {
    let streams = [("stderr", &finished.stderr), ("stdout", &finished.stdout)];
    let said = streams.into_iter().find(|(_, captured)| captured.written() > 0);
    said.map_or_else(Vec::new, |(stream, captured)| {
        vec![format!("{stream} ends with:\n{}", captured.last_lines(LINES))]
    })
}

/// What is said of an address that the sandbox kept a child from.
#[allow(clippy::needless_pass_by_value)] // the shape `map` wants
pub(super) fn kept_from(address: String) -> String {
    format!("it tried to reach {address}, and was kept from it")
}

#[cfg(test)]
mod tests;
