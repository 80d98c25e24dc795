//! YAML as a tree in which every node and every key keeps its place.

use std::sync::Arc;

use crate::source::Span;
use crate::value::{Segment, Value};

/// One node; cheap to clone.
#[derive(Clone, Debug)]
pub struct Node {
    pub kind: NodeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum NodeKind {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Text(Arc<str>),
    List(Arc<[Node]>),
    Map(Arc<[(Key, Node)]>),
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub struct Key {
    pub text: Arc<str>,
    pub span: Span,
}

impl Node {
    /// What it is, in the words of the language.
    pub fn kind(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Int(_) | NodeKind::UInt(_) => "an integer",
            NodeKind::Float(_) => "a float",
            NodeKind::Text(_) => "a string",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }

    pub fn as_text(&self) -> Option<&Arc<str>> {
        match &self.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_map(&self) -> Option<&[(Key, Self)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// What a key of a mapping holds.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, node)| node)
    }

    pub fn entry(&self, key: &str) -> Option<&(Key, Self)> {
        self.as_map()?.iter().find(|(held, _)| &*held.text == key)
    }

    /// The deepest node a path leads to: the place to show for a mistake inside a value.
    pub fn deepest(&self, path: &[Segment]) -> &Self {
        let mut node = self;
        for segment in path {
            let next = match (segment, &node.kind) {
                (Segment::Index(index), NodeKind::List(items)) => items.get(*index),
                (Segment::Key(key), _) => node.get(key),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// This mapping with the entries of another under it, all the way down.
    #[must_use]
    pub fn over(&self, under: &Self) -> Self {
        let (NodeKind::Map(own), NodeKind::Map(defaults)) = (&self.kind, &under.kind) else {
            return self.clone();
        };
        let mut entries: Vec<(Key, Self)> = own
            .iter()
            .map(|(key, node)| {
                (key.clone(), under.get(&key.text).map_or_else(|| node.clone(), |under| node.over(under)))
            })
            .collect();
        entries.extend(defaults.iter().filter(|(key, _)| self.get(&key.text).is_none()).cloned());
        Self { kind: NodeKind::Map(entries.into()), span: self.span }
    }

    /// The value as it stands, `$` and all.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(*flag),
            NodeKind::Int(int) => Value::Int(*int),
            NodeKind::UInt(int) => Value::UInt(*int),
            NodeKind::Float(float) => Value::Float(*float),
            NodeKind::Text(text) => Value::Text(text.clone()),
            NodeKind::List(items) => Value::list(items.iter().map(Self::to_value).collect()),
            NodeKind::Map(entries) => {
                Value::map(entries.iter().map(|(key, node)| (key.text.clone(), node.to_value())))
            }
        }
    }

    /// How many nodes there are in this one, itself included.
    pub fn size(&self) -> usize {
        match &self.kind {
            NodeKind::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            NodeKind::Map(entries) => 1 + entries.iter().map(|(_, node)| node.size()).sum::<usize>(),
            _ => 1,
        }
    }
}
