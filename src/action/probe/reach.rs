//! Where a probe leads, as far as that is known when the file is read, and whether its tier may go there.

use std::sync::Arc;

use super::Probe;
use super::request::connection::{self, Whereabouts};
use super::target::Target;
use crate::action::{Known, Review};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::syntax::{Arg, Decoder, Expr, Form, Piece, Reference, Tier};
use crate::system::http::url;
use crate::value::Segment;

/// Any port of this machine: the one that a service will have.
const SERVICE_HOST: &str = "127.0.0.1";
const SERVICE_PORT: &str = "1";

/// Notes a literal URL that can never be asked.
pub(super) fn check_form(
    target: &Target,
    base: Option<&Arg<Arc<str>>>,
    decoder: &mut Decoder<'_>,
) -> Option<()> {
    let mut refuse = |code, span, message: String, help: &str| {
        decoder.refuse::<()>(Diagnostic::new(code, span, message).help(help))
    };
    let asked = target.url();
    for arg in [asked, base].into_iter().flatten() {
        if let Some(text) = arg.known()
            && text.contains("://")
            && !url::origin(text).is_some_and(|(scheme, ..)| ["http", "https"].contains(&&*scheme))
        {
            let message = format!("`{text}` is no URL that a probe can ask");
            return refuse(
                codes::INVALID_VALUE,
                arg.span,
                message,
                "write `http://host/path` or `https://…`",
            );
        }
    }
    match asked.and_then(|asked| Some((asked, asked.known()?))) {
        Some((target, text)) if base.is_none() && !text.contains("://") => {
            let message = format!("`{text}` is no whole URL, and there is no `base`");
            let help = "write `http://…`, or give `base: …` here or in the suite's `defaults: {probe: {…}}`";
            refuse(codes::MISSING_KEY, target.span, message, help)
        }
        _ => Some(()),
    }
}

/// What is known of the server a probe asks.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    /// One of the suite's own services, or fakes.
    Own {
        fake: bool,
    },
    Host(String),
    Unknown,
}

pub(super) fn review(probe: &Probe, review: &Review<'_>, found: &mut Diagnostics) {
    if let Some((message, span, help)) = connection::beyond(&probe.settings, review.tier) {
        found.push(Diagnostic::new(codes::NETWORK_IN_TIER, span, message).help(help));
    }
    let (message, help) = match (review.tier, reach(probe, review.known)) {
        (Tier::Smoke, _)
        | (_, Reach::Own { fake: true })
        | (Tier::Integration, Reach::Own { .. } | Reach::Unknown) => return,
        (Tier::Integration, Reach::Host(host)) if is_here(probe, &host) => return,
        (Tier::Integration, Reach::Host(host)) => (
            format!("`{host}` is beyond this machine, where no integration suite reaches"),
            "probe one of the suite's services, or move the case to a smoke suite",
        ),
        (Tier::Unit, _) => (
            "a unit suite reaches no server but its own fakes".to_owned(),
            "probe one of them, such as `$api.url` of `services: {api: {fake: …}}`, or move the case to an integration or a smoke suite",
        ),
    };
    found.push(Diagnostic::new(codes::NETWORK_IN_TIER, probe.target.span(), message).help(help));
}

/// Whether a host is this machine, or may be.
fn is_here(probe: &Probe, host: &str) -> bool {
    match connection::is_here(&probe.settings, host) {
        Some(whereabouts) => whereabouts != Whereabouts::Beyond,
        None => url::is_loopback(host),
    }
}

fn reach(probe: &Probe, known: &dyn Fn(&Reference) -> Known) -> Reach {
    let Target::Url(asked) = &probe.target else {
        return probe.settings.base.as_ref().map_or(Reach::Unknown, |base| Prefix::of(base, known).reach());
    };
    let target = Prefix::of(&asked.url, known);
    let relative = !target.text.contains("://") && (target.whole || target.text.starts_with(['/', '?']));
    match &probe.settings.base {
        Some(base) if relative => Prefix::of(base, known).reach(),
        _ => target.reach(),
    }
}

/// The beginning of a text, as far as it is known.
#[derive(Default)]
struct Prefix {
    text: String,
    /// It starts with the URL of one of the suite's services; whether that is a fake.
    own: Option<bool>,
    /// Nothing follows.
    whole: bool,
}

impl Prefix {
    fn of(arg: &Arg<Arc<str>>, known: &dyn Fn(&Reference) -> Known) -> Self {
        let mut prefix = Self { whole: true, ..Self::default() };
        match &arg.form {
            Form::Literal(text) | Form::Default(text) => prefix.text.push_str(text),
            Form::Expr(expr) => match &**expr {
                Expr::Reference(reference) => prefix.push(reference, known),
                Expr::Text(pieces) => {
                    for piece in pieces {
                        match piece {
                            Piece::Text(text) => prefix.text.push_str(text),
                            Piece::Reference(reference) => prefix.push(reference, known),
                        }
                        if !prefix.whole {
                            break;
                        }
                    }
                }
                Expr::Literal(_) | Expr::List(_) | Expr::Map(_) => prefix.whole = false,
            },
        }
        prefix
    }

    fn push(&mut self, reference: &Reference, known: &dyn Fn(&Reference) -> Known) {
        let part = match reference.path.last() {
            Some(Segment::Key(key)) => &**key,
            _ => "url",
        };
        match known(reference) {
            Known::Service | Known::Fake if part == "port" => self.text.push_str(SERVICE_PORT),
            Known::Service | Known::Fake if part == "host" => self.text.push_str(SERVICE_HOST),
            known @ (Known::Service | Known::Fake) => {
                if self.text.is_empty() {
                    self.own = Some(known == Known::Fake);
                }
                self.text.push_str("http://");
                self.text.push_str(SERVICE_HOST);
                self.text.push(':');
                self.text.push_str(SERVICE_PORT);
            }
            Known::Text(text) => self.text.push_str(&text),
            Known::Nothing => self.whole = false,
        }
    }

    fn reach(&self) -> Reach {
        let Some((scheme, after)) = self.text.split_once("://") else { return Reach::Unknown };
        let authority = match after.find(['/', '?', '#']) {
            Some(end) => &after[..end],
            None if self.whole => after,
            // What is not known may only be a port.
            None => match after.rfind(':') {
                Some(colon) => &after[..colon],
                None => return Reach::Unknown,
            },
        };
        match url::host(&format!("{scheme}://{authority}/")) {
            None => Reach::Unknown,
            Some(host) => match self.own {
                Some(fake) if authority == format!("{SERVICE_HOST}:{SERVICE_PORT}") => Reach::Own { fake },
                _ => Reach::Host(host),
            },
        }
    }
}
