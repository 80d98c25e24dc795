//! The JSON Schema (2020-12) of suites and of the configuration, for editors, from the types that read them.

use serde_json::{Map, Value as Json, json};

use super::{Fixture, for_all};
use crate::action::{ACTIONS, LATER};
use crate::service::ServiceSpec;
use crate::syntax::{CaseKeys, Config, Decode, StepKeys, SuiteSpec};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a spec file.
pub fn of_suites() -> Json {
    let mut schema = SuiteSpec::schema();
    schema["$schema"] = DIALECT.into();
    schema["title"] = "mlfunnel suite".into();
    schema["properties"]["fixtures"]["additionalProperties"] = Fixture::schema();
    schema["properties"]["services"]["additionalProperties"] = ServiceSpec::schema();
    let actions: Vec<&str> = ACTIONS.iter().map(|entry| entry.name).collect();
    schema["properties"]["defaults"]["propertyNames"] = json!({"enum": actions});
    schema["properties"]["defaults"]["additionalProperties"] = json!({"type": "object"});
    let mut definitions = crate::expect::schema_defs();
    definitions.insert("reference".into(), reference());
    definitions.insert("step".into(), step());
    definitions.insert("case".into(), case());
    definitions.insert("generator".into(), for_all::generator_schema());
    let mut needs = Map::new();
    for entry in ACTIONS {
        let mut action = (entry.schema)();
        needs.extend(take_required(&mut action).map(|keys| (entry.name.to_owned(), keys)));
        action["description"] = crate::syntax::tidy(entry.page).into();
        definitions.insert(definition(entry.name), action);
    }
    definitions.insert("complete_case".into(), complete_case(&needs));
    definitions.insert("complete_step".into(), json!({"properties": needs}));
    schema["$defs"] = Json::Object(definitions);
    // What a step leaves out may stand in `defaults`; without them it must be there.
    schema["if"] = json!({"not": {"required": ["defaults"]}});
    schema["then"] = json!({"properties": {"cases": {"items": {"$ref": "#/$defs/complete_case"}}}});
    schema
}

/// Takes the keys that an action's parameters need out of their schema, as a schema of its own.
fn take_required(action: &mut Json) -> Option<Json> {
    let long_form = match action.get("required") {
        Some(_) => action,
        None => action.get_mut("anyOf")?.as_array_mut()?.iter_mut().find(|form| form["type"] == "object")?,
    };
    let keys = long_form.as_object_mut()?.remove("required")?;
    Some(json!({"anyOf": [{"not": {"type": "object"}}, {"required": keys}]}))
}

fn complete_case(needs: &Map<String, Json>) -> Json {
    let mut properties = needs.clone();
    for key in ["steps", "cleanup"] {
        properties.insert(key.into(), json!({"items": {"$ref": "#/$defs/complete_step"}}));
    }
    json!({"properties": properties})
}

/// The schema of `mlfunnel.yaml`.
pub fn of_config() -> Json {
    let mut schema = Config::schema();
    schema["$schema"] = DIALECT.into();
    schema["title"] = "mlfunnel configuration".into();
    schema
}

fn definition(action: &str) -> String {
    format!("action_{action}")
}

fn reference() -> Json {
    json!({
        "description": "A reference such as `$name.path`, or text with `${name.path}` in it.",
        "type": "string",
        "pattern": "^\\$[\\p{L}_]|\\$\\{",
    })
}

fn actions() -> Map<String, Json> {
    ACTIONS
        .iter()
        .map(|entry| (entry.name.to_owned(), json!({"$ref": format!("#/$defs/{}", definition(entry.name))})))
        .collect()
}

fn step_keys() -> Map<String, Json> {
    let mut keys = properties(StepKeys::schema());
    for key in ["expect", "warn"] {
        let description = keys[key]["description"].clone();
        keys.insert(
            key.into(),
            json!({"description": description, "allOf": [{"$ref": "#/$defs/expectations"}]}),
        );
    }
    keys
}

fn step() -> Json {
    let mut properties = step_keys();
    properties.extend(actions());
    json!({
        "type": "object",
        "description": crate::syntax::tidy(StepKeys::PAGE),
        "properties": properties,
        "additionalProperties": false,
        "oneOf": exactly_one(ACTIONS.iter().map(|entry| entry.name)),
    })
}

fn case() -> Json {
    let mut properties = step_keys();
    properties.extend(self::properties(CaseKeys::schema()));
    properties.extend(actions());
    let description = properties["each"]["description"].clone();
    properties.insert("each".into(), json!({"description": description, "anyOf": [
        {"type": "string"},
        {"type": "array", "minItems": 1, "items": {"type": "object"}},
        {"type": "object", "properties": {"matrix": {"type": "object", "additionalProperties": {"type": "array"}}},
         "required": ["matrix"], "additionalProperties": false},
    ]}));
    properties.insert("for_all".into(), for_all::schema());
    json!({
        "type": "object",
        "description": crate::syntax::tidy(CaseKeys::PAGE),
        "properties": properties,
        "required": ["name"],
        "additionalProperties": false,
        "oneOf": exactly_one(ACTIONS.iter().map(|entry| entry.name).chain(["steps"])),
    })
}

fn exactly_one<'a>(keys: impl Iterator<Item = &'a str>) -> Json {
    keys.map(|key| json!({"required": [key]})).collect()
}

fn properties(schema: Json) -> Map<String, Json> {
    debug_assert!(!LATER.iter().any(|later| schema["properties"].get(later).is_some()));
    match schema {
        Json::Object(mut object) => match object.remove("properties") {
            Some(Json::Object(properties)) => properties,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}
