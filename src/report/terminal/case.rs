//! What is printed of one case.

use std::fmt::Write;

use super::palette::{BOLD, FAINT, MARK, Palette, style};
use crate::event::{CaseFinished, Outcome};
use crate::report::problem::Drawing;
use crate::report::quantity::{counted, seconds};
use crate::report::remarks;
use crate::report::text::{Limit, one_line};

const LIMIT: Limit = Limit { characters: 1_200, lines: 16 };
const PROBLEMS: usize = 10;

/// The block of a case that did not pass: its problems, and the command that runs just it again.
pub(super) fn failure(case: &CaseFinished, verbose: bool, palette: Palette) -> String {
    let word = palette.paint(style(case.outcome), &case.outcome.name().to_uppercase());
    let id = palette.paint(BOLD, &one_line(&case.id));
    let mut text = format!("{word}  {id}  {}{}\n", seconds(case.duration), tries(case));
    problems(&mut text, case, palette);
    warnings(&mut text, case, palette);
    text.push_str(&remarks::lines(case, verbose));
    // Writing to a string cannot fail.
    if let Some(workspace) = &case.workspace {
        let _ = writeln!(text, "  workspace: {}", one_line(workspace));
    }
    if let Some(rerun) = &case.rerun {
        let _ = writeln!(text, "  run it again: {}", one_line(rerun));
    }
    text.push('\n');
    text
}

/// A pass that needs a look: it is flaky or warned.
pub(super) fn marked(case: &CaseFinished, verbose: bool, palette: Palette) -> String {
    let word = if case.flaky { "flaky" } else { "warned" };
    let id = palette.paint(BOLD, &one_line(&case.id));
    let mut text =
        format!("{}  {id}  {}{}\n", palette.paint(MARK, word), seconds(case.duration), tries(case));
    warnings(&mut text, case, palette);
    text.push_str(&remarks::lines(case, verbose));
    if !case.warnings.is_empty() {
        text.push('\n');
    }
    text
}

/// One line for any case, and its remarks.
pub(super) fn line(case: &CaseFinished, palette: Palette) -> String {
    let word = palette.paint(style(case.outcome), &format!("{:<9}", case.outcome.name()));
    let id = one_line(&case.id);
    if matches!(case.outcome, Outcome::Skipped | Outcome::NotRun) {
        let reason =
            case.reason.as_deref().map(|reason| format!(": {}", one_line(reason))).unwrap_or_default();
        return format!("{word}  {id}{}\n", palette.paint(FAINT, &reason));
    }
    let measured = format!(
        "  {}, {}, {}",
        seconds(case.duration),
        counted(case.evidence.checks, "check"),
        counted(case.evidence.measured, "value")
    );
    format!("{word}  {id}{}\n{}", palette.paint(FAINT, &measured), remarks::lines(case, true))
}

fn tries(case: &CaseFinished) -> String {
    match (case.flaky, case.tries) {
        (true, tries) => format!(", passed on try {tries}"),
        (false, 2..) => format!(", {} tries", case.tries),
        (false, _) => String::new(),
    }
}

fn problems(text: &mut String, case: &CaseFinished, palette: Palette) {
    let drawing = Drawing { colour: palette.colour, warning: false, limit: LIMIT };
    for problem in case.problems.iter().take(PROBLEMS) {
        text.push_str(&drawing.draw(problem));
        text.push('\n');
    }
    if let Some(more @ 1..) = case.problems.len().checked_sub(PROBLEMS) {
        let _ = writeln!(text, "  and {}", counted(more as u64, "more problem"));
    }
}

fn warnings(text: &mut String, case: &CaseFinished, palette: Palette) {
    let drawing = Drawing { colour: palette.colour, warning: true, limit: LIMIT };
    for problem in case.warnings.iter().take(PROBLEMS) {
        text.push_str(&drawing.draw(problem));
        text.push('\n');
    }
    if let Some(more @ 1..) = case.warnings.len().checked_sub(PROBLEMS) {
        let _ = writeln!(text, "  and {}", counted(more as u64, "more warning"));
    }
}
