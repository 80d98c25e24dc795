//! The same work in several threads.

use std::panic::resume_unwind;
use std::thread;

use crate::action::StepError;
use crate::system::cancel::Cancel;
use crate::system::clock;

/// Requests need little of it; a thread of the library's own choice would reserve eight times as much.
const STACK: usize = 1 << 20;

/// Does the work `count` times at once; alone and unhurried it is done on this thread. A panic of one stops the others and
/// goes on here.
pub(super) fn run<T: Send>(
    count: usize,
    on_time: bool,
    halt: &Cancel,
    work: impl Fn() -> T + Sync,
) -> Result<Vec<T>, StepError> {
    if count == 1 && !on_time {
        return Ok(vec![work()]);
    }
    let one = || {
        let _stop = HaltOnPanic(halt);
        if on_time {
            clock::wake_on_time();
        }
        work()
    };
    thread::scope(|scope| {
        let mut started = Vec::with_capacity(count);
        for _ in 0..count {
            let thread = thread::Builder::new().name("connection".to_owned()).stack_size(STACK);
            match thread.spawn_scoped(scope, one) {
                Ok(handle) => started.push(handle),
                Err(error) => {
                    halt.cancel();
                    let message = format!("the system starts no {} threads: {error}", started.len() + 1);
                    return Err(StepError::new(message).help("ask for fewer `connections`"));
                }
            }
        }
        Ok(started
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect())
    })
}

struct HaltOnPanic<'a>(&'a Cancel);

impl Drop for HaltOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_panic_stops_the_others_and_goes_on() {
        let (halt, started) = (Cancel::new(), AtomicUsize::new(0));
        let work = || {
            if started.fetch_add(1, Ordering::SeqCst) == 2 {
                resume_unwind(Box::new("broken"));
            }
            assert!(halt.wait_timeout(Duration::from_mins(1)));
        };
        let caught = catch_unwind(AssertUnwindSafe(|| run(4, true, &halt, work).map(drop))).unwrap_err();
        assert_eq!(caught.downcast_ref(), Some(&"broken"));
    }

    #[test]
    fn one_alone_needs_no_thread() {
        let here = thread::current().id();
        let same =
            |count, on_time| run(count, on_time, &Cancel::new(), || thread::current().id() == here).unwrap();
        assert_eq!(
            (same(1, false), same(1, true), same(2, false)),
            (vec![true], vec![false], vec![false; 2])
        );
    }
}
