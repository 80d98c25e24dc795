//! House rules: sizes, names, and who may print.

use super::source_text::{code, lines_before_tests, of_crate};

/// Every source of the crate with its lines before its tests.
fn sizes() -> Vec<(usize, String)> {
    let mut sizes: Vec<(usize, String)> =
        of_crate().into_iter().map(|(file, text)| (lines_before_tests(&text), file)).collect();
    sizes.sort();
    sizes
}

#[test]
fn files_stay_small() {
    let sizes = sizes();
    let large: Vec<_> = sizes.iter().filter(|(lines, _)| *lines > 400).collect();
    assert!(large.is_empty(), "past 400 lines before their tests; split them: {large:?}");
    let (median, _) = sizes[sizes.len() / 2];
    assert!(median <= 120, "the median file has {median} lines; at most 120 keep one idea in each");
}

#[test]
fn modules_are_named_after_what_they_hold() {
    const VAGUE: &[&str] = &["util", "utils", "helper", "helpers", "manager", "common", "misc"];
    let vague: Vec<String> = of_crate()
        .into_iter()
        .map(|(file, _)| file)
        .filter(|file| file.trim_end_matches(".rs").split(['/', '_']).any(|part| VAGUE.contains(&part)))
        .collect();
    assert!(vague.is_empty(), "a name that says nothing: {vague:?}");
}

#[test]
fn only_the_command_line_speaks_to_the_terminal() {
    let mut found = Vec::new();
    for (file, text) in of_crate() {
        if file.starts_with("cli/") {
            continue;
        }
        for (number, line) in code(&text).lines().enumerate() {
            let prints =
                ["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!(", "io::stdout()", "io::stderr()"];
            let word = |mark: &str| {
                line.match_indices(mark).any(|(at, _)| !line[..at].ends_with(char::is_alphanumeric))
            };
            if prints.iter().any(|mark| word(mark))
                || line.contains("env::var")
                || line.contains("process::exit")
            {
                found.push(format!("src/{file}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "only `cli` knows streams, the environment and how to exit:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_parser_of_yaml_is_touched_in_one_place() {
    let touching: Vec<String> = of_crate()
        .into_iter()
        .filter(|(_, text)| code(text).contains("granit_parser"))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(touching, ["syntax/yaml.rs"]);
}
