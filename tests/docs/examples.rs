//! Runs every example of the documentation.
//!
//! - A `yaml` block that starts with `suite:` is a spec and must pass; `yaml fails` must exit 1, `yaml invalid` 2,
//!   `yaml errors` 3.
//! - A `yaml` block with `cases:` and no suite around them is put into one. Any other must be YAML.
//! - A first line `# specs/name.yaml` gives the file its name, for a `console` block further down the page.
//! - A `console` block shows `$ mlfunnel …` and what it says, times and ports apart.

use std::fs;

use mlfunnel::action::ACTIONS;
use regex::Regex;

use super::page::{Block, Project, blocks, pages, root, run_in, said, update};
use super::pipeline::has_packages;

/// What a block of YAML is.
enum Example {
    Spec(String),
    Fragment,
}

fn example(block: &Block) -> Example {
    let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
    if has("suite:") {
        Example::Spec(block.text.clone())
    } else if has("cases:") {
        // A smoke suite may do whatever an example shows.
        Example::Spec(format!("suite: example\ntier: smoke\n{}", block.text))
    } else {
        Example::Fragment
    }
}

fn file(block: &Block) -> String {
    let first = block.text.lines().next().and_then(|line| line.strip_prefix("# "));
    let named = first.filter(|name| name.starts_with("specs/"));
    named.map_or_else(|| format!("specs/line-{}.yaml", block.line), str::to_owned)
}

fn expected_exit(info: &str) -> Option<i32> {
    match info {
        "yaml" => Some(0),
        "yaml fails" => Some(1),
        "yaml invalid" => Some(2),
        "yaml errors" => Some(3),
        _ => None,
    }
}

/// What differs from run to run and from machine to machine, made the same.
pub(super) fn steady(text: &str) -> String {
    let times = Regex::new(r"\d+(\.\d+)? (µs|us|ms|s|min)\b").unwrap();
    let jobs = Regex::new(r"\b\d+ jobs?\b").unwrap();
    let ports = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let text = times.replace_all(text.trim(), "TIME");
    let text = ports.replace_all(&jobs.replace_all(&text, "N jobs"), "HOST").into_owned();
    // Columns are as wide as the times in them.
    let narrow = |line: &str| {
        if line.contains("TIME") {
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            line.to_owned()
        }
    };
    text.lines().map(narrow).collect::<Vec<_>>().join("\n")
}

/// The arguments of a command line, quotes taken off.
pub(super) fn arguments(line: &str) -> Vec<String> {
    let words = Regex::new(r#"'([^']*)'|"([^"]*)"|(\S+)"#).unwrap();
    let word = |found: regex::Captures<'_>| {
        found.iter().skip(1).flatten().map(|part| part.as_str().to_owned()).collect::<String>()
    };
    words.captures_iter(line).map(word).collect()
}

/// Runs a page's examples, and notes what is not as it says. The page as it should be.
fn check(name: &str, page: &str, wrong: &mut Vec<String>) -> String {
    let project = Project::new();
    let mut current = page.to_owned();
    for block in blocks(page) {
        let place = format!("{name}:{}", block.line);
        if let Some(expected) = expected_exit(&block.info) {
            match example(&block) {
                Example::Spec(spec) => {
                    let file = file(&block);
                    project.write(&file, &spec);
                    let output = project.run(&["run", &file]);
                    if output.status.code() != Some(expected) {
                        let exit = output.status.code();
                        wrong.push(format!("{place}: exit {exit:?}, not {expected}\n{}", said(&output)));
                    }
                }
                Example::Fragment => {
                    if let Err(error) = serde_yaml::from_str::<serde_yaml::Value>(&block.text) {
                        wrong.push(format!("{place}: {error}"));
                    }
                }
            }
        }
        if block.info == "console" {
            let shown = console(&project, &block);
            if steady(&shown) != steady(&block.text) {
                wrong.push(format!("{place}: shows\n{}\nand it is\n{shown}", block.text));
                current = current.replace(&block.text, &shown);
            }
        }
    }
    current
}

/// What a `console` block should show.
fn console(project: &Project, block: &Block) -> String {
    let mut shown = String::new();
    for line in block.text.lines().filter(|line| line.starts_with("$ ")) {
        let arguments = arguments(line.strip_prefix("$ mlfunnel ").unwrap());
        let output = project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        shown.extend([line, "\n", said(&output).trim_end(), "\n"]);
    }
    shown
}

#[test]
fn every_example_does_what_its_page_says() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for name in pages() {
        let page = fs::read_to_string(root().join(&name)).unwrap();
        count += blocks(&page).iter().filter(|block| expected_exit(&block.info).is_some()).count();
        let current = check(&name, &page, &mut wrong);
        if update() && current != page {
            fs::write(root().join(&name), current).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count >= ACTIONS.len() + 10, "only {count} examples were found");
}

#[test]
fn a_page_that_is_wrong_is_seen() {
    let spec = "suite: s\ntier: unit\ncases:\n  - name: c\n    scale: {method: min_max, values: [0, 2]}\n    expect: {values: [0, 2]}\n";
    let cases = [
        (format!("```yaml\n{spec}```\n"), "page:1: exit Some(1), not 0"),
        (format!("```yaml invalid\n{spec}```\n"), "page:1: exit Some(1), not 2"),
        ("```yaml\na: [\n```\n".to_owned(), "page:1: "),
        ("```console\n$ mlfunnel --version\nmlfunnel 0.0.0\n```\n".to_owned(), "page:1: shows"),
    ];
    for (page, expected) in cases {
        let mut wrong = Vec::new();
        check("page", &page, &mut wrong);
        assert!(wrong.len() == 1 && wrong[0].starts_with(expected), "{page}\n{wrong:?}");
    }
}

#[test]
fn every_example_project_passes() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        count += 1;
        let specs = folder.join("specs");
        if folder.join("requirements.txt").exists() && !has_packages() {
            continue;
        }
        // What a script has to prepare first is run by CI; its specs are read here.
        let command = if folder.join("run").exists() { "check" } else { "run" };
        let output = run_in(&root(), &[command, specs.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}\n{}", folder.display(), said(&output));
        assert!(folder.join("README.md").is_file(), "{} has no README", folder.display());
    }
    assert!(count >= 3, "only {count} examples were found");
}

#[test]
fn the_skewed_example_fails_as_its_readme_shows() {
    let folder = root().join("examples/parity");
    let output = run_in(&folder, &["run", "skewed", "--color", "never"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let shown = blocks(&readme).into_iter().find(|block| block.info == "text").unwrap();
    assert!(
        said(&output).contains(&shown.text),
        "the page shows\n{}\nand it is\n{}",
        shown.text,
        said(&output)
    );
}

#[test]
fn the_readme_states_the_two_commands_and_every_action() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for command in ["cargo run --release -- run specs", "cargo test"] {
        assert!(
            readme.lines().any(|line| line == command),
            "`{command}` does not stand on a line of its own"
        );
    }
    assert!(readme.lines().count() <= 200, "the README is too long to be read");
    for name in ACTIONS.iter().map(|entry| entry.name) {
        assert!(
            readme.contains(&format!("[`{name}`](docs/actions/{name}.md)")),
            "the README leaves out `{name}`"
        );
    }
}
