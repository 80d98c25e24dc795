//! `call`: the team's own Python function.

mod ask;
mod result;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::target::{Given, Methods, Positional, Target};
use super::{Action, Context, Done, Named, Output, StepError, Surroundings, Wanted};
use crate::diagnostic::{Diagnostic, codes};
use crate::params;
use crate::source::Span;
use crate::syntax::{Arg, Decode, Decoder, Node};
use crate::system::python::{self, Form, Step};
use crate::value::{Kind, Map};

params! {
    /// Calls a Python function of your own and gives what it returns.
    ///
    /// - The function is named as `module:function`, the module looked for in the project's root first (in `cwd` where
    ///   given), then in the interpreter's own places. `module:Class.method` leads into classes. A class is made with
    ///   `init`, and `method` names what is called on the object: one method, or a chain of several on the same object,
    ///   `[{fit: [$train]}, {transform: [$test]}]`, of which the last gives the result.
    /// - The interpreter is `--python`, else `python:` of mlfunnel.yaml, else an active environment (`VIRTUAL_ENV`,
    ///   `CONDA_PREFIX`), the project's `.venv`, the environment of uv (`UV_PROJECT_ENVIRONMENT`) or poetry, else
    ///   `python3` or `python` in `PATH`. It is Python 3.9 or later, and needs no package.
    /// - One process of it stays for all cases of a run, one for each job, and imports a module once. So module state is
    ///   shared between cases, unless `isolate: true` gives the call a process of its own. The working folder is set
    ///   anew before each call, and `random`, and numpy and torch where they are imported, are seeded with the suite's `seed`.
    /// - Arguments keep their types: an array is a numpy array (a list where numpy is missing), a table a pandas data
    ///   frame, as `pandas.read_csv` makes one: a null is a NaN, and whole numbers beside it are floats where floats hold
    ///   them exactly. `as` asks for another form; in `nullable`, `polars` and `arrow` null and NaN are two things.
    ///   Datetimes are in UTC, without a zone; durations are `timedelta`; files are their paths.
    /// - The result crosses without loss: None, booleans, integers of up to 64 bits, floats (NaN, infinities and -0.0 as
    ///   they are), strings, bytes, lists and tuples, mappings (keys as their text), sets (sorted), dataclasses and named
    ///   tuples (as mappings), enumerations (as their values), dates and times (as ISO 8601 text), `timedelta`; numpy
    ///   arrays and scalars (float16 and small integers widened; an array without axes is a scalar), pandas, polars and
    ///   Arrow columns (as arrays, as lists where they hold nulls) and tables (an index that has a name becomes a column),
    ///   and whatever has `__array__` or `numpy()`, such as tensors. A coroutine is run. What has no form, such as a fitted
    ///   model, a wider integer or a result of more than 256 MiB, leaves `result` missing, and only an expectation that
    ///   speaks of it then fails.
    /// - An exception, `SystemExit` among them, fails the step, unless `expect` speaks of `raised`: `raised: ValueError`
    ///   asks for its type, `raised.message` for its words. A module that cannot be imported, a process that ends or goes
    ///   on past the timeout is an error of this case alone.
    ///
    /// ```yaml
    /// cases:
    ///   - name: the mean of three numbers
    ///     call: {python: "statistics:mean", args: [[1, 2, 6]]}
    ///     expect: {result: 3}
    ///   - name: refuses what is no number
    ///     call: {python: "builtins:float", args: [abc]}
    ///     expect: {raised.type: ValueError, raised.message: {matches: "could not convert"}}
    ///   - name: a chain of methods on one object
    ///     call:
    ///       python: "collections:Counter"
    ///       init: [[a, b, a]]
    ///       method: [{update: [[b, b]]}, {most_common: [1]}]
    ///     expect: {result: [[b, 3]]}
    /// ```
    pub struct Keys = "`call`" short "python" {
        /// What is called: `module:function`, `module:Class` or `module:Class.method`.
        python: Arg<Target>,
        /// Its arguments, in order.
        args: Option<Arg<Positional>>,
        /// Its arguments, by name.
        kwargs: Option<Arg<Arc<Map>>>,
        /// What the class is made with before `method` is called: a list of arguments, or a mapping of them by name.
        init: Option<Arg<Given>>,
        /// The method of the object, or a chain of methods, each with its own arguments.
        method: Option<Methods>,
        /// The form in which tables and arrays arrive.
        form as "as": Option<Arg<Form>>,
        /// Variables of its environment, beside those that `run` gives a command; `PYTHONHASHSEED` is 0 when left out.
        env: Option<Arg<Arc<Map>>>,
        /// Where it works: a folder of the project, or `$workspace`.
        cwd: Option<Arg<Arc<str>>>,
        /// Whether the call gets a process of its own, which ends after it.
        isolate: Arg<bool> = |span| Arg::default(false, span),
    }
}

