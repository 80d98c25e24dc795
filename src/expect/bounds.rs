//! `between`, `min`, `max`, `above`, `below`: bounds that every element keeps.

use serde_json::{Value as Json, json};

use super::near::weigh;
use super::{Bench, Fault, Judged, Matcher, Miss, Named};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{
    Bounds, Evidence, FromValue, Kind, Leaf, Limit, Value, WrongKind, leaf_path, parse_datetime,
    parse_duration, parse_size, visit_leaves,
};

/// A bound as written: a number, a duration, a size or a datetime.
#[derive(Clone, Debug)]
pub(super) struct Edge(Value);

impl FromValue for Edge {
    const KINDS: &'static [Kind] = &[Kind::Number, Kind::Duration, Kind::Size, Kind::Text];

    fn schema() -> Json {
        json!({"type": ["number", "string"]})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let edge = match value {
            Value::Int(_) | Value::UInt(_) | Value::Duration(_) | Value::Size(_) => Some(value.clone()),
            Value::Float(float) => (!float.is_nan()).then(|| value.clone()),
            Value::Text(text) => parse_duration(text)
                .map(Value::Duration)
                .or_else(|| parse_size(text).map(Value::Size))
                .or_else(|| parse_datetime(text).map(|_| value.clone())),
            _ => None,
        };
        edge.map(Self).ok_or_else(|| {
            let wrong = f64::from_value(value).err();
            let help = wrong.and_then(|wrong| wrong.help);
            WrongKind { help, ..WrongKind::new("a number, a duration, a size or a datetime", value) }
        })
    }
}

fn judge(bounds: &Bounds, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
    let (mut measured, mut outside) = (0, 0);
    let mut worst: Option<(f64, usize, Value)> = None;
    visit_leaves(actual, &mut |leaf: Leaf<'_>| {
        if !bounds.hold(leaf) {
            outside += 1;
            let excess = bounds.excess(leaf);
            if worst.as_ref().is_none_or(|(held, ..)| excess > *held) {
                worst = Some((excess, measured, leaf.to_value()));
            }
        }
        measured += 1;
        true
    });
    let miss = worst.map(|(_, number, value)| {
        let path = leaf_path(actual, number);
        if path.0.is_empty() {
            return Miss::new(
                format!("{value} is not {}{}", phrase(bounds), why(&value)),
                bounds.to_string(),
                actual,
            );
        }
        let summary = format!(
            "{outside} of {measured} values {} not {}",
            if outside == 1 { "is" } else { "are" },
            phrase(bounds)
        );
        Miss::new(summary, bounds.to_string(), actual).note(format!("worst: {path}: {value}{}", why(&value)))
    });
    weigh(Judged::new(Evidence::values(measured), miss), bounds, actual, bench)
}

fn phrase(bounds: &Bounds) -> String {
    bounds.to_string()
}

fn why(value: &Value) -> &'static str {
    match value {
        Value::Float(float) if float.is_nan() => " (NaN lies in no range)",
        Value::Null => " (null lies in no range)",
        Value::Text(_) => " (text lies in no range)",
        Value::Bool(_) => " (a boolean lies in no range)",
        _ => "",
    }
}

/// A bare number never bounds a duration or a size.
fn refuses(edge: &Arg<Edge>, kind: Kind) -> Option<String> {
    let edge = edge.known()?;
    let number = edge.0.as_f64();
    match (kind, number) {
        (Kind::Duration, Some(number)) => {
            Some(format!("a duration needs a unit: write `{number} ms` or `{number} s`"))
        }
        (Kind::Size, Some(number)) => Some(format!("a size needs a unit: write `{number} B`")),
        _ => None,
    }
}

