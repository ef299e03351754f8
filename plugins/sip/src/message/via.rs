//! Via: the way an answer takes back (RFC 3261, section 20.42).

use super::values::{BLANK, Params};
use std::fmt;

/// One hop, borrowed from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    /// `UDP`, `TCP`, `TLS` or anything else, as written.
    pub transport: &'a str,
    /// Host and port as written.
    pub sent_by: &'a str,
    /// `branch`, `received`, `ms-received-cid`…
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads one hop; a list is split first with [`super::values::split`]. None if it is no Via value.
    pub fn parse(value: &'a str) -> Option<Self> {
        let (hop, params) = value.split_at(value.find(';').unwrap_or(value.len()));
        let mut parts = hop.splitn(3, '/');
        let protocol = parts.next()?.trim_matches(BLANK);
        let version = parts.next()?.trim_matches(BLANK);
        let (transport, sent_by) = parts.next()?.trim_matches(BLANK).split_once(BLANK)?;
        let sent_by = sent_by.trim_matches(BLANK);
        let known = protocol.eq_ignore_ascii_case("SIP") && version == "2.0";
        let one_word = !sent_by.is_empty() && !sent_by.contains(BLANK);
        (known && one_word && !transport.is_empty()).then_some(Self { transport, sent_by, params: Params(params) })
    }

    /// The transaction's identifier, if it is one by RFC 3261: the magic cookie and something behind it.
    pub fn branch(&self) -> Option<&'a str> {
        const COOKIE: &str = "z9hG4bK";
        let branch = self.params.get("branch")?;
        let marked = branch.get(..COOKIE.len()).is_some_and(|start| start.eq_ignore_ascii_case(COOKIE));
        (marked && branch.len() > COOKIE.len()).then_some(branch)
    }
}

/// In its shortest form, whatever blanks and folds it came with.
impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.sent_by)?;
        for (name, value) in self.params.iter() {
            match value {
                "" => write!(f, ";{name}")?,
                value => write!(f, ";{name}={value}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_folds_stand_where_the_grammar_lets_them() {
        let via = Via::parse("SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw").unwrap();
        assert_eq!((via.transport, via.sent_by, via.branch()), ("UDP", "192.0.2.2", None));
        assert_eq!(via.params.get("branch"), Some("390skdjuw"));
        assert!(Via::parse("SIP/2.0/UDP").is_none());
        assert!(Via::parse("SIP/2.0/UDP a b").is_none());
    }
}
