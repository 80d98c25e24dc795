//! What a plain scalar means: YAML 1.2 core, except that a decimal with a leading zero is text.

use super::node::NodeKind;

/// Reads `true`, `7`, `0x1F`, `1e-3`, `.nan`; anything else is text.
pub(super) fn resolve(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return NodeKind::Null,
        "true" | "True" | "TRUE" => return NodeKind::Bool(true),
        "false" | "False" | "FALSE" => return NodeKind::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return NodeKind::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return NodeKind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return NodeKind::Float(f64::NEG_INFINITY),
        _ => {}
    }
    number(text).unwrap_or_else(|| NodeKind::Text(text.into()))
}

fn number(text: &str) -> Option<NodeKind> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return i64::from_str_radix(digits, radix)
                .map(NodeKind::Int)
                .or_else(|_| u64::from_str_radix(digits, radix).map(NodeKind::UInt))
                .ok();
        }
    }
    let leading_zero =
        unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.as_bytes()[1].is_ascii_digit();
    if leading_zero
        || !unsigned.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    if unsigned.bytes().all(|b| b.is_ascii_digit()) {
        if let Ok(int) = text.parse() {
            return Some(NodeKind::Int(int));
        }
        if let Ok(int) = text.parse() {
            return Some(NodeKind::UInt(int));
        }
    }
    let float: f64 = text.parse().ok()?;
    // A number too large for a float is kept as written, so that it cannot pass for an infinity.
    float.is_finite().then_some(NodeKind::Float(float))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        let read = |text| format!("{:?}", resolve(text));
        for (text, expected) in [
            ("12", "Int(12)"),
            ("-7", "Int(-7)"),
            ("+7", "Int(7)"),
            ("0", "Int(0)"),
            ("0x1F", "Int(31)"),
            ("0o17", "Int(15)"),
            ("18446744073709551615", "UInt(18446744073709551615)"),
            ("1.10", "Float(1.1)"),
            ("1e-9", "Float(1e-9)"),
            (".5", "Float(0.5)"),
            ("-0.0", "Float(-0.0)"),
            ("5.", "Float(5.0)"),
            (".nan", "Float(NaN)"),
            ("-.inf", "Float(-inf)"),
            ("~", "Null"),
            ("True", "Bool(true)"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        for text in [
            "on",
            "no",
            "y",
            "017",
            "08",
            "007.5",
            "1_000",
            "1e400",
            "nan",
            "inf",
            ".",
            "1.2.3",
            "-",
            "0x",
            "2026-01-31",
            "1e",
            "e5",
        ] {
            assert_eq!(read(text), format!("Text({text:?})"), "{text}");
        }
    }
}
