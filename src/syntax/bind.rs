//! References bound to what they name, when a step runs.

use std::fmt::{self, Write};
use std::sync::Arc;

use super::arg::{Arg, Form};
use super::expr::{Expr, Piece, Reference};
use crate::diagnostic::did_you_mean;
use crate::source::Span;
use crate::value::{FromValue, Path, Segment, Value, WrongKind};

/// What names mean at this moment.
pub trait Scope {
    /// The value of a name; `Err` says why there is none, such as a variable that is not set.
    fn look_up(&self, name: &str) -> Result<Value, Unbound>;

    /// The value of `$name.path`.
    fn follow(&self, name: &str, path: &[Segment]) -> Result<Value, Unbound> {
        let value = self.look_up(name)?;
        value.follow(path).map_err(|depth| Unbound::lost(name, &value, path, depth))
    }
}

/// A reference that has no value, or not one of the kind its place takes.
#[derive(Clone, Debug)]
pub struct Unbound {
    pub message: String,
    pub help: Option<String>,
    /// The code of a more particular reason, such as `env-unset`.
    pub code: Option<crate::diagnostic::Code>,
    /// Where it is written.
    pub span: Option<Span>,
}

impl Unbound {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, code: None, span: None }
    }

    /// `$name.path` leads nowhere from this depth on.
    pub fn lost(name: &str, value: &Value, path: &[Segment], depth: usize) -> Self {
        let held = value.follow(&path[..depth]).unwrap_or(Value::Null);
        let way = Path(path[..depth].to_vec());
        let way = if depth == 0 { name.to_owned() } else { format!("{name}.{way}") };
        let missing = Path(path[depth..=depth].to_vec()).to_string();
        let help = match &held {
            Value::Map(map) => did_you_mean(&missing, map.keys().map(|key| &**key)),
            Value::Table(table) => did_you_mean(&missing, table.names().map(|name| &**name)),
            _ => None,
        };
        Self { help, ..Self::new(format!("`${way}` is {} without `{missing}`", held.kind())) }
    }

    fn at(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }
}

impl fmt::Display for Unbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Unbound {}

impl Reference {
    pub fn bind(&self, scope: &dyn Scope) -> Result<Value, Unbound> {
        scope.follow(&self.name, &self.path).map_err(|unbound| unbound.at(self.span))
    }
}

impl Expr {
    pub fn bind(&self, scope: &dyn Scope) -> Result<Value, Unbound> {
        Ok(match self {
            Self::Literal(value) => value.clone(),
            Self::Reference(reference) => reference.bind(scope)?,
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Reference(reference) => spell(&mut text, &reference.bind(scope)?, reference)?,
                    }
                }
                Value::text(text)
            }
            Self::List(items) => {
                Value::list(items.iter().map(|item| item.bind(scope)).collect::<Result<_, _>>()?)
            }
            Self::Map(entries) => {
                let bound: Vec<(Arc<str>, Value)> = entries
                    .iter()
                    .map(|(key, item)| Ok((key.clone(), item.bind(scope)?)))
                    .collect::<Result<_, Unbound>>()?;
                Value::map(bound)
            }
        })
    }
}

fn spell(text: &mut String, value: &Value, reference: &Reference) -> Result<(), Unbound> {
    match value {
        Value::Text(part) => text.push_str(part),
        Value::File(path) => text.push_str(&path.to_string_lossy()),
        Value::Array(_) | Value::Table(_) | Value::List(_) | Value::Map(_) | Value::Bytes(_) => {
            let message =
                format!("`${{{}}}` is {}, which has no place inside text", reference.name, value.kind());
            let unbound = Unbound {
                help: Some("a whole value `$name` keeps its type".to_owned()),
                ..Unbound::new(message)
            };
            return Err(unbound.at(reference.span));
        }
        scalar => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{scalar}");
        }
    }
    Ok(())
}

impl<T: FromValue + Clone> Arg<T> {
    /// The value, its references bound.
    pub fn bind(&self, scope: &dyn Scope) -> Result<T, Unbound> {
        match &self.form {
            Form::Literal(value) | Form::Default(value) => Ok(value.clone()),
            Form::Expr(expr) => {
                let value = expr.bind(scope).map_err(|unbound| unbound.at(self.span))?;
                T::from_value(&value).map_err(|wrong| self.wrong(&wrong))
            }
        }
    }

    fn wrong(&self, wrong: &WrongKind) -> Unbound {
        Unbound { help: wrong.help.clone(), ..Unbound::new(wrong.to_string()) }.at(self.span)
    }
}
