//! Vars: inputs from outside, declared once.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::source::Span;
use crate::syntax::{Expr, Key, VarSpec, VarType};
use crate::value::{FromValue, Size, Value, WrongKind};

/// A var, typed.
#[derive(Debug)]
pub struct Var {
    pub name: Arc<str>,
    pub env: Option<Arc<str>>,
    pub default: Option<Expr>,
    pub secret: bool,
    kind: VarType,
    pub span: Span,
}

impl Var {
    pub(super) fn read(key: &Key, spec: VarSpec, found: &mut Diagnostics) -> Option<Self> {
        if spec.env.is_none() && spec.default.is_none() {
            let message = format!("the var `{}` has no source", key.text);
            found.push(
                Diagnostic::new(codes::MISSING_KEY, key.span, message)
                    .help("give `env: NAME`, a `default`, or both"),
            );
            return None;
        }
        let literal = spec.default.as_ref().and_then(|default| match &default.expr {
            Expr::Literal(value) => Some((value, default.span)),
            _ => None,
        });
        let kind = match (spec.r#type, literal) {
            (Some(kind), Some((value, span))) => {
                if let Err(wrong) = typed(kind.value, value) {
                    let message =
                        format!("the default of `{}` is no {}: {wrong}", key.text, kind.value.word());
                    found.push(Diagnostic::new(codes::WRONG_TYPE, span, message).maybe_help(wrong.help));
                }
                kind.value
            }
            (Some(kind), None) => kind.value,
            (None, Some((value, _))) => of_value(value),
            (None, None) => VarType::Text,
        };
        let secret = spec.secret.is_some_and(|secret| secret.value);
        let (env, default) = (spec.env.map(|env| env.value), spec.default.map(|default| default.expr));
        Some(Self { name: key.text.clone(), env, default, secret, kind, span: key.span })
    }

    /// What text from outside means for this var.
    pub fn parse(&self, text: &str) -> Result<Value, WrongKind> {
        let text_value = || Value::text(text);
        match self.kind {
            VarType::Text => Ok(text_value()),
            VarType::Integer => text
                .trim()
                .parse::<i64>()
                .map(Value::Int)
                .map_err(|_| WrongKind::new("an integer", &text_value())),
            VarType::Number => text
                .trim()
                .parse::<f64>()
                .map(Value::Float)
                .map_err(|_| WrongKind::new("a number", &text_value())),
            VarType::Boolean => match text.trim() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(WrongKind::new("`true` or `false`", &text_value())),
            },
            VarType::Duration | VarType::Size => typed(self.kind, &text_value()),
            VarType::Json => Value::from_json(text.as_bytes())
                .map_err(|error| WrongKind::new(format!("a JSON document ({error})"), &text_value())),
        }
    }
}

fn of_value(value: &Value) -> VarType {
    match value {
        Value::Int(_) | Value::UInt(_) => VarType::Integer,
        Value::Float(_) => VarType::Number,
        Value::Bool(_) => VarType::Boolean,
        Value::List(_) | Value::Map(_) => VarType::Json,
        _ => VarType::Text,
    }
}

/// A written value as the var's type.
fn typed(kind: VarType, value: &Value) -> Result<Value, WrongKind> {
    Ok(match kind {
        VarType::Text => Value::Text(Arc::<str>::from_value(value)?),
        VarType::Integer => Value::Int(i64::from_value(value)?),
        VarType::Number => Value::Float(f64::from_value(value)?),
        VarType::Boolean => Value::Bool(bool::from_value(value)?),
        VarType::Duration => Value::Duration(std::time::Duration::from_value(value)?),
        VarType::Size => Value::Size(Size::from_value(value)?.0),
        VarType::Json => value.clone(),
    })
}
