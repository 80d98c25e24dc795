//! From a plan to events: tiers in order, cases in parallel, every ending clean.

mod attempt;
mod case;
mod children;
mod for_all;
mod inputs;
mod output;
mod panic;
mod pool;
mod problem;
mod repeat;
mod sandbox;
mod scope;
mod service_state;
mod services;
mod step;
mod tally;
mod tier;
mod variation;
mod workers;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::action::{Children, World};
use crate::event::{Counts, Event, RunFinished, RunStarted, SCHEMA};
use crate::expect::Baselines;
use crate::plan::{Case, Plan};
use crate::redact::Redactor;
use crate::source::Sources;
use crate::syntax::Tier;
use crate::system::cancel::Cancel;
use crate::system::clock::{Clock, SystemClock};
use crate::system::process::orphans;
use crate::system::python::Search;
use crate::system::workspace::RunFolder;

pub use panic::keep_quiet;
pub use tally::Exit;

use inputs::Inputs;
use output::Output;
use sandbox::{Sandboxing, starts_children};
use services::Services;

/// How to run.
pub struct Options {
    /// Cases at a time.
    pub jobs: usize,
    /// Go on with the next tier whatever the one before came to.
    pub fail_fast: bool,
    /// Keep the workspaces of cases that did not pass.
    pub keep_failed: bool,
    /// Take the cases of a tier in an order shuffled by this seed.
    pub shuffle: Option<u64>,
    /// A variable of the environment that is not set is an error even where it has a default.
    pub require_env: bool,
    /// Where children cannot be sandboxed, the steps that start them are errors.
    pub require_sandbox: bool,
    /// Rewrite snapshots instead of comparing with them.
    pub update_snapshots: bool,
    /// What earlier runs measured, and what this one leaves behind.
    pub baselines: Arc<Baselines>,
    /// How often each case is run that does not say so itself; everything must be the same each time.
    pub repeat: u32,
    /// Values of vars from the command line, as text.
    pub vars: HashMap<String, String>,
    /// The team's Python, from the command line.
    pub python: Option<String>,
    /// The environment.
    pub env: HashMap<String, String>,
    /// Tell when a case starts.
    pub live: bool,
    /// Tell what children print while they run.
    pub output: bool,
    pub cancel: Cancel,
    /// Where the workspaces are made; it is removed at the end.
    pub folder: RunFolder,
}

/// What all cases of a run share.
struct Shared {
    options: Options,
    sources: Arc<Sources>,
    world: World,
    /// What every child is started with, before the tier's sandbox.
    children: Children,
    sandboxing: Sandboxing,
    inputs: Inputs,
    output: Arc<Output>,
    redactor: Arc<Redactor>,
    /// Which case each snapshot belongs to, while they are rewritten.
    snapshots: Arc<Mutex<HashMap<PathBuf, String>>>,
}

/// Runs a plan; every event goes to `emit` in the order it happened, on this thread.
pub fn run(plan: Plan, options: Options, emit: &mut dyn FnMut(&Event)) -> Exit {
    let started = Instant::now();
    // Where the kernel cannot hand over orphans, a child that ends its own supervisor is out of reach.
    let _ = orphans::adopt();
    let Plan { cases, deselected, sources, settings } = plan;
    let inputs = Inputs::new(&cases, &options);
    let redactor = Arc::new(inputs.redactor());
    let search = Search {
        option: options.python.clone(),
        configured: settings.python.clone(),
        root: settings.root.clone(),
        env: options.env.clone(),
    };
    let (children, sandboxing) = if cases.iter().any(starts_children) {
        let env = passed_on(&options, search.programs().as_deref());
        (Children { env, ..Children::default() }, Sandboxing::new(&settings, &options))
    } else {
        Default::default()
    };
    let world = World::new(search);
    let shared = Arc::new(Shared {
        snapshots: Arc::default(),
        output: Arc::default(),
        options,
        sources,
        world,
        children,
        sandboxing,
        inputs,
        redactor,
    });
    let mut tiers: Vec<(Tier, Vec<Case>)> = Tier::ALL.map(|tier| (tier, Vec::new())).into();
    for case in cases {
        tiers[case.suite.tier as usize].1.push(case);
    }
    tiers.retain(|(_, cases)| !cases.is_empty());
    emit(&Event::RunStarted(RunStarted {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: SystemClock.timestamp(),
        jobs: shared.options.jobs,
        selected: tiers.iter().map(|(tier, cases)| (*tier, cases.len())).collect(),
        deselected,
        notices: notices(&shared, &tiers),
    }));
    let mut counts = Counts::default();
    let mut over_budget = false;
    let mut stopped: Option<String> = None;
    let mut services = Services::default();
    for (tier, cases) in tiers {
        let budget = settings.budget(tier).saturating_mul(shared.options.repeat.max(1));
        let finished = tier::run(tier, cases, budget, stopped.as_deref(), &shared, &mut services, emit);
        over_budget |= finished.over_budget;
        if shared.options.cancel.is_cancelled() {
            stopped = Some("the run was interrupted".to_owned());
        } else if (!finished.counts.clean() || finished.over_budget) && shared.options.fail_fast {
            stopped.get_or_insert(format!("the {tier} tier was not clean"));
        }
        counts.merge(&finished.counts);
    }
    services.stop();
    shared.world.workers().stop();
    orphans::sweep();
    let interrupted = shared.options.cancel.is_cancelled();
    let exit = Exit::of(&counts, over_budget, interrupted);
    let duration = started.elapsed().as_secs_f64();
    emit(&Event::RunFinished(RunFinished { exit: exit.code(), duration, counts, interrupted }));
    // Abandoned work may hold the folder; what is left of it goes with the process.
    shared.options.folder.remove();
    exit
}

/// What every report must say before the first result.
fn notices(shared: &Shared, tiers: &[(Tier, Vec<Case>)]) -> Vec<String> {
    let cases = || tiers.iter().flat_map(|(_, cases)| cases);
    let mut notices = shared.inputs.notices(cases());
    if let times @ 2.. = shared.options.repeat {
        notices.push(format!("each case is run {times} times, and each tier has {times} times its budget"));
    }
    notices.extend(shared.sandboxing.notice(cases()));
    notices
}

/// What every child gets of the environment; the rest is declared. Temporary files are the run's, and go with it.
/// The programs of the Python environment come first in `PATH`, as if it were activated.
fn passed_on(options: &Options, programs: Option<&Path>) -> Vec<(String, String)> {
    let passed = ["PATH", "HOME", "LANG"].map(|name| {
        let value = options.env.get(name)?;
        let value = match programs {
            Some(first) if name == "PATH" => format!("{}:{value}", first.display()),
            _ => value.clone(),
        };
        Some((name.to_owned(), value))
    });
    let temporary = options.folder.temporary().ok();
    let temporary = temporary.map(|folder| ("TMPDIR".to_owned(), folder.to_string_lossy().into_owned()));
    passed.into_iter().flatten().chain(temporary).collect()
}
