//! One case as written, and the cases its rows make of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::names::{Names, What};
use super::step::{self, Around};
use super::{Case, Fixture, Row, SetTolerance, Suite, Template, each, for_all, repeat};
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, CaseSpec, Decode, Decoder, Form, Node, Scope, Unbound};
use crate::value::{Kind, Value};

/// Added to an inherited timeout that a `poll` or a load outlasts.
const AFTER_POLL: Duration = Duration::from_secs(5);

/// What a case inherits.
pub(super) struct Inherited<'a> {
    pub around: Around,
    pub names: &'a Names<'a>,
    pub fixtures: &'a [Fixture],
    pub bounds: &'a crate::system::files::Bounds,
    pub tags: &'a [Arc<str>],
    pub tolerance: SetTolerance,
    /// With its place, when the suite itself sets it.
    pub timeout: (Duration, Option<Span>),
}

/// A case read, with the names and labels of its rows.
pub(super) struct Compiled {
    pub template: Template,
    pub rows: Vec<Title>,
    /// The fakes whose record it speaks of.
    pub recorded: Vec<Arc<str>>,
}

/// Name, label and row of one case.
type Title = (Arc<str>, Option<Arc<str>>, Option<Arc<Row>>);

/// Reads one case; `None` when something is wrong, which has then been noted.
pub(super) fn compile(node: &Node, inherited: &Inherited<'_>, decoder: &mut Decoder<'_>) -> Option<Compiled> {
    let spec = &CaseSpec::decode(node, decoder)?;
    let mut names = Names::new(Some(inherited.names));
    decoder.uses.clear();
    let rows =
        spec.keys.each.as_ref().map(|node| each::read(node, inherited.bounds, inherited.fixtures, decoder));
    let uses = std::mem::take(&mut decoder.uses);
    names.check(&uses, decoder.found);
    let rows = match rows {
        Some(rows) => {
            let rows = rows?;
            for (name, span) in &rows.names {
                names.declare(name, What::Row, *span, decoder.found);
            }
            Some(rows.rows)
        }
        None => None,
    };
    let mistakes = decoder.found.len();
    let mut inputs = Vec::new();
    let for_all = spec.keys.for_all.as_ref().map(|node| {
        let (drawn, for_all) = for_all::read(node, decoder);
        inputs.extend(drawn.iter().map(|(name, _, span)| (name.clone(), *span)));
        // Where a reference may not stand, that has been said.
        decoder.uses.clear();
        for (name, kind, span) in drawn {
            names.declare(&name, What::Drawn(kind), span, decoder.found);
        }
        for_all
    });
    let named = names_something(&spec.keys.name, &names, decoder);
    step::declare_ids(&spec.steps, &mut names, decoder);
    step::declare_ids(&spec.keys.cleanup, &mut names, decoder);
    let covers = covers(spec, decoder);
    let around = Around { one_step: spec.one_step, ..inherited.around };
    let mut saved = Vec::new();
    let mut compile =
        |steps: &[crate::syntax::StepSpec], names: &mut Names<'_>, decoder: &mut Decoder<'_>| {
            let read: Vec<_> =
                steps.iter().map(|spec| step::compile(spec, around, names, &mut saved, decoder)).collect();
            read.into_iter().collect::<Option<Vec<_>>>()
        };
    let steps = compile(&spec.steps, &mut names, decoder);
    let cleanup = compile(&spec.keys.cleanup, &mut names, decoder);
    let timeout = timeout(spec, steps.as_deref().unwrap_or_default(), inherited, decoder);
    let (steps, cleanup) = (steps?, cleanup?);
    if steps.iter().all(|step| step.expect.0.is_empty() && !step.action.is_check()) {
        decoder.found.push(no_checks(spec, &steps));
    }
    let uses = names.take_used();
    refuse_unused(&inputs, &uses, mistakes, decoder);
    let keys = &spec.keys;
    let repeat = keys.repeat.as_ref().map(|repeat| repeat::compile(repeat, &steps, spec.one_step, decoder));
    let template = Template {
        span: keys.name.span,
        serial: keys.serial.iter().map(|serial| serial.value.clone()).collect(),
        afresh: Vec::new(),
        tags: inherited.tags.iter().chain(keys.tags.iter().flat_map(|tags| &tags.value)).cloned().collect(),
        covers,
        timeout,
        tolerance: keys.tolerance.map_or(inherited.tolerance, SetTolerance::from),
        retry: keys.retry.as_ref().map_or(0, |retry| retry.value),
        repeat: repeat.unwrap_or_default(),
        for_all: for_all.flatten().map(Box::new),
        skip: keys.skip.as_ref().map(|why| why.value.clone()),
        uses,
        alone: steps.iter().any(|step| step.alone),
        steps,
        cleanup,
    };
    if !named {
        return None;
    }
    Some(Compiled { template, rows: titles(&keys.name, rows, decoder)?, recorded: names.take_recorded() })
}

/// Whether every reference in the name of a case leads somewhere; those that do not are noted.
fn names_something(name: &Arg<Arc<str>>, names: &Names<'_>, decoder: &mut Decoder<'_>) -> bool {
    let Form::Expr(expr) = &name.form else { return true };
    decoder.note_uses(expr, &[Kind::Any]);
    let uses = std::mem::take(&mut decoder.uses);
    let before = decoder.found.len();
    names.check(&uses, decoder.found);
    decoder.found.len() == before
}

