//! The report for people: plain lines, or live progress on a terminal; at the end the funnel.

mod bars;
mod case;
mod ending;
mod funnel;
mod palette;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use indicatif::ProgressDrawTarget;

use self::bars::Bars;
use self::palette::{BOLD, FAINT, Palette};
use super::Report;
use super::quantity::{counted, seconds};
use super::summary::Summary;
use super::text::one_line;
use crate::event::{CaseFinished, Event};

/// How much is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Failures and one line at the end.
    Quiet,
    /// And flaky and warned cases, services, the funnel.
    #[default]
    Normal,
    /// And every case.
    Verbose,
}

/// How the report looks; the command line decides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub verbosity: Verbosity,
    /// ANSI colours.
    pub colour: bool,
}

/// Prints cases that did not pass as they happen, and the funnel at the end.
#[derive(Debug)]
pub struct Terminal<W> {
    out: W,
    verbosity: Verbosity,
    palette: Palette,
    bars: Option<Bars>,
    summary: Summary,
    /// Whether an empty line was printed last.
    blank: bool,
}

impl<W: Write> Terminal<W> {
    /// Plain lines, for logs and CI.
    pub fn plain(out: W, options: Options) -> Self {
        let palette = Palette { colour: options.colour };
        let summary = Summary::default();
        Self { out, verbosity: options.verbosity, palette, bars: None, summary, blank: true }
    }

    /// Progress bars on `target`, and everything else on `out` above them.
    ///
    /// Only for a terminal that is not a CI log: on anything else the bars are not drawn and nothing says that
    /// the run is alive, which the plain lines do.
    pub fn live(out: W, target: ProgressDrawTarget, options: Options) -> Self {
        Self { bars: Some(Bars::new(target)), ..Self::plain(out, options) }
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        self.blank = text.ends_with("\n\n");
        // A CI service that prints this takes `##[…]`, wherever it stands, for a command.
        let text = text.replace("##[", "##\\[");
        let out = &mut self.out;
        let mut write = || {
            out.write_all(text.as_bytes())?;
            out.flush()
        };
        match &self.bars {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    /// What this event says at once.
    fn text(&self, event: &Event) -> Option<String> {
        let normal = self.verbosity >= Verbosity::Normal;
        match event {
            Event::RunStarted(run) if normal => {
                let cases: usize = run.selected.iter().map(|(_, cases)| cases).sum();
                let left_out = match run.deselected {
                    0 => String::new(),
                    number => format!(" ({number} left out)"),
                };
                let cases = counted(cases as u64, "case");
                let jobs = counted(run.jobs as u64, "job");
                let name = self.palette.paint(BOLD, "mlfunnel");
                Some(format!("{name} {}  {cases}{left_out}, {jobs}\n", one_line(&run.version)))
            }
            Event::TierStarted(tier) if normal && self.bars.is_none() => {
                let cases = counted(tier.cases as u64, "case");
                let name = self.palette.paint(BOLD, tier.tier.name());
                Some(format!("{name}: {cases}, budget {}\n", seconds(tier.budget)))
            }
            Event::ServiceStarted(service) if normal && (self.bars.is_none() || self.verbose()) => {
                let (name, url) = (one_line(&service.name), one_line(&service.url));
                let cold = service
                    .cold
                    .map_or(String::new(), |cold| format!("; its first inference took {}", seconds(cold)));
                Some(format!("service {name} is ready at {url} after {}{cold}\n", seconds(service.duration)))
            }
            Event::WorkersStarted(workers) if normal && (self.bars.is_none() || self.verbose()) => {
                let (count, python) =
                    (counted(workers.count as u64, "worker"), one_line(&workers.interpreter));
                Some(format!("{count} of {python} ready after {}\n", seconds(workers.duration)))
            }
            Event::Output { id, stderr, text } if self.verbose() => {
                let mark = if *stderr { '!' } else { '|' };
                let lead = self.palette.paint(FAINT, &format!("{} {mark}", one_line(id)));
                Some(format!("{lead} {}\n", one_line(text)))
            }
            Event::CaseFinished(case) => self.case(case),
            _ => None,
        }
    }

    fn case(&self, case: &CaseFinished) -> Option<String> {
        if case.outcome.is_failure() {
            let lead = if self.blank { "" } else { "\n" };
            return Some(lead.to_owned() + &case::failure(case, self.verbose(), self.palette));
        }
        if self.verbosity >= Verbosity::Normal && (case.flaky || !case.warnings.is_empty()) {
            return Some(case::marked(case, self.verbose(), self.palette));
        }
        self.verbose().then(|| case::line(case, self.palette))
    }

    fn verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }
}

impl<W: Write> Report for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.summary.event(event);
        let text = self.text(event);
        if let Some(text) = text {
            self.print(&text)?;
        }
        if let Some(bars) = &mut self.bars {
            bars.event(event, &self.summary);
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(bars) = self.bars.take() {
            bars.clear();
        }
        let lead = if self.blank { "" } else { "\n" };
        let ending = ending::draw(&self.summary, self.verbosity, self.palette);
        self.print(&format!("{lead}{ending}"))
    }
}
