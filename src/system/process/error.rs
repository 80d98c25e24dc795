//! Why a child could not be started.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A child that was never started.
#[derive(Debug)]
pub enum ProcessError {
    /// `argv` is empty.
    NoProgram,
    /// An argument, or a name or value of the environment, that no process can be given.
    Unpassable {
        /// What it is, in words: argument 2, the environment's so-and-so.
        what: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No such program.
    NotFound {
        /// The program's name or path.
        program: String,
        /// The folders searched; empty when the program was given as a path.
        searched: Vec<PathBuf>,
    },
    /// The file is there but cannot be executed.
    NotExecutable {
        /// The program's path.
        program: PathBuf,
        /// Why not.
        why: String,
    },
    /// The working directory is missing or no directory.
    NoWorkingDirectory(PathBuf),
    /// The system refused in another way.
    Io {
        /// The program's path.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The process that would watch over it could not be started; why.
    NoSupervisor(String),
    /// What it may not reach could not be put out of its reach; why.
    NotSandboxed(String),
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProcessError::NoProgram => write!(f, "the command is empty; give the program first"),
            ProcessError::Unpassable { what, why } => write!(f, "{what} {why}"),
            ProcessError::NotFound { program, searched } if searched.is_empty() => {
                write!(f, "there is no program `{program}`")
            }
            ProcessError::NotFound { program, searched } => {
                let folders: Vec<_> = searched.iter().map(|folder| folder.display().to_string()).collect();
                write!(f, "the program `{program}` is not in PATH ({})", folders.join(":"))
            }
            ProcessError::NotExecutable { program, why } => {
                write!(f, "`{}` cannot be executed: {why}", program.display())
            }
            ProcessError::NoWorkingDirectory(path) => {
                write!(f, "the working directory `{}` does not exist", path.display())
            }
            ProcessError::Io { program, source } => {
                write!(f, "`{}` cannot be started: {source}", program.display())
            }
            ProcessError::NoSupervisor(why) => {
                write!(f, "the process that watches over a child cannot be started: {why}")
            }
            ProcessError::NotSandboxed(why) => write!(f, "no sandbox can be put on the child: {why}"),
        }
    }
}

impl std::error::Error for ProcessError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ProcessError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
