//! Runs made up for the tests: one that shows every outcome, one that is hostile, one empty, one killed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::Report;
use crate::event::{
    CaseFinished, Counts, Event, Evidence, Outcome, Place, Problem, Remark, RunFinished, RunStarted, SCHEMA,
    ServiceStarted, Tier, TierFinished, TierStarted,
};

/// A writer whose text can be looked at while a report holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a report writes for these events.
pub(super) fn written<R: Report>(events: &[Event], report: impl FnOnce(Page) -> R) -> String {
    let page = Page::default();
    let mut report = report(page.clone());
    for event in events {
        report.event(event).unwrap();
    }
    report.finish().unwrap();
    page.text()
}

/// Compares with a file under `tests/report`; `UPDATE_REPORTS=1` writes it anew, to be read in the diff.
pub(super) fn assert_same(name: &str, actual: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report").join(name);
    if std::env::var_os("UPDATE_REPORTS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert_eq!(actual, expected, "{name}");
}

pub(super) fn problem(outcome: Outcome, message: &str) -> Problem {
    let text = "    expect: {values: [0.0, 0.6, 1.0]}".to_owned();
    Problem {
        code: "not-equal".into(),
        outcome,
        message: message.into(),
        place: Some(Place { file: "specs/unit/scaler.yaml".into(), line: 9, column: 22, width: 15, text }),
        step: None,
        expected: Some("[0.0, 0.6, 1.0]".into()),
        actual: Some("[0.0, 0.5, 1.0]".into()),
        notes: vec![
            "worst: [1]: expected 0.6, got 0.5, off by 0.1 (allowed 1e-9)".into(),
            "tolerance abs 1e-9, set at specs/unit/scaler.yaml:3:12".into(),
        ],
        help: Some("if 0.5 is right, write `values: [0.0, 0.5, 1.0]`".into()),
    }
}

pub(super) fn case(tier: Tier, suite: &str, name: &str, outcome: Outcome, duration: f64) -> CaseFinished {
    let file = format!("specs/{tier}/{suite}.yaml");
    let failure = outcome.is_failure();
    let ran = failure || outcome == Outcome::Passed;
    CaseFinished {
        id: format!("{file}::{name}"),
        suite: suite.into(),
        name: name.into(),
        label: None,
        tier,
        file: file.clone(),
        line: 7,
        tags: Vec::new(),
        covers: Vec::new(),
        outcome,
        reason: None,
        flaky: false,
        tries: 1,
        duration,
        evidence: if ran { Evidence { checks: 1, measured: 3 } } else { Evidence::default() },
        problems: if failure {
            vec![problem(outcome, "values: 1 of 3 elements differs")]
        } else {
            Vec::new()
        },
        warnings: Vec::new(),
        remarks: Vec::new(),
        workspace: None,
        rerun: failure.then(|| format!("mlfunnel run {file} --case '^{name}$'")),
    }
}

fn run_started(selected: &[(Tier, usize)], notices: &[&str]) -> Event {
    Event::RunStarted(RunStarted {
        schema: SCHEMA,
        version: "0.1.0".into(),
        started: "2026-11-22T10:00:00Z".into(),
        jobs: 2,
        selected: selected.to_vec(),
        deselected: if selected.is_empty() { 4 } else { 0 },
        notices: notices.iter().map(|&notice| notice.into()).collect(),
    })
}

fn tier(events: &mut Vec<Event>, tier: Tier, budget: f64, duration: f64, cases: Vec<CaseFinished>) {
    events.push(Event::TierStarted(TierStarted { tier, cases: cases.len(), budget }));
    let (mut counts, mut evidence) = (Counts::default(), Evidence::default());
    for case in cases {
        counts.add(&case);
        evidence += &case.evidence;
        events.push(Event::CaseStarted { id: case.id.clone(), tier });
        events.push(Event::CaseFinished(Box::new(case)));
    }
    let over_budget = duration > budget;
    events.push(Event::TierFinished(TierFinished {
        tier,
        counts,
        duration,
        budget,
        over_budget,
        evidence,
        not_run: None,
        notices: Vec::new(),
    }));
}

/// Every outcome and mark, a spent budget, and a tier that was not run.
pub(super) fn every_outcome() -> Vec<Event> {
    let unit = Tier::Unit;
    let notice = "STAGING_URL unset: the built-in server was probed";
    let mut events = vec![run_started(&[(unit, 9), (Tier::Integration, 2), (Tier::Smoke, 1)], &[notice])];
    let mut flaky = case(unit, "client", "answers", Outcome::Passed, 0.02);
    (flaky.flaky, flaky.tries) = (true, 2);
    let mut warned = case(unit, "scaler", "is quick", Outcome::Passed, 0.003);
    warned.warnings = vec![Problem { notes: Vec::new(), ..problem(Outcome::Failed, "duration: above 1 ms") }];
    let mut labelled = case(unit, "scaler", "keeps its length", Outcome::Passed, 0.000_2);
    labelled.id.push_str("[NaN-heavy]");
    labelled.label = Some("NaN-heavy".into());
    (labelled.tags, labelled.covers) = (vec!["features".into()], vec!["D1".into()]);
    let mut errored = case(unit, "client", "is up", Outcome::Errored, 0.1);
    errored.problems[0] = Problem {
        code: "unreachable".into(),
        message: "the server at http://127.0.0.1:1 cannot be reached".into(),
        place: None,
        step: Some("step 2 (probe)".into()),
        expected: None,
        actual: None,
        notes: vec!["connection refused".into()],
        ..problem(Outcome::Errored, "")
    };
    let unguarded =
        || Remark { text: "certificates were not checked: `tls: {insecure: true}`".into(), loud: true };
    errored.remarks = vec![unguarded()];
    labelled.remarks = vec![unguarded(), Remark { text: "p95 is 3 ms below its limit".into(), loud: false }];
    errored.workspace = Some("/tmp/mlfunnel-1/is-up".into());
    let mut skipped = case(unit, "client", "speaks HTTP/3", Outcome::Skipped, 0.0);
    skipped.reason = Some("no server does yet".into());
    let mut late = case(unit, "scaler", "is the last", Outcome::NotRun, 0.0);
    late.reason = Some("the budget was spent".into());
    let cases = vec![
        case(unit, "scaler", "scales onto the unit interval", Outcome::Failed, 0.000_2),
        flaky,
        warned,
        labelled,
        errored,
        case(unit, "trainer", "ends", Outcome::TimedOut, 5.1),
        skipped,
        case(unit, "trainer", "starts", Outcome::Passed, 0.04),
        late,
    ];
    tier(&mut events, unit, 5.0, 5.2, cases);
    not_run(&mut events, Tier::Integration, 2);
    not_run(&mut events, Tier::Smoke, 1);
    let counts = Counts {
        passed: 4,
        failed: 1,
        errored: 1,
        timed_out: 1,
        skipped: 1,
        not_run: 4,
        flaky: 1,
        warned: 1,
    };
    events.push(Event::RunFinished(RunFinished { exit: 1, duration: 5.3, counts, interrupted: false }));
    events
}

fn not_run(events: &mut Vec<Event>, tier: Tier, cases: usize) {
    let reason = "unit is not clean";
    for number in 0..cases {
        let mut case = case(tier, "pipeline", &format!("part {number}"), Outcome::NotRun, 0.0);
        case.reason = Some(reason.into());
        events.push(Event::CaseFinished(Box::new(case)));
    }
    events.push(Event::TierFinished(TierFinished {
        tier,
        counts: Counts { not_run: cases, ..Counts::default() },
        duration: 0.0,
        budget: 30.0,
        over_budget: false,
        evidence: Evidence::default(),
        not_run: Some(reason.into()),
        notices: Vec::new(),
    }));
}

/// All three tiers pass.
pub(super) fn all_pass() -> Vec<Event> {
    let mut events = vec![run_started(&[(Tier::Unit, 9), (Tier::Integration, 4), (Tier::Smoke, 1)], &[])];
    let cases = |in_tier: Tier, number: usize, duration: f64| -> Vec<CaseFinished> {
        (0..number).map(|n| case(in_tier, "suite", &format!("case {n}"), Outcome::Passed, duration)).collect()
    };
    tier(&mut events, Tier::Unit, 5.0, 0.004, cases(Tier::Unit, 9, 0.000_3));
    events.push(Event::ServiceStarted(ServiceStarted {
        name: "demo".into(),
        suite: "suite".into(),
        url: "http://127.0.0.1:4000".into(),
        duration: 0.12,
        cold: None,
    }));
    tier(&mut events, Tier::Integration, 120.0, 1.5, cases(Tier::Integration, 4, 0.3));
    tier(&mut events, Tier::Smoke, 30.0, 4.0, cases(Tier::Smoke, 1, 4.0));
    let counts = Counts { passed: 14, ..Counts::default() };
    events.push(Event::RunFinished(RunFinished { exit: 0, duration: 5.62, counts, interrupted: false }));
    events
}

pub(super) const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}a|b`c```d</details><script>]]>&\u{fffe}\n::stop-commands::x\n##[error]y\r%\u{202e}";

