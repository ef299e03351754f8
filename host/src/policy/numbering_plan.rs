//! Which outside numbers a call may be sent to: `[numbering-plan]`. What workers, administrators and the directory
//! write is brought into one form first, so that rules are written once. Pure.

use serde::Deserialize;
use std::{fmt, sync::Arc};

/// Longest text that is looked at; a number has far fewer letters, however it is grouped.
const MOST_TYPED: usize = 64;

/// ITU-T E.164, 6.1: digits of an international number.
const E164_DIGITS: usize = 15;

/// Section `[numbering-plan]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NumberingPlan {
    /// How numbers begin that may be used, `x` for any digit; empty: none may.
    pub allowed: Vec<Arc<str>>,
    /// How numbers begin that may not, whatever is allowed.
    pub forbidden: Vec<Arc<str>>,
    /// Written before international numbers in the place of `+`; empty: nothing is.
    pub international_prefix: Arc<str>,
    /// Written before national numbers; with `country-code` it is replaced by that.
    pub national_prefix: Arc<str>,
    /// Country calling code of national numbers, digits; empty: national numbers stay as they are.
    pub country_code: Arc<str>,
    /// Fewest digits.
    pub min_digits: u32,
    /// Most digits; a number that begins with `+` has 15 at most in any case.
    pub max_digits: u32,
}

impl Default for NumberingPlan {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            forbidden: Vec::new(),
            international_prefix: "00".into(),
            national_prefix: "0".into(),
            country_code: "".into(),
            min_digits: 3,
            max_digits: 15,
        }
    }
}

/// Why a number cannot be used; by the fault of whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Nothing is written there.
    Empty,
    /// It has something in it that no number has.
    NoNumber,
    /// It has fewer digits than this.
    TooShort(u32),
    /// It has more digits than this.
    TooLong(u32),
    /// The plan allows no number like it.
    NotAllowed(Arc<str>),
    /// The plan forbids numbers that begin so.
    Forbidden(Arc<str>),
}

impl fmt::Display for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no number"),
            Self::NoNumber => f.write_str("this is no telephone number: use digits, with + before the country code"),
            Self::TooShort(least) => write!(f, "this number is too short: it needs at least {least} digits"),
            Self::TooLong(most) => write!(f, "this number is too long: it may have at most {most} digits"),
            Self::NotAllowed(number) => write!(f, "{number} is none of the numbers that calls may be sent to"),
            Self::Forbidden(prefix) => write!(f, "calls may not be sent to numbers that begin with {prefix}"),
        }
    }
}

impl std::error::Error for Outside {}

/// What is wrong with the section: the key, and what is allowed there.
type PlanFault = (String, &'static str);

impl NumberingPlan {
    /// The number as calls are sent to it.
    ///
    /// # Errors
    /// [`Outside`] of this plan.
    pub fn number(&self, typed: &str) -> Result<Arc<str>, Outside> {
        let number = self.one_form(&plain(typed)?);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        let most =
            if number.starts_with('+') { E164_DIGITS.min(self.max_digits as usize) } else { self.max_digits as usize };
        if digits < self.min_digits as usize {
            return Err(Outside::TooShort(self.min_digits));
        }
        if digits > most {
            return Err(Outside::TooLong(u32::try_from(most).unwrap_or(u32::MAX)));
        }
        // No country code begins with 0 (ITU-T E.164, annex A).
        if number.starts_with("+0") {
            return Err(Outside::NoNumber);
        }
        if let Some(prefix) = self.forbidden.iter().find(|prefix| begins(&number, prefix)) {
            return Err(Outside::Forbidden(prefix.clone()));
        }
        match self.allowed.iter().any(|prefix| begins(&number, prefix)) {
            true => Ok(number.into()),
            false => Err(Outside::NotAllowed(number.into())),
        }
    }

    fn one_form(&self, number: &str) -> String {
        let whole = match after(number, &self.international_prefix) {
            Some(rest) => format!("+{rest}"),
            None => number.to_owned(),
        };
        if self.country_code.is_empty() {
            return whole;
        }
        let own = format!("+{}", self.country_code);
        // Behind the country code the national prefix is not dialled, and hides what a number begins with.
        match after(&whole, &own).or_else(|| after(&whole, &self.national_prefix)) {
            Some(rest) => format!("{own}{}", without(rest, &self.national_prefix)),
            None => whole,
        }
    }

    /// What the section says that can mean nothing.
    pub fn faults(&self) -> Vec<PlanFault> {
        const PREFIX: &str = "how a number begins: + or a digit, then digits, x for any digit";
        let mut faults = Vec::new();
        for (key, prefixes) in [("allowed", &self.allowed), ("forbidden", &self.forbidden)] {
            let wrong = prefixes.iter().enumerate().filter(|(_, prefix)| !is_prefix(prefix));
            faults.extend(wrong.map(|(at, _)| (format!("{key}[{at}]"), PREFIX)));
        }
        if self.allowed.is_empty() {
            faults.push(("allowed".into(), "at least one beginning of a number; leave the section out to allow none"));
        }
        let words = [
            ("international-prefix", &self.international_prefix),
            ("national-prefix", &self.national_prefix),
            ("country-code", &self.country_code),
        ];
        let wrong = words.iter().filter(|(_, word)| word.len() > 8 || !word.bytes().all(|byte| byte.is_ascii_digit()));
        faults.extend(wrong.map(|(key, _)| ((*key).to_owned(), "up to 8 digits; empty for none")));
        if self.min_digits == 0 || self.min_digits > self.max_digits {
            faults.push(("min-digits".into(), "1 or more, and not more than max-digits"));
        }
        if self.max_digits > 32 {
            faults.push(("max-digits".into(), "up to 32"));
        }
        faults
    }
}

fn after<'n>(number: &'n str, prefix: &str) -> Option<&'n str> {
    number.strip_prefix(prefix).filter(|rest| !prefix.is_empty() && !rest.is_empty())
}

