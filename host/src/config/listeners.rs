//! The addresses that the service and its plug-ins open: no two of them may be one.

use super::findings::Findings;
use crate::{plugins, routing, web};
use std::net::SocketAddr;

/// Finds addresses of which only one could be opened. What a file does not name is opened at its default.
pub(super) fn check(
    routing: &routing::Config,
    web: Option<&web::Config>,
    admin: Option<&web::AdminConfig>,
    plugins: &[plugins::Entry],
    findings: &mut Findings<'_>,
) {
    let web = web.map_or_else(|| web::Config::default().listen, |web| web.listen);
    let admin = admin.map_or_else(|| web::AdminConfig::default().listen, |admin| admin.listen);
    let all = [("web.listen", Some(web)), ("admin.listen", Some(admin)), ("routing.listen", routing.listen)];
    let own = all.into_iter().filter_map(|(key, address)| Some((key.to_owned(), address?)));
    let all: Vec<_> = own.chain(plugins.iter().enumerate().filter_map(of_plugin)).collect();
    for (index, (key, address)) in all.iter().enumerate() {
        if let Some((other, taken)) = all[..index].iter().find(|(_, taken)| collide(*address, *taken)) {
            let message = format!("{address} cannot be opened beside {taken} of {other}");
            findings.wrong(key, message, "an address and port of its own");
        }
    }
}

/// Where a plug-in listens. Its settings are its own, but for what all plug-ins that listen call so. The system would
/// not refuse a second one: an instance and the one that follows it share an address.
fn of_plugin((index, entry): (usize, &plugins::Entry)) -> Option<(String, SocketAddr)> {
    let address = entry.settings.as_ref()?.get_ref().get("listen")?.get("address")?.as_str()?;
    Some((format!("plugin[{index}].settings.listen.address"), address.parse().ok()?))
}

/// Whether the operating system gives only one of them. `[::]` takes IPv4 as well.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |any: SocketAddr, it: SocketAddr| any.ip().is_unspecified() && (any.is_ipv6() || it.is_ipv4());
    let port = one.port() != 0 && one.port() == other.port();
    port && (one.ip() == other.ip() || covers(one, other) || covers(other, one))
}

#[cfg(test)]
mod tests {
    use super::collide;

    #[test]
    fn addresses_that_exclude_each_other() {
        let collide = |one: &str, other: &str| collide(one.parse().unwrap(), other.parse().unwrap());
        for (one, other) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("127.0.0.1:80", "[::]:80"),
            ("[::]:80", "0.0.0.0:80"),
            ("[::1]:80", "[::]:80"),
        ] {
            assert!(collide(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:80", "127.0.0.1:81"),
            ("127.0.0.1:80", "127.0.0.2:80"),
            ("0.0.0.0:80", "[::1]:80"),
        ] {
            assert!(!collide(one, other), "{one} {other}");
        }
    }
}