/// One failure made of what a hostile server could send.
pub(super) fn hostile() -> Vec<Event> {
    let mut events = vec![run_started(&[(Tier::Unit, 1)], &[HOSTILE])];
    let mut bad = case(Tier::Unit, HOSTILE, HOSTILE, Outcome::Failed, 0.1);
    let text = HOSTILE.replace('\n', " ");
    bad.problems = vec![Problem {
        code: "not-equal".into(),
        outcome: Outcome::Failed,
        message: HOSTILE.into(),
        place: Some(Place { file: HOSTILE.into(), line: 1, column: 3, width: 4, text }),
        step: Some(HOSTILE.into()),
        expected: Some(HOSTILE.into()),
        actual: Some(format!("{}{HOSTILE}", "0123456789".repeat(5_000))),
        notes: vec![HOSTILE.into(); 30],
        help: Some(HOSTILE.into()),
    }];
    bad.warnings = vec![problem(Outcome::Failed, HOSTILE); 20];
    bad.tags = vec![HOSTILE.into()];
    bad.remarks = vec![Remark { text: HOSTILE.into(), loud: true }];
    let counts = Counts { failed: 1, warned: 1, ..Counts::default() };
    tier(&mut events, Tier::Unit, 5.0, 0.1, vec![bad]);
    events.push(Event::RunFinished(RunFinished { exit: 1, duration: 0.1, counts, interrupted: false }));
    events
}

/// Nothing was selected.
pub(super) fn empty() -> Vec<Event> {
    let finished = RunFinished { exit: 4, duration: 0.001, counts: Counts::default(), interrupted: false };
    vec![run_started(&[], &[]), Event::RunFinished(finished)]
}

/// Ends in the middle of the unit tier.
pub(super) fn killed() -> Vec<Event> {
    let mut events = vec![run_started(&[(Tier::Unit, 4), (Tier::Smoke, 1)], &[])];
    events.push(Event::TierStarted(TierStarted { tier: Tier::Unit, cases: 4, budget: 5.0 }));
    for name in ["one", "two"] {
        let case = case(Tier::Unit, "scaler", name, Outcome::Passed, 0.25);
        events.push(Event::CaseFinished(Box::new(case)));
    }
    events
}
