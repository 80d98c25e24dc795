//! Files as they were read, and places in them.
//!
//! A [`Span`] is twelve bytes and travels with every node, name and check. Lines and columns are worked out
//! only when something is drawn.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// Which of the [`Sources`] a span speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A range of bytes in one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub source: SourceId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The part of this span that starts `skip` bytes in and is `len` bytes long, clipped to the span.
    #[must_use]
    pub fn part(self, skip: usize, len: usize) -> Self {
        let start = self.start.saturating_add(skip as u32).min(self.end);
        Self { start, end: start.saturating_add(len as u32).min(self.end), ..self }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

impl<T> std::ops::Deref for Spanned<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

/// One file: the path a user knows it by, and its text.
#[derive(Debug)]
pub struct Source {
    path: Arc<str>,
    text: Arc<str>,
    line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}

/// A place as people write it: `path:line:column`, with the line itself. Lines and columns count from 1;
/// columns count characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: Arc<str>,
    pub line: u32,
    pub column: u32,
    /// The source line, without its line break.
    pub text: String,
    /// How many characters of that line are meant; at least 1.
    pub width: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// Every file read for this run.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Keeps a file; its text must be shorter than 4 GiB, which the reader's size limit sees to.
    pub fn add(&mut self, path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> SourceId {
        self.files.push(Source { path: path.into(), text: text.into(), line_starts: OnceLock::new() });
        SourceId(self.files.len() as u32 - 1)
    }

    pub fn path(&self, id: SourceId) -> &Arc<str> {
        &self.files[id.0 as usize].path
    }

    pub fn text(&self, id: SourceId) -> &Arc<str> {
        &self.files[id.0 as usize].text
    }

    /// What was written at this span.
    pub fn snippet(&self, span: Span) -> &str {
        self.text(span.source).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The span that covers a whole file.
    pub fn whole(&self, id: SourceId) -> Span {
        Span { source: id, start: 0, end: self.text(id).len() as u32 }
    }

    /// The 1-based line a span starts on.
    pub fn line(&self, span: Span) -> u32 {
        self.files[span.source.0 as usize].line_starts().partition_point(|&start| start <= span.start) as u32
    }

    /// Line, column and source line of a span.
    pub fn place(&self, span: Span) -> Place {
        let source = &self.files[span.source.0 as usize];
        let line = self.line(span);
        let start = source.line_starts()[line as usize - 1] as usize;
        let rest = &source.text[start..];
        let text = rest[..rest.find('\n').unwrap_or(rest.len())].trim_end_matches('\r');
        let chars = |from: usize, to: usize| {
            let (from, to) = (from.min(text.len()), to.min(text.len()));
            text.get(from..to).map_or(to.saturating_sub(from), |part| part.chars().count()) as u32
        };
        let (from, to) = (span.start as usize - start, (span.end as usize).saturating_sub(start));
        Place {
            path: source.path.clone(),
            line,
            column: chars(0, from) + 1,
            text: text.to_owned(),
            width: chars(from, to.max(from)).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "größe: 1\r\nname: x\n");
        let place = sources.place(Span { source: id, start: 9, end: 10 });
        assert_eq!((place.line, place.column, place.text.as_str()), (1, 8, "größe: 1"));
        let place = sources.place(Span { source: id, start: 12, end: 16 });
        assert_eq!((place.to_string().as_str(), place.width), ("a.yaml:2:1", 4));
    }

    #[test]
    fn the_end_of_a_file_is_a_place() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "a: 1\n");
        let place = sources.place(Span { source: id, start: 5, end: 5 });
        assert_eq!((place.line, place.column, place.width), (2, 1, 1));
    }
}
