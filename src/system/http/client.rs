//! The client: pooled connections, redirects, interruption.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::unversioned::transport::{Connector, DefaultConnector, RustlsConnector};

use super::exchange::{self, Answer};
use super::resolver::CachingResolver;
use super::tcp::TcpConnector;
use super::transport::WatchedConnector;
use super::{ClientOptions, Http, HttpError, HttpErrorKind, Request, Response, Timings, url};

/// An HTTP/1.1 client with kept-alive connections, to be shared by all threads.
#[derive(Debug)]
pub struct Client {
    options: ClientOptions,
    agents: RwLock<Agents>,
}

#[derive(Debug, Clone)]
struct Agents {
    direct: Agent,
    /// For everything but loopback, when there is a proxy.
    proxied: Option<Agent>,
}

impl Agents {
    fn new(options: &ClientOptions) -> Result<Agents, HttpError> {
        let chain = ().chain(TcpConnector).chain(RustlsConnector::default());
        let direct =
            Agent::with_parts(options.config(None)?, WatchedConnector(chain), CachingResolver::default());
        let proxied = match ureq::Proxy::try_from_env().filter(|_| options.env_proxy) {
            Some(proxy) => {
                let connector = WatchedConnector(DefaultConnector::default());
                Some(Agent::with_parts(options.config(Some(proxy))?, connector, CachingResolver::default()))
            }
            None => None,
        };
        Ok(Agents { direct, proxied })
    }
}

impl Client {
    /// A client with the given settings.
    ///
    /// # Errors
    /// When the root certificates cannot be read.
    pub fn new(options: ClientOptions) -> Result<Client, HttpError> {
        let agents = RwLock::new(Agents::new(&options)?);
        Ok(Client { options, agents })
    }

    /// Breaks off every request under way in other threads; they return an error of kind `Io` at once, except those
    /// still looking up a name or connecting, which do so within their connect timeout. Later requests are not affected.
    pub fn interrupt(&self) {
        let Ok(fresh) = Agents::new(&self.options) else { return };
        let old = std::mem::replace(&mut *self.agents.write().unwrap_or_else(PoisonError::into_inner), fresh);
        old.direct.shutdown();
        if let Some(agent) = old.proxied {
            agent.shutdown();
        }
    }

    fn agent_for(&self, target: &str) -> Agent {
        let agents = self.agents.read().unwrap_or_else(PoisonError::into_inner);
        match &agents.proxied {
            Some(proxied) if !url::host(target).is_some_and(|host| url::is_loopback(&host)) => {
                proxied.clone()
            }
            _ => agents.direct.clone(),
        }
    }
}

impl Http for Client {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let began = Instant::now();
        let mut connect = None;
        let mut followed = 0;
        let mut moved: Option<Request> = None;
        loop {
            let current = moved.as_ref().unwrap_or(request);
            if current.loopback_only {
                only_loopback(&current.url)?;
            }
            let left = request.timeouts.total.saturating_sub(began.elapsed()).max(Duration::from_micros(1));
            let answer = exchange::exchange(&self.agent_for(&current.url), current, left).map_err(
                |error| match &moved {
                    Some(moved) => error.after_redirect(&request.url, &moved.url),
                    None => error,
                },
            )?;
            if let Some(spent) = answer.marks.connect {
                connect = Some(connect.unwrap_or_default() + spent);
            }
            match redirect(current, &answer)? {
                Some(next) if request.redirects > 0 => {
                    if followed == request.redirects {
                        let message = format!("more than {followed} redirects, the last to `{}`", next.url);
                        return Err(HttpError::new(HttpErrorKind::Redirects, message));
                    }
                    followed += 1;
                    moved = Some(next);
                }
                _ => {
                    let total = began.elapsed();
                    let first_byte =
                        answer.marks.first_byte.map_or(total, |at| at.saturating_duration_since(began));
                    return Ok(Response {
                        status: answer.status,
                        headers: answer.headers,
                        body: answer.body,
                        url: current.url.clone(),
                        timings: Timings {
                            connect,
                            first_byte,
                            first_event: answer.event.map(|at| at.saturating_duration_since(began)),
                            total,
                            reused: connect.is_none(),
                            ..Timings::default()
                        },
                        redirects: followed,
                    });
                }
            }
        }
    }

    fn interrupt(&self) {
        Client::interrupt(self);
    }
}

fn only_loopback(target: &str) -> Result<(), HttpError> {
    match url::host(target) {
        Some(host) if !url::is_loopback(&host) => {
            Err(HttpError::new(HttpErrorKind::NotLoopback, format!("`{host}` is not this machine")))
        }
        // What is no URL is refused with its own words when it is sent.
        _ => Ok(()),
    }
}

/// Characters of a redirect's target that a message shows.
const SHOWN: usize = 200;

/// The request that an answer redirects to, if it does (RFC 9110, section 15.4; where it leaves a choice, as browsers
/// and curl choose).
fn redirect(request: &Request, answer: &Answer) -> Result<Option<Request>, HttpError> {
    if request.redirects == 0 || !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some((_, location)) = answer.headers.iter().find(|(name, _)| name == "location") else {
        return Ok(None);
    };
    let nowhere = |why: String| {
        let shown: String = location.chars().take(SHOWN).collect();
        let message = format!("`{}` redirects to `{}`: {why}", request.url, shown.escape_debug());
        HttpError::new(HttpErrorKind::Nowhere, message)
    };
    let target = url::join(&request.url, location).ok_or_else(|| nowhere("that is no URL".into()))?;
    if let Some((scheme, _)) = target.split_once(':')
        && !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err(nowhere("only `http` and `https` are followed".into()));
    }
    exchange::uri(&target).map_err(|error| nowhere(error.message))?;

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
        next.headers.retain(|(name, _)| !stays_home(&name.to_ascii_lowercase()));
    }
    Ok(Some(next))
}

/// Headers meant for one server only: its name, and what lets one in there.
fn stays_home(name: &str) -> bool {
    name == "host"
        || matches!(name, "authorization" | "proxy-authorization" | "cookie")
        || ["api-key", "apikey", "token", "secret"].iter().any(|word| name.contains(word))
}
