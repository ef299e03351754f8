//! Whether this process listens somewhere itself, by what the system says of sockets: of an update of the library there is
//! no memory in common with the instance before it.

use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, SocketAddr};

/// The state of a socket that listens, as `/proc/net/tcp` writes it.
const LISTENS: &str = "0A";

/// Whether a socket of this process listens at this address, or at one of the two that stand for all of a port.
pub(super) fn listens_at(address: SocketAddr) -> bool {
    let listening: HashSet<_> = ["/proc/self/net/tcp", "/proc/self/net/tcp6"]
        .into_iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| table.lines().filter_map(|line| of_address(line, address)).collect::<Vec<_>>())
        .collect();
    !listening.is_empty() && own().any(|link| listening.contains(&link))
}

/// The name that the socket of such a line has among open files, if it listens there.
fn of_address(line: &str, address: SocketAddr) -> Option<String> {
    let mut fields = line.split_whitespace();
    let (ip, port) = fields.nth(1)?.rsplit_once(':')?;
    let ip = read_ip(ip)?;
    let same = ip == address.ip() || ip.is_unspecified() || address.ip().is_unspecified();
    let listens = fields.nth(1)? == LISTENS && u16::from_str_radix(port, 16) == Ok(address.port());
    (same && listens).then(|| fields.nth(5)).flatten().map(|inode| format!("socket:[{inode}]"))
}

/// The table writes an address in words of four bytes, each in the order of this machine.
fn read_ip(text: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(text.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match text.len() {
        8 => word(0).map(IpAddr::from),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            <[u8; 16]>::try_from(words.concat()).ok().map(|bytes| IpAddr::from(bytes).to_canonical())
        }
        _ => None,
    }
}

/// The open files of this process.
fn own() -> impl Iterator<Item = String> {
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten();
    open.filter_map(|file| Some(fs::read_link(file.ok()?.path()).ok()?.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn sockets_of_this_process_that_listen() {
        let [one, all] = ["127.0.0.1:0", "0.0.0.0:0"].map(|address| TcpListener::bind(address).unwrap());
        let [here, everywhere] = [&one, &all].map(|listener| listener.local_addr().unwrap());
        let beside = SocketAddr::new("127.0.0.2".parse().unwrap(), here.port());
        assert!(listens_at(here) && !listens_at(beside), "another address of the same machine");
        let beside = SocketAddr::new("127.0.0.2".parse().unwrap(), everywhere.port());
        assert!(listens_at(everywhere) && listens_at(beside));
        drop((one, all));
        assert!(!listens_at(here) && !listens_at(everywhere));
    }

    #[test]
    fn a_line_of_the_table() {
        let line = "   2: 0100007F:13C5 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 4711 1 0 100 0 0 10 0";
        let at = |line: &str, address: &str| of_address(line, address.parse().unwrap());
        assert_eq!(at(line, "127.0.0.1:5061").as_deref(), Some("socket:[4711]"));
        assert_eq!(at(line, "0.0.0.0:5061").as_deref(), Some("socket:[4711]"));
        assert_eq!((at(line, "127.0.0.1:5060"), at(line, "127.0.0.2:5061")), (None, None));
        assert_eq!(at(&line.replace(" 0A ", " 01 "), "127.0.0.1:5061"), None, "it is connected");
        let line = line.replace("0100007F", "00000000000000000000000001000000");
        assert_eq!(at(&line, "[::1]:5061").as_deref(), Some("socket:[4711]"));
        assert_eq!(at("  sl  local_address rem_address   st", "127.0.0.1:5061"), None);
    }
}
