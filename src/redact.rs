//! What must never be shown, and the one function that hides it.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// What stands in a secret's place.
const MASK: &str = "[secret]";
/// What stands where something was left out, of a long value or of a child's output.
const CUT: &str = "…";
/// A text with more of it than this is somebody's own, and would take long to look through.
const MOST_CUTS: usize = 200;
/// The least of a form that is looked for by itself.
const SHORTEST: usize = 4;

/// The secrets of a run, in every form they are known to travel in.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    forms: Vec<String>,
    /// The lines of secrets that have several.
    lines: Vec<String>,
}

impl Redactor {
    /// A redactor of these values; an empty one hides nothing.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut forms: Vec<String> = secrets
            .into_iter()
            // The line break at the end of a secret seldom travels with it.
            .flat_map(|secret| [secret.trim().to_owned(), secret])
            .filter(|secret| !secret.is_empty())
            .flat_map(|secret| forms(&secret))
            .collect();
        // The longest first, so that no part of a longer form is left standing.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        let several = forms.iter().filter(|form| form.contains('\n'));
        let lines =
            several.flat_map(|form| form.lines()).map(str::trim).filter(|line| line.len() >= SHORTEST);
        let mut lines: Vec<String> = lines.map(str::to_owned).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.len()));
        Self { forms, lines }
    }

    /// A line that stands alone, with every secret hidden, and every line of one that has several.
    pub fn hide_line(&self, line: &str) -> String {
        let hidden = self.hide(line).into_owned();
        self.lines.iter().fold(hidden, |hidden, part| hidden.replace(part.as_str(), MASK))
    }

    /// The text with every secret hidden.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden = Cow::Borrowed(text);
        for form in &self.forms {
            if hidden.contains(form.as_str()) {
                hidden = Cow::Owned(hidden.replace(form.as_str(), MASK));
            }
        }
        if (1..=MOST_CUTS).contains(&hidden.matches(CUT).take(MOST_CUTS + 1).count())
            && let Some(whole) = hide_cut(&hidden, &self.forms)
        {
            hidden = Cow::Owned(whole);
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

/// As it is, base64 in its alphabets, hexadecimal, percent-encoded, escaped in JSON and in Rust's debug form.
fn forms(secret: &str) -> Vec<String> {
    let encoded: String = secret
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let hex = crate::artifact::hex(secret.as_bytes());
    let json = serde_json::to_string(secret).unwrap_or_default();
    let debug = format!("{secret:?}");
    let inner = |quoted: &str| quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let mut forms = vec![
        secret.to_owned(),
        encoded.replace("%20", "+"),
        encoded,
        hex.to_uppercase(),
        hex,
        inner(&json),
        inner(&debug),
    ];
    forms.extend(
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().map(|engine| engine.encode(secret)),
    );
    forms.extend([STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().flat_map(|engine| inside(engine, secret)));
    forms.retain(|form| !form.is_empty());
    forms
}

/// How base64 of something longer, such as `user:secret`, spells the part of it that is the secret's alone: there
/// are three ways, by where in a group of three bytes it starts.
fn inside(engine: &GeneralPurpose, secret: &str) -> Vec<String> {
    let spelt = |before: usize| {
        let all = engine.encode([&vec![0; before], secret.as_bytes()].concat());
        // Six bits a letter: those that hold a bit of a neighbour are left out.
        let (from, to) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
        all.get(from..to).unwrap_or_default().to_owned()
    };
    // Of a short secret so little is left that it would be found everywhere.
    (0..3).map(spelt).filter(|part| part.len() >= SHORTEST).collect()
}

/// The text without a part of a secret where it was cut: before `…` what begins one, after it what ends one.
fn hide_cut(text: &str, forms: &[String]) -> Option<String> {
    let mut pieces: Vec<String> = text.split(CUT).map(str::to_owned).collect();
    let last = pieces.len() - 1;
    let mut found = false;
    for (at, piece) in pieces.iter_mut().enumerate() {
        let end = piece.trim_end_matches('\n').len();
        let begun = |form: &String| {
            let longest = (SHORTEST..form.len()).rev();
            let mut heads = longest.filter_map(|length| form.get(..length));
            heads.find(|head| piece[..end].ends_with(head)).map(str::len)
        };
        if at < last
            && let Some(length) = forms.iter().filter_map(begun).max()
        {
            piece.replace_range(end - length..end, MASK);
            found = true;
        }
        let start = piece.len() - piece.trim_start_matches('\n').len();
        let ended = |form: &String| {
            let mut tails = (1..form.len()).filter_map(|from| form.get(from..));
            let tail = tails.find(|tail| tail.len() >= SHORTEST && piece[start..].starts_with(tail));
            tail.map(str::len)
        };
        if at > 0
            && let Some(length) = forms.iter().filter_map(ended).max()
        {
            piece.replace_range(start..start + length, MASK);
            found = true;
        }
    }
    found.then(|| pieces.join(CUT))
}

#[cfg(test)]
mod tests {
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
