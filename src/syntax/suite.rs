//! The skeleton of a suite.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::case::CaseSpec;
use super::decode::{Decode, Decoder, Named};
use super::expr::Expr;
use super::node::Node;
use super::tier::Tier;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{Span, Spanned};
use crate::value::{Tolerance, Value};
use crate::{params, words};

params! {
    /// A suite: the checks of one thing, in one tier.
    pub struct SuiteSpec = "a suite" free "x-" {
        /// Its name in every report.
        suite: Spanned<Arc<str>>; |span| Spanned::new("?".into(), span),
        /// Where in the funnel it runs: many fast `unit` checks, a few `integration` runs, one or two `smoke` probes.
        tier: Spanned<Tier>; |span| Spanned::new(Tier::Smoke, span),
        /// Words to select its cases by, with `--tag`.
        tags: Option<Spanned<Vec<Arc<str>>>>; |_span| None,
        /// Every random choice derives from it; 0 when left out.
        seed: Option<Spanned<u64>>; |_span| None,
        /// How close numbers must be; `{abs: 1e-8, rel: 1e-5}` when left out.
        tolerance: Option<ToleranceSpec>; |_span| None,
        /// How long one case may take; `10 s` when left out.
        timeout: Option<Spanned<Duration>>; |_span| None,
        /// Every input from outside, declared once.
        vars: Named<VarSpec>,
        /// Named inputs, read-only, loaded once and shared by the cases.
        fixtures: Named<Node>,
        /// Servers with a lifetime: started when first needed, stopped at the end.
        services: Named<Node>,
        /// Parameters merged under each step of an action, such as `probe: {base: $endpoint}`.
        defaults: Named<Node>,
        /// The checks.
        cases: Cases; |_span| Cases(Vec::new()),
    }
}

/// The cases of a suite; at least one. They are read one by one, so that a large suite is never held twice.
#[derive(Clone, Debug)]
pub struct Cases(pub Vec<Node>);

impl Decode for Cases {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let items = Vec::<Node>::decode(node, decoder)?;
        if items.is_empty() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "this suite has no cases");
            return decoder.refuse(
                diagnostic.help("a suite without cases passes whatever happens: add one, or remove the file"),
            );
        }
        Some(Self(items))
    }
    fn schema() -> Json {
        json!({"type": "array", "minItems": 1, "items": CaseSpec::schema()})
    }
}

params! {
    /// One input from outside.
    pub struct VarSpec = "a var" short "default" {
        /// The variable of the environment it comes from.
        env: Option<Spanned<Arc<str>>>; |span| Some(Spanned::new("?".into(), span)),
        /// Its value when nothing else gives one; a reference may stand here.
        default: Option<Default>; |span| Some(Default { expr: Expr::Literal(Value::Null), span }),
        /// It is never shown in any report.
        secret: Option<Spanned<bool>>; |_span| None,
        /// What it is read as; text unless the default says otherwise.
        r#type as "type": Option<Spanned<VarType>>; |_span| None,
    }
}

words! {
    /// What the text of a variable is read as.
    pub enum VarType {
        /// text as it is
        Text = "text",
        /// a whole number
        Integer = "integer",
        /// a number
        Number = "number",
        /// `true` or `false`
        Boolean = "boolean",
        /// such as `500 ms`
        Duration = "duration",
        /// such as `2 MiB`
        Size = "size",
        /// a JSON document
        Json = "json",
    }
}

/// A default: a value as written, references and all.
#[derive(Clone, Debug)]
pub struct Default {
    pub expr: Expr,
    pub span: Span,
}

impl Decode for Default {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        decoder.expr(node).map(|expr| Self { expr, span: node.span })
    }
    fn schema() -> Json {
        json!(true)
    }
}

params! {
    /// How close numbers must be: `|actual − expected| ≤ abs + rel·|expected|`. A part left out is 0.
    struct ToleranceKeys = "a tolerance" {
        /// The absolute part.
        abs: Option<Spanned<f64>>,
        /// The part relative to the expected number.
        rel: Option<Spanned<f64>>,
        /// Representable steps that are accepted as well.
        ulps: Option<Spanned<u32>>,
    }
}

/// A tolerance, and where it was set.
#[derive(Clone, Copy, Debug)]
pub struct ToleranceSpec {
    pub value: Tolerance,
    pub span: Span,
}

impl Decode for ToleranceSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = ToleranceKeys::decode(node, decoder)?;
        for part in [&keys.abs, &keys.rel].into_iter().flatten() {
            if !(part.value >= 0.0 && part.value.is_finite()) {
                let diagnostic = Diagnostic::new(
                    codes::INVALID_VALUE,
                    part.span,
                    "a tolerance is zero or more, and finite",
                );
                return decoder.refuse(diagnostic.help("write how far a number may be off, such as `1e-9`"));
            }
        }
        let part = |part: Option<Spanned<f64>>| part.map_or(0.0, |part| part.value);
        let value =
            Tolerance { abs: part(keys.abs), rel: part(keys.rel), ulps: keys.ulps.map(|ulps| ulps.value) };
        Some(Self { value, span: node.span })
    }
    fn schema() -> Json {
        ToleranceKeys::schema()
    }
}

/// The tolerance in force and where it was set; nowhere when it is the language's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct SetTolerance {
    pub value: Tolerance,
    pub span: Option<Span>,
}

impl From<ToleranceSpec> for SetTolerance {
    fn from(spec: ToleranceSpec) -> Self {
        Self { value: spec.value, span: Some(spec.span) }
    }
}
