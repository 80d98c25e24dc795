//! What a step does: one file per action, with its page, its parameters, its outputs and its work.

mod argv;
#[cfg(test)]
mod bench;
mod call;
mod child;
mod context;
mod contract;
mod evaluate;
mod generate;
mod impute;
mod input;
mod inspect;
mod labels;
mod matrix;
mod page;
mod parity;
mod perturb;
mod predict;
mod preparation;
mod probe;
mod registry;
mod requests;
mod run;
mod scale;
#[cfg(test)]
mod site;
mod split;
mod train;

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Code, Diagnostics, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{Decode, Reference, SetTolerance, Tier, Unbound};
use crate::value::{Evidence, Kind, Outputs, Remark};

pub use argv::Argv;
pub(crate) use argv::{environment, inherited, json_bytes, refuse_odd_names};
pub use context::{Children, Context, Places, Secrets, Surroundings, Wanted, World};
pub use contract::{ColumnKeys, KeyColumns, declared as contract_of};
pub(crate) use page::{list_of_keys, table_of_keys};
pub use page::{markdown, page, speaks_of};
pub(crate) use probe::{Dialect, Rows, Speaker, Written, media_of};
pub use probe::{protocols_markdown, protocols_page};
pub use registry::{ACTIONS, Entry, LATER, find};

/// A step's work, its parameters read and checked.
pub trait Action: Debug + Send + Sync {
    /// Does it. Long work looks at `context.cancel` and `context.deadline` now and then.
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError>;

    /// Files of the workspace that it writes, as the spec names them: later steps find them there.
    fn saves(&self) -> Vec<Arc<str>> {
        Vec::new()
    }

    /// The workers that it will need, as far as that is known before it runs: the tier starts them before its clock.
    fn workers(&self, _surroundings: &Surroundings<'_>) -> Vec<Wanted> {
        Vec::new()
    }

    /// What `$id` alone means.
    fn first_output(&self) -> Option<&'static str> {
        None
    }

    /// It is a check by itself, so that its step needs no `expect`.
    fn is_check(&self) -> bool {
        false
    }

    /// Whether one of these outputs is a measurement that parallel work would spoil: then the case runs alone.
    fn measures_latency(&self, _asked: &[(Arc<str>, Span)]) -> bool {
        false
    }

    /// How long it takes at the least by its own parameters, and where they say so.
    fn lasts(&self) -> Option<Spanned<Duration>> {
        None
    }

    /// Whether it starts processes of the team's own: they are sandboxed, and hidden inputs such as the time zone reach them.
    fn starts_children(&self) -> bool {
        false
    }

    /// What every reader of a report should know of it, whatever it comes to: which guard is off.
    fn caveats(&self, _context: &Context<'_>) -> Vec<Remark> {
        Vec::new()
    }

    /// Notes what is wrong in the light of the suite around it.
    fn review(&self, _review: &Review<'_>, _found: &mut Diagnostics) {}
}

/// What an action is told of the suite around it when the file is read.
pub struct Review<'a> {
    pub tier: Tier,
    /// The outputs its step speaks of, by path, with their places.
    pub asked: &'a [(Arc<str>, Span)],
    /// The samples that what its step demands of them takes.
    pub needs: &'a [Need],
    /// What a reference is known to be before anything runs, such as the default of a var.
    pub known: &'a dyn Fn(&Reference) -> Known,
}

/// So many samples are needed for what is demanded of a percentile.
#[derive(Clone, Debug)]
pub struct Need {
    /// The percentile's place among the outputs: `latency.p95`.
    pub path: Arc<str>,
    pub span: Span,
    pub samples: usize,
    /// What for: `to be bounded with 95 % confidence`.
    pub why: String,
}

/// What is known of a reference before anything runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// One of the suite's own services that is no fake.
    Service,
    /// One of the suite's own fakes.
    Fake,
    Text(Arc<str>),
    Nothing,
}

