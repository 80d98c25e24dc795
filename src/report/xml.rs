//! XML written straight into text: a tree of ten thousand cases costs more than the cases.

use std::fmt::{self, Write};

/// ` name="value"`, with the value escaped.
pub(super) fn attribute(out: &mut String, name: &str, value: &str) {
    out.extend([" ", name, "=\""]);
    escape(out, value, true);
    out.push('"');
}

/// ` name="value"` of a number, which needs no escapes.
pub(super) fn number(out: &mut String, name: &str, value: impl fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, " {name}=\"{value}\"");
}

/// Text between tags.
pub(super) fn text(out: &mut String, value: &str) {
    escape(out, value, false);
}

/// Markup becomes entities. What XML 1.0 cannot hold is made visible: control characters as `\u{1b}`, the two
/// noncharacters it forbids as U+FFFD.
fn escape(out: &mut String, value: &str, attribute: bool) {
    let mut rest = value;
    while let Some(at) = rest.bytes().position(suspect) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let Some(c) = from.chars().next() else { break };
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A parser turns a bare line break in an attribute into a blank.
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if c.is_control() => out.extend(c.escape_default()),
            _ => out.push(c),
        }
        rest = &from[c.len_utf8()..];
    }
    out.push_str(rest);
}

/// The first byte of what may need care: markup, ASCII controls, and the lead bytes of U+0080 to U+00BF and of
/// U+F000 to U+FFFF. No byte inside a longer character is one of these.
fn suspect(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | 0..0x20 | 0x7f | 0xc2 | 0xef)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped_once() {
        let mut out = String::new();
        attribute(&mut out, "name", "a\"<b>&\n\t\u{1b}[2J\u{fffe}é");
        assert_eq!(out, " name=\"a&quot;&lt;b&gt;&amp;&#10;&#9;\\u{1b}[2J\u{fffd}é\"");
        let mut out = String::new();
        text(&mut out, "]]>\n\tx\r\u{0}\u{ffff}");
        assert_eq!(out, "]]&gt;\n\tx\\r\\u{0}\u{fffd}");
    }
}
