//! Secrets, certificates and keys: whatever editor or export wrote one, it reads the same. A byte order mark is no part of
//! the text, and UTF-16 with such a mark is text too. Keytabs are no text and are not read here.

use crate::opened::bytes;
use std::{io, path::Path};
use zeroize::Zeroizing;

/// Largest file that is read: a bundle of all public authorities has a quarter of a MiB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The text of a file's bytes; none: it is no text.
pub fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
    let units = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let two = |two: &[u8]| two.try_into().map(read).ok();
        let units: Zeroizing<Vec<u16>> = Zeroizing::new(bytes.chunks(2).map(two).collect::<Option<_>>()?);
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        plain => std::str::from_utf8(plain).ok().map(str::to_owned),
    };
    text.map(Zeroizing::new)
}

/// The text of a file; none: it is no text.
///
/// # Errors
/// It cannot be read, is no regular file, or too large.
pub fn read(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    Ok(text(&bytes(path, LARGEST)?))
}

/// The bytes of a PEM file (RFC 7468). What is no text is left to whoever looks for PEM in it.
///
/// # Errors
/// As [`read`].
pub fn pem(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let bytes = bytes(path, LARGEST)?;
    Ok(text(&bytes).map_or(bytes, |text| Zeroizing::new(text.as_bytes().to_vec())))
}

/// A text as editors write it: without a mark, with one, and in both orders of UTF-16. For tests of whoever reads files.
pub fn as_editors_write(text: &str) -> [Vec<u8>; 4] {
    let units = |bytes: fn(u16) -> [u8; 2]| format!("\u{FEFF}{text}").encode_utf16().flat_map(bytes).collect();
    [text.as_bytes().to_vec(), format!("\u{FEFF}{text}").into_bytes(), units(u16::to_le_bytes), units(u16::to_be_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn whatever_editor_wrote_it_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for bytes in as_editors_write("geheim \u{1f600}\r\n") {
            fs::write(&file, &bytes).unwrap();
            let read = read(&file).unwrap();
            assert_eq!(read.as_deref().map(String::as_str), Some("geheim \u{1f600}\r\n"), "{bytes:x?}");
            assert_eq!(&**pem(&file).unwrap(), "geheim \u{1f600}\r\n".as_bytes(), "{bytes:x?}");
        }
        for none in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff", b"\x80"] {
            fs::write(&file, none).unwrap();
            assert_eq!(read(&file).unwrap(), None, "{none:x?}");
            assert_eq!(&**pem(&file).unwrap(), none);
        }
        assert!(read(folder.path()).is_err() && pem(folder.path()).is_err());
    }
}