/// An action that a spec can name.
pub trait Named: Action + Decode + 'static {
    /// The key.
    const NAME: &'static str;
    /// The page a user reads.
    const PAGE: &'static str;
    /// What later steps and expectations may speak of.
    const OUTPUTS: &'static [Output];
}

/// An output of an action.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub name: &'static str,
    pub kind: Kind,
    pub doc: &'static str,
    /// It differs from run to run by nature, and `repeat` does not compare it: times, and what comes of them.
    pub volatile: bool,
    /// Keys in it that differ by nature, such as the header `date`: `repeat` compares the others.
    pub varying: &'static [&'static str],
    /// The output that it is read from, such as the text that `json` is.
    pub read_from: Option<&'static str>,
}

impl Output {
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, doc, volatile: false, varying: &[], read_from: None }
    }

    /// The same, left out of what `repeat` compares.
    #[must_use]
    pub const fn volatile(self) -> Self {
        Self { volatile: true, ..self }
    }

    /// The same, read from another output: `repeat` compares this one first.
    #[must_use]
    pub const fn read_from(self, output: &'static str) -> Self {
        Self { read_from: Some(output), ..self }
    }

    /// The same, these keys of it left out of what `repeat` compares.
    #[must_use]
    pub const fn varying(self, keys: &'static [&'static str]) -> Self {
        Self { varying: keys, ..self }
    }
}

/// What a step came to.
#[derive(Debug, Default)]
pub struct Done {
    pub outputs: Outputs,
    /// Further answers that must meet what is expected as well: where one of several samples differs from the rest
    /// in more than its time, each distinct answer stands here once.
    pub others: Vec<Outputs>,
    /// It did not succeed by the action's own rule, which counts unless the spec speaks of that output.
    pub unsuccessful: Option<Unsuccessful>,
    /// What the action itself checked.
    pub checked: Vec<Checked>,
    /// Whom its children tried to reach and were kept from, each once: that fails the step whatever `expect` says.
    pub refused: Vec<String>,
    /// What is worth knowing even where all holds.
    pub remarks: Vec<Remark>,
    /// A command that does the same outside of any spec: it is shown where something failed.
    pub reproduce: Option<String>,
}

impl From<Outputs> for Done {
    fn from(outputs: Outputs) -> Self {
        Self { outputs, ..Self::default() }
    }
}

/// A result that fails a step whose `expect` does not speak of it.
#[derive(Debug)]
pub struct Unsuccessful {
    /// The output that shows it: `status`, `exit_code`.
    pub output: &'static str,
    pub code: Code,
    pub message: String,
    pub notes: Vec<String>,
}

/// One check that an action made by itself.
#[derive(Debug)]
pub struct Checked {
    /// The output that shows it; a spec that speaks of it judges by itself what did not hold.
    pub output: &'static str,
    pub code: Code,
    /// Where it is asked for.
    pub span: Span,
    pub evidence: Evidence,
    /// What did not hold; none is a pass.
    pub misses: Vec<String>,
    /// The tolerance that it was judged by.
    pub tolerance: Option<SetTolerance>,
}

/// Why a step could not be carried out.
#[derive(Clone, Debug)]
pub struct StepError {
    pub code: Code,
    pub message: String,
    pub notes: Vec<String>,
    pub help: Option<String>,
    /// The parameter it is about.
    pub span: Option<Span>,
    /// A command that tries the same outside of any spec.
    pub reproduce: Option<String>,
}

impl StepError {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            code: codes::STEP_ERROR,
            message: message.into(),
            notes: Vec::new(),
            help: None,
            span: None,
            reproduce: None,
        }
    }

    /// The step was stopped by its deadline, or by an interrupt.
    pub fn timed_out(message: impl Into<String>) -> Self {
        Self::new(message).code(codes::TIMED_OUT)
    }

    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

impl From<Unbound> for StepError {
    fn from(unbound: Unbound) -> Self {
        Self {
            code: unbound.code.unwrap_or(codes::STEP_ERROR),
            message: unbound.message,
            notes: Vec::new(),
            help: unbound.help,
            span: unbound.span,
            reproduce: None,
        }
    }
}
