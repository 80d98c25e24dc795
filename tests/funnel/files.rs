//! The files of the funnel: the agreed suites are untouched, and every fixture is accounted for.

use std::fmt::Write;
use std::fs;

use sha2::{Digest, Sha256};

use super::project::{files, root};

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn digest(file: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(fs::read(root().join(file)).unwrap()) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

/// These three suites define the language's core: a change of one is a change of the language.
#[test]
fn the_agreed_suites_stand_unchanged() {
    for (file, sha256) in [
        ("specs/unit/scaler.yaml", "e9255a5d1c8776ed5e74cfe6d32b78562b33f69f996143235a76fd595f4c2dd4"),
        (
            "specs/integration/train_small.yaml",
            "4adffd9cac887bc22cde7c0b36d5b7488e9a7f1e9c17940875d3dbd42f8e6e87",
        ),
        ("specs/smoke/inference.yaml", "5a53e22b198c0c7874f224ee7ed66779d9eef90ef0757db492203bcce45a4234"),
    ] {
        assert_eq!(digest(file), sha256, "{file}");
    }
}

#[test]
fn every_fixture_is_listed_with_its_digest_and_rows() {
    let readme = read("fixtures/README.md");
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    let listed: Vec<String> = rows.iter().map(|row| format!("fixtures/{}", row[1])).collect();
    let mut there = files("fixtures");
    there.retain(|file| !["fixtures/README.md", "fixtures/make.py"].contains(&&**file));
    for file in &there {
        assert!(listed.contains(file), "fixtures/README.md has no row of {file}");
    }
    assert_eq!(rows.len(), there.len(), "fixtures/README.md lists a file that is not there");
    for (row, file) in rows.iter().zip(&listed) {
        assert_eq!(row[6], digest(file), "the digest of {file}");
        let header = usize::from(file.ends_with("csv"));
        if header == 1 || file.ends_with("jsonl") {
            assert_eq!(row[2], (read(file).lines().count() - header).to_string(), "the rows of {file}");
        }
    }
}

#[test]
fn every_fixture_is_used_where_its_row_says() {
    for line in read("fixtures/README.md").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').collect();
        let fixture = format!("fixtures/{}", cells[1].trim().trim_matches('`'));
        let mut named: Vec<&str> = cells[5].split(',').map(|spec| spec.trim().trim_matches('`')).collect();
        named.sort_unstable();
        let mut using = files("specs");
        using.retain(|spec| read(spec).contains(&fixture));
        assert_eq!(named, using, "{fixture}");
    }
}
