//! The client: pooled connections, proxies, redirects, interruption.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectProxyConnector, Connector, SocksConnector};
use ureq::{Agent, Proxy};

use super::exchange::{self, Answer};
use super::proxy::Proxies;
use super::redirect::{is_downgrade, redirect};
use super::resolver::CachingResolver;
use super::tcp::TcpConnector;
use super::tls::{Tls, TlsConnector};
use super::watch::{Connected, WatchedConnector};
use super::{ClientOptions, FixedHost, Http, HttpError, HttpErrorKind, Request, Response, Timings, url};

/// An HTTP/1.1 client with kept-alive connections, to be shared by all threads.
#[derive(Debug)]
pub struct Client {
    options: ClientOptions,
    tls: Arc<Tls>,
    proxies: Proxies,
    agents: RwLock<Vec<Via>>,
}

/// The library's client, straight or through one proxy.
#[derive(Debug, Clone)]
struct Via {
    proxy: Option<Proxy>,
    agent: Agent,
}

impl Client {
    /// A client with the given settings.
    ///
    /// # Errors
    /// When certificates, a key or a proxy cannot be used.
    pub fn new(options: ClientOptions) -> Result<Client, HttpError> {
        let tls = Tls::new(&options.tls)?;
        let proxies = Proxies::new(&options.proxy)?;
        let agents = RwLock::new(agents(&options, &tls, &proxies));
        Ok(Client { options, tls, proxies, agents })
    }

    /// Breaks off every request under way in other threads; they return an error of kind `Io` at once, except those
    /// still looking up a name or connecting, which do so within their connect timeout. Later requests are not affected.
    pub fn interrupt(&self) {
        let fresh = agents(&self.options, &self.tls, &self.proxies);
        let old = std::mem::replace(&mut *self.agents.write().unwrap_or_else(PoisonError::into_inner), fresh);
        for via in old {
            via.agent.shutdown();
        }
    }

    /// The way to a URL, if this request may go it.
    fn way(&self, request: &Request) -> Result<Via, HttpError> {
        let plain = self.options.resolve.is_empty() && self.proxies.is_empty();
        // What is no URL is refused with its own words when it is sent.
        let origin = if plain && !request.loopback_only { None } else { url::origin(&request.url) };
        let mut wanted = None;
        if let Some((scheme, host, port)) = origin {
            let fixed = FixedHost::find(&self.options.resolve, &host, port);
            if fixed.is_none() {
                wanted = self.proxies.of(&scheme, &host, port);
            }
            if request.loopback_only {
                let here = fixed.map_or_else(
                    || url::is_loopback(&host),
                    |address| address.ip().to_canonical().is_loopback(),
                );
                let at = fixed.map_or(String::new(), |address| format!(" at `{address}`"));
                only_here(here, || format!("`{host}`{at}"))?;
                if let Some(proxy) = wanted {
                    only_here(url::is_loopback(proxy.host()), || format!("the proxy `{}`", proxy.host()))?;
                }
            }
        }
        let agents = self.agents.read().unwrap_or_else(PoisonError::into_inner);
        let found = agents.iter().find(|via| via.proxy.as_ref() == wanted).or_else(|| agents.first());
        let none = || HttpError::new(HttpErrorKind::Io, "the client has no way to any server");
        found.cloned().ok_or_else(none)
    }
}

fn agents(options: &ClientOptions, tls: &Arc<Tls>, proxies: &Proxies) -> Vec<Via> {
    let agent = |proxy: Option<Proxy>| {
        let chain =
            ().chain(SocksConnector::default())
                .chain(ConnectProxyConnector::default())
                .chain(TcpConnector)
                .chain(Connected)
                .chain(TlsConnector(tls.clone()));
        let resolver = CachingResolver::new(&options.resolve);
        let agent = Agent::with_parts(options.config(proxy.clone()), WatchedConnector(chain), resolver);
        Via { proxy, agent }
    };
    std::iter::once(None).chain(proxies.all().into_iter().map(Some)).map(agent).collect()
}

fn only_here(here: bool, what: impl Fn() -> String) -> Result<(), HttpError> {
    let beyond = || HttpError::new(HttpErrorKind::NotLoopback, format!("{} is not this machine", what()));
    if here { Ok(()) } else { Err(beyond()) }
}

/// When each part of the exchange was over, redirects included.
fn timings(answer: &Answer, began: Instant) -> Timings {
    let since = |at: Instant| at.saturating_duration_since(began);
    let marks = answer.marks;
    Timings {
        resolve: marks.resolve.filter(|_| marks.connect.is_some()),
        connect: marks.connect,
        tls: marks.tls,
        first_byte: since(marks.first_byte.unwrap_or(answer.end)),
        first_event: answer.event.map(since),
        total: since(answer.end),
        reused: marks.connect.is_none(),
    }
}

impl Http for Client {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let began = Instant::now();
        let (mut now, mut followed, mut downgraded) = (began, 0, false);
        let mut moved: Option<Request> = None;
        loop {
            let current = moved.as_ref().unwrap_or(request);
            let via = self.way(current)?;
            let left = request.timeouts.total.saturating_sub(now - began).max(Duration::from_micros(1));
            let answer =
                exchange::exchange(&via.agent, via.proxy.as_ref(), current, now, left).map_err(|error| {
                    match &moved {
                        Some(moved) => error.after_redirect(&request.url, &moved.url),
                        None => error,
                    }
                })?;
            if let Some(next) = redirect(current, &answer)? {
                if followed == request.redirects {
                    let message = format!("more than {followed} redirects, the last to `{}`", next.url);
                    return Err(HttpError::new(HttpErrorKind::Redirects, message)
                        .help("where that is right, raise `redirects`"));
                }
                followed += 1;
                downgraded |= is_downgrade(&current.url, &next.url);
                moved = Some(next);
                now = Instant::now();
                continue;
            }
            let timings = timings(&answer, began);
            let (headers, body) = exchange::unpacked(answer.headers, answer.body, current)?;
            let (status, url) = (answer.status, current.url.clone());
            return Ok(Response { status, headers, body, url, timings, redirects: followed, downgraded });
        }
    }

    fn interrupt(&self) {
        Client::interrupt(self);
    }
}
