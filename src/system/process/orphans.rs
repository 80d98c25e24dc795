//! Processes that left their group: daemons that a child started and forgot.
//!
//! On Linux this process can ask to become the parent of such orphans ([`adopt`]), and then find and end them
//! ([`sweep`]). Elsewhere both do nothing.

use std::collections::HashSet;
use std::io;
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// How long killed children may take to go: longer only when the kernel itself is stuck with one.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The children started here and not yet reaped. Held while one is started, so that a sweep never sees an unknown one.
static OURS: Mutex<Option<HashSet<u32>>> = Mutex::new(None);

fn ours() -> MutexGuard<'static, Option<HashSet<u32>>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn register(start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
    let mut ours = ours();
    let child = start()?;
    ours.get_or_insert_default().insert(child.id());
    Ok(child)
}

/// Reaps a child, of which `reap` tells whether it could. Nobody is sent a signal meanwhile: the number is free afterwards.
pub(super) fn reap(pid: u32, reap: impl FnOnce() -> bool) {
    let mut ours = ours();
    if reap() {
        ours.get_or_insert_default().remove(&pid);
    }
}

/// Makes orphaned descendants children of this process. To be called once, early.
///
/// # Errors
/// When the kernel does not know how.
pub fn adopt() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    Ok(())
}

/// Kills and reaps every adopted orphan, and what it orphans in turn. Returns how many there were.
///
/// Children that are still being run or served are left alone. But a daemon belongs to nobody: call this only while no
/// child runs whose daemons are wanted.
pub fn sweep() -> usize {
    #[cfg(target_os = "linux")]
    return linux::sweep();
    #[cfg(not(target_os = "linux"))]
    return 0;
}

/// Ends every child started here with its whole group, and every orphan: for a process that is about to exit, whose
/// threads may still be waiting for a child to end politely.
pub fn end_all() {
    let groups: Vec<Pid> = {
        let ours = ours();
        let groups: Vec<Pid> =
            ours.iter().flatten().filter_map(|pid| Pid::from_raw(i32::try_from(*pid).ok()?)).collect();
        for group in &groups {
            // Fails when nobody is left, which is what was wanted.
            let _ = kill_process_group(*group, Signal::KILL);
        }
        groups
    };
    // What they leave behind is adopted only once they are gone.
    let end = Instant::now() + LAST_WAIT;
    let gone = |pid: &Pid| {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(*pid), options), Ok(None))
    };
    while !groups.iter().all(gone) && Instant::now() < end {
        thread::sleep(Duration::from_millis(2));
    }
    sweep();
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

    /// Each round may orphan grandchildren; a tree deeper than this is left to its fate.
    const MOST_ROUNDS: usize = 32;

    pub(super) fn sweep() -> usize {
        let mut swept = 0;
        for _ in 0..MOST_ROUNDS {
            let ours = super::ours();
            let orphans: Vec<Pid> = children()
                .into_iter()
                .filter(|pid| !ours.as_ref().is_some_and(|ours| ours.contains(pid)))
                .filter_map(|pid| i32::try_from(pid).ok().and_then(Pid::from_raw))
                .collect();
            drop(ours);
            if orphans.is_empty() {
                break;
            }
            swept += orphans.len();
            for pid in orphans {
                let _ = kill_process(pid, Signal::KILL);
                let _ = waitpid(Some(pid), WaitOptions::empty());
            }
        }
        swept
    }

    /// This process's children, of all its threads (`proc_pid_children(5)`).
    fn children() -> Vec<u32> {
        let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
        threads
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
            .flat_map(|list| {
                list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()
            })
            .collect()
    }
}
