//! Sound specs with bytes flipped, cut out, doubled and moved: whatever comes, never a panic.

use std::path::{Path, PathBuf};

use mlfunnel::diagnostic::render;
use mlfunnel::plan::{Request, load};

/// Mutants of each spec.
const MUTANTS: usize = 40;

/// What YAML and references are made of.
const PIECES: [&str; 24] = [
    "[", "]", "{", "}", ":", ": ", "- ", ",", "\"", "'", "$", "${", "$$", "&a ", "*a", "<<: ", "\n", "  ",
    "\t", "#", "|\n", "? ", ".nan", "\u{0}",
];

/// `SplitMix64`, so that a mutant met once is met again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound.max(1)
    }
}

fn mutant(spec: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = spec.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        let end = (at + 1 + dice.below(12)).min(bytes.len());
        match dice.below(6) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = PIECES[dice.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
            3 => {
                let part = bytes[at..end].to_vec();
                let to = dice.below(bytes.len());
                bytes.splice(to..to, part);
            }
            4 => bytes.truncate(at.max(1)),
            _ => bytes[at] = b"0123456789-.:{}[],&*$"[dice.below(21)],
        }
        if bytes.is_empty() {
            bytes.push(b'a');
        }
    }
    bytes
}

fn specs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["specs/unit", "specs/integration", "specs/smoke", "tests/spec/pass", "tests/spec/invalid"]
    {
        let entries = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        found.extend(entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml")));
    }
    found.sort();
    found
}

#[test]
fn no_mutant_makes_the_reader_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mutant.yaml");
    let paths = [path.display().to_string()];
    let mut dice = Dice(7);
    let mut refused = 0;
    let specs = specs();
    assert!(specs.len() >= 40);
    for spec in &specs {
        let sound = std::fs::read(spec).unwrap();
        if sound.is_empty() {
            continue;
        }
        for _ in 0..MUTANTS {
            let bytes = mutant(&sound, &mut dice);
            std::fs::write(&path, &bytes).unwrap();
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            let read = std::panic::catch_unwind(|| {
                let loaded = load(&Request { paths: &paths, ..Request::default() });
                loaded.result.map_err(|mistakes| render(&mistakes, &loaded.sources, false))
            });
            assert!(read.is_ok(), "a panic, from {}:\n{shown}", spec.display());
            if let Ok(Err(drawn)) = read {
                assert!(drawn.contains("--> "), "no place in\n{drawn}\nfor\n{shown}");
                refused += 1;
            }
        }
    }
    assert!(refused > specs.len() * MUTANTS / 3, "only {refused} mutants were refused");
}
