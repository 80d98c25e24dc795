//! Answers for the kernel whether a child may speak to whom it wants to (`seccomp_unotify(2)`).

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;

use libc::{seccomp_notif, seccomp_notif_resp};

use super::{destination, filter};
use crate::system::process::Network;

/// No address is longer (`sockaddr_storage`).
const LONGEST: u64 = 128;
/// `struct msghdr` and `struct mmsghdr` of 64-bit systems; a message's address and its length come first in both.
const MESSAGE: u64 = 56;
const OF_MANY: u64 = 64;
/// The kernel takes no more messages at once.
const MOST_MESSAGES: u64 = 1024;

/// The filter of this process and of all it starts, and the file its questions come from.
///
/// Once it is on, this process makes none of the calls that are asked about: nobody would answer.
#[derive(Debug)]
pub(in crate::system::process) struct Guard {
    questions: OwnedFd,
}

/// Why a call is not carried out.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// Whom it would have reached.
    To(String),
    /// Something that honest programs do without.
    Unheard(i32),
}

impl Guard {
    pub(in crate::system::process) fn put_on() -> Result<Guard, String> {
        let explain = |error: io::Error| match error.raw_os_error() {
            Some(libc::EBUSY) => "this process is itself in a sandbox of this kind".to_owned(),
            _ => format!("the kernel does not let system calls be watched over: {error}"),
        };
        filter::install().map(|questions| Guard { questions }).map_err(explain)
    }

    /// Readable when there is a question.
    pub(in crate::system::process) fn fd(&self) -> BorrowedFd<'_> {
        self.questions.as_fd()
    }

    /// Answers one question; `tell` learns of an address that is refused before the child does.
    pub(in crate::system::process) fn answer(&self, network: &Network, tell: impl FnOnce(String)) {
        // A caller that has been killed since has taken its question back.
        let Ok(question) = self.question() else { return };
        let judged = judge(&question, network);
        // What was read was the caller's only if it is still waiting.
        if self.control(libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &mut { question.id }).is_err() {
            return;
        }
        let errno = match judged {
            Ok(()) => 0,
            Err(Refusal::To(address)) => {
                tell(address);
                libc::EACCES
            }
            Err(Refusal::Unheard(errno)) => errno,
        };
        let flags = if errno == 0 { libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32 } else { 0 };
        let mut answer = seccomp_notif_resp { id: question.id, val: 0, error: -errno, flags };
        let _ = self.control(libc::SECCOMP_IOCTL_NOTIF_SEND, &mut answer);
    }

    fn question(&self) -> io::Result<seccomp_notif> {
        let data = libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] };
        let mut question = seccomp_notif { id: 0, pid: 0, flags: 0, data };
        self.control(libc::SECCOMP_IOCTL_NOTIF_RECV, &mut question).map(|()| question)
    }

    /// `request` is one of those that read and write a `T`.
    fn control<T>(&self, request: libc::Ioctl, argument: &mut T) -> io::Result<()> {
        #[expect(unsafe_code, reason = "each request is given the structure that it is defined with")]
        let done = unsafe { libc::ioctl(self.questions.as_raw_fd(), request, &raw mut *argument) };
        if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

fn judge(question: &seccomp_notif, network: &Network) -> Result<(), Refusal> {
    if *network == Network::Any {
        return Ok(());
    }
    let args = &question.data.args;
    match i64::from(question.data.nr) {
        libc::SYS_socket => Err(Refusal::To(match args[0] as i32 {
            libc::AF_INET | libc::AF_INET6 => "a raw socket".to_owned(),
            family => format!("a socket of family {family}"),
        })),
        // What it is told to do is written where no filter looks. Everyone can do without.
        libc::SYS_io_uring_setup => Err(Refusal::Unheard(libc::ENOSYS)),
        number => {
            let memory = File::open(format!("/proc/{}/mem", question.pid));
            let memory =
                memory.map_err(|error| Refusal::To(format!("an address that cannot be read: {error}")))?;
            let caller = Caller { memory, network };
            match number {
                libc::SYS_connect => caller.address(args[1], args[2], false),
                libc::SYS_sendto => caller.address(args[4], args[5], true),
                libc::SYS_sendmsg => caller.messages(args[1], 1, MESSAGE),
                // `sendmmsg`
                _ => caller.messages(args[1], args[2].min(MOST_MESSAGES), OF_MANY),
            }
        }
    }
}

/// Whose call it is.
struct Caller<'a> {
    memory: File,
    network: &'a Network,
}

impl Caller<'_> {
    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, Refusal> {
        let mut bytes = vec![0; length as usize];
        // What this process cannot read the kernel could not either.
        self.memory.read_exact_at(&mut bytes, at).map_err(|_| Refusal::Unheard(libc::EFAULT))?;
        Ok(bytes)
    }

    fn address(&self, at: u64, length: u64, datagram: bool) -> Result<(), Refusal> {
        // The kernel takes the length for an `int`, and refuses one that is too long by itself.
        let bytes = self.read(at, (length & 0xffff_ffff).min(LONGEST))?;
        match destination::read(&bytes, datagram) {
            None => Ok(()),
            Some(Ok(address)) if destination::permits(self.network, address) => Ok(()),
            Some(Ok(address)) => Err(Refusal::To(destination::shown(address))),
            Some(Err(what)) => Err(Refusal::To(what)),
        }
    }

    fn messages(&self, at: u64, count: u64, size: u64) -> Result<(), Refusal> {
        let headers = self.read(at, count * size)?;
        for header in headers.chunks_exact(size as usize) {
            let (name, rest) = header.split_at(8);
            let name = u64::from_ne_bytes(name.try_into().unwrap_or_default());
            let length = rest.first_chunk().map_or(0, |length| u32::from_ne_bytes(*length));
            if name != 0 && length > 0 {
                self.address(name, length.into(), true)?;
            }
        }
        Ok(())
    }
}
