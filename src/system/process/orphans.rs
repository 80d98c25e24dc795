//! Supervisors that are running, and processes that have lost theirs.
//!
//! A supervisor ends all that its child has started. Should a child end its own supervisor, what is left falls to this
//! process, if it has asked for it ([`adopt`], on Linux), which then ends it ([`sweep`]).

use std::collections::HashMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// How long killed children may take to go: longer only when the kernel itself is stuck with one.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// The supervisors started here and not yet reaped, with the sockets they live by. Held while one is started, so that a
/// sweep never sees an unknown one.
static OURS: Mutex<Option<HashMap<u32, UnixStream>>> = Mutex::new(None);

/// Whether orphans fall to this process.
static ADOPTING: AtomicBool = AtomicBool::new(false);

fn ours() -> MutexGuard<'static, Option<HashMap<u32, UnixStream>>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn register(line: UnixStream, start: impl FnOnce() -> io::Result<Child>) -> io::Result<Child> {
    let mut ours = ours();
    let child = start()?;
    ours.get_or_insert_default().insert(child.id(), line);
    Ok(child)
}

/// Reaps a supervisor that is about to exit. Nobody is sent a signal meanwhile: the number is free afterwards.
pub(super) fn reap(supervisor: &mut Child) -> Option<ExitStatus> {
    let mut ours = ours();
    let status = supervisor.wait().ok();
    ours.get_or_insert_default().remove(&supervisor.id());
    status
}

/// Whether a supervisor that is not reaped has not exited.
pub(super) fn is_running(supervisor: &Child) -> bool {
    i32::try_from(supervisor.id()).ok().and_then(Pid::from_raw).is_some_and(|pid| !exited(pid))
}

fn exited(pid: Pid) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

/// Makes orphaned descendants children of this process. To be called once, early.
///
/// # Errors
/// When the kernel does not know how.
pub fn adopt() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
        ADOPTING.store(true, Ordering::Release);
    }
    Ok(())
}

/// Kills and reaps every adopted orphan, and what it orphans in turn. Returns how many there were; none before [`adopt`].
///
/// The supervisors of children that are being run or served are left alone; any other child of this process is taken for
/// an orphan.
pub fn sweep() -> usize {
    #[cfg(target_os = "linux")]
    if ADOPTING.load(Ordering::Acquire) {
        return linux::sweep();
    }
    0
}

/// Ends every child started here with all it has started: for a process that is about to exit, whose threads may still be
/// waiting for a child to end politely.
pub fn end_all() {
    let supervisors: Vec<Pid> = {
        let ours = ours();
        for line in ours.iter().flat_map(HashMap::values) {
            let _ = line.shutdown(Shutdown::Both);
        }
        let pids = ours.iter().flat_map(HashMap::keys);
        pids.filter_map(|pid| Pid::from_raw(i32::try_from(*pid).ok()?)).collect()
    };
    let end = Instant::now() + LAST_WAIT;
    while !supervisors.iter().all(|pid| exited(*pid)) && Instant::now() < end {
        thread::sleep(Duration::from_millis(2));
    }
    for stuck in supervisors.into_iter().filter(|pid| !exited(*pid)) {
        let _ = kill_process(stuck, Signal::KILL);
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
                .filter(|pid| !ours.as_ref().is_some_and(|ours| ours.contains_key(pid)))
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
