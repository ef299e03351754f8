//! The addresses that the service and its plug-ins open: no two of them may be one.

use super::{cluster::Cluster, findings::Findings};
use crate::{plugins, routing, web};
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
};

const ALLOWED: &str = "an address and port of its own";

/// What is opened, by the keys that say so.
pub(super) type Addresses = Vec<(String, SocketAddr)>;

/// Whoever opens an address.
pub(super) struct Openers<'a> {
    pub(super) routing: &'a routing::Config,
    /// None: the mode decides whether its default is opened.
    pub(super) web: Option<&'a web::Config>,
    pub(super) admin: Option<&'a web::AdminConfig>,
    pub(super) cluster: Option<&'a Cluster>,
    pub(super) plugins: &'a [plugins::Entry],
}

impl Openers<'_> {
    /// What is opened in every mode.
    pub(super) fn addresses(&self) -> Addresses {
        let own = [
            ("web.listen", self.web.map(|web| web.listen)),
            ("admin.listen", self.admin.map(|admin| admin.listen)),
            ("routing.listen", self.routing.listen),
            ("cluster.listen", self.cluster.and_then(|cluster| cluster.listen)),
        ];
        let own = own.into_iter().filter_map(|(key, address)| Some((key.to_owned(), address?)));
        own.chain(self.plugins.iter().enumerate().filter_map(of_plugin)).collect()
    }

    /// Finds addresses of which only one could be opened.
    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        let all = self.addresses();
        for (index, (key, address)) in all.iter().enumerate() {
            if let Some(message) = taken(*address, &all[..index]) {
                findings.wrong(key, message, ALLOWED);
            }
            if let Some(message) = never(*address) {
                findings.wrong(key, message, "an address of this machine");
            }
        }
    }

    /// Finds addresses that this machine does not have now: a virtual one may come later, a typing error never does.
    pub(super) fn warn(&self, findings: &mut Findings<'_>) {
        for (key, address) in self.addresses() {
            if let Some(message) = not_now(address) {
                findings.say(&key, None, message);
            }
        }
    }
}

/// The defaults that a mode with pages opens where the file does not name them, and which of `all` is in their way.
pub(super) fn defaults_in_the_way(named: web::Opens, all: &Addresses) -> Vec<String> {
    let (web, admin) = (web::Config::default().listen, web::AdminConfig::default().listen);
    let unnamed = [("web", web, named.users), ("admin", admin, named.operators)];
    let unnamed = unnamed.into_iter().filter(|(.., named)| !named);
    let in_the_way = |(section, address, _): (&str, SocketAddr, bool)| {
        let why = taken(address, all)?;
        Some(format!("{section}.listen is not named, and its default {why}; allowed: {ALLOWED}"))
    };
    unnamed.filter_map(in_the_way).collect()
}

/// Why nobody can ever be served at an address, on whatever machine.
fn never(address: SocketAddr) -> Option<String> {
    let ip = address.ip().to_canonical();
    if ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
        return Some(format!("{ip} is an address of many machines: nobody can connect to it"));
    }
    match address {
        SocketAddr::V6(own) if own.ip().is_unicast_link_local() && own.scope_id() == 0 => Some(format!(
            "{ip} is an address of one link: write the number of its interface with it (`ip link` lists them), such as \
             [{ip}%2]:{}",
            own.port()
        )),
        _ => None,
    }
}

/// Why the system gives no socket at this IP address now. A datagram socket without port serves nobody, and is closed at
/// once. Whether the port is taken or forbidden is seen when it is opened.
fn not_now(mut address: SocketAddr) -> Option<String> {
    address.set_port(0);
    let ip = address.ip().to_canonical();
    if ip.is_unspecified() || never(address).is_some() {
        return None;
    }
    let error = UdpSocket::bind(address).err()?;
    match error.kind() {
        ErrorKind::AddrInUse | ErrorKind::PermissionDenied => None,
        ErrorKind::AddrNotAvailable => Some(format!(
            "{ip} is no address of this machine now, and nothing can be opened there: name one of its own (`ip address` lists \
             them), or {} for all of them; one that moves between machines must be here before the service starts",
            if ip.is_ipv4() { "0.0.0.0" } else { "[::]" }
        )),
        _ => Some(format!("nothing can be opened at {ip} now: {error}")),
    }
}

