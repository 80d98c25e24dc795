//! Bodies that are not packed as they say, or unpack to far more than they are.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::server::{Server, answer_with};
use super::verdict::{help, unreachable, verdict};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// So many MiB of zeros.
fn gzip_of_zeros(mib: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    (0..mib).for_each(|_| encoder.write_all(&zeros).unwrap());
    encoder.finish().unwrap()
}

fn of(coding: &str, body: impl AsRef<[u8]>) -> String {
    let server = Server::keeping(answer_with(&format!("content-encoding: {coding}\r\n"), body));
    verdict(&server, "probe: {get: URL}\n    expect: {body: plain}")
}

fn bomb(how: &str) -> String {
    unreachable(&format!("`HOST` sent a body that {how} expands beyond 10 MiB"), help::LARGE)
}

/// A zstd frame of so many blocks that each repeat one byte 128 KiB times (RFC 8878).
fn zstd_of_zeros(blocks: u32) -> Vec<u8> {
    // Magic number, no content size, a window of 128 KiB.
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38];
    for block in 1..=blocks {
        let header = u32::from(block == blocks) | 1 << 1 | (128 << 10) << 3;
        frame.extend(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// 200 MiB of zeros, packed by brotli 1.1.0 (`zlib.brotliCompressSync` of Node 20, quality 9, window 2^24).
const BROTLI_OF_ZEROS: &[u8] = &[
    207, 255, 255, 127, 0, 36, 0, 226, 177, 64, 114, 239, 255, 249, 255, 255, 15, 128, 4, 64, 28, 22, 128,
    238, 253, 63, 255, 255, 255, 1, 144, 0, 136, 195, 2, 208, 189, 255, 231, 255, 255, 63, 0, 18, 0, 113, 88,
    0, 186, 247, 255, 252, 255, 255, 7, 64, 2, 32, 14, 11, 64, 247, 254, 159, 255, 255, 255, 0, 72, 0, 196,
    97, 1, 232, 222, 255, 243, 255, 255, 31, 0, 9, 128, 56, 44, 0, 221, 251, 127, 254, 255, 255, 3, 32, 1,
    16, 135, 5, 160, 123, 255, 207, 255, 255, 127, 0, 36, 0, 226, 176, 0, 116, 239, 255, 249, 255, 255, 15,
    128, 4, 64, 28, 22, 128, 238, 253, 63, 255, 255, 255, 1, 144, 0, 136, 195, 2, 208, 189, 255, 231, 255,
    255, 63, 0, 18, 0, 113, 88, 0, 186, 247, 255, 249, 255, 255, 7, 64, 2, 32, 14, 11, 64, 247, 254, 15,
];

#[test]
fn a_brotli_bomb() {
    assert_eq!(of("br", BROTLI_OF_ZEROS), bomb("brotli"));
}

#[test]
fn a_gzip_bomb() {
    assert_eq!(of("gzip", gzip_of_zeros(200)), bomb("gzip"));
}

#[test]
fn a_gzip_bomb_in_a_gzip() {
    assert_eq!(of("gzip, gzip", gzip(&gzip_of_zeros(200))), bomb("gzip (of `gzip, gzip`)"));
}

#[test]
fn a_zstd_bomb() {
    assert_eq!(of("zstd", zstd_of_zeros(8000)), bomb("zstd"));
}

#[test]
fn what_is_no_gzip() {
    let good = gzip(b"plain");
    let mut wrong = good.clone();
    wrong[good.len() - 8] ^= 1;
    assert_eq!(of("gzip", &good), "passed");
    for (body, what) in [
        (&b"plain text"[..], "is not gzip, as it says: invalid gzip header"),
        (&good[..12], "ends in the middle of its gzip"),
        (&wrong, "is not gzip, as it says: corrupt gzip stream does not have a matching checksum"),
        (&[&good[..], b"more"].concat(), "goes on for 4 bytes after the end of its gzip"),
    ] {
        let expected = unreachable(&format!("`HOST` sent a body that {what}"), help::FAULT);
        assert_eq!(of("gzip", body), expected);
    }
    assert_eq!(of("gzip", ""), "failed expectation-failed: body: expected \"plain\", got \"\"");
}

#[test]
fn a_coding_nobody_knows() {
    assert_eq!(of("snappy", "plain"), "passed");
    assert_eq!(of("identity", "plain"), "passed");
}
