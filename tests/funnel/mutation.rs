//! Every suite can fail: each number that a spec expects is changed, one at a time, and the run must notice, at that place.

use std::fs;
use std::sync::Mutex;
use std::thread;

use regex::Regex;

use super::project::{Project, files, root};

/// What a number is replaced by, one after the other: a floor, a ceiling and an equality each notice one of them.
const WRONG: [&str; 3] = ["987654", "0", "-987654"];

/// A number in a spec that is expected, or two that are a range.
struct Expected {
    start: usize,
    end: usize,
    /// The lines, from 1, on which its check begins and it stands.
    lines: (usize, usize),
}

/// The places under every `expect` and `contract` that hold a number, but for the table that a contract is given.
fn expected(text: &str) -> Vec<Expected> {
    let opens = Regex::new(r"^[ -]*(expect|contract):").unwrap();
    // Not a part of a word, a path, a date; not a tolerance; not inside of quotes.
    let number =
        Regex::new(r#""[^"]*"|\b(?:abs|rel): \S+|between: (\[[^\]]*\])|[\s\[](-?[0-9][0-9.e-]*)\b"#).unwrap();
    let whole = Regex::new(r"^-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?$").unwrap();
    let mut found = Vec::new();
    let (mut at, mut open) = (0, None);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let code = line.split(" #").next().unwrap();
        let indent = code.len() - code.trim_start_matches([' ', '-']).len();
        if opens.is_match(code) {
            open = Some((indent, index + 1));
        } else if open.is_some_and(|(outer, _)| indent <= outer && !code.trim().is_empty()) {
            open = None;
        }
        if let Some((_, first)) = open.filter(|_| !code.trim_start().starts_with("data:")) {
            for captures in number.captures_iter(code) {
                let Some(place) = captures.get(1).or_else(|| captures.get(2)) else { continue };
                if captures.get(1).is_some() || whole.is_match(place.as_str()) {
                    let (start, end) = (at + place.start(), at + place.end());
                    found.push(Expected { start, end, lines: (first, index + 1) });
                }
            }
        }
        at += line.len();
    }
    found
}

/// Why no change of this place was noticed where it should be.
fn unnoticed(project: &Project, file: &str, text: &str, place: &Expected) -> Option<String> {
    let original = &text[place.start..place.end];
    let mut last = String::new();
    for wrong in WRONG {
        let wrong = if original.starts_with('[') { format!("[{wrong}, {wrong}]") } else { wrong.to_owned() };
        let mutant = format!("{}{wrong}{}", &text[..place.start], &text[place.end..]);
        fs::write(project.path(file), mutant).unwrap();
        let ran = project.run(&["run", file, "--quiet", "--no-fail-fast"]);
        let shown = |line: usize| ran.stdout.contains(&format!("{file}:{line}:"));
        if ran.code == Some(1) && (place.lines.0..=place.lines.1).any(shown) {
            return None;
        }
        last = format!("{wrong}: exit {:?}\n{}{}", ran.code, ran.stdout, ran.stderr);
    }
    Some(format!("{file}:{}: `{original}` can change unnoticed; {last}", place.lines.1))
}

#[test]
fn each_expected_number_of_each_suite_can_fail() {
    let specs = Mutex::new(files("specs"));
    let problems = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                let project = Project::new();
                loop {
                    let Some(file) = specs.lock().unwrap().pop() else { break };
                    let text = fs::read_to_string(root().join(&file)).unwrap();
                    let places = expected(&text);
                    let missed: Vec<String> =
                        places.iter().filter_map(|place| unnoticed(&project, &file, &text, place)).collect();
                    let mut problems = problems.lock().unwrap();
                    problems.extend(missed);
                    if places.is_empty() {
                        problems.push(format!("{file} expects no number"));
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
