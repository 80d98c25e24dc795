//! Pages made from the code.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use mlfunnel::action::{ACTIONS, markdown};
use mlfunnel::diagnostic::codes;
use mlfunnel::expect::{ARTIFACT_MATCHERS, Entry, MATCHERS};
use mlfunnel::plan::schema;
use mlfunnel::syntax::tidy;

use super::page::{root, run_in, said, update};

const MADE: &str = "<!-- Made from the code: `UPDATE_DOCS=1 cargo test --test docs` writes it anew. -->\n";

/// Compares a page with the file, or writes it.
fn hold(path: &str, text: &str) {
    let file = root().join(path);
    if update() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == text, "`{path}` is not current: run `UPDATE_DOCS=1 cargo test --test docs`");
}

/// A section for each name and its page.
fn sections<'a>(pages: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    pages.fold(String::new(), |mut text, (name, page)| {
        let _ = write!(text, "## `{name}`\n\n{}\n\n", tidy(page));
        text
    })
}

#[test]
fn actions_are_current() {
    let mut index = format!(
        "# Actions\n\n{MADE}\nA step does one of these. `mlfunnel explain NAME` shows the same page.\n\n"
    );
    index.push_str("| action | it does | outputs |\n|---|---|---|\n");
    for entry in ACTIONS {
        let name = entry.name;
        let page = markdown(entry);
        let (title, rest) = page.split_once('\n').unwrap();
        hold(&format!("docs/actions/{name}.md"), &format!("{title}\n\n{MADE}{rest}"));
        let first = tidy(entry.page).lines().next().unwrap_or_default().to_owned();
        let outputs: Vec<String> = entry.outputs.iter().map(|output| format!("`{}`", output.name)).collect();
        let _ = writeln!(index, "| [`{name}`]({name}.md) | {first} | {} |", outputs.join(", "));
    }
    hold("docs/actions/README.md", &index);
    let expected: BTreeSet<String> =
        ACTIONS.iter().map(|entry| format!("{}.md", entry.name)).chain(["README.md".into()]).collect();
    let found: BTreeSet<String> = fs::read_dir(root().join("docs/actions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, expected, "a page without its action");
}

#[test]
fn matchers_are_current() {
    let list = |entries: &[Entry]| sections(entries.iter().map(|entry| (entry.name, entry.page)));
    let text = format!(
        "# Matchers\n\n{MADE}\nWhat can be asked of an output. `mlfunnel explain NAME` shows the same text. \
         How they combine stands in [the language](language.md#expectations).\n\n{}# Matchers of files\n\n\
         Under `artifacts`, of a file in the case's workspace.\n\n{}",
        list(MATCHERS),
        list(ARTIFACT_MATCHERS)
    );
    hold("docs/matchers.md", &(text.trim_end().to_owned() + "\n"));
}

#[test]
fn services_are_current() {
    let text = format!(
        "# Services\n\n{MADE}\nWhat may stand under `services` of a suite. `mlfunnel explain services` shows the same \
         text; [the language](language.md#services) shows examples.\n\n{}",
        mlfunnel::service::markdown()
    );
    hold("docs/services.md", &text);
}

#[test]
fn protocols_are_current() {
    let text = format!(
        "# Protocols\n\n{MADE}\nWhat may stand under `protocol` of a [probe](actions/probe.md). `mlfunnel explain \
         protocols` shows the same text.\n\n{}",
        mlfunnel::action::protocols_markdown()
    );
    hold("docs/protocols.md", &text);
}

#[test]
fn error_codes_are_current() {
    let codes = sections(codes::ALL.iter().map(|code| (code.name, code.page)));
    let text = format!(
        "# Error codes\n\n{MADE}\nEvery message carries one of these. `mlfunnel explain CODE` shows the same text.\n\n{codes}"
    );
    hold("docs/errors.md", &(text.trim_end().to_owned() + "\n"));
}

#[test]
fn the_command_line_is_current() {
    let mut text = format!("# Command line\n\n{MADE}\n");
    let help = |command: Option<&str>| {
        let args: Vec<&str> = command.into_iter().chain(["--help"]).collect();
        let help = said(&run_in(&root(), &args));
        help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    };
    let whole = help(None);
    let _ = write!(text, "```text\n{whole}\n```\n");
    let commands = whole.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for command in commands.lines().filter_map(|line| line.split_whitespace().next()) {
        if command != "help" {
            let _ = write!(text, "\n## `mlfunnel {command}`\n\n```text\n{}\n```\n", help(Some(command)));
        }
    }
    hold("docs/cli.md", &text);
}

#[test]
fn schemas_are_current() {
    for (name, schema) in [("suite", schema::of_suites()), ("config", schema::of_config())] {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        hold(&format!("docs/schema/{name}.json"), &text);
    }
}
