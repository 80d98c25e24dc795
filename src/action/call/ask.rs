//! A worker asked to call a function, and what it means when it does not answer.

use std::path::PathBuf;
use std::sync::Arc;

use crate::action::{Children, Context, StepError, child, environment};
use crate::diagnostic::codes;
use crate::syntax::Arg;
use crate::system::files::{Base, Bounds};
use crate::system::process::{self, Exit};
use crate::system::python::{
    self, Arguments, Broken, Call, Form, Interpreter, Key, Reply, StartError, Step, Worker,
};
use crate::value::Map;

/// Variables that differ from case to case: a worker is given them with each call.
const OF_A_CALL: [&str; 2] = ["MLFUNNEL_WORKSPACE", "TMPDIR"];

/// What is asked, its references bound.
pub(in crate::action) struct Question<'a> {
    pub target: &'a str,
    pub init: Option<Arguments>,
    pub steps: Vec<Step>,
    pub form: Option<Form>,
    pub env: Option<&'a Arg<Arc<Map>>>,
    pub cwd: Option<&'a Arg<Arc<str>>>,
    /// In a process of its own.
    pub isolate: bool,
}

/// Takes a worker, or starts one, and has it call.
pub(in crate::action) fn ask(question: Question<'_>, context: &Context<'_>) -> Result<Reply, StepError> {
    let Question { target, init, steps, form, env, cwd, isolate } = question;
    let folder = child::folder(context, cwd)?;
    let declared = context.maybe(env)?;
    let declared = env.zip(declared.as_deref());
    let interpreter = context.world.python(context.cancel)?;
    let (key, mut own) = key(interpreter, folder, context.children, declared)?;
    own.push(child::workspace(context)?);
    let network = &context.children.sandbox.network;
    let (deadline, cancel) = (context.deadline, context.cancel);
    let idle = if isolate { None } else { context.world.workers().take(&key) };
    let mut worker = match idle {
        Some(worker) => worker,
        None => Worker::start(&key, network, deadline, cancel).map_err(|error| no_worker(&error, &key))?,
    };
    let call = Call { target, init, steps, form, seed: context.seed, env: &own, network };
    let reply = worker.call(&call, deadline, cancel).map_err(|broken| explain(target, &broken))?;
    let fault = match &reply.outcome {
        python::Outcome::Fault(fault) => {
            Some(super::result::fault(fault, &key.interpreter, &context.children.sandbox))
        }
        _ => None,
    };
    if isolate {
        worker.stop();
    } else {
        context.world.workers().give(key, worker);
    }
    fault.map_or(Ok(reply), Err)
}

/// What a worker is kept apart by, and the variables that are each call's own.
#[allow(clippy::type_complexity)] // variables, as everywhere
pub(super) fn key(
    interpreter: Arc<Interpreter>,
    folder: PathBuf,
    children: &Children,
    declared: Option<(&Arg<Arc<Map>>, &Map)>,
) -> Result<(Key, Vec<(String, String)>), StepError> {
    let is_declared = |name: &str| declared.is_some_and(|(_, map)| map.contains_key(name));
    let (own, mut env): (Vec<_>, Vec<_>) = environment(&children.env, declared)?
        .into_iter()
        .partition(|(name, _)| OF_A_CALL.contains(&&**name) && !is_declared(name));
    if !env.iter().any(|(name, _)| name == "PYTHONHASHSEED") {
        env.push(("PYTHONHASHSEED".to_owned(), "0".to_owned()));
    }
    let writable = children.sandbox.writable.clone();
    Ok((Key { interpreter, folder, env, writable }, own))
}

/// A folder that is known before anything runs.
pub(super) fn folder_of(text: &str, bounds: &Bounds) -> Option<PathBuf> {
    bounds.resolve(text, Base::of(text)).ok()
}

fn no_worker(error: &StartError, key: &Key) -> StepError {
    let python = key.interpreter.path.display();
    let message = format!("no worker can be started with `{python}`: {error}");
    let step = match error {
        StartError::NoGreeting { cause: Some(process::Broken::TimedOut), .. } => {
            StepError::timed_out(message)
        }
        StartError::NoGreeting { cause: Some(process::Broken::Cancelled), .. } => {
            StepError::new(message).code(codes::INTERRUPTED)
        }
        _ => StepError::new(message).code(codes::CANNOT_CALL),
    };
    origin(step, &key.interpreter).help(
        "name another interpreter with `python:` in mlfunnel.yaml or `--python`; it is Python 3.9 or later",
    )
}

/// The error with how its interpreter was found.
pub(super) fn origin(error: StepError, interpreter: &Interpreter) -> StepError {
    let found = format!("the interpreter is {}, found as {}", interpreter.path.display(), interpreter.origin);
    match &interpreter.passed_over[..] {
        [] => error.note(found),
        passed => error.note(format!("{found}; before it:\n  {}", passed.join("\n  "))),
    }
}

fn explain(target: &str, broken: &Broken) -> StepError {
    let error = match (broken.why, &broken.garbage) {
        (_, Some(garbage)) => StepError::new(format!(
            "`{target}` wrote into the socket between mlfunnel and its process, where this came in place of an answer: {garbage}"
        ))
        .code(codes::CRASHED)
        .help("a function must leave the descriptors alone that it did not open"),
        (process::Broken::TimedOut, _) => {
            StepError::timed_out(format!("`{target}` was still running when its time was over"))
        }
        (process::Broken::Cancelled, _) => {
            StepError::new(format!("`{target}` was interrupted")).code(codes::INTERRUPTED)
        }
        (process::Broken::Ended(Some(exit)), _) => {
            let cause = match exit {
                Exit::Signal(9) => ", as when memory runs out",
                Exit::Signal(11) => ", a segmentation fault",
                Exit::Code(_) | Exit::Signal(_) => "",
            };
            StepError::new(format!("the process of `{target}` ended during the call, with {exit}{cause}"))
                .code(codes::CRASHED)
        }
        (why @ process::Broken::NotSandboxed, _) => {
            StepError::new(format!("`{target}` was not called: {why}")).code(codes::CANNOT_CALL)
        }
        (process::Broken::Ended(None), _) => {
            StepError::new(format!("`{target}` closed the socket between mlfunnel and its process"))
                .code(codes::CRASHED)
                .help("a function must leave the descriptors alone that it did not open")
        }
    };
    let error = child::with_refused(error, &broken.refused);
    let words = child::last_words(&broken.stderr, &broken.stdout);
    words.map(|words| theirs(&words)).into_iter().fold(error, StepError::note)
}

/// The lines without our own frames, with which a stack that is written down at a crash or a timeout ends.
fn theirs(lines: &str) -> String {
    let ours = |line: &&str| {
        line.starts_with("  File \"<mlfunnel>\"")
            || line.starts_with("  File \"<string>\"") && line.ends_with(" in <module>")
    };
    let said = |line: &'_ str| match line.split_once(" 0x") {
        // The number of a thread means nothing, and is another one each time.
        Some((thread @ ("Current thread" | "Thread"), rest)) => {
            format!("{thread}{}", &rest[rest.find(' ').unwrap_or(0)..])
        }
        _ => line.to_owned(),
    };
    lines.lines().filter(|line| !ours(line)).map(said).collect::<Vec<_>>().join("\n")
}
