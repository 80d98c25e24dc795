//! Two files that should be the same: documents and tables compared inside, text by lines, the rest by bytes.

use std::path::Path;

use super::differ;
use super::prune::without;
use crate::artifact::{FileKind, as_csv, as_json, as_jsonl, as_text, sniff};
use crate::system::files::{read_bounded, sha256_hex};
use crate::value::{Segment, Tolerance};

/// Files larger than this are compared by their digests alone.
const LARGEST: u64 = 64 << 20;

/// Whether the file `name` is the same in two folders, but for what these ways lead to: how much was compared, or
/// the first place where it differs.
pub(super) fn compare(
    name: &str,
    folders: [&Path; 2],
    ways: &[&[Segment]],
    tolerance: &Tolerance,
) -> Result<u64, String> {
    let at = format!("artifact {name}");
    let paths = folders.map(|folder| folder.join(name));
    let read = paths.each_ref().map(|path| read_bounded(path, LARGEST));
    let [Ok(first), Ok(again)] = &read else {
        let digests = paths.each_ref().map(|path| sha256_hex(path));
        return match digests {
            [Ok(first), Ok(again)] if first == again => Ok(1),
            [Ok(first), Ok(again)] => {
                Err(format!("{at}: first SHA-256 {}…, then {}…", &first[..12], &again[..12]))
            }
            [Err(error), _] | [_, Err(error)] => Err(format!("{at}: {error}")),
        };
    };
    if first == again {
        return Ok(1);
    }
    let document = |bytes: &[u8]| {
        let document = match sniff(bytes, name) {
            FileKind::Json => as_json(bytes).ok()?,
            FileKind::Jsonl => as_jsonl(bytes).ok()?.into(),
            FileKind::Csv => as_csv(bytes, name).ok()?.into(),
            _ => return None,
        };
        Some(ways.iter().fold(document, |document, way| without(&document, way)))
    };
    if let (Some(before), Some(after)) = (document(first), document(again)) {
        let compared = differ::contents(&at, &before, &after, tolerance)?;
        // Within a tolerance, or but for what may differ, the values count; else the spelling does too.
        if *tolerance != Tolerance::EXACT || !ways.is_empty() {
            return Ok(compared);
        }
    }
    let text = |bytes: &[u8]| as_text(bytes).ok().filter(|text| !text.contains('\0')).map(str::to_owned);
    Err(match (text(first), text(again)) {
        (Some(before), Some(after)) => differ::text(&at, &before, &after),
        _ => differ::bytes(&at, first, again),
    })
}
