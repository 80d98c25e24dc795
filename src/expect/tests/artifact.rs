use super::*;

fn world() -> World {
    let world = World::new().with("label", Value::from("a"));
    world.write("model.json", r#"{"model": {"weights": [0.5, 1.5]}, "a.b": 1, "loss": 0.25}"#);
    world.write("out/run-a.log", "epoch 1\nepoch 2\n");
    world.write("params.yaml", "depth: 3\nscale: .inf\n");
    world.write("empty", "");
    world.write("binary", [0xff, 0xfe, 0x00]);
    std::fs::create_dir(world.path("folder")).unwrap();
    world
}

/// Rows of `expect.artifacts`, as a flow value, and what it comes to.
fn artifacts(rows: &[(&str, &str)]) {
    let world = world();
    for (written, expected) in rows {
        assert_eq!(world.expect(&format!("artifacts: {written}"), "{}"), *expected, "{written}");
    }
}

#[test]
fn a_list_asks_for_files_that_are_not_empty() {
    artifacts(&[
        ("[model.json]", "artifacts.model.json: passed (58 bytes)"),
        ("['out/run-${label}.log']", "artifacts.out/run-a.log: passed (16 bytes)"),
        (
            "[modle.json]",
            "artifacts.modle.json: missed: `modle.json` is not there | did you mean `model.json`?",
        ),
        ("[no/where]", "artifacts.no/where: missed: `no/where` is not there"),
        ("[model.json/x]", "artifacts.model.json/x: missed: `model.json/x` is not there"),
        (
            "[model.json, empty]",
            "artifacts.model.json: passed (58 bytes)\nartifacts.empty: missed: `empty` is empty",
        ),
        ("[folder]", "artifacts.folder: missed: `folder` is a folder, not a file"),
    ]);
}

#[test]
fn names_stay_inside_the_workspace() {
    let help =
        "(help: an absolute path or a `..` leads out of it; write a relative one, such as `out/model.json`)";
    for name in ["/etc/passwd", "../x", "a/../../x", ".."] {
        assert_eq!(
            World::new().expect(&format!("artifacts: [{name}]"), "{}"),
            format!(
                "invalid[wrong-type] at `{name}`: expected the name of a file in the workspace, got a string `{name}` {help}"
            )
        );
        assert_eq!(
            World::new().expect(&format!("artifacts: {{{name}: {{exists: true}}}}"), "{}"),
            format!(
                "invalid[path-outside] at `{name}`: expected the name of a file in the workspace, got a string `{name}` {help}"
            )
        );
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_lead_nowhere() {
    let world = world();
    let elsewhere = World::new();
    elsewhere.write("secret", "x");
    std::os::unix::fs::symlink(elsewhere.path("secret"), world.path("link")).unwrap();
    std::os::unix::fs::symlink(elsewhere.folder.path(), world.path("way")).unwrap();
    std::os::unix::fs::symlink("model.json", world.path("inner")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        world.path("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .unwrap();
    let help = "(help: artifacts are what the step itself wrote: copy the file, do not link it)";
    assert_eq!(
        world.expect("artifacts: [link, way/secret, inner, pipe]", "{}"),
        format!(
            "artifacts.link: faulted[path-outside]: `link` is a link that leads out of the workspace {help}\n\
             artifacts.way/secret: faulted[path-outside]: `way/secret` is a link that leads out of the workspace {help}\n\
             artifacts.inner: passed (58 bytes)\n\
             artifacts.pipe: missed: `pipe` is a pipe or a device, not a file"
        )
    );
    assert_eq!(
        world.expect("artifacts: {pipe: {exists: true, text: {length: 1}}}", "{}"),
        "artifacts.pipe: missed: it is a pipe or a device"
    );
}

#[test]
fn existence_is_one_verdict_and_what_follows_another() {
    artifacts(&[
        (
            "{model.json: {min_size: 10 B}}",
            "artifacts.model.json: passed (58 bytes)\nartifacts.model.json: passed (1 values)",
        ),
        (
            "{gone: {min_size: 10 B, text: {contains: x}}}",
            "artifacts.gone: missed: `gone` is not there | its folder holds `binary`, `empty`, `folder`, `model.json`, `out`, `params.yaml`",
        ),
        ("{empty: {max_size: 10 B}}", "artifacts.empty: missed: `empty` is empty"),
        (
            "{empty: {exists: true, max_size: 10 B}}",
            "artifacts.empty: passed (1 values)\nartifacts.empty: passed (1 values)",
        ),
        ("{gone: {exists: false}}", "artifacts.gone: passed (1 values)"),
        ("{gone: {exists: true, max_size: 10 B}}", "artifacts.gone: missed: it is not there"),
        ("{empty: {exists: false}}", "artifacts.empty: missed: it is there: a file"),
        ("{folder: {exists: false}}", "artifacts.folder: missed: it is there: a folder"),
        ("{folder: {exists: true}}", "artifacts.folder: missed: it is a folder"),
    ]);
}

#[test]
fn sizes_and_digests() {
    artifacts(&[(
        "{model.json: {exists: true, min_size: 1 KiB, max_size: 20 B}}",
        "artifacts.model.json: passed (1 values)\n\
             artifacts.model.json: missed: its size is 58 B, expected at least 1024 B\n\
             artifacts.model.json: missed: its size is 58 B, expected at most 20 B",
    )]);
    let world = world();
    // printf abc | sha256sum, which is the example of FIPS 180-4.
    world.write("abc", "abc");
    let digest = "BA7816BF8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        world.expect(&format!("artifacts: {{abc: {{exists: true, sha256: {digest}}}}}"), "{}"),
        "artifacts.abc: passed (1 values)\nartifacts.abc: passed (3 bytes)"
    );
    assert_eq!(
        world.expect(&format!("artifacts: {{binary: {{exists: true, sha256: {digest}}}}}"), "{}"),
        "artifacts.binary: passed (1 values)\nartifacts.binary: missed: its SHA-256 digest differs"
    );
    assert_eq!(
        world.expect("artifacts: {empty: {exists: true, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}}", "{}"),
        "artifacts.empty: passed (1 values)\nartifacts.empty: measured nothing"
    );
    assert_eq!(
        world.expect("artifacts: {abc: {sha256: abc, min_size: 5}}", "{}"),
        "invalid[wrong-type] at `abc`: expected a SHA-256 digest of 64 hexadecimal digits, got a string `abc` (help: this has 3 characters; `sha256sum FILE` prints it)\n\
         invalid[wrong-type] at `5`: expected a size such as `100 B`, `20 kB` or `2 MiB`, got an integer `5` (help: write `5 B`)"
    );
}

#[test]
fn text_and_lines() {
    artifacts(&[
        (
            "{out/run-a.log: {exists: true, text: {contains: [epoch 1, epoch 2]}, lines: 2}}",
            "artifacts.out/run-a.log: passed (1 values)\nartifacts.out/run-a.log: passed (2 values)\nartifacts.out/run-a.log: passed (1 values)",
        ),
        (
            "{out/run-a.log: {exists: true, text: {matches: 'epoch 3'}, lines: {min: 3}}}",
            "artifacts.out/run-a.log: passed (1 values)\n\
             artifacts.out/run-a.log: missed: \"epoch 1\\nepoch 2\\n\" does not match `epoch 3`\n\
             artifacts.out/run-a.log: missed: number of lines: 2 is not at least 3",
        ),
        (
            "{binary: {exists: true, text: {contains: a}}}",
            "artifacts.binary: passed (1 values)\nartifacts.binary: missed: it is not UTF-8 text: byte 0 begins no character",
        ),
    ]);
    let world = world();
    let file = std::fs::File::create(world.path("huge")).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    assert_eq!(
        world.expect("artifacts: {huge: {exists: true, text: {contains: a}}}", "{}"),
        "artifacts.huge: passed (1 values)\n\
         artifacts.huge: faulted[too-large]: `huge` is larger than 64 MiB: its content is not looked into (help: check it by `max_size` or `sha256`)"
    );
}

/// What a matcher of one file says, its existence aside.
fn of_file(checks: &str) -> String {
    let (file, checks) = checks.split_once(' ').unwrap();
    let found = world().expect(&format!("artifacts: {{{file}: {{exists: true, {checks}}}}}"), "{}");
    found.replace(&format!("artifacts.{file}: passed (1 values)\nartifacts.{file}: "), "")
}

#[test]
fn documents_have_places() {
    for (checks, expected) in [
        ("model.json json: {model.weights.0: 0.5, loss: {max: 1}}", "passed (2 values)"),
        ("model.json json: {'$.model.weights[*]': {sums_to: 2}}", "passed (2 values)"),
        ("model.json json: {\"$['a.b']\": 1}", "passed (1 values)"),
        ("model.json json: {$: {contains: model}}", "passed (1 values)"),
        ("model.json json: {loss: {max: 0.1}}", "missed: loss: 0.25 is not at most 0.1"),
        (
            "model.json json: {loss: {max: 0.1}, $.model.weights: [1, 1]}",
            "missed: loss: 0.25 is not at most 0.1 | also: $.model.weights: 2 of 2 elements differ",
        ),
        (
            "model.json json: {model.weight: 1}",
            "missed: there is no `weight` in `model`, which is a mapping (did you mean `weights`?)",
        ),
        (
            "model.json json: {equals: 3}",
            "missed: there is no `equals` in the document, which is a mapping (give one of `model`, `a.b`, `loss`) | keys here are paths; for the whole document write `\"$\": {equals: …}`",
        ),
        ("model.json json: {'$.nodes[*]': {min: 1}}", "measured nothing"),
        ("params.yaml yaml: {depth: 3, scale: .inf}", "passed (2 values)"),
        ("params.yaml json: {depth: 3}", "missed: it is not JSON: line 1, column 1: expected value"),
        ("binary json: {depth: 3}", "missed: it is not UTF-8 text: byte 0 begins no character"),
        (
            "model.json json: {a..b: 1}",
            "invalid[invalid-value] at `a..b`: `a..b` is no path into the document: a part between two dots is empty (help: write `a.b.0`, or a JSONPath: `$['a key'][0]`)",
        ),
        (
            "model.json json: {}",
            "invalid[no-checks] at `{}`: an empty mapping of paths checks nothing (help: write what must hold, such as `{metrics.accuracy: {min: 0.8}}`)",
        ),
    ] {
        assert_eq!(of_file(checks), expected, "{checks}");
    }
    let world = world();
    world.write("bad.yaml", "a: [1");
    let found = world.expect("artifacts: {bad.yaml: {yaml: {a: 1}}}", "{}");
    assert!(found.contains("missed: it is not YAML: ") && found.contains("line"), "{found}");
}

#[test]
fn a_csv_has_rows_and_columns() {
    let world = world();
    world.write("a.csv", "id,score,city\n1,0.5,Oslo\n2,nan,\n007,1.5,Rome\n");
    world.write("none.csv", "id,score\n");
    world.write("ragged.csv", "a,b\n1\n");
    for (checks, expected) in [
        ("a.csv csv: {rows: 3}", "passed (1 values)"),
        ("a.csv csv: {rows: {between: [1, 5]}, columns: {id: {dtype: text}}}", "passed (2 values)"),
        ("a.csv csv: {columns: {city: {isin: [Oslo, Rome, null]}, score: {length: 3}}}", "passed (4 values)"),
        (
            "a.csv csv: {rows: 4, columns: {score: {finite: true}, town: {length: 3}}}",
            "missed: number of rows is 3, expected 4 | also: column `score`: 1 of 3 values is not finite | \
             also: there is no column `town` (give one of `id`, `score`, `city`)",
        ),
        ("none.csv csv: {rows: 0}", "passed (1 values)"),
        ("none.csv csv: {columns: {score: {finite: true}}}", "measured nothing"),
        ("none.csv csv: {rows: 0, columns: {score: {finite: true}}}", "measured nothing"),
        (
            "a.csv csv: 3",
            "invalid[wrong-type] at `3`: expected `rows` or `columns`, got an integer (help: write `csv: {rows: 100, columns: {score: {between: [0, 1]}}}`)",
        ),
        (
            "a.csv csv: {row: 3}",
            "invalid[unknown-key] at `row`: unknown key `row` in `csv` (help: did you mean `rows`?)",
        ),
        (
            "a.csv csv: {columns: {}}",
            "invalid[no-checks] at `{columns: {}}`: no column is named (help: write `columns: {score: {between: [0, 1]}}`)",
        ),
    ] {
        let (file, checks) = checks.split_once(' ').unwrap();
        let found = world.expect(&format!("artifacts: {{{file}: {{exists: true, {checks}}}}}"), "{}");
        let found = found.replace(&format!("artifacts.{file}: passed (1 values)\nartifacts.{file}: "), "");
        assert_eq!(found, expected, "{checks}");
    }
    let found = world.expect("artifacts: {ragged.csv: {csv: {rows: 1}}}", "{}");
    assert!(found.contains("missed: it is no CSV: ") && found.contains("line 2"), "{found}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    artifacts(&[
        (
            "model.json",
            "invalid[wrong-type] at `model.json`: expected a list of files or a mapping from file to matchers, got a string (help: write `artifacts: [model.json]` or `artifacts: {model.json: {min_size: 100 B}}`)",
        ),
        (
            "[]",
            "invalid[no-checks] at `[]`: empty `artifacts` check nothing (help: name a file, or remove it)",
        ),
        (
            "{model.json: true}",
            "invalid[wrong-type] at `true`: expected a mapping of matchers, got a boolean (help: write `{exists: true}`, `{min_size: 100 B}` or `{json: {accuracy: {min: 0.8}}}`)",
        ),
        (
            "{model.json: {$.a: 1}}",
            "invalid[unknown-matcher] at `$.a`: `$.a` is asked of a file as such (help: a path into a file belongs under its format: `json: {\"$.accuracy\": …}`)",
        ),
        (
            "{model.json: {exists: false, min_size: 1 B}}",
            "invalid[conflicting-keys] at `min_size`: `min_size` is asked of a file that must not exist (help: remove one of the two)",
        ),
        (
            "{model.json: {min_sise: 1 B}}",
            "invalid[unknown-matcher] at `min_sise`: unknown matcher `min_sise` (help: did you mean `min_size`?)",
        ),
    ]);
}
