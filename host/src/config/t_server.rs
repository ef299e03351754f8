//! Sections `[[t-server]]`: one link each, in the order of their numbers ([`LinkId`](crate::agent_link::LinkId)).

use super::findings::Findings;
use crate::tlib::Config as TServer;
use std::{collections::HashSet, ops::RangeInclusive};

/// Bytes of a line of a link: a hello takes some hundred, and memory must hold it.
pub(super) const LINE: RangeInclusive<usize> = 1024..=1 << 30;
/// Requests or statistics that wait: no queue of the runtime takes any number.
pub(super) const WAITING: RangeInclusive<usize> = 1..=1 << 24;

/// Checks what single sections cannot show.
pub(super) fn check(t_servers: &[TServer], findings: &mut Findings<'_>) {
    let mut names = HashSet::with_capacity(t_servers.len());
    for (index, server) in t_servers.iter().enumerate() {
        if !names.insert(&server.name) {
            findings.wrong(&format!("t-server[{index}].name"), "another T-Server has this name", "a name of its own");
        }
        for (key, address) in addresses(server) {
            if !is_host_port(address) {
                let key = format!("t-server[{index}].{key}");
                findings.wrong(&key, "this is no address", "HOST:PORT, such as tserver.example.com:3000");
            }
        }
        if server.backup_address.as_ref() == Some(&server.address) {
            let key = format!("t-server[{index}].backup-address");
            findings.wrong(&key, "this is the address itself", "the address of the other T-Server of the pair");
        }
        for (key, limit, bounds) in limits(server) {
            check_limit(&format!("t-server[{index}].{key}"), limit, bounds, findings);
        }
        if server.reconnect_min > server.reconnect_max {
            let key = format!("t-server[{index}].reconnect-min");
            findings.wrong(&key, "this is more than reconnect-max", "up to reconnect-max");
        }
    }
    if t_servers.is_empty() {
        findings.wrong("t-server", "there is no T-Server", "at least one [[t-server]]");
    }
    if t_servers.len() > usize::from(u16::MAX) {
        findings.wrong("t-server", "too many T-Servers", "up to 65535");
    }
}

fn addresses(server: &TServer) -> impl Iterator<Item = (&'static str, &String)> {
    let backup = server.backup_address.iter().map(|address| ("backup-address", address));
    std::iter::once(("address", &server.address)).chain(backup)
}

/// Each limit and its bounds.
fn limits(server: &TServer) -> [(&'static str, usize, RangeInclusive<usize>); 3] {
    [
        ("max-line", server.max_line, LINE),
        ("max-queued", server.max_queued, WAITING),
        ("max-open", server.max_open, WAITING),
    ]
}

/// A limit that lets no link work, or bounds nothing.
pub(super) fn check_limit(key: &str, limit: usize, bounds: RangeInclusive<usize>, findings: &mut Findings<'_>) {
    let allowed = || format!("{} to {}", bounds.start(), bounds.end());
    if limit < *bounds.start() {
        findings.wrong(key, format!("{limit} is too little"), allowed());
    }
    if limit > *bounds.end() {
        findings.wrong(key, format!("{limit} is too much"), allowed());
    }
}

/// Whether a link can be opened there, as far as its writing says.
pub(super) fn is_host_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let host_fits = !host.is_empty() && !host.contains(char::is_whitespace) && (bracketed || !host.contains(':'));
    host_fits && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::is_host_port;

    #[test]
    fn addresses() {
        for good in ["localhost:3000", "10.0.0.1:1", "[2001:db8::1]:3000", "t.example.com:65535"] {
            assert!(is_host_port(good), "{good}");
        }
        for bad in ["localhost", ":3000", "host:", "host:0", "host:65536", "2001:db8::1:3000", "a b:1"] {
            assert!(!is_host_port(bad), "{bad}");
        }
    }
}
