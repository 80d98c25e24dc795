//! The reference page of an action: its doc comment, its parameters and its outputs, from its registry entry alone.
//! The keys of other mappings are told in the same form.

use std::fmt::Write;

use serde_json::Value as Json;

use super::{Entry, Output};
use crate::syntax::tidy;

/// One key of an action, or of a mapping inside it.
struct Parameter {
    /// `timeouts.connect` for a key inside another.
    path: String,
    required: bool,
    /// What it takes: `integer`, `duration`; empty where anything goes.
    kind: String,
    doc: String,
}

/// The page as text, for a terminal.
pub fn page(entry: &Entry) -> String {
    let mut text = format!("action `{}`\n\n{}\n\nparameters\n", entry.name, tidy(entry.page));
    text.push_str(&list_of_keys(&(entry.schema)()));
    text.push_str("\noutputs\n");
    for Output { name, kind, doc, .. } in entry.outputs {
        let _ = writeln!(text, "  {name} ({}): {doc}", kind.name());
    }
    text
}

/// The page as Markdown, for the reference in `docs/`.
pub fn markdown(entry: &Entry) -> String {
    let mut text = format!("# `{}`\n\n{}\n\n## Parameters\n\n", entry.name, tidy(entry.page));
    text.push_str(&table_of_keys(&(entry.schema)()));
    text.push_str("\n## Outputs\n\n| output | kind | meaning |\n|---|---|---|\n");
    for Output { name, kind, doc, .. } in entry.outputs {
        let _ = writeln!(text, "| `{name}` | {} | {} |", kind.name(), cell(doc));
    }
    text
}

/// Whether an action has a key or an output of this name.
pub fn speaks_of(entry: &Entry, name: &str) -> bool {
    let is_key = |parameter: Parameter| parameter.path.rsplit('.').next() == Some(name);
    entry.outputs.iter().any(|output| output.name == name)
        || parameters(&(entry.schema)()).into_iter().any(is_key)
}

/// The keys of a mapping and of those inside it, with what they mean, for a terminal.
pub(crate) fn list_of_keys(schema: &Json) -> String {
    parameters(schema).into_iter().fold(String::new(), |mut text, Parameter { path, required, doc, .. }| {
        let must = if required { " (required)" } else { "" };
        let _ = writeln!(text, "  {path}{must}: {}", doc.replace('\n', " "));
        text
    })
}

/// The same as Markdown.
pub(crate) fn table_of_keys(schema: &Json) -> String {
    let head = "| key | takes | meaning |\n|---|---|---|\n".to_owned();
    parameters(schema).into_iter().fold(head, |mut text, Parameter { path, required, kind, doc }| {
        let must = if required { " (required)" } else { "" };
        let _ = writeln!(text, "| `{path}`{must} | {} | {} |", cell(&kind), cell(&doc));
        text
    })
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn parameters(schema: &Json) -> Vec<Parameter> {
    let mut found = Vec::new();
    inside("", schema, &mut found);
    found
}

/// The keys of a mapping, each followed by those inside it.
fn inside(above: &str, schema: &Json, found: &mut Vec<Parameter>) {
    let object = mapping(schema);
    let is_required = |name: &String| {
        object["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
    };
    for (name, property) in object["properties"].as_object().into_iter().flatten() {
        let path = format!("{above}{name}");
        let below = format!("{path}.");
        found.push(Parameter {
            path,
            required: is_required(name),
            kind: kind(property),
            doc: property["description"].as_str().unwrap_or_default().to_owned(),
        });
        inside(&below, property, found);
        inside(&format!("{below}*."), &mapping(property)["additionalProperties"], found);
    }
}

/// The mapping form, where there is a short one beside it.
fn mapping(schema: &Json) -> &Json {
    let mut forms = schema["anyOf"].as_array().into_iter().flatten();
    forms.find(|form| form["type"] == "object").unwrap_or(schema)
}

/// A schema in a word or two.
fn kind(schema: &Json) -> String {
    if let Some(forms) = schema["anyOf"].as_array() {
        let mut kinds: Vec<String> = forms.iter().map(kind).filter(|kind| !kind.is_empty()).collect();
        kinds.dedup();
        return kinds.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(|word| format!("`{}`", word.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join(", ");
    }
    match (schema["type"].as_str().unwrap_or_default(), schema["pattern"].as_str()) {
        ("string", Some(pattern)) if pattern.contains("ms|") => "duration".to_owned(),
        ("string", Some(pattern)) if pattern.contains("KiB|") => "size".to_owned(),
        ("array", _) => "list".to_owned(),
        ("object", _) => "mapping".to_owned(),
        ("string", _) => "text".to_owned(),
        (word, _) => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::ACTIONS;

    #[test]
    fn every_action_has_a_page_an_example_and_documented_keys() {
        for entry in ACTIONS {
            let name = entry.name;
            assert!(entry.page.contains("```yaml"), "the page of `{name}` has no example");
            assert!(!entry.outputs.is_empty(), "`{name}` declares no output");
            for parameter in parameters(&(entry.schema)()) {
                assert!(!parameter.doc.is_empty(), "`{}` of `{name}` has no meaning", parameter.path);
            }
            for output in entry.outputs {
                assert!(!output.doc.is_empty(), "`{}` of `{name}` has no meaning", output.name);
            }
        }
    }

    #[test]
    fn text_and_markdown_say_the_same() {
        let entry = crate::action::find("scale").unwrap();
        let (text, markdown) = (page(entry), markdown(entry));
        assert!(text.contains("\n  method (required): `min_max`, `standard`"), "{text}");
        assert!(markdown.contains("\n| `method` (required) | `min_max`, `standard`"), "{markdown}");
        assert!(text.contains("\n  values (an array): the scaled numbers"), "{text}");
        assert!(markdown.contains("\n| `values` | an array | the scaled numbers"), "{markdown}");
        assert!(markdown.contains("| `inverse` | boolean | "), "{markdown}");
    }
}
