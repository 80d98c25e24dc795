//! One step, typed through the registry of actions.

use std::sync::Arc;
use std::time::Duration;

use super::names::{Names, What};
use super::{SetTolerance, Step};
use crate::action::{self, ACTIONS, Entry, LATER, Need, Review};
use crate::diagnostic::{Diagnostic, codes, did_you_mean, suggest};
use crate::expect::{Expectations, Target, no_percentile, unknown_output};
use crate::source::{Span, Spanned};
use crate::syntax::{CaseKeys, Decoder, Key, Node, Reference, StepKeys, StepSpec, Tier};
use crate::value::{Kind, Segment, show_duration};

/// The suite around a step, as far as it matters for reading one.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub tier: Tier,
    /// The keys of a case may stand beside a step's.
    pub one_step: bool,
}

/// Types one step and checks its names; `None` when something is wrong, which has then been noted.
pub(super) fn compile(
    spec: &StepSpec,
    around: Around,
    names: &mut Names<'_>,
    saved: &mut Vec<Arc<str>>,
    decoder: &mut Decoder<'_>,
) -> Option<Step> {
    let chosen = choose(spec, around, decoder);
    let action =
        chosen.and_then(|(entry, _, node)| (entry.read)(&decoder.with_defaults(entry.name, node), decoder));
    let expect = spec.keys.expect.as_ref().map(|node| Expectations::read(node, decoder));
    let warn = spec.keys.warn.as_ref().map(|node| Expectations::read(node, decoder));
    let uses = std::mem::take(&mut decoder.uses);
    let own = spec.keys.id.as_ref().map(|id| id.value.clone());
    // Expectations may speak of their own step.
    let (before, after): (Vec<_>, Vec<_>) =
        uses.into_iter().partition(|used| Some(&used.reference.name) != own.as_ref());
    names.check_beside(&std::mem::take(&mut decoder.bound), &before, decoder.found);
    match (&own, chosen, &action) {
        (Some(id), Some((entry, ..)), Some(action)) => names.ran(id, entry, action.first_output()),
        (Some(id), ..) => names.broke(id),
        (None, ..) => {}
    }
    names.check(&after, decoder.found);
    refuse_no_time(spec.keys.timeout.as_ref(), decoder);
    let (entry, key, _) = chosen?;
    let (expect, warn) = (settled(expect), settled(warn));
    for expectations in [&expect, &warn].into_iter().flatten() {
        check_outputs(expectations, entry, decoder);
    }
    let (action, expect, warn) = (action?, expect?, warn?);
    check_poll(spec, &expect, decoder);
    let asked: Vec<(Arc<str>, Span)> =
        [&expect, &warn].into_iter().flat_map(|all| &all.0).map(|one| (one.text.clone(), one.span)).collect();
    let known = |reference: &Reference| names.known(reference);
    let needs: Vec<Need> = [&expect, &warn].into_iter().flat_map(Expectations::needs).collect();
    let review = Review { tier: around.tier, asked: &asked, needs: &needs, known: &known };
    action.review(&review, decoder.found);
    let alone = action.measures_latency(&asked);
    if let (Some(timeout), Some(load)) = (&spec.keys.timeout, action.lasts())
        && load.value >= timeout.value
    {
        decoder.found.push(load_beyond(&load, timeout.span));
    }
    let before = saved.clone();
    saved.extend(action.saves());
    for expectation in &expect.0 {
        if let Target::Artifacts(artifacts) = &expectation.target {
            saved.extend(artifacts.names().map(Arc::from));
        }
    }
    Some(Step {
        id: own,
        entry,
        action,
        expect,
        warn,
        timeout: spec.keys.timeout.as_ref().map(|timeout| timeout.value),
        tolerance: spec.keys.tolerance.map(SetTolerance::from),
        poll: spec.keys.poll.clone(),
        span: key.span,
        alone,
        saved: before,
    })
}

#[allow(clippy::option_option)] // left out, or given and perhaps wrong
fn settled(read: Option<Option<Expectations>>) -> Option<Expectations> {
    read.unwrap_or_else(|| Some(Expectations::default()))
}

/// Declares the ids of a case's steps, so that a name used too early is told from one that is not there.
pub(super) fn declare_ids(steps: &[StepSpec], names: &mut Names<'_>, decoder: &mut Decoder<'_>) {
    for id in steps.iter().filter_map(|step| step.keys.id.as_ref()) {
        names.declare(&id.value, What::Later, id.span, decoder.found);
    }
}

