//! Diagnostics as text: the source line, the caret, the remedy.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Label};
use crate::source::{Place, Sources};

/// Longer lines are cut to a window around what is meant.
const WINDOW: usize = 160;

/// All of them, one block each, with a blank line between.
pub fn render(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let blocks: Vec<String> =
        diagnostics.iter().map(|diagnostic| block(diagnostic, sources, &renderer)).collect();
    blocks.join("\n\n")
}

fn block(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let message = visible(&diagnostic.message);
    let labels: Vec<(Shown, &Label)> =
        diagnostic.labels.iter().map(|label| (Shown::new(&sources.place(label.span)), label)).collect();
    let mut group = Level::ERROR
        .primary_title(message.as_str())
        .id(diagnostic.code.name)
        .elements(std::iter::empty::<Element<'_>>());
    for (index, (shown, label)) in labels.iter().enumerate() {
        let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let mut annotation = kind.span(shown.range.clone());
        if !label.text.is_empty() {
            annotation = annotation.label(label.text.as_str());
        }
        group = group.element(
            Snippet::source(shown.text.as_str())
                .line_start(shown.line as usize)
                .path(shown.path.as_str())
                .annotation(annotation),
        );
    }
    if let Some(path) = &diagnostic.path {
        group = group.element(Origin::path(path.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

/// A source line cut to what fits, and the range meant within it.
struct Shown {
    path: String,
    line: u32,
    text: String,
    range: std::ops::Range<usize>,
}

impl Shown {
    fn new(place: &Place) -> Self {
        let chars: Vec<char> =
            place.text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect();
        let column = place.column as usize - 1;
        // Cutting moves the column, so the place is written out before it.
        let from = if chars.len() > WINDOW { column.saturating_sub(WINDOW / 2).min(chars.len()) } else { 0 };
        let to = (from + WINDOW).min(chars.len());
        let bytes = |from: usize, to: usize| {
            chars.get(from..to.max(from)).unwrap_or(&[]).iter().map(|c| c.len_utf8()).sum::<usize>()
        };
        let start = bytes(from, column.min(to));
        let end = start + bytes(column.min(to), (column + place.width as usize).min(to));
        let text: String = chars[from..to].iter().collect();
        let path = if from > 0 {
            format!("{}:{}:{} (cut)", place.path, place.line, place.column)
        } else {
            place.path.to_string()
        };
        let range = start..end.max(start + usize::from(start < text.len()));
        Self { path, line: place.line, text, range }
    }
}

/// Control characters made visible: a hostile spec must not drive the terminal.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;
    use crate::source::Span;

    #[test]
    fn a_block_has_the_place_the_line_and_the_remedy() {
        let mut sources = Sources::default();
        let id = sources.add("spec.yaml", "suite: x\nteir: unit\n");
        let span = Span { source: id, start: 9, end: 13 };
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_KEY, span, "unknown key `teir`").help("did you mean `tier`?");
        let expected = "\
error[unknown-key]: unknown key `teir`
 --> spec.yaml:2:1
  |
2 | teir: unit
  | ^^^^
  |
  = help: did you mean `tier`?";
        assert_eq!(render(&[diagnostic], &sources, false), expected);
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let mut sources = Sources::default();
        let text = format!("{}HERE{}", "a".repeat(100_000), "b".repeat(100_000));
        let id = sources.add("spec.yaml", text);
        let diagnostic =
            Diagnostic::new(codes::UNKNOWN_KEY, Span { source: id, start: 100_000, end: 100_004 }, "m");
        let drawn = render(&[diagnostic], &sources, false);
        assert!(drawn.contains("spec.yaml:1:100001 (cut)") && drawn.contains("^^^^") && drawn.len() < 1000);
    }
}
