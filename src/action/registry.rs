//! Every action that a spec can name, in one place.

use serde_json::Value as Json;

use super::{
    Action, Named, Output, call, contract, evaluate, generate, impute, inspect, parity, perturb, predict,
    probe, requests, run, scale, split, train,
};
use crate::syntax::{Decoder, Node};

/// An action by its name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub page: &'static str,
    pub outputs: &'static [Output],
    pub schema: fn() -> Json,
    pub read: fn(&Node, &mut Decoder<'_>) -> Option<Box<dyn Action>>,
}

const fn entry<A: Named>() -> Entry {
    Entry {
        name: A::NAME,
        page: A::PAGE,
        outputs: A::OUTPUTS,
        schema: A::schema,
        read: |node, decoder| A::decode(node, decoder).map(|action| Box::new(action) as Box<dyn Action>),
    }
}

/// Every action, in the order of the reference.
pub const ACTIONS: &[Entry] = &[
    entry::<generate::Generate>(),
    entry::<scale::Scale>(),
    entry::<impute::Impute>(),
    entry::<split::Split>(),
    entry::<perturb::Perturb>(),
    entry::<train::Train>(),
    entry::<predict::Predict>(),
    entry::<evaluate::Evaluate>(),
    entry::<contract::Contract>(),
    entry::<inspect::Inspect>(),
    entry::<probe::Probe>(),
    entry::<requests::Requests>(),
    entry::<run::Run>(),
    entry::<call::Call>(),
    entry::<parity::Parity>(),
];

/// Actions of the language that this version does not know yet.
pub const LATER: &[&str] = &["encode"];

/// The action of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    ACTIONS.iter().find(|entry| entry.name == name)
}
