//! SIP addresses of people as keys: `kim@example.com`, without scheme and parameters, in small letters.

use std::borrow::Cow;

/// Longest address; MS-SIP's own bound is 454.
const MAX: usize = 454;

/// The key of an address or URI, none if it is no person's address. Borrowed when it is written as a key already. What
/// is escaped without need is the same as what is not: `sip:%62ob@…` is `sip:bob@…` (RFC 3261, section 19.1.4). Case
/// never tells people apart at a Front End.
pub fn key(uri: &str) -> Option<Cow<'_, str>> {
    let bare = uri.trim();
    let scheme = ["sip:", "sips:"]
        .into_iter()
        .find(|scheme| bare.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    let bare = &bare[scheme.map_or(0, str::len)..];
    let (user, host) = bare.split_once('@')?;
    let host = host.split(';').next().unwrap_or_default();
    let bare = &bare[..user.len() + 1 + host.len()];
    let clean = |byte: u8| byte > b' ' && byte != 0x7f && !matches!(byte, b'<' | b'>' | b'"' | b'?' | b';');
    if user.is_empty() || host.is_empty() || bare.len() > MAX || host.contains('@') || !bare.bytes().all(clean) {
        return None;
    }
    if bare.contains('%') {
        return Some(Cow::Owned(format!("{}@{host}", unescape(user)?).to_lowercase()));
    }
    Some(if bare.chars().any(char::is_uppercase) { bare.to_lowercase().into() } else { bare.into() })
}

/// A user part with every escape taken back that only spells a character which may stand there as it is.
fn unescape(user: &str) -> Option<String> {
    let mut out = Vec::with_capacity(user.len());
    let mut rest = user.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        if *byte != b'%' {
            out.push(*byte);
            rest = behind;
            continue;
        }
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        let escaped = u8::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        match escaped {
            0x80..
            | b'0'..=b'9'
            | b'A'..=b'Z'
            | b'a'..=b'z'
            | b'-'
            | b'_'
            | b'.'
            | b'!'
            | b'~'
            | b'*'
            | b'\''
            | b'('
            | b')'
            | b'&'
            | b'='
            | b'+'
            | b'$'
            | b','
            | b'/' => out.push(escaped),
            // What separates, and what cannot be printed, means something else when it is escaped.
            _ => out.extend_from_slice(&[b'%', behind[0], behind[1]]),
        }
        rest = &behind[2..];
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_written_otherwise_has_the_same_key() {
        for uri in
            ["sip:bob@example.com", "sip:%62ob@EXAMPLE.com;transport=tls", "SIP:b%6Fb@example.com", " Bob@example.com "]
        {
            assert_eq!(key(uri).as_deref(), Some("bob@example.com"), "{uri}");
        }
        assert_eq!(key("sip:%C3%BCnal@example.com").as_deref(), Some("\u{fc}nal@example.com"));
        assert_eq!(key("sip:\u{dc}nal@example.com").as_deref(), Some("\u{fc}nal@example.com"));
        assert!(matches!(key("bob@example.com"), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn what_is_escaped_for_a_reason_stays_another_person() {
        for uri in ["sip:b%00b@example.com", "sip:b%40b@example.com", "sip:b%3bb@example.com", "sip:b%25b@example.com"]
        {
            let escaped = key(uri).unwrap();
            assert!(escaped.contains('%'), "{escaped}");
        }
        for uri in
            ["sip:b%@example.com", "sip:b%6@example.com", "sip:b%zz@example.com", "sip:b%C3@example.com", "sip:b%+1@x"]
        {
            assert_eq!(key(uri), None, "{uri}");
        }
    }
}
