//! Header field names: the ones this library looks at, in long and compact form (RFC 3261, section 7.3.3).

/// A header field's name, recognised without regard to case and in its compact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each variant is the field of that name in the RFC or in MS-SIP
pub enum Name {
    Accept,
    Allow,
    AllowEvents,
    AuthenticationInfo,
    Authorization,
    CSeq,
    CallId,
    Contact,
    ContentEncoding,
    ContentLength,
    ContentType,
    Date,
    Event,
    Expires,
    From,
    MaxForwards,
    MinExpires,
    MsDiagnostics,
    MsDiagnosticsPublic,
    MsKeepAlive,
    MsPiggybackCseq,
    MsUserServicesState,
    PAssertedIdentity,
    PPreferredIdentity,
    ProxyAuthenticate,
    ProxyAuthenticationInfo,
    ProxyAuthorization,
    ProxyRequire,
    RecordRoute,
    Require,
    RetryAfter,
    Route,
    Server,
    Subject,
    SubscriptionState,
    Supported,
    To,
    Unsupported,
    UserAgent,
    Via,
    WwwAuthenticate,
    /// Any other field; found by its text with [`super::Message::named`].
    Other,
}

impl Name {
    /// The name that `text` spells, [`Name::Other`] for a field this library has no word for.
    pub fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    pub(super) fn of_bytes(text: &[u8]) -> Self {
        if let [letter] = text {
            return compact(letter.to_ascii_lowercase());
        }
        // Almost every length has one or two candidates, so this is cheaper than hashing a lowered copy; and
        // almost everybody writes the usual case.
        let candidates = same_length(text.len());
        let exact = candidates.iter().find(|(_, known)| known.as_bytes() == text);
        let found = exact.or_else(|| candidates.iter().find(|(_, known)| known.as_bytes().eq_ignore_ascii_case(text)));
        found.map_or(Self::Other, |(name, _)| *name)
    }

    /// Whether RFC 3261 allows the field once in a message at most; a second one leaves the reader to guess.
    pub(crate) fn is_singular(self) -> bool {
        use Name::*;
        matches!(
            self,
            CSeq | CallId
                | ContentLength
                | ContentType
                | Date
                | Event
                | Expires
                | From
                | MaxForwards
                | SubscriptionState
                | To
        )
    }
}

fn compact(letter: u8) -> Name {
    match letter {
        b'c' => Name::ContentType,
        b'e' => Name::ContentEncoding,
        b'f' => Name::From,
        b'i' => Name::CallId,
        b'k' => Name::Supported,
        b'l' => Name::ContentLength,
        b'm' => Name::Contact,
        b'o' => Name::Event, // RFC 6665
        b's' => Name::Subject,
        b't' => Name::To,
        b'u' => Name::AllowEvents, // RFC 6665
        b'v' => Name::Via,
        _ => Name::Other,
    }
}

fn same_length(length: usize) -> &'static [(Name, &'static str)] {
    use Name::*;
    match length {
        2 => &[(To, "To")],
        3 => &[(Via, "Via")],
        4 => &[(From, "From"), (CSeq, "CSeq"), (Date, "Date")],
        5 => &[(Event, "Event"), (Route, "Route"), (Allow, "Allow")],
        6 => &[(Server, "Server"), (Accept, "Accept")],
        7 => &[
            (CallId, "Call-ID"),
            (Contact, "Contact"),
            (Require, "Require"),
            (Expires, "Expires"),
            (Subject, "Subject"),
        ],
        9 => &[(Supported, "Supported")],
        10 => &[(UserAgent, "User-Agent")],
        11 => &[(RetryAfter, "Retry-After"), (MinExpires, "Min-Expires"), (Unsupported, "Unsupported")],
        12 => &[
            (ContentType, "Content-Type"),
            (MaxForwards, "Max-Forwards"),
            (RecordRoute, "Record-Route"),
            (AllowEvents, "Allow-Events"),
        ],
        13 => &[(Authorization, "Authorization"), (ProxyRequire, "Proxy-Require"), (MsKeepAlive, "ms-keep-alive")],
        14 => &[(ContentLength, "Content-Length"), (MsDiagnostics, "ms-diagnostics")],
        16 => &[(ContentEncoding, "Content-Encoding"), (WwwAuthenticate, "WWW-Authenticate")],
        17 => &[(MsPiggybackCseq, "ms-piggyback-cseq")],
        18 => &[(SubscriptionState, "Subscription-State"), (ProxyAuthenticate, "Proxy-Authenticate")],
        19 => &[
            (AuthenticationInfo, "Authentication-Info"),
            (ProxyAuthorization, "Proxy-Authorization"),
            (PAssertedIdentity, "P-Asserted-Identity"),
        ],
        20 => &[(PPreferredIdentity, "P-Preferred-Identity")],
        21 => &[(MsDiagnosticsPublic, "ms-diagnostics-public"), (MsUserServicesState, "ms-userservices-state")],
        25 => &[(ProxyAuthenticationInfo, "Proxy-Authentication-Info")],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_stands_under_its_own_length() {
        for length in 0..64 {
            for (name, text) in same_length(length) {
                assert_eq!(text.len(), length, "{text}");
                assert_eq!(Name::of(&text.to_uppercase()), *name);
            }
        }
    }
}
