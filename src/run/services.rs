//! Services: started when a tier first needs them, stopped at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::scope::ServiceScope;
use crate::action::Places;
use crate::diagnostic::codes;
use crate::event::{Event, ServiceStarted};
use crate::plan::{Case, Service, Suite};
use crate::service::{self, Running, StartContext};
use crate::syntax::Unbound;
use crate::system::clock::Deadline;
use crate::value::Value;

/// A service that takes longer to be ready than this is not started.
const READY: Duration = Duration::from_mins(2);

/// The services that were started, by suite and name.
#[derive(Default)]
pub(super) struct Services {
    running: Vec<OfSuite<Running>>,
}

/// The file of a suite, the name of one of its services, and what became of it.
type OfSuite<T> = (Arc<str>, Arc<str>, Result<T, String>);

/// Where services are, or why they are not: what the cases of a tier see.
#[derive(Clone, Default)]
pub(super) struct Urls(Vec<OfSuite<Value>>);

impl Urls {
    pub(super) fn value(&self, suite: &Suite, name: &str) -> Result<Value, Unbound> {
        let found = self.0.iter().find(|(file, held, _)| *file == suite.file && **held == *name);
        let failed = |why: String| Unbound { code: Some(codes::SERVICE_FAILED), ..Unbound::new(why) };
        match found {
            Some((.., Ok(value))) => Ok(value.clone()),
            Some((.., Err(why))) => Err(failed(why.clone())),
            None => Err(failed(format!("the service `{name}` was not started"))),
        }
    }
}

impl Services {
    /// Starts what these cases need and is not running yet.
    pub(super) fn start(&mut self, cases: &[Case], shared: &Shared, emit: &mut dyn FnMut(&Event)) -> Urls {
        for case in cases.iter().filter(|case| case.template.skip.is_none()) {
            for service in needed(case, shared) {
                let suite = &case.suite;
                let known =
                    |(file, name, _): &(Arc<str>, Arc<str>, _)| *file == suite.file && *name == service.name;
                if self.running.iter().any(known) || shared.options.cancel.is_cancelled() {
                    continue;
                }
                let began = Instant::now();
                let started = start(service, case, shared, &self.urls());
                if let Ok(running) = &started {
                    emit(&Event::ServiceStarted(ServiceStarted {
                        name: service.name.to_string(),
                        suite: suite.name.to_string(),
                        url: running.url(),
                        duration: began.elapsed().as_secs_f64(),
                    }));
                }
                self.running.push((suite.file.clone(), service.name.clone(), started));
            }
        }
        self.urls()
    }

    fn urls(&self) -> Urls {
        let value = |running: &Running| {
            Value::map([
                ("url", Value::from(running.url())),
                ("host", Value::from("127.0.0.1")),
                ("port", Value::from(u64::from(running.port()))),
            ])
        };
        let all = self.running.iter();
        Urls(
            all.map(|(file, name, started)| {
                (file.clone(), name.clone(), started.as_ref().map(value).map_err(Clone::clone))
            })
            .collect(),
        )
    }

    /// Stops all of them, the last one first.
    pub(super) fn stop(&mut self) {
        while let Some((.., started)) = self.running.pop() {
            if let Ok(mut running) = started {
                running.stop();
            }
        }
    }
}

/// The services a case speaks of, by itself, through the defaults of its vars or through other services: what another
/// needs comes before it, and beyond that the order is the file's.
fn needed<'c>(case: &'c Case, shared: &Shared) -> Vec<&'c Service> {
    let suite = &case.suite;
    if suite.services.is_empty() {
        return Vec::new();
    }
    let reached = shared.inputs.reached(suite, &case.template.uses);
    let named = suite.services.iter().map(|service| &service.name).filter(|name| reached.contains(name));
    let ordered = shared.inputs.reached(suite, named);
    let find = |name: &Arc<str>| suite.services.iter().find(|service| service.name == *name);
    ordered.into_iter().filter_map(find).collect()
}

fn start(service: &Service, case: &Case, shared: &Shared, urls: &Urls) -> Result<Running, String> {
    let workspace = || Err("a service has no workspace".to_owned());
    let scope = ServiceScope { case, shared, urls };
    let context = StartContext {
        scope: &scope,
        places: &Places { bounds: &case.suite.bounds, workspace: &workspace, saved: &[] },
        world: &shared.world,
        deadline: Deadline::after(READY),
        cancel: &shared.options.cancel,
        children: &shared.children,
    };
    service::start(&service.spec, &context)
        .map_err(|error| format!("the service `{}` did not start: {error}", service.name))
}
