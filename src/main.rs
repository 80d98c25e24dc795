//! The command-line tool; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Started again by itself, it watches over a child.
    mlfunnel::system::process::supervise().unwrap_or_else(mlfunnel::cli::main)
}
