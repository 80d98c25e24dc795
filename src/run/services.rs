//! Services: started when a tier first needs them, stopped at the end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::scope::ServiceScope;
use super::{Shared, children};
use crate::action::Places;
use crate::diagnostic::codes;
use crate::event::{Event, ServiceStarted};
use crate::plan::{Case, Service, Suite};
use crate::service::{self, Running, StartContext};
use crate::syntax::Unbound;
use crate::system::clock::Deadline;
use crate::value::{Segment, Value};

/// The part of a fake that is what was asked of it.
const REQUESTS: &str = "requests";
/// A service that takes longer to be ready than this is not started.
const READY: Duration = Duration::from_mins(2);

/// The services that were started, by suite and name.
#[derive(Default)]
pub(super) struct Services {
    running: Vec<OfSuite>,
    /// Those of which it was told that they ended by themselves.
    told: HashSet<(Arc<str>, Arc<str>)>,
}

/// The file of a suite, the name of one of its services, and what became of it.
type OfSuite = (Arc<str>, Arc<str>, Result<Arc<Running>, String>);

/// Where services are, or why they are not: what the cases of a tier see.
#[derive(Clone, Default)]
pub(super) struct Urls(Vec<OfSuite>);

impl Urls {
    /// The value of `$name.path`.
    pub(super) fn follow(&self, suite: &Suite, name: &str, path: &[Segment]) -> Result<Value, Unbound> {
        let running = self.running(suite, name)?;
        if let Some((Segment::Key(part), within)) = path.split_first()
            && **part == *REQUESTS
        {
            let requests =
                running.requests().map_err(|why| Unbound::new(format!("`${name}.requests`: {why}")))?;
            let whole = Value::map([(REQUESTS, requests.clone())]);
            return requests.follow(within).map_err(|depth| Unbound::lost(name, &whole, path, depth + 1));
        }
        let value = Value::map([
            ("url", Value::from(running.url())),
            ("host", Value::from("127.0.0.1")),
            ("port", Value::from(u64::from(running.port()))),
        ]);
        value.follow(path).map_err(|depth| Unbound::lost(name, &value, path, depth))
    }

    fn running(&self, suite: &Suite, name: &str) -> Result<&Running, Unbound> {
        let failed = |why: String| Unbound { code: Some(codes::SERVICE_FAILED), ..Unbound::new(why) };
        match self.of(suite).find(|(held, _)| *held == name) {
            Some((_, Ok(running))) => Ok(running),
            Some((_, Err(why))) => Err(failed(why.clone())),
            None => Err(failed(format!("the service `{name}` was not started"))),
        }
    }

    fn of(&self, suite: &Suite) -> impl Iterator<Item = (&str, Result<&Running, &String>)> {
        let own = self.0.iter().filter(|(file, ..)| *file == suite.file);
        own.map(|(_, name, started)| (&**name, started.as_ref().map(|running| &**running)))
    }

    /// The ports of a suite's fakes: whom its unit cases may ask.
    pub(super) fn fake_ports(&self, suite: &Suite) -> Vec<u16> {
        let up = self.of(suite).filter_map(|(_, started)| started.ok());
        up.filter(|running| running.is_fake()).map(Running::port).collect()
    }

    /// Lets the fakes of this case forget what was asked of them before.
    pub(super) fn begin(&self, case: &Case) {
        for name in &case.template.afresh {
            if let Ok(running) = self.running(&case.suite, name) {
                running.begin();
            }
        }
    }

    /// The commands that a case needs, those that it speaks of only through others included.
    pub(super) fn commands(&self, case: &Case, shared: &Shared) -> Vec<(&str, &Running)> {
        let needed = needed(case, shared).into_iter().filter(|service| service.spec.starts_children());
        needed
            .filter_map(|service| {
                let (name, started) = self.of(&case.suite).find(|(name, _)| *name == &*service.name)?;
                Some((name, started.ok()?))
            })
            .collect()
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
                        suite: shared.redactor.hide(&suite.name).into_owned(),
                        url: shared.redactor.hide(&running.url()).into_owned(),
                        duration: began.elapsed().as_secs_f64(),
                        cold: running.cold().map(|cold| cold.as_secs_f64()),
                    }));
                }
                self.running.push((suite.file.clone(), service.name.clone(), started.map(Arc::new)));
            }
        }
        self.urls()
    }

    fn urls(&self) -> Urls {
        Urls(self.running.clone())
    }

    /// Which commands have ended by themselves since the last call, with their last words.
    pub(super) fn ended(&mut self) -> Vec<String> {
        let mut ended = Vec::new();
        for (file, name, started) in &self.running {
            if let Ok(running) = started
                && let Some(how) = running.ended()
                && self.told.insert((file.clone(), name.clone()))
            {
                let log = running.log().filter(|log| !log.is_empty());
                let last = log.as_deref().and_then(|log| log.lines().last());
                let words = last.map_or(String::new(), |line| format!("; its log ends with: {line}"));
                ended.push(format!("the service `{name}` of {file} ended by itself with {how}{words}"));
            }
        }
        ended
    }

    /// Stops all of them, the last one first.
    pub(super) fn stop(&mut self) {
        while let Some((.., started)) = self.running.pop() {
            if let Ok(running) = started {
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
    if service.spec.starts_children()
        && let Some(why) = shared.sandboxing.forbids(case.suite.tier)
    {
        return Err(format!("the service `{}` was not started without a sandbox: {why}", service.name));
    }
    let workspace = || Err("a service has no workspace".to_owned());
    let scope = ServiceScope { case, shared, urls };
    let context = StartContext {
        scope: &scope,
        uses: &service.uses,
        places: &Places { bounds: &case.suite.bounds, workspace: &workspace, saved: &[] },
        world: &shared.world,
        deadline: Deadline::after(READY),
        cancel: &shared.options.cancel,
        children: &children::of_service(case, shared, urls),
    };
    service::start(&service.spec, &context)
        .map_err(|error| format!("the service `{}` did not start: {error}", service.name))
}
