//! One number, one text, one of several values.

use std::sync::Arc;

use super::{Floats, Integers, Texts, below};
use crate::ml::random::Generator;
use crate::value::{Kind, Tolerance, Value, compare};

/// What a single value is drawn from.
#[derive(Clone, Debug)]
pub enum Scalar {
    Float(Floats),
    Integer(Integers),
    Text(Texts),
    Bool,
    /// One of these; there is at least one, and what stands first is simpler.
    Choice(Arc<[Value]>),
}

impl Scalar {
    /// What a reference to it may stand for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Float(_) | Self::Integer(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Bool => Kind::Bool,
            Self::Choice(_) => Kind::Any,
        }
    }

    /// How many different ones there are, at most.
    pub fn count(&self) -> f64 {
        match self {
            Self::Float(_) => f64::INFINITY,
            Self::Integer(integers) => integers.count(),
            Self::Text(texts) => texts.count(),
            Self::Bool => 2.0,
            Self::Choice(of) => of.len() as f64,
        }
    }

    pub(super) fn edges(&self) -> Vec<Value> {
        match self {
            Self::Float(floats) => floats.edges().into_iter().map(Value::from).collect(),
            Self::Integer(integers) => integers.edges().into_iter().map(Value::from).collect(),
            Self::Text(texts) => texts.edges().into_iter().map(Value::from).collect(),
            Self::Bool => vec![Value::Bool(false), Value::Bool(true)],
            Self::Choice(of) => of.to_vec(),
        }
    }

    pub(super) fn draw(&self, rng: &mut Generator) -> Value {
        match self {
            Self::Float(floats) => Value::from(floats.draw(rng)),
            Self::Integer(integers) => Value::from(integers.draw(rng)),
            Self::Text(texts) => Value::from(texts.draw(rng)),
            Self::Bool => Value::Bool(below(rng, 2) == 1),
            Self::Choice(of) => of[below(rng, of.len())].clone(),
        }
    }

    pub(super) fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Float(floats), Value::Float(float)) => floats.holds(*float),
            (Self::Integer(integers), Value::Int(int)) => integers.holds(*int),
            (Self::Text(texts), Value::Text(text)) => texts.holds(text),
            (Self::Bool, Value::Bool(_)) => true,
            (Self::Choice(of), value) => of.iter().any(|one| same(one, value)),
            _ => false,
        }
    }

    /// Simpler ones in place of one, the simplest first.
    pub(super) fn simpler(&self, value: &Value) -> Vec<Value> {
        match (self, value) {
            (Self::Float(floats), Value::Float(float)) => values(floats.simpler(*float)),
            (Self::Integer(integers), Value::Int(int)) => values(integers.simpler(*int)),
            (Self::Text(texts), Value::Text(text)) => values(texts.simpler(text)),
            (Self::Bool, Value::Bool(true)) => vec![Value::Bool(false)],
            (Self::Choice(of), value) => of.iter().take_while(|one| !same(one, value)).cloned().collect(),
            // A value that is missing is made one that is there.
            (scalar, Value::Null) => scalar.edges().into_iter().take(1).collect(),
            _ => Vec::new(),
        }
    }
}

fn values<T: Into<Value>>(items: Vec<T>) -> Vec<Value> {
    items.into_iter().map(Into::into).collect()
}

/// Whether two values are told apart by nothing: the two zeros are.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        _ => {
            std::mem::discriminant(a) == std::mem::discriminant(b)
                && compare(a, b, &Tolerance::EXACT).mismatch.is_none()
        }
    }
}
