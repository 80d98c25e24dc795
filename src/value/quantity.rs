//! Durations and sizes: a number and its unit.

use std::time::Duration;

const DURATION_UNITS: [(&str, f64); 5] =
    [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3600.0)];

const SIZE_UNITS: [(&str, f64); 7] = [
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
];

/// The forms of a duration, for messages.
pub const DURATION_FORM: &str = "a duration such as `500 ms`, `10 s` or `2 min`";
/// The forms of a size, for messages.
pub const SIZE_FORM: &str = "a size such as `100 B`, `20 kB` or `2 MiB`";

fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    Some((number.parse().ok()?, unit.trim_start()))
}

fn scaled(text: &str, units: &[(&str, f64)]) -> Option<f64> {
    let (number, unit) = split(text)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    Some(number * factor)
}

/// Reads `500 ms`, `500ms`, `1.5 h`; a bare number has no unit and is refused.
pub fn parse_duration(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(scaled(text, &DURATION_UNITS)?).ok()
}

/// Reads `100 B`, `2 MiB`, in bytes; a bare number has no unit and is refused.
pub fn parse_size(text: &str) -> Option<u64> {
    let bytes = scaled(text, &SIZE_UNITS)?;
    (bytes.fract() == 0.0 && bytes <= 2_f64.powi(53)).then_some(bytes as u64)
}

/// `1.5 ms`, `250 us`, `3 s`: the largest unit that keeps the number at one or more, three digits after it.
pub fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let (unit, factor) = match seconds {
        s if s >= 120.0 => ("min", 60.0),
        s if s >= 1.0 => ("s", 1.0),
        s if s >= 1e-3 => ("ms", 1e-3),
        _ => ("us", 1e-6),
    };
    let number = (seconds / factor * 1000.0).round() / 1000.0;
    format!("{number} {unit}")
}

/// `100 B`, `1.5 KiB`.
pub fn show_size(bytes: u64) -> String {
    let (unit, factor) = match bytes {
        b if b >= 1 << 30 => ("GiB", 1_073_741_824.0),
        b if b >= 1 << 20 => ("MiB", 1_048_576.0),
        b if b >= 10 << 10 => ("KiB", 1024.0),
        _ => ("B", 1.0),
    };
    format!("{} {unit}", (bytes as f64 / factor * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(parse_duration("500 ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse_duration("1.5 min"), Some(Duration::from_secs(90)));
        for bad in ["5", "", "ms", "-1 s", "1 sec", "1e3 s", "1..2 s", "99999999999999999999 h"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_whole_bytes() {
        assert_eq!(parse_size("2 MiB"), Some(2 << 20));
        assert_eq!(parse_size("1.5 kB"), Some(1500));
        for bad in ["5", "0.5 B", "1 mb", "-1 B", "99999999 GiB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_shown_reads_back() {
        for text in ["250 us", "1.5 ms", "3 s", "2.5 min"] {
            assert_eq!(show_duration(parse_duration(text).unwrap()), text);
        }
        assert_eq!(show_size(100), "100 B");
        assert_eq!(show_size(2 << 20), "2 MiB");
    }
}
