//! What must never be shown, and the one function that hides it.

mod cut;
mod forms;
mod spelt;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::OnceLock;

use regex::Regex;

use crate::action::Secrets;
use cut::hide_cut;
use forms::{as_digits, forms};

/// What stands in a secret's place.
const MASK: &str = "[secret]";
/// What stands where something was left out, of a long value or of a child's output.
const CUT: &str = "…";
/// A text with more of it than this is somebody's own, and would take long to look through.
const MOST_CUTS: usize = 200;
/// How long a piece of base64 or hexadecimal is by which a line of them is known.
const PIECE: usize = 12;
/// The least of a form that is looked for by itself.
const SHORTEST: usize = 4;

/// The secrets of a run, in every form they are known to travel in.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    forms: Vec<String>,
    /// The lines of secrets that have several.
    lines: Vec<String>,
    secrets: Vec<String>,
    /// Built when a text first holds anything that could be an encoding.
    encoded: OnceLock<Vec<Regex>>,
    wrapped: OnceLock<Vec<Regex>>,
    /// Where a text was cut: what is left of a secret before that, and after it.
    cut: OnceLock<[Vec<Regex>; 2]>,
    /// Pieces of base64 and of hexadecimal, by which a line of them is known without its neighbours.
    pieces: OnceLock<HashSet<Vec<u8>>>,
    /// Secrets that are variables of the environment as they stand, with their names.
    names: Vec<(String, String)>,
}

impl Redactor {
    /// A redactor of these values; an empty one hides nothing.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets
            .into_iter()
            // The line break at the end of a secret seldom travels with it.
            .flat_map(|secret| [secret.trim().to_owned(), secret])
            .filter(|secret| !secret.is_empty())
            .collect();
        // The longest first, so that no part of a longer one is left standing.
        let longest_first = |words: &mut Vec<String>| {
            words.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            words.dedup();
        };
        longest_first(&mut secrets);
        let mut forms: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
        longest_first(&mut forms);
        let several = forms.iter().filter(|form| form.contains('\n'));
        let lines =
            several.flat_map(|form| form.lines()).map(str::trim).filter(|line| line.len() >= SHORTEST);
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        longest_first(&mut lines);
        Self { forms, lines, secrets, ..Self::default() }
    }

    /// The same, which knows these variables of the environment by the secrets they hold.
    #[must_use]
    pub fn naming(mut self, names: impl IntoIterator<Item = (String, String)>) -> Self {
        let plain = |secret: &str| {
            secret.len() >= SHORTEST
                && secret.trim() == secret
                && !secret.contains(|c: char| c == '\'' || c.is_control())
        };
        self.names = names.into_iter().filter(|(secret, _)| plain(secret)).collect();
        self.names.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        self
    }

    /// A line that stands alone, with every secret hidden, and every line of one that has several.
    pub fn hide_line(&self, line: &str) -> String {
        let hidden = self.hide(line).into_owned();
        let hidden = self.lines.iter().fold(hidden, |hidden, part| hidden.replace(part.as_str(), MASK));
        self.hide_pieces(hidden)
    }

    /// The line without any run of base64 or hexadecimal that is a piece of a secret's.
    fn hide_pieces(&self, line: String) -> String {
        let build = || {
            let words = self.secrets.iter().flat_map(|secret| as_digits(secret));
            let pieces =
                |word: String| word.as_bytes().windows(PIECE).map(<[u8]>::to_vec).collect::<Vec<_>>();
            words.flat_map(pieces).collect()
        };
        if self.is_empty() {
            return line;
        }
        let pieces = self.pieces.get_or_init(build);
        let (mut shown, mut told) = (String::new(), 0);
        for (at, piece) in line.as_bytes().windows(PIECE).enumerate() {
            if pieces.contains(piece) {
                if shown.is_empty() || at > told {
                    shown.extend([&line[told..at], MASK]);
                }
                told = at + PIECE;
            }
        }
        if shown.is_empty() { line } else { shown + &line[told..] }
    }

    /// A pattern that finds this text, in which anything may stand where a secret is.
    pub fn hide_in_pattern(&self, text: &str) -> String {
        let parts: Vec<String> = self.hide(text).split(MASK).map(regex::escape).collect();
        parts.join(".*")
    }

    /// A line for a shell, in which texts stand in single quotes: a secret that is a variable of the environment is
    /// named, so that the line can be used, and every other is hidden.
    pub fn hide_in_command(&self, command: &str) -> String {
        let named = |line: String, (secret, name): &(String, String)| {
            line.replace(secret.as_str(), &format!("'\"${name}\"'"))
        };
        let command = self.names.iter().fold(command.to_owned(), named);
        self.hide(&command).into_owned()
    }

    /// The text with every secret hidden.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = Cow::Borrowed(text);
        for form in &self.forms {
            if hidden.contains(form.as_str()) {
                hidden = Cow::Owned(hidden.replace(form.as_str(), MASK));
            }
        }
        if self.is_empty() {
            return hidden;
        }
        if hidden.contains(['%', '\\', '&', '+', '\'', '"']) {
            let build = || self.secrets.iter().filter_map(|secret| spelt::encoded(secret)).collect();
            hidden = replaced(hidden, self.encoded.get_or_init(build), MASK);
        }
        if hidden.contains('\n') || hidden.contains("\\n") {
            let build =
                || self.secrets.iter().filter_map(|secret| spelt::wrapped(&as_digits(secret))).collect();
            hidden = replaced(hidden, self.wrapped.get_or_init(build), MASK);
        }
        if (1..=MOST_CUTS).contains(&hidden.matches(CUT).take(MOST_CUTS + 1).count()) {
            if let Some(whole) = hide_cut(&hidden, &self.forms) {
                hidden = Cow::Owned(whole);
            }
            let all = |find: fn(&str, &str) -> Option<Regex>| {
                self.secrets.iter().filter_map(|secret| find(secret, CUT)).collect()
            };
            let [begun, ended] = self.cut.get_or_init(|| [all(spelt::begun), all(spelt::ended)]);
            hidden = replaced(hidden, begun, "[secret]$cut");
            hidden = replaced(hidden, ended, "$cut[secret]");
        }
        hidden
    }

    /// The same, in place.
    pub fn hide_in(&self, text: &mut String) {
        if let Cow::Owned(hidden) = self.hide(text) {
            *text = hidden;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.forms.is_empty()
    }
}

