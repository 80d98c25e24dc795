//! Holds the one direction of the modules, and the house rules that a compiler does not know.

#[cfg(test)]
mod layering {
    mod house;
    mod paths;
    mod source_text;

    use paths::Use;

    /// Each module uses only modules to its left.
    ///
    /// `plan` types the parameters of a service when it types those of a step, so `service` stands left of it;
    /// it needs no case to start one.
    const ORDER: &[&str] = &[
        "source",
        "diagnostic",
        "value",
        "ml",
        "table",
        "artifact",
        "arbitrary",
        "system",
        "syntax",
        "action",
        "expect",
        "redact",
        "event",
        "service",
        "plan",
        "run",
        "report",
        "cli",
    ];

    fn rank(module: &str) -> Option<usize> {
        ORDER.iter().position(|name| *name == module)
    }

    fn points_right(found: &Use) -> bool {
        match (rank(&found.from), rank(&found.to)) {
            (Some(from), Some(to)) => to > from,
            _ => true,
        }
    }

    fn violations(uses: &[Use]) -> Vec<String> {
        uses.iter()
            .filter(|found| points_right(found))
            .map(|found| format!("{}:{}: `{}` uses `{}`", found.file, found.line, found.from, found.to))
            .collect()
    }

    #[test]
    fn each_module_uses_only_modules_to_its_left() {
        let uses = paths::of_crate();
        assert!(uses.len() > 300, "only {} paths were found: the reader is broken", uses.len());
        let wrong = violations(&uses);
        assert!(wrong.is_empty(), "these point right in\n{}\n\n{}", ORDER.join(" → "), wrong.join("\n"));
    }

    #[test]
    fn every_module_has_its_place() {
        let mut modules = paths::modules();
        modules.sort();
        let mut placed: Vec<String> = ORDER.iter().map(ToString::to_string).collect();
        placed.sort();
        assert_eq!(modules, placed);
    }

    /// What the reader must see, and what it must pass over.
    #[test]
    fn the_reader_finds_what_points_right() {
        let cases = [
            ("table/csv.rs", "use crate::run::Exit;", vec![("run", 1)]),
            ("table/csv.rs", "fn f() -> crate::plan::Case { todo!() }", vec![("plan", 1)]),
            ("table/csv.rs", "use super::super::event::Event;", vec![("event", 1)]),
            ("table/mod.rs", "use super::event::Event;", vec![("event", 1)]),
            (
                "value/path.rs",
                "use crate::{\n    source::Span,\n    syntax::{Node, Key},\n};",
                vec![("syntax", 3)],
            ),
            ("value/path.rs", "pub(in crate::value) fn f() {}", vec![]),
            ("value/path.rs", "mod inner {\n use super::super::super::cli::main;\n}", vec![("cli", 2)]),
            ("value/path.rs", "macro_rules! m { () => { $crate::report::Report } }", vec![("report", 1)]),
            ("value/path.rs", "/// [`crate::cli`]\n// crate::cli\n/* crate::cli /* nested */ */", vec![]),
            (
                "value/path.rs",
                r##"const S: &str = "crate::cli \" crate::run"; const R: &str = r#"crate::cli"#;"##,
                vec![],
            ),
            (
                "value/path.rs",
                "const Q: char = '\"'; use crate::cli::main; fn f<'a>(_: &'a str) {}",
                vec![("cli", 1)],
            ),
            (
                "value/path.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::cli::main;\n}\nuse crate::run::run;",
                vec![("run", 5)],
            ),
            ("value/path.rs", "#[cfg(test)]\nuse crate::cli::main;\n", vec![]),
        ];
        for (file, text, expected) in cases {
            let uses = paths::of_text(file, text, &[]);
            let wrong: Vec<(&str, usize)> = uses
                .iter()
                .filter(|found| points_right(found))
                .map(|found| (&*found.to, found.line))
                .collect();
            assert_eq!(wrong, expected, "{file}: {text}");
        }
    }
}
