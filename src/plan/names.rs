//! Names in scope: one namespace, nothing shadows, every use checked when the file is read.

use std::cell::RefCell;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::action::{Entry, Known};
use crate::diagnostic::{Diagnostic, Diagnostics, codes, suggest};
use crate::source::Span;
use crate::syntax::{Bound, Reference, Use, is_name};
use crate::value::{Kind, Segment};

/// Names that the language itself gives.
pub(super) const RESERVED: [&str; 4] = ["workspace", "seed", "port", "request"];

/// Names that are looked through for one that is near: in a longer list of them nobody would find it either.
const NEAR: usize = 300;
/// Further mistakes in names than these tell nothing new.
const MISTAKES: usize = 2000;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum What {
    Var(Known),
    Fixture,
    Service {
        fake: bool,
    },
    /// A column of `each`.
    Row,
    /// What an action binds for a part of its own parameters.
    Bound,
    /// An input of `for_all`.
    Drawn(Kind),
    /// An earlier step, and what its id alone means.
    Step {
        entry: &'static Entry,
        first: Option<&'static str>,
    },
    /// A step of this case that has not run yet.
    Later,
    /// A step with a mistake of its own: nothing is said of what speaks of it.
    Broken,
}

/// The names of a suite, or those of a case above its suite's.
pub(super) struct Names<'p> {
    parent: Option<&'p Names<'p>>,
    /// The first of a name counts.
    own: IndexMap<Arc<str>, (What, Span)>,
    /// Names of the suite that were used, by this layer's owner.
    used: RefCell<Vec<Arc<str>>>,
    /// Fakes whose record was spoken of.
    recorded: RefCell<Vec<Arc<str>>>,
    /// `$port` means something here.
    port: bool,
}

impl<'p> Names<'p> {
    pub(super) fn new(parent: Option<&'p Names<'p>>) -> Self {
        Self {
            parent,
            own: IndexMap::new(),
            used: RefCell::default(),
            recorded: RefCell::default(),
            port: false,
        }
    }

    /// The scope of a service's own parameters, where `$port` is.
    pub(super) fn with_port(parent: &'p Names<'p>) -> Self {
        Self { port: true, ..Self::new(Some(parent)) }
    }

    pub(super) fn declare(&mut self, name: &Arc<str>, what: What, span: Span, found: &mut Diagnostics) {
        if !is_name(name) {
            let message = format!("`{name}` cannot be a name");
            found.push(
                Diagnostic::new(codes::INVALID_VALUE, span, message)
                    .help("a name has letters, digits, `_` and `-`, and starts with a letter"),
            );
        } else if RESERVED.contains(&&**name) {
            let message = format!("the name `{name}` is taken by the language");
            found.push(Diagnostic::new(codes::DUPLICATE_NAME, span, message).help("choose another name"));
        } else if let Some((held, at)) = self.find(name) {
            // Parts of a suite are not declared in the order in which they are written.
            let (second, first, as_what) = if at < span { (span, at, held) } else { (at, span, &what) };
            let message = format!("the name `{name}` is declared twice");
            let diagnostic = Diagnostic::new(codes::DUPLICATE_NAME, second, message)
                .help("choose another name: nothing shadows");
            found.push(diagnostic.also(first, format!("first here, as {}", describe(as_what))));
        }
        self.own.entry(name.clone()).or_insert((what, span));
    }

    /// Checks the uses in a step whose action binds names for a part of its own parameters: these must not stand for
    /// something already, and mean nothing beside that part.
    pub(super) fn check_beside(&mut self, bound: &[Bound], uses: &[Use], found: &mut Diagnostics) {
        for Bound { name, span } in bound {
            Names::new(Some(self)).declare(name, What::Bound, *span, found);
            if self.find(name).is_none() {
                self.own.insert(name.clone(), (What::Bound, *span));
            }
        }
        self.check(uses, found);
        self.own.retain(|_, (what, _)| !matches!(what, What::Bound));
    }

    /// Turns a later step into one that has run.
    pub(super) fn ran(&mut self, name: &str, entry: &'static Entry, first: Option<&'static str>) {
        if let Some((what, _)) = self.own.get_mut(name) {
            *what = What::Step { entry, first };
        }
    }

