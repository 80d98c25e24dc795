//! Which Python is the team's.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::system::cancel::Cancel;
use crate::system::clock::Deadline;
use crate::system::process::{self, Command, Exit, Sandbox};

/// How long a program may take to tell where its Python is.
const ASKING: Duration = Duration::from_secs(20);
/// What a configuration of a project is at most.
const PYPROJECT_LIMIT: u64 = 1 << 20;

/// Where to look, the first that is there counts: what the user named, an active environment, the project's own
/// environment, `PATH`.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// `--python`: a program, or a path from the current folder.
    pub option: Option<String>,
    /// `python:` of the configuration: a program, or a path from the project's root.
    pub configured: Option<String>,
    /// The project's root.
    pub root: PathBuf,
    /// The environment of this process.
    pub env: HashMap<String, String>,
}

/// A Python to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    pub path: PathBuf,
    /// What led to it.
    pub origin: String,
    /// What was looked at before, each with why it was not taken.
    pub passed_over: Vec<String>,
}

/// One place to look at.
type Look = fn(&Search, &Cancel) -> Result<PathBuf, String>;

/// There is no Python; what was tried, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoInterpreter {
    pub tried: Vec<String>,
}

impl fmt::Display for NoInterpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no Python interpreter was found")
    }
}

impl std::error::Error for NoInterpreter {}

impl Search {
    /// Looks for it. What the user named is taken or nothing is.
    pub fn find(&self, cancel: &Cancel) -> Result<Interpreter, NoInterpreter> {
        let here = std::env::current_dir().unwrap_or_default();
        let named = [
            ("`--python`", &self.option, &here),
            ("`python:` in mlfunnel.yaml", &self.configured, &self.root),
        ];
        let mut tried = Vec::new();
        for (origin, text, base) in named {
            let Some(text) = text else {
                tried.push(format!("{origin}: not given"));
                continue;
            };
            let found = self.named(text, base).and_then(|path| self.settled(path, cancel));
            return match found {
                Ok(path) => {
                    Ok(Interpreter { path, origin: format!("{origin} (`{text}`)"), passed_over: tried })
                }
                Err(why) => Err(NoInterpreter { tried: vec![format!("{origin}: `{text}` {why}")] }),
            };
        }
        let places: [(&str, Look); 7] = [
            ("`VIRTUAL_ENV`", |search, _| search.of_variable("VIRTUAL_ENV")),
            ("`CONDA_PREFIX`", |search, _| search.of_variable("CONDA_PREFIX")),
            ("`.venv` in the project", |search, _| inside(&search.root.join(".venv"))),
            ("`UV_PROJECT_ENVIRONMENT`", |search, _| search.of_variable("UV_PROJECT_ENVIRONMENT")),
            ("poetry", Search::of_poetry),
            ("`python3` in PATH", |search, _| search.in_path("python3")),
            ("`python` in PATH", |search, _| search.in_path("python")),
        ];
        for (origin, look) in places {
            match look(self, cancel).and_then(|path| self.settled(path, cancel)) {
                Ok(path) => return Ok(Interpreter { path, origin: origin.to_owned(), passed_over: tried }),
                Err(why) => tried.push(format!("{origin}: {why}")),
            }
        }
        Err(NoInterpreter { tried })
    }

    /// The folder of the programs of the environment that the team's Python is in, as an activated one has it first in
    /// `PATH`; none where Python is not in an environment, or in one that only poetry knows.
    pub fn programs(&self) -> Option<PathBuf> {
        let here = std::env::current_dir().unwrap_or_default();
        let python = match (&self.option, &self.configured) {
            (Some(text), _) => self.named(text, &here).ok(),
            (None, Some(text)) => self.named(text, &self.root).ok(),
            (None, None) => self
                .of_variable("VIRTUAL_ENV")
                .or_else(|_| self.of_variable("CONDA_PREFIX"))
                .or_else(|_| inside(&self.root.join(".venv")))
                .or_else(|_| self.of_variable("UV_PROJECT_ENVIRONMENT"))
                .ok(),
        };
        let programs = python?.parent()?.to_owned();
        let environment = ["pyvenv.cfg", "conda-meta"].map(|mark| programs.join("..").join(mark));
        environment.iter().any(|mark| mark.exists()).then_some(programs)
    }

