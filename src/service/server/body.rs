//! Reading a request's JSON body within its bound.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use super::routes::Refusal;

/// The largest body that is read, in bytes.
pub(super) const LIMIT: usize = 8 << 20;
/// Of a larger body this much is received and thrown away: a client that is cut off while it sends sees a broken
/// connection and never the answer that explains it.
const SWALLOWED: usize = 64 << 20;

/// The request's body as JSON.
pub(super) async fn json(request: Request) -> Result<Value, Refusal> {
    check_type(request.headers())?;
    let too_large = || {
        let error = format!("the body is larger than {LIMIT} bytes; send fewer instances at a time");
        Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, error }
    };
    let bytes =
        receive(request.into_body(), LIMIT).await.map_err(Refusal::bad_request)?.ok_or_else(too_large)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::bad_request(format!("the body is not JSON: {error}")))
}

/// JSON must be announced as JSON; a request without a type is taken for it.
fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let text = String::from_utf8_lossy(value.as_bytes());
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/json" || essence.ends_with("+json") {
        return Ok(());
    }
    let error = format!("the content type is `{text}`; send `application/json`");
    Err(Refusal { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error })
}

/// Receives a body of at most `limit` bytes; `None` when it is larger.
pub(in crate::service) async fn receive(mut body: Body, limit: usize) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    let mut received = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|error| format!("the body broke off: {error}"))?;
        let Ok(data) = frame.into_data() else { continue };
        received += data.len();
        if received <= limit {
            bytes.extend_from_slice(&data);
        } else if received > limit + SWALLOWED {
            break;
        }
    }
    Ok((received <= limit).then_some(bytes))
}
