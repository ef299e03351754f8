//! What a signature covers: values of one message, byte for byte as they stand in it (MS-SIPAE, section 3.2.5).

use super::{Scheme, Version};
use crate::message::{Address, Message, Name, Response, values};

/// The signed values of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedFields<'a> {
    /// Call-ID.
    pub call_id: &'a str,
    /// Number of CSeq as written.
    pub cseq_number: &'a str,
    /// Method of CSeq.
    pub cseq_method: &'a str,
    /// URI of From.
    pub from_uri: &'a str,
    /// Tag of From, may be empty.
    pub from_tag: &'a str,
    /// URI of To.
    pub to_uri: &'a str,
    /// Tag of To, may be empty.
    pub to_tag: &'a str,
    /// `sip:` URI of P-Asserted-Identity or P-Preferred-Identity, may be empty.
    pub sip_identity: &'a str,
    /// `tel:` URI of the same field, may be empty.
    pub tel_identity: &'a str,
    /// Value of Expires, may be empty.
    pub expires: &'a str,
    /// Response code, in responses.
    pub status: Option<u16>,
}

impl<'a> SignedFields<'a> {
    /// The values of a message; none if a mandatory one is missing.
    pub fn of(message: &'a Message) -> Option<Self> {
        let (from, to, cseq) = (message.from()?, message.to()?, message.cseq()?);
        let name =
            [Name::PAssertedIdentity, Name::PPreferredIdentity].into_iter().find(|name| message.get(*name).is_some());
        let identity = |scheme: &str| {
            let mut all = message.all(name?).flat_map(values::split).filter_map(|value| Address::parse(value).ok());
            all.find(|address| address.scheme().eq_ignore_ascii_case(scheme)).map(|address| address.uri)
        };
        Some(Self {
            call_id: message.call_id()?,
            cseq_number: cseq.digits,
            cseq_method: cseq.method,
            from_uri: from.uri,
            from_tag: from.tag().unwrap_or_default(),
            to_uri: to.uri,
            to_tag: to.tag().unwrap_or_default(),
            sip_identity: identity("sip").unwrap_or_default(),
            tel_identity: identity("tel").unwrap_or_default(),
            expires: message.get(Name::Expires).unwrap_or_default(),
            status: message.status(),
        })
    }

    /// The values an answer will have: what it echoes of its request, and its own Expires and code.
    pub fn of_response(response: &'a Response<'_>) -> Option<Self> {
        let request = Self::of(response.request())?;
        Some(Self {
            to_tag: response.to_tag(),
            sip_identity: "",
            tel_identity: "",
            expires: response.expires(),
            status: Some(response.status()),
            ..request
        })
    }

    /// The text that is signed: every value in angle brackets.
    pub fn buffer(
        &self,
        scheme: Scheme,
        version: Version,
        salt: &str,
        number: u32,
        realm: &str,
        target: &str,
    ) -> String {
        let number = number.to_string();
        let status = self.status.map(|status| status.to_string());
        let start = [
            scheme.name(),
            salt,
            &number,
            realm,
            target,
            self.call_id,
            self.cseq_number,
            self.cseq_method,
            self.from_uri,
            self.from_tag,
        ];
        let end: &[&str] = match version {
            Version::V2 => &[self.to_tag, self.expires],
            _ => &[self.to_uri, self.to_tag, self.sip_identity, self.tel_identity, self.expires],
        };
        let mut text = String::with_capacity(384);
        for value in start.iter().chain(end).copied().chain(status.as_deref()) {
            text.push('<');
            text.push_str(value);
            text.push('>');
        }
        text
    }
}
