//! One worker: started, greeted, asked.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::codec::{MARK, Message, PREFIX, Unread};
use super::exchange::{Call, LIMIT, Outcome, answer, greeting, request};
use super::interpreter::Interpreter;
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::process::{self, Captured, Command, Conversation, Network, ProcessError, Sandbox};
use crate::value::Map;

/// What the other side runs, after it has read it from its socket.
const SOURCE: &str = concat!(include_str!("values.py"), "\n\n", include_str!("worker.py"));
/// Reads the program and runs it in a namespace of its own. Any Python understands this much.
const BOOTSTRAP: &str = "\
import os, sys
if sys.version_info < (3, 9):
    sys.exit('this is Python %d.%d, and 3.9 or later is needed' % sys.version_info[:2])
left = int(os.read(0, 8))
text = b''
while len(text) < left:
    text += os.read(0, left - len(text))
exec(compile(text, '<mlfunnel>', 'exec'), {'__name__': 'mlfunnel'})
";
/// What is kept of each of stdout and stderr of one call.
const CAPTURE: usize = 1 << 20;
/// What stands around a result.
const SLACK: u64 = 1 << 20;
/// How long a worker that hangs has to write down where.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How long a worker has to end by itself.
const FAREWELL: Duration = Duration::from_millis(300);

/// What workers are kept apart by: calls of one key may share a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub interpreter: Arc<Interpreter>,
    /// Where it works; what it imports is looked for here first.
    pub folder: PathBuf,
    pub env: Vec<(String, String)>,
    /// Where it may write; everywhere when `None`.
    pub writable: Option<Vec<PathBuf>>,
}

/// An answer, and what was printed meanwhile.
#[derive(Debug)]
pub struct Reply {
    pub outcome: Outcome,
    /// Of the function alone.
    pub duration: Duration,
    pub stdout: Captured,
    pub stderr: Captured,
    /// The addresses it was kept from.
    pub refused: Vec<String>,
}

/// A call that the worker did not outlive: it is gone.
#[derive(Debug)]
pub struct Broken {
    pub why: process::Broken,
    /// What came was no answer; what it was instead.
    pub garbage: Option<String>,
    pub stdout: Captured,
    pub stderr: Captured,
    pub refused: Vec<String>,
}

