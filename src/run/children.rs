//! What the children of an attempt are started with.

use super::Shared;
use super::repeat::Repetition;
use super::services::Urls;
use super::variation::env_of;
use crate::action::Children;
use crate::plan::Case;

/// The environment and the sandbox of the children of one attempt at a case.
pub(super) fn of_attempt(
    case: &Case,
    shared: &Shared,
    urls: &Urls,
    repetition: Option<Repetition>,
) -> Children {
    let mut children = of_service(case, shared, urls);
    if let Some(Repetition { number, vary: true }) = repetition {
        children.env = env_of(number, &children.env);
    }
    if shared.options.output {
        children.listener = Some(shared.output.listener(&case.id()));
        // Into a pipe Python prints in blocks, and nobody would see a line before the end.
        children.env.push(("PYTHONUNBUFFERED".to_owned(), "1".to_owned()));
    }
    children
}

/// Those of a service that a case needs.
pub(super) fn of_service(case: &Case, shared: &Shared, urls: &Urls) -> Children {
    let sandbox = shared.sandboxing.of(case.suite.tier, urls.fake_ports(&case.suite));
    Children { sandbox, ..shared.children.clone() }
}
