//! Shares of a whole: `10 %`, `0.1`.

use serde_json::json;

use super::{FromValue, Kind, Value, WrongKind};

/// A share of something, as `10 %` or as the number 0.1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

impl FromValue for Share {
    const KINDS: &'static [Kind] = &[Kind::Number, Kind::Text];

    fn schema() -> serde_json::Value {
        json!({"anyOf": [
            {"type": "number", "minimum": 0, "maximum": 1},
            {"type": "string", "pattern": "^\\d+(\\.\\d+)? ?%$"},
        ]})
    }

    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let wrong = || WrongKind::new("a share such as `10 %` or 0.1", value);
        if let Some(number) = value.as_f64() {
            // 10 may mean 10 % or ten times: neither is guessed.
            let share = if number > 1.0 && number.is_finite() { number } else { 10.0 };
            let help = || wrong().help(format!("write `{share} %`, or a number from 0 to 1"));
            return if (0.0..=1.0).contains(&number) { Ok(Self(number)) } else { Err(help()) };
        }
        let number = value.as_text().and_then(|text| text.trim().strip_suffix('%')).map(str::trim_end);
        let digits = number.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        let percent: Option<f64> = digits.and_then(|text| text.parse().ok());
        percent.map(|percent| Self(percent / 100.0)).ok_or_else(wrong)
    }
}

/// `95 %`, `99.9 %`: three digits after the point at most.
pub fn show_share(share: f64) -> String {
    format!("{} %", (share * 100_000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_parts_of_one_are_shares() {
        let read = |value: Value| Share::from_value(&value).ok().map(|share| share.0);
        assert_eq!(read(Value::text("10 %")), Some(0.1));
        assert_eq!(read(Value::text("2.5%")), Some(0.025));
        assert_eq!(read(Value::text("150 %")), Some(1.5));
        assert_eq!(read(Value::Float(0.1)), Some(0.1));
        assert_eq!(read(Value::Int(0)), Some(0.0));
        for bad in ["10", "-1 %", "%", "1e3 %", "ten %", "nan %", "1.1.1 %"] {
            assert_eq!(read(Value::text(bad)), None, "{bad}");
        }
        assert_eq!(read(Value::Int(10)), None);
        let help = |number: f64| Share::from_value(&Value::Float(number)).unwrap_err().help.unwrap();
        assert_eq!(help(12.0), "write `12 %`, or a number from 0 to 1");
        assert_eq!([help(-0.5), help(f64::INFINITY)], ["write `10 %`, or a number from 0 to 1"; 2]);
        assert_eq!(read(Value::Float(f64::NAN)), None);
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in ["95 %", "99.9 %", "0 %", "12.345 %"] {
            assert_eq!(show_share(Share::from_value(&Value::text(text)).unwrap().0), text);
        }
    }
}
