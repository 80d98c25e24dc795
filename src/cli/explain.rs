//! `mlfunnel explain`: the page of an action, a matcher, an error code, or a part of a case, a suite or a probe.

use super::{Failure, say};
use crate::action::{self, ACTIONS};
use crate::diagnostic::{codes, suggest};
use crate::expect::{self, ARTIFACT_MATCHERS, ARTIFACTS_PAGE, MATCHERS};
use crate::plan::for_all;
use crate::run::Exit;
use crate::service;
use crate::syntax::tidy;

pub(super) fn explain(topic: Option<&str>) -> Result<Exit, Failure> {
    let Some(topic) = topic else {
        say(&contents())?;
        return Ok(Exit::Passed);
    };
    let pages = pages(topic);
    if pages.is_empty() {
        let hint = elsewhere(topic)
            .or_else(|| suggest(topic, names()).map(|near| format!("; did you mean `{near}`?")))
            .unwrap_or_default();
        eprintln!(
            "mlfunnel: there is no page on `{topic}`{hint}\n\nwithout a name, `mlfunnel explain` lists them all"
        );
        return Ok(Exit::Invalid);
    }
    say(&pages.join("\n\n"))?;
    Ok(Exit::Passed)
}

/// Where a word stands that has no page of its own: the actions that have it as a key or an output.
fn elsewhere(topic: &str) -> Option<String> {
    let speak = ACTIONS.iter().filter(|entry| action::speaks_of(entry, topic));
    let names: Vec<String> = speak.map(|entry| format!("`mlfunnel explain {}`", entry.name)).collect();
    (!names.is_empty()).then(|| format!("; it stands in {}", names.join(", ")))
}

fn names() -> impl Iterator<Item = &'static str> + Clone {
    let matchers = MATCHERS.iter().chain(ARTIFACT_MATCHERS).map(|entry| entry.name);
    let codes = codes::ALL.iter().map(|code| code.name);
    ACTIONS
        .iter()
        .map(|entry| entry.name)
        .chain(matchers)
        .chain(["artifacts", "for_all", "protocols", "services"])
        .chain(codes)
}

fn contents() -> String {
    let list = |title: &str, names: Vec<&str>| format!("{title}\n  {}\n", names.join("\n  "));
    let first = |page: &str| tidy(page).lines().next().unwrap_or_default().to_owned();
    let actions: Vec<String> =
        ACTIONS.iter().map(|entry| format!("{:<18} {}", entry.name, first(entry.page))).collect();
    [
        list("actions", actions.iter().map(String::as_str).collect()),
        list("matchers", MATCHERS.iter().map(|entry| entry.name).collect()),
        list(
            "matchers of files, under `artifacts`",
            ARTIFACT_MATCHERS.iter().map(|entry| entry.name).collect(),
        ),
        list("of a case or a suite", vec!["for_all", "services"]),
        list("of a probe", vec!["protocols"]),
        list("error codes", codes::ALL.iter().map(|code| code.name).collect()),
    ]
    .join("\n")
}

/// A name may be both an action and a matcher's, such as `schema`.
fn pages(topic: &str) -> Vec<String> {
    let mut pages = Vec::new();
    if let Some(entry) = action::find(topic) {
        pages.push(action::page(entry));
    }
    let of_files = || ARTIFACT_MATCHERS.iter().find(|entry| entry.name == topic);
    if let Some(entry) = expect::find(topic).or_else(of_files) {
        pages.push(format!("matcher `{topic}`\n\n{}\n", tidy(entry.page)));
    }
    if topic == "artifacts" {
        pages.push(format!("`artifacts` under `expect`\n\n{}\n", tidy(ARTIFACTS_PAGE)));
    }
    if topic == "for_all" {
        pages.push(for_all::page());
    }
    if topic == "protocols" {
        pages.push(action::protocols_page());
    }
    if topic == "services" {
        pages.push(service::page());
    }
    if let Some(code) = codes::find(topic) {
        pages.push(format!("error code `{topic}`\n\n{}\n", tidy(code.page)));
    }
    pages
}
