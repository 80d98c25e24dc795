//! What a child wrote, within a bound: its beginning and its end.

use std::borrow::Cow;
use std::collections::VecDeque;

/// Captured output. Past the limit the first and the last half of it are kept, and the middle is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The beginning; all of it when nothing was dropped.
    pub head: Vec<u8>,
    /// The end; empty when nothing was dropped.
    pub tail: Vec<u8>,
    /// How many bytes between the two were dropped.
    pub dropped: u64,
}

impl Captured {
    /// Whether bytes were dropped.
    pub fn is_truncated(&self) -> bool {
        self.dropped > 0
    }

    /// All the bytes, when none were dropped.
    pub fn complete(&self) -> Option<&[u8]> {
        (self.dropped == 0).then_some(&self.head)
    }

    /// How many bytes the child wrote.
    pub fn written(&self) -> u64 {
        self.head.len() as u64 + self.dropped + self.tail.len() as u64
    }

    /// As text, with what is not UTF-8 replaced, and a line that says how much was dropped.
    pub fn text(&self) -> Cow<'_, str> {
        if self.dropped == 0 {
            return String::from_utf8_lossy(&self.head);
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&self.tail));
        Cow::Owned(format!("{head}\n… {} bytes left out …\n{tail}", self.dropped))
    }
}

impl Captured {
    /// The last `most` lines, without the line break at the end.
    pub fn last_lines(&self, most: usize) -> String {
        let text = self.text();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(most)..].join("\n")
    }
}

/// Collects output as it comes.
#[derive(Debug)]
pub(super) struct Collector {
    limit: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: u64,
}

impl Collector {
    /// Keeps at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Collector {
        Collector { limit, head: Vec::new(), tail: VecDeque::new(), dropped: 0 }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        let head_room = self.limit.div_ceil(2).saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..head_room]);
        bytes = &bytes[head_room..];
        let tail_limit = self.limit / 2;
        // Of a piece longer than the tail only its end can survive.
        let skipped = bytes.len().saturating_sub(tail_limit);
        let overflow = (self.tail.len() + bytes.len() - skipped).saturating_sub(tail_limit);
        self.tail.drain(..overflow);
        self.tail.extend(&bytes[skipped..]);
        self.dropped += (skipped + overflow) as u64;
    }

    /// What has come since this was last asked.
    pub(super) fn take(&mut self) -> Captured {
        let limit = self.limit;
        std::mem::replace(self, Collector::new(limit)).finish()
    }

    /// What has come so far.
    pub(super) fn snapshot(&self) -> Captured {
        let mut captured = Captured {
            head: self.head.clone(),
            tail: self.tail.iter().copied().collect(),
            dropped: self.dropped,
        };
        if captured.dropped == 0 {
            captured.head.append(&mut captured.tail);
        }
        captured
    }

    pub(super) fn finish(mut self) -> Captured {
        if self.dropped == 0 {
            self.head.extend(self.tail);
            return Captured { head: self.head, tail: Vec::new(), dropped: 0 };
        }
        Captured { head: self.head, tail: self.tail.into(), dropped: self.dropped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(limit: usize, pieces: &[&[u8]]) -> Captured {
        let mut collector = Collector::new(limit);
        for piece in pieces {
            collector.push(piece);
        }
        assert_eq!(collector.snapshot(), Captured { ..collector.snapshot() });
        let snapshot = collector.snapshot();
        let finished = collector.finish();
        assert_eq!(snapshot, finished);
        finished
    }

    #[test]
    fn within_the_limit_everything_is_kept() {
        let got = collect(10, &[b"01234", b"", b"56789"]);
        assert_eq!(got.complete().unwrap(), b"0123456789");
        assert_eq!((got.written(), got.is_truncated()), (10, false));
    }

    #[test]
    fn past_the_limit_head_and_tail_are_kept() {
        for pieces in
            [&[&b"0123456789abc"[..]][..], &[b"01", b"23456", b"789ab", b"c"], &[b"0123456789ab", b"c"]]
        {
            let got = collect(6, pieces);
            assert_eq!((&got.head[..], &got.tail[..], got.dropped), (&b"012"[..], &b"abc"[..], 7));
            assert_eq!((got.written(), got.complete()), (13, None));
            assert_eq!(got.text(), "012\n… 7 bytes left out …\nabc");
        }
    }

    #[test]
    fn a_limit_of_nothing_counts() {
        assert_eq!(collect(0, &[b"abc"]), Captured { head: vec![], tail: vec![], dropped: 3 });
        assert_eq!(collect(1, &[b"abc"]), Captured { head: b"a".to_vec(), tail: vec![], dropped: 2 });
    }
}
