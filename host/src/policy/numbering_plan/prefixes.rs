//! What the beginnings of numbers mean that the operator writes. One that forbids may mean several, and forbids them all; one
//! that allows means one: what an operator writes for extensions must not open a country.

use super::{NumberingPlan, after, zero_belongs};

impl NumberingPlan {
    /// How numbers begin, in their one form, that begin so as the operator writes it, in any reading.
    pub(super) fn forms(&self, prefix: &str) -> Vec<String> {
        let Some(prefix) = self.at_home(prefix) else { return vec![self.form(prefix)] };
        let behind_prefix = after(prefix, self.national_prefix()).map(|rest| self.own(rest));
        // Where length decides, what begins so may be either.
        let by_length = self.national_digits.is_some();
        let extension = (by_length || behind_prefix.is_none()).then(|| prefix.to_owned());
        let without_prefix = by_length.then(|| self.behind_country(prefix));
        let behind_code = after(prefix, &self.country_code).filter(|rest| by_length && !rest.is_empty());
        let behind_code = behind_code.map(|rest| self.behind_country(rest));
        [behind_prefix, extension, without_prefix, behind_code].into_iter().flatten().collect()
    }

    /// The one reading: without anything that says that a number is national it is an extension.
    pub(super) fn form(&self, prefix: &str) -> String {
        let Some(prefix) = self.at_home(prefix) else {
            let digits = prefix.strip_prefix('+').or_else(|| after(prefix, &self.international_prefix));
            return digits.map_or_else(|| prefix.to_owned(), |digits| self.international(digits));
        };
        let behind_prefix = after(prefix, self.national_prefix());
        // Where length decides, extensions may begin with any other digit.
        let by_length = self.national_digits.is_some();
        let is_national = !by_length || prefix.starts_with('0');
        let zero_belongs = by_length && zero_belongs(&self.country_code) && prefix.starts_with('0');
        match behind_prefix.filter(|_| is_national).or(Some(prefix).filter(|_| zero_belongs)) {
            Some(rest) => self.own(rest),
            None => self.national(prefix).ok().flatten().unwrap_or_else(|| prefix.to_owned()),
        }
    }

    /// It says nothing of other countries, and there is an own one.
    fn at_home<'p>(&self, prefix: &'p str) -> Option<&'p str> {
        let abroad = prefix.starts_with('+') || after(prefix, &self.international_prefix).is_some();
        Some(prefix).filter(|_| !abroad && !self.country_code.is_empty())
    }
}

/// Whether a number begins so, or all that begin as the first does.
pub(super) fn begins(number: &str, prefix: &str) -> bool {
    let fits = |(digit, wanted): (u8, u8)| digit == wanted || (wanted == b'x' && digit.is_ascii_digit());
    number.len() >= prefix.len() && number.bytes().zip(prefix.bytes()).all(fits)
}
