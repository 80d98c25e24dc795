//! Values as YAML on one line, to be pasted into a spec.

use std::fmt::{self, Write};

use super::display::write_float;
use super::{Array, Value};

/// The value as flow YAML that a spec reads back as the same value: a row of `each` to paste. Arrays and tables are
/// written as the lists and the mapping of lists that they equal; durations, sizes, files and bytes as text.
pub fn yaml_flow(value: &Value) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_value(&mut text, value);
    text
}

fn write_value(out: &mut String, value: &Value) -> fmt::Result {
    match value {
        Value::Float(float) => write_float(out, *float),
        Value::Text(text) => {
            write_text(out, &without_references(text));
            Ok(())
        }
        Value::Bytes(bytes) => {
            write_text(out, &without_references(&String::from_utf8_lossy(bytes)));
            Ok(())
        }
        Value::File(path) => {
            write_text(out, &without_references(&path.to_string_lossy()));
            Ok(())
        }
        Value::Array(array) => write_array(out, array, &mut 0, array.shape()),
        Value::List(items) => write_list(out, items.iter()),
        Value::Map(map) => write_map(out, map.iter().map(|(key, item)| (&**key, item.clone()))),
        Value::Table(table) => {
            write_map(out, table.columns().iter().map(|column| (&*column.name, column.to_value())))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Duration(_)
        | Value::Size(_) => write!(out, "{value}"),
    }
}

fn write_list<'a>(out: &mut String, items: impl Iterator<Item = &'a Value>) -> fmt::Result {
    out.push('[');
    for (index, item) in items.enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        write_value(out, item)?;
    }
    out.push(']');
    Ok(())
}

fn write_map<'a>(out: &mut String, entries: impl Iterator<Item = (&'a str, Value)>) -> fmt::Result {
    out.push('{');
    for (index, (key, item)) in entries.enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        write_text(out, key);
        out.push_str(": ");
        write_value(out, &item)?;
    }
    out.push('}');
    Ok(())
}

fn write_array(out: &mut String, array: &Array, flat: &mut usize, shape: &[usize]) -> fmt::Result {
    let Some((&first, rest)) = shape.split_first() else {
        let element = array.data().get(*flat).unwrap_or(Value::Null);
        *flat += 1;
        return write_value(out, &element);
    };
    out.push('[');
    for index in 0..first {
        out.push_str(if index == 0 { "" } else { ", " });
        write_array(out, array, flat, rest)?;
    }
    out.push(']');
    Ok(())
}

/// The text as a spec writes it where a leading `$name` and `${…}` are references.
fn without_references(text: &str) -> String {
    let escaped = text.replace("${", "$${");
    let after = escaped.strip_prefix('$').and_then(|rest| rest.chars().next());
    let special = after.is_some_and(|next| next == '$' || next == '_' || next.is_alphabetic());
    if special && !escaped.starts_with("$${") { format!("${escaped}") } else { escaped }
}

/// Plain where a plain scalar is that text for every reader of YAML, else in quotes.
fn write_text(out: &mut String, text: &str) {
    const WORDS: [&str; 12] =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' '))
        && !text.ends_with(' ')
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if plain {
        return out.push_str(text);
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}'..='\u{FFFF}') =>
            {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Data, Table};

    #[test]
    fn numbers_keep_their_kind() {
        let floats = Array::new(vec![2, 1], Data::Float(vec![-0.0, f64::NAN])).unwrap();
        let value = Value::map([
            ("floats", Value::from(floats)),
            ("ints", Value::list(vec![Value::Int(-1), Value::from(u64::MAX)])),
            ("odd", Value::list(vec![f64::INFINITY.into(), f64::NEG_INFINITY.into(), 1e300.into()])),
            ("none", Value::list(vec![Value::Null, Value::list(vec![]), Value::map::<&str>([])])),
        ]);
        assert_eq!(
            yaml_flow(&value),
            "{floats: [[-0.0], [.nan]], ints: [-1, 18446744073709551615], odd: [.inf, -.inf, 1e300], \
             none: [null, [], {}]}"
        );
    }

    #[test]
    fn a_table_is_its_columns() {
        let columns = [("a b:".into(), Value::list(vec![1.5.into(), Value::Null]))].into_iter().collect();
        let table = Value::from(Table::from_columns(&columns).unwrap());
        assert_eq!(yaml_flow(&table), r#"{"a b:": [1.5, null]}"#);
    }

    #[test]
    fn text_that_could_be_something_else_is_quoted() {
        for (text, written) in [
            ("plain words", "plain words"),
            ("", r#""""#),
            ("No", r#""No""#),
            ("7", r#""7""#),
            ("a: b", r#""a: b""#),
            ("tab\t\"\\\n\u{7}\u{2028}é", r#""tab\t\"\\\n\u0007\u2028é""#),
            ("$5 and a $", r#""$5 and a $""#),
            ("$name", r#""$$name""#),
            ("$$", r#""$$$""#),
            ("a ${x}", r#""a $${x}""#),
            ("${x}", r#""$${x}""#),
            ("$${x}", r#""$$$${x}""#),
        ] {
            assert_eq!(yaml_flow(&Value::from(text)), written);
        }
        assert_eq!(yaml_flow(&Value::map([("$k", Value::Int(1))])), r#"{"$k": 1}"#);
    }
}