    fn named(&self, text: &str, base: &Path) -> Result<PathBuf, String> {
        if !text.contains('/') {
            // An environment's folder beside the configuration may be named plainly as well.
            let beside = base.join(text);
            return if beside.is_dir() { inside(&beside) } else { self.in_path(text) };
        }
        let path = base.join(text);
        if path.is_dir() {
            inside(&path)
        } else if executable(&path) {
            Ok(path)
        } else if path.exists() {
            Err("is not executable".to_owned())
        } else {
            Err(format!("is not there (looked for at {})", path.display()))
        }
    }

    fn of_variable(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.env.get(name).filter(|value| !value.is_empty()).ok_or("not set")?;
        inside(&self.root.join(folder))
    }

    fn in_path(&self, program: &str) -> Result<PathBuf, String> {
        let path = self.env.get("PATH").map_or("", String::as_str);
        let mut candidates = path.split(':').filter(|folder| !folder.is_empty());
        candidates
            .find_map(|folder| Some(Path::new(folder).join(program)).filter(|path| executable(path)))
            .ok_or_else(|| "is not in PATH".to_owned())
    }

    /// The environment that poetry keeps for the project, where the project is poetry's.
    fn of_poetry(&self, cancel: &Cancel) -> Result<PathBuf, String> {
        let mut text = String::new();
        let file =
            File::open(self.root.join("pyproject.toml")).map_err(|_| "the project has no pyproject.toml")?;
        file.take(PYPROJECT_LIMIT).read_to_string(&mut text).map_err(|error| error.to_string())?;
        if !text.lines().any(|line| line.trim_start().starts_with("[tool.poetry")) {
            return Err("pyproject.toml has no [tool.poetry]".to_owned());
        }
        let poetry = self.in_path("poetry").map_err(|why| format!("`poetry` {why}"))?;
        let folder = self.ask(&poetry, &["env", "info", "-p"], cancel)?;
        inside(Path::new(&folder))
    }

