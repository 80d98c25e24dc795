//! `behaviour`: what a server does beyond the single answer, looked at with requests of its own.

mod anatomy;
mod apart;
mod asked;
mod good;
mod keys;
mod matching;
mod mistake;
mod refusal;
mod rejects;
mod switch;
#[cfg(test)]
mod tests;
mod times;
mod together;

use super::target::Target;
use crate::action::{Checked, Context, Done, StepError};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Decode, Decoder, Node, SetTolerance, ToleranceSpec};
use crate::value::{Evidence, Remark, Value};

pub(super) use good::{Good, Question};
use keys::{BatchKeys, Keys, OrderKeys, TimesKeys};
use matching::Matches;
pub(super) use mistake::{Malformed, Mistake};
use rejects::Rejects;

/// The outputs, one a check.
pub(super) const NAMES: [&str; 5] =
    ["batch_invariant", "permutation_equivariant", "deterministic", "matches_model", "rejects"];

/// What is asked for, each with its place.
#[derive(Clone, Debug)]
pub struct Behaviour {
    batches: Option<(BatchKeys, Span)>,
    order: Option<(OrderKeys, Span)>,
    times: Option<(TimesKeys, Span)>,
    matches: Option<(Matches, Span)>,
    rejects: Option<(Rejects, Span)>,
    span: Span,
}

impl Decode for Behaviour {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        let at = |name: &str| node.entry(name).map_or(node.span, |(key, _)| key.span);
        let matches = match keys.matches_model {
            Some(keys) => Some((Matches::of(keys, at("matches_model"), decoder)?, at("matches_model"))),
            None => None,
        };
        let rejects = match keys.rejects.and_then(|rejects| rejects.0) {
            Some(keys) => Some((Rejects::of(keys, at("rejects"), decoder)?, at("rejects"))),
            None => None,
        };
        let behaviour = Self {
            batches: keys.batch_invariant.and_then(|switch| Some((switch.0?, at("batch_invariant")))),
            order: keys
                .permutation_equivariant
                .and_then(|switch| Some((switch.0?, at("permutation_equivariant")))),
            times: keys.deterministic.and_then(|switch| Some((switch.0?, at("deterministic")))),
            matches,
            rejects,
            span: node.span,
        };
        if behaviour.asks_for_nothing() {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "`behaviour` looks at nothing");
            return decoder.refuse(diagnostic.help(format!("give one of `{}`", NAMES.join("`, `"))));
        }
        Some(behaviour)
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

/// What one check came to.
struct Finding {
    name: &'static str,
    measured: usize,
    misses: Vec<String>,
    tolerance: Option<SetTolerance>,
    output: Value,
}

impl Finding {
    fn missed(name: &'static str, why: impl std::fmt::Display) -> Self {
        let misses = vec![format!("`{name}`: {why}")];
        Self { name, measured: 1, misses, tolerance: None, output: Value::Null }
    }
}

impl Behaviour {
    fn asks_for_nothing(&self) -> bool {
        let Self { batches, order, times, matches, rejects, span: _ } = self;
        batches.is_none() && order.is_none() && times.is_none() && matches.is_none() && rejects.is_none()
    }

