//! The parts of URLs that probes ask about, and where a redirect leads (RFC 3986, section 5).

use std::fmt::Write;
use std::net::IpAddr;

use ureq::http::Uri;

/// Whether a host (a name or an address, brackets or not) is this machine itself: `localhost`, 127.0.0.0/8, `::1`.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let name = bare.strip_suffix('.').unwrap_or(bare);
    name.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// The host of an absolute URL, IPv6 addresses in brackets.
pub fn host(url: &str) -> Option<String> {
    url.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned))
}

/// `host:port` of an absolute URL, with the scheme's own port when none is written.
pub fn host_and_port(url: &str) -> Option<String> {
    origin(url).map(|(_, host, port)| format!("{host}:{port}"))
}

/// Scheme, lower-case host and port: what must be equal for two URLs to be of one origin (RFC 6454).
pub fn origin(url: &str) -> Option<(String, String, u16)> {
    let uri = url.parse::<Uri>().ok()?;
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

/// The absolute URL that `reference` means on the page `base`, without its fragment. `None` when `base` is not absolute.
pub fn join(base: &str, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or_default();
    let (scheme, after) = base.split_once("://")?;
    let after = after.split('#').next().unwrap_or_default();
    let path_at = after.find(['/', '?']).unwrap_or(after.len());
    let (authority, path_and_query) = after.split_at(path_at);
    let path = path_and_query.split('?').next().unwrap_or_default();
    if has_scheme(reference) {
        return Some(reference.to_owned());
    }
    if reference.starts_with("//") {
        return Some(format!("{scheme}:{reference}"));
    }
    let joined = if reference.is_empty() {
        path_and_query.to_owned()
    } else if reference.starts_with('?') {
        format!("{path}{reference}")
    } else {
        let (relative, query) = match reference.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (reference, String::new()),
        };
        let folder =
            if relative.starts_with('/') { "" } else { &path[..path.rfind('/').map_or(0, |at| at + 1)] };
        format!("{}{query}", without_dots(&format!("{folder}{relative}")))
    };
    let slash = if joined.starts_with('/') { "" } else { "/" };
    Some(format!("{scheme}://{authority}{slash}{joined}"))
}

fn has_scheme(reference: &str) -> bool {
    reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// A path with its `.` and `..` worked out (RFC 3986, section 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    let last = segments.len() - 1;
    for (index, segment) in segments.iter().enumerate() {
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    kept.pop();
                }
                if index == last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// A text as a part of a path or of a query: what is unreserved (RFC 3986) stands for itself.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve_as_in_rfc_3986_section_5_4() {
        let base = "http://a/b/c/d;p?q";
        for (reference, expected) in [
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
        ] {
            assert_eq!(join(base, reference).as_deref(), Some(expected), "{reference}");
        }
        assert_eq!(join("http://a", "g").as_deref(), Some("http://a/g"));
        assert_eq!(join("http://a?x", "").as_deref(), Some("http://a/?x"));
        assert_eq!(join("a/b", "g"), None);
    }

    #[test]
    fn loopback_by_name_and_by_number() {
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "127.0.0.1",
            "127.9.9.9",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "example.org",
            "localhost.example.org",
            "128.0.0.1",
            "0.0.0.0",
            "::",
            "[::2]",
            "127.0.0.1.nip.io",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn origins_know_the_default_port() {
        assert_eq!(origin("HTTP://Example.org/x"), Some(("http".into(), "example.org".into(), 80)));
        assert_eq!(origin("https://u:p@h:8443"), Some(("https".into(), "h".into(), 8443)));
        assert_eq!(host_and_port("https://[::1]/"), Some("[::1]:443".into()));
        assert_eq!(host("http://h:1/x").as_deref(), Some("h"));
        assert_eq!(host_and_port("/just/a/path"), None);
    }
}
