//! Lines that children print, on their way to whoever watches the run.

use std::sync::{Arc, Mutex, PoisonError};

use crate::event::Event;
use crate::redact::Redactor;
use crate::system::process::{Listener, Stream};

/// Lines that wait at most: a child may print faster than anything can be shown, and showing them holds up the watch.
const WAITING: usize = 1000;

/// Lines on their way.
#[derive(Default)]
pub(super) struct Output {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    lines: Vec<(Arc<str>, Stream, String)>,
    left_out: usize,
}

impl Output {
    /// Who listens to the children of a case.
    pub(super) fn listener(self: &Arc<Self>, id: &str) -> Listener {
        let (output, id) = (self.clone(), Arc::<str>::from(id));
        Listener(Arc::new(move |stream, line: &str| {
            let mut queue = output.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.lines.len() < WAITING {
                queue.lines.push((id.clone(), stream, line.to_owned()));
            } else {
                queue.left_out += 1;
            }
        }))
    }

    /// Tells what has come since the last time, with every secret hidden.
    pub(super) fn tell(&self, redactor: &Redactor, emit: &mut dyn FnMut(&Event)) {
        let queue = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
        let event = |id: &str, stream: Stream, text: String| Event::Output {
            id: redactor.hide(id).into_owned(),
            stderr: stream == Stream::Stderr,
            text,
        };
        for (id, stream, line) in &queue.lines {
            emit(&event(id, *stream, redactor.hide_line(line)));
        }
        if let (Some((id, stream, _)), left_out @ 1..) = (queue.lines.last(), queue.left_out) {
            emit(&event(id, *stream, format!("… {left_out} lines left out …")));
        }
    }
}
