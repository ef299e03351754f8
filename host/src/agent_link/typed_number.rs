//! A telephone number as people write it: digits of any script, grouped in any way, perhaps with a trunk prefix in
//! brackets that is not dialled behind a country code. What a plan makes of it is not known here. Pure.

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use std::ops::Range;

/// Longest text that is looked at, in letters; a number has far fewer, however it is grouped.
const MOST_TYPED: usize = 64;

/// RFC 3966: how a number is written as a link.
const SCHEME: &str = "tel:";

/// Country calling codes of two digits (ITU-T E.164, annex D). 1 and 7 have one, all others three.
const OF_TWO: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

/// Countries whose numbers begin with 0 themselves, some of them at least, so that nobody's 0 may be dropped there.
const ZERO_BELONGS: [&str; 10] = ["39", "378", "379", "225", "226", "227", "229", "241", "242", "992"];

/// Countries where it begins numbers of services alone: dropped is one that stands in brackets.
const ZERO_OF_SERVICES: [&str; 8] = ["47", "267", "268", "501", "676", "679", "687", "853"];

/// Countries that are rung up from within by something else than 0 before the number, and how many digits are behind it.
/// None: no number begins so. 0: only in brackets it is known for what it is.
const OTHER_TRUNKS: [(&str, &str, Option<usize>); 7] = [
    ("1", "1", Some(10)),
    ("7", "8", Some(10)),
    ("36", "06", None),
    ("370", "8", Some(8)),
    ("375", "8", Some(0)),
    ("375", "80", Some(9)),
    ("993", "8", Some(8)),
];

/// A number as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedNumber {
    /// It begins with `+`.
    pub plus: bool,
    /// `0` to `9`, `*` and `#`.
    pub keys: String,
    /// Which of the keys stood in brackets together.
    bracketed: Vec<Range<usize>>,
}

impl TypedNumber {
    /// Takes a text apart; none: it has something in it that no number has, or is far too long for one.
    pub fn read(text: &str) -> Option<Self> {
        if text.chars().nth(MOST_TYPED).is_some() {
            return None;
        }
        let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
        let mut typed = Self { plus: false, keys: String::with_capacity(plain.len()), bracketed: Vec::new() };
        let mut opened = None;
        for letter in without_scheme(&plain).chars() {
            typed.take(letter, &mut opened)?;
        }
        Some(typed)
    }

    fn take(&mut self, letter: char, opened: &mut Option<usize>) -> Option<()> {
        match letter {
            '(' => *opened = Some(self.keys.len()),
            ')' => self.bracketed.extend(opened.take().map(|from| from..self.keys.len())),
            '*' | '#' => self.keys.push(letter),
            '+' if self.keys.is_empty() && !self.plus => self.plus = true,
            _ if is_grouping(letter) => {}
            _ => self.keys.push(digit(letter)?),
        }
        Some(())
    }

    /// The keys behind the first `from`, which say that a country code follows: without a trunk prefix behind that code, in
    /// brackets or not. `own`: a country code and its trunk prefix, where they are known better than here. Behind it a 0
    /// that is in no brackets is left as it is.
    pub fn international(&self, from: usize, own: Option<(&str, &str)>) -> String {
        let mut kept = String::with_capacity(self.keys.len());
        let mut at = from;
        for range in self.bracketed.iter().filter(|range| range.start >= from) {
            kept.push_str(&self.keys[at..range.start]);
            let inside = &self.keys[range.clone()];
            let behind_country = !kept.is_empty() && kept.len() == country_digits(&kept);
            let is_own = !inside.is_empty() && own == Some((&*kept, inside));
            if !(behind_country && (is_trunk_of(&kept, inside) || is_own)) {
                kept.push_str(inside);
            }
            at = range.end;
        }
        kept.push_str(&self.keys[at..]);
        let is_own = own.is_some_and(|(country, _)| !country.is_empty() && kept.starts_with(country));
        drop_trunk(&mut kept, |country| !is_own && !zero_begins(country));
        kept
    }
}

