//! The kernel's part: which system calls it asks about before it carries them out (`seccomp(2)`).

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use libc::{c_long, sock_filter};

#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xC000_00B7;

/// Where the fields of `seccomp_data` are.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// The lower half of an argument; the upper half follows.
const fn argument(number: u32) -> u32 {
    16 + 8 * number
}

/// One instruction, its jumps told by the number of the instruction they lead to.
struct Step {
    code: u32,
    operand: u32,
    yes: usize,
    no: usize,
}

/// On to the next instruction.
const NEXT: usize = usize::MAX;

const fn load(offset: u32) -> Step {
    Step { code: libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, operand: offset, yes: NEXT, no: NEXT }
}

const fn keep(bits: u32) -> Step {
    Step { code: libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, operand: bits, yes: NEXT, no: NEXT }
}

const fn equal(value: u32, yes: usize, no: usize) -> Step {
    Step { code: libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, operand: value, yes, no }
}

const fn call(number: c_long, yes: usize) -> Step {
    equal(number as u32, yes, NEXT)
}

const fn end(verdict: u32) -> Step {
    Step { code: libc::BPF_RET | libc::BPF_K, operand: verdict, yes: NEXT, no: NEXT }
}

// Where the parts of the program begin; a jump leads only forward.
const SEND: usize = 10;
const SOCKET: usize = 14;
const TYPE: usize = 20;
const ALLOW: usize = 24;
const ASK: usize = 25;
const KILL: usize = 26;
const NO_SUCH_CALL: usize = 27;

#[rustfmt::skip]
const PROGRAM: [Step; 28] = [
    // A program for another architecture has other numbers for the same calls.
    load(ARCHITECTURE),
    equal(NATIVE, NEXT, KILL),
    load(NUMBER),
    call(libc::SYS_connect, ASK),
    call(libc::SYS_sendmsg, ASK),
    call(libc::SYS_sendmmsg, ASK),
    call(libc::SYS_io_uring_setup, ASK),
    call(libc::SYS_sendto, SEND),
    call(libc::SYS_socket, SOCKET),
    // So has x32, within the same architecture.
    Step { code: libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, operand: 0x4000_0000, yes: NO_SUCH_CALL, no: ALLOW },
    // On a connected socket no address is given, and there is nothing to ask about.
    load(argument(4)),
    equal(0, NEXT, ASK),
    load(argument(4) + 4),
    equal(0, ALLOW, ASK),
    // Sockets whose addresses are asked about later, or that stay in the machine.
    load(argument(0)),
    equal(libc::AF_UNIX as u32, ALLOW, NEXT),
    equal(libc::AF_NETLINK as u32, ALLOW, NEXT),
    equal(libc::AF_ALG as u32, ALLOW, NEXT),
    equal(libc::AF_INET as u32, TYPE, NEXT),
    equal(libc::AF_INET6 as u32, TYPE, ASK),
    // Their type, without its flags: a raw socket needs no address.
    load(argument(1)),
    keep(0xf),
    equal(libc::SOCK_STREAM as u32, ALLOW, NEXT),
    equal(libc::SOCK_DGRAM as u32, ALLOW, ASK),
    end(libc::SECCOMP_RET_ALLOW),
    end(libc::SECCOMP_RET_USER_NOTIF),
    end(libc::SECCOMP_RET_KILL_PROCESS),
    end(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32),
];

fn program() -> Vec<sock_filter> {
    let offset = |to: usize, from: usize| if to == NEXT { 0 } else { to - from - 1 };
    let placed = |(at, step): (usize, &Step)| sock_filter {
        code: step.code as u16,
        jt: offset(step.yes, at) as u8,
        jf: offset(step.no, at) as u8,
        k: step.operand,
    };
    PROGRAM.iter().enumerate().map(placed).collect()
}

/// Puts the filter on this process and all that it will start. What it asks is read from the file returned.
pub(super) fn install() -> io::Result<OwnedFd> {
    let mut program = program();
    let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    #[expect(unsafe_code, reason = "the two calls read what is given and no more; the program outlives them")]
    let fd = unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program)
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    #[expect(unsafe_code, reason = "the kernel has just made the file, and gave its number to nobody else")]
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}
