//! The JSON Schema for editors: it takes every spec that the tool takes, and refuses the common mistakes by itself.
#![allow(clippy::unwrap_used, clippy::panic)] // in a test a failure is the message

mod process;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jsonschema::Validator;
use mlfunnel::diagnostic::Diagnostics;
use mlfunnel::source::Sources;
use mlfunnel::syntax;
use serde_json::Value as Json;

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `mlfunnel schema` prints.
fn printed(document: &str) -> String {
    let ran = process::finish(&mut process::mlfunnel(home(), &["schema", document]), Duration::from_secs(30));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    ran.stdout
}

fn validator(document: &str) -> Validator {
    let schema: Json = serde_json::from_str(&printed(document)).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options().offline().build(&schema).unwrap()
}

/// A spec as an editor sees it: its YAML, typed by the core schema.
fn read(text: &str) -> Json {
    let mut sources = Sources::default();
    let source = sources.add("spec.yaml", text);
    let mut found = Diagnostics::default();
    let node = syntax::parse(text, source, &mut found).unwrap();
    assert!(found.is_empty());
    node.to_value().to_json()
}

fn mistakes(validator: &Validator, text: &str) -> Vec<String> {
    let spec = read(text);
    validator.iter_errors(&spec).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn yaml_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            yaml_under(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push(path);
        }
    }
}

#[test]
fn every_spec_of_the_repository_is_valid() {
    let (suites, configs) = (validator("suite"), validator("config"));
    let mut files = Vec::new();
    for folder in ["specs", "examples", "tests/spec/pass", "tests/spec/fail", "tests/spec/error"] {
        yaml_under(&home().join(folder), &mut files);
    }
    assert!(files.len() >= 40, "only {} specs were found", files.len());
    let mut report = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let config = file.file_name().is_some_and(|name| name == "mlfunnel.yaml");
        // CI files and documents beside the specs are none.
        if !config && !text.lines().any(|line| line.starts_with("suite:")) {
            continue;
        }
        let validator = if config { &configs } else { &suites };
        for mistake in mistakes(validator, &text) {
            let _ = writeln!(report, "{}: {mistake}", file.display());
        }
    }
    assert_eq!(report, "");
}

const SOUND: &str = "\
suite: sound
tier: unit
vars: {a: 3, b: {env: B, default: x, secret: true}}
fixtures: {t: fixtures/t.csv, u: {inline: [1]}}
x-note: anything
cases:
  - name: one step
    tags: [a]
    timeout: 2 s
    scale: {method: min_max, values: [0, 5, 10]}
    expect: {values: [0.0, 0.5, 1.0], max: {above: 1}}
  - name: steps
    each: [{v: [1]}]
    steps:
      - id: made
        scale: {method: $method, values: $v}
      - scale: {method: max_abs, values: $made}
        expect: {values: {same_shape_as: $v}}
";

#[test]
fn the_schema_alone_refuses_the_common_mistakes() {
    let validator = validator("suite");
    assert_eq!(mistakes(&validator, SOUND), [""; 0]);
    for (what, sound, broken) in [
        ("an unknown key of a suite", "tier: unit", "tier: unit\nteir: unit"),
        ("an unknown key of a case", "tags: [a]", "tag: [a]"),
        ("an unknown key of a step", "- id: made", "- ide: made"),
        ("an unknown key of an action", "values: $v", "valeus: $v"),
        ("an unknown matcher", "above: 1", "abov: 1"),
        ("an unknown key of a var", "secret: true", "secrte: true"),
        ("an unknown word", "method: min_max", "method: minmax"),
        ("an unknown tier", "tier: unit", "tier: units"),
        ("a wrong type of a suite", "suite: sound", "suite: 3"),
        ("a wrong type of a case", "tags: [a]", "tags: 3"),
        ("a wrong type of a parameter", "values: [0, 5, 10]", "values: yes please"),
        ("a duration without a unit", "timeout: 2 s", "timeout: 2"),
        ("a missing key of a suite", "tier: unit\n", ""),
        ("a missing key of a case", "name: steps\n    each", "each"),
        ("a missing key of an action", "method: min_max, ", ""),
        ("two actions in a step", "- id: made", "- id: made\n        generate: {rows: 1, columns: {}}"),
        ("an action beside steps", "each: [{v: [1]}]", "scale: {method: max_abs, values: [1]}"),
        ("no action", "scale: {method: $method, values: $v}", "timeout: 1 s"),
        ("an empty expect", "expect: {values: {same_shape_as: $v}}", "expect: {}"),
        ("an empty expectation", "{same_shape_as: $v}", "{}"),
        ("no rows", "each: [{v: [1]}]", "each: []"),
    ] {
        let text = SOUND.replacen(sound, broken, 1);
        assert_ne!(text, SOUND, "{what}: `{sound}` is not in the text");
        assert!(!mistakes(&validator, &text).is_empty(), "{what} is taken");
    }
    let none = SOUND.split("cases:").next().unwrap();
    assert!(!mistakes(&validator, &format!("{none}cases: []\n")).is_empty());
    assert!(!mistakes(&validator, none).is_empty());
}

#[test]
fn the_schema_of_the_configuration_refuses_the_same() {
    let validator = validator("config");
    let sound = "specs: [specs]\nbudgets: {unit: 5 s}\njobs: 2\nprofiles: {ci: {jobs: 1, tiers: [unit]}}\n";
    assert_eq!(mistakes(&validator, sound), [""; 0]);
    for broken in [
        "spec: [specs]",
        "budgets: {unit: 5}",
        "budgets: {units: 5 s}",
        "jobs: two",
        "profiles: {ci: {job: 1}}",
    ] {
        assert!(!mistakes(&validator, broken).is_empty(), "{broken}");
    }
}
