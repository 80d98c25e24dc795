//! `each`, `any`, `not`: matchers inside matchers.

use serde_json::{Value as Json, json};

use super::checks::Checks;
use super::elements::elements;
use super::{Bench, Fault, Judged, Matcher, Miss, Named, SHOWN};
use crate::syntax::{Decoder, Node};
use crate::value::{Evidence, Path, Segment, Value, clip};

fn at(segment: Segment) -> Path {
    Path(vec![segment])
}

fn schema() -> Json {
    json!({"$ref": "#/$defs/checks"})
}

/// It holds of every element.
#[derive(Debug)]
pub(super) struct Each(Checks);

impl Matcher for Each {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut all = Judged::new(Evidence::values(0), None);
        let (mut asked, mut missing) = (0_usize, 0_usize);
        let mut first = None;
        for (segment, element) in elements(actual, "each")? {
            asked += 1;
            let judged = self.0.judge_inside(&element, bench).map_err(|fault| {
                let message = format!("{}: {}", at(segment.clone()), fault.message);
                Fault { message, ..fault }
            })?;
            all.evidence.count += judged.evidence.count;
            all.hollow |= judged.hollow;
            if let Some(miss) = judged.miss {
                missing += 1;
                first.get_or_insert((segment, miss));
            }
        }
        all.miss = first.map(|(segment, inner)| {
            let verb = if missing == 1 { "does" } else { "do" };
            let summary = format!("{missing} of {asked} elements {verb} not hold");
            let mut notes = vec![format!("first: {}: {}", at(segment), inner.summary)];
            notes.extend(inner.notes);
            let expected = format!("each: {}", inner.expected);
            Miss { summary, expected, actual: clip(actual, SHOWN), notes, of_tolerance: inner.of_tolerance }
        });
        Ok(all)
    }
}

impl Named for Each {
    const NAME: &'static str = "each";
    const PAGE: &'static str = "What is nested holds of every element: the positions of the first axis, the items of a list, the rows of a table (as \
        mappings), what the keys of a mapping hold.\n\n\
        `probabilities: {each: {sums_to: 1.0}}`, `json.items: {each: {contains: [id, score]}}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Checks::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        schema()
    }
}

/// It holds of one element at least.
#[derive(Debug)]
pub(super) struct Any(Checks);

impl Matcher for Any {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let mut count = 0;
        let mut asked = 0_usize;
        let (mut held, mut hollow) = (false, false);
        let (mut fault, mut nearest) = (None, None);
        for (segment, element) in elements(actual, "any")? {
            asked += 1;
            match self.0.judge_inside(&element, bench) {
                Ok(judged) => {
                    count += judged.evidence.count;
                    hollow |= judged.hollow;
                    held |= judged.miss.is_none() && !judged.hollow;
                    nearest = nearest.or(judged.miss.map(|miss| (segment, miss)));
                }
                Err(found) => fault = fault.or(Some(found)),
            }
        }
        let evidence = Evidence { count, ..Evidence::values(0) };
        if held {
            return Ok(Judged::new(evidence, None));
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
        let miss = nearest.map(|(segment, inner)| {
            let expected = format!("any: {}", inner.expected);
            Miss::new(format!("none of {asked} elements holds"), expected, actual).note(format!(
                "first: {}: {}",
                at(segment),
                inner.summary
            ))
        });
        Ok(Judged { hollow, ..Judged::new(evidence, miss) })
    }
}

impl Named for Any {
    const NAME: &'static str = "any";
    const PAGE: &'static str = "What is nested holds of one element at least; elements are those of `each`.\n\n\
        `json.items: {any: {equals: {id: 7, state: done}}}`";
    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        Checks::read(node, decoder).map(Self)
    }
    fn schema() -> Json {
        schema()
    }
}

/// It does not hold.
#[derive(Debug)]
pub(super) struct Not {
    checks: Checks,
    /// The names of what must not hold, for the message.
    names: String,
}

impl Matcher for Not {
    fn judge(&self, actual: &Value, bench: &Bench<'_>) -> Result<Judged, Fault> {
        let judged = self.checks.judge_inside(actual, bench)?;
        let held = judged.miss.is_none() && !judged.hollow;
        let miss = held.then(|| {
            Miss::new(
                format!("{} holds of {}, and must not", self.names, clip(actual, 80)),
                format!("not: {}", self.names),
                actual,
            )
        });
        // That something measured nothing is no sign that it would not hold.
        Ok(Judged { miss, ..judged })
    }
}

impl Named for Not {
    const NAME: &'static str = "not";
    const PAGE: &'static str = "What is nested does not hold: of several matchers, one at least does not. What measured nothing inside is no pass \
        outside either.\n\n\
        `stderr: {not: {contains: Traceback}}`, `values: {not: {finite: true}}`";

    fn read(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let names = match node.as_map() {
            Some(entries) => {
                entries.iter().map(|(key, _)| format!("`{}`", key.text)).collect::<Vec<_>>().join(" and ")
            }
            None => "`equals`".to_owned(),
        };
        Checks::read(node, decoder).map(|checks| Self { checks, names })
    }

    fn schema() -> Json {
        schema()
    }
}
