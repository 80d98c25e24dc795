//! The malformed requests that a spec asks for: names, and requests of one's own.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::mistake::Mistake;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::Spanned;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Map, Value};

params! {
    /// A malformed request of one's own: the good one, but for what is given here.
    pub struct OwnKeys = "a malformed request" {
        /// What it is called.
        name: Spanned<Arc<str>>,
        /// Its body, as JSON.
        json: Option<Arg<Value>>,
        /// Its body, as text.
        body: Option<Arg<Arc<str>>>,
        /// Headers that are put in place of the good one's, by name.
        headers: Option<Arg<Arc<Map>>>,
    }
}

/// One of them.
#[derive(Clone, Debug)]
pub enum Ask {
    Known(Mistake),
    Own(Box<OwnKeys>),
}

impl Ask {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Known(mistake) => mistake.word(),
            Self::Own(own) => &own.name.value,
        }
    }
}

/// All of them, of names that differ.
#[derive(Clone, Debug)]
pub struct Asks(pub Vec<Ask>);

impl Decode for Asks {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let asks = Vec::<Ask>::decode(node, decoder)?;
        if asks.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "no malformed requests are named");
            return decoder.refuse(diagnostic.help("write `rejects: true` for all that are known"));
        }
        for (index, ask) in asks.iter().enumerate() {
            if asks[..index].iter().any(|above| above.name() == ask.name()) {
                let span =
                    node.as_list().and_then(|items| items.get(index)).map_or(node.span, |item| item.span);
                let message = format!("two malformed requests are called `{}`", ask.name());
                let diagnostic = Diagnostic::new(codes::DUPLICATE_NAME, span, message);
                return decoder.refuse(diagnostic.help("give each its own name"));
            }
        }
        Some(Self(asks))
    }

    fn schema() -> Json {
        json!({"type": "array", "minItems": 1, "items": {"anyOf": [{"enum": Mistake::WORDS}, OwnKeys::schema()]}})
    }
}

impl Decode for Ask {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.as_map().is_none() {
            return Spanned::<Mistake>::decode(node, decoder).map(|mistake| Self::Known(mistake.value));
        }
        let own = OwnKeys::decode(node, decoder)?;
        match (&own.json, &own.body, &own.headers) {
            (Some(_), Some(body), _) => {
                let diagnostic =
                    Diagnostic::new(codes::CONFLICTING_KEYS, body.span, "`json` and `body` are both given");
                decoder.refuse(diagnostic.help("a request has one body: keep one of them"))
            }
            (None, None, None) => {
                let message = format!("nothing is wrong with `{}`: it is the good request", own.name.value);
                let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, message);
                decoder.refuse(diagnostic.help("give it a `json`, a `body` or `headers`"))
            }
            _ => Some(Self::Own(Box::new(own))),
        }
    }

    fn schema() -> Json {
        json!(true)
    }
}
