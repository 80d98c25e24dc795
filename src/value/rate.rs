//! How often something happens: a count and the time it is counted in.

use std::time::Duration;

use serde_json::json;

use super::{FromValue, Kind, Value, WrongKind, show_duration};

const FORM: &str = "a rate such as `200/s` or `30/min`";
const UNITS: [(&str, f64); 3] = [("s", 1.0), ("min", 60.0), ("h", 3600.0)];
/// Nobody sends faster, and intervals below this are none that a clock keeps.
const MOST: f64 = 1e6;

/// So many times a second, evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    per_second: f64,
}

impl Rate {
    /// How long after the first the one of this index (from 0) is due.
    pub fn due(self, index: u64) -> Duration {
        Duration::try_from_secs_f64(index as f64 / self.per_second).unwrap_or(Duration::MAX)
    }

    /// How many are due before this much time has passed; the first is due at once.
    pub fn within(self, time: Duration) -> u64 {
        (self.per_second * time.as_secs_f64()).ceil() as u64
    }

    fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once('/')?;
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
        let plain = count.trim();
        let digits = plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let count: f64 = plain.parse().ok().filter(|_| digits)?;
        let per_second = count / seconds;
        (per_second > 0.0 && per_second <= MOST).then_some(Self { per_second })
    }
}

/// `200/s`, or `30/min` where a second is too short for one.
impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (unit, seconds) = match self.per_second {
            rate if rate >= 1.0 => UNITS[0],
            rate if rate * 60.0 >= 1.0 => UNITS[1],
            _ => UNITS[2],
        };
        write!(f, "{}/{unit}", (self.per_second * seconds * 1000.0).round() / 1000.0)
    }
}

impl FromValue for Rate {
    const KINDS: &'static [Kind] = &[Kind::Text];
    fn schema() -> serde_json::Value {
        json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?/ ?(s|min|h)$"})
    }
    fn from_value(value: &Value) -> Result<Self, WrongKind> {
        let wrong = || WrongKind::new(FORM, value);
        match value {
            Value::Text(text) => Self::parse(text).ok_or_else(|| {
                wrong().help("the units are `s`, `min` and `h`; it is above 0, and 1000000/s at most")
            }),
            Value::Int(number) => Err(wrong().help(format!("write `{number}/s`"))),
            Value::Duration(each) => {
                Err(wrong().help(format!("one every {} is its inverse", show_duration(*each))))
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_count_and_a_unit_of_time() {
        for (text, per_second, shown) in [
            ("200/s", 200.0, "200/s"),
            ("30 / min", 0.5, "30/min"),
            ("0.5/s", 0.5, "30/min"),
            ("7200/h", 2.0, "2/s"),
            ("3/h", 3.0 / 3600.0, "3/h"),
        ] {
            let rate = Rate::from_value(&Value::from(text)).unwrap();
            assert_eq!((rate.per_second, rate.to_string().as_str()), (per_second, shown), "{text}");
        }
        for bad in ["", "200", "/s", "200/ms", "200/", "0/s", "-1/s", "1e3/s", "2000000/s", "1..2/s", "inf/s"]
        {
            assert!(Rate::from_value(&Value::from(bad)).is_err(), "{bad}");
        }
        let help = |value: Value| Rate::from_value(&value).unwrap_err().help.unwrap_or_default();
        assert_eq!(help(Value::Int(5)), "write `5/s`");
    }

    #[test]
    fn times_are_even_from_the_start() {
        let rate = Rate::parse("200/s").unwrap();
        assert_eq!(rate.due(0), Duration::ZERO);
        assert_eq!(rate.due(3), Duration::from_millis(15));
        assert_eq!([rate.within(Duration::from_secs(10)), rate.within(Duration::from_millis(12))], [2000, 3]);
        let slow = Rate::parse("1/h").unwrap();
        assert_eq!((slow.within(Duration::from_secs(1)), slow.due(u64::MAX)), (1, Duration::MAX));
    }
}
