//! Redirects that lead nowhere, or where nobody wants to go.

use super::server::Server;
use super::verdict::{help, unreachable, verdict};

fn to(location: &str) -> String {
    let headers = format!("location: {location}\r\ncontent-length: 0\r\n");
    let server = Server::keeping(format!("HTTP/1.1 302 Found\r\n{headers}\r\n"));
    verdict(&server, "probe: {get: URL, redirects: 5, auth: {bearer: token}}")
}

fn nowhere(location: &str, why: &str) -> String {
    unreachable(&format!("`http://HOST` redirects to `{location}`: {why}"), help::NOWHERE)
}

#[test]
fn in_a_circle() {
    for (location, last) in [("/", "/"), ("/again", "/again"), ("", "/"), ("?", "/?"), ("#x", "/")] {
        let message = format!("more than 5 redirects, the last to `http://HOST{last}`");
        assert_eq!(to(location), unreachable(&message, help::MORE), "{location}");
    }
}

#[test]
fn to_another_scheme() {
    for location in [
        "ftp://example.org/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/plain,x",
        "mailto:a@b",
    ] {
        assert_eq!(to(location), nowhere(location, "only `http` and `https` are followed"));
    }
}

#[test]
fn to_what_is_no_url() {
    for (location, why) in [
        ("http://", "the URL `http://` cannot be used: empty string"),
        ("http://[::1", "the URL `http://[::1` cannot be used: invalid authority"),
        ("http:///x", "the URL `http:///x` cannot be used: invalid format"),
        ("//", "the URL `http://` cannot be used: empty string"),
        ("http://a b/", "the URL `http://a b/` cannot be used: invalid uri character"),
        (
            "http://a:99999/",
            "the URL `http://a:99999/` has the port `99999`; a port is a number from 1 to 65535",
        ),
    ] {
        assert_eq!(to(location), nowhere(location, why));
    }
}

#[test]
fn to_where_nothing_listens() {
    let message = "`http://HOST` redirects to `http://127.0.0.1:1/x`: `127.0.0.1:1` refuses the connection: nothing listens there";
    assert_eq!(to("http://127.0.0.1:1/x"), unreachable(message, help::START));
}

#[test]
fn without_a_location() {
    let server = Server::keeping("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n");
    let got = verdict(&server, "probe: {get: URL, redirects: 5}");
    assert_eq!(got, "failed expectation-failed: status: expected 200, got 302, off by 102.0");
}

#[test]
fn with_a_broken_location() {
    let message = "`HOST` breaks the rules of HTTP: invalid header value";
    assert_eq!(to("/\u{1}"), unreachable(message, help::FAULT));
}
