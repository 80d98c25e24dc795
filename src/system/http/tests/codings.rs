//! Compressed bodies: unpacked, bounded, and told where they are broken.

use super::super::coding::{Fault, unpack};
use super::*;

const HELLO: &[u8] = b"hello hello hello hello";
/// Made by Python 3: `gzip.compress(data, mtime=0)`, `zlib.compress(data)`, `brotli.compress(data)` of Brotli 1.2 and
/// `ZstdCompressor(write_checksum=True).compress(data)` of zstandard 0.25.
const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 200, 64, 39, 1, 227, 81, 61, 141, 23, 0, 0,
    0,
];
const ZLIB: &[u8] = &[120, 156, 203, 72, 205, 201, 201, 87, 200, 64, 39, 1, 104, 3, 8, 177];
const BROTLI: &[u8] =
    &[27, 22, 0, 248, 141, 148, 110, 222, 68, 85, 134, 150, 108, 32, 111, 33, 79, 28, 224, 56];
const ZSTD: &[u8] = &[
    40, 181, 47, 253, 36, 23, 101, 0, 0, 48, 104, 101, 108, 108, 111, 32, 1, 0, 153, 75, 17, 23, 94, 174, 13,
];
/// A hundred million zeros by Brotli.
const BROTLI_BOMB: &[u8] = &[
    203, 255, 255, 63, 248, 39, 0, 226, 177, 64, 32, 247, 254, 143, 255, 255, 127, 240, 79, 0, 196, 97, 17,
    128, 238, 253, 31, 255, 255, 255, 224, 159, 0, 136, 195, 2, 0, 221, 251, 63, 254, 255, 255, 193, 63, 1,
    16, 135, 5, 0, 186, 247, 127, 252, 255, 255, 131, 127, 2, 32, 14, 11, 0, 116, 239, 255, 248, 255, 255, 7,
    255, 4, 64, 28, 22, 0, 232, 222, 255, 241, 255, 255, 15, 254, 9, 128, 56, 44, 0, 208, 189, 255, 227, 255,
    255, 31, 252, 19, 0, 113, 88, 0, 160, 123, 255, 199, 255, 255, 63, 248, 39, 0, 226, 176, 0, 64, 247, 254,
    143, 255, 255, 127, 240, 79, 0, 196, 97, 1, 128, 238, 253, 31, 255, 255, 255, 224, 159, 0, 136, 195, 2,
    0, 221, 251, 191, 252, 7, 175, 195, 63, 1, 16, 135, 5, 0, 186, 216, 117,
];

/// Blocks of one repeated byte (RFC 8878, section 3.1.1.2.2), 128 KiB each.
fn zstd_bomb(blocks: usize) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    for _ in 0..blocks {
        frame.extend([0x02, 0x00, 0x10, 0]);
    }
    frame.extend([0x01, 0, 0]);
    frame
}

fn undo(coding: &str, body: &[u8], max: usize) -> Result<Option<Vec<u8>>, Fault> {
    unpack(&mut vec![("content-encoding".to_owned(), coding.to_owned())], body, max)
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_coding_is_undone_alone_and_stacked() {
    let raw = &ZLIB[2..ZLIB.len() - 4];
    let twice = [GZIP, GZIP, &[0; 7]].concat();
    let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], ZSTD, ZSTD].concat();
    for (coding, body, times) in [
        ("gzip", GZIP, 1),
        ("X-GZIP", GZIP, 1),
        ("deflate", ZLIB, 1),
        ("deflate", raw, 1),
        ("br", BROTLI, 1),
        ("zstd", ZSTD, 1),
        ("gzip", &twice, 2),
        ("zstd", &skipped, 2),
        ("br, gzip", &gzipped(BROTLI), 1),
        ("gzip, identity, gzip , gzip", &gzipped(&gzipped(GZIP)), 1),
    ] {
        let expected = HELLO.repeat(times);
        assert_eq!(undo(coding, body, 100), Ok(Some(expected.clone())), "{coding}");
        assert_eq!(undo(coding, body, expected.len()), Ok(Some(expected)), "{coding}");
    }
    for none in ["identity", "", "snappy", "gzip, snappy"] {
        assert_eq!(undo(none, GZIP, 100), Ok(None), "{none}");
    }
    assert_eq!(undo("gzip", b"", 100), Ok(None));
}

