//! Where a child may write: Landlock (`landlock(7)`).

use std::ffi::OsString;

use landlock::{
    ABI, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus,
};

/// What every program may write to: devices, shared memory, its own settings.
const ALWAYS: [&str; 2] = ["/dev", "/proc"];

/// The newest of the kernel's rules that are asked for; an older kernel enforces what it knows.
const NEWEST: ABI = ABI::V3;

/// Takes from this process, and from all it starts, the right to write anywhere but below these folders.
pub(in crate::system::process) fn restrict_writes(folders: &[OsString]) -> Result<(), String> {
    let status = rules(folders).and_then(RulesetCreated::restrict_self).map_err(|error| error.to_string())?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("the kernel has no Landlock, or it is switched off".to_owned()),
        _ => Ok(()),
    }
}

fn rules(folders: &[OsString]) -> Result<RulesetCreated, RulesetError> {
    let write = AccessFs::from_write(NEWEST);
    let ruleset =
        Ruleset::default().set_compatibility(CompatLevel::BestEffort).handle_access(write)?.create()?;
    let folders = ALWAYS.iter().map(AsRef::as_ref).chain(folders.iter().map(OsString::as_os_str));
    // What is not there cannot be written to, and needs no rule.
    folders
        .filter_map(|folder| PathFd::new(folder).ok())
        .try_fold(ruleset, |ruleset, folder| ruleset.add_rule(PathBeneath::new(folder, write)))
}
