//! The reference page of protocols, from what speaks them.

use super::{PROTOCOLS, Protocol};
use crate::action::probe::conversation::meaning;
use crate::syntax::tidy;

/// What holds for all of them.
const INTRODUCTION: &str = "\
A probe with a `protocol` sends `rows` to an inference server in that server's own form, and checks what comes back by
the protocol's rules: it is a check by itself, and needs no `expect`.

`base` is the server's URL. `rows` are lists, mappings from column to cell, a table, or texts, and the same rows serve
every protocol, so that `parity` can compare two servers; what it compares is `predictions`, one a row. Integers stay
integers and floats floats. `batch` splits the rows over several requests, which take turns as samples.

First the server is asked whether it is ready, by the status of its own path, and what it says of the model, where the
protocol has a way to ask. Then one inference is made, which alone proves that the server is ready: `ready` is the time
to its end, and `cold` its latency, which is not counted in `latency`. `ready_within: 30 s` keeps trying until then,
through refused connections, refusals and a server that says that it is not ready; without it there is one try. A server
that completes no inference in that time is an error that says what the last try saw.

What breaks the rules fails the step, each with its place: too few predictions, a null among them, an error answered
with status 200, and bare `NaN` and `Infinity` tokens, which are no JSON: they are read all the same and named. Outputs
are `predictions`, `text` (the one prediction, where it is a text), `metadata`, `ready`, `cold`, and `protocol`, with the
number of `violations`, how much was `checked`, and the `misses` in words; where `expect` speaks of `protocol`, it judges
instead. All outputs of an ordinary probe are there as well.

`ready: {protocol: …, rows: …}` of a service waits for an inference in the same words.";

fn suite(protocol: &dyn Protocol) -> String {
    format!(
        "suite: smoke\ntier: smoke\ncases:\n  - name: the model answers\n    probe: {}\n",
        protocol.example()
    )
}

fn keys(protocol: &dyn Protocol) -> Vec<(&'static str, String)> {
    let line = |key: &&'static str| {
        let words = protocol.words(key);
        let words = if words.is_empty() || !["form", "task"].contains(key) {
            String::new()
        } else {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            format!(": {}", words.join(", "))
        };
        let needed = if *key == "model" && protocol.needs_model() { " (needed)" } else { "" };
        (*key, format!("{}{words}{needed}", meaning(key)))
    };
    protocol.keys().iter().map(line).collect()
}

/// The page as text, for a terminal.
pub fn page() -> String {
    let part = |protocol: &&dyn Protocol| {
        let keys = keys(*protocol)
            .into_iter()
            .map(|(key, meaning)| format!("  {key}: {meaning}"))
            .collect::<Vec<_>>()
            .join("\n");
        let suite = suite(*protocol).trim_end().replace('\n', "\n  ");
        format!("`{}`\n\n{}\n\nkeys\n{keys}\n\n  {suite}\n", protocol.name(), tidy(protocol.doc()))
    };
    format!(
        "the protocols of a probe\n\n{INTRODUCTION}\n\n{}",
        PROTOCOLS.iter().map(part).collect::<Vec<_>>().join("\n")
    )
}

/// The page as Markdown, for the reference in `docs/`.
pub fn markdown() -> String {
    let part = |protocol: &&dyn Protocol| {
        let keys = keys(*protocol)
            .into_iter()
            .map(|(key, meaning)| format!("| `{key}` | {meaning} |"))
            .collect::<Vec<_>>()
            .join("\n");
        let (name, doc, suite) = (protocol.name(), tidy(protocol.doc()), suite(*protocol));
        format!(
            "## `{name}`\n\n{doc}\n\n| key | meaning |\n|---|---|\n{keys}\n\n```yaml excerpt\n{suite}```\n"
        )
    };
    format!("{INTRODUCTION}\n\n{}", PROTOCOLS.iter().map(part).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_protocol_has_its_keys_and_five_lines() {
        let page = page();
        for protocol in PROTOCOLS {
            assert_eq!(suite(*protocol).lines().count(), 5);
            assert!(page.contains(&format!("protocol: {}", protocol.name())), "{}", protocol.name());
            assert!(keys(*protocol).iter().all(|(_, meaning)| !meaning.is_empty()));
        }
    }
}
