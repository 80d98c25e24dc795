//! Expressions as YAML on one line, to be pasted into a spec.

use super::expr::{Expr, Piece, Reference};
use crate::value::{Path, yaml_flow};

impl Expr {
    /// The expression as a spec writes it.
    pub fn to_flow(&self) -> String {
        match self {
            Self::Literal(value) => yaml_flow(value),
            Self::Reference(reference) => format!("\"${}\"", dotted(reference)),
            Self::Text(pieces) => {
                let pieces = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => text.replace("${", "$${"),
                    Piece::Reference(reference) => format!("${{{}}}", dotted(reference)),
                });
                // JSON's quotes and escapes are YAML's too.
                serde_json::Value::from(pieces.collect::<String>()).to_string()
            }
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::to_flow).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries) => {
                let key =
                    |name: &str| yaml_flow(&crate::value::Value::map([(name, crate::value::Value::Null)]));
                // `{name: null}` without its ends is the key as YAML writes it.
                let entry = |name: &str, item: &Self| {
                    let key = key(name);
                    format!("{}: {}", &key[1..key.len() - ": null}".len()], item.to_flow())
                };
                format!(
                    "{{{}}}",
                    entries.iter().map(|(name, item)| entry(name, item)).collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

fn dotted(reference: &Reference) -> String {
    let path = Path(reference.path.clone()).to_string();
    match path.as_str() {
        "" => reference.name.to_string(),
        path if path.starts_with('[') => format!("{}{path}", reference.name),
        path => format!("{}.{path}", reference.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::Sources;
    use crate::syntax::parse;

    fn read(text: &str) -> Expr {
        let mut sources = Sources::default();
        let source = sources.add("s", text);
        let mut found = Diagnostics::default();
        let node = parse(text, source, &mut found).unwrap();
        Expr::read(&node, &mut found).unwrap()
    }

    #[test]
    fn expressions_read_back_as_they_were() {
        for (text, written) in [
            ("[1, 2.0, a]", "[1, 2.0, a]"),
            ("$a", r#""$a""#),
            ("$a.b.0", r#""$a.b[0]""#),
            ("'$a[1].c'", r#""$a[1].c""#),
            ("'${a.b} of \"$${x}'", r#""${a.b} of \"$${x}""#),
            ("{k e: $a, \"${k}\": [$b, 1]}", r#"{k e: "$a", "${k}": ["$b", 1]}"#),
        ] {
            let expr = read(text);
            assert_eq!(expr.to_flow(), written);
            assert_eq!(read(&expr.to_flow()).to_flow(), written);
        }
    }
}
