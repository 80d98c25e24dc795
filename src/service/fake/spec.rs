//! Fakes as written.

use std::sync::Arc;

use serde_json::Value as Json;

use super::answer::{AnswerKeys, AnswerSpec};
use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Fields, Key, Node};
use crate::value::{Map, Value};

params! {
    /// Canned answers over HTTP, and a record of what was asked.
    pub struct FakeKeys = "`fake`" short "routes" {
        /// What is answered; the first route that fits a request answers it. What none fits is answered with 404, or 405
        /// where only the method is another, and the list of the routes.
        routes: Vec<RouteSpec>,
    }
}

params! {
    /// One route: a method with its path, and the answer beside it or a `sequence` of answers; or a `store`.
    pub struct RouteKeys = "a route" {
        /// The path that GET is answered on: `/models/{name}`; `{rest*}` at its end takes all that follows.
        get: Option<Spanned<Pattern>>,
        /// The path that POST is answered on.
        post: Option<Spanned<Pattern>>,
        /// The path that PUT is answered on.
        put: Option<Spanned<Pattern>>,
        /// The path that PATCH is answered on.
        patch: Option<Spanned<Pattern>>,
        /// The path that DELETE is answered on.
        delete: Option<Spanned<Pattern>>,
        /// The path that HEAD is answered on; without it a route of GET answers that too.
        head: Option<Spanned<Pattern>>,
        /// The path that every method is answered on.
        any: Option<Spanned<Pattern>>,
        /// A path such as `/bucket/{key*}` under which objects are kept as S3 keeps them: PUT, GET (`Range` too), HEAD,
        /// DELETE, and GET of `/bucket` lists them.
        store: Option<Spanned<Pattern>>,
        /// What the store holds at first: files by their keys.
        objects: Option<Arg<Arc<Map>>>,
        /// What must hold of a request beside its path.
        when: Option<WhenKeys>,
        /// Answers in turn; the last one repeats.
        sequence: Option<Vec<AnswerSpec>>,
    }
}

params! {
    /// What must hold of a request.
    pub struct WhenKeys = "`when`" {
        /// Parameters of the query, by name.
        query: Option<Arg<Arc<Map>>>,
        /// Headers, by name.
        headers: Option<Arg<Arc<Map>>>,
        /// The body as JSON: of a mapping, the keys that are given here must agree.
        json: Option<Arg<Value>>,
    }
}

/// What it is written with, beside its own key: what each mapping is, and the schema of its keys.
pub(in crate::service) fn pages() -> [(&'static str, Json); 2] {
    [(RouteKeys::PAGE, RouteKeys::schema()), (AnswerKeys::PAGE, AnswerKeys::schema())]
}

/// A fake whose routes make sense.
#[derive(Debug)]
pub(in crate::service) struct FakeSpec {
    pub(super) routes: Vec<Arc<RouteSpec>>,
    pub(in crate::service) port: Option<Arg<u16>>,
}

/// A route, its keys known to go together.
#[derive(Clone, Debug)]
pub struct RouteSpec {
    /// `GET`, or nothing for every method.
    pub(super) method: Option<&'static str>,
    pub(super) path: Pattern,
    pub(super) when: Option<WhenKeys>,
    pub(super) does: Does,
    span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Does {
    /// In turn; the last one repeats. At least one.
    Answers(Vec<AnswerSpec>),
    Store {
        objects: Option<Arg<Arc<Map>>>,
    },
}

impl FakeSpec {
    pub(in crate::service) fn new(
        keys: FakeKeys,
        port: Option<Arg<u16>>,
        span: Span,
        decoder: &mut Decoder<'_>,
    ) -> Option<Self> {
        if keys.routes.is_empty() {
            let diagnostic =
                Diagnostic::new(codes::MISSING_KEY, span, "a fake without routes answers nothing");
            return decoder.refuse(diagnostic.help("write `routes: [{get: /health, json: {status: ok}}]`"));
        }
        for (index, route) in keys.routes.iter().enumerate() {
            let hides = |above: &&RouteSpec| {
                above.when.is_none()
                    && above.path.text() == route.path.text()
                    && (above.method.is_none() || above.method == route.method)
            };
            if let Some(above) = keys.routes[..index].iter().find(hides) {
                let message = format!("`{route}` is never reached");
                let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, route.span, message)
                    .also(above.span, "this one answers it")
                    .help(
                        "remove one of them, give the first a `when`, or make a `sequence` of their answers",
                    );
                return decoder.refuse(diagnostic);
            }
        }
        Some(Self { routes: keys.routes.into_iter().map(Arc::new).collect(), port })
    }

    /// What it answers depends on what came before.
    pub(in crate::service) fn remembers(&self) -> bool {
        self.routes.iter().any(|route| match &route.does {
            Does::Answers(answers) => answers.len() > 1,
            Does::Store { .. } => true,
        })
    }
}

impl std::fmt::Display for RouteSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let store = matches!(self.does, Does::Store { .. });
        write!(f, "{} {}", self.method.unwrap_or(if store { "store" } else { "any" }), self.path.text())
    }
}

