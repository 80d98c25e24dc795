//! The only door to the world: clock, processes, HTTP, files, signals.
//!
//! Everything here returns what happened as typed results; nothing here decides whether a case passed. What can block
//! takes a [`clock::Deadline`] and a [`cancel::Cancel`] and ends soon after either fires.

pub mod cancel;
pub mod clock;
pub mod files;
pub mod http;
pub mod process;
pub mod python;
pub mod shell;
pub mod signal;
pub mod workspace;
