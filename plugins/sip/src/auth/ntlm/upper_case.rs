//! Upper case as Windows makes it when it stores and compares user names (MS-NLMP, `UpperCase`): one UTF-16 unit for
//! one UTF-16 unit, the same in every language. That is Unicode's simple mapping with a few letters left alone: `ß` has
//! no single capital and stays, and nothing outside ASCII becomes ASCII.

/// The name in upper case.
pub(super) fn upper_case(name: &str) -> String {
    name.chars().map(upper).collect()
}

fn upper(letter: char) -> char {
    match letter {
        // Dotless i, long s and micro sign stay; so does what Unicode paired long after Windows had its table:
        // Georgian, Cherokee; and what is no single unit.
        '\u{131}' | '\u{17f}' | '\u{b5}' | '\u{345}' | '\u{1fbe}' => letter,
        '\u{10d0}'..='\u{10ff}' | '\u{13f8}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' | '\u{10000}'.. => letter,
        // Greek with iota below: Rust, like Unicode's full mapping, makes two letters of one.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => ahead(letter, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => ahead(letter, 9),
        _ => {
            let mut mapped = letter.to_uppercase();
            match (mapped.next(), mapped.next()) {
                (Some(capital), None) => capital,
                _ => letter,
            }
        }
    }
}

fn ahead(letter: char, by: u32) -> char {
    char::from_u32(letter as u32 + by).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the table that Windows writes onto every NTFS volume (`$UpCase`), as drivers of other systems publish
    /// it.
    const WINDOWS: &[(u32, u32)] = &[
        (0x61, 0x41),
        (0x7a, 0x5a),
        (0xb5, 0xb5),
        (0xdf, 0xdf),
        (0xe4, 0xc4),
        (0xf7, 0xf7),
        (0xff, 0x178),
        (0x131, 0x131),
        (0x149, 0x149),
        (0x17f, 0x17f),
        (0x1c6, 0x1c4),
        (0x1dd, 0x18e),
        (0x1f0, 0x1f0),
        (0x1f3, 0x1f1),
        (0x259, 0x18f),
        (0x292, 0x1b7),
        (0x390, 0x390),
        (0x3ac, 0x386),
        (0x3b0, 0x3b0),
        (0x3c2, 0x3a3),
        (0x3cd, 0x38e),
        (0x44f, 0x42f),
        (0x45f, 0x40f),
        (0x586, 0x556),
        (0x587, 0x587),
        (0x1e96, 0x1e96),
        (0x1f00, 0x1f08),
        (0x1f70, 0x1fba),
        (0x1fe5, 0x1fec),
        (0x2170, 0x2160),
        (0x24d0, 0x24b6),
        (0xfb01, 0xfb01),
        (0xff41, 0xff21),
    ];

    #[test]
    fn letters_are_mapped_as_windows_maps_them() {
        for (from, to) in WINDOWS {
            let [from, to] = [from, to].map(|code| char::from_u32(*code).unwrap());
            assert_eq!(upper(from), to, "U+{:04X}", from as u32);
        }
        assert_eq!(upper_case("Gro\u{df}e \u{fb01}\u{149}"), "GRO\u{df}E \u{fb01}\u{149}");
        // Columns 0 and 12 of UnicodeData.txt.
        for (from, to) in [('\u{1f80}', '\u{1f88}'), ('\u{1fb3}', '\u{1fbc}'), ('\u{1f88}', '\u{1f88}')] {
            assert_eq!(upper(from), to);
        }
    }

    #[test]
    fn a_name_keeps_its_length_in_units() {
        let all = (1..=0xffff).filter_map(char::from_u32);
        for letter in all {
            let capital = upper(letter);
            assert_eq!(capital.len_utf16(), 1, "U+{:04X}", letter as u32);
            assert!(letter.is_ascii() || !capital.is_ascii(), "U+{:04X}", letter as u32);
        }
    }
}
