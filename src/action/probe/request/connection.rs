//! How a probe's server is connected to: `tls`, `proxy` and `resolve`.

use std::sync::Arc;

use crate::action::probe::settings::Settings;
use crate::action::{Context, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decoder, Tier};
use crate::system::http::{
    ClientOptions, FixedHost, Identity, Pem, ProxyOptions, TlsOptions, proxy_fault, url,
};
use crate::value::{Map, Remark, Value};

const PROXY: &str = "write `http://host:port`, `https://…` or `socks5://…`, or `none` for no proxy at all";
const RESOLVE: &str =
    "write `resolve: {api.internal: 127.0.0.1}`, or with ports `{\"api.internal:443\": \"127.0.0.1:8443\"}`";

params! {
    /// Whom the probe trusts, and who it says it is; without it the system's authorities are trusted, or Mozilla's where
    /// the system has none.
    pub struct TlsKeys = "`tls`" {
        /// A PEM file with the certificates to trust instead of the system's.
        ca: Option<Arg<Arc<str>>>,
        /// A PEM file with the probe's own certificate, for servers that ask for one; with `key`.
        cert: Option<Arg<Arc<str>>>,
        /// A PEM file with its private key, not encrypted.
        key: Option<Arg<Arc<str>>>,
        /// Accept any certificate; every report says so.
        insecure: Option<Arg<bool>>,
    }
}

impl TlsKeys {
    fn span(&self) -> Option<Span> {
        let files = [&self.ca, &self.cert, &self.key].into_iter().flatten().map(|file| file.span);
        files.chain(self.insecure.as_ref().map(|insecure| insecure.span)).next()
    }
}

/// Notes what can be known to be wrong.
pub(in crate::action::probe) fn check(settings: &Settings, decoder: &mut Decoder<'_>) -> Option<()> {
    let mut refuse = |code, span, message: String, help: &str| {
        decoder.refuse::<()>(Diagnostic::new(code, span, message).help(help))
    };
    if let Some(tls) = &settings.tls {
        match (&tls.cert, &tls.key) {
            (Some(cert), None) => {
                let help = "add `key: FILE`; where both stand in one file, name it twice";
                return refuse(codes::MISSING_KEY, cert.span, "a `cert` needs its `key`".into(), help);
            }
            (None, Some(key)) => {
                let help = "add `cert: FILE`; where both stand in one file, name it twice";
                return refuse(codes::MISSING_KEY, key.span, "a `key` needs its `cert`".into(), help);
            }
            _ => {}
        }
        if let (Some(ca), Some(Some(true))) = (&tls.ca, tls.insecure.as_ref().map(Arg::known)) {
            let message = "`ca` stands beside `insecure: true`, which asks for no certificate's sake".into();
            return refuse(codes::CONFLICTING_KEYS, ca.span, message, "keep one of them");
        }
    }
    if let Some(proxy) = &settings.proxy
        && let Some(text) = proxy.known()
        && &**text != "none"
        && let Some(fault) = proxy_fault(text)
    {
        return refuse(codes::INVALID_VALUE, proxy.span, fault, PROXY);
    }
    if let Some(resolve) = &settings.resolve
        && let Some(map) = resolve.known()
        && let Err(fault) = fixed(map)
    {
        return refuse(codes::INVALID_VALUE, resolve.span, fault, RESOLVE);
    }
    Some(())
}

fn fixed(map: &Map) -> Result<Vec<FixedHost>, String> {
    let one = |(host, address): (&Arc<str>, &Value)| match address {
        Value::Text(address) => FixedHost::new(host, address),
        other => Err(format!("`{host}` is {}, and no address", other.kind())),
    };
    map.iter().map(one).collect()
}

/// The client that sends the probe's requests.
pub(in crate::action::probe) fn client(
    settings: &Settings,
    context: &Context<'_>,
) -> Result<Arc<ClientOptions>, StepError> {
    let mut options = ClientOptions::default();
    let mut at = None;
    if let Some(tls) = &settings.tls {
        at = tls.span();
        options.tls = of_tls(tls, context)?;
    }
    options.proxy = match &settings.proxy {
        None => ProxyOptions::of_env(|name| context.world.env().get(name).map(String::as_str)),
        Some(proxy) => {
            at = at.or(Some(proxy.span));
            match &*context.get(proxy)? {
                "none" => ProxyOptions::None,
                text => match proxy_fault(text) {
                    None => ProxyOptions::Url(text.to_owned()),
                    Some(fault) => return Err(StepError::new(fault).at(proxy.span).help(PROXY)),
                },
            }
        }
    };
    if let Some(resolve) = &settings.resolve {
        let wrong = |fault| StepError::new(fault).at(resolve.span).help(RESOLVE);
        options.resolve = fixed(&*context.get(resolve)?).map_err(wrong)?;
    }
    context.world.client(options).map_err(|error| match at {
        Some(span) => error.at(span),
        None => error,
    })
}

