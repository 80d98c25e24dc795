//! SHA-256 of files.

use std::path::Path;

use super::read::{ReadError, ReadErrorKind, open_regular};
use crate::artifact::digest_reader;

/// The SHA-256 (FIPS 180-4) of a regular file of any size, as 64 lower-case hexadecimal digits.
pub fn sha256_hex(path: &Path) -> Result<String, ReadError> {
    let (file, _) = open_regular(path)?;
    digest_reader(file)
        .map(|(_, digest)| digest)
        .map_err(|error| ReadError { path: path.to_owned(), kind: ReadErrorKind::Io(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_fips_180_4() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        // NIST's example values: `abc`, and a million times `a`.
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(
            sha256_hex(&path).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        std::fs::write(&path, vec![b'a'; 1_000_000]).unwrap();
        assert_eq!(
            sha256_hex(&path).unwrap(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
        assert!(sha256_hex(dir.path()).is_err());
    }
}
