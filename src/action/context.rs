//! What a step works with: names, places, time, and the door to the world.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::StepError;
use crate::diagnostic::codes;
use crate::syntax::{Arg, Scope, SetTolerance, Tier};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::files::{Base, Bounds, read_bounded};
use crate::system::http::{ClientOptions, Clients, Http};
use crate::system::process::{Listener, Sandbox};
use crate::system::python;
use crate::value::FromValue;

/// Files larger than this are no small inputs.
const INPUT_LIMIT: u64 = 256 << 20;

/// One step's surroundings.
pub struct Context<'a> {
    pub scope: &'a dyn Scope,
    pub places: &'a Places<'a>,
    pub world: &'a World,
    /// The seed in force.
    pub seed: u64,
    pub tier: Tier,
    /// How close numbers must be, unless the action is told otherwise.
    pub tolerance: SetTolerance,
    pub deadline: Deadline,
    pub cancel: &'a Cancel,
    pub children: &'a Children,
    /// Whether the spec speaks of an output of this step: what it counts by itself is then the spec's to judge.
    pub asked: &'a (dyn Fn(&str) -> bool + Sync),
    /// What must not be told to anyone it was not meant for.
    pub secrets: &'a dyn Secrets,
}

/// The secrets of a run.
pub trait Secrets: Sync {
    /// Whether a text holds one of them, in whatever form.
    fn within(&self, text: &str) -> bool;
}

#[cfg(test)]
impl Secrets for Option<&str> {
    fn within(&self, text: &str) -> bool {
        self.is_some_and(|secret| text.contains(secret))
    }
}

/// What the children of a step are started with.
#[derive(Clone, Debug, Default)]
pub struct Children {
    /// Their environment, before what a step declares.
    pub env: Vec<(String, String)>,
    /// What they may reach.
    pub sandbox: Sandbox,
    /// Who is told of what they print, line by line.
    pub listener: Option<Listener>,
}

/// The door to the world, shared by all steps.
#[derive(Default)]
pub struct World {
    http: Clients,
    search: python::Search,
    interpreter: OnceLock<Result<Arc<python::Interpreter>, python::NoInterpreter>>,
    workers: python::Pool,
}

impl World {
    /// A world in which the team's Python is found in this way.
    pub fn new(search: python::Search) -> Self {
        Self { search, ..Self::default() }
    }

    /// The environment of this process, of which children get what is declared.
    pub fn env(&self) -> &HashMap<String, String> {
        &self.search.env
    }

    /// The team's Python, looked for when it is first asked for.
    pub fn python(&self, cancel: &Cancel) -> Result<Arc<python::Interpreter>, StepError> {
        let found = self.interpreter.get_or_init(|| self.search.find(cancel).map(Arc::new));
        found.clone().map_err(|none| {
            none.tried.iter().fold(StepError::new(none.to_string()).code(codes::CANNOT_CALL), StepError::note).help(
                "install Python 3.9 or later, make a `.venv`, or name one with `python:` in mlfunnel.yaml or `--python`",
            )
        })
    }

    /// Processes of the team's Python, which stay for the whole run.
    pub fn workers(&self) -> &python::Pool {
        &self.workers
    }

    /// What sends the requests of all steps, each by the client that it asks for.
    pub fn http(&self) -> Result<&dyn Http, StepError> {
        Ok(&self.http)
    }

    /// The options of a client, as requests carry them.
    pub fn client(&self, options: ClientOptions) -> Result<Arc<ClientOptions>, StepError> {
        self.http.share(options).map_err(|error| {
            let made = StepError::new(error.message);
            if let Some(help) = error.help { made.help(help) } else { made }
        })
    }

    /// Breaks off every request under way, so that an interrupted run ends at once.
    pub fn interrupt(&self) {
        self.http.interrupt();
    }
}

/// What is known around a step before it runs.
pub struct Surroundings<'a> {
    pub bounds: &'a Bounds,
    pub world: &'a World,
    pub cancel: &'a Cancel,
    pub children: &'a Children,
}

/// A worker that a step will need, and what it should import before it is asked.
#[derive(Debug)]
pub struct Wanted {
    pub key: python::Key,
    pub module: Arc<str>,
}

/// Where paths lead.
pub struct Places<'a> {
    pub bounds: &'a Bounds,
    /// Makes the case's workspace when it is first needed.
    pub workspace: &'a (dyn Fn() -> Result<PathBuf, String> + Sync),
    /// What earlier steps write into the workspace, by name.
    pub saved: &'a [Arc<str>],
}

impl Places<'_> {
    /// The file a spec means when it is to be read.
    pub fn input(&self, text: &str) -> Result<PathBuf, StepError> {
        if self.saved.iter().any(|saved| **saved == *text) {
            return self.output(text);
        }
        // What was made inside the workspace may be named by its whole path, as `$workspace/x`.
        if Path::new(text).is_absolute() {
            let workspace = (self.workspace)().map_err(StepError::new)?;
            if let Ok(inside) = Path::new(text).strip_prefix(&workspace) {
                let itself = inside.as_os_str().is_empty();
                return if itself { Ok(workspace) } else { self.output(&inside.to_string_lossy()) };
            }
        }
        self.bounds.resolve(text, Base::of(text)).map_err(outside)
    }

    /// The file of the workspace that a spec means when it is to be written.
    pub fn output(&self, text: &str) -> Result<PathBuf, StepError> {
        let workspace = Some((self.workspace)().map_err(StepError::new)?);
        Bounds { workspace, ..self.bounds.clone() }.resolve(text, Base::Workspace).map_err(outside)
    }
}

#[allow(clippy::needless_pass_by_value)] // the shape `map_err` wants
fn outside(error: crate::system::files::PathError) -> StepError {
    StepError::new(error.to_string()).code(codes::PATH_OUTSIDE)
}

impl Context<'_> {
    /// A parameter's value, its references bound.
    pub fn get<T: FromValue + Clone>(&self, arg: &Arg<T>) -> Result<T, StepError> {
        Ok(arg.bind(self.scope)?)
    }

    /// An optional parameter's value.
    pub fn maybe<T: FromValue + Clone>(&self, arg: Option<&Arg<T>>) -> Result<Option<T>, StepError> {
        arg.map(|arg| self.get(arg)).transpose()
    }

    /// The content of a file named by a parameter.
    pub fn read(&self, arg: &Arg<Arc<str>>) -> Result<Vec<u8>, StepError> {
        self.read_path(&self.get(arg)?).map(|(content, _)| content).map_err(|error| error.at(arg.span))
    }

    /// The content of a file as a spec names it, and where that is.
    pub fn read_path(&self, text: &str) -> Result<(Vec<u8>, PathBuf), StepError> {
        let path = self.places.input(text)?;
        let content = read_bounded(&path, INPUT_LIMIT).map_err(|error| StepError::new(error.to_string()))?;
        Ok((content, path))
    }

    /// Whether the step should stop: its time is over, or the run was interrupted.
    pub fn over(&self) -> bool {
        self.deadline.expired() || self.cancel.is_cancelled()
    }
}
