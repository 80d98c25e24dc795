//! Which paths a spec may name: inside its own folder, the project or the case's workspace, and nowhere else.

use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

/// The places a path may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// The folder of the spec: where `./x` starts.
    pub spec_dir: PathBuf,
    /// The project's root: where `x` starts.
    pub project_root: PathBuf,
    /// The case's temporary directory, when there is one.
    pub workspace: Option<PathBuf>,
}

/// The place a path is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The folder of the spec.
    Spec,
    /// The project's root.
    Project,
    /// The case's temporary directory.
    Workspace,
}

impl Base {
    /// The place that the text itself asks for: `./x` is beside the spec, anything else starts at the project's root.
    pub fn of(text: &str) -> Base {
        if text == "." || text.starts_with("./") { Base::Spec } else { Base::Project }
    }

    fn place(self) -> &'static str {
        match self {
            Base::Spec => "the spec's folder",
            Base::Project => "the project's root",
            Base::Workspace => "the case's workspace",
        }
    }
}

/// A path that may not be used.
#[derive(Debug)]
pub struct PathError {
    /// What is wrong with it.
    pub kind: PathErrorKind,
    text: String,
    base: Base,
}

/// What is wrong with a path.
#[derive(Debug)]
pub enum PathErrorKind {
    /// There is nothing in it.
    Empty,
    /// It holds a NUL byte, which no file system takes.
    Nul,
    /// It starts at the root of the file system.
    Absolute,
    /// Its `..` climb out of the place.
    Climbs,
    /// A symlink on the way (given here) leads out of the place.
    SymlinkLeaves(PathBuf),
    /// A symlink on the way (given here) leads nowhere.
    SymlinkDangles(PathBuf),
    /// No workspace exists here.
    NoWorkspace,
    /// The place or a folder on the way cannot be looked at.
    Io(io::Error),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, place) = (&self.text, self.base.place());
        match &self.kind {
            PathErrorKind::Empty => write!(f, "a path is empty"),
            PathErrorKind::Nul => write!(f, "the path `{}` holds a NUL byte", text.escape_debug()),
            PathErrorKind::Absolute => {
                write!(f, "the path `{text}` is absolute; write it relative to {place}")
            }
            PathErrorKind::Climbs => write!(f, "the path `{text}` leaves {place} by `..`"),
            PathErrorKind::SymlinkLeaves(link) => {
                write!(
                    f,
                    "the path `{text}` leaves {place}: `{}` is a symlink that leads outside",
                    link.display()
                )
            }
            PathErrorKind::SymlinkDangles(link) => {
                write!(f, "the path `{text}` goes through `{}`, a symlink that leads nowhere", link.display())
            }
            PathErrorKind::NoWorkspace => {
                write!(f, "the path `{text}` needs a case's workspace; there is none here")
            }
            PathErrorKind::Io(error) => write!(f, "the path `{text}` cannot be followed in {place}: {error}"),
        }
    }
}

impl std::error::Error for PathError {}

impl Bounds {
    /// The file that `text` names, which need not exist. Symlinks are followed as far as they exist, to make sure that
    /// the file lies within the place.
    pub fn resolve(&self, text: &str, base: Base) -> Result<PathBuf, PathError> {
        self.try_resolve(text, base).map_err(|kind| PathError { kind, text: text.to_owned(), base })
    }

    fn try_resolve(&self, text: &str, base: Base) -> Result<PathBuf, PathErrorKind> {
        let place = match base {
            Base::Spec => &self.spec_dir,
            Base::Project => &self.project_root,
            Base::Workspace => self.workspace.as_ref().ok_or(PathErrorKind::NoWorkspace)?,
        };
        let parts = normal_parts(text)?;
        confine(place, &parts)?;
        Ok(parts.iter().fold(place.clone(), |path, part| path.join(part)))
    }
}

/// The path's parts without `.` and `..`.
fn normal_parts(text: &str) -> Result<Vec<&std::ffi::OsStr>, PathErrorKind> {
    if text.is_empty() {
        return Err(PathErrorKind::Empty);
    }
    if text.contains('\0') {
        return Err(PathErrorKind::Nul);
    }
    let mut parts = Vec::new();
    for component in Path::new(text).components() {
        match component {
            Component::Prefix(_) | Component::RootDir => return Err(PathErrorKind::Absolute),
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop().ok_or(PathErrorKind::Climbs)?;
            }
            Component::Normal(part) => parts.push(part),
        }
    }
    Ok(parts)
}

