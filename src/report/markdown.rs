//! Markdown for a CI job's summary page: the funnel as a table, failures to unfold.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Report;
use super::problem::Drawing;
use super::quantity::{count, counted, seconds};
use super::remarks;
use super::summary::{Slow, Summary, TierState, TierSummary, outcomes};
use super::text::{Limit, one_line};
use crate::event::{CaseFinished, Event, Outcome};

/// GitHub refuses a job summary above 1 MiB; failures past this many bytes are counted, not shown.
const ROOM: usize = 900 << 10;

const LIMIT: Limit = Limit { characters: 2_000, lines: 40 };

/// Keeps what failures say and writes the page at the end.
#[derive(Debug)]
pub struct Markdown<W> {
    out: W,
    summary: Summary,
    failures: String,
    marks: String,
    left_out: u64,
}

impl<W: Write> Markdown<W> {
    pub fn new(out: W) -> Self {
        let (failures, marks) = (String::new(), String::new());
        Self { out, summary: Summary::default(), failures, marks, left_out: 0 }
    }

    fn case(&mut self, case: &CaseFinished) {
        let failed = case.outcome.is_failure();
        if !failed && !case.flaky && case.warnings.is_empty() {
            return;
        }
        let text = details(case);
        if self.failures.len() + self.marks.len() + text.len() > ROOM {
            self.left_out += 1;
        } else if failed {
            self.failures.push_str(&text);
        } else {
            self.marks.push_str(&text);
        }
    }

    fn page(&self) -> String {
        let summary = &self.summary;
        let mut page = format!("## mlfunnel: {}\n\n", summary.verdict());
        let counts = summary.counts();
        let words = if counts.total() == 0 { "no case was run".to_owned() } else { outcomes(&counts) };
        // Writing to a string cannot fail.
        let _ = write!(page, "{words} in {}", seconds(summary.duration()));
        if summary.deselected > 0 {
            let _ =
                write!(page, ", {} left out by the selection", counted(summary.deselected as u64, "case"));
        }
        if summary.finished.is_none() {
            let missing = summary.selected().saturating_sub(counts.total());
            let _ =
                write!(page, ". The run was cut short: {} without a result", counted(missing as u64, "case"));
        }
        page.push_str(".\n\n");
        if !summary.tiers.is_empty() {
            table(&mut page, summary);
        }
        for note in summary.notes() {
            let _ = writeln!(page, "> {}\n", inline(&note));
        }
        if !self.failures.is_empty() {
            let _ = write!(page, "### Not passed\n\n{}", self.failures);
        }
        if !self.marks.is_empty() {
            let _ = write!(page, "### Flaky and warned\n\n{}", self.marks);
        }
        if self.left_out > 0 {
            let _ =
                writeln!(page, "{} not shown here, for want of room.\n", counted(self.left_out, "more case"));
        }
        slowest(&mut page, summary);
        page
    }
}