/// One-sided bounds differ in nothing but their side and whether the edge belongs to them.
macro_rules! one_sided {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $side:ident, $inclusive:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug)]
        pub(super) struct $name(Arg<Edge>);

        impl Matcher for $name {
            fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
                let limit = Limit { value: self.0.bind(bench.scope)?.0, inclusive: $inclusive };
                judge(&Bounds { $side: Some(limit), ..Bounds::default() }, actual, bench)
            }
            fn refuses(&self, kind: Kind) -> Option<String> {
                refuses(&self.0, kind)
            }
        }

        impl Named for $name {
            const NAME: &'static str = $word;
            const PAGE: &'static str = concat!($($doc, "\n"),+);
            fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
                Arg::decode(node, decoder).map(Self)
            }
            fn schema() -> Json {
                Arg::<Edge>::schema()
            }
        }
    )+};
}

one_sided! {
    /// At least this, every element. NaN, null and text are below nothing and above nothing: they do not hold.
    ///
    /// `values: {min: 0}`, `duration: {min: 10 ms}`
    Min = "min", low, true;
    /// At most this, every element. NaN, null and text do not hold.
    ///
    /// A bound of a percentile (`latency.p95`) says so where it lies within the 95 % confidence interval of the true one,
    /// so that another run may well come to another verdict. With `confidence` beside it the bound must hold of the
    /// true percentile with that confidence: of what order statistics bound it by. That needs samples, 59 for p95 and 299
    /// for p99 with 95 %; `min`, `above`, `below` and `between` take it too. Samples count as independent: where slow ones
    /// come in a row, as behind a server that stalls now and then, the interval is narrower than the truth.
    ///
    /// `latency.p95: {max: 500 ms}`, `latency.p95: {max: 500 ms, confidence: 0.95}`, `metrics.rmse: {max: 0.2}`
    Max = "max", high, true;
    /// More than this, every element. NaN, null and text do not hold.
    ///
    /// `metrics.accuracy: {above: 0.5}`
    Above = "above", low, false;
    /// Less than this, every element. NaN, null and text do not hold.
    ///
    /// `metrics.log_loss: {below: 0.7}`
    Below = "below", high, false;
}

/// From the first to the second, both included, every element. NaN, null and text do not hold.
///
/// `values: {between: [0, 1]}`
#[derive(Debug)]
pub(super) struct Between {
    low: Arg<Edge>,
    high: Arg<Edge>,
}

impl Matcher for Between {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let limit = |edge: &Arg<Edge>| {
            Ok::<_, Fault>(Some(Limit { value: edge.bind(bench.scope)?.0, inclusive: true }))
        };
        judge(&Bounds { low: limit(&self.low)?, high: limit(&self.high)? }, actual, bench)
    }
    fn refuses(&self, kind: Kind) -> Option<String> {
        refuses(&self.low, kind).or_else(|| refuses(&self.high, kind))
    }
}

impl Named for Between {
    const NAME: &'static str = "between";
    const PAGE: &'static str = "From the first to the second, both included, every element. NaN, null and text do not hold.\n\n\
        `values: {between: [0, 1]}`";

    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let Some([low, high]) = node.as_list() else {
            let diagnostic = Diagnostic::new(
                codes::WRONG_TYPE,
                node.span,
                format!("expected two bounds, got {}", node.kind()),
            );
            return decoder
                .refuse(diagnostic.help("write `between: [0, 1]`; for one bound use `min` or `max`"));
        };
        let (low, high) = (Arg::<Edge>::decode(low, decoder), Arg::<Edge>::decode(high, decoder));
        let read = Self { low: low?, high: high? };
        if let (Some(low), Some(high)) = (read.low.known(), read.high.known())
            && low.0.as_f64().zip(high.0.as_f64()).is_some_and(|(low, high)| low > high)
        {
            let message = format!("nothing lies between {} and {}", low.0, high.0);
            return decoder.refuse(
                Diagnostic::new(codes::INVALID_VALUE, node.span, message)
                    .help(format!("write `between: [{}, {}]`", high.0, low.0)),
            );
        }
        Some(read)
    }

    fn schema() -> Json {
        json!({"type": "array", "minItems": 2, "maxItems": 2, "items": Arg::<Edge>::schema()})
    }
}
