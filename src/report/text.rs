//! Text from outside made safe to show: what a server or a child wrote must not steer the terminal.

use std::borrow::Cow;
use std::fmt::Write;

use super::quantity::{count, counted};

/// Control characters written as escapes (`\u{1b}`), line breaks and tabs kept.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c != '\n' && c != '\t')
}

/// The same on one line: line breaks and tabs become `\n` and `\t`.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| true)
}

fn escaped(text: &str, unwanted: impl Fn(char) -> bool) -> Cow<'_, str> {
    let steers = |c: char| (c.is_control() || is_bidirectional(c)) && unwanted(c);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Marks that turn the direction of writing can make a line read as something else.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A source line with each control character replaced by one other character, so that columns still hold.
pub(super) fn same_columns(text: &str) -> String {
    text.chars()
        .map(|c| if c != '\t' && (c.is_control() || is_bidirectional(c)) { '\u{fffd}' } else { c })
        .collect()
}

/// At most so many characters and lines, and how much was left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) characters: usize,
    pub(super) lines: usize,
}

impl Limit {
    /// Clips the text; what is left out is counted at its end.
    pub(super) fn clip(self, text: &str) -> Cow<'_, str> {
        let by_lines =
            text.match_indices('\n').nth(self.lines.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
        let by_characters = text.char_indices().nth(self.characters).map_or(text.len(), |(at, _)| at);
        let end = by_lines.min(by_characters);
        let rest = &text[end..];
        if rest.trim_end_matches('\n').is_empty() {
            return Cow::Borrowed(&text[..end]);
        }
        let mut shown = text[..end].to_owned();
        let lines = rest.trim_end_matches('\n').matches('\n').count() as u64;
        let left_out = counted(rest.chars().count() as u64, "more character");
        // Writing to a string cannot fail.
        let _ = match lines {
            0 => write!(shown, " … {left_out}"),
            1 => write!(shown, " … {left_out}, 1 more line"),
            _ => write!(shown, " … {left_out}, {} more lines", count(lines)),
        };
        Cow::Owned(shown)
    }
}

/// Text of several lines set under its first: each further line starts with a bar.
///
/// The bar also keeps a line of hostile output from being read as a command by the CI service that prints it
/// (`::add-mask::…` at the start of a line).
pub(super) fn block(text: &str) -> String {
    visible(text.trim_end_matches('\n')).replace('\n', "\n| ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let hostile = "a\u{1b}[2J\u{7}\u{9b}31m\r\u{202e}b\nc\td";
        assert_eq!(visible(hostile), "a\\u{1b}[2J\\u{7}\\u{9b}31m\\r\\u{202e}b\nc\td");
        assert_eq!(one_line("a\nb\tc"), "a\\nb\\tc");
        assert!(matches!(visible("größe 価格"), Cow::Borrowed(_)));
    }

    #[test]
    fn clipping_says_how_much_was_left_out() {
        let limit = Limit { characters: 4, lines: 2 };
        assert_eq!(limit.clip("価格価格"), "価格価格");
        assert_eq!(limit.clip("価格価格価"), "価格価格 … 1 more character");
        assert_eq!(limit.clip("a\nb\n"), "a\nb");
        assert_eq!(limit.clip("a\nb\nc\nd\n"), "a\nb … 5 more characters, 2 more lines");
        assert_eq!(limit.clip(""), "");
    }

    #[test]
    fn no_line_of_a_block_is_a_command() {
        assert_eq!(block("a\n::stop-commands::x\nb\n"), "a\n| ::stop-commands::x\n| b");
    }

    #[test]
    fn columns_hold_after_replacement() {
        assert_eq!(same_columns("a\u{1b}b\tc").chars().count(), 5);
        assert!(!same_columns("a\u{1b}b").contains('\u{1b}'));
    }
}
