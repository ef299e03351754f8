//! Challenges and credentials: a scheme and `name="value"` pairs behind it (RFC 3261, section 20.44).

use crate::message::values::{Split, unquote};
use std::borrow::Cow;

/// The value of WWW-Authenticate, Authorization, Authentication-Info or their proxy forms.
#[derive(Clone, Copy, Debug)]
pub struct AuthValue<'a> {
    /// Scheme as written: `NTLM`, `Kerberos`, `TLS-DSK`, `Digest`…
    pub scheme: &'a str,
    pairs: &'a str,
}

impl<'a> AuthValue<'a> {
    /// Splits scheme and parameters.
    pub fn parse(value: &'a str) -> Self {
        let (scheme, pairs) = value.trim().split_once([' ', '\t', '\r']).unwrap_or((value.trim(), ""));
        Self { scheme, pairs }
    }

    /// A parameter by name, in any case, without its quotes.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        let mut pairs = Split { rest: self.pairs, at: b',' }.filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| unquote(value.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_challenge_comes_apart() {
        let value = AuthValue::parse(
            r#"NTLM opaque="F11C9B25", gssapi-data="TlRM=", realm="SIP Communications Service", version=4"#,
        );
        assert_eq!(value.scheme, "NTLM");
        assert_eq!(value.get("GSSAPI-data").as_deref(), Some("TlRM="));
        assert_eq!(value.get("version").as_deref(), Some("4"));
        assert_eq!(value.get("targetname"), None);
    }
}
