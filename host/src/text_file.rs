//! Files that operators write or export: secrets, certificates, keys. Whatever editor wrote one, it reads the same, here as
//! in the plug-ins: a byte order mark is no part of the text, and UTF-16 with such a mark is text too.

use zeroize::Zeroizing;

/// The text of a file's bytes; none: it is no text.
pub(crate) fn text(bytes: &[u8]) -> Option<Zeroizing<String>> {
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
            assert_eq!(text(&bytes).as_deref().map(String::as_str), Some("geheim \u{1f600}\n"), "{bytes:x?}");
        }
        for none in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8", b"\xef\xbb\xbf\xff", b"\x80"] {
            assert_eq!(text(none), None, "{none:x?}");
        }
    }
}
