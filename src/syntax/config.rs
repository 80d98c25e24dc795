//! `mlfunnel.yaml`, at the root of a project.

use std::sync::Arc;
use std::time::Duration;

use super::decode::Named;
use super::suite::ToleranceSpec;
use super::tier::Tier;
use crate::params;
use crate::source::Spanned;
use crate::value::OneOrMany;

params! {
    /// The settings of a project: `mlfunnel.yaml`, whose folder is the project's root.
    pub struct Config = "the configuration" free "x-" {
        /// Folders, files and globs to run when the command line names none; `specs` when left out.
        specs: Option<Spanned<OneOrMany<Arc<str>>>>,
        /// Wall-clock time of each tier.
        budgets: Option<Budgets>,
        /// How close numbers must be where a suite does not say.
        tolerance: Option<ToleranceSpec>,
        /// How long a case may take where a suite does not say.
        timeout: Option<Spanned<Duration>>,
        /// Cases run at a time; all cores when left out.
        jobs: Option<Spanned<usize>>,
        /// The Python of the team: a program in `PATH`, an interpreter or the folder of an environment; what is active, in
        /// the project or in `PATH` when left out.
        python: Option<Spanned<Arc<str>>>,
        /// Folders that the commands of steps and services may write to, beside their workspace and `TMPDIR`: below the
        /// project's root, absolute, or from `~`; each must exist when the run starts.
        writable: Option<Spanned<OneOrMany<Arc<str>>>>,
        /// Settings by name, chosen with `--profile`.
        profiles: Named<Profile>,
    }
}

params! {
    /// How long each tier may take; `unit: 5 s`, `integration: 2 min`, `smoke: 30 s` when left out.
    pub struct Budgets = "the budgets" {
        /// All unit cases together.
        unit: Option<Spanned<Duration>>,
        /// All integration cases together.
        integration: Option<Spanned<Duration>>,
        /// All smoke cases together.
        smoke: Option<Spanned<Duration>>,
    }
}

impl Budgets {
    pub fn of(&self, tier: Tier) -> Option<Duration> {
        let budget = match tier {
            Tier::Unit => &self.unit,
            Tier::Integration => &self.integration,
            Tier::Smoke => &self.smoke,
        };
        budget.as_ref().map(|budget| budget.value)
    }
}

params! {
    /// Settings that take the place of the configuration's own when chosen with `--profile`.
    pub struct Profile = "a profile" {
        /// Folders, files and globs to run.
        specs: Option<Spanned<OneOrMany<Arc<str>>>>,
        /// Wall-clock time of each tier.
        budgets: Option<Budgets>,
        /// How close numbers must be where a suite does not say.
        tolerance: Option<ToleranceSpec>,
        /// How long a case may take where a suite does not say.
        timeout: Option<Spanned<Duration>>,
        /// Cases run at a time.
        jobs: Option<Spanned<usize>>,
        /// The Python of the team.
        python: Option<Spanned<Arc<str>>>,
        /// Only these tiers.
        tiers: Option<Spanned<OneOrMany<Tier>>>,
        /// Only cases with one of these tags.
        tags: Option<Spanned<OneOrMany<Arc<str>>>>,
        /// Whether a tier that is not clean stops those below it.
        fail_fast: Option<Spanned<bool>>,
        /// Whether a variable of the environment that is not set is an error even where it has a default.
        require_env: Option<Spanned<bool>>,
        /// Whether steps that start processes are errors where those cannot be sandboxed.
        require_sandbox: Option<Spanned<bool>>,
    }
}
