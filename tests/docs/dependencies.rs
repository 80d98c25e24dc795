//! Every dependency is there for a reason that is written down.

use std::fs;

use super::page::root;

#[test]
fn every_dependency_has_its_reason() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let sections =
        manifest.split("\n[").filter(|section| section.split(']').next().unwrap().ends_with("dependencies"));
    let lines = sections.flat_map(|section| section.lines().skip(1));
    let names: Vec<&str> = lines.filter_map(|line| Some(line.split_once(" = ")?.0)).collect();
    let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/dependencies.md does not say what these are for: {missing:?}");
    assert!(names.len() > 30, "only {} dependencies were found", names.len());
}
