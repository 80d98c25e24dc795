//! `run`: the team's own command.

use std::path::PathBuf;
use std::sync::Arc;

use super::argv::{Argv, environment, json_bytes};
use super::{Action, Context, Done, Named, Output, StepError, Unsuccessful};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::process::{self, Captured, Command, Ending, Exit, Finished, ProcessError};
use crate::value::{Kind, Map, Outputs, Size, Value};

/// Bytes kept of each stream when nothing else is said.
const CAPTURE: u64 = 1 << 20;
/// Lines of a stream that a message shows.
const LINES: usize = 20;

params! {
    /// Runs a command of your own: a program and its arguments, with no shell between.
    ///
    /// - It starts in the project's root, or in `cwd`. A program without `/` is searched in `PATH`.
    /// - Its environment is `PATH`, `HOME`, `LANG`, `TMPDIR`, `MLFUNNEL_WORKSPACE` (the case's own folder), and what `env`
    ///   declares: nothing else is passed on, so that a case means the same on every machine.
    /// - It reads `stdin`: text as it is, any other value as JSON; nothing when left out.
    /// - An exit code other than 0, or an end by a signal, fails the step, unless `expect` speaks of `exit_code`.
    /// - At its timeout, or when the run is interrupted, it is ended together with all its children.
    ///
    /// ```yaml
    /// cases:
    ///   - name: prints its metrics
    ///     run: [sh, -c, 'echo "{\"accuracy\": 0.9}"']
    ///     expect: {json.accuracy: {between: [0.8, 1.0]}}
    /// ```
    pub struct Keys = "`run`" short "argv" {
        /// The program and its arguments.
        argv: Option<Arg<Argv>>,
        /// A line for `sh -c`, in place of `argv`.
        shell: Option<Arg<Arc<str>>>,
        /// Variables of its environment.
        env: Option<Arg<Arc<Map>>>,
        /// Where it starts: a folder of the project, or `$workspace`.
        cwd: Option<Arg<Arc<str>>>,
        /// What it reads: text, or any value as JSON.
        stdin: Option<Arg<Value>>,
        /// The most that is kept of each of stdout and stderr: its first and its last half; `1 MiB` when left out.
        capture: Option<Arg<Size>>,
    }
}

/// The action, its command known to be one.
#[derive(Debug)]
pub(super) struct Run {
    command: Form,
    keys: Keys,
    span: Span,
}

#[derive(Debug)]
enum Form {
    Argv(Arg<Argv>),
    Shell(Arg<Arc<str>>),
}

impl Decode for Run {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut keys = Keys::decode(node, decoder)?;
        let command = match (keys.argv.take(), keys.shell.take()) {
            (Some(argv), None) => Form::Argv(argv),
            (None, Some(line)) => Form::Shell(line),
            (Some(_), Some(line)) => {
                let message = "`argv` and `shell` are both given";
                let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, line.span, message);
                return decoder.refuse(diagnostic.help("keep one of them"));
            }
            (None, None) => {
                let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "there is nothing to run");
                return decoder.refuse(diagnostic.help("give `argv: [program, argument, …]`"));
            }
        };
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
        let command = self.command(context)?;
        let name = name(&command);
        let finished =
            process::run(&command, context.deadline, context.cancel).map_err(|error| explain(&error))?;
        match finished.ending {
            Ending::Exited => Ok(done(&finished, &name)),
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

    fn command(&self, context: &Context<'_>) -> Result<Command, StepError> {
        let keys = &self.keys;
        let argv = match &self.command {
            Form::Argv(argv) => context.get(argv)?.0,
            Form::Shell(line) => vec!["sh".to_owned(), "-c".to_owned(), context.get(line)?.to_string()],
        };
        let declared = context.maybe(keys.env.as_ref())?;
        let mut env = environment(&context.children.env, keys.env.as_ref().zip(declared.as_deref()))?;
        let workspace = (context.places.workspace)().map_err(StepError::new)?;
        env.push(("MLFUNNEL_WORKSPACE".to_owned(), workspace.to_string_lossy().into_owned()));
        let cwd = match &keys.cwd {
            Some(cwd) => folder(context, cwd)?,
            None => context.places.bounds.project_root.clone(),
        };
        let stdin = match &keys.stdin {
            Some(stdin) => Some(bytes(&context.get(stdin)?).map_err(|error| error.at(stdin.span))?),
            None => None,
        };
        let limit = context.maybe(keys.capture.as_ref())?.map_or(CAPTURE, |size| size.0);
        let capture_limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let sandbox = context.children.sandbox.clone();
        Ok(Command { argv, env, cwd, stdin, capture_limit, sandbox })
    }
}

