//! Annotations on the spec's lines, as GitHub's workflow commands.
//!
//! Form and escaping after GitHub's page "Workflow commands for GitHub Actions" and its toolkit's `command.ts`.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Report;
use super::quantity::{count, seconds};
use super::summary::Summary;
use super::text::{Limit, visible};
use crate::event::{CaseFinished, Event, Place, Problem};

/// GitHub shows so many annotations of one kind from a step, and passes over the rest in silence.
const SHOWN: u64 = 10;

const LIMIT: Limit = Limit { characters: 1_000, lines: 12 };

/// Writes `::error file=…,line=…::…` and `::warning …` lines, each as its case ends.
#[derive(Debug)]
pub struct Github<W> {
    out: W,
    errors: Kind,
    warnings: Kind,
    notices: Kind,
    summary: Summary,
}

/// The annotations of one kind: the last that would be shown is held back, for it may have to say how many follow.
#[derive(Debug)]
struct Kind {
    command: &'static str,
    seen: u64,
    held: Option<String>,
}

impl<W: Write> Github<W> {
    pub fn new(out: W) -> Self {
        let kind = |command| Kind { command, seen: 0, held: None };
        let summary = Summary::default();
        Self { out, errors: kind("error"), warnings: kind("warning"), notices: kind("notice"), summary }
    }

    fn case(&mut self, case: &CaseFinished) -> io::Result<()> {
        if case.outcome.is_failure() {
            for problem in &case.problems {
                self.errors.add(&mut self.out, problem.place.as_ref(), case, &message(problem, case))?;
            }
            if case.problems.is_empty() {
                self.errors.add(&mut self.out, None, case, case.outcome.name())?;
            }
        }
        for problem in &case.warnings {
            self.warnings.add(&mut self.out, problem.place.as_ref(), case, &message(problem, case))?;
        }
        if case.flaky {
            let text = format!("flaky: passed on try {}", case.tries);
            self.warnings.add(&mut self.out, None, case, &text)?;
        }
        self.out.flush()
    }
}

impl<W: Write> Report for Github<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.summary.event(event);
        if let Event::CaseFinished(case) = event { self.case(case) } else { Ok(()) }
    }

    fn finish(&mut self) -> io::Result<()> {
        for tier in self.summary.tiers.iter().filter(|tier| tier.over_budget) {
            let budget = seconds(tier.budget.unwrap_or(0.0));
            let text = format!("the {} tier spent its budget of {budget}", tier.tier);
            self.errors.own(&mut self.out, &text)?;
        }
        if self.summary.interrupted() {
            let done = self.summary.counts().total();
            let text = format!("interrupted: {done} of {} cases are reported", self.summary.selected());
            self.errors.own(&mut self.out, &text)?;
        }
        for note in self.summary.notes() {
            self.notices.own(&mut self.out, &note)?;
        }
        self.errors.finish(&mut self.out)?;
        self.warnings.finish(&mut self.out)?;
        self.notices.finish(&mut self.out)?;
        self.out.flush()
    }
}

impl Kind {
    fn add(
        &mut self,
        out: &mut impl Write,
        place: Option<&Place>,
        case: &CaseFinished,
        text: &str,
    ) -> io::Result<()> {
        let (file, row) = place.map_or((&case.file, case.line), |place| (&place.file, place.line));
        let row = row.to_string();
        let mut properties = vec![("file", file.as_str()), ("line", row.as_str())];
        let columns = place.map(|place| {
            (place.column.to_string(), (place.column.saturating_add(place.width.max(1))).to_string())
        });
        if let Some((from, to)) = &columns {
            properties.extend([("col", from.as_str()), ("endColumn", to.as_str())]);
        }
        properties.push(("title", &case.id));
        self.write(out, line(self.command, &properties, text))
    }

    /// An annotation of the run, on no file.
    fn own(&mut self, out: &mut impl Write, text: &str) -> io::Result<()> {
        self.write(out, line(self.command, &[("title", "mlfunnel")], text))
    }

