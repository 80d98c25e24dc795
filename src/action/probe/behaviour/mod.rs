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
mod times;
mod together;
mod trial;

use super::request::curl::{self, Carried};
use super::target::Target;
use crate::action::{Checked, Context, Done, Review, StepError};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::syntax::{Decode, Decoder, Node, SetTolerance, ToleranceSpec};
use crate::value::{Evidence, Remark, Value};

pub(super) use good::{Good, Question};
use keys::{BatchKeys, Keys, OrderKeys, TimesKeys};
use matching::Matches;
pub(super) use mistake::{Malformed, Mistake};
use rejects::Rejects;
use switch::Switch;

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
        sound(&keys, decoder)?;
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
        if !NAMES.into_iter().any(|name| behaviour.wants(name)) {
            let diagnostic = Diagnostic::new(codes::NO_CHECKS, node.span, "`behaviour` looks at nothing");
            return decoder.refuse(diagnostic.help(format!("give one of `{}`", NAMES.join("`, `"))));
        }
        Some(behaviour)
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

/// Notes numbers that could only measure nothing.
fn sound(keys: &Keys, decoder: &mut Decoder<'_>) -> Option<()> {
    let sizes = keys.batch_invariant.as_ref().and_then(|Switch(batches)| batches.as_ref()?.sizes.as_ref());
    if let Some((arg, sizes)) = sizes.and_then(|arg| Some((arg, arg.known()?)))
        && (sizes.is_empty() || sizes.contains(&0))
    {
        let diagnostic =
            Diagnostic::new(codes::INVALID_VALUE, arg.span, "requests of no rows ask for nothing");
        return decoder.refuse(diagnostic.help("write how many rows a request asks about, such as `[1, 8]`"));
    }
    let times = keys.deterministic.as_ref().and_then(|Switch(times)| times.as_ref()?.times.as_ref());
    if let Some(arg) = times.filter(|arg| arg.known().is_some_and(|times| *times < 2)) {
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, arg.span, "one answer agrees with itself");
        return decoder.refuse(diagnostic.help("write 2 or more"));
    }
    Some(())
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
    fn failed(&self) -> bool {
        !self.misses.is_empty()
    }

    fn missed(name: &'static str, why: impl std::fmt::Display) -> Self {
        let misses = vec![format!("`{name}`: {why}")];
        Self { name, measured: 1, misses, tolerance: None, output: Value::Null }
    }
}

impl Behaviour {
    fn wants(&self, name: &str) -> bool {
        match name {
            "batch_invariant" => self.batches.is_some(),
            "permutation_equivariant" => self.order.is_some(),
            "deterministic" => self.times.is_some(),
            "matches_model" => self.matches.is_some(),
            _ => self.rejects.is_some(),
        }
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
        if let Some(failed) = done.unsuccessful.as_mut().filter(|failed| !(good.context.asked)(failed.output))
        {
            failed.notes.push("its `behaviour` was not looked at".to_owned());
            return Ok(without(done, "the server's behaviour was not looked at"));
        }
        let wrong = match (good.whole("behaviour")?, good.rows()) {
            (Ok(whole), Some(rows)) if rows.len() != whole.len() => {
                format!("{} rows are answered by {} predictions", rows.len(), whole.len())
            }
            (Ok(whole), _) => return self.checks(done, &whole, good),
            (Err(why), _) => why,
        };
        let why = format!("the good request is not answered as it should: {wrong}");
        done.checked.push(checked(Finding::missed("behaviour", &why), self.span));
        Ok(without(done, &why))
    }

    fn checks(&self, mut done: Done, whole: &[Value], good: &Good<'_>) -> Result<Done, StepError> {
        let mut found = Vec::new();
        if let Some((keys, span)) = &self.batches {
            found.push((together::batches(keys, *span, whole, good), *span));
        }
        if let Some((keys, span)) = &self.order {
            found.push((together::order(keys, *span, whole, good), *span));
        }
        if let Some((keys, span)) = &self.times {
            found.push((times::again(keys, *span, whole, good), *span));
        }
        if let Some((matches, span)) = &self.matches {
            found.push((matches.check(whole, good), *span));
        }
        let failed =
            |found: &[Found]| found.iter().any(|(finding, _)| finding.as_ref().is_ok_and(Finding::failed));
        // What harms the server comes last.
        if let Some((rejects, span)) = &self.rejects {
            let rejected = rejects.check(good);
            if let Ok(rejected) = &rejected {
                done.remarks.push(rejected.remark.clone());
                let told_first =
                    !failed(&found) && done.checked.iter().all(|checked| checked.misses.is_empty());
                if let (Some(wrong), true) = (&rejected.wrong, told_first) {
                    done.reproduce = Some(curl::command(wrong, &Carried::Value));
                }
            }
            found.push((rejected.map(|rejected| rejected.finding), *span));
        }
        let failed = failed(&found);
        settle(found, failed, done)
    }
}

/// Notes an output that this probe does not look for.
pub(super) fn review(behaviour: Option<&Behaviour>, review: &Review<'_>, found: &mut Diagnostics) {
    for (path, span) in review.asked {
        let first = path.split(['.', '[']).next().unwrap_or_default();
        let Some(name) = NAMES.into_iter().find(|name| *name == first) else { continue };
        if !behaviour.is_some_and(|behaviour| behaviour.wants(name)) {
            let message = format!("this probe does not look at `{name}`");
            let help = format!("ask for it: `behaviour: {{{name}: …}}`");
            found.push(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message).help(help));
        }
    }
}

type Found = (Result<Finding, StepError>, Span);

/// The findings with the step's result. What measured nothing, or was not answered, is told where nothing else failed.
fn settle(found: Vec<Found>, failed: bool, mut done: Done) -> Result<Done, StepError> {
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

/// The result of a step whose server was not looked at.
fn without(mut done: Done, why: &str) -> Done {
    for outputs in std::iter::once(&mut done.outputs).chain(&mut done.others) {
        *outputs =
            NAMES.into_iter().fold(std::mem::take(outputs), |outputs, name| outputs.without(name, why));
    }
    done
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
