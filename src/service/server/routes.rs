//! From a protocol's table of routes to a router, and the answers to what is in no table.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use axum::routing::{MethodFilter, on};
use serde_json::{Value, json};

use super::Model;
use super::body;

/// One line of a protocol's table.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// Whether the request brings a JSON body.
    pub(super) takes_json: bool,
    pub(super) answer: fn(&Model, &Value) -> Result<Value, Refusal>,
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: String,
}

impl Refusal {
    pub(super) fn bad_request(error: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, error: error.into() }
    }

    pub(super) fn internal(error: impl Into<String>) -> Refusal {
        Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, error: error.into() }
    }
}

/// A router over the tables of all protocols, which still wants its model. Paths must differ.
pub(super) fn router(tables: &[&'static [Route]]) -> Router<Model> {
    let listing: Arc<str> = tables
        .iter()
        .flat_map(|table| table.iter())
        .map(|route| format!("{} {}", route.method, route.path))
        .collect::<Vec<_>>()
        .join(", ")
        .into();
    let mut router = Router::new();
    for route in tables.iter().flat_map(|table| table.iter()) {
        let filter = MethodFilter::try_from(route.method.clone()).unwrap_or(MethodFilter::GET);
        let handler = on(filter, move |State(model): State<Model>, request: Request| async move {
            reply(answer(route, &model, request).await)
        });
        router = router.route(route.path, handler);
    }
    let routes = listing.clone();
    router
        .method_not_allowed_fallback(move |request: Request| async move {
            let error = format!(
                "`{}` does not take {}; the routes are: {listing}",
                request.uri().path(),
                request.method()
            );
            reply(Err(Refusal { status: StatusCode::METHOD_NOT_ALLOWED, error }))
        })
        .fallback(move |request: Request| async move {
            let error = format!("there is no `{}` here; the routes are: {routes}", request.uri().path());
            reply(Err(Refusal { status: StatusCode::NOT_FOUND, error }))
        })
}

async fn answer(route: &Route, model: &Model, request: Request) -> Result<Value, Refusal> {
    let document = if route.takes_json { body::json(request).await? } else { Value::Null };
    // A model that panics fails this request and no other.
    catch_unwind(AssertUnwindSafe(|| (route.answer)(model, &document)))
        .unwrap_or_else(|_| Err(Refusal::internal("the model failed on these instances")))
}

fn reply(outcome: Result<Value, Refusal>) -> Response<Body> {
    let (status, document) = match outcome {
        Ok(document) => (StatusCode::OK, document),
        Err(refusal) => (refusal.status, json!({"error": refusal.error})),
    };
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
