//! `run`: the team's own command.

mod form;
mod given;

use std::sync::Arc;
use std::time::Duration;

use self::form::{Form, Invocation};
use super::argv::{Argv, Words, json_bytes, refuse_odd_names};
use super::{Action, Context, Done, Named, Output, StepError, child};
use crate::diagnostic::codes;
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::process::{Command, Ending, Finished, Follow, run_followed};
use crate::value::{Kind, Map, Size, Value};

/// Bytes kept of each stream when nothing else is said.
const CAPTURE: u64 = 1 << 20;

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
        let finished = run_followed(&command, &follow).map_err(|error| child::not_started(&error))?;
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
        let Invocation { argv, name } = self.command.invocation(context)?;
        let env = child::variables(context, &keys.inherit_env, keys.env.as_ref())?;
        let cwd = child::folder(context, keys.cwd.as_ref())?;
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

fn bytes(value: &Value) -> Result<Vec<u8>, StepError> {
    match value {
        Value::Text(text) => Ok(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        other => json_bytes(other),
    }
}

fn with_notes(error: StepError, finished: &Finished) -> StepError {
    let words = child::last_words(&finished.stderr, &finished.stdout);
    child::with_refused(words.into_iter().fold(error, StepError::note), &finished.refused)
}

#[cfg(test)]
mod tests;
