//! Parts of secrets, where a text was cut.

use super::{CUT, MASK, SHORTEST};

/// The text without a part of a secret where it was cut: before `…` what begins one, after it what ends one.
pub(super) fn hide_cut(text: &str, forms: &[String]) -> Option<String> {
    let mut pieces: Vec<String> = text.split(CUT).map(str::to_owned).collect();
    let last = pieces.len() - 1;
    let mut found = false;
    for (at, piece) in pieces.iter_mut().enumerate() {
        let end = piece.trim_end_matches('\n').len();
        let begun = |form: &String| {
            let longest = (SHORTEST..form.len()).rev();
            let mut heads = longest.filter_map(|length| form.get(..length));
            heads.find(|head| piece[..end].ends_with(head)).map(str::len)
        };
        if at < last
            && let Some(length) = forms.iter().filter_map(begun).max()
        {
            piece.replace_range(end - length..end, MASK);
            found = true;
        }
        let start = piece.len() - piece.trim_start_matches('\n').len();
        let ended = |form: &String| {
            let mut tails = (1..form.len()).filter_map(|from| form.get(from..));
            let tail = tails.find(|tail| tail.len() >= SHORTEST && piece[start..].starts_with(tail));
            tail.map(str::len)
        };
        if at > 0
            && let Some(length) = forms.iter().filter_map(ended).max()
        {
            piece.replace_range(start..start + length, MASK);
            found = true;
        }
    }
    found.then(|| pieces.join(CUT))
}
