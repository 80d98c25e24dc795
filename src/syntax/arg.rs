//! A parameter that may be a reference.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::decode::{Decode, Decoder};
use super::expr::Expr;
use super::node::Node;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::Span;
use crate::value::{FromValue, Kind};

/// A parameter: a literal, checked when the file is read, or built from references when the step runs.
#[derive(Clone, Debug)]
pub struct Arg<T> {
    pub form: Form<T>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Form<T> {
    Literal(T),
    Expr(Arc<Expr>),
    /// Not written; the action's own default.
    Default(T),
}

impl<T> Arg<T> {
    /// What a parameter is when it is not written.
    pub fn default(value: T, span: Span) -> Self {
        Self { form: Form::Default(value), span }
    }

    /// The value, when it is known before anything runs.
    pub fn known(&self) -> Option<&T> {
        match &self.form {
            Form::Literal(value) | Form::Default(value) => Some(value),
            Form::Expr(_) => None,
        }
    }
}

impl<T: FromValue> Decode for Arg<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let expr = Expr::read(node, decoder.found)?;
        if let Expr::Literal(value) = &expr {
            let value = decoder.literal(node, value)?;
            return Some(Self { form: Form::Literal(value), span: node.span });
        }
        let takes = |kind| T::KINDS.contains(&kind) || T::KINDS.contains(&Kind::Any);
        if matches!(expr, Expr::Text(_)) && !takes(Kind::Text) {
            let message = format!("expected {}, got text", Kind::name(T::KINDS[0]));
            let help = "a whole value `$name` keeps its type; `${name}` makes text";
            return decoder.refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help));
        }
        let whole = matches!(expr, Expr::Reference(_));
        let wanted: &'static [Kind] = if whole { T::KINDS } else { &[Kind::Any] };
        decoder.note_uses(&expr, wanted);
        Some(Self { form: Form::Expr(Arc::new(expr)), span: node.span })
    }

    fn schema() -> Json {
        or_reference(T::schema())
    }
}

/// The schema of a value that may be a reference, or hold some.
fn or_reference(mut schema: Json) -> Json {
    let text = schema["type"] == "string" && schema.get("pattern").is_none();
    if schema == json!(true) || text || schema.get("$ref").is_some() {
        return schema;
    }
    for inside in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get_mut(inside).filter(|inner| inner.is_object()) {
            *inner = or_reference(inner.take());
        }
    }
    json!({"anyOf": [schema, {"$ref": "#/$defs/reference"}]})
}
