//! Holds the project's own funnel, `specs/` and `fixtures/`: it passes, in any order and any number of times, and each of
//! its expected numbers can fail.

#[cfg(test)]
#[path = "process/mod.rs"]
mod process;

#[cfg(test)]
mod funnel {
    mod files;
    mod mutation;
    mod project;
    mod pyramid;
}