/// Walks down from `place` and holds that no symlink on the way leads out of it.
fn confine(place: &Path, parts: &[&std::ffi::OsStr]) -> Result<(), PathErrorKind> {
    let mut root = None;
    let mut path = place.to_path_buf();
    for part in parts {
        path.push(part);
        let metadata = match path.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if is_absent(&error) => return Ok(()),
            Err(error) => return Err(PathErrorKind::Io(error)),
        };
        if !metadata.is_symlink() {
            continue;
        }
        if root.is_none() {
            root = Some(place.canonicalize().map_err(PathErrorKind::Io)?);
        }
        match path.canonicalize() {
            Ok(target) if root.as_ref().is_some_and(|root| target.starts_with(root)) => {}
            Ok(_) => return Err(PathErrorKind::SymlinkLeaves(path)),
            Err(_) => return Err(PathErrorKind::SymlinkDangles(path)),
        }
    }
    Ok(())
}

/// Nothing can be there: the name is missing, or what stands before it is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn bounds() -> (tempfile::TempDir, Bounds) {
        let dir = tempfile::tempdir().unwrap();
        let project_root = dir.path().join("project");
        let spec_dir = project_root.join("specs");
        fs::create_dir_all(&spec_dir).unwrap();
        fs::write(project_root.join("data.csv"), "a\n1\n").unwrap();
        fs::write(dir.path().join("secret"), "s").unwrap();
        (dir, Bounds { spec_dir, project_root, workspace: None })
    }

    fn message(bounds: &Bounds, text: &str, base: Base) -> String {
        bounds.resolve(text, base).unwrap_err().to_string()
    }

    #[test]
    fn the_text_says_where_it_starts() {
        let (_dir, bounds) = bounds();
        assert_eq!(Base::of("./x"), Base::Spec);
        assert_eq!(Base::of("x/./y"), Base::Project);
        assert_eq!(Base::of(".hidden"), Base::Project);
        assert_eq!(bounds.resolve("./x.csv", Base::Spec).unwrap(), bounds.spec_dir.join("x.csv"));
        assert_eq!(bounds.resolve("data.csv", Base::Project).unwrap(), bounds.project_root.join("data.csv"));
    }

    #[test]
    fn dots_are_folded_as_long_as_they_stay_inside() {
        let (_dir, bounds) = bounds();
        let got = bounds.resolve("a/../b/./c", Base::Project).unwrap();
        assert_eq!(got, bounds.project_root.join("b/c"));
        assert_eq!(
            message(&bounds, "a/../../secret", Base::Project),
            "the path `a/../../secret` leaves the project's root by `..`"
        );
        assert_eq!(
            message(&bounds, "./../data.csv", Base::Spec),
            "the path `./../data.csv` leaves the spec's folder by `..`"
        );
    }

    #[test]
    fn absolute_empty_and_nul_are_refused() {
        let (_dir, bounds) = bounds();
        assert_eq!(
            message(&bounds, "/etc/passwd", Base::Project),
            "the path `/etc/passwd` is absolute; write it relative to the project's root"
        );
        assert_eq!(message(&bounds, "", Base::Spec), "a path is empty");
        assert_eq!(message(&bounds, "a\0b", Base::Spec), "the path `a\\0b` holds a NUL byte");
        assert!(message(&bounds, "x", Base::Workspace).contains("there is none here"));
    }

    #[test]
    fn a_symlink_may_lead_about_inside_but_not_out() {
        let (dir, bounds) = bounds();
        let root = &bounds.project_root;
        symlink("data.csv", root.join("alias.csv")).unwrap();
        symlink(dir.path(), root.join("out")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        assert!(bounds.resolve("alias.csv", Base::Project).is_ok());
        let error = bounds.resolve("out/secret", Base::Project).unwrap_err();
        assert!(
            matches!(&error.kind, PathErrorKind::SymlinkLeaves(link) if link.ends_with("out")),
            "{error}"
        );
        let error = bounds.resolve("out/not/there/yet", Base::Project).unwrap_err();
        assert!(matches!(error.kind, PathErrorKind::SymlinkLeaves(_)), "{error}");
        let error = bounds.resolve("dangling", Base::Project).unwrap_err();
        assert!(matches!(error.kind, PathErrorKind::SymlinkDangles(_)), "{error}");
    }

    #[test]
    fn the_place_itself_may_be_reached_through_a_symlink() {
        let (dir, mut bounds) = bounds();
        let link = dir.path().join("link");
        symlink(&bounds.project_root, &link).unwrap();
        symlink("data.csv", bounds.project_root.join("alias.csv")).unwrap();
        bounds.project_root.clone_from(&link);
        assert_eq!(bounds.resolve("alias.csv", Base::Project).unwrap(), link.join("alias.csv"));
    }

    #[test]
    fn a_file_in_the_middle_is_left_for_the_reader_to_report() {
        let (_dir, bounds) = bounds();
        assert!(bounds.resolve("data.csv/x/y", Base::Project).is_ok());
    }
}
