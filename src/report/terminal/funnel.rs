//! The funnel, drawn: one centred bar a tier, wide where there are many cases.

use super::palette::{BAD, BOLD, FAINT, GOOD, Palette, style};
use crate::report::quantity::{count, counted, seconds};
use crate::report::summary::{Summary, TierState, TierSummary, outcomes};
use crate::report::text::one_line;

/// The widest bar, in characters.
const WIDTH: usize = 24;

/// The rows of the funnel, each ending in a line break.
pub(super) fn draw(summary: &Summary, palette: Palette) -> String {
    let widest = summary.tiers.iter().map(|tier| tier.selected).max().unwrap_or(0);
    let rows: Vec<_> = summary.tiers.iter().map(|tier| Row::new(tier, widest, palette)).collect();
    let cases = rows.iter().map(|row| row.cases.len()).max().unwrap_or(0);
    let outcomes =
        rows.iter().filter(|row| !row.time.is_empty()).map(|row| row.outcomes.len()).max().unwrap_or(0);
    let time = rows.iter().map(|row| row.time.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in &rows {
        let name = palette.paint(BOLD, &format!("{:<11}", row.tier.tier));
        let mut line = format!("  {name}  {}  {:>cases$}  ", row.bar, row.cases);
        let outcome = palette.paint(row.style(), &row.outcomes);
        line.push_str(&outcome);
        if !row.time.is_empty() {
            let clock = if row.tier.over_budget { palette.paint(BAD, &row.time) } else { row.time.clone() };
            line.push_str(&" ".repeat(outcomes - row.outcomes.len() + 2));
            line.push_str(&clock);
        }
        if !row.evidence.is_empty() {
            line.push_str(&" ".repeat(time - row.time.len() + 2));
            line.push_str(&palette.paint(FAINT, &row.evidence));
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

struct Row<'a> {
    tier: &'a TierSummary,
    bar: String,
    cases: String,
    outcomes: String,
    time: String,
    evidence: String,
}

impl<'a> Row<'a> {
    fn new(tier: &'a TierSummary, widest: usize, palette: Palette) -> Self {
        let mut words = outcomes(&tier.counts);
        if let Some(reason) = &tier.not_run {
            let reason = one_line(reason);
            words =
                if words.is_empty() { format!("not_run: {reason}") } else { format!("{words}: {reason}") };
        }
        let budget = tier.budget.map(|budget| format!(" of {}", seconds(budget))).unwrap_or_default();
        let mut time = match tier.state {
            TierState::Finished if tier.not_run.is_some() => String::new(),
            TierState::Finished => format!("{}{budget}", seconds(tier.duration)),
            TierState::Started => "interrupted".to_owned(),
            TierState::Waiting => "not started".to_owned(),
        };
        if tier.over_budget {
            time.push_str(", over budget");
        }
        let evidence = match tier.evidence.checks {
            0 => String::new(),
            checks => {
                format!("{} on {}", counted(checks, "check"), counted(tier.evidence.measured, "value"))
            }
        };
        let cases =
            format!("{} case{}", count(tier.selected as u64), if tier.selected == 1 { " " } else { "s" });
        Self { tier, bar: bar(tier, widest, palette), cases, outcomes: words, time, evidence }
    }

    fn style(&self) -> anstyle::Style {
        match crate::report::summary::present(&self.tier.counts).find(|(outcome, _)| outcome.is_failure()) {
            Some((outcome, _)) => style(outcome),
            None if self.tier.counts.passed > 0 && self.tier.counts.not_run == 0 => GOOD,
            None => style(crate::event::Outcome::NotRun),
        }
    }
}

/// A centred bar: full where cases passed, shaded where they failed, light where they were not run.
///
/// Its width goes with the square root of the number of cases, so that one smoke case beside a thousand unit
/// cases is still seen.
fn bar(tier: &TierSummary, widest: usize, palette: Palette) -> String {
    let all = tier.selected.max(tier.counts.total()).max(1);
    let width = (WIDTH as f64 * (all as f64 / widest.max(all) as f64).sqrt()).round().clamp(1.0, WIDTH as f64)
        as usize;
    let failures = tier.counts.failed + tier.counts.errored + tier.counts.timed_out;
    let cells = |number: usize| (width * number / all).max(usize::from(number > 0));
    let bad = cells(failures).min(width);
    let good = cells(tier.counts.passed).min(width - bad);
    let rest = all - failures - tier.counts.passed;
    // What rounding leaves over belongs to the passes, unless some case has yet to be accounted for.
    let idle = if rest == 0 { 0 } else { width - bad - good };
    let good = width - bad - idle;
    let left = (WIDTH - width) / 2;
    let parts = [(GOOD, "█", good), (BAD, "▓", bad), (FAINT, "░", idle)];
    let drawn: String =
        parts.iter().map(|&(style, cell, cells)| palette.paint(style, &cell.repeat(cells))).collect();
    format!("{}{drawn}{}", " ".repeat(left), " ".repeat(WIDTH - width - left))
}
