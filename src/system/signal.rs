//! Ctrl-C and a polite end from outside, turned into a cancelled token.

use std::io;
use std::thread::{self, JoinHandle};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use super::cancel::Cancel;

/// Listens for SIGINT and SIGTERM until dropped.
#[derive(Debug)]
pub struct Interrupts {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// Cancels `cancel` at the first SIGINT or SIGTERM. At the second, calls `hard` with the signal's number, which is
/// expected to leave the process at once.
///
/// # Errors
/// When the signals cannot be registered or no thread can be started.
pub fn on_interrupt(cancel: Cancel, hard: impl Fn(i32) + Send + 'static) -> io::Result<Interrupts> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let handle = signals.handle();
    let thread = thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if cancel.is_cancelled() {
                hard(signal);
            } else {
                cancel.cancel();
            }
        }
    })?;
    Ok(Interrupts { handle, thread: Some(thread) })
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::{Signal, getpid, kill_process};
    use std::sync::mpsc;
    use std::time::Duration;

    #[test]
    fn the_first_signal_cancels_and_the_second_is_handed_on() {
        let cancel = Cancel::new();
        let (sender, receiver) = mpsc::channel();
        let interrupts = on_interrupt(cancel.clone(), move |signal| {
            let _ = sender.send(signal);
        })
        .unwrap();
        kill_process(getpid(), Signal::INT).unwrap();
        assert!(cancel.wait_timeout(Duration::from_secs(10)));
        assert!(receiver.try_recv().is_err());
        kill_process(getpid(), Signal::TERM).unwrap();
        assert_eq!(receiver.recv_timeout(Duration::from_secs(10)).unwrap(), SIGTERM);
        drop(interrupts);
    }
}