/// Runs that all see the same are one run, however many inputs were drawn for them.
fn refuse_unused(inputs: &[(Arc<str>, Span)], uses: &[Arc<str>], mistakes: usize, decoder: &mut Decoder<'_>) {
    // Where the case has mistakes, they may be why.
    if decoder.found.len() > mistakes {
        return;
    }
    for (name, span) in inputs.iter().filter(|(name, _)| !uses.contains(name)) {
        let message = format!("`{name}` is drawn, and nothing in this case uses it");
        let diagnostic = Diagnostic::new(codes::NO_CHECKS, *span, message);
        decoder.found.push(diagnostic.help(format!("write `${name}` where it goes in, or take it out")));
    }
}

fn no_checks(spec: &CaseSpec, steps: &[super::Step]) -> Diagnostic {
    let help = if steps.iter().any(|step| !step.warn.0.is_empty()) {
        "`warn` alone is no check: give an `expect`"
    } else {
        "give an `expect`, such as `expect: {values: {finite: true}}`"
    };
    Diagnostic::new(codes::NO_CHECKS, spec.keys.name.span, "this case checks nothing").help(help)
}

/// The ML Test Score numbers its 28 tests D1 to D7, M1 to M7, I1 to I7 and Mo1 to Mo7, by section.
fn covers(spec: &CaseSpec, decoder: &mut Decoder<'_>) -> Vec<Arc<str>> {
    let Some(covers) = &spec.keys.covers else { return Vec::new() };
    for name in &covers.value.0 {
        let known = matches!(name.as_bytes(), [b'D' | b'M' | b'I', b'1'..=b'7'] | [b'M', b'o', b'1'..=b'7']);
        if !known {
            let message = format!("`{name}` is none of the ML Test Score's tests");
            decoder.found.push(Diagnostic::new(codes::INVALID_VALUE, covers.span, message).help("they are D1 to D7 (data), M1 to M7 (model), I1 to I7 (infrastructure) and Mo1 to Mo7 (monitoring)"));
        }
    }
    covers.value.0.clone()
}

fn timeout(
    spec: &CaseSpec,
    steps: &[super::Step],
    inherited: &Inherited<'_>,
    decoder: &mut Decoder<'_>,
) -> Duration {
    step::refuse_no_time(spec.keys.timeout.as_ref(), decoder);
    let polls = || spec.steps.iter().filter_map(|step| step.keys.poll.as_ref());
    let loads = || steps.iter().filter_map(|step| step.action.lasts());
    let explicit = spec.keys.timeout.as_ref().map(|timeout| (timeout.value, timeout.span));
    let (inherited, suite) = inherited.timeout;
    let explicit = explicit.or(suite.map(|span| (inherited, span)));
    let Some((timeout, span)) = explicit else {
        let polled = polls().map(|poll| poll.within.value);
        let longest =
            polled.chain(loads().map(|load| load.value)).fold(Duration::ZERO, Duration::saturating_add);
        return if longest > inherited { longest.saturating_add(AFTER_POLL) } else { inherited };
    };
    for poll in polls().filter(|poll| poll.within.value > timeout) {
        decoder.found.push(step::poll_beyond(poll.within.span, span));
    }
    for load in loads().filter(|load| load.value >= timeout) {
        decoder.found.push(step::load_beyond(&load, span));
    }
    timeout
}

/// What a case is called, for each of its rows.
fn titles(
    name: &Arg<Arc<str>>,
    rows: Option<Vec<(Arc<Row>, Arc<str>)>>,
    decoder: &mut Decoder<'_>,
) -> Option<Vec<Title>> {
    struct RowScope<'a>(&'a Row);
    impl Scope for RowScope<'_> {
        fn look_up(&self, name: &str) -> Result<Value, Unbound> {
            match self.0.iter().find(|(held, _)| **held == *name) {
                Some((_, expr)) => expr.bind(&NoScope),
                None => NoScope.look_up(name),
            }
        }
    }
    let mut title = |row: &Row| match name.bind(&RowScope(row)) {
        Ok(title) if !title.trim().is_empty() => Some(title),
        Ok(_) => decoder.refuse(Diagnostic::new(codes::INVALID_VALUE, name.span, "a case needs a name")),
        Err(unbound) => {
            let diagnostic = Diagnostic::new(codes::INVALID_REFERENCE, name.span, unbound.message);
            decoder.refuse(
                diagnostic.help("the name of a case can speak of the literal values of its row alone"),
            )
        }
    };
    match rows {
        None => Some(vec![(title(&Row::new())?, None, None)]),
        Some(rows) => {
            rows.into_iter().map(|(row, label)| Some((title(&row)?, Some(label), Some(row)))).collect()
        }
    }
}

/// Where no name has a value yet.
pub(super) struct NoScope;

impl Scope for NoScope {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        Err(Unbound::new(format!("`${name}` is not known before the run")))
    }
}

/// Notes two cases of one name.
pub(super) fn refuse_twins(cases: &[Case], decoder: &mut Decoder<'_>) {
    let mut seen: HashMap<String, Span> = HashMap::with_capacity(cases.len());
    for case in cases {
        // Two rows of one label are told apart where they are read.
        if let Some(first) = seen.insert(case.title(), case.template.span)
            && first != case.template.span
        {
            let message = format!("two cases are called `{}`", case.title());
            let diagnostic =
                Diagnostic::new(codes::DUPLICATE_NAME, case.template.span, message).also(first, "first here");
            decoder.found.push(diagnostic.help("give each case its own name"));
        }
    }
}

/// The cases that a suite's written cases make.
pub(super) fn expand(compiled: Vec<Compiled>, suite: &Arc<Suite>) -> Vec<Case> {
    let mut cases = Vec::new();
    for Compiled { template, rows, .. } in compiled {
        let template = Arc::new(template);
        cases.extend(rows.into_iter().map(|(name, label, row)| Case {
            suite: suite.clone(),
            template: template.clone(),
            row,
            name,
            label,
        }));
    }
    cases
}