#[test]
fn what_was_cut_off_or_goes_on_is_said_by_name() {
    for (coding, name, body) in [
        ("gzip", "gzip", GZIP),
        ("deflate", "deflate", ZLIB),
        ("br", "brotli", BROTLI),
        ("zstd", "zstd", ZSTD),
    ] {
        for end in 1..body.len() {
            let cut = undo(coding, &body[..end], 100);
            let expected = format!("a body that ends in the middle of its {name}");
            assert_eq!(cut, Err(Fault::Broken(expected)), "{coding} {end}");
        }
        let long = [body, b"tail"].concat();
        let expected = format!("a body that goes on for 4 bytes after the end of its {name}");
        assert_eq!(undo(coding, &long, 100), Err(Fault::Broken(expected)), "{coding}");
        let Err(Fault::Broken(why)) = undo(coding, b"{\"this\": \"is plain JSON\"}", 100) else {
            panic!("{coding}")
        };
        // Nearly any text is the beginning of a bare deflate stream.
        let expected = format!("a body that is not {name}, as it says: ");
        assert!(why.starts_with(&expected) || coding == "deflate", "{why}");
        // Any one byte another: an answer, a fault, no panic.
        for at in 0..body.len() {
            let mut turned = body.to_vec();
            turned[at] ^= 0x55;
            let _ = undo(coding, &turned, 100);
        }
    }
    let inner = undo("br, gzip", &gzipped(b"no brotli"), 100);
    let Err(Fault::Broken(why)) = inner else { panic!("{inner:?}") };
    assert!(why.starts_with("a body that "), "{why}");
    assert!(why.contains("brotli (of `br, gzip`)"), "{why}");
}

#[test]
fn a_bomb_is_given_up_at_the_bound() {
    let gzip = gzipped(&vec![0; 20_000_000]);
    for (coding, name, bomb) in [
        ("gzip", "gzip", &gzip[..]),
        ("gzip, gzip", "gzip (of `gzip, gzip`)", &gzipped(&gzip)),
        ("br", "brotli", BROTLI_BOMB),
        ("zstd", "zstd", &zstd_bomb(800)),
        ("gzip", "gzip", &GZIP.repeat(10_000)),
    ] {
        let expected = format!("a body that {name} expands beyond 64 KiB");
        assert_eq!(undo(coding, bomb, 1 << 16), Err(Fault::TooLarge(expected)), "{coding}");
    }
    assert_eq!(undo("br", BROTLI_BOMB, 100_000_000).unwrap().unwrap().len(), 100_000_000);
    // A window of 128 MiB for 23 bytes.
    let window = [40, 181, 47, 253, 0, 136, 101, 0, 0, 48, 104, 101, 108, 108, 111, 32, 1, 0, 153, 75, 17];
    assert!(matches!(undo("zstd", &window, 100), Err(Fault::Broken(_))));
}

fn coded(coding: &str, body: &[u8]) -> String {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {coding}\r\ncontent-length: {length}\r\n\r\n");
    canned([head.as_bytes(), body].concat())
}

#[test]
fn answers_are_unpacked_and_their_headers_say_so() {
    let got = send(&get(&coded("gzip", GZIP))).unwrap();
    assert_eq!(got.body, HELLO);
    assert_eq!((got.header("content-encoding"), got.header("content-length")), (None, None));
    let got = send(&get(&coded("snappy", b"???"))).unwrap();
    assert_eq!((&got.body[..], got.header("content-encoding")), (&b"???"[..], Some("snappy")));
    let got = error(&get(&coded("gzip", b"not gzip at all")));
    assert_eq!(got.kind, HttpErrorKind::Protocol);
    assert!(got.message.contains("` sent a body that is not gzip, as it says: "), "{got}");
    let small = Request { max_body: 50_000, ..get(&coded("zstd", &zstd_bomb(10))) };
    let got = error(&small);
    assert_eq!(got.kind, HttpErrorKind::TooLarge);
    assert!(got.message.ends_with("sent a body that zstd expands beyond 48.83 KiB"), "{got}");
}

#[test]
fn codings_are_asked_for_unless_the_request_says_which() {
    let (url, _) = server(|stream, seen| ok(stream, &seen.headers));
    let asked = |request: &Request| {
        let headers = String::from_utf8(send(request).unwrap().body).unwrap();
        let line = headers.lines().filter(|line| line.starts_with("accept-encoding")).collect::<Vec<_>>();
        line.join("|")
    };
    assert_eq!(asked(&get(&url)), "accept-encoding: gzip, br, zstd");
    let streamed = Request { events: Some(|_| true), ..get(&url) };
    assert_eq!(asked(&streamed), "accept-encoding: identity");
    for request in [get(&url), streamed] {
        let headers = vec![("Accept-Encoding".to_owned(), "br".to_owned())];
        assert_eq!(asked(&Request { headers, ..request }), "accept-encoding: br");
    }
}
