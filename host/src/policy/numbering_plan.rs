//! Which outside numbers a call may be sent to: `[numbering-plan]`. What workers, administrators and the directory
//! write is brought into one form first, so that rules are written once, in whichever way the operator writes them. Pure.

mod faults;
mod national;
mod outside;
mod prefixes;
#[cfg(test)]
mod tests;

pub use national::NationalDigits;
pub use outside::Outside;

use crate::agent_link::{TypedNumber, is_nowhere, zero_belongs};
use prefixes::begins;
use serde::Deserialize;
use std::sync::Arc;

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
    /// Written before national numbers; with `country-code` it is replaced by that. Empty: nothing is. None: 0, but where
    /// the 0 belongs to the numbers.
    pub national_prefix: Option<Arc<str>>,
    /// Country calling code of national numbers, digits; empty: national numbers stay as they are.
    pub country_code: Arc<str>,
    /// How many digits a national number has, without its prefix: one of so many is national though no prefix is written,
    /// and a shorter one is an extension. None: numbers without any prefix stay as they are.
    pub national_digits: Option<NationalDigits>,
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
            national_prefix: None,
            country_code: "".into(),
            national_digits: None,
            min_digits: 3,
            max_digits: 15,
        }
    }
}

impl NumberingPlan {
    fn national_prefix(&self) -> &str {
        let usual = if zero_belongs(&self.country_code) { "" } else { "0" };
        self.national_prefix.as_deref().unwrap_or(usual)
    }

    /// The number as calls are sent to it.
    ///
    /// # Errors
    /// [`Outside`] of this plan.
    pub fn number(&self, typed: &str) -> Result<Arc<str>, Outside> {
        let number = self.whole(typed)?;
        let forbids = |prefix: &&Arc<str>| self.forms(prefix).iter().any(|form| begins(&number, form));
        if let Some(prefix) = self.forbidden.iter().find(forbids) {
            return Err(Outside::Forbidden(prefix.clone()));
        }
        match self.allowed.iter().any(|prefix| begins(&number, &self.form(prefix))) {
            true => Ok(number.into()),
            false => Err(Outside::NotAllowed(number.into())),
        }
    }

    /// The number in its one form, whether it may be used or not.
    fn whole(&self, typed: &str) -> Result<String, Outside> {
        let typed = TypedNumber::read(typed).ok_or(Outside::NoNumber)?;
        match (typed.plus, &*typed.keys) {
            (false, "") => return Err(Outside::Empty),
            (true, "") => return Err(Outside::NoNumber),
            (_, keys) if keys.contains(['*', '#']) => return Err(Outside::NoNumber),
            _ => {}
        }
        let number = self.one_form(&typed)?;
        self.measure(&number)?;
        // No country code begins with 0 (ITU-T E.164, annex A).
        let is_none = number.starts_with("+0") || self.is_nowhere(&number) || !self.stays(&number);
        if is_none { Err(Outside::NoNumber) } else { Ok(number) }
    }

    /// Read once more it is the same: else a second prefix stands in it, and nobody can say what was meant.
    fn stays(&self, number: &str) -> bool {
        TypedNumber::read(number).is_some_and(|typed| self.one_form(&typed).is_ok_and(|again| again == number))
    }

    fn measure(&self, number: &str) -> Result<(), Outside> {
        let digits = number.trim_start_matches('+').len();
        let most = self.most_digits(number);
        // A country code alone is nobody's number, and neither is a prefix.
        let country_alone = number.strip_prefix('+').is_some_and(|rest| *rest == *self.country_code);
        if digits < self.min_digits as usize || country_alone {
            return Err(Outside::TooShort(self.min_digits));
        }
        if digits > most {
            return Err(Outside::TooLong(u32::try_from(most).unwrap_or(u32::MAX)));
        }
        Ok(())
    }

    fn most_digits(&self, begun: &str) -> usize {
        let most = self.max_digits as usize;
        let Some(digits) = begun.strip_prefix('+') else { return most };
        let own = after(digits, &self.country_code).and_then(|_| self.national_lengths());
        let own = own.map_or(E164_DIGITS, |lengths| self.country_code.len() + lengths.end());
        E164_DIGITS.min(most).min(own)
    }

    /// A trunk prefix stands in it that is not dialled, after one was dropped: nobody can say what was meant.
    fn is_nowhere(&self, number: &str) -> bool {
        let Some(digits) = number.strip_prefix('+') else { return false };
        match after(digits, &self.country_code) {
            Some(rest) if self.national_prefix().starts_with('0') => self.zero_never_begins() && rest.starts_with('0'),
            Some(_) => !self.national_prefix().is_empty() && is_nowhere(digits),
            None => is_nowhere(digits),
        }
    }

    fn one_form(&self, typed: &TypedNumber) -> Result<String, Outside> {
        let from = if typed.plus {
            Some(0)
        } else {
            after(&typed.keys, &self.international_prefix).map(|_| self.international_prefix.len())
        };
        let own = Some((&*self.country_code, self.national_prefix()));
        match from {
            Some(from) => Ok(self.international(&typed.international(from, own))),
            None => Ok(self.national(&typed.keys)?.unwrap_or_else(|| typed.keys.clone())),
        }
    }

    /// With these digits behind `+`.
    fn international(&self, digits: &str) -> String {
        match after(digits, &self.country_code) {
            Some(rest) => self.behind_country(rest),
            None => format!("+{digits}"),
        }
    }
}

fn after<'n>(number: &'n str, prefix: &str) -> Option<&'n str> {
    number.strip_prefix(prefix).filter(|_| !prefix.is_empty())
}