impl Decode for RouteSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut short = None;
        let all = crate::syntax::open(node, &mut short, None, "a route", decoder)?;
        let known = [RouteKeys::KEYS, AnswerKeys::KEYS].concat();
        let known = all.refuse_unknown(&known, None, decoder);
        let (own, rest): (Vec<_>, Vec<_>) =
            node.as_map()?.iter().partition(|(key, _)| RouteKeys::KEYS.contains(&&*key.text));
        let keys = RouteKeys::from_fields(&Fields::new(own, node.span, "a route"), node.span, decoder);
        let answer = AnswerSpec::of_entries(rest.clone(), node.span, decoder);
        let (Some(mut keys), Some(answer), Some(())) = (keys, answer, known) else { return None };
        let (method, path) = asked(&mut keys, node, decoder)?;
        let when = keys.when.take();
        if let (Some(WhenKeys { query: None, headers: None, json: None }), Some((key, _))) =
            (&when, node.entry("when"))
        {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, key.span, "`when` says nothing");
            return decoder.refuse(diagnostic.help("write `when: {query: {stage: production}}`"));
        }
        let does = if method == Some("store") {
            store(
                &path,
                keys.objects,
                when.is_some() || keys.sequence.is_some() || !rest.is_empty(),
                decoder,
            )?
        } else {
            Does::Answers(answers(keys, answer, &rest, node, decoder)?)
        };
        let method = method.filter(|method| !["any", "store"].contains(method));
        Some(Self { method, path: path.value, when, does, span: path.span })
    }

    fn schema() -> Json {
        let mut schema = RouteKeys::schema();
        if let (Some(own), Some(answer)) =
            (schema["properties"].as_object_mut(), AnswerKeys::schema()["properties"].as_object())
        {
            own.extend(answer.clone());
        }
        schema
    }
}

/// The method and the path: exactly one of the keys that give them.
fn asked(
    keys: &mut RouteKeys,
    node: &Node,
    decoder: &mut Decoder<'_>,
) -> Option<(Option<&'static str>, Spanned<Pattern>)> {
    let RouteKeys { get, post, put, patch, delete, head, any, store, .. } = keys;
    let all = [
        ("GET", get),
        ("POST", post),
        ("PUT", put),
        ("PATCH", patch),
        ("DELETE", delete),
        ("HEAD", head),
        ("any", any),
        ("store", store),
    ];
    let mut given: Vec<_> = all.into_iter().filter_map(|(name, path)| Some((name, path.take()?))).collect();
    match given.len() {
        0 => {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, node.span, "this route has no path");
            decoder.refuse(diagnostic.help("write a method with it, such as `get: /health`"))
        }
        1 => given.pop().map(|(method, path)| (Some(method), path)),
        _ => {
            let (first, second) = (given[0].0.to_lowercase(), given[1].0.to_lowercase());
            let message = format!("`{first}` and `{second}` are both given");
            let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, given[1].1.span, message);
            decoder.refuse(diagnostic.help("make two routes of them, or write `any` for every method"))
        }
    }
}

fn store(
    path: &Spanned<Pattern>,
    objects: Option<Arg<Arc<Map>>>,
    more: bool,
    decoder: &mut Decoder<'_>,
) -> Option<Does> {
    if more {
        let message = "a `store` answers by what it holds";
        let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, path.span, message);
        return decoder.refuse(diagnostic.help("keep nothing but `objects` beside it"));
    }
    if path.value.rest().is_none() {
        let message = "the path of a `store` ends in a name for the key of its objects";
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, path.span, message);
        return decoder.refuse(diagnostic.help("write `store: /bucket/{key*}`"));
    }
    Some(Does::Store { objects })
}

/// One answer beside the path, or a sequence of them.
fn answers(
    keys: RouteKeys,
    answer: AnswerSpec,
    rest: &[&(Key, Node)],
    node: &Node,
    decoder: &mut Decoder<'_>,
) -> Option<Vec<AnswerSpec>> {
    let mut refuse = |span, message: &str, help: &str| {
        decoder.refuse(Diagnostic::new(codes::CONFLICTING_KEYS, span, message).help(help))
    };
    if let Some(objects) = keys.objects {
        return refuse(objects.span, "`objects` belongs to a `store`", "remove it");
    }
    let Some(sequence) = keys.sequence else { return Some(vec![answer]) };
    if let Some((key, _)) = rest.first() {
        let message = format!("`{}` stands beside a `sequence`", key.text);
        return refuse(key.span, &message, "move it into the answers of the sequence");
    }
    if sequence.is_empty() {
        let span = node.get("sequence").map_or(node.span, |node| node.span);
        return refuse(
            span,
            "this sequence has no answers",
            "write `sequence: [{status: 503}, {json: {ok: true}}]`",
        );
    }
    Some(sequence)
}
