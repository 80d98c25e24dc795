//! `list`, `check`, `explain`, `schema`, `completions`.

use super::{mlfunnel, project, suite};

#[test]
fn list_in_funnel_order() {
    let tagged = suite("smoke", &[("s", "1")]).replace("tier: smoke", "tier: smoke\ntags: [slow]");
    let rows = "suite: rows\ntier: unit\ncases:\n  - name: r\n    covers: D1\n    each: [{label: a, x: 1}, {label: b, x: 2}]\n    scale: {method: max_abs, values: [$x]}\n    expect: {values: [1]}\n";
    let folder = project(&[("specs/a.yaml", &tagged), ("specs/b/c.yaml", rows)]);
    let ran = mlfunnel(&folder, &["list"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (
            Some(0),
            "unit        specs/b/c.yaml::r[a]\nunit        specs/b/c.yaml::r[b]\nsmoke       specs/a.yaml::s\n"
        )
    );
    let ran = mlfunnel(&folder, &["list", "--format", "json", "--tag", "slow"]);
    let cases: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        cases,
        serde_json::json!([{
            "id": "specs/a.yaml::s", "tier": "smoke", "suite": "the smoke suite", "name": "s", "label": null,
            "file": "specs/a.yaml", "line": 5, "tags": ["slow"], "covers": [], "skip": null,
        }])
    );
    let ran = mlfunnel(&folder, &["list", "specs/**/*.yaml", "--case", r"\[b\]$", "--format", "json"]);
    let cases: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&cases[0]["label"], &cases[0]["covers"][0]), (&"b".into(), &"D1".into()));
}

#[test]
fn check_runs_nothing() {
    let runs = "suite: a\ntier: unit\ncases:\n  - name: one\n    run: {shell: 'touch ran'}\n    expect: {exit_code: 0}\n";
    let folder = project(&[("a.yaml", runs)]);
    let ran = mlfunnel(&folder, &["check", "a.yaml"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
        (Some(0), "1 case in 1 spec: no mistakes\n", "")
    );
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn explain_knows_every_name() {
    let folder = project(&[]);
    let contents = mlfunnel(&folder, &["explain"]);
    assert_eq!(contents.code, Some(0));
    let names: Vec<&str> = contents
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next())
        .collect();
    assert!(names.len() > 60, "{names:?}");
    for name in names {
        let ran = mlfunnel(&folder, &["explain", name]);
        assert_eq!(ran.code, Some(0), "{name}: {}", ran.stderr);
        assert!(ran.stdout.contains(name) && ran.stdout.len() > name.len() + 20, "{name}: {}", ran.stdout);
    }
    let ran = mlfunnel(&folder, &["explain", "betwen"]);
    assert!(ran.stderr.contains("no page on `betwen`; did you mean `between`?"), "{}", ran.stderr);
    let ran = mlfunnel(&folder, &["explain", "behaviour"]);
    assert!(
        ran.stderr.contains("no page on `behaviour`; it stands in `mlfunnel explain probe`"),
        "{}",
        ran.stderr
    );
}

#[test]
fn schemas_and_completions_are_printed() {
    let folder = project(&[]);
    for arguments in [&["schema"][..], &["schema", "suite"], &["schema", "config"]] {
        let ran = mlfunnel(&folder, arguments);
        let schema: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{arguments:?}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = mlfunnel(&folder, &["completions", shell]);
        assert!(ran.code == Some(0) && ran.stdout.contains("mlfunnel"), "{shell}");
    }
    let help = mlfunnel(&folder, &["--help"]);
    assert!(help.code == Some(0) && help.stdout.contains("130 interrupted"), "{}", help.stdout);
    let version = mlfunnel(&folder, &["--version"]);
    assert_eq!(version.stdout, concat!("mlfunnel ", env!("CARGO_PKG_VERSION"), "\n"));
}
