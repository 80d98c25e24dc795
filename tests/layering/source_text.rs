//! Rust source with what is not code blanked out, every line where it was.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The sources under a folder, as (path below it with `/`, text), sorted.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The sources of the crate, those left out that are compiled for tests alone.
pub(super) fn of_crate() -> Vec<(String, String)> {
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let tests: BTreeSet<String> = files.iter().flat_map(|(file, text)| test_modules(file, text)).collect();
    let is_test = |file: &str| {
        let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
        tests.iter().any(|test| stem == test || stem.starts_with(&format!("{test}/")))
    };
    files.into_iter().filter(|(file, _)| !is_test(file)).collect()
}

/// The code alone: comments, strings and characters become spaces, and so does every item under `#[cfg(test)]`.
pub(super) fn code(text: &str) -> String {
    without_tests(&without_text(text))
}

/// The files that are modules of tests: `#[cfg(test)] mod tests;` and the like, as paths without `.rs`.
fn test_modules(file: &str, text: &str) -> Vec<String> {
    let text = without_text(text);
    let folder = match file.rsplit_once('/') {
        Some((folder, "mod.rs")) => format!("{folder}/"),
        _ if matches!(file, "lib.rs" | "main.rs") => String::new(),
        _ => format!("{}/", file.trim_end_matches(".rs")),
    };
    let after = |part: &str| {
        part.split(';').next().and_then(|item| item.trim().strip_prefix("mod ")).map(str::to_owned)
    };
    text.split("#[cfg(test)]")
        .skip(1)
        .filter_map(after)
        .filter(|name| !name.contains('{'))
        .map(|name| folder.clone() + &name)
        .collect()
}

/// Ends of the piece of text that starts here, if one does: a comment, a string, a character.
fn piece(rest: &str) -> Option<usize> {
    let until =
        |from: usize, end: &str| Some(rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len()));
    let raw = rest.trim_start_matches('b');
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if let Some(hashes) = raw.strip_prefix('r').map(|after| after.len() - after.trim_start_matches('#').len())
        && raw[1 + hashes..].starts_with('"')
    {
        return until(rest.len() - raw.len() + hashes + 2, &format!("\"{}", "#".repeat(hashes)));
    }
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    if quote == '\'' && !rest[1..].starts_with('\\') {
        // A lifetime has no closing quote after its first character.
        let width = rest[1..].chars().next().map_or(0, char::len_utf8);
        return rest[1 + width..].starts_with('\'').then_some(width + 2);
    }
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn without_text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut at = 0;
    let mut in_word = false;
    while let Some(letter) = text[at..].chars().next() {
        // The `r` of `for"` belongs to a word, not to a string.
        let starts = !in_word || !letter.is_alphanumeric();
        if let Some(length) = starts.then(|| piece(&text[at..])).flatten() {
            clean.extend(text[at..at + length].chars().map(blank));
            at += length;
            in_word = false;
        } else {
            clean.push(letter);
            at += letter.len_utf8();
            in_word = letter.is_alphanumeric() || letter == '_';
        }
    }
    clean
}

fn without_tests(text: &str) -> String {
    let mut clean = text.to_owned();
    for tests in items_of_tests(text).into_iter().rev() {
        let blank: String = text[tests.clone()].chars().map(blank).collect();
        clean.replace_range(tests, &blank);
    }
    clean
}

/// Lines that are not of a test.
pub(super) fn lines_before_tests(text: &str) -> usize {
    let clean = without_text(text);
    let of_tests = |tests: Range<usize>| clean[tests].matches('\n').count() + 1;
    text.lines().count() - items_of_tests(&clean).into_iter().map(of_tests).sum::<usize>()
}

/// Where the items under `#[cfg(test)]` stand.
fn items_of_tests(code: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        if found.last().is_none_or(|last| last.end <= at) {
            found.push(at..at + item(&code[at..]));
        }
    }
    found
}

/// Nothing, as wide as the letter and on its line.
fn blank(letter: char) -> char {
    if letter == '\n' { '\n' } else { ' ' }
}

/// The end of the item that starts here: its `;`, or the brace that closes it.
fn item(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    text.len()
}
