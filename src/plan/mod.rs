//! From specs to a plan: every step typed, every name resolved, every mistake gathered before anything runs.

mod case;
mod compile;
mod config;
mod discover;
mod each;
mod fixture;
pub mod for_all;
mod names;
mod needs;
mod repeat;
pub mod schema;
mod select;
mod step;
mod var;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::action::{Action, Entry};
use crate::expect::Expectations;
use crate::service::ServiceSpec;
use crate::source::{Sources, Span};
use crate::syntax::{Expr, Poll, Tier};
use crate::system::files::Bounds;

pub use crate::syntax::SetTolerance;
pub use compile::{Loaded, Request, load};
pub use config::{Settings, find_project};
pub use fixture::Fixture;
pub use for_all::ForAll;
pub use repeat::{Repeat, Volatile};
pub use select::Selection;
pub use var::Var;

/// What is to be run, in funnel order.
#[derive(Debug)]
pub struct Plan {
    pub cases: Vec<Case>,
    /// Cases that the selection left out.
    pub deselected: usize,
    pub sources: Arc<Sources>,
    pub settings: Settings,
}

/// One suite, ready to run.
#[derive(Debug)]
pub struct Suite {
    pub name: Arc<str>,
    /// The path a user knows it by.
    pub file: Arc<str>,
    pub tier: Tier,
    pub seed: u64,
    pub bounds: Bounds,
    pub vars: Vec<Var>,
    pub fixtures: Vec<Fixture>,
    pub services: Vec<Service>,
    /// Where its snapshots are.
    pub snapshots: PathBuf,
}

/// A service as declared.
#[derive(Debug)]
pub struct Service {
    pub name: Arc<str>,
    pub spec: ServiceSpec,
    /// The vars, fixtures and other services that it speaks of.
    pub uses: Vec<Arc<str>>,
    pub span: Span,
}

/// One case as written; its rows share it.
#[derive(Debug)]
pub struct Template {
    pub span: Span,
    pub steps: Vec<Step>,
    pub cleanup: Vec<Step>,
    /// Groups of cases of which one runs at a time.
    pub serial: Vec<Arc<str>>,
    /// Fakes that begin afresh for each attempt.
    pub afresh: Vec<Arc<str>>,
    pub tags: Vec<Arc<str>>,
    pub covers: Vec<Arc<str>>,
    pub timeout: Duration,
    pub tolerance: SetTolerance,
    pub retry: u32,
    pub repeat: Repeat,
    /// The inputs of its runs, when they are made at random.
    pub for_all: Option<Box<ForAll>>,
    pub skip: Option<Arc<str>>,
    /// Vars, fixtures and services that it speaks of, by name.
    pub uses: Vec<Arc<str>>,
    /// It measures what parallel work would spoil.
    pub alone: bool,
}

impl Template {
    /// Whether one of its steps starts processes of the team's own.
    pub fn starts_children(&self) -> bool {
        self.steps.iter().chain(&self.cleanup).any(|step| step.action.starts_children())
    }
}

/// One step, typed.
#[derive(Debug)]
pub struct Step {
    pub id: Option<Arc<str>>,
    pub entry: &'static Entry,
    pub action: Box<dyn Action>,
    pub expect: Expectations,
    pub warn: Expectations,
    pub timeout: Option<Duration>,
    pub tolerance: Option<SetTolerance>,
    pub poll: Option<Poll>,
    /// The action's key.
    pub span: Span,
    /// It measures what parallel work would spoil.
    pub alone: bool,
    /// Files that the steps before it write into the workspace.
    pub saved: Vec<Arc<str>>,
}

/// One case to run: a template, and a row of it.
#[derive(Clone, Debug)]
pub struct Case {
    pub suite: Arc<Suite>,
    pub template: Arc<Template>,
    pub row: Option<Arc<Row>>,
    pub name: Arc<str>,
    pub label: Option<Arc<str>>,
}

/// The names that one row of `each` gives.
pub type Row = Vec<(Arc<str>, Expr)>;

impl Case {
    /// `file::case[label]`, stable from run to run.
    pub fn id(&self) -> String {
        match &self.label {
            Some(label) => format!("{}::{}[{label}]", self.suite.file, self.name),
            None => format!("{}::{}", self.suite.file, self.name),
        }
    }

    /// What `--case` looks in: the name with its label.
    pub fn title(&self) -> String {
        self.label.as_ref().map_or_else(|| self.name.to_string(), |label| format!("{}[{label}]", self.name))
    }
}
