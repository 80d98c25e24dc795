//! From a request to its response.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use serde_json::Value;

use super::body;
use super::plain;
use super::routes::{Asked, Refusal, Reply, Route, Routes};

/// A longer body is read and answered beside the others, which would wait for it.
const LONG: usize = 64 << 10;

pub(super) async fn answer(
    routes: &Arc<Routes>,
    request: Request<Incoming>,
    within: Duration,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let (protocol, route) = match routes.find(&head.method, head.uri.path()) {
        Ok(found) => found,
        Err(missing) => {
            let status =
                if missing.allow.is_some() { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
            let mut response = json(status, &(missing.protocol.error)(status, &missing.error));
            if let Some(allow) = missing.allow {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            return response;
        }
    };
    let content_type = head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let content_type = content_type.map(|text| String::from_utf8_lossy(text).into_owned());
    let body = if route.method == Method::POST {
        body::read(&head.headers, body, within).await
    } else {
        Ok(Vec::new())
    };
    let outcome = match body {
        Ok(body) if body.len() > LONG => {
            let routes = routes.clone();
            let work = move || reply(&routes, route, content_type.as_deref(), &body);
            tokio::task::spawn_blocking(work)
                .await
                .unwrap_or_else(|_| Err(Refusal::internal("the server is being stopped")))
        }
        Ok(body) => reply(routes, route, content_type.as_deref(), &body),
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(Reply::Json(document)) => json(StatusCode::OK, &document),
        Ok(Reply::Text(text)) => response(StatusCode::OK, "text/plain; charset=utf-8", text.to_owned()),
        Err(refusal) => json(refusal.status, &(protocol.error)(refusal.status, &refusal.error)),
    }
}

/// What one connection too many is told.
pub(super) fn turn_away(connections: usize) -> Response<Body> {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let error = format!("all {connections} connections are taken; close some, or come back later");
    let mut response = json(status, &(plain::PROTOCOL.error)(status, &error));
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn reply(routes: &Routes, route: &Route, content_type: Option<&str>, body: &[u8]) -> Result<Reply, Refusal> {
    let asked = Asked { model: &*routes.model, routes, content_type, body };
    // A model that panics fails this request and no other.
    catch_unwind(AssertUnwindSafe(|| (route.answer)(&asked)))
        .unwrap_or_else(|_| Err(Refusal::internal("the model failed on these instances")))
}

fn json(status: StatusCode, document: &Value) -> Response<Body> {
    response(status, "application/json", document.to_string())
}

fn response(status: StatusCode, media: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}
