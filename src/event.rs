//! What happened, as a record that can be understood without the specs it speaks of.
//!
//! A run is a stream of [`Event`]s, one JSON object a line in a recording. Every report is a fold over them,
//! live or read back from a file. [`SCHEMA`] is raised when a field changes its meaning; new fields and new
//! events may appear without that, and readers pass over what they do not know.

use serde::{Deserialize, Serialize};

pub use crate::syntax::Tier;

/// The version of the event stream, written in its first line.
pub const SCHEMA: u32 = 1;

/// How a case ended. The same words in every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Passed,
    /// An expectation did not hold.
    Failed,
    /// It could not be measured.
    Errored,
    TimedOut,
    /// The spec says to leave it out.
    Skipped,
    /// An earlier tier failed, the budget was spent, or the run was interrupted.
    NotRun,
}

impl Outcome {
    pub const ALL: [Self; 6] =
        [Self::Passed, Self::Failed, Self::Errored, Self::TimedOut, Self::Skipped, Self::NotRun];

    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
            Self::NotRun => "not_run",
        }
    }

    /// Failed, errored or ran out of time: the next tier does not start.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Errored | Self::TimedOut)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    RunStarted(RunStarted),
    TierStarted(TierStarted),
    /// Live only: a recording leaves it out, for its size.
    CaseStarted {
        id: String,
        tier: Tier,
    },
    ServiceStarted(ServiceStarted),
    WorkersStarted(WorkersStarted),
    /// A line that a child of a case printed. Live only, and only where it is asked for: no recording and no file has it.
    Output {
        /// The case.
        id: String,
        /// It was printed to standard error.
        stderr: bool,
        text: String,
    },
    CaseFinished(Box<CaseFinished>),
    TierFinished(TierFinished),
    RunFinished(RunFinished),
    /// Written by a newer version; passed over.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    pub schema: u32,
    /// The version of mlfunnel that ran.
    pub version: String,
    /// RFC 3339, UTC.
    pub started: String,
    pub jobs: usize,
    /// Selected cases of each tier, in funnel order.
    pub selected: Vec<(Tier, usize)>,
    /// How many cases the selection left out.
    pub deselected: usize,
    /// What every reader should know, such as a default used in place of a variable of the environment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierStarted {
    pub tier: Tier,
    pub cases: usize,
    /// Wall-clock seconds this tier may take.
    pub budget: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServiceStarted {
    pub name: String,
    pub suite: String,
    pub url: String,
    /// Seconds until it was proven ready.
    pub duration: f64,
    /// Seconds that its first inference took, where one proved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold: Option<f64>,
}

/// Processes of the team's Python that wait for calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkersStarted {
    pub interpreter: String,
    pub count: usize,
    /// Seconds until all of them had imported what they will be asked for.
    pub duration: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseFinished {
    /// `file::case[label]`, stable from run to run.
    pub id: String,
    pub suite: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    pub tier: Tier,
    pub file: String,
    /// The line of the spec on which the case starts.
    pub line: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The ML Test Score's tests that this case is evidence for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<String>,
    pub outcome: Outcome,
    /// Why it was skipped or not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// It passed only on a later try.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flaky: bool,
    /// How many tries were made, when more than one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: u32,
    /// Seconds.
    pub duration: f64,
    /// Checks made, and what they measured.
    pub evidence: Evidence,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Problem>,
    /// What is worth knowing even where all holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
    /// The workspace, when it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<String>,
    /// The command that runs just this case again; given when it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerun: Option<String>,
}

/// A sentence about what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub text: String,
    /// Every reader should see it, not only one who asks for more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub loud: bool,
}

/// How much was measured: a pass needs it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Expectations judged.
    pub checks: u64,
    /// Values, rows, samples and bytes they were judged on.
    pub measured: u64,
}

impl std::ops::AddAssign<&Self> for Evidence {
    fn add_assign(&mut self, other: &Self) {
        self.checks += other.checks;
        self.measured += other.measured;
    }
}

/// One thing that went wrong, with its place and its remedy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Kebab-case, as `mlfunnel explain CODE` knows it.
    pub code: String,
    /// `failed`, `errored` or `timed_out`.
    pub outcome: Outcome,
    /// What went wrong, in one line: `values: 1 of 3 elements differs`.
    pub message: String,
    /// The place in the spec that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The step, by its id or its number and action: `step 2 (train)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Further lines: the worst element, the tolerance and where it was set, the end of a log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A place in a spec, with its line, so that a report needs no file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// How many characters are meant.
    pub width: u32,
    /// The source line.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierFinished {
    pub tier: Tier,
    pub counts: Counts,
    /// Wall-clock seconds, services not counted.
    pub duration: f64,
    pub budget: f64,
    /// The budget was spent before the cases were done.
    #[serde(default, skip_serializing_if = "is_false")]
    pub over_budget: bool,
    pub evidence: Evidence,
    /// Why none of it was run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_run: Option<String>,
    /// What every reader should know of it, such as a service that ended by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFinished {
    pub exit: u8,
    /// Seconds, from the first spec read to the last case ended.
    pub duration: f64,
    pub counts: Counts,
    #[serde(default, skip_serializing_if = "is_false")]
    pub interrupted: bool,
}

/// Cases by outcome, and the marks on those that passed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub errored: usize,
    pub timed_out: usize,
    pub skipped: usize,
    pub not_run: usize,
    pub flaky: usize,
    pub warned: usize,
}

impl Counts {
    pub fn add(&mut self, case: &CaseFinished) {
        *self.of_mut(case.outcome) += 1;
        self.flaky += usize::from(case.flaky);
        self.warned += usize::from(case.outcome == Outcome::Passed && !case.warnings.is_empty());
    }

    /// Adds the counts of another part of the run.
    pub fn merge(&mut self, other: &Self) {
        for outcome in Outcome::ALL {
            *self.of_mut(outcome) += other.of(outcome);
        }
        self.flaky += other.flaky;
        self.warned += other.warned;
    }

    fn of_mut(&mut self, outcome: Outcome) -> &mut usize {
        match outcome {
            Outcome::Passed => &mut self.passed,
            Outcome::Failed => &mut self.failed,
            Outcome::Errored => &mut self.errored,
            Outcome::TimedOut => &mut self.timed_out,
            Outcome::Skipped => &mut self.skipped,
            Outcome::NotRun => &mut self.not_run,
        }
    }

    pub fn of(&self, outcome: Outcome) -> usize {
        *self.clone().of_mut(outcome)
    }

    pub fn total(&self) -> usize {
        Outcome::ALL.iter().map(|&outcome| self.of(outcome)).sum()
    }

    /// Nothing failed, errored or ran out of time: the next tier may start.
    pub fn clean(&self) -> bool {
        self.failed + self.errored + self.timed_out == 0
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands a reference
fn is_false(flag: &bool) -> bool {
    !flag
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // likewise
fn is_one(tries: &u32) -> bool {
    *tries == 1
}