    /// Marks a step that could not be read.
    pub(super) fn broke(&mut self, name: &str) {
        if let Some((what, _)) = self.own.get_mut(name) {
            *what = What::Broken;
        }
    }

    fn find(&self, name: &str) -> Option<(&What, Span)> {
        let own = self.own.get(name).map(|(what, span)| (what, *span));
        own.or_else(|| self.parent?.find(name))
    }

    fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.own.keys().map(|name| &**name).collect();
        all.extend(self.port.then_some("port"));
        all.extend(self.parent.map_or_else(|| vec!["workspace", "seed"], Names::all));
        all
    }

    /// Those that a message has room for.
    fn listed(&self) -> String {
        const ROOM: usize = 20;
        let all = self.all();
        let rest = if all.len() > ROOM { ", …" } else { "" };
        format!("`${}`{rest}", all[..all.len().min(ROOM)].join("`, `$"))
    }

    /// The names of the suite that were used since the last call.
    pub(super) fn take_used(&self) -> Vec<Arc<str>> {
        let mut used = self.used.take();
        used.sort();
        used.dedup();
        used
    }

    /// The fakes whose record was spoken of.
    pub(super) fn take_recorded(&self) -> Vec<Arc<str>> {
        self.recorded.take()
    }

    /// Notes uses of names that are not there, or not of the kind their place takes.
    pub(super) fn check(&self, uses: &[Use], found: &mut Diagnostics) {
        for one in uses {
            self.used.borrow_mut().push(one.reference.name.clone());
            if found.len() < MISTAKES
                && let Err(diagnostic) = self.check_one(&one.reference, one.wanted)
            {
                found.push(*diagnostic);
            }
        }
    }

    fn check_one(&self, reference: &Reference, wanted: &[Kind]) -> Result<(), Box<Diagnostic>> {
        let Reference { name, span, .. } = reference;
        let wrong = |code, message: String, help: String| {
            Err(Box::new(Diagnostic::new(code, *span, message).help(help)))
        };
        if ["workspace", "seed"].contains(&&**name) || (self.port && &**name == "port") {
            return Ok(());
        }
        match self.find(name).map(|(what, _)| what) {
            None => {
                let help = match suggest(name, self.all().into_iter().take(NEAR)) {
                    Some(near) => format!("did you mean `${near}`?"),
                    None if &**name == "port" => {
                        "`$port` is known inside a service alone; elsewhere write `$service.url`".to_owned()
                    }
                    None if &**name == "request" => {
                        "`$request` is known inside the answers of a fake alone; what was asked is `$fake.requests`"
                            .to_owned()
                    }
                    None => format!("in scope are {}; write `$$` for a dollar", self.listed()),
                };
                wrong(codes::UNKNOWN_NAME, format!("nothing is called `{name}` here"), help)
            }
            Some(What::Later) => {
                let message = format!("the step `{name}` has not run yet when this one does");
                wrong(codes::UNKNOWN_NAME, message, "a step can use what came before it".to_owned())
            }
            Some(What::Service { fake }) => self.check_service(reference, *fake),
            Some(What::Step { entry, first }) => check_output(reference, entry, *first, wanted),
            Some(What::Drawn(kind)) if reference.path.is_empty() && !fits(*kind, wanted) => {
                let wanted: Vec<&str> = wanted.iter().map(|kind| kind.name()).collect();
                let message = format!("expected {}, and `{name}` is {}", wanted.join(" or "), kind.name());
                wrong(codes::WRONG_TYPE, message, "draw it from another generator".to_owned())
            }
            // Where it means something it was taken out of the uses.
            Some(What::Bound) => {
                let message = format!("`${name}` has no value at this place");
                wrong(
                    codes::UNKNOWN_NAME,
                    message,
                    "the action gives it one inside its subjects alone".to_owned(),
                )
            }
            Some(What::Var(_) | What::Fixture | What::Row | What::Drawn(_) | What::Broken) => Ok(()),
        }
    }

    fn check_service(&self, reference: &Reference, fake: bool) -> Result<(), Box<Diagnostic>> {
        let Reference { name, path, span } = reference;
        let wrong = |message: String, help: String| {
            Err(Box::new(Diagnostic::new(codes::UNKNOWN_NAME, *span, message).help(help)))
        };
        match &path[..] {
            [Segment::Key(key)] if ["url", "port", "host"].contains(&&**key) => Ok(()),
            [Segment::Key(key), ..] if &**key == "requests" && self.port => wrong(
                "a service starts before anything was asked".to_owned(),
                format!("`${name}.requests` is for the steps of a case"),
            ),
            [Segment::Key(key), ..] if &**key == "requests" && fake => {
                self.recorded.borrow_mut().push(name.clone());
                Ok(())
            }
            [Segment::Key(key), ..] if &**key == "requests" => wrong(
                format!("the service `{name}` keeps no record of what is asked of it"),
                "only a `fake` does".to_owned(),
            ),
            _ if fake => wrong(
                format!("the service `{name}` has no such part"),
                format!("write `${name}.url`, or `${name}.requests` for what it was asked"),
            ),
            _ => wrong(format!("the service `{name}` has no such part"), format!("write `${name}.url`")),
        }
    }

    /// What is known of a reference before anything runs.
    pub(super) fn known(&self, reference: &Reference) -> Known {
        match self.find(&reference.name) {
            Some((What::Service { fake: true }, _)) => Known::Fake,
            Some((What::Service { fake: false }, _)) => Known::Service,
            Some((What::Var(known), _)) if reference.path.is_empty() => known.clone(),
            _ => Known::Nothing,
        }
    }
}