fn folder(context: &Context<'_>, cwd: &Arg<Arc<str>>) -> Result<PathBuf, StepError> {
    context.places.input(&context.get(cwd)?).map_err(|error| error.at(cwd.span))
}

fn bytes(value: &Value) -> Result<Vec<u8>, StepError> {
    match value {
        Value::Text(text) => Ok(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        other => json_bytes(other),
    }
}

/// The command as people write it, not too much of it.
fn name(command: &Command) -> String {
    let line = command.argv.join(" ").replace('\n', " ");
    match line.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn explain(error: &ProcessError) -> StepError {
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

fn done(finished: &Finished, name: &str) -> Done {
    let unsuccessful = match finished.exit {
        Exit::Code(0) => None,
        Exit::Code(code) => Some(format!("`{name}` ended with exit code {code}")),
        Exit::Signal(signal) => Some(format!("`{name}` was ended by signal {signal}")),
    };
    let unsuccessful = unsuccessful.map(|message| Unsuccessful {
        output: "exit_code",
        code: codes::NON_ZERO_EXIT,
        message,
        notes: last_words(finished),
    });
    let (code, signal) = match finished.exit {
        Exit::Code(code) => (Value::from(i64::from(code)), Value::Null),
        Exit::Signal(signal) => (Value::Null, Value::from(i64::from(signal))),
    };
    let outputs = Outputs::new()
        .with("exit_code", code)
        .with("signal", signal)
        .with("stdout", content(&finished.stdout))
        .with("stderr", content(&finished.stderr));
    let outputs = match json(&finished.stdout) {
        Ok(document) => outputs.with("json", document),
        Err(why) => outputs.without("json", why),
    };
    let outputs = outputs.with("duration", finished.duration);
    let outputs = match finished.peak_memory {
        Some(bytes) => outputs.with("peak_memory", Value::Size(bytes)),
        None => outputs.without("peak_memory", "the command ended before its memory could be read"),
    };
    Done { unsuccessful, ..Done::from(outputs) }
}

fn content(captured: &Captured) -> Value {
    match captured.complete().map(std::str::from_utf8) {
        Some(Ok(text)) => Value::text(text),
        Some(Err(_)) => Value::Bytes(captured.head.as_slice().into()),
        None => Value::text(captured.text()),
    }
}

fn json(stdout: &Captured) -> Result<Value, String> {
    match stdout.complete() {
        Some([]) => Err("stdout is empty, and so no JSON".to_owned()),
        Some(bytes) => Value::from_json(bytes).map_err(|error| format!("stdout is not JSON: {error}")),
        None => {
            let written = Value::Size(stdout.written());
            Err(format!("stdout is {written}, more than `capture` keeps, and so was not read as JSON"))
        }
    }
}

fn with_notes(error: StepError, finished: &Finished) -> StepError {
    last_words(finished).into_iter().fold(error, StepError::note)
}

/// The end of stderr, or of stdout where stderr is empty.
fn last_words(finished: &Finished) -> Vec<String> {
    let streams = [("stderr", &finished.stderr), ("stdout", &finished.stdout)];
    let said = streams.into_iter().find(|(_, captured)| captured.written() > 0);
    said.map_or_else(Vec::new, |(stream, captured)| {
        vec![format!("{stream} ends with:\n{}", captured.last_lines(LINES))]
    })
}

#[cfg(test)]
mod tests;
