//! Which proxy a request goes through.

use ureq::Proxy;

use super::{HttpError, HttpErrorKind, url};

/// Where a client's proxy is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ProxyOptions {
    /// Nowhere: every request goes straight.
    #[default]
    None,
    /// In the environment: one for each scheme, but for these hosts. Loopback never goes through it.
    Environment { http: Option<String>, https: Option<String>, except: String },
    /// Here, for every request: `http://host:port`, `https://…` or `socks5://…`, a name and a password before the host.
    Url(String),
}

impl ProxyOptions {
    /// As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case.
    pub fn of_env<'a>(env: impl Fn(&str) -> Option<&'a str>) -> ProxyOptions {
        let named = |name: &str| {
            let text = env(&name.to_ascii_lowercase()).or_else(|| env(name))?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let any = |name| named(name).or_else(|| named("ALL_PROXY"));
        let (http, https) = (any("HTTP_PROXY"), any("HTTPS_PROXY"));
        if http.is_none() && https.is_none() {
            return ProxyOptions::None;
        }
        ProxyOptions::Environment { http, https, except: named("NO_PROXY").unwrap_or_default() }
    }
}

/// Why a text names no proxy.
pub fn proxy_fault(text: &str) -> Option<String> {
    parse(text).err()
}

fn parse(text: &str) -> Result<Proxy, String> {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let shown = text.rsplit_once('@').map_or(text, |(_, host)| host).escape_debug();
    match text.split_once("://") {
        None => return Err(format!("`{shown}` is no URL of a proxy")),
        Some((scheme, _)) if !SCHEMES.contains(&scheme) => {
            return Err(format!("`{scheme}://…` is no kind of proxy"));
        }
        Some((_, "")) => return Err(format!("`{shown}` names no host")),
        Some(_) => {}
    }
    Proxy::new(text).map_err(|_| format!("`{shown}` is no URL of a proxy"))
}

/// The proxies of a client.
#[derive(Debug)]
pub(super) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// The hosts that no proxy is asked for, as `NO_PROXY` lists them.
    except: Vec<String>,
    /// Loopback goes through it too.
    loopback: bool,
}

impl Proxies {
    pub(super) fn new(options: &ProxyOptions) -> Result<Proxies, HttpError> {
        let invalid = |why| HttpError::new(HttpErrorKind::InvalidRequest, why);
        let none = Proxies { http: None, https: None, except: Vec::new(), loopback: false };
        match options {
            ProxyOptions::None => Ok(none),
            ProxyOptions::Url(text) => {
                let proxy = parse(text).map_err(invalid)?;
                Ok(Proxies { http: Some(proxy.clone()), https: Some(proxy), loopback: true, ..none })
            }
            ProxyOptions::Environment { http, https, except } => {
                let named = |name: &str, text: &Option<String>| {
                    let Some(text) = text else { return Ok(None) };
                    let whole = if text.contains("://") { text.clone() } else { format!("http://{text}") };
                    parse(&whole).map(Some).map_err(|why| {
                        invalid(format!("the environment's {name} or ALL_PROXY cannot be used: {why}"))
                            .help("correct the variable, or write `proxy: none`")
                    })
                };
                let hosts = except.split(',').map(|entry| entry.trim().to_ascii_lowercase());
                Ok(Proxies {
                    http: named("HTTP_PROXY", http)?,
                    https: named("HTTPS_PROXY", https)?,
                    except: hosts.filter(|entry| !entry.is_empty()).collect(),
                    ..none
                })
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    /// Each of them once.
    pub(super) fn all(&self) -> Vec<Proxy> {
        let mut all: Vec<Proxy> = self.http.iter().chain(&self.https).cloned().collect();
        all.dedup();
        all
    }

    /// The one that a URL of this scheme, host and port goes through.
    pub(super) fn of(&self, scheme: &str, host: &str, port: u16) -> Option<&Proxy> {
        let proxy = if scheme == "https" { self.https.as_ref() } else { self.http.as_ref() }?;
        let straight = (!self.loopback && url::is_loopback(host))
            || self.except.iter().any(|entry| excepted(entry, host, port));
        (!straight).then_some(proxy)
    }
}

/// As curl reads `NO_PROXY`: `example.org` is meant with all below it, a leading dot or `*.` changes nothing.
fn excepted(entry: &str, host: &str, port: u16) -> bool {
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches([']', '.']).to_ascii_lowercase();
    let (entry, at) = match entry.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => match digits.parse::<u16>() {
            Ok(port) => (name, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    };
    if entry == "*" {
        return true;
    }
    let name = bare(entry.trim_start_matches('*').trim_start_matches('.'));
    let host = bare(host);
    let within = host == name || host.strip_suffix(&name).is_some_and(|rest| rest.ends_with('.'));
    !name.is_empty() && within && at.is_none_or(|at| at == port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_env(pairs: &[(&str, &'static str)]) -> Result<Proxies, HttpError> {
        let env = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        Proxies::new(&ProxyOptions::of_env(env))
    }

    #[test]
    fn the_environment_names_a_proxy_for_each_scheme() {
        let proxies = from_env(&[
            ("HTTPS_PROXY", "http://a:1"),
            ("all_proxy", "b:2"),
            ("NO_PROXY", " c.org, .d.org:81,10.0.0.1"),
        ])
        .unwrap();
        let host = |scheme, host, port| proxies.of(scheme, host, port).map(|proxy| proxy.host().to_owned());
        assert_eq!(host("https", "x.org", 443).as_deref(), Some("a"));
        assert_eq!(host("http", "x.org", 80).as_deref(), Some("b"));
        for (name, port) in
            [("c.org", 80), ("api.C.org", 80), ("d.org", 81), ("x.d.org", 81), ("10.0.0.1", 80)]
        {
            assert_eq!(host("http", name, port), None, "{name}");
        }
        for (name, port) in [("cc.org", 80), ("d.org", 80), ("c.org.evil", 80)] {
            assert!(host("http", name, port).is_some(), "{name}");
        }
        assert_eq!(host("http", "127.0.0.1", 80), None);
        assert!(
            from_env(&[("HTTP_PROXY", "http://a"), ("no_proxy", "*")]).unwrap().of("http", "x", 1).is_none()
        );
        let error = from_env(&[("HTTP_PROXY", "ftp://a")]).unwrap_err();
        assert_eq!(
            error.message,
            "the environment's HTTP_PROXY or ALL_PROXY cannot be used: `ftp://…` is no kind of proxy"
        );
    }

    #[test]
    fn what_is_no_proxy_is_said_without_its_password() {
        assert_eq!(proxy_fault("socks5://user:pass@h:1"), None);
        assert_eq!(proxy_fault("http://h"), None);
        assert_eq!(proxy_fault("user:pass@h").unwrap(), "`h` is no URL of a proxy");
        assert_eq!(proxy_fault("http://").unwrap(), "`http://` names no host");
        assert_eq!(proxy_fault("http://u:s3cret@a b").unwrap(), "`a b` is no URL of a proxy");
    }
}
