//! What names mean while a case runs.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::Shared;
use super::repeat::Repetition;
use super::services::Urls;
use crate::action::{Action, Children, Context, Places};
use crate::diagnostic::codes;
use crate::plan::{Case, SetTolerance, Step};
use crate::syntax::{Scope, Unbound};
use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::workspace::Workspace;
use crate::value::{Outputs, Segment, Value};

/// One attempt's own folder, made when first asked for: most unit cases never do.
pub(super) struct LazyWorkspace<'a> {
    shared: &'a Shared,
    name: &'a str,
    repetition: Option<Repetition>,
    made: OnceLock<Result<Workspace, String>>,
}

impl<'a> LazyWorkspace<'a> {
    pub(super) fn new(shared: &'a Shared, name: &'a str, repetition: Option<Repetition>) -> Self {
        Self { shared, name, repetition, made: OnceLock::new() }
    }

    /// Its path, the folder made if need be.
    pub(super) fn path(&self) -> Result<PathBuf, String> {
        let make = || {
            let made = self.shared.options.folder.workspace(&self.shared.redactor.hide(self.name));
            let made = made.and_then(|made| match self.repetition {
                // A path of another length and depth, on which nothing may depend.
                Some(Repetition { number: number @ 2.., vary: true }) => {
                    made.below(&format!("again/{number}"))
                }
                _ => Ok(made),
            });
            made.map_err(|error| format!("no workspace could be made: {error}"))
        };
        self.made
            .get_or_init(make)
            .as_ref()
            .map(|workspace| workspace.path().to_owned())
            .map_err(Clone::clone)
    }

    /// The folder, when it was made.
    pub(super) fn into_made(self) -> Option<Workspace> {
        self.made.into_inner()?.ok()
    }
}

/// What a step gave, by its id.
pub(super) struct Given {
    pub id: Arc<str>,
    /// The output that the id alone stands for.
    pub first: Option<&'static str>,
    pub outputs: Outputs,
}

/// The inputs of one run of a case under `for_all`.
pub(super) struct Drawn {
    pub values: Vec<(Arc<str>, Value)>,
    /// Keep the workspace when this run does not pass.
    pub keep: bool,
}

/// The names of one attempt at one case.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub case: &'a Case,
    pub shared: &'a Shared,
    pub urls: &'a Urls,
    pub workspace: &'a LazyWorkspace<'a>,
    /// What this attempt's children are started with.
    pub children: &'a Children,
    /// The inputs of this run, under `for_all`.
    pub drawn: Option<&'a Drawn>,
    /// The steps before.
    pub steps: &'a [Given],
    /// The step itself, for its own expectations.
    pub own: Option<&'a Given>,
}

impl Names<'_> {
    fn fixture(&self, index: usize) -> Result<Value, Unbound> {
        let suite = &self.case.suite;
        let generate = |action: &dyn Action| self.generated(action);
        suite.fixtures[index].value(&suite.bounds, generate).map_err(Unbound::new)
    }

    /// The table that a fixture generates; it depends on the suite's seed and nothing else.
    fn generated(&self, action: &dyn Action) -> Result<Value, String> {
        let workspace = || Err("a fixture has no workspace".to_owned());
        let suite = &self.case.suite;
        let context = Context {
            scope: self,
            places: &Places { bounds: &suite.bounds, workspace: &workspace, saved: &[] },
            world: &self.shared.world,
            seed: suite.seed,
            tier: suite.tier,
            tolerance: SetTolerance::default(),
            deadline: Deadline::NEVER,
            cancel: &Cancel::new(),
            children: self.children,
            asked: &|_| false,
            secrets: &*self.shared.redactor,
        };
        let done = action.run(&context).map_err(|error| error.message)?;
        done.outputs.values.get("data").cloned().ok_or_else(|| "nothing was generated".to_owned())
    }

    fn step(&self, name: &str) -> Option<&Given> {
        self.own.into_iter().chain(self.steps.iter().rev()).find(|given| *given.id == *name)
    }
}

impl Scope for Names<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        let suite = &self.case.suite;
        if let Some((_, expr)) =
            self.case.row.iter().flat_map(|row| row.iter()).find(|(held, _)| **held == *name)
        {
            return expr.bind(self);
        }
        let mut drawn = self.drawn.iter().flat_map(|drawn| &drawn.values);
        if let Some((_, value)) = drawn.find(|(held, _)| **held == *name) {
            return Ok(value.clone());
        }
        if let Some(given) = self.step(name) {
            let values = &given.outputs.values;
            let value = match given.first {
                Some(first) => values.get(first).cloned(),
                None => Some(Value::from(values.clone())),
            };
            return value.ok_or_else(|| Unbound::new(format!("the step `{name}` gave no value")));
        }
        if let Some(var) = suite.vars.iter().find(|var| *var.name == *name) {
            return self.shared.inputs.value(var, self);
        }
        if let Some(index) = suite.fixtures.iter().position(|fixture| *fixture.name == *name) {
            return self.fixture(index);
        }
        if suite.services.iter().any(|service| *service.name == *name) {
            return self.urls.follow(suite, name, &[]);
        }
        match name {
            "seed" => Ok(Value::from(suite.seed)),
            "workspace" => {
                self.workspace.path().map(|path| Value::text(path.to_string_lossy())).map_err(Unbound::new)
            }
            _ => Err(Unbound::new(format!("`${name}` has no value here"))),
        }
    }

    fn follow(&self, name: &str, path: &[Segment]) -> Result<Value, Unbound> {
        match self.step(name) {
            Some(given) if !path.is_empty() => given.outputs.follow(path).map_err(Unbound::new),
            None if self.case.suite.services.iter().any(|service| *service.name == *name) => {
                self.urls.follow(&self.case.suite, name, path)
            }
            _ => {
                let value = self.look_up(name)?;
                value.follow(path).map_err(|depth| Unbound::lost(name, &value, path, depth))
            }
        }
    }
}

/// The scope of a service's own parameters.
pub(super) struct ServiceScope<'a> {
    pub case: &'a Case,
    pub shared: &'a Shared,
    pub urls: &'a Urls,
}

impl Scope for ServiceScope<'_> {
    fn look_up(&self, name: &str) -> Result<Value, Unbound> {
        let workspace = LazyWorkspace::new(self.shared, "service", None);
        let names = Names {
            case: self.case,
            shared: self.shared,
            urls: self.urls,
            workspace: &workspace,
            children: &self.shared.children,
            drawn: None,
            steps: &[],
            own: None,
        };
        match name {
            "workspace" => Err(Unbound {
                code: Some(codes::INVALID_REFERENCE),
                ..Unbound::new("a service has no `$workspace`")
            }),
            _ => names.look_up(name),
        }
    }
}

/// What a step is given to work with.
pub(super) fn context<'a>(
    names: &'a Names<'a>,
    places: &'a Places<'a>,
    step: &Step,
    deadline: Deadline,
    cancel: &'a Cancel,
    asked: &'a (dyn Fn(&str) -> bool + Sync),
) -> Context<'a> {
    let deadline = step.timeout.map_or(deadline, |timeout| deadline.earlier(Deadline::after(timeout)));
    let suite = &names.case.suite;
    Context {
        scope: names,
        places,
        world: &names.shared.world,
        seed: suite.seed,
        tier: suite.tier,
        tolerance: step.tolerance.unwrap_or(names.case.template.tolerance),
        deadline,
        cancel,
        children: names.children,
        asked,
        secrets: &*names.shared.redactor,
    }
}
