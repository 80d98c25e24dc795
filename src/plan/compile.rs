//! From files to a plan: reads every spec, gathers every mistake.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::case::{self, Inherited};
use super::names::{Names, What};
use super::needs::Needs;
use super::step::Around;
use super::{
    Case, Fixture, Plan, Selection, Service, SetTolerance, Settings, Suite, Var, config, discover, select,
    step,
};
use crate::action::Known;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::service::ServiceSpec;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{Decode, Decoder, Expr, Node, SuiteSpec, parse};
use crate::system::files::{Bounds, ReadErrorKind, read_bounded};
use crate::value::Value;

/// A spec larger than this is data.
const LIMIT: u64 = 64 << 20;

/// What was read: a plan, or the mistakes that stand against one.
#[derive(Debug)]
pub struct Loaded {
    pub sources: Arc<Sources>,
    pub result: Result<Plan, Vec<Diagnostic>>,
}

/// What to read, and how.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// Files, folders and globs; the settings' own when empty.
    pub paths: &'a [String],
    pub profile: Option<&'a str>,
    /// In place of every suite's own seed.
    pub seed: Option<u64>,
    pub selection: Selection,
}

/// Reads specs and makes a plan of them. Nothing is run, and nothing is said.
pub fn load(request: &Request<'_>) -> Loaded {
    let mut sources = Sources::default();
    let mut found = Diagnostics::default();
    let here = std::env::current_dir().unwrap_or_default();
    let start = request.paths.first().map_or_else(|| here.clone(), |path| here.join(path));
    let root = config::find_project(&start, &here);
    let settings = Settings::read(&root, request.profile, &mut sources, &mut found);
    let (arguments, base) =
        if request.paths.is_empty() { (&settings.specs[..], &root) } else { (request.paths, &here) };
    let mut files: Vec<PathBuf> = Vec::new();
    for file in arguments.iter().flat_map(|argument| discover::specs(argument, base, &mut found)) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let read: Vec<(PathBuf, SourceId, Option<Node>)> =
        files.into_iter().filter_map(|file| read_file(file, &mut sources, &mut found)).collect();
    let mut cases = Vec::new();
    let mut suites: HashMap<Arc<str>, Span> = HashMap::new();
    for (file, source, node) in read {
        let Some(node) = node else { continue };
        let compiled = compile(&node, &file, source, &sources, &settings, request.seed, &mut found);
        if let Some((name, span)) = suite_name(&node)
            && let Some(first) = suites.insert(name.clone(), span)
        {
            let message = format!("two suites are called `{name}`");
            found.push(
                Diagnostic::new(codes::DUPLICATE_NAME, span, message)
                    .also(first, "first here")
                    .help("give each suite its own name"),
            );
        }
        cases.extend(compiled.unwrap_or_default());
    }
    request.selection.check(&cases, &mut found);
    let sources = Arc::new(sources);
    let result = if found.is_empty() {
        Ok(select::plan(cases, &request.selection, settings, sources.clone()))
    } else {
        Err(found.into_sorted())
    };
    Loaded { sources, result }
}

/// A path as a user would write it from here.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn read_file(
    file: PathBuf,
    sources: &mut Sources,
    found: &mut Diagnostics,
) -> Option<(PathBuf, SourceId, Option<Node>)> {
    let shown = shown(&file);
    let bytes = match read_bounded(&file, LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => {
            let (code, help) = match error.kind {
                ReadErrorKind::TooLarge { .. } => {
                    (codes::TOO_LARGE, "a spec describes checks; put large data into a fixture file")
                }
                _ => (codes::UNREADABLE, "give a spec file, a folder of specs, or a glob in quotes"),
            };
            found.push(Diagnostic::of_file(code, shown, error.to_string()).help(help));
            return None;
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = sources.add(shown, text);
            let span = Span { source, start: at as u32, end: at as u32 + 1 };
            found.push(
                Diagnostic::new(codes::NOT_UTF8, span, "this is not UTF-8 text")
                    .help("save the file as UTF-8"),
            );
            return None;
        }
    };
    let source = sources.add(shown, text);
    let before = found.len();
    let node = parse(&sources.text(source).clone(), source, found);
    if node.is_none() && found.len() == before {
        let diagnostic =
            Diagnostic::new(codes::EMPTY_FILE, Span { source, start: 0, end: 0 }, "this file holds no suite");
        found.push(diagnostic.help("a suite has `suite:`, `tier:` and `cases:`"));
    }
    Some((file, source, node))
}

fn suite_name(node: &Node) -> Option<(Arc<str>, Span)> {
    let name = node.get("suite")?;
    Some((name.as_text()?.clone(), name.span))
}

