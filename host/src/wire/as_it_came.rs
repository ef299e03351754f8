//! A value that this service does not read: of a type of tomorrow, binary, a fraction, null. It travels on unchanged.

use serde_json::value::RawValue;
use std::borrow::Cow;

/// JSON as it came, with the type it was said to be of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AsItCame {
    kind: Box<str>,
    json: Box<str>,
}

impl AsItCame {
    /// Carries `json`, of the type `kind`; empty: no type was given.
    ///
    /// # Errors
    /// `json` is no JSON value: the caller's fault.
    pub fn new(kind: &str, json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<&RawValue>(json).map(|raw| Self::carry(kind, raw.get()))
    }

    /// Carries what a reader has found to be JSON.
    pub(super) fn carry(kind: &str, json: &str) -> Self {
        Self { kind: kind.into(), json: json.into() }
    }

    /// The type it was said to be of, such as `bin`; empty when none was given.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The value.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The value as people read it: the text of a JSON string, else the JSON itself.
    pub fn text(&self) -> Cow<'_, str> {
        let text = self.json.starts_with('"').then(|| serde_json::from_str(&self.json).ok()).flatten();
        text.map_or(Cow::Borrowed(&*self.json), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_text_or_json() {
        let text = |json| AsItCame::new("bin", json).unwrap().text().into_owned();
        assert_eq!(text("\"AQ\\u0049D\""), "AQID");
        assert_eq!(text("[1.50,null]"), "[1.50,null]");
        assert_eq!(text("\"\\ud800\""), "\"\\ud800\"");
        assert!(AsItCame::new("", "nonsense").is_err());
    }
}
