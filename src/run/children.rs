//! What the children of an attempt are started with.

use super::Shared;
use crate::action::Children;
use crate::plan::Case;

/// The environment and the sandbox of the children of one attempt at a case.
pub(super) fn of_attempt(_case: &Case, shared: &Shared) -> Children {
    shared.children.clone()
}
