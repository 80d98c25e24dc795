//! A server of canned answers, that tells what was asked of it.

mod answer;
mod asked;
mod memory;
mod pattern;
mod spec;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::host::{Bound, Host, HostError};
use super::server::receive;
use super::{ServiceError, StartContext, WithPort};
use crate::action::{StepError, media_of};
use crate::syntax::{Scope, Unbound};
use crate::system::files::Bounds;
use crate::value::{Map, Tolerance, Value, compare};

use answer::{Made, REQUEST, content, spelt};
use asked::Asked;
use memory::Memory;
pub(super) use pattern::decoded;
use spec::{Does, RouteSpec};
pub(super) use spec::{FakeKeys, FakeSpec, pages};
use store::{Object, Objects};
use wire::{Lever, Wired};

/// The largest body that is received.
const BODY: usize = 64 << 20;

/// A fake that is up. Stopped when dropped.
#[derive(Debug)]
pub(super) struct Fake {
    host: Host,
    plan: Arc<Plan>,
}

/// What it answers by.
#[derive(Debug)]
struct Plan {
    routes: Vec<Route>,
    /// What names mean that its answers speak of.
    names: Map,
    bounds: Bounds,
    memory: Mutex<Memory>,
}

#[derive(Debug)]
struct Route {
    spec: Arc<RouteSpec>,
    query: Option<Arc<Map>>,
    headers: Option<Arc<Map>>,
    json: Option<Value>,
    /// What its store holds at first.
    objects: Objects,
}

pub(super) fn start(spec: &FakeSpec, context: &StartContext<'_>) -> Result<Fake, ServiceError> {
    let port = spec.port.as_ref().map(|port| port.bind(context.scope)).transpose()?.unwrap_or(0);
    let bound = Bound::to(port)?;
    let scope = WithPort { scope: context.scope, port: bound.port() };
    let names = context
        .uses
        .iter()
        .chain([&Arc::from("port")])
        .map(|name| Ok((name.clone(), scope.look_up(name)?)))
        .collect::<Result<Map, Unbound>>()?;
    let bounds = context.places.bounds.clone();
    let routes =
        spec.routes.iter().map(|spec| Route::new(spec, &scope, &bounds)).collect::<Result<Vec<_>, _>>()?;
    let plan = Arc::new(Plan { routes, names, bounds, memory: Mutex::default() });
    plan.begin(false);
    let router = Router::new().fallback(answer).with_state(plan.clone());
    let host = bound.serve(|listener, drained| {
        let service = router.into_make_service_with_connect_info::<Lever>();
        let server = axum::serve(Wired(listener), service).with_graceful_shutdown(async {
            let _ = drained.await;
        });
        IntoFuture::into_future(server)
    })?;
    Ok(Fake { host, plan })
}

impl Fake {
    pub(super) fn port(&self) -> u16 {
        self.host.port()
    }

    /// Forgets all that was asked, and keeps a record from here on.
    pub(super) fn begin(&self) {
        self.plan.begin(true);
    }

    /// Every request since the last beginning.
    pub(super) fn requests(&self) -> Result<Value, String> {
        self.plan.memory().requests()
    }

    pub(super) fn stop(&mut self) {
        self.host.stop();
    }
}

impl Route {
    fn new(spec: &Arc<RouteSpec>, scope: &dyn Scope, bounds: &Bounds) -> Result<Self, ServiceError> {
        let mut route =
            Self { spec: spec.clone(), query: None, headers: None, json: None, objects: Objects::new() };
        if let Some(when) = &spec.when {
            route.query = when.query.as_ref().map(|query| query.bind(scope)).transpose()?;
            route.headers = when.headers.as_ref().map(|headers| headers.bind(scope)).transpose()?;
            route.json = when.json.as_ref().map(|json| json.bind(scope)).transpose()?;
        }
        match &spec.does {
            Does::Answers(answers) => {
                // What is not there is told now, and not to whoever asks for it.
                for name in answers.iter().filter_map(|answer| answer.file()) {
                    content(name, bounds)?;
                }
            }
            Does::Store { objects } => {
                let files = objects.as_ref().map(|objects| objects.bind(scope)).transpose()?;
                for (key, file) in files.iter().flat_map(|files| &**files) {
                    let file = spelt(file);
                    route
                        .objects
                        .insert(key.to_string(), Object::new(content(&file, bounds)?, media_of(&file)));
                }
            }
        }
        Ok(route)
    }

    /// What the names of its path stand for, where the request is one that it takes.
    fn takes(&self, asked: &Asked) -> Option<Map> {
        let params = self.spec.path.matches(&asked.path)?;
        let own = self.spec.method.is_none_or(|method| method == asked.method);
        // As a server does, a route of GET answers HEAD.
        let head = asked.method == "HEAD" && self.spec.method == Some("GET");
        ((own || head) && self.holds(asked)).then_some(params)
    }

