//! Bodies that were compressed on their way (RFC 9110, section 8.4), unpacked within a bound.

use std::io::{self, Read};

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use super::Headers;
use crate::value::show_size;

/// What a server may answer with. `deflate` is understood, but not asked for: it means two things.
pub(super) const ACCEPTED: &str = "gzip, br, zstd";

/// RFC 9659: what comes over HTTP needs no larger one.
const ZSTD_WINDOW: u64 = 8 << 20;

/// By how much packing may make a body larger.
const PACKING: usize = 64 << 10;

/// Why a body could not be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It would be larger than allowed.
    TooLarge(String),
    /// It is not what it says.
    Broken(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn of(name: &str) -> Option<Coding> {
        Some(match name {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            Coding::Brotli => "brotli",
            Coding::Zstd => "zstd",
        }
    }
}

/// The body behind the codings that the headers name, which are then left out; `None` where there are none, or one that
/// is not known here: then the body stays what it is.
pub(super) fn unpack(headers: &mut Headers, body: &[u8], max: usize) -> Result<Option<Vec<u8>>, Fault> {
    if body.is_empty() {
        return Ok(None);
    }
    let listed = headers.iter().filter(|(name, _)| name == "content-encoding");
    let names: Vec<String> = listed
        .flat_map(|(_, value)| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    let codings: Option<Vec<Coding>> = names.iter().map(|name| Coding::of(name)).collect();
    let Some(codings) = codings.filter(|codings| !codings.is_empty()) else { return Ok(None) };
    let mut held: Option<Vec<u8>> = None;
    // The last one named was the last one applied.
    for (left, coding) in codings.into_iter().enumerate().rev() {
        let packed = held.as_deref().unwrap_or(body);
        // What is still packed may be a little larger than what it holds.
        let most = if left > 0 { max.saturating_add(PACKING) } else { max };
        let expanded = expand(coding, packed, most).map_err(|why| fault(why, coding, &names, max))?;
        held = Some(expanded);
    }
    headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
    Ok(held)
}

/// Why one coding could not be undone.
enum Why {
    TooLarge,
    CutOff,
    /// So many bytes follow its end.
    Trailing(usize),
    Wrong(String),
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Why {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Why::CutOff,
            _ => Why::Wrong(error.to_string()),
        }
    }
}

fn fault(why: Why, coding: Coding, names: &[String], max: usize) -> Fault {
    let name = coding.name();
    let stage = if names.len() > 1 { format!(" (of `{}`)", names.join(", ")) } else { String::new() };
    Fault::Broken(match why {
        Why::TooLarge => {
            return Fault::TooLarge(format!(
                "a body that {name}{stage} expands beyond {}",
                show_size(max as u64)
            ));
        }
        Why::CutOff => format!("a body that ends in the middle of its {name}{stage}"),
        Why::Trailing(count) => {
            format!("a body that goes on for {count} bytes after the end of its {name}{stage}")
        }
        Why::Wrong(what) => format!("a body that is not {name}{stage}, as it says: {what}"),
    })
}

fn expand(coding: Coding, packed: &[u8], max: usize) -> Result<Vec<u8>, Why> {
    let mut out = Vec::new();
    let mut rest = packed;
    match coding {
        Coding::Gzip => loop {
            fill(&mut out, GzDecoder::new(&mut rest), max)?;
            // Several members are one body, zeros may fill it up.
            if !rest.starts_with(&[0x1f, 0x8b]) {
                break;
            }
        },
        // RFC 9110 means zlib; some servers have always sent what zlib wraps.
        Coding::Deflate if is_zlib(packed) => fill(&mut out, ZlibDecoder::new(&mut rest), max)?,
        Coding::Deflate => fill(&mut out, DeflateDecoder::new(&mut rest), max)?,
        Coding::Brotli => rest = brotli(&mut out, packed, max)?,
        Coding::Zstd => loop {
            zstd(&mut out, &mut rest, max)?;
            if !is_zstd(rest) {
                break;
            }
        },
    }
    match rest.iter().position(|byte| *byte != 0 || coding != Coding::Gzip) {
        Some(_) => Err(Why::Trailing(rest.len())),
        None => Ok(out),
    }
}

/// Reads to the end, and no further than one byte beyond what is allowed.
fn fill(out: &mut Vec<u8>, decoder: impl Read, max: usize) -> Result<(), Why> {
    let left = (max - out.len()) as u64;
    decoder.take(left.saturating_add(1)).read_to_end(out)?;
    if out.len() > max { Err(Why::TooLarge) } else { Ok(()) }
}

/// RFC 1950, section 2.2.
fn is_zlib(packed: &[u8]) -> bool {
    matches!(packed, [method, flags, ..]
        if method & 0x0f == 8 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

/// RFC 8878, section 3.1: a frame, or one to be skipped.
fn is_zstd(packed: &[u8]) -> bool {
    matches!(packed, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

fn zstd(out: &mut Vec<u8>, rest: &mut &[u8], max: usize) -> Result<(), Why> {
    if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, ..] = **rest {
        let size = u32::from_le_bytes([a, b, c, d]) as usize;
        *rest = rest.get(8..).and_then(|after| after.get(size..)).ok_or(Why::CutOff)?;
        return Ok(());
    }
    let whole = rest.len();
    let decoder = StreamingDecoder::new_with_max_window_size(&mut *rest, ZSTD_WINDOW).map_err(|error| {
        if whole < 18 && is_zstd_start(&error) { Why::CutOff } else { Why::Wrong(error.to_string()) }
    })?;
    let read = fill(out, decoder, max);
    match read {
        // The decoder wraps what its input said.
        Err(Why::Wrong(_)) if rest.is_empty() => Err(Why::CutOff),
        other => other,
    }
}

fn is_zstd_start(error: &impl std::fmt::Debug) -> bool {
    format!("{error:?}").contains("UnexpectedEof")
}

/// What follows the stream.
fn brotli<'a>(out: &mut Vec<u8>, packed: &'a [u8], max: usize) -> Result<&'a [u8], Why> {
    let new = StandardAlloc::default;
    let mut state = BrotliState::new(new(), new(), new());
    let (mut left_in, mut at_in, mut total) = (packed.len(), 0, 0);
    let mut piece = vec![0; 64 << 10];
    loop {
        let (mut left_out, mut at_out) = (piece.len(), 0);
        let result = BrotliDecompressStream(
            &mut left_in,
            &mut at_in,
            packed,
            &mut left_out,
            &mut at_out,
            &mut piece,
            &mut total,
            &mut state,
        );
        out.extend_from_slice(&piece[..at_out]);
        if out.len() > max {
            return Err(Why::TooLarge);
        }
        match result {
            BrotliResult::ResultSuccess => return Ok(&packed[at_in..]),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput => return Err(Why::CutOff),
            BrotliResult::ResultFailure => return Err(Why::Wrong("it breaks the format's rules".to_owned())),
        }
    }
}
