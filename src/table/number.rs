//! What the text of a CSV field says.

use super::infer::Cell;

/// The cell that a field holds. Spaces around a number do not matter; text is kept as it is written.
pub(super) fn classify(field: &str) -> Cell<'_> {
    if field.is_empty() {
        return Cell::Null;
    }
    let text = field.trim_matches([' ', '\t']);
    match text {
        "true" | "True" | "TRUE" => Cell::Bool(true),
        "false" | "False" | "FALSE" => Cell::Bool(false),
        _ => number(text).unwrap_or(Cell::Text(field)),
    }
}

/// A number in the form in which numbers are written: no leading zero before another digit (`007` is an
/// identifier), none that a float64 cannot hold (`1e400`).
pub(super) fn number(text: &str) -> Option<Cell<'_>> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let first = *digits.as_bytes().first()?;
    if first.is_ascii_alphabetic() {
        return word(text, digits).map(Cell::Float);
    }
    if first == b'0' && digits.as_bytes().get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    unpadded(text, digits)
}

/// As [`number`], leading zeros allowed: for a column that is declared to be a number.
pub(super) fn declared_number(text: &str) -> Option<Cell<'_>> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    word(text, digits).map(Cell::Float).or_else(|| unpadded(text, digits))
}

fn word(text: &str, digits: &str) -> Option<f64> {
    let magnitude = match digits {
        "nan" | "NaN" | "NAN" => f64::NAN,
        "inf" | "Inf" | "INF" | "infinity" | "Infinity" | "INFINITY" => f64::INFINITY,
        _ => return None,
    };
    Some(if text.starts_with('-') { -magnitude } else { magnitude })
}

fn unpadded<'a>(text: &str, digits: &str) -> Option<Cell<'a>> {
    // What Rust reads as a float and nobody writes as one has a letter other than the exponent's.
    let plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain || !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        // `-0` is a float in JSON, and the same rows must give the same table.
        let negative_zero = text.starts_with('-') && digits.bytes().all(|byte| byte == b'0');
        if !negative_zero && let Ok(int) = text.parse() {
            return Some(Cell::Int(int));
        }
        if let Ok(int) = text.strip_prefix('+').unwrap_or(text).parse() {
            return Some(Cell::UInt(int));
        }
    }
    text.parse().ok().filter(|float: &f64| float.is_finite()).map(Cell::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        for (field, cell) in [
            ("", Cell::Null),
            ("0", Cell::Int(0)),
            ("-12", Cell::Int(-12)),
            ("+5", Cell::Int(5)),
            (" 7 ", Cell::Int(7)),
            ("9223372036854775808", Cell::UInt(9_223_372_036_854_775_808)),
            ("18446744073709551616", Cell::Float(18_446_744_073_709_551_616.0)),
            ("-0", Cell::Float(-0.0)),
            ("0.5", Cell::Float(0.5)),
            (".5", Cell::Float(0.5)),
            ("5.", Cell::Float(5.0)),
            ("-1.5e-3", Cell::Float(-0.0015)),
            ("1E2", Cell::Float(100.0)),
            ("-inf", Cell::Float(f64::NEG_INFINITY)),
            ("Infinity", Cell::Float(f64::INFINITY)),
            ("True", Cell::Bool(true)),
        ] {
            assert_eq!(classify(field), cell, "{field:?}");
        }
        for field in ["nan", "NaN", "NAN", "-nan"] {
            assert!(matches!(classify(field), Cell::Float(float) if float.is_nan()), "{field}");
        }
    }

    #[test]
    fn the_rest_is_text() {
        for field in [
            "NA",
            "N/A",
            "null",
            "None",
            "007",
            "-007",
            "00",
            "00.5",
            "1_000",
            "1,000",
            "0x10",
            "1e400",
            "-",
            "+",
            ".",
            "e5",
            "1e",
            "1.2.3",
            "--1",
            "+-1",
            "nAn",
            "in",
            "yes",
            "tRue",
            " ",
            "٣",
            "1 2",
            "2026-01-31",
        ] {
            assert_eq!(classify(field), Cell::Text(field));
        }
    }

    #[test]
    fn a_declared_number_may_be_padded() {
        assert_eq!(declared_number("007"), Some(Cell::Int(7)));
        assert_eq!(declared_number("-00.5"), Some(Cell::Float(-0.5)));
        assert_eq!(declared_number("NA"), None);
    }
}
