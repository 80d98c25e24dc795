//! Every key that the schema knows, given a value of every kind: never a panic, and a place for every mistake.

use mlfunnel::plan::{Loaded, Request, load, schema};
use serde_json::{Map, Value as Json, json};

/// One of each kind that YAML has.
const KINDS: [&str; 11] = [
    "null",
    "true",
    "-3",
    "18446744073709551615",
    "1.5",
    ".nan",
    "word",
    "\"\"",
    "[]",
    "{}",
    "[{a: [1, x]}, null]",
];

fn definitions(schema: &Json) -> &Map<String, Json> {
    schema["$defs"].as_object().unwrap()
}

/// The keys of a mapping's schema, through what it refers to.
fn keys(schema: &Json, root: &Json) -> Vec<String> {
    let mut found: Vec<String> = schema["properties"]
        .as_object()
        .map_or(Vec::new(), |properties| properties.keys().cloned().collect());
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        found.extend(keys(&definitions(root)[name], root));
    }
    for form in ["anyOf", "allOf", "oneOf"] {
        found.extend(schema[form].as_array().into_iter().flatten().flat_map(|form| keys(form, root)));
    }
    found
}

/// A spec in which one entry is replaced, or added where it is not there.
fn with(base: &Json, way: &[&str], key: &str) -> String {
    const MARK: &str = "@@here@@";
    let mut spec = base.clone();
    let mut place = &mut spec;
    for part in way {
        place = match part.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => &mut place[*part],
        };
    }
    if !place.is_object() {
        *place = json!({});
    }
    place[key] = MARK.into();
    // JSON is YAML; the mark stands where a value of each kind goes.
    spec.to_string().replace(&format!("\"{MARK}\""), MARK)
}

fn base() -> Json {
    json!({
        "suite": "a", "tier": "integration", "vars": {"v": {"default": 1}}, "fixtures": {"f": {"inline": [1]}},
        "services": {"s": {"command": ["true"], "ready": {"get": "/", "within": "1 s"}}},
        "defaults": {"scale": {}},
        "cases": [
            {"name": "one", "scale": {"method": "max_abs", "values": [1]}, "expect": {"values": [1]}},
            {"name": "two", "steps": [{"id": "i", "poll": {"within": "1 s"}, "tolerance": {"abs": 1},
                "scale": {"method": "max_abs", "values": [1]}, "expect": {"values": {"max": 1}, "artifacts": {"f": {"exists": true}}}}]},
        ],
    })
}

#[test]
fn a_value_of_every_kind_at_every_key() {
    let schema = schema::of_suites();
    let mut texts: Vec<String> = Vec::new();
    let mut at = |way: &[&str], keys: Vec<String>, base: &Json| {
        texts.extend(keys.iter().map(|key| with(base, way, key)));
    };
    let base = base();
    let defs = definitions(&schema);
    at(&[], keys(&schema, &schema), &base);
    at(&["cases", "0"], keys(&defs["case"], &schema), &base);
    at(&["cases", "1"], keys(&defs["case"], &schema), &base);
    at(&["cases", "1", "steps", "0"], keys(&defs["step"], &schema), &base);
    at(&["cases", "1", "steps", "0", "expect", "values"], keys(&defs["checks"], &schema), &base);
    at(
        &["cases", "1", "steps", "0", "expect", "artifacts", "f"],
        keys(&defs["artifact_checks"], &schema),
        &base,
    );
    let properties = &schema["properties"];
    for (part, name) in [("vars", "v"), ("fixtures", "f"), ("services", "s")] {
        at(&[part, name], keys(&properties[part]["additionalProperties"], &schema), &base);
    }
    for part in ["poll", "tolerance"] {
        at(&["cases", "1", "steps", "0", part], keys(&defs["step"]["properties"][part], &schema), &base);
    }
    for action in mlfunnel::action::ACTIONS {
        let mut base = base.clone();
        let step = base["cases"][1]["steps"][0].as_object_mut().unwrap();
        step.remove("scale");
        step.insert(action.name.into(), json!({}));
        at(
            &["cases", "1", "steps", "0", action.name],
            keys(&defs[&format!("action_{}", action.name)], &schema),
            &base,
        );
    }
    assert!(texts.len() > 150, "the schema gave {} keys", texts.len());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.yaml");
    for text in texts {
        for kind in KINDS {
            let text = text.replace("@@here@@", kind);
            std::fs::write(&path, &text).unwrap();
            let paths = [path.display().to_string()];
            let Loaded { result, sources } = load(&Request { paths: &paths, ..Request::default() });
            for mistake in result.err().into_iter().flatten() {
                let span = mistake.span().unwrap_or_else(|| panic!("no place: {mistake:?}\n{text}"));
                assert!(span.start <= span.end && span.end as usize <= text.len(), "{mistake:?}\n{text}");
                assert!(!mistake.message.is_empty() && sources.place(span).line >= 1);
            }
        }
    }
}
