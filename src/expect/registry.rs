//! Every matcher that a spec can name, in one place.

use serde_json::Value as Json;

use super::{
    Matcher, Named, aggregate, artifact, baseline, bounds, equality, form, membership, nested, order, schema,
    shape, snapshot, text,
};
use crate::syntax::{Decoder, Node};

/// A matcher by its name.
#[derive(Clone, Copy)]
pub struct Entry {
    pub name: &'static str,
    pub page: &'static str,
    /// It measures one thing and may be asked of something empty.
    pub of_form: bool,
    pub schema: fn() -> Json,
    pub read: fn(&Node, &mut Decoder<'_>) -> Option<Box<dyn Matcher>>,
}

const fn entry<M: Named>() -> Entry {
    Entry {
        name: M::NAME,
        page: M::PAGE,
        of_form: M::OF_FORM,
        schema: M::schema,
        read: |node, decoder| M::read(node, decoder).map(|matcher| Box::new(matcher) as Box<dyn Matcher>),
    }
}

/// Of any value.
pub const MATCHERS: &[Entry] = &[
    entry::<equality::Equals>(),
    entry::<equality::CloseTo>(),
    entry::<bounds::Between>(),
    entry::<bounds::Min>(),
    entry::<bounds::Max>(),
    entry::<bounds::Above>(),
    entry::<bounds::Below>(),
    entry::<membership::IsIn>(),
    entry::<membership::NotIn>(),
    entry::<text::Matches>(),
    entry::<membership::Contains>(),
    entry::<form::Length>(),
    entry::<shape::Shape>(),
    entry::<shape::SameShapeAs>(),
    entry::<form::DtypeIs>(),
    entry::<order::Finite>(),
    entry::<order::Unique>(),
    entry::<order::Sorted>(),
    entry::<aggregate::SumsTo>(),
    entry::<aggregate::Mean>(),
    entry::<aggregate::Median>(),
    entry::<aggregate::Std>(),
    entry::<aggregate::NUnique>(),
    entry::<nested::Each>(),
    entry::<nested::Any>(),
    entry::<nested::Not>(),
    entry::<schema::Schema>(),
    entry::<snapshot::Snapshot>(),
    entry::<baseline::Baseline>(),
];

/// Of a file, under `artifacts`.
pub const ARTIFACT_MATCHERS: &[Entry] = &[
    entry::<artifact::Exists>(),
    entry::<artifact::MinSize>(),
    entry::<artifact::MaxSize>(),
    entry::<artifact::Sha256>(),
    entry::<artifact::Text>(),
    entry::<artifact::Lines>(),
    entry::<artifact::JsonDocument>(),
    entry::<artifact::YamlDocument>(),
    entry::<artifact::Csv>(),
];

/// The matcher of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    MATCHERS.iter().chain(ARTIFACT_MATCHERS).find(|entry| entry.name == name)
}