/// The action, its keys known to fit one another.
#[derive(Debug)]
pub(super) struct Call {
    keys: Keys,
    span: Span,
}

impl Decode for Call {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = Keys::decode(node, decoder)?;
        if let (Some(init), None) = (&keys.init, &keys.method) {
            let diagnostic = Diagnostic::new(
                codes::MISSING_KEY,
                init.span,
                "an object is made, and nothing is done with it",
            );
            return decoder.refuse(diagnostic.help("name what is called on it with `method: …`"));
        }
        let spans =
            [keys.args.as_ref().map(|args| args.span), keys.kwargs.as_ref().map(|kwargs| kwargs.span)];
        let chain = keys.method.as_ref().is_some_and(|methods| !methods.takes_arguments());
        if let (true, Some(span)) = (chain, spans.into_iter().flatten().next()) {
            let message = "the methods of this chain have arguments of their own";
            let help = "write them beside each method, as `[{fit: [$train]}, {transform: [$test]}]`";
            return decoder.refuse(Diagnostic::new(codes::CONFLICTING_KEYS, span, message).help(help));
        }
        Some(Self { keys, span: node.span })
    }

    fn schema() -> serde_json::Value {
        Keys::schema()
    }
}

impl Named for Call {
    const NAME: &'static str = "call";
    const PAGE: &'static str = Keys::PAGE;
    const OUTPUTS: &'static [Output] = &[
        Output::new("result", Kind::Any, "what it returned"),
        Output::new(
            "raised",
            Kind::Any,
            "the exception: `type`, `message`, `traceback`; null where it returned",
        ),
        Output::new(
            "stdout",
            Kind::Any,
            "what was printed during the call, as text, or as bytes where that is not UTF-8",
        ),
        Output::new("stderr", Kind::Any, "what was printed to standard error"),
        Output::new("duration", Kind::Duration, "of the function alone").volatile(),
    ];
}

impl Action for Call {
    fn run(&self, context: &Context<'_>) -> Result<Done, StepError> {
        self.finish(context).map_err(|error| error.at(self.span))
    }

    fn starts_children(&self) -> bool {
        true
    }

    fn workers(&self, surroundings: &Surroundings<'_>) -> Vec<Wanted> {
        self.worker(surroundings).into_iter().collect()
    }

    fn first_output(&self) -> Option<&'static str> {
        Some("result")
    }

    fn measures_latency(&self, asked: &[(Arc<str>, Span)]) -> bool {
        asked.iter().any(|(path, _)| &**path == "duration")
    }
}

impl Call {
    /// The worker that is shared with other calls, where all that it is kept apart by is written out.
    fn worker(&self, surroundings: &Surroundings<'_>) -> Option<Wanted> {
        if self.keys.isolate.known() != Some(&false) {
            return None;
        }
        let module = self.keys.python.known()?.module();
        let env = match &self.keys.env {
            None => None,
            Some(env) => Some((env, &**env.known()?)),
        };
        let folder = match &self.keys.cwd {
            None => surroundings.bounds.project_root.clone(),
            Some(cwd) => ask::folder_of(cwd.known()?, surroundings.bounds)?,
        };
        let interpreter = surroundings.world.python(surroundings.cancel).ok()?;
        let (key, _) = ask::key(interpreter, folder, surroundings.children, env).ok()?;
        Some(Wanted { key, module: module.into() })
    }

    fn finish(&self, context: &Context<'_>) -> Result<Done, StepError> {
        let keys = &self.keys;
        let target = context.get(&keys.python)?;
        let own = python::Arguments {
            positional: context.maybe(keys.args.as_ref())?.map_or_else(Vec::new, |args| args.0),
            named: context.maybe(keys.kwargs.as_ref())?.map_or_else(Map::new, |map| (*map).clone()),
        };
        let steps = match &keys.method {
            None => vec![Step { method: None, arguments: own }],
            Some(methods) => methods.bind(own, context)?,
        };
        let question = ask::Question {
            target: target.text(),
            init: context.maybe(keys.init.as_ref())?.map(|given| given.0),
            steps,
            form: context.maybe(keys.form.as_ref())?,
            env: keys.env.as_ref(),
            cwd: keys.cwd.as_ref(),
            isolate: context.get(&keys.isolate)?,
        };
        let reply = ask::ask(question, context)?;
        result::done(target.text(), reply, &context.children.sandbox)
    }
}
