//! What keeps a child, and all it starts, from the network and from files that are not its own.
//!
//! Put on by the supervisor on itself before it starts the child, and inherited by everyone below. It keeps honest
//! programs from what they should not depend on; it is no defence against a program that means harm.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod destination;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod elsewhere;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod guard;
#[cfg(target_os = "linux")]
mod writes;

use super::ProcessError;
use super::supervisor;
use super::words::{Order, Report, hear, say};

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) use elsewhere::Guard;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use guard::Guard;
#[cfg(target_os = "linux")]
pub(super) use writes::restrict_writes;

/// Nothing keeps a child from writing here.
#[cfg(not(target_os = "linux"))]
pub(super) fn restrict_writes(_folders: &[std::ffi::OsString]) -> Result<(), String> {
    Err("this platform cannot".to_owned())
}

/// What of a sandbox this machine can enforce; where it cannot, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Support {
    /// Whom a child may speak to.
    pub network: Result<(), String>,
    /// Where it may write.
    pub writes: Result<(), String>,
}

/// Finds out what can be enforced, by trying it in a process of its own.
pub fn support() -> Result<Support, ProcessError> {
    use std::process::Stdio;

    let fail = |error: std::io::Error| ProcessError::NoSupervisor(error.to_string());
    let (mut supervisor, control) = supervisor::start(Stdio::null(), Stdio::null(), Stdio::null())?;
    let asked = say(&control, &Order::Probe).and_then(|()| hear(&control));
    super::orphans::reap(&mut supervisor);
    match asked.map_err(fail)? {
        Report::Probed { network, writes } => {
            Ok(Support { network: network.map_or(Ok(()), Err), writes: writes.map_or(Ok(()), Err) })
        }
        _ => Err(ProcessError::NoSupervisor("it did not answer".to_owned())),
    }
}

/// What stands against each part of a sandbox. Puts it on.
pub(super) fn probe() -> [Option<String>; 2] {
    [Guard::put_on().err(), restrict_writes(&[]).err()]
}