fn of_tls(tls: &TlsKeys, context: &Context<'_>) -> Result<TlsOptions, StepError> {
    let pem = |file: &Arg<Arc<str>>| {
        let path = context.places.input(&context.get(file)?).map_err(|error| error.at(file.span))?;
        Ok::<_, StepError>(Pem { content: context.read(file)?, path })
    };
    let identity = match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => Some(Identity { certificates: pem(cert)?, key: pem(key)? }),
        _ => None,
    };
    Ok(TlsOptions {
        authorities: tls.ca.as_ref().map(pem).transpose()?,
        identity,
        insecure: context.maybe(tls.insecure.as_ref())?.unwrap_or(false),
    })
}

/// A loud word where nobody's certificate is looked at.
pub(in crate::action::probe) fn caveats(settings: &Settings, context: &Context<'_>) -> Vec<Remark> {
    let insecure = settings.tls.as_ref().and_then(|tls| tls.insecure.as_ref());
    let unguarded = matches!(context.maybe(insecure), Ok(Some(true)));
    let said = || Remark::loud("certificates were not checked: `tls: {insecure: true}`");
    unguarded.then(said).into_iter().collect()
}

/// Whether the keys themselves lead where a suite of this tier may not go: what is wrong, where, and what to do.
pub(in crate::action::probe) fn beyond(
    settings: &Settings,
    tier: Tier,
) -> Option<(String, Span, &'static str)> {
    let proxy = settings.proxy.as_ref().filter(|proxy| proxy.known().is_none_or(|text| &**text != "none"));
    match tier {
        Tier::Smoke => None,
        Tier::Integration => {
            let proxy = proxy?;
            let host = url::host(proxy.known()?)?;
            let message =
                format!("the proxy `{host}` is beyond this machine, where no integration suite reaches");
            let help = "use a proxy of this machine, or move the case to a smoke suite";
            (!url::is_loopback(&host)).then_some((message, proxy.span, help))
        }
        Tier::Unit => {
            let (key, span) = match (proxy, &settings.resolve) {
                (Some(proxy), _) => ("proxy", proxy.span),
                (None, Some(resolve)) => ("resolve", resolve.span),
                (None, None) => return None,
            };
            let message = format!("a unit suite reaches its own fakes alone, and no `{key}` leads there");
            Some((message, span, "leave it out, or move the case to an integration or a smoke suite"))
        }
    }
}

/// Whether `resolve` puts a host on this machine, or somewhere beyond it; `None` where it says nothing of it.
pub(in crate::action::probe) fn is_here(settings: &Settings, host: &str) -> Option<Whereabouts> {
    let resolve = settings.resolve.as_ref()?;
    let Some(map) = resolve.known() else { return Some(Whereabouts::Unknown) };
    let mut named = fixed(map).ok()?.into_iter().filter(|fixed| fixed.names(host)).peekable();
    named.peek()?;
    Some(if named.all(|fixed| fixed.is_loopback()) { Whereabouts::Here } else { Whereabouts::Beyond })
}

