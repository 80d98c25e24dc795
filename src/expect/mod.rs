//! What must hold of a step's outputs, and the rule that a check which measured nothing is no pass.

mod aggregate;
mod artifact;
mod baseline;
mod bounds;
mod checks;
mod demand;
mod elements;
mod equality;
mod expectation;
mod figure;
mod files;
mod form;
mod json_path;
mod judge;
mod membership;
mod near;
mod nested;
mod order;
mod registry;
mod schema;
mod schema_of;
mod shape;
mod snapshot;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::Debug;

use serde_json::Value as Json;

use crate::source::Span;
use crate::syntax::{Decoder, Node, Scope, Unbound};
use crate::value::{Evidence, Kind, Measured, Remark, Tolerance, Value};

pub use artifact::{Artifacts, PAGE as ARTIFACTS_PAGE};
pub use baseline::{Baselines, Past};
pub use checks::Checks;
pub use demand::{Demands, no_percentile};
pub use expectation::{Expectation, Expectations, Target, unknown_output};
pub use judge::{Finding, Verdict};
pub use registry::{ARTIFACT_MATCHERS, Entry, MATCHERS, find};
pub use schema_of::schema_defs;
pub use snapshot::{Redact, Snapshots, file_name};

/// One thing that must hold of a value.
pub trait Matcher: Debug + Send + Sync {
    /// Looks at the value. `Err` means that it could not be judged: a reference without a value, a file that
    /// cannot be read.
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault>;

    /// Why this can never hold of an output of that kind, when that is known before anything runs.
    fn refuses(&self, _kind: Kind) -> Option<String> {
        None
    }
}

/// A matcher that a spec can name.
pub trait Named: Matcher + Sized + 'static {
    /// The key.
    const NAME: &'static str;
    /// The page a user reads.
    const PAGE: &'static str;
    /// It measures one thing, a form, and may be asked of something empty.
    const OF_FORM: bool = false;
    /// `None` when something is wrong, which has then been noted.
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self>;
    fn schema() -> Json;
}

/// What a matcher found: how much it looked at, and what did not hold.
#[derive(Clone, Debug)]
pub struct Judged {
    pub evidence: Evidence,
    pub miss: Option<Miss>,
    /// A check inside it measured nothing.
    pub hollow: bool,
    /// What is worth knowing whether it holds or not.
    pub remarks: Vec<Remark>,
}

impl Judged {
    pub fn new(evidence: Evidence, miss: Option<Miss>) -> Self {
        Self { evidence, miss, hollow: false, remarks: Vec::new() }
    }

    /// It looked at one thing.
    pub fn one(miss: Option<Miss>) -> Self {
        Self::new(Evidence::ONE, miss)
    }
}

/// An expectation that did not hold.
#[derive(Clone, Debug, Default)]
pub struct Miss {
    /// `1 of 3 elements differs`.
    pub summary: String,
    pub expected: String,
    pub actual: String,
    pub notes: Vec<String>,
    /// The tolerance in force had a part in it.
    pub of_tolerance: bool,
}

impl Miss {
    pub fn new(summary: impl Into<String>, expected: impl Into<String>, actual: &Value) -> Self {
        Self {
            summary: summary.into(),
            expected: expected.into(),
            actual: crate::value::clip(actual, SHOWN),
            ..Self::default()
        }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// Characters of a value that a message shows.
pub const SHOWN: usize = 400;

/// Why something could not be judged.
#[derive(Clone, Debug)]
pub struct Fault {
    pub code: crate::diagnostic::Code,
    pub message: String,
    pub help: Option<String>,
    pub span: Option<Span>,
}

impl Fault {
    pub fn new(code: crate::diagnostic::Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, span: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<Unbound> for Fault {
    fn from(unbound: Unbound) -> Self {
        Self {
            code: unbound.code.unwrap_or(crate::diagnostic::codes::STEP_ERROR),
            message: unbound.message,
            help: unbound.help,
            span: unbound.span,
        }
    }
}

/// What judging needs beside the value.
pub struct Bench<'a> {
    pub scope: &'a dyn Scope,
    pub tolerance: Tolerance,
    pub snapshots: &'a Snapshots,
    /// What earlier runs measured.
    pub past: Past<'a>,
    /// All measurements, where the value is a part of them.
    pub measured: Option<Measured<'a>>,
    /// What stands beside the matcher and is demanded of a percentile.
    pub demands: Demands,
    /// The case's own folder, in which artifacts are.
    pub workspace: &'a std::path::Path,
    /// Turns a path of the spec into a file that may be read.
    pub file: &'a dyn Fn(&str) -> Result<std::path::PathBuf, String>,
}

impl<'a> Bench<'a> {
    /// The same with another tolerance.
    #[must_use]
    pub fn within(&self, tolerance: Tolerance) -> Bench<'a> {
        Bench { tolerance, ..*self }
    }
}