    fn write(&mut self, out: &mut impl Write, line: String) -> io::Result<()> {
        self.seen += 1;
        if self.seen < SHOWN {
            return out.write_all(line.as_bytes());
        }
        if self.seen == SHOWN {
            self.held = Some(line);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        let Some(held) = self.held.take() else { return Ok(()) };
        if self.seen == SHOWN {
            return out.write_all(held.as_bytes());
        }
        let more = count(self.seen - SHOWN + 1);
        let text = format!("{more} more {}s are in the log and the job summary", self.command);
        out.write_all(line(self.command, &[("title", "mlfunnel")], &text).as_bytes())
    }
}

fn message(problem: &Problem, case: &CaseFinished) -> String {
    let mut text = format!("{}: {}", problem.outcome, LIMIT.clip(&problem.message));
    let parts = [("expected", &problem.expected), ("actual", &problem.actual), ("help", &problem.help)];
    for (name, part) in parts {
        if let Some(part) = part {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{name}: {}", LIMIT.clip(part));
        }
    }
    if let Some(rerun) = &case.rerun {
        let _ = write!(text, "\nrun it again: {rerun}");
    }
    text
}

fn line(command: &str, properties: &[(&str, &str)], message: &str) -> String {
    let mut text = format!("::{command} ");
    for (at, (name, value)) in properties.iter().enumerate() {
        let value = data(value).replace(':', "%3A").replace(',', "%2C");
        let _ = write!(text, "{}{name}={value}", if at == 0 { "" } else { "," });
    }
    let _ = writeln!(text, "::{}", data(message));
    text
}

fn data(text: &str) -> String {
    visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Outcome, Tier};
    use crate::report::story::{case, empty, every_outcome, hostile, killed, written};

    fn commands(events: &[Event]) -> String {
        written(events, Github::new)
    }

    #[test]
    fn failures_stand_on_their_lines() {
        let text = commands(&every_outcome());
        let first = "::error file=specs/unit/scaler.yaml,line=9,col=22,endColumn=37,\
                     title=specs/unit/scaler.yaml%3A%3Ascales onto the unit interval::\
                     failed: values: 1 of 3 elements differs%0Aexpected: [0.0, 0.6, 1.0]%0A\
                     actual: [0.0, 0.5, 1.0]%0Ahelp: if 0.5 is right, write `values: [0.0, 0.5, 1.0]`%0A\
                     run it again: mlfunnel run specs/unit/scaler.yaml \
                     --case '^scales onto the unit interval$'";
        assert_eq!(text.lines().next(), Some(first));
        assert_eq!(text.matches("::error ").count(), 4, "{text}");
        assert_eq!(text.matches("::warning ").count(), 2, "{text}");
        assert!(
            text.contains("::notice title=mlfunnel::STAGING_URL unset: the built-in server was probed\n")
        );
        assert!(text.contains("::error title=mlfunnel::the unit tier spent its budget of 5 s\n"), "{text}");
    }

    #[test]
    fn the_last_that_is_shown_says_how_many_more() {
        for (failures, last) in [
            (10, "title=specs/unit/s.yaml%3A%3Acase 9::"),
            (11, "title=mlfunnel::2 more errors are in the log and the job summary"),
            (1_000, "title=mlfunnel::991 more errors are in the log and the job summary"),
        ] {
            let failed = |n| {
                Event::CaseFinished(Box::new(case(
                    Tier::Unit,
                    "s",
                    &format!("case {n}"),
                    Outcome::Failed,
                    0.1,
                )))
            };
            let mut events: Vec<_> = (0..failures).map(failed).collect();
            events.extend(empty());
            let text = commands(&events);
            assert_eq!(text.lines().count(), 10);
            assert!(text.lines().last().unwrap().contains(last), "{text}");
        }
    }

    #[test]
    fn hostile_text_is_one_command_a_line() {
        let text = commands(&hostile());
        let ours = ["::error ", "::warning ", "::notice "];
        assert!(text.lines().all(|line| ours.iter().any(|command| line.starts_with(command))), "{text}");
        assert!(!text.contains(['\u{1b}', '\r', '\u{7}']), "{text}");
        let title = text.lines().next().unwrap().split("title=").nth(1).unwrap();
        assert!(title.starts_with("specs/unit/\\u{1b}[2J\\u{1b}]0;x"), "{title}");
    }

    #[test]
    fn a_killed_run_is_an_error() {
        assert_eq!(commands(&killed()), "::error title=mlfunnel::interrupted: 2 of 5 cases are reported\n");
        assert_eq!(commands(&empty()), "");
    }
}
