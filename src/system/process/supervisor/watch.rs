//! One child, from its start to the end of all that it has started.

use std::collections::HashSet;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::Pid;
use signal_hook::consts::SIGCHLD;

use super::descendants::Descendants;
use crate::system::process::sandbox::{self, Guard};
use crate::system::process::words::{Order, Report, Start, hear, say};
use crate::system::process::{Exit, Network};

/// Addresses that are told of; who tries more is told of enough.
const MOST_REFUSED: usize = 64;

/// Does what the runner asks for, and goes when it is gone.
pub(super) fn run(runner: &UnixStream) -> io::Result<()> {
    match hear(runner)? {
        Order::Start(start) => match begin(&start, runner) {
            Ok(watch) => watch.until_end(),
            Err(report) => say(runner, &report),
        },
        Order::Probe => {
            let [network, writes] = sandbox::probe();
            say(runner, &Report::Probed { network, writes })
        }
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

struct Watch<'a> {
    runner: &'a UnixStream,
    descendants: Descendants,
    /// Readable when one of them has ended.
    ended: UnixStream,
    guard: Option<Guard>,
    network: Network,
    refused: HashSet<String>,
}

fn begin<'a>(start: &Start, runner: &'a UnixStream) -> Result<Watch<'a>, Report> {
    let system = |error: io::Error| Report::NotStarted { errno: error.raw_os_error().unwrap_or_default() };
    #[cfg(target_os = "linux")]
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .map_err(|errno| system(errno.into()))?;
    let (ended, tell) = UnixStream::pair().map_err(system)?;
    ended.set_nonblocking(true).map_err(system)?;
    signal_hook::low_level::pipe::register(SIGCHLD, tell).map_err(system)?;
    std::env::set_current_dir(&start.cwd).map_err(system)?;
    if let Some(folders) = &start.writable {
        sandbox::restrict_writes(folders).map_err(|why| Report::NotSandboxed { why })?;
    }
    let guard = match (&start.network, start.changing) {
        (Network::Any, false) => None,
        // What may never be asked for need not be possible.
        (Network::Any, true) => Guard::put_on().ok(),
        _ => Some(Guard::put_on().map_err(|why| Report::NotSandboxed { why })?),
    };
    let mut command = std::process::Command::new(&start.program);
    command.arg0(&start.argv[0]).args(&start.argv[1..]).env_clear().process_group(0);
    command.envs(start.env.iter().map(|(key, value)| (key, value)));
    let began = Instant::now();
    let child = command.spawn().map_err(system)?;
    let _ = say(runner, &Report::Started { pid: child.id() });
    close_streams();
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or(Report::NotStarted { errno: 0 })?;
    Ok(Watch {
        runner,
        descendants: Descendants::of(pid, began),
        ended,
        guard,
        network: start.network.clone(),
        refused: HashSet::new(),
    })
}

impl Watch<'_> {
    fn until_end(mut self) -> io::Result<()> {
        loop {
            let [ordered, ended, asked] = self.wait();
            if ended {
                let mut signals = [0; 64];
                while matches!((&self.ended).read(&mut signals), Ok(1..)) {}
                self.descendants.reap();
            }
            if self.descendants.exit.is_some() || (ordered && !self.obey()?) {
                break;
            }
            if asked {
                self.answer();
            }
        }
        self.descendants.end();
        let (exit, duration) = self.descendants.exit.unwrap_or((Exit::Signal(libc::SIGKILL), Duration::ZERO));
        say(self.runner, &Report::Ended { exit, duration, peak_memory: peak_memory() })
    }

    /// Sleeps until there is an order, a child has ended, or one of them asks for the network.
    fn wait(&self) -> [bool; 3] {
        let guard = self.guard.as_ref().map_or(self.ended.as_fd(), Guard::fd);
        let interest = self.guard.as_ref().map_or(PollFlags::empty(), |_| PollFlags::IN);
        let mut fds = [
            PollFd::new(self.runner, PollFlags::IN),
            PollFd::new(&self.ended, PollFlags::IN),
            PollFd::from_borrowed_fd(guard, interest),
        ];
        // A signal interrupts the wait, and has made `ended` readable.
        let _ = poll(&mut fds, None);
        fds.map(|fd| !fd.revents().is_empty())
    }

    /// Whether to go on.
    fn obey(&mut self) -> io::Result<bool> {
        match hear(self.runner) {
            Ok(Order::Terminate) => self.descendants.terminate(),
            Ok(Order::Forget) => self.refused.clear(),
            Ok(Order::Reach(network)) => {
                if self.guard.is_none() && network != Network::Any {
                    let why = "the child was started without a sandbox".to_owned();
                    say(self.runner, &Report::NotSandboxed { why })?;
                } else {
                    self.network = network;
                    self.refused.clear();
                    say(self.runner, &Report::Obeyed)?;
                }
            }
            // The runner is gone when nothing can be heard.
            Ok(Order::Kill | Order::Start(_) | Order::Probe) | Err(_) => return Ok(false),
        }
        Ok(true)
    }

    /// Lets what was asked for happen, or refuses and tells of it; told first, so that it is known once the child goes on.
    fn answer(&mut self) {
        let Some(guard) = &self.guard else { return };
        let (refused, runner) = (&mut self.refused, self.runner);
        guard.answer(&self.network, |address| {
            if refused.len() < MOST_REFUSED && refused.insert(address.clone()) {
                let _ = say(runner, &Report::Refused { address });
            }
        });
    }
}

/// The child's streams are its own: nobody waits for their end on account of this process.
fn close_streams() {
    for fd in 0..=2 {
        #[expect(
            unsafe_code,
            reason = "nothing here uses the standard streams, and the files opened later may have these numbers"
        )]
        drop(unsafe { OwnedFd::from_raw_fd(fd) });
    }
}

/// The most memory that one of the processes that were waited for has held, in bytes.
fn peak_memory() -> Option<u64> {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    #[expect(
        unsafe_code,
        reason = "the structure is the one that the call fills, and zeroes are a value of it"
    )]
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    u64::try_from(usage.ru_maxrss).ok().filter(|peak| *peak > 0).map(|peak| peak * unit)
}
