//! A token that tells work in other threads to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// A shared flag that, once set, stays set. Clones are the same token; a [`Cancel::child`] is cancelled with its
/// parent but not the other way round.
#[derive(Debug, Clone, Default)]
pub struct Cancel {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    cancelled: AtomicBool,
    children: Mutex<Vec<Weak<Inner>>>,
    wake: Condvar,
}

impl Cancel {
    /// A token nobody has cancelled.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// A token cancelled when this one is, or on its own.
    #[must_use]
    pub fn child(&self) -> Cancel {
        let child = Cancel::new();
        let mut children = self.inner.lock();
        if self.is_cancelled() {
            child.inner.cancelled.store(true, Ordering::Release);
        } else {
            // A token that outlives many short children must not keep a slot for each.
            if children.len() == children.capacity() {
                children.retain(|known| known.strong_count() > 0);
            }
            children.push(Arc::downgrade(&child.inner));
        }
        child
    }

    /// Cancels this token and its children, and wakes whoever waits on them.
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// Whether this token, or one above it, was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Acquire)
    }

    /// Sleeps for `duration`, or until cancelled. Returns whether the token is cancelled.
    pub fn wait_timeout(&self, duration: Duration) -> bool {
        let end = Instant::now().checked_add(duration);
        let mut guard = self.inner.lock();
        while !self.is_cancelled() {
            let left = end.map_or(Duration::from_hours(1), |at| at.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return false;
            }
            guard = self.inner.wake.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Sleeps until cancelled.
    pub fn wait(&self) {
        self.wait_timeout(Duration::MAX);
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Inner>>> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel(&self) {
        let children = {
            let mut children = self.lock();
            self.cancelled.store(true, Ordering::Release);
            std::mem::take(&mut *children)
        };
        self.wake.notify_all();
        for child in children.iter().filter_map(Weak::upgrade) {
            child.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn waiting_ends_when_another_thread_cancels() {
        let cancel = Cancel::new();
        let other = cancel.clone();
        let began = Instant::now();
        let waiter = thread::spawn(move || other.wait_timeout(Duration::from_mins(1)));
        cancel.cancel();
        assert!(waiter.join().unwrap());
        assert!(began.elapsed() < Duration::from_secs(10));
        cancel.wait();
    }

    #[test]
    fn an_undisturbed_wait_runs_out() {
        assert!(!Cancel::new().wait_timeout(Duration::from_millis(5)));
    }

    #[test]
    fn children_follow_the_parent_and_not_the_other_way() {
        let parent = Cancel::new();
        let (first, second) = (parent.child(), parent.child());
        let grandchild = first.child();
        second.cancel();
        assert!(!parent.is_cancelled() && !first.is_cancelled());
        let waiter = thread::spawn(move || grandchild.wait_timeout(Duration::from_mins(1)));
        parent.cancel();
        assert!(first.is_cancelled() && waiter.join().unwrap());
        assert!(parent.child().is_cancelled(), "a child of a cancelled token is born cancelled");
    }

    #[test]
    fn dead_children_are_forgotten() {
        let parent = Cancel::new();
        for _ in 0..1000 {
            drop(parent.child());
        }
        assert!(parent.inner.lock().len() < 100);
    }
}
