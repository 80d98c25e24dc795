//! Where an answer sends a request on to (RFC 9110, section 15.4; where it leaves a choice, as browsers and curl
//! choose), and what goes along.

use super::exchange::{self, Answer};
use super::{HttpError, HttpErrorKind, Request, url};

/// Characters of a redirect's target that a message shows.
const SHOWN: usize = 200;

/// The request that an answer redirects to, if it does.
pub(super) fn redirect(request: &Request, answer: &Answer) -> Result<Option<Request>, HttpError> {
    if request.redirects == 0 || !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some((_, location)) = answer.headers.iter().find(|(name, _)| name == "location") else {
        return Ok(None);
    };
    let nowhere = |why: &str| {
        let shown: String = location.chars().take(SHOWN).collect();
        let cut = if shown.len() < location.len() { "…" } else { "" };
        let message = format!("`{}` redirects to `{}{cut}`: {why}", request.url, shown.escape_debug());
        HttpError::new(HttpErrorKind::Nowhere, message)
    };
    let target = url::join(&request.url, location).ok_or_else(|| nowhere("that is no URL"))?;
    if let Some((scheme, _)) = target.split_once(':')
        && !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err(nowhere("only `http` and `https` are followed"));
    }
    exchange::uri(&target).map_err(|error| nowhere(&error.message))?;

    let mut next = Request { url: target, ..request.clone() };
    let becomes_get = match answer.status {
        303 => request.method != "HEAD",
        301 | 302 => request.method == "POST",
        _ => false,
    };
    if becomes_get {
        next.method = "GET".into();
        next.body = Vec::new();
        next.headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
    }
    if url::origin(&next.url) != url::origin(&request.url) {
        let own = std::mem::take(&mut next.credentials);
        let lets_in = |name: &str| own.iter().any(|own| own.eq_ignore_ascii_case(name)) || lets_in(name);
        let credentials = next.headers.iter().any(|(name, _)| lets_in(name));
        next.headers.retain(|(name, _)| !lets_in(name) && !name.eq_ignore_ascii_case("host"));
        if request.confidential && !next.body.is_empty() {
            let why = "that is another server, and the request's body holds a secret";
            return Err(nowhere(why).help("correct the server, or ask that URL itself"));
        }
        // What was meant to be secret would be told to everyone on the way, or left out without a word.
        if is_downgrade(&request.url, &next.url) && (credentials || !next.body.is_empty()) {
            let carried = if credentials { "credentials" } else { "a body" };
            let why = format!("that is not encrypted, and the request carries {carried}");
            return Err(nowhere(&why).help("correct the server, or ask that URL itself"));
        }
    }
    Ok(Some(next))
}

/// From `https` to `http`.
pub(super) fn is_downgrade(from: &str, to: &str) -> bool {
    let scheme = |url: &str| url::origin(url).map(|(scheme, ..)| scheme);
    scheme(from).as_deref() == Some("https") && scheme(to).as_deref() == Some("http")
}

/// Whether a header lets one in, and so is meant for one server only.
fn lets_in(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(&*name, "authorization" | "proxy-authorization" | "cookie")
        || ["api-key", "apikey", "token", "secret"].iter().any(|word| name.contains(word))
}