/// Without this prefix, however often it is there.
fn without<'n>(number: &'n str, prefix: &str) -> &'n str {
    after(number, prefix).map_or(number, |rest| without(rest, prefix))
}

/// Digits alone, and a `+` before them: without what people group them with, and without the `(0)` that is not dialled
/// after a country code.
fn plain(typed: &str) -> Result<String, Outside> {
    if typed.len() > MOST_TYPED {
        return Err(Outside::NoNumber);
    }
    let typed = if typed.trim_start().starts_with('+') { typed.replacen("(0)", "", 1) } else { typed.to_owned() };
    let mut number = String::with_capacity(typed.len());
    for letter in typed.chars().filter(|letter| !is_grouping(*letter)) {
        match (letter, digit(letter)) {
            (_, Some(digit)) => number.push(digit),
            ('+', _) if number.is_empty() => number.push('+'),
            _ => return Err(Outside::NoNumber),
        }
    }
    match &*number {
        "" => Err(Outside::Empty),
        "+" => Err(Outside::NoNumber),
        _ => Ok(number),
    }
}

/// Also the digits of Arabic and Persian keyboards.
fn digit(letter: char) -> Option<char> {
    let zero = match letter {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        _ => return None,
    };
    char::from_digit(u32::from(letter) - u32::from(zero), 10)
}

/// Pasted numbers carry marks of direction, too.
fn is_grouping(letter: char) -> bool {
    letter.is_whitespace()
        || "-./()".contains(letter)
        || matches!(letter, '\u{2010}'..='\u{2015}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn begins(number: &str, prefix: &str) -> bool {
    let fits = |(digit, wanted): (u8, u8)| digit == wanted || (wanted == b'x' && digit.is_ascii_digit());
    number.len() >= prefix.len() && number.bytes().zip(prefix.bytes()).all(fits)
}

fn is_prefix(prefix: &str) -> bool {
    let rest = prefix.strip_prefix('+').unwrap_or(prefix);
    !prefix.is_empty() && prefix.len() <= 32 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'x')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan() -> NumberingPlan {
        NumberingPlan {
            allowed: ["+49", "+43", "5xx"].map(Into::into).into(),
            forbidden: vec!["+49900".into()],
            country_code: "49".into(),
            ..NumberingPlan::default()
        }
    }

    #[test]
    fn what_people_write_becomes_one_number() {
        for typed in [
            "+49 711 123-4567",
            "0049 (711) 1234567",
            "0711/123.4567",
            "+49 (0) 711 123 4567",
            " +49\u{a0}711\u{2011}1234567\u{202c}",
            "+\u{664}\u{669}7111234567",
        ] {
            assert_eq!(plan().number(typed).as_deref(), Ok("+497111234567"), "{typed}");
        }
        assert_eq!(plan().number("5 12").as_deref(), Ok("512"), "an extension stays one");
    }

    #[test]
    fn what_is_outside_is_told_apart() {
        use Outside::{Empty, Forbidden, NoNumber, NotAllowed, TooLong, TooShort};
        let cases = [
            ("", Empty),
            (" - ", Empty),
            ("+", NoNumber),
            ("sip:kim@example", NoNumber),
            ("49+711", NoNumber),
            ("+0711123", NoNumber),
            ("12", TooShort(3)),
            ("+4971112345678901", TooLong(15)),
            ("+1 212 555 0100", NotAllowed("+12125550100".into())),
            ("0900 123456", Forbidden("+49900".into())),
            ("+49 0900 123456", Forbidden("+49900".into())),
            ("0049 0900 123456", Forbidden("+49900".into())),
            ("+49 (0)(0)900 123456", Forbidden("+49900".into())),
            ("612", NotAllowed("612".into())),
        ];
        for (typed, expected) in cases {
            assert_eq!(plan().number(typed), Err(expected), "{typed}");
        }
        assert_eq!(plan().number(&"1 ".repeat(40)), Err(NoNumber), "far too long to be looked at");
    }

    #[test]
    fn a_section_that_can_mean_nothing_is_found() {
        assert_eq!(plan().faults(), []);
        let odd = NumberingPlan {
            allowed: vec![],
            forbidden: vec!["4-9".into()],
            country_code: "+49".into(),
            min_digits: 9,
            max_digits: 8,
            ..plan()
        };
        let keys: Vec<_> = odd.faults().into_iter().map(|fault| fault.0).collect();
        assert_eq!(keys, ["forbidden[0]", "allowed", "country-code", "min-digits"]);
    }

    proptest! {
        #[test]
        fn what_is_allowed_stays_as_it_is(typed in "[+0-9 x()./-]{0,20}") {
            if let Ok(number) = plan().number(&typed) {
                let again = plan().number(&number);
                prop_assert_eq!(again.as_deref(), Ok(&*number));
                prop_assert!(number.starts_with("+49") || number.starts_with("+43") || number.starts_with('5'));
            }
        }
    }
}
