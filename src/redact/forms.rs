//! The whole forms in which a secret travels.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::SHORTEST;
use crate::system::http::url::percent_encoded;

/// As it is, base64 in its alphabets, hexadecimal, percent-encoded, escaped in JSON and in Rust's debug form.
pub(super) fn forms(secret: &str) -> Vec<String> {
    let encoded = percent_encoded(secret);
    let hex = crate::artifact::hex(secret.as_bytes());
    let json = serde_json::to_string(secret).unwrap_or_default();
    let debug = format!("{secret:?}");
    let inner = |quoted: &str| quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
    let mut forms = vec![
        secret.to_owned(),
        encoded.replace("%20", "+"),
        encoded,
        hex.to_uppercase(),
        hex,
        inner(&json),
        inner(&debug),
    ];
    forms.extend(
        [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD].iter().map(|engine| engine.encode(secret)),
    );
    forms.extend([STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().flat_map(|engine| inside(engine, secret)));
    forms.retain(|form| !form.is_empty());
    forms
}

/// How base64 of something longer, such as `user:secret`, spells the part of it that is the secret's alone: there
/// are three ways, by where in a group of three bytes it starts.
fn inside(engine: &GeneralPurpose, secret: &str) -> Vec<String> {
    let spelt = |before: usize| {
        let all = engine.encode([&vec![0; before], secret.as_bytes()].concat());
        // Six bits a letter: those that hold a bit of a neighbour are left out.
        let (from, to) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
        all.get(from..to).unwrap_or_default().to_owned()
    };
    // Of a short secret so little is left that it would be found everywhere.
    (0..3).map(spelt).filter(|part| part.len() >= SHORTEST).collect()
}

/// As base64 and hexadecimal spell it, which writers break into lines.
pub(super) fn as_digits(secret: &str) -> Vec<String> {
    let mut words: Vec<String> =
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD].iter().flat_map(|engine| inside(engine, secret)).collect();
    let hex = crate::artifact::hex(secret.as_bytes());
    words.extend([hex.to_uppercase(), hex].into_iter().filter(|hex| hex.len() >= SHORTEST));
    words.sort();
    words.dedup();
    words
}
