//! Where a SIP URI leads: `host`, `host:port`, `[v6]`, `[v6]:port` (RFC 3261, section 25.1; RFC 5118, section 4).

use std::net::Ipv6Addr;

/// What stands behind the user part, without parameters and header fields.
pub(super) fn place(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    // A user part may hold `;` and `?`; its `@` stands before the host's own parameters.
    let before = rest.split_once('@').map_or(rest, |(_, host)| host);
    before.split([';', '?']).next().unwrap_or_default()
}

/// Whether a host can be there, and a port behind it.
pub(super) fn is_place(place: &str) -> bool {
    // An IPv6 address without brackets is none: nobody knows where its port begins.
    let (is_host, rest) = match place.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((address, rest))) => (address.parse::<Ipv6Addr>().is_ok(), rest),
        Some(None) => return false,
        None => {
            let (host, rest) = place.split_at(place.find(':').unwrap_or(place.len()));
            (is_host(host), rest)
        }
    };
    is_host && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A name or an IPv4 address; Windows' names may have an underscore.
fn is_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !host.is_empty() && host.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_addresses() {
        for uri in [
            "sip:kim@example.com",
            "sip:kim;x=y@example.com:5061;transport=tls",
            "sip:[2001:db8::10]",
            "sip:kim@[2001:db8::10]:5070",
            "sip:[2001:db8::10:5070]",
            "sip:[::ffff:192.0.2.10]:5060",
            "sip:192.0.2.4:5060;lr",
            "sip:pool_1.example.com@example.com;gruu;opaque=srvr:HomeServer:x",
            "sip:kim?x@example.com",
        ] {
            assert!(is_place(place(uri)), "{uri}");
        }
        for uri in [
            "sip:2001:db8::10",
            "sip:kim@2001:db8::10",
            "sip:[2001:db8::10",
            "sip:[2001:db8::10]x",
            "sip:[2001:db8::10]:",
            "sip:[1.2.3.4]",
            "sip:",
            "sip:kim@",
            "sip:kim@host:port",
            "sip:kim@host:70000",
            "sip:kim@host:",
            "sip:kim@ho%73t",
            "sip:kim@a@b",
        ] {
            assert!(!is_place(place(uri)), "{uri}");
        }
    }
}
