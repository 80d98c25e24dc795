//! Workers of the team's Python, started before the clock of a tier that will need them.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::services::Urls;
use super::{Shared, children};
use crate::action::{Surroundings, Wanted};
use crate::event::{Event, WorkersStarted};
use crate::plan::Case;
use crate::system::clock::Deadline;
use crate::system::process::Network;
use crate::system::python::{Key, Worker};

/// A worker that needs longer to come up and to import is left to the cases.
const READY: Duration = Duration::from_mins(2);

/// The workers of one key that a tier will need.
struct Group {
    key: Key,
    modules: Vec<Arc<str>>,
    cases: usize,
    network: Network,
}

/// Starts as many workers as these cases can keep busy. What goes wrong here the cases tell of.
pub(super) fn start(cases: &[Case], shared: &Shared, urls: &Urls, emit: &mut dyn FnMut(&Event)) {
    for group in groups(cases, shared, urls) {
        let began = Instant::now();
        let count = group.cases.min(shared.options.jobs);
        let started = thread::scope(|scope| {
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(|| one(&group, shared))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok().flatten()).collect::<Vec<_>>()
        });
        if !started.is_empty() {
            emit(&Event::WorkersStarted(WorkersStarted {
                interpreter: shared.redactor.hide(&group.key.interpreter.path.to_string_lossy()).into_owned(),
                count: started.len(),
                duration: began.elapsed().as_secs_f64(),
            }));
        }
        for worker in started {
            shared.world.workers().give(group.key.clone(), worker);
        }
    }
}

/// What the cases want, those that can share a worker together.
fn groups(cases: &[Case], shared: &Shared, urls: &Urls) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let able = |case: &&Case| case.template.skip.is_none() && case.template.starts_children();
    for case in cases.iter().filter(able) {
        let steps = || case.template.steps.iter().chain(&case.template.cleanup);
        let children = children::of_attempt(case, shared, urls, None);
        let surroundings = Surroundings {
            bounds: &case.suite.bounds,
            world: &shared.world,
            cancel: &shared.options.cancel,
            children: &children,
        };
        let mut counted: Vec<usize> = Vec::new();
        for Wanted { key, module } in steps().flat_map(|step| step.action.workers(&surroundings)) {
            let at = groups.iter().position(|group| group.key == key).unwrap_or_else(|| {
                let network = children.sandbox.network.clone();
                groups.push(Group { key, modules: Vec::new(), cases: 0, network });
                groups.len() - 1
            });
            if !groups[at].modules.contains(&module) {
                groups[at].modules.push(module);
            }
            if !counted.contains(&at) {
                counted.push(at);
                groups[at].cases += 1;
            }
        }
    }
    groups
}

/// One worker that has imported what it will be asked for: an idle one of an earlier tier, or a new one.
fn one(group: &Group, shared: &Shared) -> Option<Worker> {
    let (deadline, cancel) = (Deadline::after(READY), &shared.options.cancel);
    let idle = shared.world.workers().take(&group.key);
    let mut worker = match idle {
        Some(worker) => worker,
        None => Worker::start(&group.key, &group.network, deadline, cancel).ok()?,
    };
    worker.import(&group.modules, deadline, cancel).ok()?;
    Some(worker)
}
