//! The end of the terminal report: the funnel, what took long, what to know, and the verdict.

use std::fmt::Write;

use super::palette::{BAD, BOLD, FAINT, GOOD, MARK, Palette};
use super::{Verbosity, funnel};
use crate::report::quantity::{counted, seconds};
use crate::report::summary::{Slow, Summary, TierSummary, outcomes};
use crate::report::text::one_line;

/// A case that takes more than this part of its tier's budget is named.
const SLOW_SHARE: f64 = 0.1;

pub(super) fn draw(summary: &Summary, verbosity: Verbosity, palette: Palette) -> String {
    let mut text = String::new();
    if verbosity != Verbosity::Quiet {
        text.push_str(&funnel::draw(summary, palette));
        services(&mut text, summary, palette);
        slowest(&mut text, summary, verbosity, palette);
    }
    // What one must not miss is said to whoever wants to hear little, too.
    notes(&mut text, summary, verbosity, palette);
    if !text.is_empty() {
        text.push('\n');
    }
    verdict(&mut text, summary, palette);
    text
}

fn services(text: &mut String, summary: &Summary, palette: Palette) {
    if summary.services.is_empty() {
        return;
    }
    let ready = summary.services.iter();
    let ready: Vec<_> =
        ready.map(|(name, duration)| format!("{} {}", one_line(name), seconds(*duration))).collect();
    let line = format!("  services ready: {} (outside the budgets)", ready.join(", "));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}", palette.paint(FAINT, &line));
}

fn slowest(text: &mut String, summary: &Summary, verbosity: Verbosity, palette: Palette) {
    let named = |tier: &TierSummary, slow: &Slow| {
        verbosity == Verbosity::Verbose
            || tier.over_budget
            || tier.share(slow.duration).is_some_and(|share| share > SLOW_SHARE)
    };
    let rows: Vec<_> = summary
        .tiers
        .iter()
        .flat_map(|tier| tier.slowest.iter().map(move |slow| (tier, slow)))
        .filter(|(tier, slow)| named(tier, slow))
        .map(|(tier, slow)| (seconds(slow.duration), share(tier, slow), one_line(&slow.id)))
        .collect();
    if rows.is_empty() {
        return;
    }
    let time = rows.iter().map(|row| row.0.len()).max().unwrap_or(0);
    let part = rows.iter().map(|row| row.1.len()).max().unwrap_or(0);
    let _ = writeln!(text, "\n{}", palette.paint(BOLD, "slowest"));
    for (duration, share, id) in rows {
        let _ = writeln!(text, "  {duration:>time$}  {share:<part$}  {id}");
    }
}

fn share(tier: &TierSummary, slow: &Slow) -> String {
    match tier.share(slow.duration) {
        Some(share) if share >= 0.01 => format!("{:.0} % of the {} budget", share * 100.0, tier.tier),
        Some(_) => format!("< 1 % of the {} budget", tier.tier),
        None => tier.tier.to_string(),
    }
}

fn notes(text: &mut String, summary: &Summary, verbosity: Verbosity, palette: Palette) {
    let notes: Vec<String> = match verbosity {
        Verbosity::Quiet => summary.remarks.told().collect(),
        _ => summary.notes().collect(),
    };
    if !notes.is_empty() && !text.is_empty() {
        text.push('\n');
    }
    for note in &notes {
        let _ = writeln!(text, "{} {}", palette.paint(MARK, "note:"), one_line(note));
    }
}

fn verdict(text: &mut String, summary: &Summary, palette: Palette) {
    let word = summary.verdict();
    let style = if word == "passed" { GOOD.bold() } else { BAD };
    let _ = write!(text, "{}", palette.paint(style, &word.to_uppercase()));
    let counts = summary.counts();
    if counts.total() > 0 {
        let _ = write!(text, "  {}", outcomes(&counts));
    }
    if summary.finished.is_none() {
        let missing = summary.selected().saturating_sub(counts.total());
        let _ = write!(text, ", {} without a result", counted(missing as u64, "case"));
    } else if counts.total() == 0 && summary.selected() == 0 {
        text.push_str("  no case was selected");
    }
    if summary.deselected > 0 {
        let _ = write!(text, " ({} left out)", summary.deselected);
    }
    let _ = write!(text, " in {}", seconds(summary.duration()));
    let evidence = summary.evidence();
    if evidence.checks > 0 {
        let (checks, values) = (counted(evidence.checks, "check"), counted(evidence.measured, "value"));
        let _ = write!(text, "; {checks} on {values}");
    }
    for tier in summary.tiers.iter().filter(|tier| tier.over_budget) {
        let _ = write!(text, "; {} over its budget of {}", tier.tier, seconds(tier.budget.unwrap_or(0.0)));
    }
    text.push('\n');
}
