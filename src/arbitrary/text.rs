//! Text: blanks, marks that join what is before them, what is two code units wide elsewhere.

use super::{below, one_in, pick, size};
use crate::ml::random::Generator;

/// Texts to draw from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// The fewest characters.
    pub least: usize,
    /// The most characters.
    pub most: usize,
    /// The only characters that may stand in it; any at all when empty.
    pub alphabet: Vec<char>,
}

const MARKED: [&str; 17] = [
    "",
    " ",
    "a",
    "  a  ",
    "0",
    "-1",
    "null",
    "nan",
    "true",
    "é",
    "e\u{301}",
    "ß",
    "日本語",
    "שלום",
    "😀",
    "👩\u{200d}👧",
    "\t\r\n",
];
const SCRIPTS: [(char, char); 4] = [('à', 'ÿ'), ('α', 'ω'), ('а', 'я'), ('一', '乿')];
const ODD: [char; 10] = [' ', '\t', '\n', '\u{301}', '\u{200d}', '\u{feff}', '\u{202e}', '😀', '𝒳', '\u{0}'];

impl Texts {
    pub(super) fn holds(&self, text: &str) -> bool {
        let length = text.chars().count();
        (self.least..=self.most).contains(&length)
            && (self.alphabet.is_empty() || text.chars().all(|c| self.alphabet.contains(&c)))
    }

    /// How many there are, at most.
    pub(super) fn count(&self) -> f64 {
        match self.alphabet.len() {
            0 if self.most > 0 => f64::INFINITY,
            letters => {
                (self.least..=self.most).take(64).map(|length| (letters as f64).powi(length as i32)).sum()
            }
        }
    }

    pub(super) fn edges(&self) -> Vec<String> {
        let mut edges: Vec<String> = Vec::new();
        let letters = self.alphabet.iter().map(ToString::to_string);
        let repeated = |length: usize| self.first().to_string().repeat(length);
        let all =
            MARKED.iter().map(|&text| text.to_owned()).chain(letters.take(4)).chain(["\u{0}".to_owned()]);
        for edge in all.map(|text| self.filled(&text)).chain([repeated(self.least), repeated(self.most)]) {
            if self.holds(&edge) && !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        edges
    }

    fn first(&self) -> char {
        self.alphabet.first().copied().unwrap_or('a')
    }

    /// The text, repeated until it is long enough.
    fn filled(&self, text: &str) -> String {
        match text.chars().count() {
            length if length >= self.least || text.is_empty() => text.to_owned(),
            _ => text.chars().cycle().take(self.least).collect(),
        }
    }

    pub(super) fn draw(&self, rng: &mut Generator) -> String {
        let length = size(rng, self.least, self.most);
        let plain = one_in(rng, 2);
        (0..length)
            .map(|_| match below(rng, 8) {
                _ if !self.alphabet.is_empty() => *pick(&self.alphabet, rng),
                0 if !plain => *pick(&ODD, rng),
                1 | 2 if !plain => between(*pick(&SCRIPTS, rng), rng),
                3 => *pick(&[' ', '.', ',', '"', '\'', '\\', '/', '$', '{', '%'], rng),
                4 => between(('0', '9'), rng),
                5 => between(('A', 'Z'), rng),
                _ => between(('a', 'z'), rng),
            })
            .collect()
    }

    /// Simpler texts in place of one, the simplest first.
    pub(super) fn simpler(&self, text: &str) -> Vec<String> {
        let characters: Vec<char> = text.chars().collect();
        let length = characters.len();
        let mut all = vec![String::new(), self.filled(&self.first().to_string())];
        let mut size = length;
        while size > 0 {
            for from in (0..length).step_by(size) {
                let to = (from + size).min(length);
                all.push(characters[..from].iter().chain(&characters[to..]).collect());
            }
            size /= 2;
        }
        let plain = self.first();
        for at in 0..length {
            all.extend([plain, 'b', '0', ' '].map(|simple| {
                let mut changed = characters.clone();
                changed[at] = simple;
                changed.into_iter().collect()
            }));
        }
        let cost = |c: char| match c {
            c if c == plain => 0,
            'a'..='z' => 1,
            c if c.is_ascii_alphanumeric() => 2,
            c if c.is_ascii_graphic() || c == ' ' => 3,
            _ => 4,
        };
        let rank = |text: &str| (text.chars().count(), text.chars().map(cost).sum::<usize>());
        all.retain(|other| self.holds(other) && rank(other) < rank(text));
        all.dedup();
        all
    }
}

fn between((first, last): (char, char), rng: &mut Generator) -> char {
    char::from_u32(first as u32 + below(rng, (last as u32 - first as u32 + 1) as usize) as u32)
        .unwrap_or(first)
}
