//! The funnel as a whole: its shape, and that it comes to the same however it is run.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::project::{Project, files};

/// Each case's record without what a clock says, by its id.
fn recorded(project: &Project, arguments: &[&str]) -> BTreeMap<String, Value> {
    let report = project.path("run.jsonl");
    let sink = format!("jsonl={}", report.display());
    let ran = project.run(&[&["run", "specs", "--quiet", "--report", &sink], arguments].concat());
    assert_eq!(ran.code, Some(0), "{arguments:?}\n{}{}", ran.stdout, ran.stderr);
    let stream = fs::read_to_string(report).unwrap();
    let events = stream.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let cases = events.filter(|event| event["event"] == "case_finished");
    cases
        .map(|mut case| {
            let told = case.as_object_mut().unwrap();
            told.remove("duration");
            // They tell of times.
            told.remove("remarks");
            (case["id"].as_str().unwrap().to_owned(), case)
        })
        .collect()
}

#[test]
fn many_unit_suites_few_integration_suites_and_a_smoke_suite() {
    let specs = files("specs");
    let suites = |tier: &str| specs.iter().filter(|file| file.starts_with(&format!("specs/{tier}/"))).count();
    let (unit, integration, smoke) = (suites("unit"), suites("integration"), suites("smoke"));
    assert!(unit >= 10 && integration >= 2 && smoke >= 1, "{unit} {integration} {smoke}");
    assert!(unit > integration && integration > smoke, "no funnel: {unit} {integration} {smoke}");
    assert_eq!(unit + integration + smoke, specs.len());

    let cases = recorded(&Project::new(), &[]);
    for file in &specs {
        let tier = file.split('/').nth(1).unwrap();
        let mut of_file = cases.values().filter(|case| case["file"] == **file).peekable();
        assert!(of_file.peek().is_some(), "no case of {file} ran");
        for case in of_file {
            assert_eq!((&case["tier"], &case["outcome"]), (&tier.into(), &"passed".into()), "{case}");
            assert!(case["evidence"]["measured"].as_u64().unwrap() > 0, "{case}");
        }
    }
}

#[test]
fn every_order_and_number_of_jobs_comes_to_the_same() {
    let project = Project::new();
    let one = recorded(&project, &["--jobs", "1"]);
    for arguments in [
        &["--jobs", "4"][..],
        &["--jobs", "4", "--shuffle", "1"],
        &["--jobs", "2", "--shuffle", "2"],
        &["--jobs", "1", "--shuffle", "3"],
    ] {
        assert_eq!(recorded(&project, arguments), one, "{arguments:?}");
    }
}

#[test]
fn twenty_runs_pass_and_leave_nothing_behind() {
    let project = Project::new();
    let first = recorded(&project, &[]);
    for _ in 1..20 {
        assert_eq!(recorded(&project, &[]), first);
    }
    assert_eq!(project.left_behind(), Vec::<String>::new());
}
