//! Hostile text: bombs, depth, size, encodings.

use std::fmt::Write;
use std::ops::Range;

use super::{check, refusal, refused};

const HEAD: &str = "suite: hostile\ntier: unit\n";
const CASE: &str =
    "cases:\n  - name: a\n    scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}\n";

/// One piece for each number.
fn each(numbers: Range<usize>, piece: impl Fn(usize) -> String) -> String {
    numbers.map(piece).collect::<Vec<_>>().concat()
}

fn bomb(open: char, close: char) -> String {
    let ten = |item: &str| [item; 10].join(", ");
    let mut text =
        format!("{HEAD}x-0: &a0 {open}{}{close}\n", if open == '[' { ten("x") } else { "k: x".into() });
    for level in 1..12 {
        let inner: Vec<String> = (0..10)
            .map(
                |at| if open == '[' { format!("*a{}", level - 1) } else { format!("k{at}: *a{}", level - 1) },
            )
            .collect();
        let _ = writeln!(text, "x-{level}: &a{level} {open}{}{close}", inner.join(", "));
    }
    text + CASE
}

fn steps(count: usize) -> String {
    let steps: String = (0..count)
        .map(|_| "      - scale: {method: max_abs, values: [1]}\n        expect: {vlaues: [1]}\n")
        .collect();
    format!("{HEAD}cases:\n  - name: a\n    steps:\n{steps}")
}

/// As many vars as references to others.
fn many_names() -> String {
    let vars: String = each(0..20_000, |at| format!("  name-{at}: 1\n"));
    let uses: Vec<String> = (0..20_000).map(|at| format!("$nome-{at}")).collect();
    let case = CASE.replace("[1]", &format!("[{}]", uses.join(", ")));
    format!("{HEAD}vars:\n{vars}{case}")
}

/// Large mappings merged into one another, again and again.
fn merges() -> String {
    let keys = |from: usize| -> String { each(from..from + 20_000, |at| format!("  k{at}: 1\n")) };
    let again: String = each(1..9, |at| format!("x-{at}: &m{at} {{<<: [*m{0}, *m{0}], j{at}: 1}}\n", at - 1));
    format!("{HEAD}x-0: &m0\n{}x-k:\n  <<: *m0\n{}{}{CASE}", keys(0), keys(10_000), again)
}