/// Types one suite; `None` when its skeleton is broken.
fn compile(
    node: &Node,
    file: &Path,
    source: SourceId,
    sources: &Sources,
    settings: &Settings,
    seed: Option<u64>,
    found: &mut Diagnostics,
) -> Option<Vec<Case>> {
    let mut decoder = Decoder::new(found);
    let spec = SuiteSpec::decode(node, &mut decoder)?;
    // Each part's references are checked when the names it may use are known.
    decoder.uses.clear();
    let spec_dir = file.parent().unwrap_or(Path::new(".")).to_owned();
    let bounds = Bounds { spec_dir: spec_dir.clone(), project_root: settings.root.clone(), workspace: None };
    let mut names = Names::new(None);
    let fixtures = fixtures(&spec, &bounds, &mut names, &mut decoder);
    for (key, node) in &spec.services.0 {
        let fake = node.get("fake").is_some();
        names.declare(&key.text, What::Service { fake }, key.span, decoder.found);
    }
    let vars = vars(&spec, &mut names, &mut decoder);
    let services = services(&spec, &names, &mut decoder);
    for (key, _) in &spec.defaults.0 {
        if crate::action::find(&key.text).is_none() {
            let names = crate::action::ACTIONS.iter().map(|entry| entry.name);
            let message = format!("`{}` is no action, so it has no defaults", key.text);
            let help = crate::diagnostic::did_you_mean(&key.text, names);
            decoder.found.push(Diagnostic::new(codes::UNKNOWN_ACTION, key.span, message).maybe_help(help));
        }
    }
    if spec.suite.value.trim().is_empty() {
        let diagnostic = Diagnostic::new(codes::INVALID_VALUE, spec.suite.span, "a suite needs a name");
        decoder.found.push(diagnostic.help("say what it checks: every report calls it by this"));
    }
    step::refuse_no_time(spec.timeout.as_ref(), &mut decoder);
    let timeout = spec.timeout.as_ref().map_or((settings.timeout, None), |set| (set.value, Some(set.span)));
    let tolerance = spec.tolerance.map_or(settings.tolerance, SetTolerance::from);
    let inherited = Inherited {
        around: Around { tier: spec.tier.value, one_step: false },
        names: &names,
        fixtures: &fixtures,
        bounds: &bounds,
        tags: spec.tags.as_ref().map_or(&[][..], |tags| &tags.value),
        tolerance,
        timeout,
    };
    decoder.defaults.clone_from(&spec.defaults);
    let mut compiled: Vec<_> =
        spec.cases.0.iter().filter_map(|case| case::compile(case, &inherited, &mut decoder)).collect();
    let needs = Needs { vars: &vars, services: &services };
    needs.refuse_circles(&mut decoder);
    needs.share_fakes(sources.path(source), &names.take_recorded(), &mut compiled);
    let stem = file.file_stem().unwrap_or_default().to_owned();
    let suite = Arc::new(Suite {
        name: spec.suite.value.clone(),
        file: sources.path(source).clone(),
        tier: spec.tier.value,
        seed: seed.or(spec.seed.as_ref().map(|seed| seed.value)).unwrap_or(0),
        bounds,
        vars,
        fixtures,
        services,
        snapshots: spec_dir.join("snapshots").join(stem),
    });
    let cases = case::expand(compiled, &suite);
    case::refuse_twins(&cases, &mut decoder);
    Some(cases)
}

fn fixtures(
    spec: &SuiteSpec,
    bounds: &Bounds,
    names: &mut Names<'_>,
    decoder: &mut Decoder<'_>,
) -> Vec<Fixture> {
    let mut read = Vec::new();
    for (key, node) in &spec.fixtures.0 {
        names.declare(&key.text, What::Fixture, key.span, decoder.found);
        if let Some(fixture) = Fixture::read(key, node, decoder) {
            fixture.check(bounds, decoder);
            read.push(fixture);
        }
    }
    // What a fixture generates stands by itself.
    names.check(&std::mem::take(&mut decoder.uses), decoder.found);
    read
}

fn services(spec: &SuiteSpec, names: &Names<'_>, decoder: &mut Decoder<'_>) -> Vec<Service> {
    let mut read = Vec::new();
    for (key, node) in &spec.services.0 {
        decoder.uses.clear();
        let service = ServiceSpec::decode(node, decoder);
        let uses = std::mem::take(&mut decoder.uses);
        let names = Names::with_port(names);
        names.check(&uses, decoder.found);
        let uses = names.take_used();
        read.extend(service.map(|spec| Service { name: key.text.clone(), spec, uses, span: key.span }));
    }
    read
}

fn vars(spec: &SuiteSpec, names: &mut Names<'_>, decoder: &mut Decoder<'_>) -> Vec<Var> {
    let mut read = Vec::new();
    for (key, var) in &spec.vars.0 {
        let expr = var.default.as_ref().map(|default| &default.expr);
        let uses: Vec<_> = expr
            .map_or(Vec::new(), Expr::references)
            .into_iter()
            .map(|found| crate::syntax::Use { reference: found.clone(), wanted: &[crate::value::Kind::Any] })
            .collect();
        names.check(&uses, decoder.found);
        let known = match expr {
            Some(Expr::Reference(reference)) => names.known(reference),
            Some(Expr::Literal(Value::Text(text))) => Known::Text(text.clone()),
            _ => Known::Nothing,
        };
        names.declare(&key.text, What::Var(known), key.span, decoder.found);
        read.extend(Var::read(key, var.clone(), decoder.found));
    }
    read
}
