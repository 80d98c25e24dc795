//! Which files are specs: files, folders and globs, in one order on every machine.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Diagnostics, codes};

/// Files that a path, folder or glob of the command line means.
pub(super) fn specs(argument: &str, base: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    let path = base.join(argument);
    if path.is_file() {
        return vec![path];
    }
    if path.is_dir() {
        let files = yaml_under(&path, None);
        if files.is_empty() {
            let message = format!("the folder `{argument}` holds no specs");
            found.push(
                Diagnostic::of_file(codes::UNREADABLE, argument, message)
                    .help("a spec is a `.yaml` file with `suite:`, `tier:` and `cases:`"),
            );
        }
        return files;
    }
    if argument.contains(['*', '?', '[']) {
        return glob(argument, base, found);
    }
    let message = format!("there is no file or folder `{argument}`");
    found.push(
        Diagnostic::of_file(codes::UNREADABLE, argument, message)
            .help("give a spec file, a folder of specs, or a glob in quotes"),
    );
    Vec::new()
}

fn glob(argument: &str, base: &Path, found: &mut Diagnostics) -> Vec<PathBuf> {
    let matcher = match globset::GlobBuilder::new(argument).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            found.push(Diagnostic::of_file(
                codes::INVALID_OPTION,
                argument,
                format!("this is no glob: {error}"),
            ));
            return Vec::new();
        }
    };
    // Only what lies under the part before the first wildcard can match.
    let fixed: PathBuf = Path::new(argument)
        .iter()
        .take_while(|part| !part.to_string_lossy().contains(['*', '?', '[']))
        .collect();
    let files = yaml_under(
        &base.join(fixed),
        Some(&|path: &Path| path.strip_prefix(base).is_ok_and(|path| matcher.is_match(path))),
    );
    if files.is_empty() {
        let message = format!("no spec matches `{argument}`");
        found.push(
            Diagnostic::of_file(codes::UNREADABLE, argument, message)
                .help("`**` crosses folders: `specs/**/*.yaml`"),
        );
    }
    files
}

/// The specs under a folder, sorted; snapshots, configurations and what is hidden or ignored by git are none.
fn yaml_under(folder: &Path, wanted: Option<&dyn Fn(&Path) -> bool>) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(folder)
        .sort_by_file_path(Path::cmp)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != "snapshots")
        .build();
    walk.filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()))
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml"))
        .filter(|path| path.file_name().is_some_and(|name| name != super::config::FILE))
        .filter(|path| wanted.is_none_or(|wanted| wanted(path)))
        .collect()
}
