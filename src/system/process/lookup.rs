//! Which file a program's name stands for.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Command, ProcessError};

/// What POSIX systems search when there is no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The file to execute for the command, searched as a shell would: in the `PATH` of the child's own environment.
pub(super) fn program(command: &Command) -> Result<PathBuf, ProcessError> {
    let name = command.argv.first().filter(|name| !name.is_empty()).ok_or(ProcessError::NoProgram)?;
    if name.contains('/') {
        let path = command.cwd.join(name);
        return match executable(&path) {
            Ok(()) => Ok(path),
            Err(Unfit::Absent) => Err(ProcessError::NotFound { program: name.clone(), searched: Vec::new() }),
            Err(unfit) => Err(ProcessError::NotExecutable { program: path, why: unfit.why().into() }),
        };
    }
    let path =
        command.env.iter().rev().find(|(key, _)| key == "PATH").map_or(DEFAULT_PATH, |(_, value)| value);
    let folders: Vec<PathBuf> = path.split(':').map(|folder| command.cwd.join(folder)).collect();
    let mut unfit = None;
    for folder in &folders {
        let candidate = folder.join(name);
        match executable(&candidate) {
            Ok(()) => return Ok(candidate),
            Err(Unfit::Absent) => {}
            Err(why) => unfit = unfit.or(Some((candidate, why))),
        }
    }
    Err(match unfit {
        Some((program, unfit)) => ProcessError::NotExecutable { program, why: unfit.why().into() },
        None => ProcessError::NotFound { program: name.clone(), searched: folders },
    })
}

enum Unfit {
    Absent,
    Folder,
    NotPermitted,
}

impl Unfit {
    fn why(&self) -> &'static str {
        match self {
            Unfit::Absent => "it does not exist",
            Unfit::Folder => "it is not a file",
            Unfit::NotPermitted => "it has no execute permission",
        }
    }
}

fn executable(path: &Path) -> Result<(), Unfit> {
    let metadata = path.metadata().map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => Unfit::NotPermitted,
        _ => Unfit::Absent,
    })?;
    if !metadata.is_file() {
        Err(Unfit::Folder)
    } else if metadata.permissions().mode() & 0o111 == 0 {
        Err(Unfit::NotPermitted)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(program: &str, path: Option<&str>, cwd: &Path) -> Command {
        Command {
            argv: vec![program.into()],
            env: path.map(|path| ("PATH".into(), path.into())).into_iter().collect(),
            cwd: cwd.into(),
            stdin: None,
            capture_limit: 0,
            sandbox: crate::system::process::Sandbox::default(),
        }
    }

    #[test]
    fn the_childs_own_path_is_searched() {
        let dir = tempfile::tempdir().unwrap();
        assert!(program(&command("sh", None, dir.path())).unwrap().ends_with("bin/sh"));
        let error = program(&command("sh", Some("/nowhere:/neither"), dir.path())).unwrap_err();
        assert_eq!(error.to_string(), "the program `sh` is not in PATH (/nowhere:/neither)");
        let error = program(&command("./absent", None, dir.path())).unwrap_err();
        assert_eq!(error.to_string(), "there is no program `./absent`");
        assert!(matches!(program(&command("", None, dir.path())), Err(ProcessError::NoProgram)));
    }

    #[test]
    fn a_file_without_permission_is_passed_over_but_named() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("sh"), "").unwrap();
        let path = dir.path().to_str().unwrap();
        let found = program(&command("sh", Some(&format!("{path}:/bin")), dir.path())).unwrap();
        assert_eq!(found, Path::new("/bin/sh"));
        let error = program(&command("sh", Some(path), dir.path())).unwrap_err();
        assert!(error.to_string().ends_with("it has no execute permission"), "{error}");
        let error = program(&command("./", None, dir.path())).unwrap_err();
        assert!(error.to_string().ends_with("it is not a file"), "{error}");
    }
}