    /// What to start in place of a script that only leads to a Python, as pyenv's do: it would cost every start.
    fn settled(&self, path: PathBuf, cancel: &Cancel) -> Result<PathBuf, String> {
        let mut start = [0; 2];
        let script =
            File::open(&path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!";
        if !script {
            return Ok(path);
        }
        let told = self.ask(&path, &["-c", "import sys; print(sys.executable)"], cancel)?;
        let real = PathBuf::from(told);
        if executable(&real) { Ok(real) } else { Err(format!("{} leads nowhere", path.display())) }
    }

    /// The last line a program prints.
    fn ask(&self, program: &Path, arguments: &[&str], cancel: &Cancel) -> Result<String, String> {
        let argv = [program.to_string_lossy().into_owned()].into_iter();
        let command = Command {
            argv: argv.chain(arguments.iter().map(|&word| word.to_owned())).collect(),
            env: self.env.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            cwd: self.root.clone(),
            stdin: None,
            capture_limit: 1 << 16,
            sandbox: Sandbox::default(),
        };
        let failed = |why: String| format!("{} {why}", program.display());
        let finished = process::run(&command, Deadline::after(ASKING), cancel)
            .map_err(|error| failed(format!("does not start: {error}")))?;
        let said = finished.stdout.last_lines(1).trim().to_owned();
        match finished.exit {
            Exit::Code(0) if !said.is_empty() => Ok(said),
            _ => Err(failed(format!("tells nothing: {}", finished.stderr.last_lines(1)))),
        }
    }
}

/// The Python of an environment's folder.
fn inside(folder: &Path) -> Result<PathBuf, String> {
    let mut candidates = ["bin/python3", "bin/python"].into_iter().map(|name| folder.join(name));
    candidates.find(|path| executable(path)).ok_or_else(|| {
        if folder.is_dir() {
            format!("{} has no bin/python3", folder.display())
        } else {
            format!("{} is not there", folder.display())
        }
    })
}

fn executable(path: &Path) -> bool {
    path.is_file() && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn program(path: &Path, content: &str) -> PathBuf {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_owned()
    }

    fn search(root: &Path, env: &[(&str, &Path)]) -> Search {
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), value.display().to_string()));
        Search { root: root.to_owned(), env: env.collect(), ..Search::default() }
    }

    fn found(search: &Search) -> (PathBuf, String) {
        let found = search.find(&Cancel::new()).unwrap();
        (found.path, found.origin)
    }

    #[test]
    fn the_programs_of_an_environment_stand_beside_its_python() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let named = |text: &str| Search { option: Some(text.into()), ..search(root, &[]) }.programs();
        let python = program(&root.join(".venv/bin/python3"), "");
        assert_eq!(search(root, &[]).programs(), None);
        assert_eq!(named(&python.display().to_string()), None);
        std::fs::write(root.join(".venv/pyvenv.cfg"), "").unwrap();
        assert_eq!(search(root, &[]).programs(), Some(root.join(".venv/bin")));
        assert_eq!(named(&python.display().to_string()), Some(root.join(".venv/bin")));
        assert_eq!(named("/gone/python3"), None);
    }

    #[test]
    fn the_nearest_environment_wins_and_what_is_named_wins_over_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let place = |name: &str| program(&root.join(name), "\x7fELF");
        let bin = root.join("bin");
        let python = place("bin/python");
        let mut search = search(root, &[("PATH", &bin)]);
        assert_eq!(found(&search), (python, "`python` in PATH".into()));
        let python3 = place("bin/python3");
        assert_eq!(found(&search), (python3, "`python3` in PATH".into()));
        let uv = place("uv-env/bin/python");
        search.env.insert("UV_PROJECT_ENVIRONMENT".into(), "uv-env".into());
        assert_eq!(found(&search).0, uv);
        let own = place(".venv/bin/python3");
        assert_eq!(found(&search), (own, "`.venv` in the project".into()));
        for variable in ["CONDA_PREFIX", "VIRTUAL_ENV"] {
            let active = place(&format!("{variable}/bin/python3"));
            search.env.insert(variable.into(), root.join(variable).display().to_string());
            assert_eq!(found(&search), (active, format!("`{variable}`")));
        }
        search.configured = Some("uv-env".into());
        assert_eq!(found(&search), (uv, "`python:` in mlfunnel.yaml (`uv-env`)".into()));
        let mine = place("mine/python3.12");
        search.option = Some(mine.display().to_string());
        assert_eq!(found(&search).0, mine);
    }

    #[test]
    fn what_was_named_and_is_not_there_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let python = program(&folder.path().join("bin/python3"), "\x7fELF");
        let mut search = search(folder.path(), &[("PATH", python.parent().unwrap())]);
        search.configured = Some("./no/python".into());
        let tried = search.find(&Cancel::new()).unwrap_err().tried;
        assert!(tried[0].starts_with("`python:` in mlfunnel.yaml: `./no/python` is not there"), "{tried:?}");
        search.configured = Some("python3.99".into());
        let tried = search.find(&Cancel::new()).unwrap_err().tried;
        assert_eq!(tried, ["`python:` in mlfunnel.yaml: `python3.99` is not in PATH"]);
    }

    #[test]
    fn without_any_everything_that_was_tried_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pyproject.toml"), "[tool.poetry]\n").unwrap();
        let search = search(folder.path(), &[("VIRTUAL_ENV", Path::new("/gone"))]);
        let tried = search.find(&Cancel::new()).unwrap_err().tried.join("\n");
        for part in [
            "`--python`: not given",
            "`python:` in mlfunnel.yaml: not given",
            "`VIRTUAL_ENV`: /gone is not there",
            "`CONDA_PREFIX`: not set",
            "`.venv` in the project: ",
            "`UV_PROJECT_ENVIRONMENT`: not set",
            "poetry: `poetry` is not in PATH",
            "`python3` in PATH: is not in PATH",
            "`python` in PATH: is not in PATH",
        ] {
            assert!(tried.contains(part), "{part}\n{tried}");
        }
    }

    #[test]
    fn a_script_is_asked_where_it_leads_and_poetry_where_its_environment_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let real = program(&root.join("real/bin/python3"), "\x7fELF");
        let bin = root.join("bin");
        program(&bin.join("python3"), &format!("#!/bin/sh\necho {}\n", real.display()));
        let mut search = search(root, &[("PATH", &bin)]);
        assert_eq!(found(&search), (real.clone(), "`python3` in PATH".into()));
        program(
            &bin.join("poetry"),
            &format!("#!/bin/sh\n[ \"$*\" = 'env info -p' ] && echo {}\n", root.join("real").display()),
        );
        assert_eq!(found(&search).1, "`python3` in PATH", "not without [tool.poetry]");
        std::fs::write(root.join("pyproject.toml"), "[tool.poetry]\n").unwrap();
        assert_eq!(found(&search), (real, "poetry".into()));
        program(&bin.join("python3"), "#!/bin/sh\necho 'no version is set' >&2; exit 127\n");
        search.root = root.join("bin");
        let tried = search.find(&Cancel::new()).unwrap_err().tried.join("\n");
        assert!(tried.contains("tells nothing: no version is set"), "{tried}");
    }
}