impl<W: Write> Report for Markdown<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.summary.event(event);
        if let Event::CaseFinished(case) = event {
            self.case(case);
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let page = self.page();
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

fn table(page: &mut String, summary: &Summary) {
    let seen: Vec<_> = Outcome::ALL
        .into_iter()
        .filter(|&outcome| outcome == Outcome::Passed || summary.counts().of(outcome) > 0)
        .collect();
    page.push_str("| tier | cases |");
    for outcome in &seen {
        page.extend([" ", outcome.name(), " |"]);
    }
    page.push_str(" time | budget | checks | measured | |\n|:--|--:|");
    page.push_str(&"--:|".repeat(seen.len()));
    page.push_str("--:|--:|--:|--:|:--|\n");
    for tier in &summary.tiers {
        let _ = write!(page, "| {} | {} |", tier.tier, count(tier.selected as u64));
        for &outcome in &seen {
            let _ = write!(page, " {} |", count(tier.counts.of(outcome) as u64));
        }
        let budget = tier.budget.map(seconds).unwrap_or_default();
        let (checks, measured) = (count(tier.evidence.checks), count(tier.evidence.measured));
        let _ = writeln!(
            page,
            " {} | {budget} | {checks} | {measured} | {} |",
            if tier.not_run.is_some() { String::new() } else { seconds(tier.duration) },
            remark(tier)
        );
    }
    page.push('\n');
}

fn remark(tier: &TierSummary) -> String {
    let state = match tier.state {
        TierState::Waiting => "not started",
        TierState::Started => "interrupted",
        TierState::Finished if tier.over_budget => "over budget",
        TierState::Finished => "",
    };
    match &tier.not_run {
        Some(reason) => format!("not_run: {}", inline(reason)),
        None => state.to_owned(),
    }
}

fn details(case: &CaseFinished) -> String {
    let word = match (case.outcome, case.flaky) {
        (Outcome::Passed, true) => "flaky",
        (Outcome::Passed, false) => "warned",
        (outcome, _) => outcome.name(),
    };
    let mut body = String::new();
    for (problems, warning) in [(&case.problems, false), (&case.warnings, true)] {
        let drawing = Drawing { colour: false, warning, limit: LIMIT };
        let failed = case.outcome.is_failure();
        for problem in problems.iter().filter(|_| warning || failed) {
            body.push_str(&drawing.draw(problem));
            body.push('\n');
        }
    }
    if case.flaky {
        let _ = writeln!(body, "passed on try {}", case.tries);
    }
    body.push_str(&remarks::lines(case, false));
    if let Some(rerun) = &case.rerun {
        let _ = writeln!(body, "run it again: {}", one_line(rerun));
    }
    let fence = fence(&body);
    format!(
        "<details><summary><b>{word}</b> <code>{}</code> {}</summary>\n\n{fence}text\n{body}{fence}\n\n</details>\n\n",
        inline(&case.id),
        seconds(case.duration).replace('<', "&lt;")
    )
}

fn slowest(page: &mut String, summary: &Summary) {
    let mut rows: Vec<&Slow> = summary.tiers.iter().flat_map(|tier| &tier.slowest).collect();
    rows.sort_by(|a, b| b.duration.total_cmp(&a.duration));
    if rows.is_empty() {
        return;
    }
    page.push_str("<details><summary>Slowest cases</summary>\n\n| time | case |\n|--:|:--|\n");
    for slow in rows.into_iter().take(5) {
        let _ = writeln!(page, "| {} | <code>{}</code> |", seconds(slow.duration), inline(&slow.id));
    }
    page.push_str("\n</details>\n");
}

/// A fence longer than any run of backticks inside.
fn fence(body: &str) -> String {
    let longest = body.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// Text that means only itself inside a line, a table's cell or a tag: no markup, no mention, no link.
fn inline(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '/' | '-' | '(' | ')' | '%' | '\'') {
            let _ = write!(shown, "&#{};", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::story::{
        HOSTILE, all_pass, assert_same, empty, every_outcome, hostile, killed, written,
    };

    fn page(events: &[Event]) -> String {
        written(events, Markdown::new)
    }

    #[test]
    fn every_outcome_is_told() {
        assert_same("every_outcome.md", &page(&every_outcome()));
        assert_same("all_pass.md", &page(&all_pass()));
        assert_same("killed.md", &page(&killed()));
    }

    #[test]
    fn a_run_of_nothing_says_so() {
        let expected =
            "## mlfunnel: nothing was run\n\nno case was run in 1 ms, 4 cases left out by the selection.\n\n";
        assert_eq!(page(&empty()), expected);
    }

    #[test]
    fn hostile_text_breaks_out_of_nothing() {
        let page = page(&hostile());
        let outside: String =
            page.split("````text\n").map(|part| part.rsplit("````\n").next().unwrap()).collect();
        assert!(!outside.contains("<script>") && !outside.contains("a|b"), "{outside}");
        assert_eq!(outside.matches("</details>").count(), 2, "{outside}");
        assert!(!page.contains('\u{1b}'));
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence(HOSTILE), "````");
        assert_eq!(fence("``````"), "```````");
    }

    #[test]
    fn the_page_stays_under_the_services_limit() {
        let mut events = hostile();
        let failure = events.iter().find(|event| matches!(event, Event::CaseFinished(_))).unwrap().clone();
        for _ in 0..200 {
            events.insert(2, failure.clone());
        }
        let page = page(&events);
        assert!(page.len() < 1 << 20, "{} bytes", page.len());
        assert!(page.contains("more cases not shown here"));
    }
}
