//! `JUnit` XML, one `testsuite` a spec suite.
//!
//! | outcome | element |
//! |---|---|
//! | `failed` | `failure` |
//! | `errored`, `timed_out` | `error`, with that word as its type |
//! | `skipped`, `not_run` | `skipped`, with the reason |
//!
//! Written as text: quick-junit takes 60 ms of CPU to build and write the tree of 10,000 cases where this takes
//! 16 ms (both optimised, on one machine). The tests read every report back with that crate.
//!
//! What is no case but fails a run (a spent budget, a run that was killed) stands as a case of a suite `mlfunnel`,
//! so that a CI service which reads nothing but this file does not show green.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::Report;
use super::problem::Drawing;
use super::quantity::seconds;
use super::remarks;
use super::summary::Summary;
use super::text::Limit;
use super::xml::{attribute, number, text};
use crate::event::{CaseFinished, Event, Outcome, Problem};

const LIMIT: Limit = Limit { characters: 20_000, lines: 400 };

/// Keeps each suite's cases as the text they become, and writes them at the end of the run.
#[derive(Debug)]
pub struct Junit<W> {
    out: W,
    suites: Vec<Suite>,
    by_file: HashMap<String, usize>,
    started: String,
    summary: Summary,
}

/// One `testsuite`: its counts stand before its cases, which is why it is kept.
#[derive(Debug, Default)]
struct Suite {
    name: String,
    body: String,
    totals: Totals,
    time: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    tests: usize,
    skipped: usize,
    errors: usize,
    failures: usize,
}

impl<W: Write> Junit<W> {
    pub fn new(out: W) -> Self {
        let summary = Summary::default();
        Self { out, suites: Vec::new(), by_file: HashMap::new(), started: String::new(), summary }
    }

    fn case(&mut self, case: &CaseFinished) {
        let at = if let Some(&at) = self.by_file.get(&case.file) {
            at
        } else {
            self.by_file.insert(case.file.clone(), self.suites.len());
            self.suites.push(Suite::new(case, &self.summary.notices));
            self.suites.len() - 1
        };
        self.suites[at].case(case);
    }

    /// What fails the run and is no case.
    fn own_suite(&self) -> Option<Suite> {
        let mut suite = Suite { name: "mlfunnel".to_owned(), ..Suite::default() };
        for tier in self.summary.tiers.iter().filter(|tier| tier.over_budget) {
            let budget = seconds(tier.budget.unwrap_or(0.0));
            let message = format!("the {} tier spent its budget of {budget}", tier.tier);
            suite.own_case(&format!("{} budget", tier.tier), ("failure", "budget"), &message);
            suite.totals.failures += 1;
        }
        if self.summary.interrupted() {
            let (done, all) = (self.summary.counts().total(), self.summary.selected());
            let message = format!("interrupted: {done} of {all} cases are reported");
            suite.own_case("run", ("error", "interrupted"), &message);
            suite.totals.errors += 1;
        }
        (suite.totals.tests > 0).then_some(suite)
    }
}

impl<W: Write> Report for Junit<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.summary.event(event);
        match event {
            Event::RunStarted(run) => self.started.clone_from(&run.started),
            Event::CaseFinished(case) => self.case(case),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let own = self.own_suite();
        self.suites.extend(own);
        let mut head =
            String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"mlfunnel\"");
        let mut all = Totals::default();
        for Suite { totals, .. } in &self.suites {
            all.tests += totals.tests;
            all.skipped += totals.skipped;
            all.errors += totals.errors;
            all.failures += totals.failures;
        }
        all.write(&mut head);
        if !self.started.is_empty() {
            attribute(&mut head, "timestamp", &self.started);
        }
        time(&mut head, self.summary.duration());
        head.push_str(">\n");
        self.out.write_all(head.as_bytes())?;
        for suite in &self.suites {
            let mut head = String::from("  <testsuite");
            attribute(&mut head, "name", &suite.name);
            suite.totals.write(&mut head);
            time(&mut head, suite.time);
            head.push_str(">\n");
            self.out.write_all(head.as_bytes())?;
            self.out.write_all(suite.body.as_bytes())?;
            self.out.write_all(b"  </testsuite>\n")?;
        }
        self.out.write_all(b"</testsuites>\n")?;
        self.out.flush()
    }
}

impl Suite {
    fn new(first: &CaseFinished, notices: &[String]) -> Self {
        let mut body = String::from("      <properties>\n");
        property(&mut body, "tier", first.tier.name());
        property(&mut body, "file", &first.file);
        for notice in notices {
            property(&mut body, "notice", notice);
        }
        body.push_str("      </properties>\n");
        Self { name: first.suite.clone(), body, ..Self::default() }
    }

