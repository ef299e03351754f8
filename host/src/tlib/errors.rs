//! How to react to the codes of EventError: a table (host/docs/t-library.md, "Errors") that an operator can extend. The
//! codes of emulated agents differ between T-Servers; the customer's T-Server deployment guide decides.

use crate::agent_link::{Behaviour, Refusal};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// What is known of the codes when the configuration says nothing. A code that is not here is worth another try.
const TABLE: [(i64, Behaviour, &str); 22] = [
    (40, Behaviour::Retry, "licences exhausted"),
    (41, Behaviour::Retry, "client not registered for the DN"),
    (42, Behaviour::Retry, "resource seized"),
    (43, Behaviour::AlreadySo, "already in the requested state"),
    (50, Behaviour::Retry, "unknown error"),
    (51, Behaviour::Permanent, "operation not supported"),
    (52, Behaviour::Retry, "internal error"),
    (53, Behaviour::Permanent, "invalid attribute value"),
    (54, Behaviour::Retry, "no connection to the switch"),
    (55, Behaviour::Permanent, "wrong protocol version"),
    (56, Behaviour::Permanent, "invalid ConnID"),
    (57, Behaviour::Retry, "timeout expired"),
    (58, Behaviour::Retry, "out of service"),
    (59, Behaviour::Permanent, "DN not configured in the configuration database"),
    (71, Behaviour::Permanent, "invalid called DN"),
    (1700, Behaviour::AlreadySo, "agent already logged in"),
    (1701, Behaviour::Retry, "agent not logged in"),
    (1702, Behaviour::Permanent, "DN used by another agent"),
    (1703, Behaviour::Permanent, "agent logged in at another DN"),
    (1704, Behaviour::Permanent, "wrong agent ID or password"),
    (1705, Behaviour::Permanent, "queue unknown to the agent"),
    (1706, Behaviour::Permanent, "wrong work mode"),
];

/// The table with the operator's changes: `errors = { "59" = "retry" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Behaviour>")]
pub struct ErrorTable(BTreeMap<i64, Behaviour>);

impl ErrorTable {
    /// The reaction to a code.
    pub fn behaviour(&self, code: i64) -> Behaviour {
        let known = || TABLE.iter().find(|row| row.0 == code).map(|row| row.1);
        self.0.get(&code).copied().or_else(known).unwrap_or(Behaviour::Retry)
    }

    /// The refusal that an EventError means.
    pub(super) fn refusal(&self, code: i64, message: Arc<str>) -> Refusal {
        let message = if message.is_empty() { words(code).into() } else { message };
        Refusal { code: Some(code), message, behaviour: self.behaviour(code) }
    }
}

/// What a code means, in words.
pub fn words(code: i64) -> &'static str {
    TABLE.iter().find(|row| row.0 == code).map_or("the T-Server gave no reason", |row| row.2)
}

impl TryFrom<BTreeMap<String, Behaviour>> for ErrorTable {
    type Error = String;

    fn try_from(table: BTreeMap<String, Behaviour>) -> Result<Self, String> {
        let row = |(code, behaviour): (String, Behaviour)| match code.parse() {
            Ok(code) => Ok((code, behaviour)),
            Err(_) => Err(format!("`{code}` is no error code: an integer expected")),
        };
        table.into_iter().map(row).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_extends_and_overrides() {
        let table: ErrorTable = toml::from_str("59 = \"retry\"\n9001 = \"already-so\"").unwrap();
        assert_eq!(table.behaviour(59), Behaviour::Retry);
        assert_eq!(table.behaviour(9001), Behaviour::AlreadySo);
        assert_eq!(table.behaviour(51), Behaviour::Permanent);
        assert_eq!(table.behaviour(12345), Behaviour::Retry);
    }

    #[test]
    fn the_page_tells_every_code_with_its_meaning_and_behaviour() {
        let word = |behaviour| match behaviour {
            Behaviour::Retry => "retry",
            Behaviour::Permanent => "permanent",
            Behaviour::AlreadySo => "already so",
            Behaviour::Unsent => unreachable!("no error of a T-Server's"),
        };
        let row = |(code, behaviour, words): &(i64, _, &str)| format!("| {code} | {words} | {} |", word(*behaviour));
        let rows = TABLE.iter().map(row).collect::<Vec<_>>().join("\n");
        assert!(include_str!("PROTOCOL.md").contains(&rows), "{rows}");
    }

    #[test]
    fn what_is_no_code_or_no_behaviour_is_refused() {
        assert!(
            toml::from_str::<ErrorTable>("x = \"retry\"").unwrap_err().to_string().contains("`x` is no error code")
        );
        assert!(toml::from_str::<ErrorTable>("59 = \"ignore\"").is_err());
    }

    #[test]
    fn an_error_without_text_gets_the_words_of_the_table() {
        assert_eq!(&*ErrorTable::default().refusal(58, "".into()).message, "out of service");
        assert_eq!(&*ErrorTable::default().refusal(58, "maintenance".into()).message, "maintenance");
    }
}
