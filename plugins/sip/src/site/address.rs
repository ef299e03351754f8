//! SIP addresses of people as keys: `kim@example.com`, without scheme and parameters, in small letters.

use std::borrow::Cow;

/// Longest address; MS-SIP's own bound is 454.
const MAX: usize = 454;

/// The key of an address or URI, none if it is no person's address. Borrowed when it is written as a key already.
pub fn key(uri: &str) -> Option<Cow<'_, str>> {
    let bare = uri.trim();
    let scheme = bare.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("sip:"));
    let bare = scheme.map_or(bare, |_| &bare[4..]);
    let bare = bare.split(';').next().unwrap_or_default();
    let (user, host) = bare.split_once('@')?;
    let clean = |byte: u8| byte > b' ' && byte != 0x7f && !matches!(byte, b'<' | b'>' | b'"' | b'?');
    if user.is_empty() || host.is_empty() || bare.len() > MAX || host.contains('@') || !bare.bytes().all(clean) {
        return None;
    }
    Some(if bare.chars().any(char::is_uppercase) { bare.to_lowercase().into() } else { bare.into() })
}
