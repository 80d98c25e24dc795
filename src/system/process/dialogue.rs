//! A child that is kept running and answers each line with a line.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use super::capture::Captured;
use super::pump::{self, Drain};
use super::start::start;
use super::tree::Tree;
use super::{Command, Exit, ProcessError};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;

/// No answer is longer.
const LONGEST: usize = 64 << 20;
/// A cancelled token, and an exit without a notice from the kernel, are noticed within this time.
const LOOK: Duration = Duration::from_millis(25);
/// Between the end of its input and the end by force.
const GRACE: Duration = Duration::from_millis(300);
const BUFFER: usize = 64 * 1024;

/// A running child that reads lines and writes lines. Ended with all it started when dropped.
#[derive(Debug)]
pub struct Dialogue {
    tree: Tree,
    stdin: Option<File>,
    stdout: Option<File>,
    stderr: Drain,
    /// What it wrote and nobody asked for yet.
    unread: Vec<u8>,
    buffer: Vec<u8>,
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// It ended before it answered.
    Exited(Exit),
    /// It closed its standard output and runs on.
    Closed,
    /// The deadline passed.
    TimedOut,
    /// The run was cancelled.
    Cancelled,
    /// The answer goes on beyond what any answer needs: this many bytes.
    TooLong(usize),
    /// It wrote this before it was asked.
    Unasked(Vec<u8>),
}

/// What is left of a child when it has ended.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it wrote beyond its answers.
    pub unread: Vec<u8>,
    /// The addresses it tried to reach and was kept from, each once.
    pub refused: Vec<String>,
}

impl Dialogue {
    /// Starts a child that is to be spoken to. `command.stdin` is not used, and `command.capture_limit` bounds what is
    /// kept of its standard error.
    pub fn start(command: &Command) -> Result<Self, ProcessError> {
        let io = |source| command.refused(source);
        let (its_stdin, stdin) = io::pipe().map_err(io)?;
        let (stdout, its_stdout) = io::pipe().map_err(io)?;
        let (stderr, its_stderr) = io::pipe().map_err(io)?;
        pump::nonblocking(&stdin).map_err(io)?;
        pump::nonblocking(&stdout).map_err(io)?;
        let tree = start(command, [its_stdin.into(), its_stdout.into(), its_stderr.into()], false)?;
        Ok(Self {
            tree,
            stdin: Some(OwnedFd::from(stdin).into()),
            stdout: Some(OwnedFd::from(stdout).into()),
            stderr: Drain::new(Some(stderr.into()), command.capture_limit).map_err(io)?,
            unread: Vec::new(),
            buffer: Vec::new(),
        })
    }

    /// Sends a line, which holds no line break, and waits for the line that answers it.
    pub fn ask(&mut self, line: &[u8], deadline: Deadline, cancel: &Cancel) -> Result<Vec<u8>, Silence> {
        self.read();
        if !self.unread.is_empty() {
            return Err(Silence::Unasked(std::mem::take(&mut self.unread)));
        }
        let line = [line, b"\n"].concat();
        let mut rest = &line[..];
        loop {
            self.write(&mut rest);
            let exit = self.tree.poll_exit();
            let before = self.unread.len();
            self.read();
            if let Some(found) = self.unread[before..].iter().position(|&byte| byte == b'\n') {
                let after = self.unread.split_off(before + found + 1);
                let mut answer = std::mem::replace(&mut self.unread, after);
                answer.pop();
                return Ok(answer);
            }
            if self.unread.len() > LONGEST {
                return Err(Silence::TooLong(self.unread.len()));
            }
            if self.unread.len() > before {
                continue;
            }
            if let Some(exit) = exit {
                return Err(Silence::Exited(exit));
            }
            if self.stdout.is_none() {
                return Err(self.tree.wait_exit(GRACE).map_or(Silence::Closed, Silence::Exited));
            }
            if cancel.is_cancelled() {
                return Err(Silence::Cancelled);
            }
            if deadline.expired() {
                return Err(Silence::TimedOut);
            }
            let readable = [self.stdout.as_ref().map(AsFd::as_fd), self.stderr.fd(), self.tree.fd()];
            let writable = self.stdin.as_ref().filter(|_| !rest.is_empty()).map(AsFd::as_fd);
            pump::sleep(&readable, writable, deadline.remaining_up_to(LOOK));
        }
    }

    /// What it wrote to its standard error so far.
    pub fn stderr(&mut self) -> Captured {
        self.stderr.read(&mut self.buffer);
        self.stderr.collector.snapshot()
    }

    /// The addresses it tried to reach and was kept from since this was last asked, each once.
    pub fn take_refused(&mut self) -> Vec<String> {
        self.tree.take_refused()
    }

