//! Which text of a custom activity to show: Windows' language numbers against BCP 47 tags.

/// Primary language of an LCID (its low ten bits, MS-LCID) for the languages that the platform's clients come in.
const PRIMARY: &[(u32, &str)] = &[
    (0x01, "ar"),
    (0x02, "bg"),
    (0x03, "ca"),
    (0x04, "zh"),
    (0x05, "cs"),
    (0x06, "da"),
    (0x07, "de"),
    (0x08, "el"),
    (0x09, "en"),
    (0x0a, "es"),
    (0x0b, "fi"),
    (0x0c, "fr"),
    (0x0d, "he"),
    (0x0e, "hu"),
    (0x10, "it"),
    (0x11, "ja"),
    (0x12, "ko"),
    (0x13, "nl"),
    (0x14, "nb"),
    (0x15, "pl"),
    (0x16, "pt"),
    (0x18, "ro"),
    (0x19, "ru"),
    (0x1b, "sk"),
    (0x1d, "sv"),
    (0x1e, "th"),
    (0x1f, "tr"),
    (0x21, "id"),
    (0x22, "uk"),
    (0x24, "sl"),
    (0x25, "et"),
    (0x26, "lv"),
    (0x27, "lt"),
    (0x2a, "vi"),
    (0x2d, "eu"),
    (0x39, "hi"),
    (0x3f, "kk"),
    (0x56, "gl"),
];

/// The text in the first of these languages that has one; without any, the first text.
pub(crate) fn choose<'a>(texts: &'a [(u32, String)], languages: &[&str]) -> &'a str {
    let of = |wanted: &&str| {
        let primary = wanted.split(['-', '_']).next().filter(|primary| !primary.is_empty())?;
        texts.iter().find(|(lcid, _)| language(*lcid).is_some_and(|known| known.eq_ignore_ascii_case(primary)))
    };
    languages.iter().find_map(of).or_else(|| texts.first()).map_or("", |(_, text)| text)
}

fn language(lcid: u32) -> Option<&'static str> {
    PRIMARY.iter().find(|(number, _)| *number == lcid & 0x3ff).map(|(_, tag)| *tag)
}
