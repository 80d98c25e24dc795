//! `true`, `false`, or the keys of what is asked for.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::syntax::{Decode, Decoder, Node, NodeKind};

/// A check that `true` asks for as it is, and a mapping with its keys.
#[derive(Clone, Debug)]
pub struct Switch<T>(pub Option<T>);

impl<T: Decode> Decode for Switch<T> {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Self> {
        let keys = match node.kind {
            NodeKind::Bool(false) => None,
            NodeKind::Bool(true) => {
                let empty = Node { kind: NodeKind::Map(Arc::default()), span: node.span };
                Some(T::decode(&empty, decoder)?)
            }
            _ => Some(T::decode(node, decoder)?),
        };
        Some(Self(keys))
    }

    fn schema() -> Json {
        let mut schema = T::schema();
        match schema.get_mut("anyOf").and_then(Json::as_array_mut) {
            Some(forms) => forms.insert(0, json!({"type": "boolean"})),
            None => schema = json!({"anyOf": [{"type": "boolean"}, schema]}),
        }
        schema
    }
}
