//! Runs a funnel of unit, integration and smoke tests for machine-learning systems from YAML specs.

pub mod action;
pub mod arbitrary;
pub mod artifact;
pub mod cli;
pub mod diagnostic;
pub mod event;
pub mod expect;
pub mod ml;
pub mod plan;
pub mod redact;
pub mod report;
pub mod run;
pub mod service;
pub mod source;
pub mod syntax;
pub mod system;
pub mod table;
pub mod value;
