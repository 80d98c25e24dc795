//! One number made out of a value, and what is wanted of it: itself, or what nested matchers say.

use serde_json::{Value as Json, json};

use super::checks::Checks;
use super::{Bench, Fault, Judged, Miss};
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::value::{Evidence, FromValue, Value, clip, compare, off_by};

/// What is wanted of a figure.
#[derive(Debug)]
pub(super) enum Wanted<T> {
    Exactly(Arg<T>),
    Nested(Checks),
}

impl<T: FromValue + Clone + Into<Value>> Wanted<T> {
    /// A mapping is of matchers, anything else the number itself.
    pub(super) fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.as_map().is_some() {
            return Checks::read(node, decoder).map(Self::Nested);
        }
        Arg::decode(node, decoder).map(Self::Exactly)
    }

    pub(super) fn schema() -> Json {
        let nested = json!({"allOf": [{"type": "object"}, {"$ref": "#/$defs/checks"}]});
        json!({"anyOf": [Arg::<T>::schema(), nested]})
    }

    /// Judges the figure called `name` that was made of `actual`.
    pub(super) fn judge(
        &self,
        name: &str,
        figure: &Value,
        actual: &Value,
        evidence: Evidence,
        bench: &Bench<'_>,
    ) -> Result<Judged, Fault> {
        let mut hollow = false;
        let miss = match self {
            Self::Exactly(wanted) => {
                let wanted: Value = wanted.bind(bench.scope)?.into();
                compare(figure, &wanted, &bench.tolerance).mismatch.map(|mismatch| {
                    // How far off a count is, everybody sees.
                    let allowed = mismatch.worst.allowed.filter(|allowed| *allowed > 0.0);
                    let off = allowed.map(|allowed| off_by(mismatch.worst.difference, Some(allowed)));
                    let off = off.unwrap_or_default();
                    let mut miss = Miss::new(
                        format!("{name} is {figure}, expected {wanted}{off}"),
                        format!("{name} {wanted}"),
                        actual,
                    );
                    miss.of_tolerance = mismatch.worst.allowed.is_some();
                    miss
                })
            }
            Self::Nested(checks) => {
                let judged = checks.judge_inside(figure, bench)?;
                hollow = judged.hollow;
                judged.miss.map(|inner| Miss {
                    summary: format!("{name}: {}", inner.summary),
                    expected: format!("{name} {}", inner.expected),
                    actual: clip(actual, super::SHOWN),
                    ..inner
                })
            }
        };
        Ok(Judged { hollow, ..Judged::new(evidence, miss) })
    }
}