/// Whether numbers of this country begin with 0 themselves.
pub fn zero_belongs(country: &str) -> bool {
    ZERO_BELONGS.contains(&country)
}

/// Some numbers of this country begin with 0, if only those of services.
fn zero_begins(country: &str) -> bool {
    zero_belongs(country) || ZERO_OF_SERVICES.contains(&country)
}

/// A number behind `+` that no country has: it begins with a 0 that is not dialled behind the country code.
pub fn is_nowhere(digits: &str) -> bool {
    let (country, rest) = digits.split_at(country_digits(digits).min(digits.len()));
    rest.starts_with('0') && !zero_begins(country)
}

/// How many of these digits are the country calling code.
fn country_digits(digits: &str) -> usize {
    let two = digits.get(..2).is_some_and(|two| OF_TWO.contains(&two));
    match digits.as_bytes().first() {
        Some(b'1' | b'7') => 1,
        _ if two => 2,
        _ => 3,
    }
}

fn is_trunk_of(country: &str, inside: &str) -> bool {
    let other = OTHER_TRUNKS.iter().any(|(of, trunk, _)| (*of, *trunk) == (country, inside));
    other || (inside == "0" && !zero_belongs(country))
}

/// Behind a country code nobody dials it. Where numbers may begin with it, their length says whether they do.
fn drop_trunk(digits: &mut String, is_zero: impl Fn(&str) -> bool) {
    let (country, rest) = digits.split_at(country_digits(digits).min(digits.len()));
    let fits = |trunk: &str, length: &Option<usize>| length.is_none_or(|length| rest.len() == trunk.len() + length);
    let mut others = OTHER_TRUNKS
        .iter()
        .filter(|(of, trunk, length)| *of == country && rest.starts_with(trunk) && fits(trunk, length));
    let zero = if rest.starts_with('0') && is_zero(country) { "0" } else { "" };
    let trunk = others.next().map_or(zero, |(_, trunk, _)| *trunk);
    digits.replace_range(country.len()..country.len() + trunk.len(), "");
}

fn without_scheme(text: &str) -> &str {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || is_invisible(letter));
    let scheme = text.get(..SCHEME.len()).filter(|start| start.eq_ignore_ascii_case(SCHEME));
    scheme.map_or(text, |scheme| &text[scheme.len()..])
}

/// A decimal digit of any script. Unicode keeps each script's in a row of ten, zero first (The Unicode Standard, 4.6).
fn digit(letter: char) -> Option<char> {
    if letter.is_ascii() {
        return Some(letter).filter(char::is_ascii_digit);
    }
    let is_digit = |letter| category(letter) == GeneralCategory::DecimalNumber;
    let before = |back: &u32| u32::from(letter).checked_sub(*back).and_then(char::from_u32).is_some_and(is_digit);
    // Two rows may stand side by side.
    is_digit(letter).then(|| (1..).take_while(before).count() as u32 % 10).and_then(|value| char::from_digit(value, 10))
}

/// What stands between digits for the eye alone: also the minus of spreadsheets, and the long vowel that Japanese keyboards
/// write in the place of a hyphen.
fn is_grouping(letter: char) -> bool {
    let dash = |letter: char| !letter.is_ascii() && category(letter) == GeneralCategory::DashPunctuation;
    letter.is_whitespace() || "-./\u{2212}\u{30fc}".contains(letter) || dash(letter) || is_invisible(letter)
}

