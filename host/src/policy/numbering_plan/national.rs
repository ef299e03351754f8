//! Which digits are a national number: by the prefix before them, by how many they are, or by the own country code that
//! somebody wrote without its `+`. What is neither is nobody's number, and never gets a country code.

use super::{E164_DIGITS, NumberingPlan, Outside, after, zero_belongs};
use serde::{Deserialize, Deserializer, de};
use std::{fmt, ops::RangeInclusive};

/// How many digits the longest numbers of a country have, services among them, by national plans as they are in 2026. A site
/// whose country has made its numbers longer since says so (`"6-11"`); others are bounded by E.164 alone.
const LONGEST: [(usize, &[&str]); 4] = [
    (8, &["45", "47", "216", "226", "356", "357", "370", "371", "373", "374", "386", "389"]),
    (
        9,
        &[
            "32", "33", "34", "36", "40", "41", "51", "94", "212", "213", "218", "220", "221", "244", "245", "250",
            "251", "252", "256", "258", "260", "261", "351", "354", "355", "376", "377", "382", "385", "387", "420",
            "421", "423", "508", "590", "594", "596", "962", "963", "967", "968", "992", "994", "995", "996", "998",
        ],
    ),
    (
        10,
        &[
            "1", "7", "27", "44", "46", "48", "52", "58", "64", "84", "95", "98", "225", "229", "254", "263", "353",
            "372", "378", "380", "880", "964", "966", "970", "972", "976",
        ],
    ),
    (11, &["39"]),
];

/// `national-digits`: `9`, or `"6-11"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NationalDigits {
    /// Fewest.
    pub fewest: u32,
    /// Most; none: as many as numbers of the country have, as far as that is known.
    pub most: Option<u32>,
}

impl NationalDigits {
    pub(super) fn read(text: &str) -> Option<Self> {
        let number = |text: &str| text.trim().parse().ok();
        match text.split_once('-') {
            Some((fewest, most)) => Some(Self { fewest: number(fewest)?, most: Some(number(most)?) }),
            None => Some(Self { fewest: number(text)?, most: None }),
        }
    }
}

impl From<u32> for NationalDigits {
    fn from(fewest: u32) -> Self {
        Self { fewest, most: None }
    }
}

impl<'de> Deserialize<'de> for NationalDigits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;
        impl de::Visitor<'_> for Written {
            type Value = NationalDigits;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of digits, or the fewest and the most as in \"6-11\"")
            }

            fn visit_i64<E: de::Error>(self, digits: i64) -> Result<NationalDigits, E> {
                let digits = u32::try_from(digits).ok();
                digits.map(Into::into).ok_or_else(|| E::custom("a number of digits is 1 to 15"))
            }

            fn visit_u64<E: de::Error>(self, digits: u64) -> Result<NationalDigits, E> {
                self.visit_i64(i64::try_from(digits).unwrap_or(i64::MAX))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<NationalDigits, E> {
                NationalDigits::read(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Written)
    }
}

impl NumberingPlan {
    /// How many digits a national number has; none: any number of them, and none is national without its prefix.
    pub(super) fn national_lengths(&self) -> Option<RangeInclusive<usize>> {
        let NationalDigits { fewest, most } = self.national_digits?;
        let fewest = fewest as usize;
        let known = || LONGEST.iter().find(|(_, countries)| countries.contains(&&*self.country_code));
        let known = || known().map_or(E164_DIGITS - self.country_code.len().min(E164_DIGITS), |(digits, _)| *digits);
        let most = most.map_or_else(|| known().max(fewest), |most| most as usize);
        Some(fewest..=most)
    }

    /// The number if it is written as a national one; none: it is an extension.
    ///
    /// # Errors
    /// It is too long for either.
    pub(super) fn national(&self, digits: &str) -> Result<Option<String>, Outside> {
        if self.country_code.is_empty() {
            return Ok(None);
        }
        let behind_prefix = after(digits, self.national_prefix());
        let Some(lengths) = self.national_lengths() else {
            return Ok(behind_prefix.map(|rest| self.own(rest)));
        };
        let fits = |rest: &&str| lengths.contains(&rest.len());
        if let Some(rest) = behind_prefix.filter(fits) {
            return Ok(Some(self.own(rest)));
        }
        // A national number, or the own country code and one.
        let whole = Some(digits).filter(fits).or_else(|| after(digits, &self.country_code).filter(fits));
        match whole {
            Some(rest) => Ok(Some(self.behind_country(rest))),
            None if digits.len() >= *lengths.start() => Err(Outside::NoNumber),
            None => Ok(None),
        }
    }

    /// Behind the country code a prefix that no number begins with is not dialled, and hides what a number begins with.
    /// Where numbers may begin with it, as with 8 in Russia, their length says whether it belongs to them.
    pub(super) fn behind_country(&self, rest: &str) -> String {
        let without = after(rest, self.national_prefix());
        let by_length = || {
            let fits = |lengths: &RangeInclusive<usize>, rest: &str| lengths.contains(&rest.len());
            let lengths = self.national_lengths();
            lengths.is_some_and(|lengths| !fits(&lengths, rest) && without.is_some_and(|rest| fits(&lengths, rest)))
        };
        let drops = self.zero_never_begins() || by_length();
        self.own(without.filter(|_| drops).unwrap_or(rest))
    }

    /// No number of the own country begins with 0.
    pub(super) fn zero_never_begins(&self) -> bool {
        self.national_prefix().starts_with('0') && !zero_belongs(&self.country_code)
    }

    pub(super) fn own(&self, rest: &str) -> String {
        format!("+{}{rest}", self.country_code)
    }
}