    /// Notes what a probe without a protocol cannot show: it has no rows.
    pub(super) fn fits(&self, target: &Target, decoder: &mut Decoder<'_>) -> Option<()> {
        let Target::Url(asked) = target else { return Some(()) };
        let of_rows = [
            (NAMES[0], self.batches.as_ref().map(|(_, span)| *span)),
            (NAMES[1], self.order.as_ref().map(|(_, span)| *span)),
            (NAMES[3], self.matches.as_ref().map(|(_, span)| *span)),
        ];
        if let Some((name, Some(span))) = of_rows.into_iter().find(|(_, span)| span.is_some()) {
            let message = format!("`{name}` is about rows, and a probe without a `protocol` has none");
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, span, message);
            return decoder
                .refuse(diagnostic.help("name one, such as `protocol: instances` with `rows: […]`"));
        }
        if let (Some((_, span)), false) = (&self.rejects, asked.sends_json()) {
            let message = "`rejects` makes malformed requests of JSON, and this probe sends none";
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, *span, message);
            return decoder.refuse(diagnostic.help("give the body in `json`, or `rows` with a `protocol`"));
        }
        Some(())
    }

    /// Looks at the server, and adds what that comes to.
    pub(super) fn look(&self, mut done: Done, good: &Good<'_>) -> Result<Done, StepError> {
        if let Some(unsuccessful) =
            done.unsuccessful.as_mut().filter(|failed| !(good.context.asked)(failed.output))
        {
            unsuccessful.notes.push("its `behaviour` was not looked at".to_owned());
            return Ok(done);
        }
        let whole = match good.whole("behaviour")? {
            Ok(whole) => whole,
            Err(why) => {
                let why = format!("the good request is not answered as it should: {why}");
                done.checked.push(checked(Finding::missed("behaviour", why), self.span));
                return Ok(done);
            }
        };
        if let Some(rows) = good.rows().filter(|rows| rows.len() != whole.len()) {
            let why = format!("{} rows are answered by {} predictions", rows.len(), whole.len());
            done.checked.push(checked(Finding::missed("behaviour", why), self.span));
            return Ok(done);
        }
        let mut found = Vec::new();
        if let Some((keys, span)) = &self.batches {
            found.push((together::batches(keys, *span, &whole, good), *span));
        }
        if let Some((keys, span)) = &self.order {
            found.push((together::order(keys, *span, &whole, good), *span));
        }
        if let Some((keys, span)) = &self.times {
            found.push((times::again(keys, *span, &whole, good), *span));
        }
        if let Some((matches, span)) = &self.matches {
            found.push((matches.check(&whole, good), *span));
        }
        // What harms the server comes last.
        if let Some((rejects, span)) = &self.rejects {
            let rejected = rejects.check(good).map(|rejected| {
                done.remarks.push(rejected.remark);
                rejected.finding
            });
            found.push((rejected, *span));
        }
        settle(found, done)
    }
}

/// The findings with the step's result. What measured nothing, or was not answered, is told where nothing else failed.
fn settle(found: Vec<(Result<Finding, StepError>, Span)>, mut done: Done) -> Result<Done, StepError> {
    let failed =
        found.iter().any(|(finding, _)| finding.as_ref().is_ok_and(|finding| !finding.misses.is_empty()));
    for (finding, span) in found {
        match finding {
            Ok(finding) => {
                for outputs in std::iter::once(&mut done.outputs).chain(&mut done.others) {
                    *outputs = std::mem::take(outputs).with(finding.name, finding.output.clone());
                }
                if finding.misses.is_empty() && finding.name != "rejects" {
                    let text = format!(
                        "`{}`: {} values compared, at worst {} apart",
                        finding.name, finding.measured, finding.output
                    );
                    done.remarks.push(Remark::quiet(text));
                }
                done.checked.push(checked(finding, span));
            }
            Err(error) if failed => done.remarks.push(Remark::loud(error.message)),
            Err(error) => return Err(error.at(span)),
        }
    }
    Ok(done)
}

fn checked(finding: Finding, span: Span) -> Checked {
    let Finding { name, measured, misses, tolerance, output: _ } = finding;
    let evidence = Evidence::values(measured);
    Checked { output: name, code: codes::EXPECTATION_FAILED, span, evidence, misses, tolerance }
}

fn tolerance(written: Option<ToleranceSpec>, context: &Context<'_>) -> SetTolerance {
    written.map_or(context.tolerance, SetTolerance::from)
}

fn nothing(name: &str, why: &str, span: Span) -> StepError {
    StepError::new(format!("`{name}` measured nothing: {why}")).code(codes::MEASURED_NOTHING).at(span)
}
