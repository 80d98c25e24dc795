//! What is wrong, where, and what to write instead.

pub mod codes;
mod render;
mod suggest;

use crate::source::Span;

pub use codes::Code;
pub use render::render;
pub use suggest::{did_you_mean, suggest};

/// One mistake. The first label is the place it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub code: Code,
    pub message: String,
    pub labels: Vec<Label>,
    pub help: Option<String>,
    /// The file, where there is no place inside it to show.
    pub path: Option<String>,
}

/// A place, and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

impl Diagnostic {
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let labels = vec![Label { span, text: String::new() }];
        Self { code, message: message.into(), labels, help: None, path: None }
    }

    /// A mistake of a whole file, such as one that cannot be read.
    pub fn of_file(code: Code, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: Vec::new(), help: None, path: Some(path.into()) }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// What stands beside the caret.
    #[must_use]
    pub fn caption(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// A second place, such as where a name was declared before.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }
}

/// Where every mistake of a run is gathered before anything is said.
#[derive(Debug, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // One mistake under an anchor is met once for each alias; one mention is enough.
        if !self.0.iter().rev().take(64).any(|held| *held == diagnostic) {
            self.0.push(diagnostic);
        }
    }

    pub fn extend(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        more.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// In the order of files and places.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by_key(Diagnostic::span);
        // What cannot be read is not also of the wrong kind.
        self.0.dedup_by(|next, kept| {
            kept.code == codes::INVALID_YAML && next.span() == kept.span() && next.code != kept.code
        });
        self.0
    }
}
