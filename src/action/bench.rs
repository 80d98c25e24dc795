//! Runs an action on YAML text and a map of names, for the tests of actions.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Action, Children, Context, Done, Named, Places, StepError, World, find};
use crate::diagnostic::Diagnostics;
use crate::source::Sources;
use crate::syntax::{Decoder, Expr, Node, Scope, SetTolerance, Tier, Unbound, parse, tidy};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::files::Bounds;
use crate::value::{Path, Tolerance, Value, compare};

/// Names in scope, a seed, and a workspace.
pub(super) struct Bench {
    pub names: BTreeMap<String, Value>,
    pub seed: u64,
    pub deadline: Deadline,
    pub folder: TempDir,
}

impl Scope for Bench {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        self.names.get(name).cloned().ok_or_else(|| Unbound::new(format!("`${name}` is not bound")))
    }
}

impl Bench {
    pub fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            seed: 0,
            deadline: Deadline::NEVER,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Binds a name.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.bind(name, value);
        self
    }

    pub fn bind(&mut self, name: &str, value: impl Into<Value>) {
        self.names.insert(name.to_owned(), value.into());
    }

    /// Binds a name to a value written in YAML.
    pub fn yaml(self, name: &str, text: &str) -> Self {
        let mut found = Diagnostics::default();
        let source = Sources::default().add("bench.yaml", text);
        let value = parse(text, source, &mut found).unwrap().to_value();
        self.with(name, value)
    }

    /// Reads parameters and runs the action.
    pub fn run<A: Named>(&self, text: &str) -> Result<Done, StepError> {
        self.act(&read::<A>(text).unwrap_or_else(|found| panic!("{found:?}")))
    }

    /// Runs an action that was read.
    pub fn act(&self, action: &dyn Action) -> Result<Done, StepError> {
        let root = self.folder.path().canonicalize().unwrap();
        let bounds = Bounds { spec_dir: root.clone(), project_root: root.clone(), workspace: None };
        let workspace = || Ok::<PathBuf, String>(root.clone());
        let saved: Vec<Arc<str>> = Vec::new();
        let context = Context {
            scope: self,
            places: &Places { bounds: &bounds, workspace: &workspace, saved: &saved },
            world: &World::default(),
            seed: self.seed,
            tier: Tier::Unit,
            tolerance: SetTolerance::default(),
            deadline: self.deadline,
            cancel: &Cancel::new(),
            children: &Children::default(),
            asked: &|_| false,
            secrets: &None::<&str>,
        };
        action.run(&context)
    }

    /// One output, of a run that goes well.
    pub fn output<A: Named>(&self, text: &str, path: &str) -> Value {
        let done = self.run::<A>(text).unwrap_or_else(|error| panic!("{error:?}"));
        let path = Path::parse(path).unwrap();
        done.outputs.follow(&path.0).unwrap()
    }

    /// The message of a run that goes wrong.
    pub fn refused<A: Named>(&self, text: &str) -> String {
        self.run::<A>(text).err().unwrap_or_else(|| panic!("{text} ran")).message
    }
}

/// Reads an action's parameters; else every mistake as `message (help)` with the text at its place.
pub(super) fn read<A: Named>(text: &str) -> Result<A, Vec<String>> {
    let mut sources = Sources::default();
    let source = sources.add("bench.yaml", text);
    let mut found = Diagnostics::default();
    let node = parse(text, source, &mut found).unwrap();
    let action = A::decode(&node, &mut Decoder::new(&mut found));
    let found: Vec<String> = found
        .into_sorted()
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.span().map_or("", |span| sources.snippet(span));
            let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
            format!("{place}: {}{help}", diagnostic.message)
        })
        .collect();
    match action {
        Some(action) if found.is_empty() => Ok(action),
        _ => Err(found),
    }
}

/// Runs the steps of the cases in a page's examples, and compares the outputs that are expected to equal a literal.
/// Answers how many were compared.
pub(super) fn run_examples<A: Named>() -> usize {
    let mut compared = 0;
    for example in tidy(A::PAGE).split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let mut sources = Sources::default();
        let mut found = Diagnostics::default();
        let node = parse(example, sources.add("page.yaml", example), &mut found).unwrap();
        for case in node.get("cases").unwrap().as_list().unwrap() {
            let mut bench = Bench::new();
            let one = std::slice::from_ref(case);
            for step in case.get("steps").map_or(one, |steps| steps.as_list().unwrap()) {
                compared += bench.step(step);
            }
        }
    }
    compared
}

impl Bench {
    fn step(&mut self, step: &Node) -> usize {
        let entries = step.as_map().unwrap();
        let (entry, node) =
            entries.iter().find_map(|(key, node)| Some((find(&key.text)?, node))).expect("an action");
        let mut found = Diagnostics::default();
        let action = (entry.read)(node, &mut Decoder::new(&mut found));
        let action = action.unwrap_or_else(|| panic!("{found:?}"));
        let done = self.act(&*action).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(done.unsuccessful.is_none(), "{:?}", done.unsuccessful);
        if let Some(id) = step.get("id").and_then(|id| id.as_text()) {
            self.bind(id, done.outputs.values.clone());
        }
        let expected = step.get("expect").and_then(Node::as_map).unwrap_or_default();
        let literal = expected.iter().filter(|(_, node)| node.as_map().is_none());
        let mut compared = 0;
        for (path, node) in literal {
            let actual = done.outputs.follow(&Path::parse(&path.text).unwrap().0).unwrap();
            let expected = Expr::read(node, &mut found).unwrap().bind(self).unwrap();
            let verdict = compare(&actual, &expected, &Tolerance::default());
            assert!(verdict.mismatch.is_none(), "{}: {actual} is not {expected}", path.text);
            compared += 1;
        }
        compared
    }
}
