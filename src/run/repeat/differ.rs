//! The first place where two values differ, in words.

use crate::value::{Path, Segment, Tolerance, Value, clip, compare};

/// The most of a value that a message shows, in characters.
const SHOWN: usize = 80;

/// The first place where an output is not what it was, and both values there: `json.loss: first 1, then 2`. Otherwise
/// how many values were compared.
pub(super) fn outputs(
    way: &Path,
    first: &Value,
    again: &Value,
    tolerance: &Tolerance,
) -> Result<u64, String> {
    values(first, again, tolerance, |inside| Path([&way.0[..], &inside.0].concat()).to_string())
}

/// The same of the content of a file: `artifact metrics.json at loss: first 1, then 2`.
pub(super) fn contents(at: &str, first: &Value, again: &Value, tolerance: &Tolerance) -> Result<u64, String> {
    values(first, again, tolerance, |inside| match (first, &inside.0[..]) {
        (_, []) => at.to_owned(),
        (Value::Table(_), [Segment::Key(column), Segment::Index(row)]) => {
            format!("{at} at row {}, column {column}", row + 1)
        }
        _ => format!("{at} at {inside}"),
    })
}

fn values(
    first: &Value,
    again: &Value,
    tolerance: &Tolerance,
    place: impl Fn(&Path) -> String,
) -> Result<u64, String> {
    let comparison = compare(again, first, tolerance);
    let Some(mismatch) = comparison.mismatch else { return Ok(comparison.measured as u64) };
    let found = &mismatch.first;
    let place = place(&found.path);
    let more = match mismatch.differing - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    let told = match (&found.expected, &found.actual) {
        (Value::Text(before), Value::Text(after)) => text(&place, before, after),
        (Value::Bytes(before), Value::Bytes(after)) => bytes(&place, before, after),
        (before, after) => {
            let (shown, then) = (clip(before, SHOWN), clip(after, SHOWN));
            match &found.form {
                // Too long to be told apart by what is shown of them.
                Some(form) if shown == then => format!("{place}: {form} (expected is the first run's)"),
                _ => format!("{place}: first {shown}, then {then}"),
            }
        }
    };
    Err(told + &more)
}

/// Two texts that differ: at which line, where they have several.
pub(super) fn text(at: &str, first: &str, again: &str) -> String {
    let (mut before, mut after) = (first.split_inclusive('\n'), again.split_inclusive('\n'));
    let lines = std::iter::from_fn(|| match (before.next(), after.next()) {
        (None, None) => None,
        lines => Some(lines),
    });
    let Some((number, lines)) = lines.enumerate().find(|(_, (before, after))| before != after) else {
        return format!("{at}: the same text");
    };
    let whole = |text: &str| text.trim_end_matches('\n').contains('\n');
    let place =
        if whole(first) || whole(again) { format!("{at}, line {}", number + 1) } else { at.to_owned() };
    let start = lines.0.zip(lines.1).map_or(0, |(before, after)| parting(before, after));
    let show =
        |line: Option<&str>| line.map_or_else(|| "no such line".to_owned(), |line| excerpt(line, start));
    format!("{place}: first {}, then {}", show(lines.0), show(lines.1))
}

/// At which character two lines part.
fn parting(before: &str, after: &str) -> usize {
    before.chars().zip(after.chars()).take_while(|(before, after)| before == after).count()
}

/// A line as a value, from a little before where it differs.
fn excerpt(line: &str, parts_at: usize) -> String {
    let skipped = if parts_at > SHOWN / 2 { parts_at - SHOWN / 4 } else { 0 };
    let rest: String = line.chars().skip(skipped).collect();
    let lead = if skipped > 0 { "…" } else { "" };
    format!("{lead}{}", clip(&Value::text(rest), SHOWN))
}

/// Two runs of bytes that differ: at which of them, from 0.
pub(super) fn bytes(at: &str, first: &[u8], again: &[u8]) -> String {
    let same = first.iter().zip(again).take_while(|(before, after)| before == after).count();
    let show =
        |bytes: &[u8]| bytes.get(same).map_or_else(|| "the end".to_owned(), |byte| format!("0x{byte:02x}"));
    let sizes = match (first.len(), again.len()) {
        (before, after) if before == after => String::new(),
        (before, after) => format!(" ({before} bytes, then {after})"),
    };
    format!("{at}, byte {same}: first {}, then {}{sizes}", show(first), show(again))
}
