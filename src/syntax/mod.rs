//! From YAML to placed nodes, and from nodes to the typed skeleton of suites, cases and steps.

mod arg;
mod bind;
mod case;
mod config;
mod decode;
mod expr;
mod flow;
mod mapping_schema;
mod node;
mod params;
mod scalar;
mod suite;
mod tier;
mod yaml;

pub use arg::{Arg, Form};
pub use bind::{Scope, Unbound};
pub use case::{CaseKeys, CaseSpec, Poll, RepeatSpec, StepKeys, StepSpec};
pub use config::{Budgets, Config, Profile};
pub use decode::{Bound, Decode, Decoder, Fields, Named, Use, wrong_kind};
pub use expr::{Expr, Piece, Reference, is_name};
pub use mapping_schema::{object_schema, tidy};
pub use node::{Key, Node, NodeKind};
pub use params::open;
pub use suite::{SetTolerance, SuiteSpec, ToleranceSpec, VarSpec, VarType};
pub use tier::Tier;
pub use yaml::parse;