    /// Tells it by the end of its input that nothing more will be asked, lets it go, and ends what is left.
    pub fn end(mut self) -> Left {
        self.stdin = None;
        if self.tree.wait_exit(GRACE).is_none() {
            self.tree.terminate();
            self.tree.wait_exit(GRACE);
        }
        self.read();
        Left { unread: std::mem::take(&mut self.unread), refused: self.tree.take_refused() }
    }

    fn write(&mut self, rest: &mut &[u8]) {
        while let (Some(pipe), false) = (&mut self.stdin, rest.is_empty()) {
            match pipe.write(rest) {
                Ok(count) => *rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.stdin = None,
            }
        }
    }

    /// Takes what is there of both outputs, a bounded part of it at a time.
    fn read(&mut self) {
        self.stderr.read(&mut self.buffer);
        self.buffer.resize(BUFFER, 0);
        let Some(pipe) = &mut self.stdout else { return };
        match pipe.read(&mut self.buffer) {
            Ok(0) => self.stdout = None,
            Ok(count) => self.unread.extend_from_slice(&self.buffer[..count]),
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(_) => self.stdout = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::process::shell::{self, gone};

    /// Far more than any answer takes, and far less than a hang.
    const SOON: Duration = Duration::from_secs(30);

    fn sh(script: &str) -> Dialogue {
        Dialogue::start(&Command { capture_limit: 1000, ..shell::sh(script) }).unwrap()
    }

    fn ask(dialogue: &mut Dialogue, line: &str) -> Result<String, Silence> {
        let answer = dialogue.ask(line.as_bytes(), Deadline::after(SOON), &Cancel::new());
        answer.map(|line| String::from_utf8(line).unwrap())
    }

    #[test]
    fn each_line_is_answered_by_the_same_process() {
        let mut counting = sh(r#"n=0; while read -r line; do n=$((n+1)); echo "$n $line"; done"#);
        assert_eq!(ask(&mut counting, "a").as_deref(), Ok("1 a"));
        assert_eq!(ask(&mut counting, "b").as_deref(), Ok("2 b"));
        assert_eq!(counting.end(), Left::default());
    }

    #[test]
    fn lines_larger_than_any_pipe_pass_both_ways() {
        let mut cat = sh("exec cat");
        let line = "x".repeat(3 << 20);
        assert!(ask(&mut cat, &line).is_ok_and(|answer| answer == line));
        assert!(ask(&mut cat, "y").is_ok_and(|answer| answer == "y"));
    }

    #[test]
    fn a_death_is_told_with_its_code_and_last_words() {
        let mut dying = sh("read -r line; echo no model >&2; printf half; exit 4");
        assert_eq!(ask(&mut dying, "a"), Err(Silence::Exited(Exit::Code(4))));
        assert_eq!(dying.stderr().text(), "no model\n");
        let mut killed = sh("read -r line; kill -9 $$");
        assert_eq!(ask(&mut killed, "a"), Err(Silence::Exited(Exit::Signal(9))));
    }

    #[test]
    fn silence_ends_at_the_deadline_or_when_cancelled() {
        let mut silent = sh("exec sleep 60");
        let short = Deadline::after(Duration::from_millis(50));
        assert_eq!(silent.ask(b"a", short, &Cancel::new()), Err(Silence::TimedOut));
        let cancel = Cancel::new();
        cancel.cancel();
        assert_eq!(silent.ask(b"a", Deadline::NEVER, &cancel), Err(Silence::Cancelled));
        let mut closed = sh("exec >&-; sleep 60");
        assert_eq!(ask(&mut closed, "a"), Err(Silence::Closed));
    }

    #[test]
    fn a_line_too_many_is_no_answer_to_what_comes_next() {
        let mut chatty = sh("while read -r line; do printf 'one\\ntwo\\n'; done");
        assert_eq!(ask(&mut chatty, "a").as_deref(), Ok("one"));
        assert_eq!(ask(&mut chatty, "b"), Err(Silence::Unasked(b"two\n".to_vec())));
        let mut chatty = sh("read -r line; echo one; read -r line; echo two");
        assert_eq!(ask(&mut chatty, "a").as_deref(), Ok("one"));
        assert_eq!(chatty.end().unread, b"two\n");
    }

    #[test]
    fn its_whole_group_ends_with_it() {
        let mut stubborn = sh("trap '' TERM; sleep 300 & read -r line; echo $!; wait; wait");
        let pid = ask(&mut stubborn, "a").unwrap();
        assert!(stubborn.end().unread.is_empty());
        assert!(gone(&pid));
        let mut dropped = sh("sleep 300 & read -r line; echo $!; wait");
        let pid = ask(&mut dropped, "a").unwrap();
        drop(dropped);
        assert!(gone(&pid));
    }
}
