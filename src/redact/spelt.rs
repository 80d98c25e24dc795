//! A secret with any of its characters written in another way: escaped, percent-encoded, as an entity of HTML.

use std::fmt::Write;

use regex::{Regex, RegexBuilder};

/// Longer secrets, such as certificates, are looked for in whole forms and by their lines.
const LONGEST: usize = 512;
/// The most that the pattern of one secret may take, in bytes.
const MOST: usize = 32 << 20;
/// One optional group inside another for each character, and what is inside a character's.
const DEEPEST: u32 = 2 * LONGEST as u32;
/// The least characters of a secret that was cut that are looked for.
const LEAST: usize = 4;
/// What a writer may put between two letters of base64 or hexadecimal to keep its lines short; within text that is
/// itself escaped, too.
const WRAP: &str = r"(?:\s|\\+[rn])*";

/// What finds the secret where some of its characters are encoded, each in its own way.
pub(super) fn encoded(secret: &str) -> Option<Regex> {
    build(&ways(secret)?.concat())
}

/// What finds one of these words where it is broken into lines.
pub(super) fn wrapped(words: &[String]) -> Option<Regex> {
    let broken = |word: &String| {
        let letters: Vec<String> = word.chars().map(|c| regex::escape(c.encode_utf8(&mut [0; 4]))).collect();
        letters.join(WRAP)
    };
    let all: Vec<String> =
        words.iter().filter(|word| (8..=2 * LONGEST).contains(&word.len())).map(broken).collect();
    (!all.is_empty()).then(|| build(&all.join("|"))).flatten()
}

/// What finds the beginning of a secret, its characters encoded or not, where the text was cut: what stands before
/// `cut`. Half an escape may stand there too.
pub(super) fn begun(secret: &str, cut: &str) -> Option<Regex> {
    let ways = ways(secret)?;
    let (first, more) = ways.split_at_checked(LEAST)?;
    let more = more.iter().rev().fold(String::new(), |more, way| format!("(?:{way}{more})?"));
    build(&format!(r"{}{more}(?:(?:\\+|%|&#?)[xuU0-9a-fA-F]*)?(?<cut>\n*{cut})", first.concat()))
}

/// The same for what stands after `cut`.
pub(super) fn ended(secret: &str, cut: &str) -> Option<Regex> {
    let ways = ways(secret)?;
    let (more, last) = ways.split_at_checked(ways.len().checked_sub(LEAST)?)?;
    let more = more.iter().fold(String::new(), |more, way| format!("(?:{more}{way})?"));
    build(&format!(r"(?<cut>{cut}\n*)(?:[0-9a-fA-F]{{0,7}};)?{more}{}", last.concat()))
}

fn ways(secret: &str) -> Option<Vec<String>> {
    (secret.len() <= LONGEST).then(|| secret.chars().map(spellings).collect())
}

fn build(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(MOST).nest_limit(DEEPEST).build().ok()
}

/// Every way in which a character is written.
fn spellings(c: char) -> String {
    let literal = regex::escape(c.encode_utf8(&mut [0; 4]));
    let code = u32::from(c);
    // Writing to a string cannot fail.
    let mut ways = String::from("(?:");
    if c.is_ascii_alphanumeric() {
        ways.push_str(&literal);
    } else if c == '\\' {
        ways.push_str(r"\\+");
    } else {
        // Shells, quoted texts and patterns put backslashes before what would mean something.
        let _ = write!(ways, r"\\*{literal}");
    }
    for escape in short_escapes(c) {
        let _ = write!(ways, "|{escape}");
    }
    let [mut percent, mut hex, mut octal, mut unicode] = [const { String::new() }; 4];
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        let _ = write!(percent, "%(?:25)*(?i:{byte:02x})");
        let _ = write!(hex, r"\\+x(?i:{byte:02x})");
        let _ = write!(octal, r"\\+{byte:03o}");
    }
    // Latin-1, as Python's `ascii` writes it.
    if (0x80..0x100).contains(&code) {
        let _ = write!(ways, r"|\\+x(?i:{code:02x})|%(?i:{code:02x})");
    }
    for unit in c.encode_utf16(&mut [0; 2]).iter() {
        let _ = write!(unicode, r"\\+u(?i:{unit:04x})");
    }
    let _ = write!(ways, r"|{percent}|{hex}|{octal}|{unicode}|\\+u\{{(?i:0*{code:x})\}}|\\+U(?i:{code:08x})");
    let _ = write!(ways, "|&#0*{code};|&#(?i:x0*{code:x});)");
    ways
}

fn short_escapes(c: char) -> &'static [&'static str] {
    match c {
        ' ' => &[r"\+"],
        '\n' => &[r"(?:'\$')?\\+n(?:'')?"],
        '\r' => &[r"(?:'\$')?\\+r(?:'')?"],
        '\t' => &[r"(?:'\$')?\\+t(?:'')?"],
        // A shell's, and the doubled one of YAML and SQL.
        '\'' => &[r"'\\+''", "''", "&apos;"],
        '"' => &["\"\"", "&quot;"],
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        _ => &[],
    }
}