/// The one key that names an action.
fn choose<'s>(
    spec: &'s StepSpec,
    around: Around,
    decoder: &mut Decoder<'_>,
) -> Option<(&'static Entry, &'s Key, &'s Node)> {
    let mut actions = Vec::new();
    let mut sound = true;
    for (key, node) in &spec.rest {
        if let Some(entry) = action::find(&key.text) {
            actions.push((entry, key, node));
        } else {
            decoder.found.push(unknown(key, around.one_step));
            sound = false;
        }
    }
    match actions[..] {
        [one] => Some(one),
        // The action is likely the key that is misspelt.
        [] if !sound => None,
        [] => {
            let diagnostic = Diagnostic::new(codes::NO_ACTION, first_line(spec), "this step has no action");
            let all: Vec<&str> = ACTIONS.iter().map(|entry| entry.name).collect();
            decoder.refuse(diagnostic.help(format!("give one of `{}`", all.join("`, `"))))
        }
        [(_, first, _), (_, second, _), ..] => {
            let message = format!(
                "a step has exactly one action, but both `{}` and `{}` are given",
                first.text, second.text
            );
            let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, second.span, message)
                .also(first.span, "the first one");
            decoder.refuse(diagnostic.help("make two steps of them"))
        }
    }
}

fn first_line(spec: &StepSpec) -> Span {
    spec.span.part(0, 1)
}

fn unknown(key: &Key, one_step: bool) -> Diagnostic {
    if LATER.contains(&&*key.text) {
        let message = format!("this version does not know the action `{}` yet", key.text);
        return Diagnostic::new(codes::UNSUPPORTED, key.span, message)
            .help("use `run` to call a command of your own");
    }
    let case_keys = if one_step { CaseKeys::KEYS } else { &[] };
    let actions = ACTIONS.iter().map(|entry| entry.name);
    let known = actions.clone().chain(StepKeys::KEYS.iter().copied()).chain(case_keys.iter().copied());
    let help = match suggest(&key.text, known) {
        _ if CaseKeys::KEYS.contains(&&*key.text) => {
            format!("`{}` is a key of the case: write it beside `steps`", key.text)
        }
        Some(near) => format!("did you mean `{near}`?"),
        None => did_you_mean("", actions).unwrap_or_default(),
    };
    Diagnostic::new(
        codes::UNKNOWN_ACTION,
        key.span,
        format!("`{}` is neither an action nor a key of a step", key.text),
    )
    .help(help)
}

fn check_outputs(expectations: &Expectations, entry: &Entry, decoder: &mut Decoder<'_>) {
    for expectation in &expectations.0 {
        let Target::Output(checks) = &expectation.target else { continue };
        let Some(Segment::Key(first)) = expectation.path.first() else { continue };
        match entry.outputs.iter().find(|output| *output.name == **first) {
            None => {
                let names: Vec<&str> = entry.outputs.iter().map(|output| output.name).collect();
                decoder.found.push(unknown_output(&expectation.text, expectation.span, entry.name, &names));
            }
            // Only what was measured many times has percentiles, and that differs from run to run.
            Some(output)
                if checks.demands().is_some()
                    && !(output.volatile && matches!(output.kind, Kind::Duration | Kind::Map)) =>
            {
                decoder.found.extend(checks.demands().map(no_percentile));
            }
            // The parts of a duration are durations too.
            Some(output) if expectation.path.len() == 1 || output.kind == Kind::Duration => {
                checks.refuse_kind(output.kind, decoder);
            }
            Some(_) => {}
        }
    }
}

fn check_poll(spec: &StepSpec, expect: &Expectations, decoder: &mut Decoder<'_>) {
    let Some(poll) = &spec.keys.poll else { return };
    if expect.0.is_empty() {
        let diagnostic = Diagnostic::new(
            codes::NO_CHECKS,
            poll.within.span,
            "a `poll` waits until what is expected holds, and nothing is",
        );
        decoder.found.push(diagnostic.help("give an `expect`"));
    }
    if let Some(timeout) = &spec.keys.timeout
        && poll.within.value > timeout.value
    {
        decoder.found.push(poll_beyond(poll.within.span, timeout.span));
    }
}

/// Notes a timeout in which nothing can be done.
pub(super) fn refuse_no_time(timeout: Option<&Spanned<Duration>>, decoder: &mut Decoder<'_>) {
    if let Some(timeout) = timeout.filter(|timeout| timeout.value.is_zero()) {
        let message = "a timeout of nothing lets nothing run";
        decoder.found.push(
            Diagnostic::new(codes::INVALID_VALUE, timeout.span, message)
                .help("write how long it may take, such as `10 s`"),
        );
    }
}

pub(super) fn poll_beyond(within: Span, timeout: Span) -> Diagnostic {
    Diagnostic::new(
        codes::POLL_BEYOND_TIMEOUT,
        within,
        "this `poll` may take longer than the timeout around it",
    )
    .also(timeout, "the timeout")
    .help("raise the timeout, or shorten `within`")
}

pub(super) fn load_beyond(load: &Spanned<Duration>, timeout: Span) -> Diagnostic {
    let message = format!(
        "this load takes {} at least, which the timeout around it does not allow",
        show_duration(load.value)
    );
    Diagnostic::new(codes::LOAD_BEYOND_TIMEOUT, load.span, message)
        .also(timeout, "the timeout")
        .help("raise the timeout, or ask for less")
}
