//! Times and counts as people read them.

/// Seconds with the unit that fits: `0.2 ms`, `41 ms`, `1.24 s`, `2 min 3 s`, `1 h 2 min`.
pub(super) fn seconds(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds == 0.0 {
        "0 s".to_owned()
    } else if seconds < 0.000_05 {
        "< 0.1 ms".to_owned()
    } else if seconds < 0.009_95 {
        format!("{} ms", trimmed(format!("{:.1}", seconds * 1e3)))
    } else if seconds < 0.999_5 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 59.995 {
        format!("{} s", trimmed(format!("{seconds:.2}")))
    } else if seconds < 3_599.5 {
        let whole = seconds.round() as u64;
        pair(whole / 60, "min", whole % 60, "s")
    } else {
        let minutes = (seconds / 60.0).round() as u64;
        pair(minutes / 60, "h", minutes % 60, "min")
    }
}

fn trimmed(digits: String) -> String {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.').to_owned() } else { digits }
}

fn pair(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small} {small_unit}")
    }
}

/// A count with its thousands set apart: `12,345`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun: `1 check`, `2,000 checks`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_take_the_unit_that_fits() {
        let shown =
            [0.0, 0.000_01, 0.000_2, 0.001, 0.0412, 0.999_6, 1.239, 5.0, 59.999, 123.4, 3_599.9, 3_720.0];
        let shown: Vec<_> = shown.into_iter().map(seconds).collect();
        assert_eq!(
            shown,
            [
                "0 s",
                "< 0.1 ms",
                "0.2 ms",
                "1 ms",
                "41 ms",
                "1 s",
                "1.24 s",
                "5 s",
                "1 min",
                "2 min 3 s",
                "1 h",
                "1 h 2 min"
            ]
        );
        assert_eq!(seconds(-1.0), "0 s");
    }

    #[test]
    fn counts_have_their_thousands_set_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(counted(1, "check"), "1 check");
        assert_eq!(counted(0, "check"), "0 checks");
    }
}
