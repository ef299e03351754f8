//! ms-diagnostics: why a Microsoft server refused something, and what to do about it (MS-OCER).

use crate::message::{Message, Name, values};
use std::fmt;

/// The content of ms-diagnostics, ms-diagnostics-public or ms-client-diagnostics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// Number of the cause.
    pub id: u32,
    /// The server's own words, may be empty.
    pub reason: String,
    /// Host that says so, may be empty.
    pub source: String,
}

/// Who can mend it, and whether trying again helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing changes until somebody changes an account, a certificate or the configuration.
    Administrator,
    /// It may pass: try again with back-off.
    Retry,
    /// Sign in or subscribe afresh at once; the server has lost or replaced the state.
    StartAgain,
    /// Unknown cause: treat it as the status code says.
    Unknown,
}

impl Diagnostics {
    /// Reads the first of the diagnostics fields of a message.
    pub fn of(message: &Message) -> Option<Self> {
        let own = message.get(Name::MsDiagnostics).or_else(|| message.get(Name::MsDiagnosticsPublic));
        Self::parse(own.or_else(|| message.named("ms-client-diagnostics"))?)
    }

    /// Reads a value: `1013;reason="…";source="…"`.
    pub fn parse(value: &str) -> Option<Self> {
        let (id, params) = values::with_params(value);
        let text = |name| params.text(name).unwrap_or_default().into_owned();
        Some(Self { id: id.parse().ok()?, reason: text("reason"), source: text("source") })
    }

    /// What to do, for an operator; none for causes that are not in the table.
    pub fn advice(&self) -> Option<&'static str> {
        entry(self.id).map(|(_, _, advice)| *advice)
    }

    /// Who can mend it.
    pub fn remedy(&self) -> Remedy {
        entry(self.id).map_or(Remedy::Unknown, |(_, remedy, _)| *remedy)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ms-diagnostics {}", self.id)?;
        if !self.reason.is_empty() {
            write!(f, " \"{}\"", self.reason)?;
        }
        if !self.source.is_empty() {
            write!(f, " from {}", self.source)?;
        }
        self.advice().map_or(Ok(()), |advice| write!(f, ": {advice}"))
    }
}

fn entry(id: u32) -> Option<&'static (u32, Remedy, &'static str)> {
    TABLE.binary_search_by_key(&id, |(known, ..)| *known).ok().map(|at| &TABLE[at])
}

use Remedy::{Administrator, Retry, StartAgain};

/// In the order of their numbers.
const TABLE: &[(u32, Remedy, &str)] = &[
    (1000, Administrator, "check user name, domain and password, and that the account is not locked"),
    (1001, Administrator, "this user may not talk to public networks: check the external access policy"),
    (1002, Administrator, "this user may not talk to federated partners: check the external access policy"),
    (1003, Administrator, "the user does not exist on this pool: check the SIP address in the directory"),
    (1004, StartAgain, "the route of the dialog is gone: subscribe afresh"),
    (1005, Administrator, "the server cannot route to this domain: check the SIP domain of the address"),
    (1006, Retry, "the server lost the way to its client"),
    (1007, Retry, "the server cannot route at the moment"),
    (1008, Administrator, "the server finds no SRV record of the domain: check DNS"),
    (1010, Administrator, "the next hop does not trust the server's certificate: check the CA on both sides"),
    (1013, Administrator, "clocks differ too much: synchronise this machine's time with the domain's (NTP)"),
    (1014, Administrator, "the server finds no A record of the next hop: check DNS"),
    (2000, Retry, "the subscriber to be acknowledged is unknown"),
    (2001, Administrator, "the contact is unknown"),
    (2003, Administrator, "this publication may only be read"),
    (2004, Administrator, "the subscriber may not see this user: check the user's privacy and blocked contacts"),
    (2005, Administrator, "the user of From is unknown to user services: check that the account is enabled"),
    (2006, Administrator, "too many container members"),
    (2007, Administrator, "too many contacts: check MaxAllowedContacts"),
    (2008, Administrator, "too many contact groups"),
    (2010, Administrator, "the publication is too large"),
    (2011, Administrator, "one subscriber asks for too much: use smaller batches or more watcher accounts"),
    (2012, Administrator, "too many watchers of this user: raise MaxCategorySubscription in the presence policy"),
    (2013, Administrator, "the server wants msrtc-event-categories: the client is too old for it"),
    (2014, StartAgain, "the server has no such subscription any more: subscribe afresh"),
    (2016, StartAgain, "the server wants a new subscription"),
    (2141, StartAgain, "the list of delegates has changed meanwhile"),
    (4001, Administrator, "the server cannot read the XML of the request: report it, this is a fault of ours"),
    (4003, Administrator, "the user is not enabled for remote access: check RemoteAccess of the external policy"),
    (4004, Administrator, "the credentials do not belong to the user in From: check the SIP address of the account"),
    (4005, Administrator, "the user is not enabled for SIP or does not exist: check Get-CsUser"),
    (4006, Administrator, "the user is homed in another pool: check the configured pool"),
    (4008, Administrator, "the request is too large: use smaller batches"),
    (4010, Administrator, "the endpoint id is missing: report it, this is a fault of ours"),
    (4011, Administrator, "epid is missing: report it, this is a fault of ours"),
    (4012, Administrator, "epid is longer than 16 characters: check the configured epid"),
    (4013, Administrator, "the server does not take this Content-Type: report it, this is a fault of ours"),
    (4141, Administrator, "the user is disabled: enable it (Enable-CsUser) or remove it from the configuration"),
    (17000, Retry, "the server is overloaded"),
    (
        17002,
        Administrator,
        "the server refuses this client's version: allow its User-Agent in the client version policy",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_the_text_says_what_to_do() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let skew = Diagnostics::parse(r#"1013;reason="Significant time skew";source="fe01.example.com""#).unwrap();
        assert_eq!(skew.remedy(), Remedy::Administrator);
        assert_eq!(
            skew.to_string(),
            "ms-diagnostics 1013 \"Significant time skew\" from fe01.example.com: clocks differ too much: \
             synchronise this machine's time with the domain's (NTP)"
        );
        assert_eq!(Diagnostics::parse("99999").unwrap().remedy(), Remedy::Unknown);
        assert_eq!(Diagnostics::parse("none"), None);
    }
}
