//! The parameters of `probe`, and its page.

use std::sync::Arc;
use std::time::Duration;

use super::behaviour::Behaviour;
use super::conversation::Rows;
use super::request::{Parts, Payload, TlsKeys};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Map, Rate, Size, Value};

params! {
    /// Asks a server over HTTP, once or several times, and measures how long it takes.
    ///
    /// The method is a key with the URL: `get: /health`, `post: "${demo.url}/predict"`; any other method is
    /// `method: PURGE` with `url:`. A URL that does not start with `http://` or `https://` is put behind `base`, which is
    /// what a suite's `defaults: {probe: {base: $endpoint}}` is for: `https://host/v1` and `/health` make
    /// `https://host/v1/health`.
    ///
    /// - The answer is read whole, at most `max_body` of it, and unpacked when it is compressed.
    /// - A redirect is itself the answer, unless `redirects` says how many to follow. Credentials, and headers that
    ///   hold the value of a `secret` var, stay with the server they were meant for: they go to no other host, port or scheme, and a redirect that would take them or a body from
    ///   `https` to `http` is an error.
    /// - A request without an answer on a connection that was kept is sent again where that is harmless (GET, HEAD,
    ///   OPTIONS, PUT, DELETE, TRACE), and no other is.
    /// - Certificates are held to the system's authorities, or to those of `tls: {ca: FILE}`. A self-signed certificate
    ///   is trusted where it is given there itself.
    /// - A status of 400 and above fails the step, unless `expect` speaks of `status`. A server that cannot be reached, or
    ///   does not answer in time, is an error and no failure: nothing was measured.
    /// - `warmup` requests come first and are not counted. Of several `samples` every answer must meet what is expected.
    /// - `latency` runs from the start of a request to the last byte of its answer, connecting included where no open
    ///   connection could be used again. Percentiles are those of the samples themselves, by nearest rank: `p95` is the
    ///   smallest latency that at least 95 % of the samples do not exceed. pN needs `samples · (100 − N) ≥ 100`.
    /// - `connections: 8` ask at once, each the next request as soon as it has an answer (a closed loop), until there are
    ///   so many `samples`, or the time of `for` is over. What is under way then still counts.
    /// - `rate: 200/s` sends at even times from the start, whether the requests before are answered or not (an open loop).
    ///   `latency` then runs from the moment a request was due: where a server stalls, the requests that waited for it show
    ///   it, which in a closed loop are never sent. `phases.whole` runs from the moment it was sent.
    /// - Where `expect` speaks of `errors`, a request without an answer and an answer of status 400 and above count there,
    ///   and neither in `latency` nor among the answers that are judged. Where it does not, the first request without an
    ///   answer ends the step with an error.
    /// - `auth: {header: {name: X-Api-Key, value: $key}}` sends a credential as the server wants it. Mark the var that
    ///   holds one `secret: true`: then no report shows it.
    /// - `multipart` sends fields and files as `multipart/form-data` (RFC 7578). A field is text, a number or a boolean,
    ///   a file is `{path: …}`, and what is no file is `{body: …}` or `{json: …}`; `type` and `name` say what it is sent
    ///   as, and a list repeats its field.
    /// - `save: answer.json` writes the body of the last answer into the workspace, whatever its status, where
    ///   `expect: {artifacts: …}` judges it and later steps read it.
    /// - With `protocol`, `rows` are sent to an inference server in that protocol's own form, and what comes back is checked
    ///   by its rules: `mlfunnel explain protocols`.
    /// - Where a step fails, the report shows a `curl` command that sends the same request.
    /// - `behaviour` asks further requests when the samples are through, none of them counted there, and holds their
    ///   predictions to those of the good request: all `rows`, in requests of at most `batch`. Each of its checks says how
    ///   much it measured, and one that measured nothing is no pass. They are, in this order:
    ///   - `batch_invariant`: the rows once more in requests of each size in `sizes`; one row each when left out.
    ///   - `permutation_equivariant`: the rows backwards, and in an order drawn from the seed. Rows whose predictions are
    ///     all the same would show nothing.
    ///   - `deterministic`: the good request again, `times` times in all. What a protocol leaves out of its predictions,
    ///     such as an `id`, may differ.
    ///   - `matches_model`: nothing is asked. The answers are held to a saved model's predictions (raw rows, found by the
    ///     names of its features where `rows` have names), or to `expected` ones: a list, a table, or a file of them.
    ///   - `rejects`: malformed requests made from the good one, each followed by the good one, which must be answered
    ///     as before. A status of 2xx accepts a request, unless the body holds an error in place of predictions. No answer is
    ///     no acceptance; with `strict` it is none of the 4xx that are asked for. `missing_field` leaves out what holds the
    ///     rows; `wrong_type` has text for the first number; `wrong_shape` and `extra_value` give the first row a value too
    ///     few and too many; `nan` and `huge` (1e400) stand for the first number; `no_rows` may be answered with no
    ///     predictions; `empty`, `not_json`, `truncated` and `deep` (10,000 lists, one inside the other) are bodies;
    ///     `wrong_content_type` says `text/plain`; `unknown_model` asks for another `model`; `huge_body` (64 MiB) is sent
    ///     only where it is named. One that cannot be made of the request, as when there is no `model`, is left out.
    ///
    ///   That is one good request more, then as many as there are rows, two, two, none, and two for each malformed one
    ///   (each of them times the number of batches, but for `rejects`, which keeps to the first). A probe without a
    ///   `protocol` has no rows: it knows `deterministic`, of the whole document, and `rejects`, of its `json`.
    /// - In a unit suite a probe reaches the suite's own fakes alone, in an integration suite nothing beyond this
    ///   machine, and in a smoke suite anything.
    ///
    /// ```yaml
    /// services:
    ///   demo: {serve: {model: fixtures/model.json}}
    /// cases:
    ///   - name: answers in time
    ///     probe: {get: "${demo.url}/health", samples: 20}
    ///     expect: {status: 200, json.status: ok, latency.p95: {max: 2 s}}
    ///   - name: holds a rate
    ///     probe: {get: "${demo.url}/health", rate: 100/s, for: 300 ms}
    ///     expect: {errors.rate: {max: 0.01}, latency.p90: {max: 2 s}, throughput: {min: 10}}
    ///   - name: behaves as a model should
    ///     probe:
    ///       protocol: instances
    ///       base: $demo.url
    ///       rows: [[1.5, 0.2, -0.3], [-2, 0.4, 1], [0.1, 0, 3]]
    ///       behaviour:
    ///         batch_invariant: true
    ///         permutation_equivariant: true
    ///         deterministic: {times: 5}
    ///         matches_model: fixtures/model.json
    ///         rejects: {strict: true}
    /// ```
    pub struct Keys = "`probe`" {
        /// The URL to ask with GET.
        get: Option<Arg<Arc<str>>>,
        /// The URL to ask with POST.
        post: Option<Arg<Arc<str>>>,
        /// The URL to ask with PUT.
        put: Option<Arg<Arc<str>>>,
        /// The URL to ask with PATCH.
        patch: Option<Arg<Arc<str>>>,
        /// The URL to ask with DELETE.
        delete: Option<Arg<Arc<str>>>,
        /// The URL to ask with HEAD.
        head: Option<Arg<Arc<str>>>,
        /// The URL to ask with OPTIONS.
        options: Option<Arg<Arc<str>>>,
        /// Any other method, with `url`.
        method: Option<Arg<Arc<str>>>,
        /// The URL to ask with `method`.
        url: Option<Arg<Arc<str>>>,
        /// What a URL such as `/health` is put behind.
        base: Option<Arg<Arc<str>>>,
        /// How an inference server is spoken to; then `rows` are sent in its form, and its answer is checked.
        protocol: Option<Spanned<Arc<str>>>,
        /// With `protocol`: the model's name.
        model: Option<Arg<Arc<str>>>,
        /// With `protocol`: the model's version.
        version: Option<Arg<Arc<str>>>,
        /// With `protocol`: the rows to ask about, as lists, mappings or a table.
        rows: Option<Arg<Rows>>,
        /// With `protocol`: how many rows a request asks about at most; all when left out.
        batch: Option<Arg<u32>>,
        /// With `protocol`: where rows are sent, when that is not the protocol's own path.
        path: Option<Arg<Arc<str>>>,
        /// With `protocol`: the model's outputs to ask for; all when left out.
        outputs: Vec<Spanned<Arc<str>>>,
        /// With `protocol: tensorflow-serving`: the signature that is asked.
        signature_name: Option<Arg<Arc<str>>>,
        /// With `protocol: bentoml`: the argument that holds the rows.
        argument: Option<Arg<Arc<str>>>,
        /// With `protocol: openai`: `chat` (when left out), `completions` or `embeddings`.
        task: Option<Spanned<Arc<str>>>,
        /// With `protocol: openai`: the most tokens of an answer; 16 when left out.
        max_tokens: Option<Arg<u32>>,
        /// With `protocol: openai`: how freely tokens are drawn; 0 when left out.
        temperature: Option<Arg<f64>>,
        /// With `protocol: openai`: where the drawing of tokens starts.
        seed: Option<Arg<u64>>,
        /// With `protocol: openai`: whether the answer comes piece by piece; then `first_token` is measured.
        stream: Option<Spanned<bool>>,
        /// With `protocol`: how long the server may take to complete its first inference; one try when left out.
        ready_within: Option<Arg<Duration>>,
        /// Checks of what the server does beyond the single answer, asked after the samples.
        behaviour: Option<Behaviour>,
        /// Headers by name.
        headers: Option<Arg<Arc<Map>>>,
        /// Parameters added to the URL; a list repeats its key.
        query: Option<Arg<Arc<Map>>>,
        /// A body to be sent as JSON: any value, references in it.
        json: Option<Arg<Value>>,
        /// A body to be sent as the fields of a form (`application/x-www-form-urlencoded`); with `protocol` the form in
        /// which rows are sent, one of its words.
        form: Option<FormKey>,
        /// A body to be sent as it is: text or bytes.
        body: Option<Arg<Payload>>,
        /// A file whose content is the body.
        file: Option<Arg<Arc<str>>>,
        /// A body of several parts (`multipart/form-data`): fields by name, and files as `{path: …, type: …, name: …}`.
        multipart: Option<Arg<Parts>>,
        /// Who asks: `{basic: {user: …, password: …}}`, `{bearer: …}` or `{header: {name: …, value: …}}`.
        auth: Option<AuthKeys>,
        /// Whom to trust and who to be: `{ca: FILE}`, `{cert: FILE, key: FILE}`, `{insecure: true}`.
        tls: Option<TlsKeys>,
        /// The proxy to go through, such as `http://host:3128` or `socks5://host:1080`; `none` for none. When left out,
        /// the one of `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, but never for this machine.
        proxy: Option<Arg<Arc<str>>>,
        /// Where hosts are, such as `{api.internal: 127.0.0.1}`: they are reached there and through no proxy, and are
        /// still spoken to by their own names.
        resolve: Option<Arg<Arc<Map>>>,
        /// How many redirects to follow; 0 when left out.
        redirects: Option<Arg<u32>>,
        /// How long a request may take, phase by phase.
        timeouts: Option<Limits>,
        /// Requests that come first on each connection and are not counted.
        warmup: Option<Arg<u32>>,
        /// Requests that are counted; 1 when left out.
        samples: Option<Arg<u32>>,
        /// How long to go on asking, such as `10 s`; beside `samples`, whichever ends first.
        lasting as "for": Option<Arg<Duration>>,
        /// How many connections ask at once, up to 256; 1 when left out, and with a `rate` as many as it takes, up to 64.
        connections: Option<Arg<u32>>,
        /// When requests are sent, such as `200/s`, whether those before are answered or not.
        rate: Option<Arg<Rate>>,
        /// The most that is read of an answer's body; `10 MiB` when left out.
        max_body: Option<Arg<Size>>,
        /// A file of the workspace to which the body of the last answer is written.
        save: Option<Arg<Arc<str>>>,
    }
}

