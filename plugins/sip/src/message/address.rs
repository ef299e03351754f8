//! From, To, Contact, Route: an optional display name, a URI, parameters (RFC 3261, sections 20.10 and 25.1).
//!
//! The URI is kept as written. rsip cuts `;opaque=user:epid:x;gruu` at the colon and refuses
//! `+sip.instance`, so what is echoed, compared or signed is read here.

use super::scan::is_token;
use super::values::{BLANK, Params, closing_quote, unquote};
use std::borrow::Cow;

/// One address, borrowed from its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// Display name as written, quotes kept; empty if there is none.
    pub display: &'a str,
    /// URI as written, without the angle brackets.
    pub uri: &'a str,
    /// Header parameters: `tag`, `epid`, `expires`, `gruu`…
    pub params: Params<'a>,
}

/// The value is no address. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// A quoted display name without its closing quote.
    #[error("the display name has no closing quote")]
    OpenQuote,
    /// `<` without `>`, or text between `>` and the parameters.
    #[error("the angle brackets around the URI do not fit")]
    Brackets,
    /// A display name of more than tokens, without quotes.
    #[error("the display name needs quotes")]
    DisplayName,
    /// White space in the URI, an empty one, or one without a scheme.
    #[error("the URI is malformed")]
    Uri,
    /// `?` or `,` in a URI that stands without angle brackets.
    #[error("the URI needs angle brackets")]
    BareUri,
}

impl<'a> Address<'a> {
    /// Reads one address; a list is split first with [`super::values::split`].
    ///
    /// # Errors
    /// The peer's fault: see [`BadAddress`].
    pub fn parse(value: &'a str) -> Result<Self, BadAddress> {
        let value = value.trim_matches(BLANK);
        if let Some(quoted) = value.strip_prefix('"') {
            let close = closing_quote(quoted.as_bytes()).ok_or(BadAddress::OpenQuote)?;
            let (display, rest) = value.split_at(close + 2);
            let rest = rest.trim_start_matches(BLANK);
            return bracketed(display, rest.strip_prefix('<').ok_or(BadAddress::Brackets)?);
        }
        match memchr::memchr2(b'<', b';', value.as_bytes()) {
            Some(at) if value.as_bytes()[at] == b'<' => {
                let display = value[..at].trim_end_matches(BLANK);
                if !display.split(BLANK).all(|word| word.is_empty() || is_token(word.as_bytes())) {
                    return Err(BadAddress::DisplayName);
                }
                bracketed(display, &value[at + 1..])
            }
            found => bare(value, found.unwrap_or(value.len())),
        }
    }

    /// The `tag` parameter (RFC 3261, section 19.3).
    pub fn tag(&self) -> Option<&'a str> {
        self.params.get("tag")
    }

    /// The `epid` parameter, which names the user's endpoint (MS-SIPRE).
    pub fn epid(&self) -> Option<&'a str> {
        self.params.get("epid")
    }

    /// Display name without quotes.
    pub fn display_name(&self) -> Cow<'a, str> {
        unquote(self.display)
    }

    /// Scheme of the URI, as written.
    pub fn scheme(&self) -> &'a str {
        self.uri.split(':').next().unwrap_or_default()
    }
}

fn bracketed<'a>(display: &'a str, rest: &'a str) -> Result<Address<'a>, BadAddress> {
    let (uri, params) = rest.split_once('>').ok_or(BadAddress::Brackets)?;
    let params = params.trim_matches(BLANK);
    if !params.is_empty() && !params.starts_with(';') {
        return Err(BadAddress::Brackets);
    }
    check_uri(uri)?;
    Ok(Address { display, uri, params: Params(params) })
}

fn bare(value: &str, end: usize) -> Result<Address<'_>, BadAddress> {
    let uri = value[..end].trim_end_matches(BLANK);
    // RFC 3261, section 20.10: with a comma, question mark or semicolon the URI stands in brackets.
    if uri.contains(['?', ',']) {
        return Err(BadAddress::BareUri);
    }
    check_uri(uri)?;
    Ok(Address { display: "", uri, params: Params(&value[end..]) })
}

/// A scheme, a colon, something, and no blanks. More is the business of whoever routes by it.
pub(super) fn check_uri(uri: &str) -> Result<(), BadAddress> {
    let (scheme, rest) = uri.split_once(':').ok_or(BadAddress::Uri)?;
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let printable = !rest.is_empty() && rest.bytes().all(|b| b > b' ' && !matches!(b, b'<' | b'>' | b'"' | 0x7f));
    if named && printable { Ok(()) } else { Err(BadAddress::Uri) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gruu_keeps_everything_behind_its_colon() {
        let gruu = "<sip:alice@example.com;opaque=user:epid:tRqYZpJqXpKSYO0N7JzfkgAA;gruu>";
        assert_eq!(Address::parse(gruu).unwrap().uri, &gruu[1..gruu.len() - 1]);
    }

    #[test]
    fn an_instance_in_quotes_and_brackets_is_a_parameter() {
        let contact =
            r#"<sip:1.2.3.4:5;transport=tls>;methods="INVITE, BYE";proxy=replace;+sip.instance="<urn:uuid:b5>""#;
        let address = Address::parse(contact).unwrap();
        assert_eq!(address.params.get("+sip.instance"), Some("\"<urn:uuid:b5>\""));
        assert_eq!(address.params.text("methods").as_deref(), Some("INVITE, BYE"));
    }

    #[test]
    fn refusals_name_what_is_wrong() {
        for (value, fault) in [
            ("\"open <sip:a@b>", BadAddress::OpenQuote),
            ("<sip:a@b", BadAddress::Brackets),
            ("<sip:a@b> x", BadAddress::Brackets),
            ("Bell, A <sip:a@b>", BadAddress::DisplayName),
            ("< sip:a@b >", BadAddress::Uri),
            ("alice", BadAddress::Uri),
            ("", BadAddress::Uri),
            ("sip:a@b?Route=x", BadAddress::BareUri),
        ] {
            assert_eq!(Address::parse(value), Err(fault), "{value}");
        }
    }
}