/// Where a host is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::action::probe) enum Whereabouts {
    Here,
    Beyond,
    Unknown,
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use crate::action::Known;
    use crate::action::probe::Probe;
    use crate::action::site::Site;
    use crate::syntax::Tier;

    #[test]
    fn mistakes_are_told_when_the_file_is_read() {
        let proxy = super::PROXY;
        let resolve = super::RESOLVE;
        for (keys, expected) in [
            (
                "tls: {cert: a.pem}",
                "a `cert` needs its `key` | add `key: FILE`; where both stand in one file, name it twice".to_owned(),
            ),
            (
                "tls: {key: a.pem}",
                "a `key` needs its `cert` | add `cert: FILE`; where both stand in one file, name it twice".to_owned(),
            ),
            (
                "tls: {ca: a.pem, insecure: true}",
                "`ca` stands beside `insecure: true`, which asks for no certificate's sake | keep one of them".to_owned(),
            ),
            ("proxy: localhost", format!("`localhost` is no URL of a proxy | {proxy}")),
            ("proxy: 'ftp://a'", format!("`ftp://…` is no kind of proxy | {proxy}")),
            ("resolve: {a: b}", format!("`b` is no address | {resolve}")),
            ("resolve: {'a:x': 127.0.0.1}", format!("`x` is no port | {resolve}")),
            ("resolve: {a: 5}", format!("`a` is an integer, and no address | {resolve}")),
        ] {
            let found = Site::read::<Probe>(&format!("{{get: 'http://h', {keys}}}")).unwrap_err();
            assert_eq!(found, [expected], "{keys}");
        }
        for keys in ["proxy: none", "proxy: $p", "resolve: {a: $x}", "tls: {ca: a.pem, insecure: $x}"] {
            assert!(Site::read::<Probe>(&format!("{{get: 'http://h', {keys}}}")).is_ok(), "{keys}");
        }
    }

    #[test]
    fn each_tier_is_held_to_the_address_and_the_proxy() {
        let known = |_: &crate::syntax::Reference| Known::Fake;
        let review = |keys: &str, tier| {
            let found = Site::review::<Probe>(&format!("{{get: $api.url, {keys}}}"), tier, &[], &known);
            found.first().map(|one| one.split(" | ").next().unwrap().to_owned()).unwrap_or_default()
        };
        let away = "proxy: 'http://p.example.org:3128'";
        assert_eq!(
            review(away, Tier::Integration),
            "the proxy `p.example.org` is beyond this machine, where no integration suite reaches"
        );
        assert_eq!(review(away, Tier::Smoke), "");
        assert_eq!(review("proxy: 'http://localhost:1'", Tier::Integration), "");
        assert_eq!(
            review("proxy: 'http://localhost:1'", Tier::Unit),
            "a unit suite reaches its own fakes alone, and no `proxy` leads there"
        );
        assert_eq!(review("proxy: none", Tier::Unit), "");
        let at = |resolve: &str| {
            let spec = format!("{{get: 'http://api.internal/x', resolve: {resolve}}}");
            Site::review::<Probe>(&spec, Tier::Integration, &[], &known).len()
        };
        assert_eq!(at("{api.internal: 127.0.0.1}"), 0);
        assert_eq!(at("{API.internal: $x}"), 0);
        assert_eq!(at("{api.internal: 192.0.2.1}"), 1);
        assert_eq!(at("{other.internal: 127.0.0.1}"), 1);
    }

    #[test]
    fn a_host_is_asked_where_it_is_said_to_be() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 1024];
            let count = stream.read(&mut head).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&head[..count]).into_owned()
        });
        let mut site = Site::new().with("at", at.as_str());
        site.tier = Tier::Integration;
        let done = site
            .run::<Probe>(
                "{get: 'http://api.internal/x', resolve: {api.internal: $at}, tls: {insecure: true}}",
            )
            .unwrap();
        assert!(heard.join().unwrap().contains("host: api.internal\r\n"));
        let command = done.reproduce.unwrap();
        assert!(command.contains(&format!("-k --connect-to 'api.internal::{at}'")), "{command}");
        let error = site
            .run::<Probe>("{get: 'http://api.internal/x', resolve: {api.internal: 192.0.2.1}}")
            .unwrap_err();
        assert_eq!(error.code.name, "network-in-tier");
        assert_eq!(error.message, "`api.internal` at `192.0.2.1:80` is not this machine");
    }

    #[test]
    fn files_are_read_within_bounds_and_held_to_what_they_should_be() {
        let site = Site::new();
        std::fs::write(site.project().join("ca.pem"), "nothing").unwrap();
        let error = |spec: &str| site.run::<Probe>(spec).unwrap_err();
        let got = error("{get: 'https://localhost:1', tls: {ca: ca.pem}}");
        assert_eq!(got.message, "the authority's certificate's file holds no certificate in PEM form");
        assert!(got.span.is_some() && got.help.unwrap().contains("BEGIN CERTIFICATE"));
        let got = error("{get: 'https://localhost:1', tls: {ca: ../../ca.pem}}");
        assert_eq!(got.code.name, "path-outside");
    }
}
