//! Reading a request's body within its bounds.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};

use super::routes::Refusal;

/// The largest body that is read, in bytes.
pub(super) const LIMIT: usize = 8 << 20;
/// Of a larger body this much is received and thrown away: a client that is cut off while it sends sees a broken
/// connection and never the answer that explains it.
const SWALLOWED: usize = 64 << 20;

/// The bytes of a body that is to be there in time.
pub(super) async fn read<B>(headers: &HeaderMap, body: B, within: Duration) -> Result<Vec<u8>, Refusal>
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin,
{
    let too_large = || {
        let error = format!("the body is larger than {LIMIT} bytes; send fewer instances at a time");
        Refusal { status: StatusCode::PAYLOAD_TOO_LARGE, error }
    };
    check_coding(headers)?;
    // One that asks before it sends is told before it does.
    if headers.contains_key(header::EXPECT) && body.size_hint().lower() > LIMIT as u64 {
        return Err(too_large());
    }
    let Ok(received) = tokio::time::timeout(within, receive(body, LIMIT)).await else {
        let error = format!("the body did not come within {} s; send it at once", within.as_secs_f64());
        return Err(Refusal { status: StatusCode::REQUEST_TIMEOUT, error });
    };
    received.map_err(Refusal::bad_request)?.ok_or_else(too_large)
}

fn check_coding(headers: &HeaderMap) -> Result<(), Refusal> {
    let Some(coding) = headers.get(header::CONTENT_ENCODING) else { return Ok(()) };
    if coding.as_bytes().eq_ignore_ascii_case(b"identity") {
        return Ok(());
    }
    let coding = String::from_utf8_lossy(coding.as_bytes());
    let error = format!("the body is coded as `{coding}`; send it as it is, without `content-encoding`");
    Err(Refusal { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, error })
}

/// Receives a body of at most `limit` bytes; `None` when it is larger.
pub(in crate::service) async fn receive<B>(mut body: B, limit: usize) -> Result<Option<Vec<u8>>, String>
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin,
{
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
