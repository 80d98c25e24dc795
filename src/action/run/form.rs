//! The ways to write a command: its words, a line for a shell, a Python script or notebook.

use std::path::Path;
use std::sync::Arc;

use super::{Argv, Context, Keys, StepError, Words};
use crate::action::child::called;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::{Arg, Decoder};

/// Runs the code cells of a notebook, in whatever Python it is given to.
const NOTEBOOK: &str = include_str!("notebook.py");

/// What to run, as it is written.
#[derive(Debug)]
pub(super) enum Form {
    Argv(Arg<Argv>),
    Shell(Arg<Arc<str>>),
    Python(Arg<Arc<str>>, Option<Arg<Words>>),
}

/// A command's words, and what people call it.
pub(super) struct Invocation {
    pub argv: Vec<String>,
    pub name: String,
}

impl Form {
    /// The one that is given.
    pub(super) fn of(keys: &mut Keys, span: Span, decoder: &mut Decoder<'_>) -> Option<Self> {
        let arguments = keys.args.take();
        let stray = arguments.as_ref().filter(|_| keys.python.is_none()).map(|arguments| arguments.span);
        let given = [
            keys.argv.take().map(|argv| ("argv", argv.span, Self::Argv(argv))),
            keys.shell.take().map(|line| ("shell", line.span, Self::Shell(line))),
            keys.python.take().map(|script| ("python", script.span, Self::Python(script, arguments))),
        ];
        let mut given = given.into_iter().flatten();
        let Some((first, _, form)) = given.next() else {
            let diagnostic = Diagnostic::new(codes::MISSING_KEY, span, "there is nothing to run");
            return decoder.refuse(diagnostic.help("give `argv: [program, argument, …]`"));
        };
        if let Some((second, span, _)) = given.next() {
            let message = format!("`{first}` and `{second}` are both given");
            let diagnostic = Diagnostic::new(codes::CONFLICTING_KEYS, span, message);
            return decoder.refuse(diagnostic.help("keep one of them"));
        }
        if let Some(span) = stray {
            let message = format!("`args` stands beside `{first}`");
            let help = if first == "argv" { "put them into `argv`" } else { "put them into the line" };
            return decoder.refuse(Diagnostic::new(codes::CONFLICTING_KEYS, span, message).help(help));
        }
        Some(form)
    }

    /// Its words, references bound.
    pub(super) fn invocation(&self, context: &Context<'_>) -> Result<Invocation, StepError> {
        match self {
            Self::Argv(argv) => {
                let argv = context.get(argv)?.0;
                Ok(Invocation { name: called(&argv), argv })
            }
            Self::Shell(line) => {
                let argv = vec!["sh".to_owned(), "-c".to_owned(), context.get(line)?.to_string()];
                Ok(Invocation { name: called(&argv), argv })
            }
            Self::Python(script, arguments) => {
                let arguments = context.maybe(arguments.as_ref())?.map_or_else(Vec::new, |words| words.0);
                python(script, arguments, context)
            }
        }
    }
}

fn python(
    script: &Arg<Arc<str>>,
    arguments: Vec<String>,
    context: &Context<'_>,
) -> Result<Invocation, StepError> {
    let text = context.get(script)?;
    let path = context.places.input(&text).map_err(|error| error.at(script.span))?;
    if !path.is_file() {
        let error = StepError::new(format!("there is no file `{text}`")).at(script.span);
        return Err(error.help("a path starts at the project's root; `./` at the spec's own folder"));
    }
    let interpreter = context.world.python(context.cancel)?;
    let name = called(
        &["python".to_owned(), text.to_string()]
            .into_iter()
            .chain(arguments.iter().cloned())
            .collect::<Vec<_>>(),
    );
    let notebook = Path::new(&*text).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ipynb"));
    let mut argv = vec![interpreter.path.to_string_lossy().into_owned()];
    if notebook {
        argv.extend(["-c".to_owned(), NOTEBOOK.to_owned()]);
    }
    argv.push(path.to_string_lossy().into_owned());
    argv.extend(arguments);
    Ok(Invocation { argv, name })
}
