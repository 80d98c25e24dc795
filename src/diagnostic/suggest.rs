//! "Did you mean": the known word nearest to what was written.

/// How many words are listed.
const MOST: usize = 40;
/// Bytes of a word that can be listed.
const LONGEST: usize = 200;

/// The nearest candidate within a quarter of the word's length, and one edit at least.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let room = 1 + word.chars().count() / 4;
    let folded = word.to_lowercase().replace('-', "_");
    candidates
        .into_iter()
        // Comparing takes room for the product of the lengths, and a name that a server sent can be megabytes long.
        .filter(|candidate| candidate.len() <= 4 * (folded.len() + room))
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= room && distance < candidate.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The help line: the nearest word, else all of them when they are few.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(near) = suggest(word, candidates.clone()) {
        return Some(format!("did you mean `{near}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().take(MOST + 1).collect();
    let few = !all.is_empty() && all.len() <= MOST && all.iter().all(|name| name.len() <= LONGEST);
    few.then(|| format!("give one of `{}`", all.join("`, `")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_only() {
        let words = ["max_iter", "method", "values"];
        assert_eq!(suggest("max_itr", words), Some("max_iter"));
        assert_eq!(suggest("Max-Iter", words), Some("max_iter"));
        assert_eq!(suggest("valeus", words), Some("values"));
        assert_eq!(suggest("x", words), None);
        assert_eq!(suggest("target", words), None);
        let long = "k".repeat(LONGEST + 1);
        assert_eq!(did_you_mean("x", ["a", "b"]).as_deref(), Some("give one of `a`, `b`"));
        assert_eq!(did_you_mean("x", ["a", &long]), None);
    }
}
