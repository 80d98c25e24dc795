//! Where an artifact is: inside the workspace, and nowhere else.

use std::path::{Component, Path};
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diagnostic::{codes, did_you_mean};
use crate::expect::Fault;
use crate::system::files::{Base, Bounds, Look, PathErrorKind, look, names_in};
use crate::value::{FromValue, Kind, Value, WrongKind};

/// The name of a file in the workspace.
#[derive(Clone, Debug)]
pub(super) struct Inside(pub Arc<str>);

impl Inside {
    pub(super) fn read(name: &Arc<str>) -> Result<Self, WrongKind> {
        let path = Path::new(&**name);
        let outside = path.is_absolute()
            || name.starts_with(['/', '\\'])
            || name.contains('\0')
            || !path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if name.is_empty() || outside {
            let wrong = WrongKind::new("the name of a file in the workspace", &Value::Text(name.clone()));
            return Err(wrong.help(
                "an absolute path or a `..` leads out of it; write a relative one, such as `out/model.json`",
            ));
        }
        Ok(Self(name.clone()))
    }
}

impl FromValue for Inside {
    const KINDS: &'static [Kind] = &[Kind::Text];
    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        Self::read(&<Arc<str>>::from_value(value)?)
    }
}

/// Looks there without opening it; a symlink that leads out of the workspace is refused.
pub(super) fn find(name: &Inside, workspace: &Path) -> Result<Look, Fault> {
    let bounds = Bounds {
        spec_dir: workspace.to_owned(),
        project_root: workspace.to_owned(),
        workspace: Some(workspace.to_owned()),
    };
    let path = match bounds.resolve(&name.0, Base::Workspace) {
        Ok(path) => path,
        Err(error) if matches!(error.kind, PathErrorKind::SymlinkLeaves(_)) => {
            let message = format!("`{}` is a link that leads out of the workspace", name.0);
            return Err(Fault::new(codes::PATH_OUTSIDE, message)
                .help("artifacts are what the step itself wrote: copy the file, do not link it"));
        }
        Err(error) if matches!(error.kind, PathErrorKind::SymlinkDangles(_)) => return Ok(Look::Missing),
        Err(error) => return Err(Fault::new(codes::PATH_OUTSIDE, error.to_string())),
    };
    look(&path)
        .map_err(|error| Fault::new(codes::UNREADABLE, format!("cannot look at `{}`: {error}", name.0)))
}

/// What is in the folder where a file was looked for.
pub(super) fn neighbours(name: &str, workspace: &Path) -> Option<String> {
    let path = workspace.join(name);
    let wanted = path.file_name()?.to_str()?;
    let names = names_in(path.parent()?, 1000)?;
    if names.is_empty() {
        return Some("its folder is empty".to_owned());
    }
    did_you_mean(wanted, names.iter().map(String::as_str))
        .map(|near| near.replace("give one of", "its folder holds"))
}
