//! Workers that wait for their next call.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::worker::{Key, Worker};

/// Where many keys are in use, such as a folder or an environment for each case, those not used for longest end.
const MOST_IDLE: usize = 16;

/// The workers of a run. A job takes one, calls, and gives it back: there are never more of a key than jobs.
#[derive(Debug, Default)]
pub struct Pool {
    /// Last used last.
    idle: Mutex<Vec<(Key, Worker)>>,
}

impl Pool {
    /// A worker of this key that has nothing to do.
    pub fn take(&self, key: &Key) -> Option<Worker> {
        loop {
            let mut idle = self.lock();
            let position = idle.iter().rposition(|(held, _)| held == key)?;
            let (_, mut worker) = idle.remove(position);
            drop(idle);
            // What a call left behind, such as a timer, may have ended it since.
            if worker.lives() {
                return Some(worker);
            }
        }
    }

    /// Keeps a worker for the next call.
    pub fn give(&self, key: Key, worker: Worker) {
        let mut idle = self.lock();
        idle.push((key, worker));
        let surplus = (idle.len() > MOST_IDLE).then(|| idle.remove(0));
        drop(idle);
        if let Some((_, worker)) = surplus {
            worker.stop();
        }
    }

    /// Ends all of them at once.
    pub fn stop(&self) {
        let idle = std::mem::take(&mut *self.lock());
        thread::scope(|scope| {
            for (_, worker) in idle {
                // Without another thread it ends when it is dropped.
                let _ = thread::Builder::new().spawn_scoped(scope, || worker.stop());
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Key, Worker)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
