//! A subject that is kept running: a line of JSON for each input, and a line of JSON for each answer.

use std::sync::Arc;

use crate::action::argv::{Argv, json_bytes};
use crate::action::{Context, StepError, child};
use crate::diagnostic::codes;
use crate::params;
use crate::source::Spanned;
use crate::syntax::Arg;
use crate::system::process::{Captured, Command, Dialogue, Exit, Silence};
use crate::value::{Map, Value};

/// Bytes kept of its standard error.
const CAPTURE: usize = 64 << 10;
/// Characters of an answer that a message shows.
const SHOWN: usize = 80;

params! {
    /// A process that is started once and reads and writes lines of JSON.
    pub(super) struct ProcessKeys = "`process`" short "argv" {
        /// The program and its arguments.
        argv: Arg<Argv>,
        /// Variables of mlfunnel's own environment that it is given as well, by name.
        inherit_env: Vec<Spanned<Arc<str>>>,
        /// Variables of its environment.
        env: Option<Arg<Arc<Map>>>,
        /// Where it starts: a folder of the project, or `$workspace`.
        cwd: Option<Arg<Arc<str>>>,
    }
}

/// A running process that takes a line and gives a line.
pub(super) struct Responder {
    dialogue: Dialogue,
    name: String,
}

impl Responder {
    pub(super) fn start(keys: &ProcessKeys, context: &Context<'_>) -> Result<Self, StepError> {
        let command = Command {
            argv: context.get(&keys.argv)?.0,
            env: child::variables(context, &keys.inherit_env, keys.env.as_ref())?,
            cwd: child::folder(context, keys.cwd.as_ref())?,
            stdin: None,
            capture_limit: CAPTURE,
            sandbox: context.children.sandbox.clone(),
        };
        let name = child::called(&command.argv);
        let dialogue = Dialogue::start(&command).map_err(|error| child::not_started(&error))?;
        Ok(Self { dialogue, name })
    }

    /// Sends an input and reads the answer.
    pub(super) fn ask(&mut self, input: &Value, context: &Context<'_>) -> Result<Value, StepError> {
        let line = json_bytes(input)?;
        let answer = match self.dialogue.ask(&line, context.deadline, context.cancel) {
            Ok(answer) => answer,
            Err(silence) => return Err(self.with_last_words(self.silent(silence))),
        };
        Value::from_json(&answer).map_err(|why| {
            let message =
                format!("`{}` answered with no JSON: {}: {}", self.name, why.message, shown(&answer));
            let help = why.help.unwrap_or(ONE_LINE);
            self.with_last_words(StepError::new(message).help(help))
        })
    }

    /// Ends it with all it has started. The addresses that it was kept from come back.
    pub(super) fn end(self) -> Result<Vec<String>, StepError> {
        let left = self.dialogue.end();
        if left.unread.is_empty() { Ok(left.refused) } else { Err(too_much(&self.name, &left.unread)) }
    }

    fn silent(&self, silence: Silence) -> StepError {
        let name = &self.name;
        match silence {
            Silence::Exited(Exit::Code(code)) => {
                StepError::new(format!("`{name}` ended with exit code {code} and gave no answer"))
                    .help("a process goes on reading lines until its input ends; use `run` for one that is started for each input")
            }
            Silence::Exited(Exit::Signal(signal)) => {
                StepError::new(format!("`{name}` was ended by signal {signal} and gave no answer"))
            }
            Silence::Closed => {
                StepError::new(format!("`{name}` closed its standard output and gave no answer"))
            }
            Silence::TimedOut => {
                StepError::timed_out(format!("`{name}` had not answered when its time was over"))
                    .help("each answer ends with a line break, and is flushed: `print(…, flush=True)`")
            }
            Silence::Cancelled => {
                StepError::new(format!("`{name}` was interrupted")).code(codes::INTERRUPTED)
            }
            Silence::TooLong(bytes) => {
                StepError::new(format!("`{name}` wrote {} without a line break", Value::Size(bytes as u64)))
                    .help(ONE_LINE)
            }
            Silence::Unasked(line) => too_much(name, &line),
        }
    }

    fn with_last_words(&mut self, error: StepError) -> StepError {
        let words = child::last_words(&self.dialogue.stderr(), &Captured::default());
        child::with_refused(words.into_iter().fold(error, StepError::note), &self.dialogue.take_refused())
    }
}

const ONE_LINE: &str =
    "it writes one line of JSON for each line that it reads; anything else it prints goes to stderr";

fn too_much(name: &str, line: &[u8]) -> StepError {
    StepError::new(format!("`{name}` wrote more than its answer: {}", shown(line))).help(ONE_LINE)
}

/// The start of what it wrote.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
    format!("`{}{}`", &text[..end], if end < text.len() { "…" } else { "" })
}