/// Holds that each text is refused with its code.
fn refuse_all(specs: &[(&str, String, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (name, text, code) in specs {
        let spec = format!("{}.yaml", name.replace(' ', "_"));
        std::fs::write(folder.path().join(&spec), text).unwrap();
        wrong.extend(refusal(folder.path(), &spec, code).err());
        std::fs::remove_file(folder.path().join(&spec)).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn structures_that_are_refused() {
    let blocks: String = each(0..5_000, |depth| format!("{}a:\n", " ".repeat(depth)));
    refuse_all(&[
        ("bomb of lists", bomb('[', ']'), "too-large"),
        ("bomb of mappings", bomb('{', '}'), "too-large"),
        ("alias of itself", format!("{HEAD}x-a: &a [*a]\n{CASE}"), "invalid-yaml"),
        ("alias of nothing", format!("{HEAD}x-a: *nothing\n{CASE}"), "invalid-yaml"),
        ("merge of a scalar", format!("{HEAD}x-a: {{<<: 3}}\n{CASE}"), "invalid-yaml"),
        ("brackets without end", "[".repeat(100_000), "too-large"),
        ("braces without end", "{a: ".repeat(100_000), "too-large"),
        ("mixed brackets", "[{a: ".repeat(50_000), "too-large"),
        ("closing brackets", "]".repeat(100_000), "invalid-yaml"),
        ("dashes without end", "- ".repeat(100_000), "too-large"),
        ("blocks without end", blocks, "too-large"),
        ("question marks", "? ".repeat(50_000), "invalid-yaml"),
        ("a deep value", format!("{HEAD}x-a: {}1{}\n{CASE}", "[".repeat(70), "]".repeat(70)), "too-large"),
    ]);
}

#[test]
fn sizes_that_are_refused() {
    let huge = |length: usize| "x".repeat(length);
    refuse_all(&[
        ("a huge key", format!("{HEAD}{}: 1\n{CASE}", huge(1 << 20)), "invalid-yaml"),
        ("a huge unknown key", format!("{HEAD}? {}\n: 1\n{CASE}", huge(100_000)), "unknown-key"),
        ("a huge word", format!("suite: a\ntier: {}\n{CASE}", huge(4 << 20)), "wrong-type"),
        (
            "a huge name",
            format!("suite: a\ntier: unit\nvars: {{{}: 1}}\n{CASE}", huge(1000) + "!"),
            "invalid-value",
        ),
        ("a huge number", format!("{HEAD}seed: {}\n{CASE}", "9".repeat(100_000)), "wrong-type"),
        ("a huge exponent", format!("{HEAD}seed: 1e999999999\n{CASE}"), "wrong-type"),
        ("a huge duration", format!("{HEAD}timeout: {} h\n{CASE}", "9".repeat(400)), "wrong-type"),
        ("a negative seed", format!("{HEAD}seed: -9223372036854775809\n{CASE}"), "wrong-type"),
        ("a number of many dots", format!("{HEAD}seed: {}\n{CASE}", ".1".repeat(100_000)), "wrong-type"),
        ("very many mistakes", steps(20_000), "unknown-output"),
        (
            "very many unknown keys",
            format!("{HEAD}{}{CASE}", each(0..20_000, |at| format!("k{at}: 1\n"))),
            "unknown-key",
        ),
        ("very many duplicates", format!("{HEAD}{}{CASE}", "seed: 1\n".repeat(20_000)), "duplicate-key"),
        (
            "very many undefined names",
            format!(
                "{HEAD}cases:\n  - name: a\n    scale: {{method: max_abs, values: [{}]}}\n    expect: {{values: [1]}}\n",
                "$nothing, ".repeat(20_000)
            ),
            "unknown-name",
        ),
        ("merges upon merges", merges(), "too-large"),
        ("very many names and none", many_names(), "unknown-name"),
        (
            "very many cases of one name",
            format!("{HEAD}cases:\n{}", CASE.trim_start_matches("cases:\n").repeat(20_000)),
            "duplicate-name",
        ),
        (
            "a matrix of millions",
            format!(
                "{HEAD}cases:\n  - name: a\n    each: {{matrix: {{{}}}}}\n    scale: {{method: max_abs, values: [1]}}\n    expect: {{values: [1]}}\n",
                (0..30).map(|at| format!("a{at}: [1, 2, 3]")).collect::<Vec<_>>().join(", ")
            ),
            "too-large",
        ),
        ("an open quote", format!("{HEAD}x-a: \"{}\n", huge(100_000)), "invalid-yaml"),
        (
            "an open brace in text",
            format!(
                "{HEAD}cases:\n  - name: a\n    run: [echo, \"{}\"]\n    expect: {{exit_code: 0}}\n",
                "${".repeat(20_000)
            ),
            "invalid-reference",
        ),
        ("a directive", format!("%YAML 9.9\n---\n{HEAD}"), "invalid-yaml"),
        ("many documents", "---\na: 1\n".repeat(10_000), "invalid-yaml"),
        ("tags", format!("{HEAD}x-a: !!python/object/apply:os.system [id]\n{CASE}"), "invalid-yaml"),
        ("a NUL byte", format!("{HEAD}x-a: a\0b\n{CASE}"), "invalid-yaml"),
        ("control characters", format!("{HEAD}x-a: a\u{1b}[31mb\u{7}\n{CASE}"), "invalid-yaml"),
        ("tabs", format!("{HEAD}cases:\n\t- name: a\n"), "invalid-yaml"),
        ("a list", "- a\n- b\n".repeat(1000), "wrong-type"),
        ("a scalar", huge(1 << 20), "wrong-type"),
        ("nothing", String::new(), "empty-file"),
        ("blank lines", "\n".repeat(1 << 20), "empty-file"),
        ("comments", "# nothing\n".repeat(100_000), "empty-file"),
    ]);
}

#[test]
fn bytes_that_are_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let sound = format!("{HEAD}{CASE}");
    let utf16 = |big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        "\u{feff}".encode_utf16().chain(sound.encode_utf16()).flat_map(bytes).collect()
    };
    let noise: Vec<u8> = (0..1_u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, bytes) in [
        ("utf16_le", utf16(false)),
        ("utf16_be", utf16(true)),
        ("latin1", b"suite: caf\xe9\ntier: unit\ncases: []\n".to_vec()),
        ("cut_character", b"suite: a\xe2\x82".to_vec()),
        ("overlong", b"suite: \xc0\xaf".to_vec()),
        ("surrogate", b"suite: \xed\xa0\x80".to_vec()),
        ("noise", noise),
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
    ] {
        let spec = format!("{name}.yaml");
        std::fs::write(folder.path().join(&spec), bytes).unwrap();
        refused(folder.path(), &spec, "not-utf8");
    }
}

#[test]
fn odd_text_that_is_fine() {
    let folder = tempfile::tempdir().unwrap();
    let sound = format!("{HEAD}{CASE}");
    for (name, text) in [
        ("byte_order_mark", format!("\u{feff}{sound}")),
        ("carriage_returns", sound.replace('\n', "\r\n")),
        ("no_last_line_end", sound.trim_end().to_owned()),
        ("a_document_mark", format!("---\n{sound}...\n")),
        ("a_directive", format!("%YAML 1.2\n---\n{sound}")),
        ("a_long_comment", format!("{sound}# {}\n", "x".repeat(1 << 20))),
        ("a_large_free_value", format!("{sound}x-a: {}\n", "x".repeat(8 << 20))),
    ] {
        let spec = format!("{name}.yaml");
        std::fs::write(folder.path().join(&spec), text).unwrap();
        let ran = check(folder.path(), &spec);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
    }
}
