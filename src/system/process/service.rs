//! A child that is kept running: a service under test.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::capture::Captured;
use super::pump::{self, Drain};
use super::start::start;
use super::tree::Tree;
use super::{Command, Exit, ProcessError};

/// How often a stopped service's log is looked at without anything being written to it.
const LOOK: Duration = Duration::from_millis(50);
/// Between the request to end and the end by force, when a service is dropped without having been stopped.
const DROP_GRACE: Duration = Duration::from_millis(300);

/// A running child with all it has started. Stopped when dropped.
#[derive(Debug)]
pub struct Running {
    tree: Option<Tree>,
    exit: Option<Exit>,
    log: Arc<Mutex<Drain>>,
    stopping: Arc<AtomicBool>,
    pump: Option<JoinHandle<()>>,
}

/// Starts a child and keeps it running. Its stdout and stderr go, in the order written, into one log of which the first
/// and last half of `log_limit` bytes are kept; `command.capture_limit` and `command.stdin` are not used.
pub fn spawn(command: &Command, log_limit: usize) -> Result<Running, ProcessError> {
    let io = |source| command.refused(source);
    let (reader, writer) = io::pipe().map_err(io)?;
    let other = writer.try_clone().map_err(io)?;
    let tree = start(command, [Stdio::null(), writer.into(), other.into()], false)?;
    let mut running = Running {
        tree: Some(tree),
        exit: None,
        log: Arc::new(Mutex::new(Drain::new(Some(OwnedFd::from(reader)), log_limit).map_err(io)?)),
        stopping: Arc::default(),
        pump: None,
    };
    let (log, stopping) = (running.log.clone(), running.stopping.clone());
    let pump = thread::Builder::new().name("service log".into()).spawn(move || keep_log(&log, &stopping));
    // Should no thread be had, dropping `running` ends the child.
    running.pump = Some(pump.map_err(io)?);
    Ok(running)
}

impl Running {
    /// The number of the process that leads the group.
    pub fn pid(&self) -> Option<u32> {
        self.tree.as_ref().map(Tree::pid)
    }

    /// How the child ended, if it has, and all it started with it.
    pub fn poll_exit(&mut self) -> Option<Exit> {
        if let Some(tree) = &mut self.tree {
            self.exit = tree.poll_exit();
        }
        self.exit
    }

    /// The addresses it tried to reach and was kept from since this was last asked, each once.
    pub fn take_refused(&mut self) -> Vec<String> {
        self.tree.as_mut().map(Tree::take_refused).unwrap_or_default()
    }

    /// What it has written so far.
    pub fn log_tail(&self) -> Captured {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).collector.snapshot()
    }

    /// Asks the group to end, waits up to `grace` for its leader to do so, kills what is left. Returns how the child
    /// ended; `None` when even the kernel could not end it.
    pub fn stop(&mut self, grace: Duration) -> Option<Exit> {
        if let Some(mut tree) = self.tree.take() {
            self.exit = tree.end(grace);
        }
        self.stopping.store(true, Ordering::Release);
        if let Some(pump) = self.pump.take() {
            let _ = pump.join();
        }
        self.exit
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop(DROP_GRACE);
    }
}

fn keep_log(log: &Mutex<Drain>, stopping: &AtomicBool) {
    // The pipe is waited on through a copy, so that the log can be looked at during the wait.
    let lock = || log.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Ok(pipe)) = lock().fd().map(|fd| fd.try_clone_to_owned()) else { return };
    let mut buffer = Vec::new();
    loop {
        // What was written before the stop is read after it, once.
        let last = stopping.load(Ordering::Acquire);
        let mut drain = lock();
        drain.read(&mut buffer);
        if last || !drain.is_open() {
            return;
        }
        drop(drain);
        pump::sleep(&[Some(std::os::fd::AsFd::as_fd(&pipe))], None, LOOK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::process::shell::sh;
    use std::time::Instant;

    fn until(mut holds: impl FnMut() -> bool) -> bool {
        (0..1000).any(|_| {
            let held = holds();
            if !held {
                thread::sleep(Duration::from_millis(5));
            }
            held
        })
    }

    #[test]
    fn a_service_runs_until_stopped_and_its_log_is_kept_in_order() {
        let mut running = spawn(&sh("echo one; echo two >&2; echo three; sleep 60"), 1000).unwrap();
        assert!(until(|| running.log_tail().text().contains("three")));
        assert_eq!(running.log_tail().text(), "one\ntwo\nthree\n");
        assert_eq!(running.poll_exit(), None);
        assert_eq!(running.stop(Duration::from_secs(5)), Some(Exit::Signal(15)));
        assert_eq!(running.stop(Duration::ZERO), Some(Exit::Signal(15)), "stopping twice is fine");
    }

    #[test]
    fn an_early_death_is_seen_with_its_last_words() {
        let mut running = spawn(&sh("echo no port >&2; exit 9"), 1000).unwrap();
        assert!(until(|| running.poll_exit().is_some()));
        assert_eq!(running.stop(Duration::from_secs(1)), Some(Exit::Code(9)));
        assert_eq!(running.log_tail().text(), "no port\n");
    }

    #[test]
    fn a_stubborn_service_and_its_children_are_killed() {
        let mut running = spawn(&sh("trap '' TERM; sleep 300 & echo $!; wait; wait"), 1000).unwrap();
        assert!(until(|| running.log_tail().written() > 0));
        assert_eq!(running.stop(Duration::from_millis(50)), Some(Exit::Signal(9)));
        let pid = running.log_tail().text().trim().to_owned();
        let stat = || std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        assert!(until(|| stat().is_empty() || stat().contains(") Z ")));
    }

    #[test]
    fn dropping_stops_it_even_when_a_daemon_holds_the_log_open() {
        let began = Instant::now();
        let running = spawn(&sh("setsid sleep 45 & echo up; sleep 300"), 1000).unwrap();
        assert!(until(|| running.log_tail().written() > 0));
        drop(running);
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
