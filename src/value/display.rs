//! Values as people read them in a message: the form they would write in a spec.

use std::fmt::{self, Write};

use super::{Array, Value, show_duration, show_size};

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Int(int) => write!(f, "{int}"),
            Self::UInt(int) => write!(f, "{int}"),
            Self::Float(float) => write_float(f, *float),
            Self::Text(text) => write_text(f, text),
            Self::Duration(duration) => f.write_str(&show_duration(*duration)),
            Self::Size(bytes) => f.write_str(&show_size(*bytes)),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Array(array) => write_array(f, array, &mut 0, array.shape()),
            Self::Table(table) => {
                let names: Vec<&str> = table.names().map(|name| &**name).collect();
                write!(f, "table of {} rows × {} columns [{}]", table.rows(), names.len(), names.join(", "))
            }
            Self::List(items) => {
                f.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_char(']')
            }
            Self::Map(map) => {
                f.write_char('{')?;
                for (index, (key, item)) in map.iter().enumerate() {
                    write!(f, "{}{key}: {item}", if index == 0 { "" } else { ", " })?;
                }
                f.write_char('}')
            }
        }
    }
}

/// The shortest text that reads back as the same float, as YAML writes it.
pub(super) fn write_float(f: &mut impl Write, float: f64) -> fmt::Result {
    if float.is_nan() {
        f.write_str(".nan")
    } else if float.is_infinite() {
        f.write_str(if float > 0.0 { ".inf" } else { "-.inf" })
    } else {
        write!(f, "{float:?}")
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "{text:?}")
}

fn write_array(f: &mut fmt::Formatter<'_>, array: &Array, flat: &mut usize, shape: &[usize]) -> fmt::Result {
    let Some((&first, rest)) = shape.split_first() else {
        let element = array.data().get(*flat).unwrap_or(Value::Null);
        *flat += 1;
        return write!(f, "{element}");
    };
    f.write_char('[')?;
    for index in 0..first {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_array(f, array, flat, rest)?;
    }
    f.write_char(']')
}

/// Microseconds since the epoch as RFC 3339 text, UTC.
pub(super) fn datetime(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| format!("{micros} us"), |at| at.to_string())
}

/// At most `limit` characters of a value's text, saying how many were left out. Does no more work than
/// what it shows asks for, however large the value.
pub fn clip(value: &Value, limit: usize) -> String {
    struct Clipped {
        text: String,
        room: usize,
        dropped: usize,
    }
    impl Write for Clipped {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            for c in part.chars() {
                if self.room > 0 {
                    self.text.push(c);
                    self.room -= 1;
                } else {
                    self.dropped += 1;
                }
            }
            if self.dropped > 1_000_000 { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut clipped = Clipped { text: String::new(), room: limit, dropped: 0 };
    let whole = write!(clipped, "{value}").is_ok();
    match clipped.dropped {
        0 => clipped.text,
        dropped => {
            format!("{}… ({}{dropped} more characters)", clipped.text, if whole { "" } else { "over " })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Data;

    #[test]
    fn values_read_as_they_are_written() {
        let array = Array::new(vec![2, 1], Data::Float(vec![0.0, f64::NAN])).unwrap();
        let value = Value::map([("a", Value::from(array)), ("b", Value::from("x\n"))]);
        assert_eq!(value.to_string(), r#"{a: [[0.0], [.nan]], b: "x\n"}"#);
    }

    #[test]
    fn a_long_value_says_what_was_left_out() {
        let value = Value::list(vec![Value::Int(7); 20]);
        assert_eq!(clip(&value, 10), "[7, 7, 7, … (50 more characters)");
    }
}
