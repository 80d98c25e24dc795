//! What a child prints, line by line while it runs.

use std::fmt;
use std::sync::Arc;

/// The most bytes of a line that are told.
const LONGEST: usize = 4096;

/// Where a line was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

type Told = dyn Fn(Stream, &str) + Send + Sync;

/// Who is told of every line that a child prints, as soon as it is whole.
#[derive(Clone)]
pub struct Listener(pub Arc<Told>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Whole lines out of pieces. Of a line that is too long, what follows its first bytes is left out; of one that rewrites
/// itself with carriage returns, such as a progress bar, the last state is told.
#[derive(Debug)]
pub(super) struct Lines {
    listener: Listener,
    stream: Stream,
    line: Vec<u8>,
    cut: bool,
}

impl Lines {
    pub(super) fn new(listener: Listener, stream: Stream) -> Self {
        Self { listener, stream, line: Vec::new(), cut: false }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let (piece, whole) = piece.strip_suffix(b"\n").map_or((piece, false), |piece| (piece, true));
            self.add(piece);
            if whole {
                self.tell();
            }
        }
    }

    /// The last line needs no line break.
    pub(super) fn end(&mut self) {
        if !self.line.is_empty() {
            self.tell();
        }
    }

    fn add(&mut self, piece: &[u8]) {
        // What a carriage return is followed by is written over what stood before it.
        let over = piece.iter().rposition(|&byte| byte == b'\r').filter(|&at| at + 1 < piece.len());
        let piece = match over {
            Some(at) => {
                self.line.clear();
                self.cut = false;
                &piece[at + 1..]
            }
            None if self.line.ends_with(b"\r") && !piece.is_empty() => {
                self.line.clear();
                self.cut = false;
                piece
            }
            None => piece,
        };
        let room = LONGEST - self.line.len();
        self.cut |= piece.len() > room;
        self.line.extend_from_slice(&piece[..piece.len().min(room)]);
    }

    fn tell(&mut self) {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let mut text = String::from_utf8_lossy(line).into_owned();
        if self.cut {
            text.push('…');
        }
        (self.listener.0)(self.stream, &text);
        self.line.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn told(pieces: &[&[u8]]) -> Vec<String> {
        let held = Arc::new(Mutex::new(Vec::new()));
        let heard = held.clone();
        let listener = Listener(Arc::new(move |_, line: &str| heard.lock().unwrap().push(line.to_owned())));
        let mut lines = Lines::new(listener, Stream::Stdout);
        for piece in pieces {
            lines.push(piece);
        }
        lines.end();
        let held = held.lock().unwrap();
        held.clone()
    }

    #[test]
    fn lines_are_whole_however_they_come() {
        assert_eq!(told(&[b"on", b"e\ntw", b"o\n\nthree"]), ["one", "two", "", "three"]);
        assert_eq!(told(&[b"a\r\nb\r", b"\n"]), ["a", "b"]);
        assert_eq!(told(&[b"", b"\n"]), [""]);
        assert_eq!(told(&[]), [""; 0]);
        assert_eq!(told(&[b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn a_bar_is_told_as_it_ends_and_a_long_line_as_it_begins() {
        assert_eq!(told(&[b" 10%\r 20%", b"\r", b" 99%\r100%\nnext\n"]), ["100%", "next"]);
        let long = told(&[&vec![b'x'; 10_000], &vec![b'x'; 10_000], b"\nshort\n"]);
        assert_eq!((long[0].len(), &*long[1]), (LONGEST + "…".len(), "short"));
        assert!(long[0].ends_with("x…"));
    }
}