params! {
    /// How long a request may take. The step's own timeout holds beside it.
    pub struct Limits = "`timeouts`" {
        /// To find the address and to connect, the TLS handshake included; `10 s` when left out.
        connect: Option<Arg<Duration>>,
        /// Between two pieces of the answer; any time when left out.
        read: Option<Arg<Duration>>,
        /// From the start to the last byte, redirects included; `30 s` when left out.
        total: Option<Arg<Duration>>,
    }
}

params! {
    /// Who asks: one of the three.
    pub struct AuthSpec = "`auth`" {
        /// A name and a password (RFC 7617).
        basic: Option<Basic>,
        /// A token (RFC 6750).
        bearer: Option<Arg<Arc<str>>>,
        /// A header of the server's own, such as `X-Api-Key`.
        header: Option<Header>,
    }
}

params! {
    /// A header that lets one in.
    pub struct Header = "`header`" {
        /// Its name.
        name: Arg<Arc<str>>,
        /// What stands in it.
        value: Arg<Arc<str>>,
    }
}

params! {
    /// A name and a password.
    pub struct Basic = "`basic`" {
        /// The name.
        user: Arg<Arc<str>>,
        /// The password.
        password: Arg<Arc<str>>,
    }
}

/// The fields of a form, or with `protocol` a word for the form of rows.
#[derive(Clone, Debug)]
pub enum FormKey {
    Fields(Arg<Arc<Map>>),
    Word(Spanned<Arc<str>>),
}

