//! Hostile files: too large, unreadable, no files at all, links in circles.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::{check, refused};

const SOUND: &str = "suite: a\ntier: unit\ncases:\n  - name: a\n    scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}\n";

#[test]
fn a_hundred_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("sparse.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    refused(folder.path(), "sparse.yaml", "too-large");
    file.set_len(1 << 40).unwrap();
    refused(folder.path(), "sparse.yaml", "too-large");
}

#[test]
fn what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    rustix::fs::mknodat(rustix::fs::CWD, path("pipe.yaml"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    symlink("loop.yaml", path("loop.yaml")).unwrap();
    symlink("nowhere.yaml", path("dangling.yaml")).unwrap();
    symlink("/dev/zero", path("zero.yaml")).unwrap();
    std::fs::create_dir(path("empty")).unwrap();
    std::fs::create_dir(path("named.yaml")).unwrap();
    for spec in [
        "pipe.yaml",
        "loop.yaml",
        "dangling.yaml",
        "zero.yaml",
        "empty",
        "named.yaml",
        "/dev/null",
        "missing.yaml",
        "*.toml",
        "[",
        "",
    ] {
        let ran = check(folder.path(), spec);
        assert_eq!(ran.code, Some(2), "{spec}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error["), "{spec}: {}", ran.stderr);
        assert!(ran.stderr.contains("--> "), "{spec} has no place: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_may_not_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closed.yaml");
    std::fs::write(&path, SOUND).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is closed to root.
    let expected = if std::fs::File::open(&path).is_ok() { 0 } else { 2 };
    let ran = check(folder.path(), "closed.yaml");
    assert_eq!(ran.code, Some(expected), "{}", ran.stderr);
}

#[test]
fn folders_in_circles() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    std::fs::create_dir_all(specs.join("deep")).unwrap();
    std::fs::write(specs.join("deep/a.yaml"), SOUND).unwrap();
    symlink("..", specs.join("deep/up")).unwrap();
    symlink(".", specs.join("self")).unwrap();
    let ran = check(folder.path(), "specs");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "1 case in 1 spec: no mistakes\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn fixtures_out_of_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("project");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("mlfunnel.yaml"), "").unwrap();
    std::fs::write(folder.path().join("secret.csv"), "a\n1\n").unwrap();
    symlink("../secret.csv", inside.join("link.csv")).unwrap();
    symlink("..", inside.join("up")).unwrap();
    symlink("turn.csv", inside.join("turn.csv")).unwrap();
    for fixture in [
        "../secret.csv",
        "./../secret.csv",
        "/etc/passwd",
        "link.csv",
        "up/secret.csv",
        "turn.csv",
        "a/../../secret.csv",
        "~/secret.csv",
        "\"a\\0b\"",
    ] {
        std::fs::write(inside.join("a.yaml"), spec_with(fixture)).unwrap();
        let ran = check(&inside, "a.yaml");
        assert_eq!(ran.code, Some(2), "{fixture}: {}", ran.stderr);
        assert!(ran.stderr.contains("--> a.yaml:"), "{fixture}: {}", ran.stderr);
    }
}

fn spec_with(fixture: &str) -> String {
    SOUND.replace("cases:", &format!("fixtures: {{f: {fixture}}}\ncases:"))
}

#[test]
fn configurations() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), SOUND).unwrap();
    let config = folder.path().join("mlfunnel.yaml");
    let write = |bytes: &[u8]| std::fs::write(&config, bytes).unwrap();
    for bytes in [
        &b"[1]"[..],
        b"jobs: 0",
        b"jobs: many",
        b"spec: a",
        b"profiles: [a]",
        b"\xff\xfe",
        b"a: [",
        b"specs: 3",
        b"budgets: 5 s",
        b"- ".repeat(10_000).as_slice(),
    ] {
        write(bytes);
        refuse_config(folder.path(), bytes);
    }
    let file = std::fs::File::create(&config).unwrap();
    file.set_len(1 << 30).unwrap();
    refuse_config(folder.path(), b"a large one");
}

fn refuse_config(folder: &Path, bytes: &[u8]) {
    let ran = check(folder, "a.yaml");
    let what = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]);
    assert_eq!(ran.code, Some(2), "{what}: {}", ran.stderr);
    assert!(ran.stderr.contains("--> mlfunnel.yaml"), "{what}: {}", ran.stderr);
}
