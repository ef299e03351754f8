//! `enable-preview-reporting` and the state that previews are reported as (requirements F12, F40;
//! host/docs/requirements.md, "Reporting of previews"). The product's rule for these options is kept: an invalid value
//! means the default, and is warned of; it never keeps the service from starting.

use super::findings::Findings;
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use std::{ops::RangeInclusive, sync::Arc};

/// Key of the state unless another is set.
const NAME: &str = "UCC_Preview";
/// Number of the state unless another is set.
const NUMBER: u32 = 3271;
/// Numbers that ICON leaves to states of others.
const NUMBERS: RangeInclusive<u32> = 200..=2_147_483_647;
/// Bytes of a key, at most.
const LONGEST: usize = 255;
/// Keys that say something else.
const TAKEN: [&str; 4] = ["UCC_ConnID", "UCC_UserId", "UCC_AgentId", "UCC_Reason"];

/// A value as it stands in the file; none: it is of another type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lenient<T>(Option<T>);

impl<T> From<T> for Lenient<T> {
    fn from(value: T) -> Self {
        Self(Some(value))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<T> {
            Valid(T),
            Invalid(IgnoredAny),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Valid(value) => Self(Some(value)),
            Either::Invalid(IgnoredAny) => Self(None),
        })
    }
}

/// The options as they stand in `[uc-connector]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewReporting<'c> {
    pub(super) enabled: &'c Lenient<bool>,
    pub(super) name: &'c Lenient<Arc<str>>,
    pub(super) number: &'c Lenient<u32>,
}

/// The state that previews are reported as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewState {
    /// Key of the user data that starts and ends it.
    pub name: Arc<str>,
    /// Number that ICON knows it by: it is not sent, and named to whoever configures ICON.
    pub number: u32,
}

pub(super) fn default_name() -> Lenient<Arc<str>> {
    Lenient(Some(NAME.into()))
}

pub(super) fn default_number() -> Lenient<u32> {
    NUMBER.into()
}

impl PreviewReporting<'_> {
    /// None: previews are not reported.
    pub fn state(&self) -> Option<PreviewState> {
        let name = self.name.0.clone().filter(|name| is_name(name)).unwrap_or_else(|| NAME.into());
        let number = self.number.0.filter(|number| NUMBERS.contains(number)).unwrap_or(NUMBER);
        self.enabled.0.unwrap_or(false).then_some(PreviewState { name, number })
    }

    /// Whether reports say something under this key.
    pub(super) fn says(&self, key: &str) -> bool {
        self.state().is_some_and(|state| *state.name == *key || TAKEN.contains(&key))
    }

    pub(super) fn warn(&self, findings: &mut Findings<'_>) {
        if self.enabled.0.is_none() {
            let message = "previews are not reported: this is no such value";
            findings.wrong("uc-connector.enable-preview-reporting", message, "true or false");
        }
        if !self.name.0.as_deref().is_some_and(is_name) {
            let allowed =
                "a key of user data that says nothing else: 1 to 255 bytes, no blank, comma or control character";
            let message = format!("{NAME} is used: this is no such value");
            findings.wrong("uc-connector.preview-state-name", message, allowed);
        }
        if !self.number.0.is_some_and(|number| NUMBERS.contains(&number)) {
            let message = format!("{NUMBER} is used: this is no such value");
            findings.wrong("uc-connector.preview-state-number", message, "a whole number from 200 to 2147483647");
        }
    }
}

/// ICON separates number and key by a comma.
fn is_name(name: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != ',';
    (1..=LONGEST).contains(&name.len()) && name.chars().all(fits) && !TAKEN.contains(&name)
}
