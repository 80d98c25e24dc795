//! A problem drawn with its source line and caret.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::text::{Limit, block, one_line, same_columns};
use crate::event::{Place, Problem};

/// How a problem is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawing {
    /// ANSI colours.
    pub(super) colour: bool,
    /// As a warning: it does not fail the case.
    pub(super) warning: bool,
    /// How much of each value and note is shown.
    pub(super) limit: Limit,
}

const NOTES: usize = 20;

impl Drawing {
    /// Title, source line, expected, actual, notes and help, in the manner of rustc; no line break at the end.
    pub(super) fn draw(self, problem: &Problem) -> String {
        let (level, word) =
            if self.warning { (Level::WARNING, "warning") } else { (Level::ERROR, problem.outcome.name()) };
        let title = level
            .with_name(word)
            .primary_title(one_line(&self.limit.clip(&problem.message)).into_owned())
            .id(one_line(&problem.code).into_owned());
        let mut group = Group::with_title(title);
        if let Some(place) = &problem.place {
            group = located(group, place);
        }
        if let Some(step) = &problem.step {
            group = group.element(Level::NOTE.no_name().message(one_line(step).into_owned()));
        }
        if let Some(expected) = &problem.expected {
            group = group.element(Level::NOTE.with_name("expected").message(self.value(expected)));
        }
        if let Some(actual) = &problem.actual {
            // Two blanks more, so that both values start in one column.
            group =
                group.element(Level::NOTE.with_name("actual").message(format!("  {}", self.value(actual))));
        }
        for note in problem.notes.iter().take(NOTES) {
            group = group.element(Level::NOTE.no_name().message(self.value(note)));
        }
        if problem.notes.len() > NOTES {
            let more = format!("{} more notes", problem.notes.len() - NOTES);
            group = group.element(Level::NOTE.no_name().message(more));
        }
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(self.value(help)));
        }
        let renderer = if self.colour { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).render(&[group])
    }

    fn value(self, text: &str) -> String {
        block(&self.limit.clip(text))
    }
}

fn located<'a>(group: Group<'a>, place: &'a Place) -> Group<'a> {
    let file = one_line(&place.file);
    if place.text.is_empty() {
        let origin = Origin::path(file).line(place.line as usize).char_column(place.column as usize);
        return group.element(origin);
    }
    let text = same_columns(&place.text);
    let byte = |column: usize| text.char_indices().nth(column).map_or(text.len(), |(at, _)| at);
    let from = byte(place.column.saturating_sub(1) as usize);
    let to = byte((place.column.saturating_sub(1) as usize).saturating_add(place.width.max(1) as usize));
    let caret = AnnotationKind::Primary.span(from..to);
    group.element(Snippet::source(text).path(file).line_start(place.line.max(1) as usize).annotation(caret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;

    const PLAIN: Drawing =
        Drawing { colour: false, warning: false, limit: Limit { characters: 50, lines: 3 } };

    fn at(column: u32, width: u32, text: &str) -> Problem {
        Problem {
            code: "not-equal".into(),
            outcome: Outcome::Failed,
            message: "values: 1 of 3 elements differs".into(),
            place: Some(Place { file: "specs/a.yaml".into(), line: 9, column, width, text: text.into() }),
            step: None,
            expected: Some("[0.0, 0.6, 1.0]".into()),
            actual: Some("[0.0, 0.5, 1.0]".into()),
            notes: vec!["worst: [1]: expected 0.6, got 0.5, off by 0.1".into()],
            help: None,
        }
    }

    #[test]
    fn the_caret_stands_under_what_is_meant() {
        let expected = "\
failed[not-equal]: values: 1 of 3 elements differs
 --> specs/a.yaml:9:14
  |
9 |     expect: {values: [0.0, 0.6, 1.0]}
  |              ^^^^^^
  |
  = expected: [0.0, 0.6, 1.0]
  = actual:   [0.0, 0.5, 1.0]
  = worst: [1]: expected 0.6, got 0.5, off by 0.1";
        assert_eq!(PLAIN.draw(&at(14, 6, "    expect: {values: [0.0, 0.6, 1.0]}")), expected);
    }

    #[test]
    fn wide_characters_and_tabs_keep_the_caret_right() {
        let drawn = PLAIN.draw(&at(7, 2, "価格名: [値段]"));
        assert!(drawn.contains("\n9 | 価格名: [値段]\n  |          ^^^^\n"), "{drawn}");
        let drawn = PLAIN.draw(&at(5, 1, "\ta: 1"));
        assert!(drawn.contains("\n9 |     a: 1\n  |        ^\n"), "{drawn}");
    }

    #[test]
    fn places_that_lie_are_drawn_all_the_same() {
        for (column, width, text) in [(0, 0, "a: 1"), (99, 99, "a: 1"), (u32::MAX, u32::MAX, "é"), (3, 2, "")]
        {
            let drawn = PLAIN.draw(&at(column, width, text));
            assert!(drawn.contains("specs/a.yaml:9"), "{drawn}");
        }
    }

    #[test]
    fn hostile_values_are_clipped_and_made_visible() {
        let mut problem = at(1, 1, "a: \u{1b}[2J");
        problem.message = "got \u{1b}[31m\nred".into();
        problem.actual = Some("one\n::error::two\nthree\nfour\nfive".into());
        let drawn = PLAIN.draw(&problem);
        assert!(!drawn.contains('\u{1b}'), "{drawn}");
        assert!(drawn.contains("got \\u{1b}[31m\\nred"), "{drawn}");
        assert!(drawn.contains("| ::error::two\n"), "{drawn}");
        assert!(drawn.contains("three … 10 more characters, 2 more lines"), "{drawn}");
    }
}
