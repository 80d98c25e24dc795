//! The JSON Schema of expectations, for editors.

use serde_json::{Map, Value as Json, json};

use super::artifact::json_paths_schema;
use super::registry::{ARTIFACT_MATCHERS, Entry, MATCHERS};
use crate::syntax::tidy;
use crate::value::{FromValue, Share};

/// The definitions that the schema of a suite refers to: `checks`, `expectations`, `artifact_checks` and
/// `json_paths`. Parameters refer to `#/$defs/reference`, which is the suite's own.
pub fn schema_defs() -> Map<String, Json> {
    let mut defs = Map::new();
    defs.insert("checks".to_owned(), checks());
    defs.insert("json_paths".to_owned(), json_paths_schema());
    defs.insert("artifact_checks".to_owned(), matchers(ARTIFACT_MATCHERS, "What must hold of a file."));
    defs.insert("expectations".to_owned(), expectations());
    defs
}

fn checks() -> Json {
    json!({
        "description": "What must hold of a value: a value to equal, matchers that all hold, or JSONPaths into it.",
        "anyOf": [
            {"type": ["number", "string", "boolean", "null", "array"], "description": "Equal, floats within the tolerance in force."},
            matchers(MATCHERS, "All of these hold."),
            {
                "type": "object",
                "description": "What must hold of the nodes that JSONPaths select.",
                "minProperties": 1,
                "patternProperties": {"^\\$": {"$ref": "#/$defs/checks"}},
                "additionalProperties": false,
            },
        ],
    })
}

fn expectations() -> Json {
    json!({
        "type": "object",
        "description": "What must hold of the outputs, by their names or dotted paths into them.",
        "minProperties": 1,
        "properties": {
            "artifacts": {
                "description": "Files that the step wrote into its workspace: a list of those that must be there and not be empty, or what must hold of each.",
                "anyOf": [
                    {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
                    {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/artifact_checks"}},
                ],
            },
        },
        "additionalProperties": {"$ref": "#/$defs/checks"},
    })
}

/// A mapping of matchers and what sets how they judge.
fn matchers(entries: &[Entry], description: &str) -> Json {
    let mut properties = Map::new();
    for entry in entries {
        properties.insert(entry.name.to_owned(), described((entry.schema)(), entry.page));
    }
    let number = json!({"type": "number", "minimum": 0});
    for (name, schema, page) in [
        (
            "abs",
            number.clone(),
            "How far a number may be off, whatever its size; beside a matcher it takes the place of the tolerance in force.",
        ),
        ("rel", number, "How far a number may be off, as a part of the expected one's size."),
        (
            "ulps",
            json!({"type": "integer", "minimum": 0}),
            "How many representable numbers two floats may be apart.",
        ),
        (
            "confidence",
            Share::schema(),
            "Beside a bound or a `baseline` of a percentile: how sure it must be, such as 0.95.",
        ),
        (
            "max_increase",
            Share::schema(),
            "Beside a `baseline`: how far a percentile may be above the stored one, such as `10 %`.",
        ),
        ("allow_empty", json!({"type": "boolean"}), "Having measured nothing is no error."),
    ] {
        properties.insert(name.to_owned(), described(schema, page));
    }
    json!({
        "type": "object",
        "description": description,
        "minProperties": 1,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn described(schema: Json, page: &str) -> Json {
    match schema {
        // Beside a `$ref` a description is lost on some editors.
        Json::Object(object) if object.contains_key("$ref") => {
            json!({"description": tidy(page), "allOf": [object]})
        }
        Json::Object(mut object) => {
            object.insert("description".to_owned(), tidy(page).into());
            Json::Object(object)
        }
        _ => json!({"description": tidy(page)}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite() -> Json {
        let mut defs = schema_defs();
        defs.insert("reference".to_owned(), json!({"type": "string", "pattern": "^\\$"}));
        json!({"$ref": "#/$defs/expectations", "$defs": defs})
    }

    #[test]
    fn specs_are_told_apart() {
        let validator = jsonschema::options().offline().build(&suite()).unwrap();
        for (spec, valid) in [
            (json!({"values": [0, 0.5]}), true),
            (json!({"values": {"between": [0, 1], "finite": true, "allow_empty": true}}), true),
            (json!({"values": {"same_shape_as": "$input"}}), true),
            (json!({"values": {"length": {"between": [1, 3]}}}), true),
            (json!({"json": {"$.items[*].score": {"max": 1}}}), true),
            (json!({"json": {"schema": {"type": "object"}}}), true),
            (json!({"artifacts": ["model.json"]}), true),
            (json!({"artifacts": {"m.json": {"min_size": "10 B", "json": {"a.b": 1}}}}), true),
            (json!({}), false),
            (json!({"values": {"finitee": true}}), false),
            (json!({"values": {"finite": false}}), false),
            (json!({"values": {"length": "three"}}), false),
            (json!({"json": {"$.a": 1, "max": 1}}), false),
            (json!({"artifacts": {"m.json": {"between": [0, 1]}}}), false),
            (json!({"artifacts": {"m.json": {"sha256": "abc"}}}), false),
        ] {
            assert_eq!(validator.is_valid(&spec), valid, "{spec}");
        }
    }

    #[test]
    fn every_matcher_has_a_page_and_one_name() {
        let mut names = std::collections::HashSet::new();
        for entry in MATCHERS.iter().chain(ARTIFACT_MATCHERS) {
            assert!(names.insert(entry.name), "{} is there twice", entry.name);
            assert!(entry.page.contains('`') && entry.page.contains(entry.name), "{}", entry.name);
        }
    }
}
