//! Which module of the crate uses which: every `crate::` and `super::` path of its code.

use super::source_text::{self, code};

/// One path of the code that leads to another module of the crate.
#[derive(Debug)]
pub(super) struct Use {
    pub file: String,
    pub line: usize,
    pub from: String,
    pub to: String,
}

/// An exported macro and the module that declares it: it stands at the crate's root by name.
pub(super) type Macro = (String, String);

/// Every use in the crate, tests left out.
pub(super) fn of_crate() -> Vec<Use> {
    let files = source_text::of_crate();
    let macros: Vec<Macro> = files.iter().flat_map(|(file, text)| macros(file, &code(text))).collect();
    files
        .iter()
        .filter(|(file, _)| !matches!(&**file, "lib.rs" | "main.rs"))
        .flat_map(|(file, text)| of_text(file, text, &macros))
        .collect()
}

/// The modules that `lib.rs` declares.
pub(super) fn modules() -> Vec<String> {
    let lib = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    code(&lib)
        .lines()
        .filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

fn macros(file: &str, code: &str) -> Vec<Macro> {
    let named = |part: &str| {
        let name = part.split("macro_rules!").nth(1)?.split_whitespace().next()?;
        Some((name.to_owned(), home(file)[0].clone()))
    };
    code.split("#[macro_export]").skip(1).filter_map(named).collect()
}

/// The path of the module that a file holds.
fn home(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    stem.split('/').map(str::to_owned).collect()
}

/// The uses of one file.
pub(super) fn of_text(file: &str, text: &str, macros: &[Macro]) -> Vec<Use> {
    let code = code(text);
    let home = home(file);
    let mut uses = Vec::new();
    // The inline modules around the place, each with the depth of braces that it stands at.
    let mut inside: Vec<usize> = Vec::new();
    let mut depth = 0;
    let words = words(&code);
    let mut last_words = ["", ""];
    for (at, word) in words {
        match word {
            "{" => {
                depth += 1;
                if last_words[0] == "mod" {
                    inside.push(depth);
                }
            }
            "}" => {
                inside.pop_if(|level| *level == depth);
                depth -= 1;
            }
            // `pub(in crate::x)` says who may use it, and uses nothing.
            "crate" if last_words[1] != "in" => {
                for (at, to) in firsts(&code, at + word.len()) {
                    push(&mut uses, file, &code, at, &home, to, macros);
                }
            }
            "super" if last_words[1] != "::" => {
                let rest = &code[at..];
                let chain = rest.len() - rest.trim_start_matches("super::").len();
                let up = chain / "super::".len();
                // Only a path that leads to the crate's root can leave the module.
                if up == home.len() + inside.len() {
                    for (at, to) in firsts(&code, at + chain - 2) {
                        push(&mut uses, file, &code, at, &home, to, macros);
                    }
                }
            }
            _ => {}
        }
        last_words = [last_words[1], word];
    }
    uses
}

fn push(uses: &mut Vec<Use>, file: &str, code: &str, at: usize, home: &[String], to: &str, macros: &[Macro]) {
    let to = macros.iter().find(|(name, _)| name == to).map_or(to, |(_, module)| module);
    let line = code[..at].matches('\n').count() + 1;
    uses.push(Use { file: format!("src/{file}"), line, from: home[0].clone(), to: to.to_owned() });
}

/// The first names of a path after its root: one, or each of a group in braces.
fn firsts(code: &str, at: usize) -> Vec<(usize, &str)> {
    let Some(rest) = code[at..].strip_prefix("::") else { return Vec::new() };
    let mut found = Vec::new();
    let mut depth = 0;
    let mut first = true;
    for (offset, word) in words(rest) {
        match word {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," => first = depth == 1,
            _ if first => {
                found.push((at + 2 + offset, word));
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// Words and marks of code, with their places; `::` is one mark.
fn words(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(letter) = code[at..].chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if is_word(letter) {
            code[at..].find(|letter| !is_word(letter)).unwrap_or(code.len() - at)
        } else if code[at..].starts_with("::") {
            2
        } else {
            letter.len_utf8()
        };
        if !letter.is_whitespace() {
            found.push((at, &code[at..at + length]));
        }
        at += length;
    }
    found
}
