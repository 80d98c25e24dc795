//! `mlfunnel run`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::args::{Colour, Run, Select};
use super::reports::Reports;
use super::{Failure, last, planned};
use crate::expect::Baselines;
use crate::plan::{Request, Selection, load};
use crate::report::Verbosity;
use crate::run::{Exit, Options, keep_quiet};
use crate::system::cancel::Cancel;
use crate::system::process::orphans;
use crate::system::signal::on_interrupt;
use crate::system::workspace::RunFolder;

pub(super) fn run(args: &Run, colour: Colour) -> Result<Exit, Failure> {
    let mut selection = selection(&args.select);
    let root = last::project(&args.select.paths);
    match &args.rerun_failed {
        None => {}
        Some(recording) => match last::failed(&root, recording.as_deref()) {
            Ok(ids) => selection.ids = Some(ids),
            Err(why) => {
                eprintln!("mlfunnel: {why}");
                return Ok(Exit::Invalid);
            }
        },
    }
    let loaded = load(&request(&args.select, selection));
    let plan = match planned(loaded, colour) {
        Ok(plan) => plan,
        Err(exit) => return Ok(exit),
    };
    let env: HashMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let verbosity = if args.quiet {
        Verbosity::Quiet
    } else if args.verbose {
        Verbosity::Verbose
    } else {
        Verbosity::Normal
    };
    let mut reports = match Reports::open(&args.report, &env, verbosity, colour) {
        Ok(reports) => reports,
        Err(error) => {
            eprintln!("mlfunnel: {error}");
            return Ok(Exit::Internal);
        }
    };
    let cancel = Cancel::new();
    let folder = RunFolder::create().map_err(|error| format!("no temporary folder can be made: {error}"))?;
    keep_quiet();
    // Where the kernel cannot, a child that ends its own supervisor is out of reach.
    let _ = orphans::adopt();
    let _interrupts = on_interrupt(cancel.clone(), at_once(folder.clone()))?;
    let settings = &plan.settings;
    let baselines =
        Arc::new(Baselines::new(last::folder(&root).join("baselines"), args.save_baseline.clone()));
    let options = Options {
        jobs: args.jobs.map(usize::from).or(settings.jobs).unwrap_or_else(cores),
        fail_fast: settings.fail_fast && !args.no_fail_fast,
        keep_failed: args.keep_failed,
        shuffle: args.shuffle,
        require_env: args.require_env || settings.require_env,
        require_sandbox: args.require_sandbox || settings.require_sandbox,
        update_snapshots: args.update_snapshots,
        baselines: baselines.clone(),
        repeat: args.repeat.unwrap_or(1),
        vars: args.select.vars.iter().cloned().collect(),
        python: args.python.clone(),
        env,
        live: reports.live(),
        output: args.verbose,
        cancel,
        folder,
    };
    let mut record = last::Record::default();
    let exit = crate::run::run(plan, options, &mut |event| {
        record.event(event);
        reports.event(event);
    });
    orphans::end_all();
    record.write(&root);
    let finished = reports.finish();
    let saved = save(args, &baselines, &root);
    match finished {
        Ok(()) if !saved => Ok(if exit == Exit::Interrupted { exit } else { Exit::Internal }),
        Ok(()) => Ok(exit),
        Err(error) => {
            eprintln!("mlfunnel: {error}");
            Ok(if exit == Exit::Interrupted { exit } else { Exit::Internal })
        }
    }
}

/// Stores what the run measured, if that was asked for; `false` when it could not be.
fn save(args: &Run, baselines: &Baselines, root: &Path) -> bool {
    let Some(name) = &args.save_baseline else { return true };
    let written = last::make_folder(root).map_err(|error| error.to_string());
    match written.and_then(|()| baselines.write().map_err(|fault| fault.message)) {
        Ok(0) => {
            eprintln!("mlfunnel: no step that passed spoke of a latency: the baseline `{name}` is as it was");
        }
        Ok(count) => {
            let what =
                if count == 1 { "1 measurement is".to_owned() } else { format!("{count} measurements are") };
            eprintln!("mlfunnel: {what} stored as the baseline `{name}`");
        }
        Err(why) => {
            eprintln!("mlfunnel: the baseline `{name}` could not be stored: {why}");
            return false;
        }
    }
    true
}

/// A second interrupt ends the process at once, and leaves as little behind as the first.
#[allow(clippy::exit)]
fn at_once(folder: RunFolder) -> impl Fn(i32) + Send + 'static {
    move |signal| {
        orphans::end_all();
        folder.remove();
        std::process::exit(128 + signal)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What the command line selects.
pub(super) fn selection(select: &Select) -> Selection {
    Selection {
        tiers: select.tier.clone(),
        tags: select.tag.clone(),
        case: select.case.clone(),
        ids: None,
        vars: select.vars.iter().map(|(name, _)| name.clone()).collect(),
    }
}

/// What to read.
pub(super) fn request(select: &Select, selection: Selection) -> Request<'_> {
    Request { paths: &select.paths, profile: select.profile.as_deref(), seed: select.seed, selection }
}
