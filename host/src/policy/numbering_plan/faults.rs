//! What the section says that can mean nothing. An operator who forbids what no number begins with has forbidden nothing,
//! and would learn it from a bill.

use super::{E164_DIGITS, NationalDigits, NumberingPlan, after, begins, zero_belongs};

/// What is wrong with the section: the key, and what is allowed there.
type PlanFault = (String, &'static str);

const PREFIX: &str = "how a number begins: + or a digit, then digits, x for any digit";
const NO_NUMBER: &str = "how a number begins that this plan can make; what its prefixes, country-code, min-digits and \
                         max-digits say leaves none that begins so";
const TAKEN: &str =
    "what forbidden leaves something of: a prefix there, as 00 where it is read as +, takes all that begins so";
const EITHER: &str = "+ for all international numbers, + and the country code for all national ones: this begins both";

impl NumberingPlan {
    /// What the section says that can mean nothing.
    pub fn faults(&self) -> Vec<PlanFault> {
        let mut faults = self.prefixes(|prefix| (!is_prefix(prefix)).then_some(PREFIX));
        if self.allowed.is_empty() {
            faults.push(("allowed".into(), "at least one beginning of a number; leave the section out to allow none"));
        }
        self.faulty_words(&mut faults);
        self.faulty_lengths(&mut faults);
        // What the other keys spoil is not each prefix's fault.
        if faults.is_empty() {
            faults = self.prefixes(|prefix| self.meaningless(prefix));
            faults.extend(self.taken());
        }
        faults
    }

    /// What is wrong with each prefix, by its key.
    fn prefixes(&self, fault: impl Fn(&str) -> Option<&'static str>) -> Vec<PlanFault> {
        let keys = [("allowed", &self.allowed), ("forbidden", &self.forbidden)];
        let prefixes =
            keys.iter().flat_map(|(key, all)| all.iter().enumerate().map(move |(at, prefix)| (key, at, prefix)));
        prefixes.filter_map(|(key, at, prefix)| Some((format!("{key}[{at}]"), fault(prefix)?))).collect()
    }

    /// What is allowed, and then forbidden as a whole.
    fn taken(&self) -> impl Iterator<Item = PlanFault> {
        let forbidden: Vec<_> = self.forbidden.iter().flat_map(|prefix| self.forms(prefix)).collect();
        let taken = move |prefix: &str| forbidden.iter().any(|form| begins(&self.form(prefix), form));
        let allowed = self.allowed.iter().enumerate();
        allowed.filter(move |(_, prefix)| taken(prefix)).map(|(at, _)| (format!("allowed[{at}]"), TAKEN))
    }

    fn faulty_words(&self, faults: &mut Vec<PlanFault>) {
        let words = [
            ("international-prefix", &*self.international_prefix),
            ("national-prefix", self.national_prefix()),
            ("country-code", &*self.country_code),
        ];
        let wrong = words.iter().filter(|(_, word)| word.len() > 8 || !word.bytes().all(|byte| byte.is_ascii_digit()));
        faults.extend(wrong.map(|(key, _)| ((*key).to_owned(), "up to 8 digits; empty for none")));
        if zero_belongs(&self.country_code) && self.national_prefix().starts_with('0') {
            let allowed = "empty in this country: the 0 belongs to its numbers; national-digits says how long they are";
            faults.push(("national-prefix".into(), allowed));
        }
        if !self.country_code.is_empty() && after(self.national_prefix(), &self.international_prefix).is_some() {
            let allowed = "what no national number begins with; empty for none";
            faults.push(("international-prefix".into(), allowed));
        }
    }

    fn faulty_lengths(&self, faults: &mut Vec<PlanFault>) {
        if self.min_digits == 0 || self.min_digits > self.max_digits {
            faults.push(("min-digits".into(), "1 or more, and not more than max-digits"));
        } else if self.min_digits as usize > E164_DIGITS && self.all_international() {
            faults.push(("min-digits".into(), "up to 15 where all that is allowed begins with +"));
        }
        if self.max_digits > 32 {
            faults.push(("max-digits".into(), "up to 32"));
        }
        let fits = |NationalDigits { fewest, most }: NationalDigits| {
            let most = most.unwrap_or(fewest);
            (1..=most).contains(&fewest) && most as usize <= E164_DIGITS && !self.country_code.is_empty()
        };
        if self.national_digits.is_some_and(|digits| !fits(digits)) {
            faults
                .push(("national-digits".into(), "1 to 15, or the fewest and the most as in 6-11, with country-code"));
        }
    }

    fn all_international(&self) -> bool {
        self.allowed.iter().map(|prefix| self.form(prefix)).all(|form| form.starts_with('+'))
    }

    fn meaningless(&self, prefix: &str) -> Option<&'static str> {
        let national = !self.country_code.is_empty() && after(prefix, self.national_prefix()).is_some();
        let either =
            national && prefix.len() < self.international_prefix.len() && self.international_prefix.starts_with(prefix);
        let fits_some = || self.forms(prefix).iter().any(|form| self.fits_some(form));
        either.then_some(EITHER).or_else(|| (!fits_some()).then_some(NO_NUMBER))
    }

    /// Whether the plan makes any number that begins so: found by making one.
    fn fits_some(&self, form: &str) -> bool {
        let most = self.most_digits(form) + usize::from(form.starts_with('+'));
        let filled = |fill: char, length: usize| {
            let begun = form.chars().map(|letter| if letter == 'x' { fill } else { letter });
            begun.chain(std::iter::repeat(fill)).take(length).collect::<String>()
        };
        let tries = (form.len()..=most).flat_map(|length| ('0'..='9').map(move |fill| (fill, length)));
        tries
            .map(|(fill, length)| filled(fill, length))
            .any(|number| self.whole(&number).is_ok_and(|whole| whole == number && begins(&whole, form)))
    }
}

fn is_prefix(prefix: &str) -> bool {
    let rest = prefix.strip_prefix('+').unwrap_or(prefix);
    !prefix.is_empty() && prefix.len() <= 32 && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'x')
}