fn check_output(
    reference: &Reference,
    entry: &'static Entry,
    first: Option<&'static str>,
    wanted: &[Kind],
) -> Result<(), Box<Diagnostic>> {
    let Reference { name, path, span } = reference;
    let names = entry.outputs.iter().map(|output| output.name);
    let (output, whole) = match &path[..] {
        [] => {
            let Some(first) = first else {
                let message = format!("`${name}` alone could mean any output of `{}`", entry.name);
                let all: Vec<String> = names.map(|output| format!("${name}.{output}")).collect();
                let help = format!("write `{}`", all.join("`, `"));
                return Err(Box::new(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message).help(help)));
            };
            (first, true)
        }
        [Segment::Key(key), rest @ ..] => match names.clone().find(|output| **output == **key) {
            Some(output) => (output, rest.is_empty()),
            None => {
                return Err(Box::new(crate::expect::unknown_output(
                    key,
                    *span,
                    entry.name,
                    &names.collect::<Vec<_>>(),
                )));
            }
        },
        [Segment::Index(_), ..] => {
            let message = format!("`{}` has no output of that name", entry.name);
            return Err(Box::new(Diagnostic::new(codes::UNKNOWN_OUTPUT, *span, message)));
        }
    };
    let kind = entry.outputs.iter().find(|held| held.name == output).map_or(Kind::Any, |output| output.kind);
    if whole && !fits(kind, wanted) {
        let wanted: Vec<&str> = wanted.iter().map(|kind| kind.name()).collect();
        let message = format!(
            "expected {}, and `{output}` of `{}` is {}",
            wanted.join(" or "),
            entry.name,
            kind.name()
        );
        return Err(Box::new(Diagnostic::new(codes::WRONG_TYPE, *span, message)));
    }
    Ok(())
}

/// Whether an output of this kind may be what a place takes.
fn fits(kind: Kind, wanted: &[Kind]) -> bool {
    let sequence = |kind: &Kind| matches!(kind, Kind::Array | Kind::List);
    kind == Kind::Any
        || wanted.iter().any(|wanted| {
            *wanted == Kind::Any
                || *wanted == kind
                || (sequence(wanted) && sequence(&kind))
                || (*wanted == Kind::Table && matches!(kind, Kind::Map | Kind::List))
        })
}

fn describe(what: &What) -> &'static str {
    match what {
        What::Var(_) => "a var",
        What::Fixture => "a fixture",
        What::Service { .. } => "a service",
        What::Row => "a column of `each`",
        What::Bound => "what an action binds",
        What::Drawn(_) => "an input of `for_all`",
        What::Step { .. } | What::Later | What::Broken => "a step",
    }
}
