//! All that a child has started, and their end.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process, kill_process_group, wait};

use crate::system::process::Exit;

/// A tree that goes on growing while it is being stopped is killed as far as it is known, and looked at again.
#[cfg(target_os = "linux")]
const MOST_ROUNDS: usize = 64;

/// The child, and who else has this process as its parent.
#[derive(Debug)]
pub(super) struct Descendants {
    child: Pid,
    began: Instant,
    /// How the child ended, and after what time.
    pub(super) exit: Option<(Exit, Duration)>,
}

impl Descendants {
    pub(super) fn of(child: Pid, began: Instant) -> Descendants {
        Descendants { child, began, exit: None }
    }

    /// Reaps all that have ended. Whether any are left.
    pub(super) fn reap(&mut self) -> bool {
        while let Ok(ended) = wait(WaitOptions::NOHANG) {
            let Some((pid, status)) = ended else { return true };
            self.note(pid, status);
        }
        false
    }

    fn note(&mut self, pid: Pid, status: WaitStatus) {
        if pid == self.child {
            let code = status.exit_status().map(Exit::Code);
            let exit = code.or_else(|| status.terminating_signal().map(Exit::Signal));
            self.exit = exit.map(|exit| (exit, self.began.elapsed()));
        }
    }

    /// Asks the child's group to end, a stopped one too. To be called only while the child is not reaped.
    pub(super) fn terminate(&self) {
        for signal in [Signal::TERM, Signal::CONT] {
            // A child that has left its group is asked by itself.
            if kill_process_group(self.child, signal).is_err() {
                let _ = kill_process(self.child, signal);
            }
        }
    }

    /// Kills and reaps everyone, until nobody is left.
    pub(super) fn end(&mut self) {
        while self.reap() {
            kill_all(self.child);
            // Blocks only while the kernel itself is stuck with one.
            if let Ok(Some((pid, status))) = wait(WaitOptions::empty()) {
                self.note(pid, status);
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = kill_process_group(self.child, Signal::KILL);
    }
}

#[cfg(not(target_os = "linux"))]
fn kill_all(child: Pid) {
    let _ = kill_process_group(child, Signal::KILL);
    let _ = kill_process(child, Signal::KILL);
}

/// Stops everyone first: who is stopped cannot start another while the others are being found.
#[cfg(target_os = "linux")]
fn kill_all(_child: Pid) {
    let mut found = std::collections::HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let before = found.len();
        for pid in all() {
            if found.insert(pid) {
                let _ = kill_process(pid, Signal::STOP);
            }
        }
        if found.len() == before {
            break;
        }
    }
    // Between being found and this, a number could be given to another process only once all others had been used.
    for pid in found {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Every descendant of this process (`proc_pid_children(5)`).
#[cfg(target_os = "linux")]
fn all() -> Vec<Pid> {
    let mut all = Vec::new();
    let mut open = vec![rustix::process::getpid()];
    while let Some(pid) = open.pop() {
        let children = children(pid);
        open.extend(&children);
        all.extend(children);
    }
    all
}

#[cfg(target_os = "linux")]
fn children(pid: Pid) -> Vec<Pid> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())) else {
        return Vec::new();
    };
    let lists =
        threads.flatten().filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let pids = |list: String| -> Vec<Pid> {
        list.split_ascii_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
    };
    lists.flat_map(pids).collect()
}
