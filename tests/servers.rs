//! Servers that misbehave: whatever they do, the run ends soon, in little memory, and says what the server did.
//!
//! Each test starts a server of plain sockets, runs the tool against it and holds the whole verdict as a user sees it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // in a test a failure is the message
#![cfg(unix)]

mod process;

#[path = "servers/body.rs"]
mod body;
#[path = "servers/certificates.rs"]
mod certificates;
#[path = "servers/coding.rs"]
mod coding;
#[path = "servers/connection.rs"]
mod connection;
#[path = "servers/framing.rs"]
mod framing;
#[path = "servers/head.rs"]
mod head;
#[path = "servers/json.rs"]
mod json;
#[path = "servers/kept.rs"]
mod kept;
#[path = "servers/life.rs"]
mod life;
#[path = "servers/names.rs"]
mod names;
#[path = "servers/redirect.rs"]
mod redirect;
#[path = "servers/server.rs"]
mod server;
#[path = "servers/tls.rs"]
mod tls;
#[path = "servers/verdict.rs"]
mod verdict;
