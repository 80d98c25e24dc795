//! The skeleton of cases and steps. What an action takes is not known here: its key and node are kept.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::arg::Arg;
use super::decode::{Decode, Decoder, Fields};
use super::node::{Key, Node};
use super::params::open;
use super::suite::ToleranceSpec;
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::{Span, Spanned};
use crate::value::OneOrMany;

params! {
    /// One check, independent of every other.
    pub struct CaseKeys = "a case" {
        /// What must hold, in words; `${name}` of a row may stand in it.
        name: Arg<Arc<str>>; |span| Arg::default(format!("the case at byte {}", span.start).into(), span),
        /// One case per row: a list of mappings, a table file, or `{matrix: {a: [1, 2], b: [x, y]}}`.
        each: Option<Node>,
        /// Run it on inputs made at random: names, each with what it is drawn from, and how many `runs`.
        for_all: Option<Node>,
        /// What is done, one after the other. A case of one step may give that step's keys instead.
        steps: Option<Vec<StepSpec>>,
        /// Never runs beside another case of this name.
        serial: Option<Spanned<Arc<str>>>; |_span| None,
        /// Words to select it by, added to the suite's.
        tags: Option<Spanned<Vec<Arc<str>>>>; |_span| None,
        /// How long it may take.
        timeout: Option<Spanned<Duration>>; |_span| None,
        /// How close numbers must be, in place of the suite's.
        tolerance: Option<ToleranceSpec>; |_span| None,
        /// Why it is left out for now.
        skip: Option<Spanned<Arc<str>>>; |_span| None,
        /// Further tries after one that did not pass; a pass on a later try is reported as flaky.
        retry: Option<Spanned<u32>>; |_span| None,
        /// Run it several times, hidden inputs varied on purpose: everything it gives must be the same each time.
        repeat: Option<RepeatSpec>; |_span| None,
        /// Which of the ML Test Score's 28 tests it is evidence for, such as `D1`.
        covers: Option<Spanned<OneOrMany<Arc<str>>>>; |_span| None,
        /// Steps that always run at the end; their failure never hides the first one.
        cleanup: Vec<StepSpec>,
    }
}

/// One case as written.
#[derive(Clone, Debug)]
pub struct CaseSpec {
    pub keys: CaseKeys,
    /// Its steps; one when it was written in the one-step form.
    pub steps: Vec<StepSpec>,
    pub one_step: bool,
    pub span: Span,
}

impl Decode for CaseSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut short = None;
        let _ = open(node, &mut short, None, "a case", decoder)?;
        let (own, rest): (Vec<_>, Vec<_>) =
            node.as_map()?.iter().partition(|(key, _)| CaseKeys::KEYS.contains(&&*key.text));
        let keys = CaseKeys::from_fields(&Fields::new(own, node.span, "a case"), node.span, decoder);
        let step = if rest.is_empty() {
            Some(None)
        } else {
            StepSpec::from_entries(&rest, node.span, decoder).map(Some)
        };
        let (mut keys, step) = (keys?, step?);
        let (steps, one_step) = match (keys.steps.take(), step) {
            (Some(steps), None) if !steps.is_empty() => (steps, false),
            (None, Some(step)) => (vec![step], true),
            (Some(_) | None, None) => {
                let diagnostic = Diagnostic::new(codes::NO_ACTION, keys.name.span, "this case does nothing");
                return decoder.refuse(diagnostic.help(
                    "give `steps: […]`, or the keys of one step, such as `scale: {…}` and `expect: {…}`",
                ));
            }
            (Some(_), Some(_)) => {
                let (key, _) = rest[0];
                let message = format!("`{}` stands beside `steps`", key.text);
                let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, key.span, message);
                return decoder.refuse(
                    diagnostic.help("move it into a step: a case has `steps`, or the keys of one step"),
                );
            }
        };
        Some(Self { keys, steps, one_step, span: node.span })
    }

    fn schema() -> Json {
        json!({"$ref": "#/$defs/case"})
    }
}

params! {
    /// Run a case several times: every output and every file of its workspace must be the same each time.
    pub struct RepeatSpec = "`repeat`" short "times" {
        /// How many times; left out, as often as `--repeat` says.
        times: Option<Spanned<u32>>,
        /// How close numbers must be, in outputs and in JSON and CSV files; exactly the same when left out.
        tolerance: Option<ToleranceSpec>,
        /// What may differ: outputs by path (`json.seconds`, `train.json.epochs.*.seconds`), files by name or glob
        /// (`logs/*.txt`), and places inside files (`metrics.json at seconds`).
        volatile: Vec<Spanned<Arc<str>>>,
        /// Whether the workspace's path, `PYTHONHASHSEED`, time zone, locale and thread counts differ on purpose.
        vary: Spanned<bool> = |span| Spanned::new(true, span),
    }
}

params! {
    /// One action, and what must hold of its outputs.
    pub struct StepKeys = "a step" {
        /// The name its outputs are known by in later steps.
        id: Option<Spanned<Arc<str>>>,
        /// What must hold, output by output.
        expect: Option<Node>,
        /// What should hold: a miss warns and does not fail.
        warn: Option<Node>,
        /// How long this step may take.
        timeout: Option<Spanned<Duration>>; |_span| None,
        /// How close numbers must be, in place of the case's.
        tolerance: Option<ToleranceSpec>; |_span| None,
        /// Repeat the step until what it expects holds.
        poll: Option<Poll>; |_span| None,
    }
}

params! {
    /// Repeat a step until what it expects holds.
    pub struct Poll = "a poll" {
        /// The pause between two tries.
        every: Spanned<Duration> = |span| Spanned::new(Duration::from_secs(1), span),
        /// How long to go on.
        within: Spanned<Duration>,
    }
}

/// One step as written: its own keys, and the rest, of which one must name an action.
#[derive(Clone, Debug)]
pub struct StepSpec {
    pub keys: StepKeys,
    pub rest: Vec<(Key, Node)>,
    pub span: Span,
}

impl StepSpec {
    fn from_entries(entries: &[&(Key, Node)], span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        let (own, rest): (Vec<_>, Vec<_>) =
            entries.iter().copied().partition(|(key, _)| StepKeys::KEYS.contains(&&*key.text));
        let keys = StepKeys::from_fields(&Fields::new(own, span, "a step"), span, decoder)?;
        Some(Self { keys, rest: rest.into_iter().cloned().collect(), span })
    }
}

impl Decode for StepSpec {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let mut short = None;
        let _ = open(node, &mut short, None, "a step", decoder)?;
        let entries: Vec<_> = node.as_map()?.iter().collect();
        Self::from_entries(&entries, node.span, decoder)
    }

    fn schema() -> Json {
        json!({"$ref": "#/$defs/step"})
    }
}