    fn holds(&self, asked: &Asked) -> bool {
        let all = |wanted: Option<&Arc<Map>>, sent: &Map, lower: bool| {
            wanted.iter().flat_map(|wanted| wanted.iter()).all(|(name, value)| {
                let name = if lower { name.to_ascii_lowercase() } else { name.to_string() };
                sent.get(name.as_str()).is_some_and(|sent| spelt(sent) == spelt(value))
            })
        };
        all(self.query.as_ref(), &asked.query, false)
            && all(self.headers.as_ref(), &asked.headers, true)
            && self.json.as_ref().is_none_or(|wanted| asked.json().is_some_and(|sent| agrees(&sent, wanted)))
    }
}

/// Whether what was sent is what is wanted: of a mapping, in the keys that are wanted.
fn agrees(sent: &Value, wanted: &Value) -> bool {
    match (sent, wanted) {
        (Value::Map(sent), Value::Map(wanted)) => {
            wanted.iter().all(|(key, wanted)| sent.get(key).is_some_and(|sent| agrees(sent, wanted)))
        }
        _ => compare(sent, wanted, &Tolerance { abs: 0.0, rel: 0.0, ulps: None }).mismatch.is_none(),
    }
}

/// The names of an answer: the suite's, and the request.
struct Answering<'a> {
    names: &'a Map,
    request: &'a Value,
}

impl Scope for Answering<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        if name == REQUEST {
            return Ok(self.request.clone());
        }
        self.names.get(name).cloned().ok_or_else(|| Unbound::new(format!("`${name}` has no value here")))
    }
}

impl Plan {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, recording: bool) {
        let stores: BTreeMap<usize, Objects> =
            self.routes.iter().map(|route| route.objects.clone()).enumerate().collect();
        *self.memory() = Memory::fresh(self.routes.len(), stores, recording);
    }

    fn make(&self, asked: &Asked) -> Made {
        let found =
            self.routes.iter().enumerate().find_map(|(at, route)| Some((at, route, route.takes(asked)?)));
        let mut memory = self.memory();
        let Some((at, route, params)) = found else {
            memory.record(|| asked.to_value(Map::new()), asked.body.len());
            return at_once(self.lost(asked));
        };
        memory.record(|| asked.to_value(params.clone()), asked.body.len());
        match &route.spec.does {
            Does::Store { .. } => {
                let key = route.spec.path.rest().and_then(|rest| params.get(rest)).map(spelt);
                at_once(store::answer(memory.store(at), &key.unwrap_or_default(), asked))
            }
            Does::Answers(answers) => {
                let turn = memory.turn(at, answers.len());
                drop(memory);
                let scope = Answering { names: &self.names, request: &asked.to_value(params) };
                let made = answers[turn].make(&scope, &self.bounds);
                made.unwrap_or_else(|error| at_once(unable(&route.spec, &error)))
            }
        }
    }

    /// What no route takes.
    fn lost(&self, asked: &Asked) -> Response<Body> {
        let routes: Vec<String> = self.routes.iter().map(|route| route.spec.to_string()).collect();
        let known = self.routes.iter().any(|route| route.spec.path.matches(&asked.path).is_some());
        let (status, why) = if known {
            (StatusCode::METHOD_NOT_ALLOWED, "no route of this path takes this request")
        } else {
            (StatusCode::NOT_FOUND, "no route has this path")
        };
        let error = format!("{} {}: {why}", asked.method, asked.path);
        document(status, &json!({"error": error, "routes": routes}))
    }
}

fn at_once(response: Response<Body>) -> Made {
    Made { response, delay: Duration::ZERO, fault: None }
}

fn unable(route: &RouteSpec, error: &StepError) -> Response<Body> {
    let error = format!("the fake cannot answer `{route}`: {}", error.message);
    document(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": error}))
}

fn document(status: StatusCode, document: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn answer(
    State(plan): State<Arc<Plan>>,
    ConnectInfo(lever): ConnectInfo<Lever>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = match receive(body, BODY).await {
        Ok(Some(body)) => body,
        Ok(None) => {
            let error = format!("the body is larger than {BODY} bytes");
            return document(StatusCode::PAYLOAD_TOO_LARGE, &json!({"error": error}));
        }
        Err(error) => return document(StatusCode::BAD_REQUEST, &json!({"error": error})),
    };
    let Made { response, delay, fault } = plan.make(&Asked::new(&parts, body));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if let Some(fault) = fault {
        lever.pull(fault);
    }
    response
}

impl From<HostError> for ServiceError {
    fn from(error: HostError) -> Self {
        Self::new(error.to_string())
    }
}
