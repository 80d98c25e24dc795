//! Objects kept under a path, answered for as S3 does.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

use super::asked::Asked;

/// Objects by their keys.
pub(super) type Objects = BTreeMap<String, Object>;

/// What every object says of when it was written: a run leaves nothing behind that differs from another's.
const WRITTEN: (&str, &str) = ("2000-01-01T00:00:00.000Z", "Sat, 01 Jan 2000 00:00:00 GMT");
/// Headers of a user's own that are kept with an object.
const OWN: &str = "x-amz-meta-";
/// Keys that one listing holds.
const LISTED: usize = 1000;

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Object {
    bytes: Arc<[u8]>,
    headers: Vec<(String, String)>,
    etag: Arc<str>,
}

impl Object {
    pub(super) fn new(bytes: Vec<u8>, media: &str) -> Self {
        Self::with(bytes.into(), vec![("content-type".to_owned(), media.to_owned())])
    }

    fn sent(asked: &Asked) -> Self {
        let text = |name: &str| asked.header(name).map(str::to_owned);
        let media = text("content-type").unwrap_or_else(|| "application/octet-stream".to_owned());
        let own = asked.headers.keys().filter(|name| name.starts_with(OWN));
        let own = own.filter_map(|name| Some((name.to_string(), text(name)?)));
        let headers = std::iter::once(("content-type".to_owned(), media)).chain(own).collect();
        Self::with(asked.body.clone(), headers)
    }

    fn with(bytes: Arc<[u8]>, headers: Vec<(String, String)>) -> Self {
        let etag = format!("\"{}\"", crate::artifact::sha256(&bytes)).into();
        Self { bytes, headers, etag }
    }
}

/// Does what is asked of the object of this key, or of all of them when the key is empty.
pub(super) fn answer(objects: &mut Objects, key: &str, asked: &Asked) -> Response<Body> {
    match (asked.method.as_str(), key) {
        ("GET", "") => list(objects, asked),
        ("HEAD" | "PUT", "") => plain(StatusCode::OK),
        ("DELETE", "") => plain(StatusCode::NO_CONTENT),
        ("GET" | "HEAD", key) => match objects.get(key) {
            Some(object) => give(object, asked),
            None => refuse(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.", key),
        },
        ("PUT", key) => {
            let object = Object::sent(asked);
            let response = with_headers(plain(StatusCode::OK), [("etag", &*object.etag)]);
            objects.insert(key.to_owned(), object);
            response
        }
        ("DELETE", key) => {
            objects.remove(key);
            plain(StatusCode::NO_CONTENT)
        }
        (_, key) => refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            key,
        ),
    }
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn with_headers<'h>(
    mut response: Response<Body>,
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Response<Body> {
    for (name, value) in headers {
        // What came in as a header goes out as one.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn give(object: &Object, asked: &Asked) -> Response<Body> {
    let whole = object.bytes.len();
    let part = asked.header("range").and_then(|range| range_of(range, whole));
    let (status, bytes, range) = match part {
        Some(Ok((from, to))) => {
            let range = format!("bytes {from}-{}/{whole}", to - 1);
            (StatusCode::PARTIAL_CONTENT, &object.bytes[from..to], Some(range))
        }
        Some(Err(())) => {
            let response = refuse(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The requested range is not satisfiable",
                "",
            );
            return with_headers(response, [("content-range", &*format!("bytes */{whole}"))]);
        }
        None => (StatusCode::OK, &object.bytes[..], None),
    };
    let mut response = Response::new(Body::from(bytes.to_vec()));
    *response.status_mut() = status;
    let own = object.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let range = range.as_deref().map(|range| ("content-range", range));
    let facts = [("etag", &*object.etag), ("last-modified", WRITTEN.1), ("accept-ranges", "bytes")];
    with_headers(response, own.chain(facts).chain(range))
}

/// The bytes that one `Range` asks for; nothing when it is to be passed over, an error when there are none (RFC 9110).
fn range_of(text: &str, whole: usize) -> Option<Result<(usize, usize), ()>> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from, to) {
        ("", last) => (whole.saturating_sub(last.parse().ok()?), whole),
        (from, "") => (from.parse().ok()?, whole),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.saturating_add(1).min(whole)),
    };
    Some(if from < to { Ok((from, to)) } else { Err(()) })
}

/// The listing of `ListObjectsV2`, its first page.
fn list(objects: &Objects, asked: &Asked) -> Response<Body> {
    let prefix = asked.queried("prefix").unwrap_or_default();
    let after =
        asked.queried("continuation-token").or_else(|| asked.queried("start-after")).unwrap_or_default();
    let most = asked.queried("max-keys").and_then(|most| most.parse().ok()).unwrap_or(LISTED).min(LISTED);
    let mut found = objects.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let page: Vec<_> = found.by_ref().take(most).collect();
    let more = found.next().is_some();
    let bucket = asked.path.trim_matches('/').split('/').next_back().unwrap_or_default();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><MaxKeys>{most}</MaxKeys><IsTruncated>{more}</IsTruncated>",
        escaped(bucket),
        escaped(prefix),
        page.len()
    );
    if let (true, Some((last, _))) = (more, page.last()) {
        let _ = write!(text, "<NextContinuationToken>{}</NextContinuationToken>", escaped(last));
    }
    for (key, object) in page {
        let _ = write!(
            text,
            "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>{}</ETag><Size>{}</Size><StorageClass>STANDARD</StorageClass></Contents>",
            escaped(key),
            WRITTEN.0,
            escaped(&object.etag),
            object.bytes.len()
        );
    }
    text.push_str("</ListBucketResult>");
    with_headers(Response::new(Body::from(text)), [("content-type", "application/xml")])
}

fn refuse(status: StatusCode, code: &str, message: &str, key: &str) -> Response<Body> {
    let key = escaped(key);
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message><Key>{key}</Key></Error>"
    );
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    with_headers(response, [("content-type", "application/xml")])
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_it_says_or_nothing() {
        for (text, expected) in [
            ("bytes=0-3", Some(Ok((0, 4)))),
            ("bytes=8-", Some(Ok((8, 10)))),
            ("bytes=8-99", Some(Ok((8, 10)))),
            ("bytes=-3", Some(Ok((7, 10)))),
            ("bytes=-99", Some(Ok((0, 10)))),
            ("bytes=10-", Some(Err(()))),
            ("bytes=5-2", Some(Err(()))),
            ("bytes=-0", Some(Err(()))),
            ("bytes=0-1,4-5", None),
            ("items=0-1", None),
            ("bytes=x-", None),
        ] {
            assert_eq!(range_of(text, 10), expected, "{text}");
        }
    }
}