impl Secrets for Redactor {
    fn within(&self, text: &str) -> bool {
        matches!(self.hide(text), Cow::Owned(_))
    }
}

fn replaced<'t>(text: Cow<'t, str>, patterns: &[Regex], shown: &str) -> Cow<'t, str> {
    patterns.iter().fold(text, |text, pattern| match pattern.replace_all(&text, shown) {
        Cow::Owned(hidden) => Cow::Owned(hidden),
        Cow::Borrowed(_) => text,
    })
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn every_form_is_hidden() {
        let redactor = Redactor::new(["p@ss \"wörd\"".to_owned()]);
        for form in forms("p@ss \"wörd\"") {
            assert_eq!(redactor.hide(&format!("a {form} b")), format!("a {MASK} b"), "{form}");
        }
        for before in ["", "u", "me", "me:"] {
            for engine in [STANDARD, URL_SAFE_NO_PAD] {
                let hidden =
                    redactor.hide(&engine.encode(format!("{before}p@ss \"wörd\" and more"))).into_owned();
                assert!(hidden.contains(MASK), "{hidden}");
            }
        }
        assert_eq!(redactor.hide("nothing here"), "nothing here");
        assert!(Redactor::new([String::new()]).is_empty());
    }

    #[test]
    fn characters_may_be_written_in_any_way_each() {
        let redactor = Redactor::new(["p/s \"w&rd'é".to_owned()]);
        for text in [
            "p%2fs%20%22w%26rd%27%c3%a9",
            "p%2Fs+%22w%26rd'%C3%a9",
            "p%252Fs%2520%2522w%2526rd%2527%25C3%25A9",
            r#"\u0070/s \"w\u0026rd'\u00e9"#,
            r#"p\/s \\\"w&rd\'\xc3\xa9"#,
            "p&#47;s &quot;w&amp;rd&#x27;é",
            "p&#x2F;s &#34;w&#38;rd&apos;&#233;",
            r#"'p/s "w&rd'\''é'"#,
            r#"p/s ""w&rd''\303\251"#,
            r"p/s \u{22}w&rd'\u{e9}",
        ] {
            let hidden = redactor.hide(text).into_owned();
            assert!(hidden.trim_matches('\'') == MASK, "{text}: {hidden}");
        }
        assert_eq!(redactor.hide("p/s 'w&rd'"), "p/s 'w&rd'");
    }

    #[test]
    fn digits_may_be_broken_into_lines() {
        let secret = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmnopqrstuvwxyz";
        let redactor = Redactor::new([secret.to_owned()]);
        for width in [16, 64, 76] {
            for digits in [STANDARD.encode(format!("me:{secret}")), crate::artifact::hex(secret.as_bytes())] {
                let lines: Vec<&str> =
                    digits.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
                for joint in ["\n", "\r\n", "\\n"] {
                    let hidden = redactor.hide(&lines.join(joint)).into_owned();
                    assert!(hidden.contains(MASK) && hidden.len() < 24, "{hidden}");
                }
            }
        }
    }

    #[test]
    fn a_command_names_what_the_environment_holds() {
        let named = ["hunter2", "it's"].map(|secret| (secret.to_owned(), "KEY".to_owned()));
        let redactor = Redactor::new(["hunter2", "it's", "other"].map(str::to_owned)).naming(named);
        let command = r"curl -u 'me:hunter2' -H 'a: it'\''s' --data-raw 'other' # aHVudGVyMg==";
        let hidden = r#"curl -u 'me:'"$KEY"'' -H 'a: [secret]' --data-raw '[secret]' # [secret]"#;
        assert_eq!(redactor.hide_in_command(command), hidden);
    }

    #[test]
    fn a_line_of_a_secret_that_has_several_is_hidden_alone() {
        let redactor =
            Redactor::new(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n".to_owned()]);
        assert_eq!(redactor.hide_line("key: MIIEvQIBADANBg"), "key: [secret]");
        assert_eq!(redactor.hide_line("grab it"), "grab it");
        assert_eq!(Redactor::new(["hunter2".to_owned()]).hide_line("a hunter2"), "a [secret]");
    }

    #[test]
    fn a_secret_that_was_cut_is_hidden_as_far_as_it_goes() {
        let redactor = Redactor::new(["hunter2-hunter2".to_owned()]);
        for (text, hidden) in [
            ("got \"aaahunter2-h… (9 more characters)", "got \"aaa[secret]… (9 more characters)"),
            ("ahunter2-hun\n… 90 bytes left out …\nter2 b", "a[secret]\n… 90 bytes left out …\n[secret] b"),
            ("one… (3 more characters)", "one… (3 more characters)"),
            ("hunter… hunted…", "[secret]… hunted…"),
        ] {
            assert_eq!(redactor.hide(text), hidden);
        }
    }
}
