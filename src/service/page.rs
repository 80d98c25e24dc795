//! The reference page of services: what they are, and every key of them, from what reads them.

use serde_json::Value as Json;

use super::{fake, spec};
use crate::action::{list_of_keys, table_of_keys};
use crate::syntax::{Decode, tidy};

/// Each mapping of a service that has keys: its title, what it is, its keys.
fn parts() -> [(&'static str, String, Json); 3] {
    let [route, answer] = fake::pages();
    [
        ("A service", tidy(spec::Keys::PAGE), spec::Keys::schema()),
        ("A route of a `fake`", tidy(route.0), route.1),
        ("An answer of a `fake`", tidy(answer.0), answer.1),
    ]
}

/// The page as text, for a terminal.
pub fn page() -> String {
    let part = |(title, doc, schema): (&str, String, Json)| {
        format!("{}\n\n{doc}\n\nkeys\n{}", title.to_lowercase(), list_of_keys(&schema))
    };
    format!("`services` of a suite\n\n{}", parts().map(part).join("\n"))
}

/// The page as Markdown, for the reference in `docs/`.
pub fn markdown() -> String {
    let part = |(title, doc, schema): (&str, String, Json)| {
        format!("## {title}\n\n{doc}\n\n{}", table_of_keys(&schema))
    };
    parts().map(part).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_service_has_a_meaning() {
        let page = page();
        for key in ["ready.infer.post", "when.query", "sequence", "fault", "rate", "store"] {
            assert!(page.contains(&format!("\n  {key}")), "no `{key}` in:\n{page}");
        }
        let mute = page.lines().find(|line| line.starts_with("  ") && line.ends_with(": "));
        assert_eq!(mute, None);
    }
}