    fn case(&mut self, case: &CaseFinished) {
        self.time += case.duration;
        self.totals.tests += 1;
        match case.outcome {
            Outcome::Passed => {}
            Outcome::Failed => self.totals.failures += 1,
            Outcome::Errored | Outcome::TimedOut => self.totals.errors += 1,
            Outcome::Skipped | Outcome::NotRun => self.totals.skipped += 1,
        }
        let out = &mut self.body;
        out.push_str("    <testcase");
        match &case.label {
            Some(label) => attribute(out, "name", &format!("{}[{label}]", case.name)),
            None => attribute(out, "name", &case.name),
        }
        attribute(out, "classname", &case.suite);
        number(out, "assertions", case.evidence.checks);
        time(out, case.duration);
        attribute(out, "file", &case.file);
        number(out, "line", case.line);
        out.push_str(">\n      <properties>\n");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "        <property name=\"measured\" value=\"{}\"/>", case.evidence.measured);
        for tag in &case.tags {
            property(out, "tag", tag);
        }
        for covered in &case.covers {
            property(out, "covers", covered);
        }
        if case.tries > 1 {
            property(out, "tries", &case.tries.to_string());
        }
        if let Some(workspace) = &case.workspace {
            property(out, "workspace", workspace);
        }
        for remark in &case.remarks {
            property(out, "remark", &remark.text);
        }
        out.push_str("      </properties>\n");
        result(out, case);
        let notes = remarks::lines(case, false);
        if !case.warnings.is_empty() || !notes.is_empty() {
            out.push_str("      <system-out>");
            text(out, &drawn(&case.warnings, true));
            text(out, &notes);
            out.push_str("</system-out>\n");
        }
        out.push_str("    </testcase>\n");
    }

    fn own_case(&mut self, name: &str, (element, kind): (&str, &str), message: &str) {
        self.totals.tests += 1;
        let out = &mut self.body;
        out.push_str("    <testcase");
        attribute(out, "name", name);
        attribute(out, "classname", "mlfunnel");
        out.extend([">\n      <", element]);
        attribute(out, "message", message);
        attribute(out, "type", kind);
        out.push_str("/>\n    </testcase>\n");
    }
}

impl Totals {
    fn write(self, out: &mut String) {
        number(out, "tests", self.tests);
        number(out, "skipped", self.skipped);
        number(out, "errors", self.errors);
        number(out, "failures", self.failures);
    }
}

/// The element that says how the case ended; a plain pass has none.
fn result(out: &mut String, case: &CaseFinished) {
    let element = match case.outcome {
        Outcome::Passed if case.flaky => {
            let message = format!("passed on try {}", case.tries);
            out.push_str("      <flakyFailure");
            attribute(out, "message", &message);
            out.push_str(" type=\"flaky\"></flakyFailure>\n");
            return;
        }
        Outcome::Passed => return,
        Outcome::Skipped | Outcome::NotRun => {
            let reason = case.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
            out.push_str("      <skipped");
            attribute(out, "message", &format!("{}{reason}", case.outcome));
            attribute(out, "type", case.outcome.name());
            out.push_str("/>\n");
            return;
        }
        Outcome::Failed => "failure",
        Outcome::Errored | Outcome::TimedOut => "error",
    };
    let message = case.problems.first().map_or(case.outcome.name(), |problem| &problem.message);
    out.extend(["      <", element]);
    attribute(out, "message", &LIMIT.clip(message));
    attribute(out, "type", case.outcome.name());
    out.push('>');
    text(out, &drawn(&case.problems, false));
    if let Some(rerun) = &case.rerun {
        text(out, &format!("run it again: {rerun}"));
    }
    out.extend(["</", element, ">\n"]);
}

fn property(out: &mut String, name: &str, value: &str) {
    out.push_str("        <property");
    attribute(out, "name", name);
    attribute(out, "value", value);
    out.push_str("/>\n");
}

/// Seconds to the microsecond.
fn time(out: &mut String, seconds: f64) {
    let _ = write!(out, " time=\"{:.6}\"", seconds.max(0.0));
}

fn drawn(problems: &[Problem], warning: bool) -> String {
    let drawing = Drawing { colour: false, warning, limit: LIMIT };
    problems.iter().map(|problem| drawing.draw(problem) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use quick_junit::Report as Document;

    use super::*;
    use crate::report::story::{assert_same, empty, every_outcome, hostile, killed, written};

    fn xml(events: &[Event]) -> String {
        written(events, Junit::new)
    }

    fn read(events: &[Event]) -> Document {
        Document::deserialize_from_str(&xml(events)).unwrap()
    }

    #[test]
    fn every_outcome_has_its_element() {
        assert_same("every_outcome.xml", &xml(&every_outcome()));
        let document = read(&every_outcome());
        // The twelve cases, and the spent budget.
        let sums = (document.tests, document.failures, document.errors, document.skipped);
        assert_eq!(sums, (13, 2, 2, 5));
        for suite in &document.test_suites {
            assert_eq!(suite.tests, suite.test_cases.len());
        }
    }

    #[test]
    fn hostile_text_is_legal_xml() {
        let text = xml(&hostile());
        let legal = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
        assert_eq!(text.chars().find(|&c| !legal(c) || c == '\u{7f}'), None);
        let document = read(&hostile());
        assert!(
            document.test_suites[0].name.as_str().starts_with("\\u{1b}[2J"),
            "{:?}",
            document.test_suites[0].name
        );
    }

    #[test]
    fn a_killed_run_is_no_pass() {
        let document = read(&killed());
        assert_eq!((document.tests, document.errors), (3, 1));
        assert!(xml(&killed()).contains("interrupted: 2 of 5 cases are reported"));
        assert_eq!(read(&empty()).tests, 0);
    }
}