/// A worker that did not come up.
#[derive(Debug)]
pub enum StartError {
    Process(ProcessError),
    /// It ended, hung or was no Python; the end of what it wrote to stderr.
    NoGreeting {
        why: String,
        last_words: String,
        cause: Option<process::Broken>,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(error) => error.fmt(f),
            Self::NoGreeting { why, last_words, .. } if last_words.is_empty() => f.write_str(why),
            Self::NoGreeting { why, last_words, .. } => write!(f, "{why}: {last_words}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A process that calls functions, one after another. It ends when this is dropped.
#[derive(Debug)]
pub struct Worker {
    conversation: Conversation,
    /// Its number, as it knows it.
    pid: Option<rustix::process::Pid>,
    asked: i64,
    /// What it has been asked to import.
    imported: Vec<Arc<str>>,
}

impl Worker {
    /// Starts one and waits for its greeting.
    pub fn start(
        key: &Key,
        network: &Network,
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<Self, StartError> {
        let python = key.interpreter.path.to_string_lossy().into_owned();
        let command = Command {
            argv: vec![python, "-c".to_owned(), BOOTSTRAP.to_owned()],
            env: key.env.clone(),
            cwd: key.folder.clone(),
            stdin: None,
            capture_limit: CAPTURE,
            sandbox: Sandbox { network: network.clone(), writable: key.writable.clone() },
        };
        let conversation = process::converse(&command).map_err(StartError::Process)?;
        let mut worker = Self { conversation, pid: None, asked: 0, imported: Vec::new() };
        let source = format!("{:08}{SOURCE}", SOURCE.len());
        let greeted = worker
            .conversation
            .write(source.as_bytes(), deadline, cancel)
            .map_err(NoAnswer::Broken)
            .and_then(|()| worker.receive(deadline, cancel))
            .and_then(|(head, body)| greeting(&head, &body).map_err(NoAnswer::Unread));
        match greeted {
            Ok(pid) => {
                worker.pid = pid;
                Ok(worker)
            }
            Err(silence) => Err(worker.stillborn(&silence)),
        }
    }

    /// Imports modules, so that no call has to wait for it. Whether they can be imported is for the calls to tell.
    pub fn import(
        &mut self,
        modules: &[Arc<str>],
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<(), Box<Broken>> {
        self.asked += 1;
        self.imported.extend_from_slice(modules);
        let mut message = Message::new();
        message.tuple(4);
        message.int(self.asked.into());
        message.text("import");
        message.list(modules.len());
        for module in modules {
            message.text(module);
        }
        message.map(&Map::new());
        let frame = message.finish();
        self.exchange(frame, deadline, cancel).map(drop)
    }

    /// Calls a function. After an error the worker has ended, and another one is needed.
    pub fn call(
        &mut self,
        call: &Call<'_>,
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<Reply, Box<Broken>> {
        let set = self.conversation.set_network(call.network);
        set.map_err(|why| self.broken(NoAnswer::Broken(why)))?;
        let module = call.target.split(':').next().unwrap_or_default();
        if !self.imported.iter().any(|held| **held == *module) {
            // Whether it can be imported the call tells.
            self.import(&[module.into()], deadline, cancel)?;
        }
        self.asked += 1;
        let frame = request(call, self.asked);
        // What is printed by an import, or by threads of an earlier call, belongs to no call.
        self.conversation.take_output();
        self.conversation.take_refused();
        let (outcome, duration) = self.exchange(frame, deadline, cancel)?;
        let (stdout, stderr) = self.conversation.take_output();
        let refused = self.conversation.take_refused();
        Ok(Reply { outcome, duration, stdout, stderr, refused })
    }

    pub(super) fn lives(&mut self) -> bool {
        self.conversation.poll_exit().is_none()
    }

    /// Lets it end by itself, and ends it.
    pub fn stop(mut self) {
        self.conversation.stop(FAREWELL);
    }

    fn exchange(
        &mut self,
        (head, body): (Vec<u8>, Vec<u8>),
        deadline: Deadline,
        cancel: &Cancel,
    ) -> Result<(Outcome, Duration), Box<Broken>> {
        let asked = self.asked;
        let sent = self
            .conversation
            .write(&head, deadline, cancel)
            .and_then(|()| self.conversation.write(&body, deadline, cancel));
        drop((head, body));
        sent.map_err(NoAnswer::Broken)
            .and_then(|()| self.receive(deadline, cancel))
            .and_then(|(head, body)| answer(&head, &body, asked).map_err(NoAnswer::Unread))
            .map_err(|silence| self.broken(silence))
    }

    fn receive(&mut self, deadline: Deadline, cancel: &Cancel) -> Result<(Vec<u8>, Vec<u8>), NoAnswer> {
        let mut prefix = [0; PREFIX];
        self.conversation.read(&mut prefix, deadline, cancel).map_err(NoAnswer::Broken)?;
        let (lengths, _) = prefix.as_chunks::<8>();
        let [head, body] = [1, 2].map(|at| u64::from_le_bytes(lengths[at]));
        if lengths[0] != *MARK || head.checked_add(body).is_none_or(|sum| sum > LIMIT + SLACK) {
            return Err(NoAnswer::Garbage(prefix.to_vec()));
        }
        let mut read = |length: u64| {
            let mut bytes = vec![0; length as usize];
            self.conversation.read(&mut bytes, deadline, cancel).map_err(NoAnswer::Broken)?;
            Ok(bytes)
        };
        Ok((read(head)?, read(body)?))
    }

    /// Ends the worker, which did not answer, and gathers what it last wrote.
    fn broken(&mut self, silence: NoAnswer) -> Box<Broken> {
        let (why, garbage) = match silence {
            NoAnswer::Broken(why) => (why, None),
            NoAnswer::Garbage(bytes) => {
                (process::Broken::Ended(None), Some(format!("`{}`", bytes.escape_ascii())))
            }
            NoAnswer::Unread(unread) => (process::Broken::Ended(None), Some(format!("{unread:?}"))),
        };
        if let (process::Broken::TimedOut, Some(pid)) = (why, self.pid) {
            // It writes down where it is. What it answers now comes too late.
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::USR2);
            let _ = self.conversation.read(&mut [0; PREFIX], Deadline::after(LAST_WORDS), &Cancel::new());
        }
        let (stdout, stderr) = self.conversation.take_output();
        let refused = self.conversation.take_refused();
        self.conversation.stop(Duration::ZERO);
        Box::new(Broken { why, garbage, stdout, stderr, refused })
    }

    fn stillborn(&mut self, silence: &NoAnswer) -> StartError {
        let (why, cause) = match silence {
            NoAnswer::Broken(why) => (format!("it did not come up, {why}"), Some(*why)),
            NoAnswer::Garbage(_) | NoAnswer::Unread(_) => ("it is no Python".to_owned(), None),
        };
        let (_, stderr) = self.conversation.take_output();
        self.conversation.stop(Duration::ZERO);
        StartError::NoGreeting { why, last_words: stderr.last_lines(5), cause }
    }
}

/// Why there is no answer.
enum NoAnswer {
    Broken(process::Broken),
    Garbage(Vec<u8>),
    Unread(Unread),
}

#[cfg(test)]
mod tests;
