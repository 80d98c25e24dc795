//! A child's process group: watched without reaping, and ended as a whole.

use std::os::fd::{AsFd, OwnedFd};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{Exit, orphans, pump};

/// A child that leads its group. Until it is reaped its number, and so the group's, cannot be given to another process:
/// signals to the group are safe exactly that long.
#[derive(Debug)]
pub(super) struct Group {
    child: Child,
    pid: Option<Pid>,
    exit: Option<Exit>,
}

impl Group {
    pub(super) fn new(child: Child) -> Group {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        Group { child, pid, exit: None }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Something to wait on that becomes readable when the leader exits, where the platform has it.
    pub(super) fn exit_fd(&self) -> Option<OwnedFd> {
        #[cfg(target_os = "linux")]
        return rustix::process::pidfd_open(self.pid?, rustix::process::PidfdFlags::empty()).ok();
        #[cfg(not(target_os = "linux"))]
        return None;
    }

    /// How the leader ended, when it has; it is not reaped by asking.
    pub(super) fn poll_exit(&mut self) -> Option<Exit> {
        if self.exit.is_none() {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
            let status = waitid(WaitId::Pid(self.pid?), options).ok().flatten()?;
            self.exit = status
                .exit_status()
                .map(Exit::Code)
                .or_else(|| status.terminating_signal().map(Exit::Signal));
        }
        self.exit
    }

    /// Waits for the leader to end, for at most so long.
    pub(super) fn wait_exit(&mut self, most: Duration) -> Option<Exit> {
        let end = Instant::now() + most;
        let exit_fd = self.exit_fd();
        loop {
            let exit = self.poll_exit();
            let left = end.saturating_duration_since(Instant::now());
            if exit.is_some() || left.is_zero() {
                return exit;
            }
            let step = if exit_fd.is_some() { left } else { left.min(Duration::from_millis(5)) };
            pump::sleep(&[exit_fd.as_ref().map(AsFd::as_fd)], None, step);
        }
    }

    /// Asks every process of the group to end.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends every process of the group.
    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            // Fails when nobody is left, which is what was wanted.
            let _ = kill_process_group(pid, signal);
        }
    }

    /// Ends what is left of the group and reaps the leader.
    pub(super) fn bury(self) {
        drop(self);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        // Waiting for a child that has not exited could take for ever: one that the kernel itself is stuck with.
        let exited = self.poll_exit().is_some();
        let child = &mut self.child;
        orphans::reap(child.id(), || {
            if exited { child.wait().is_ok() } else { matches!(child.try_wait(), Ok(Some(_))) }
        });
    }
}
