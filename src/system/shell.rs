//! Words for a POSIX shell.

use std::fmt::Write;

/// The word as it is where nothing in it means anything to a shell, and in quotes otherwise.
pub fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,+".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { quoted(text) }
}

/// The text in single quotes. What a terminal would not show as it is stands in an escape, `$'\n'`, which `bash`, `zsh`
/// and `ksh` read, and POSIX since 2024: the line can be copied from any report.
pub fn quoted(text: &str) -> String {
    format!("'{}'", inside_quotes(text))
}

/// The same without the quotes around it.
pub fn inside_quotes(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut escaping = false;
    for c in text.chars() {
        let escape = c.is_control() || turns_direction(c);
        if escape != escaping {
            shown.push_str(if escape { "'$'" } else { "''" });
            escaping = escape;
        }
        match c {
            '\n' => shown.push_str(r"\n"),
            '\r' => shown.push_str(r"\r"),
            '\t' => shown.push_str(r"\t"),
            _ if escape => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a string cannot fail.
                    let _ = write!(shown, "\\x{byte:02x}");
                }
            }
            '\'' => shown.push_str(r"'\''"),
            _ => shown.push(c),
        }
    }
    if escaping {
        shown.push_str("''");
    }
    shown
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be() {
        for (text, expected) in [
            ("a/b-c.yaml", "a/b-c.yaml"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
            ("a\r\nb\u{1b}", r"'a'$'\r\n''b'$'\x1b'''"),
            ("\u{202e}x", r"''$'\xe2\x80\xae''x'"),
        ] {
            assert_eq!(word(text), expected);
        }
    }

    #[test]
    fn a_shell_reads_what_was_meant() {
        let text = "it's \"$HOME\" `x` \\n\n\ta\u{1}b!\u{202e} é\r\n";
        let script = format!("printf %s {}", quoted(text));
        let Ok(ran) = std::process::Command::new("bash").args(["-c", &script]).output() else { return };
        assert_eq!(String::from_utf8_lossy(&ran.stdout), text, "{script}");
    }
}
