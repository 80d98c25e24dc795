//! The team's Python: which interpreter it is, and processes of it that stay and are asked to call one function after
//! another.
//!
//! A worker is spoken with over its standard input, a socket; what the functions print goes to its real stdout and
//! stderr and is never in the way. On its side stand `worker.py` and `values.py`, which need nothing but the standard
//! library of Python 3.9 or later.

mod codec;
mod exchange;
mod interpreter;
mod pool;
mod worker;

pub use exchange::{Arguments, Call, Fault, Form, Outcome, Raised, Step};
pub use interpreter::{Interpreter, NoInterpreter, Search};
pub use pool::Pool;
pub use worker::{Broken, Key, Reply, StartError, Worker};