/// Why an address cannot be opened beside these.
fn taken(address: SocketAddr, all: &[(String, SocketAddr)]) -> Option<String> {
    let (other, taken) = all.iter().find(|(_, taken)| collide(address, *taken))?;
    Some(format!("{address} cannot be opened beside {taken} of {other}"))
}

/// Where a plug-in listens. Its settings are its own, but for what all plug-ins that listen call so. The system would
/// not refuse a second one: an instance and the one that follows it share an address.
fn of_plugin((index, entry): (usize, &plugins::Entry)) -> Option<(String, SocketAddr)> {
    let address = entry.settings.as_ref()?.get_ref().get("listen")?.get("address")?.as_str()?;
    Some((format!("plugin[{index}].settings.listen.address"), address.parse().ok()?))
}

/// Whether the operating system gives only one of them. `[::]` takes IPv4 as well, and an IPv4 address may be written as
/// one of IPv6.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let port = one.port() != 0 && one.port() == other.port();
    let (one, other) = (one.ip().to_canonical(), other.ip().to_canonical());
    let covers = |any: IpAddr, it: IpAddr| any.is_unspecified() && (any.is_ipv6() || it.is_ipv4());
    port && (one == other || covers(one, other) || covers(other, one))
}

#[cfg(test)]
mod tests {
    use super::{collide, never, not_now};

    #[test]
    fn addresses_that_exclude_each_other() {
        let collide = |one: &str, other: &str| collide(one.parse().unwrap(), other.parse().unwrap());
        for (one, other) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("127.0.0.1:80", "[::]:80"),
            ("[::]:80", "0.0.0.0:80"),
            ("[::1]:80", "[::]:80"),
            ("[::ffff:127.0.0.1]:80", "127.0.0.1:80"),
            ("[::ffff:0.0.0.0]:80", "127.0.0.1:80"),
            ("0.0.0.0:80", "[::ffff:127.0.0.1]:80"),
            ("[::]:80", "[::ffff:127.0.0.1]:80"),
        ] {
            assert!(collide(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:80", "127.0.0.1:81"),
            ("127.0.0.1:80", "127.0.0.2:80"),
            ("0.0.0.0:80", "[::1]:80"),
            ("[::ffff:0.0.0.0]:80", "[::1]:80"),
            ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.2]:80"),
        ] {
            assert!(!collide(one, other), "{one} {other}");
        }
    }

    #[test]
    fn addresses_of_other_machines() {
        for (address, elsewhere) in [
            ("192.0.2.1:80", true),
            ("[2001:db8::1]:80", true),
            ("[fe80::1%4000000]:80", true),
            ("127.0.0.1:80", false),
            ("127.3.2.1:80", false),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!((not_now(address).is_some(), never(address)), (elsewhere, None), "{address}");
        }
    }

    #[test]
    fn addresses_of_nobody() {
        for (address, why) in [
            ("[fe80::1]:80", "[fe80::1%2]:80"),
            ("224.0.0.1:80", "many machines"),
            ("239.255.255.250:80", "many machines"),
            ("[ff02::1]:80", "many machines"),
            ("[::ffff:224.0.0.1]:80", "many machines"),
            ("255.255.255.255:80", "many machines"),
        ] {
            let address = address.parse().unwrap();
            assert!(never(address).is_some_and(|told| told.contains(why)), "{address}: {:?}", never(address));
            assert_eq!(not_now(address), None, "{address}: it is told once");
        }
    }
}
