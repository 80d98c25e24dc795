//! The event stream as JSON lines: what a run leaves behind even when it is killed.

use std::io::{self, Write};

use super::Report;
use crate::event::Event;

/// Writes one JSON object a line, each flushed at once, so that what finished is never lost.
#[derive(Debug)]
pub struct Jsonl<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Jsonl<W> {
    /// The writer needs no buffer: a line is one write.
    pub fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }
}

impl<W: Write> Report for Jsonl<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if matches!(event, Event::CaseStarted { .. } | Event::Output { .. } | Event::Unknown) {
            return Ok(());
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, event)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)?;
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
