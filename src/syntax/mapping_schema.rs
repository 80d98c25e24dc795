//! The JSON Schema of a mapping that `params!` declares, and doc comments as the text of pages.

use serde_json::{Value as Json, json};

/// The schema of a mapping from its properties: name, schema, meaning, required.
pub fn object_schema(
    properties: &[(&str, Json, &str, bool)],
    page: &str,
    short: Option<&str>,
    free: Option<&str>,
) -> Json {
    let described = |schema: &Json, doc: &str| match schema {
        Json::Object(object) if !object.contains_key("$ref") => {
            let mut object = object.clone();
            object.insert("description".into(), tidy(doc).into());
            Json::Object(object)
        }
        Json::Object(_) => json!({"description": tidy(doc), "allOf": [schema]}),
        _ => json!({"description": tidy(doc)}),
    };
    let all: serde_json::Map<String, Json> = properties
        .iter()
        .map(|(name, schema, doc, _)| ((*name).to_owned(), described(schema, doc)))
        .collect();
    let required: Vec<&str> =
        properties.iter().filter(|property| property.3).map(|property| property.0).collect();
    let mut object = json!({
        "type": "object",
        "description": tidy(page),
        "properties": all,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    if let Some(prefix) = free {
        object["patternProperties"] = json!({format!("^{prefix}"): true});
    }
    match short.and_then(|key| properties.iter().find(|property| property.0 == key)) {
        // A mapping is read by its keys, never as the short form.
        Some((_, Json::Bool(true), ..)) => {
            json!({"anyOf": [{"type": ["null", "boolean", "number", "string", "array"]}, object]})
        }
        Some((_, schema, ..)) => json!({"anyOf": [schema, object]}),
        None => object,
    }
}

/// A doc comment as one text: lines joined, paragraphs kept.
pub fn tidy(doc: &str) -> String {
    doc.lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}