impl Decode for FormKey {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.as_text() {
            Some(text) if !text.contains('$') => Spanned::decode(node, decoder).map(Self::Word),
            _ => Arg::decode(node, decoder).map(Self::Fields),
        }
    }

    fn schema() -> serde_json::Value {
        serde_json::json!({"anyOf": [Arg::<Arc<Map>>::schema(), {"type": "string"}]})
    }
}

/// `auth` and its place.
#[derive(Clone, Debug)]
pub struct AuthKeys {
    spec: AuthSpec,
    span: Span,
}

impl Decode for AuthKeys {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        AuthSpec::decode(node, decoder).map(|spec| Self { spec, span: node.span })
    }
    fn schema() -> serde_json::Value {
        AuthSpec::schema()
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub(super) struct Auth {
    pub(super) kind: AuthKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum AuthKind {
    Basic(Basic),
    Bearer(Arg<Arc<str>>),
    Header(Header),
}

impl Auth {
    pub(super) fn of(keys: AuthKeys, decoder: &mut Decoder<'_>) -> Option<Self> {
        let AuthSpec { basic, bearer, header } = keys.spec;
        let kinds = [
            ("basic", basic.map(AuthKind::Basic)),
            ("bearer", bearer.map(AuthKind::Bearer)),
            ("header", header.map(AuthKind::Header)),
        ];
        let mut given = kinds.into_iter().filter_map(|(key, kind)| Some((key, kind?)));
        let (code, message) = match (given.next(), given.next()) {
            (Some((_, kind)), None) => return Some(Self { kind, span: keys.span }),
            (Some((one, _)), Some((other, _))) => {
                (codes::CONFLICTING_KEYS, format!("`{one}` and `{other}` are both given"))
            }
            (None, _) => (codes::MISSING_KEY, "`auth` names nobody".to_owned()),
        };
        let help =
            "write `{basic: {user: …, password: …}}`, `{bearer: …}` or `{header: {name: …, value: …}}`";
        decoder.refuse(Diagnostic::new(code, keys.span, message).help(help))
    }
}
