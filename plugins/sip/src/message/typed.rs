//! Header values as types: borrowed ones of our own for what is echoed, compared or signed, and rsip's owned
//! ones on demand for everything that only needs to be understood.

use super::address::{Address, BadAddress};
use super::values::{split, unfold};
use super::{CSeq, Message, Name, Via};
use rsip::headers::{ToTypedHeader, UntypedHeader};
use rsip::typed;

impl Message {
    /// From.
    pub fn from(&self) -> Option<Address<'_>> {
        Address::parse(self.get(Name::From)?).ok()
    }

    /// To.
    pub fn to(&self) -> Option<Address<'_>> {
        Address::parse(self.get(Name::To)?).ok()
    }

    /// CSeq.
    pub fn cseq(&self) -> Option<CSeq<'_>> {
        CSeq::parse(self.get(Name::CSeq)?)
    }

    /// Call-ID.
    pub fn call_id(&self) -> Option<&str> {
        self.get(Name::CallId)
    }

    /// The topmost Via: who sent this, or, in a response, who asked.
    pub fn top_via(&self) -> Option<Via<'_>> {
        self.vias().next().flatten()
    }

    /// All Via hops, the topmost first; none in the place of one that cannot be read.
    pub fn vias(&self) -> impl Iterator<Item = Option<Via<'_>>> {
        self.all(Name::Via).flat_map(split).map(Via::parse)
    }

    /// All Contact addresses. The lone `*` of a deregistration is [`BadAddress::Uri`].
    pub fn contacts(&self) -> impl Iterator<Item = Result<Address<'_>, BadAddress>> {
        self.all(Name::Contact).flat_map(split).map(Address::parse)
    }

    /// Where an answer sends whoever asked (RFC 3261, section 8.1.3.4): the Contact that it prefers; none if it sends
    /// nobody anywhere, or nowhere that can be asked by SIP.
    pub fn sends_to(&self) -> Option<&str> {
        self.status().filter(|status| matches!(status, 300..=302 | 305))?;
        let is_sip = |uri: &str| {
            let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
            ["sip", "sips"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        };
        let preference =
            |contact: &Address<'_>| contact.params.get("q").and_then(|q| q.parse().ok()).unwrap_or(1.0_f32);
        let contacts = self.contacts().filter_map(Result::ok).filter(|contact| is_sip(contact.uri));
        // The first one of those with the same preference.
        contacts.min_by(|one, other| preference(other).total_cmp(&preference(one))).map(|contact| contact.uri)
    }

    /// Content-Type without its parameters, empty if missing.
    pub fn content_type(&self) -> &str {
        super::values::with_params(self.get(Name::ContentType).unwrap_or_default()).0
    }

    /// Whether an option tag stands in one of the fields of that name.
    pub fn has_option(&self, name: Name, tag: &str) -> bool {
        self.all(name).flat_map(split).any(|known| known.eq_ignore_ascii_case(tag))
    }

    /// From as rsip's type. URIs with a colon in a parameter lose what follows it: never echo them from here.
    ///
    /// # Errors
    /// rsip's, if the field is missing or beyond it.
    pub fn typed_from(&self) -> Result<typed::From, rsip::Error> {
        rsip::headers::From::new(self.required(Name::From)?).typed()
    }

    /// To as rsip's type, with the same caution.
    ///
    /// # Errors
    /// rsip's, if the field is missing or beyond it.
    pub fn typed_to(&self) -> Result<typed::To, rsip::Error> {
        rsip::headers::To::new(self.required(Name::To)?).typed()
    }

    /// CSeq as rsip's type. Methods of Microsoft (BENOTIFY, SERVICE) are unknown to it.
    ///
    /// # Errors
    /// rsip's, if the field is missing or beyond it.
    pub fn typed_cseq(&self) -> Result<typed::CSeq, rsip::Error> {
        rsip::headers::CSeq::new(self.required(Name::CSeq)?).typed()
    }

    /// All Via hops as rsip's type; lists are split and blanks taken out first,
    /// because rsip reads only the first of a list and no blank around a sign.
    ///
    /// # Errors
    /// rsip's, for the first hop that is beyond it.
    pub fn typed_vias(&self) -> Result<Vec<typed::Via>, rsip::Error> {
        let bad = || rsip::Error::TokenizeError("a Via is no hop".into());
        self.vias().map(|via| rsip::headers::Via::new(via.ok_or_else(bad)?.to_string()).typed()).collect()
    }

    /// All Contacts as rsip's type; `+sip.instance` and GRUUs are beyond it, use [`Self::contacts`] for those.
    ///
    /// # Errors
    /// rsip's, for the first address that is beyond it.
    pub fn typed_contacts(&self) -> Result<Vec<typed::Contact>, rsip::Error> {
        self.all(Name::Contact)
            .flat_map(split)
            .map(|address| rsip::headers::Contact::new(unfold(address)).typed())
            .collect()
    }

    fn required(&self, name: Name) -> Result<String, rsip::Error> {
        let value = self.get(name).ok_or_else(|| rsip::Error::MissingHeader(format!("{name:?}")))?;
        Ok(unfold(value).into_owned())
    }
}
