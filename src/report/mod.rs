//! Reports: each format a fold over the events of a run, live or read back from a recording.
//!
//! A report writes to what it is handed and decides nothing: the outcome of a run is in its events. A stream
//! that ends without [`RunFinished`](crate::event::RunFinished) is that of a killed run, and every format says so.

mod file;
mod format;
mod github;
mod jsonl;
mod junit;
mod markdown;
mod problem;
mod quantity;
mod recording;
mod remarks;
#[cfg(test)]
mod story;
mod summary;
mod terminal;
mod text;
mod xml;

use std::io;

pub use file::{FileReport, ReportError};
pub use format::{Format, FormatError};
pub use github::Github;
pub use jsonl::Jsonl;
pub use junit::Junit;
pub use markdown::Markdown;
pub use recording::{ReadError, Recording};
pub use remarks::Remarks;
pub use summary::{Slow, Summary, TierState, TierSummary};
pub use terminal::{Options, Terminal, Verbosity};
pub(crate) use text::one_line;

use crate::event::Event;

/// A fold over the events of one run.
pub trait Report {
    /// Takes in one event; live formats write at once.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Writes what is left, with or without a [`RunFinished`](crate::event::RunFinished) having been seen.
    fn finish(&mut self) -> io::Result<()>;
}

impl<R: Report + ?Sized> Report for Box<R> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        (**self).event(event)
    }

    fn finish(&mut self) -> io::Result<()> {
        (**self).finish()
    }
}
