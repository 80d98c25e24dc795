//! Actions that meet files, children and servers, in tests: parameters as YAML, names as values, the rest as a run
//! would give it.

use std::path::{Path, PathBuf};

use super::{Action, Children, Context, Done, Known, Places, Review, StepError, World};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};
use crate::syntax::{Decode, Decoder, Reference, Scope, SetTolerance, Tier, Unbound, parse};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::files::Bounds;
use crate::system::python::Search;
use crate::value::{Map, Outputs, Path as Way, Value};

/// A step's surroundings, with a folder of their own.
pub(super) struct Site {
    pub names: Map,
    pub tier: Tier,
    pub deadline: Deadline,
    pub cancel: Cancel,
    pub world: World,
    pub children: Children,
    /// The outputs that the step's expectations speak of.
    pub asked: Vec<&'static str>,
    /// What is to be kept from others.
    pub secret: Option<&'static str>,
    folder: tempfile::TempDir,
}

struct Names<'a>(&'a Map);

impl Scope for Names<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        self.0.get(name).cloned().ok_or_else(|| Unbound::new(format!("nothing is called `{name}`")))
    }
}

impl Site {
    pub fn new() -> Self {
        let path = std::env::var("PATH").unwrap_or_default();
        let folder = tempfile::tempdir().unwrap();
        for inside in ["project", "workspace"] {
            std::fs::create_dir(folder.path().join(inside)).unwrap();
        }
        Self {
            names: Map::new(),
            tier: Tier::Integration,
            deadline: Deadline::NEVER,
            cancel: Cancel::new(),
            world: World::new(Search {
                root: folder.path().join("project"),
                env: std::env::vars().collect(),
                ..Search::default()
            }),
            children: Children { env: vec![("PATH".into(), path)], ..Children::default() },
            asked: Vec::new(),
            secret: None,
            folder,
        }
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.names.insert(name.into(), value.into());
        self
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project").canonicalize().unwrap()
    }

    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("workspace").canonicalize().unwrap()
    }

    /// The action of these parameters, or what is wrong with them: `message | help`.
    pub fn read<A: Decode>(text: &str) -> Result<A, Vec<String>> {
        let mut sources = Sources::default();
        let source = sources.add("spec.yaml", text);
        let mut found = Diagnostics::default();
        let node = parse(text, source, &mut found).unwrap();
        let read = A::decode(&node, &mut Decoder::new(&mut found));
        read.filter(|_| found.is_empty()).ok_or_else(|| spell(found))
    }

    /// What a step of these parameters comes to.
    pub fn run<A: Action + Decode>(&self, text: &str) -> Result<Done, StepError> {
        let action = Self::read::<A>(text).unwrap_or_else(|found| panic!("{found:?}"));
        let bounds = Bounds {
            spec_dir: self.project(),
            project_root: self.project(),
            workspace: Some(self.workspace()),
        };
        let workspace = || Ok(self.workspace());
        let places = Places { bounds: &bounds, workspace: &workspace, saved: &[] };
        action.run(&Context {
            scope: &Names(&self.names),
            places: &places,
            world: &self.world,
            seed: 0,
            tier: self.tier,
            tolerance: SetTolerance::default(),
            deadline: self.deadline,
            cancel: &self.cancel,
            children: &self.children,
            asked: &|output| self.asked.contains(&output),
            secrets: &self.secret,
        })
    }

    /// What is wrong in the light of the suite: `message | help`.
    pub fn review<A: Action + Decode>(
        text: &str,
        tier: Tier,
        asked: &[&str],
        known: &dyn Fn(&Reference) -> Known,
    ) -> Vec<String> {
        let action = Self::read::<A>(text).unwrap_or_else(|found| panic!("{found:?}"));
        let asked: Vec<_> = asked.iter().map(|path| ((*path).into(), nowhere())).collect();
        let mut found = Diagnostics::default();
        action.review(&Review { tier, asked: &asked, needs: &[], known }, &mut found);
        spell(found)
    }
}

fn nowhere() -> Span {
    let mut sources = Sources::default();
    let source = sources.add("spec.yaml", "");
    sources.whole(source)
}

fn spell(found: Diagnostics) -> Vec<String> {
    let one = |diagnostic: &Diagnostic| match &diagnostic.help {
        Some(help) => format!("{} | {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    found.into_sorted().iter().map(one).collect()
}

/// An output by its path, as a message shows it.
pub(super) fn show(outputs: &Outputs, path: &str) -> String {
    outputs.follow(&Way::parse(path).unwrap().0).map_or_else(|why| why, |value| value.to_string())
}

/// A file of the project.
pub(super) fn write(folder: &Path, name: &str, content: &[u8]) {
    std::fs::write(folder.join(name), content).unwrap();
}