/// Marks of direction and the like, which come along where numbers are pasted.
fn is_invisible(letter: char) -> bool {
    !letter.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

fn category(letter: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Option<String> {
        TypedNumber::read(text).map(|typed| format!("{}{}", if typed.plus { "+" } else { "" }, typed.keys))
    }

    fn behind_plus(text: &str) -> String {
        TypedNumber::read(text).unwrap().international(0, None)
    }

    /// The same rows are the page's (`web/src/typed-number.ts`), which asks nobody whether a text can be a number.
    #[test]
    fn a_number_is_read_as_people_write_it() {
        let rows: Vec<(String, Option<String>)> = serde_json::from_str(include_str!("typed_numbers.json")).unwrap();
        assert!(!rows.is_empty());
        for (text, read) in rows {
            assert_eq!(keys(&text), read, "{text:?}");
        }
        assert_eq!(keys(&"1".repeat(MOST_TYPED + 1)), None);
    }

    #[test]
    fn every_digit_of_unicode_has_its_value() {
        let digits: Vec<_> =
            ('\u{80}'..=char::MAX).filter(|letter| category(*letter) == GeneralCategory::DecimalNumber).collect();
        assert!(digits.len() > 500, "{}", digits.len());
        for row in digits.chunks(10) {
            let values: String = row.iter().map(|letter| keys(&letter.to_string()).unwrap()).collect();
            assert_eq!(values, "0123456789", "{row:?}");
        }
    }

    #[test]
    fn a_trunk_prefix_in_brackets_is_dropped_behind_a_country_code_alone() {
        for (text, dialled) in [
            ("+49 (0)711 12345", "4971112345"),
            ("+43 (0)(0)1 58058", "43158058"),
            ("+43 (1) 58058", "43158058"),
            ("+7 (8) 812 345-67-89", "78123456789"),
            ("+7 (812) 345-67-89", "78123456789"),
            ("+36 (06) 1 234 5678", "3612345678"),
            ("+39 (0)6 698 12345", "390669812345"),
            ("+49 711 123 (0)", "497111230"),
            ("+(0)49 711", "049711"),
            ("+49 (0711 12345", "4971112345"),
            ("+49 0)711 12345", "4971112345"),
            ("+49 () 711 12345", "4971112345"),
        ] {
            assert_eq!(behind_plus(text), dialled, "{text}");
        }
    }

    /// Of each country a number as it is written at home, behind the country code.
    #[test]
    fn a_trunk_prefix_inside_an_area_code_is_dropped_as_well() {
        for (country, national, whole) in [
            ("49", "(0711) 12345", "4971112345"),
            ("43", "(01) 58058", "43158058"),
            ("44", "(020) 7946 0958", "442079460958"),
            ("33", "(01) 42 68 53 00", "33142685300"),
            ("61", "(02) 9374 4000", "61293744000"),
            ("81", "(03) 3224-9999", "81332249999"),
            ("82", "(02) 312-3456", "8223123456"),
            ("55", "(011) 2345-6789", "551123456789"),
            ("90", "(0212) 555 01 00", "902125550100"),
            ("972", "(03) 123 4567", "97231234567"),
            ("375", "(017) 200-20-20", "375172002020"),
            ("375", "(8 017) 200-20-20", "375172002020"),
            ("370", "(8-5) 212 3456", "37052123456"),
            ("370", "(800) 12345", "37080012345"),
            ("36", "(06 1) 234 5678", "3612345678"),
            ("7", "(8-812) 345-67-89", "78123456789"),
            ("7", "(8412) 12-34-56", "78412123456"),
            ("7", "(800) 555-35-35", "78005553535"),
            ("1", "(1-212) 555-0100", "12125550100"),
            ("1", "(212) 555-0100", "12125550100"),
            ("39", "(06) 698 12345", "390669812345"),
            ("225", "(01) 23 45 67 89", "2250123456789"),
            ("226", "(01) 23 45 67", "22601234567"),
            ("45", "(32) 12 34 56", "4532123456"),
            ("47", "(02000)", "4702000"),
            ("267", "(0800) 012 345", "2670800012345"),
            ("375", "(801) 123 4567", "3758011234567"),
            ("34", "(912) 34 56 78", "34912345678"),
        ] {
            for typed in [format!("+{country} {national}"), format!("+{country} {}", national.replace(['(', ')'], " "))]
            {
                assert_eq!(behind_plus(&typed), whole, "{typed}");
                assert_eq!(behind_plus(&format!("+{whole}")), whole, "{typed}");
            }
        }
        assert_eq!(behind_plus("+49 7 (0)1"), "49701", "497 is no country");
    }
}
