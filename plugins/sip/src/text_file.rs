//! Files that operators write or export: secrets, certificates, keys. Whatever editor wrote one, it reads the same: a
//! byte order mark is no part of the text, and UTF-16 with such a mark is text too. Keytabs are no text and are not
//! read here.

use std::{fs, io, path::Path};
use zeroize::Zeroizing;

/// The text of a file; none: it is no text.
///
/// # Errors
/// It cannot be read.
pub(crate) fn read(path: &Path) -> io::Result<Option<Zeroizing<String>>> {
    Ok(text(&Zeroizing::new(fs::read(path)?)).map(Zeroizing::new))
}

fn text(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units: Vec<_> = bytes.chunks(2).map(|two| two.try_into().map(read)).collect::<Result<_, _>>().ok()?;
        String::from_utf16(&units).ok()
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        plain => String::from_utf8(plain.to_vec()).ok(),
    }
}

/// A text as editors write it: without a mark, with one, and in both orders of UTF-16.
#[cfg(test)]
pub(crate) fn as_editors_write(text: &str) -> [Vec<u8>; 4] {
    let units = |bytes: fn(u16) -> [u8; 2]| format!("\u{FEFF}{text}").encode_utf16().flat_map(bytes).collect();
    [text.as_bytes().to_vec(), format!("\u{FEFF}{text}").into_bytes(), units(u16::to_le_bytes), units(u16::to_be_bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_editor_wrote_it_reads_the_same() {
        for bytes in as_editors_write("geheim \u{1f600}\n") {
            assert_eq!(text(&bytes).as_deref(), Some("geheim \u{1f600}\n"), "{bytes:x?}");
        }
        for none in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff", b"\x80"] {
            assert_eq!(text(none), None, "{none:x?}");
        }
    }
}
