//! The forms in which text travels, made by code of this test's own.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// Every whole form of a secret, by name.
pub fn all(secret: &str) -> Vec<(&'static str, String)> {
    let each = |write: &dyn Fn(char) -> String| secret.chars().map(write).collect::<String>();
    let bytes = |write: &dyn Fn(u8) -> String| secret.bytes().map(write).collect::<String>();
    let percent = |upper: bool| {
        bytes(&|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ if upper => format!("%{byte:02X}"),
            _ => format!("%{byte:02x}"),
        })
    };
    let units = |write: &dyn Fn(u16) -> String| secret.encode_utf16().map(write).collect::<String>();
    let json = serde_json::to_string(secret).unwrap();
    vec![
        ("itself", secret.to_owned()),
        ("percent", percent(true)),
        ("percent, lower case", percent(false)),
        ("percent, every byte", bytes(&|byte| format!("%{byte:02x}"))),
        ("percent, twice", percent(true).replace('%', "%25")),
        ("a form", percent(true).replace("%20", "+")),
        ("JSON", json.clone()),
        ("JSON in JSON", serde_json::to_string(&json).unwrap()),
        ("JSON, every character", units(&|unit| format!("\\u{unit:04x}"))),
        ("JSON, upper case", units(&|unit| format!("\\u{unit:04X}"))),
        ("JSON, slashes", json.replace('/', "\\/")),
        ("Rust", format!("{secret:?}")),
        (
            "bytes of Python",
            bytes(&|byte| {
                if byte.is_ascii_alphanumeric() { char::from(byte).into() } else { format!("\\x{byte:02x}") }
            }),
        ),
        ("octal", bytes(&|byte| format!("\\{byte:03o}"))),
        (
            "HTML",
            secret
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&#x27;"),
        ),
        ("HTML, decimal", each(&|c| format!("&#{};", u32::from(c)))),
        ("HTML, hexadecimal", each(&|c| format!("&#x{:X};", u32::from(c)))),
        ("base64", STANDARD.encode(secret)),
        ("base64 after a name", STANDARD.encode(format!("me:{secret}"))),
        ("base64 of a URL", URL_SAFE_NO_PAD.encode(format!("a{secret}"))),
        ("base64 in lines", lines(&STANDARD.encode(format!("somebody:{secret}")), 20)),
        ("hexadecimal", hex(secret)),
        ("hexadecimal, upper case", hex(secret).to_uppercase()),
        ("a shell's word", format!("'{}'", secret.replace('\'', "'\\''"))),
        ("a CSV cell", format!("\"{}\"", secret.replace('"', "\"\""))),
        ("a pattern", each(&|c| if c.is_ascii_punctuation() { format!("\\{c}") } else { c.to_string() })),
    ]
}

/// What of base64 is the secret's alone, wherever in a text it stands; its middle, for its ends may be masked.
pub fn middles(secret: &str) -> Vec<String> {
    let middle = |before: usize| {
        let text = STANDARD.encode([&vec![b'x'; before], secret.as_bytes()].concat());
        text[8..16.min(text.len())].to_owned()
    };
    (0..3).map(middle).collect()
}

fn hex(secret: &str) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn lines(text: &str, width: usize) -> String {
    let lines: Vec<&str> =
        text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join("\n")
}
