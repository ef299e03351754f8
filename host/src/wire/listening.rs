//! Listening on an address: with room for a crowd, or why it cannot be, and what an operator does about it.

use std::{
    fmt,
    io::{self, ErrorKind},
    net::SocketAddr,
};
use tokio::net::{TcpListener, TcpSocket};

/// Connections that may wait to be taken. All pages come at once after a restart or takeover, and what finds no room the
/// system drops without a word: they would come a second later, or three, or seven. Linux grants what
/// `net.core.somaxconn` allows.
const BACKLOG: u32 = 4096;

/// Listens there. Within a runtime.
///
/// # Errors
/// The address is taken, or not ours.
pub fn listen(address: SocketAddr) -> Result<TcpListener, CannotListen> {
    listener(address).map_err(|cause| CannotListen { address, cause })
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restarted service does not wait for what is left of connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// An address that cannot be listened on: it is taken, or not ours. The operator's fault.
#[derive(Debug)]
pub struct CannotListen {
    /// Which address.
    pub address: SocketAddr,
    /// Why not.
    pub cause: io::Error,
}

impl fmt::Display for CannotListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, cause } = self;
        write!(f, "cannot listen on {address}: {cause}")?;
        match cause.kind() {
            ErrorKind::AddrInUse => f.write_str("; give another port here, or end what listens there already"),
            ErrorKind::AddrNotAvailable => f.write_str("; no interface of this machine has this address"),
            ErrorKind::PermissionDenied => {
                f.write_str("; ports below 1024 need the capability CAP_NET_BIND_SERVICE, or give a higher one here")
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for CannotListen {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::time::Duration;
    use tokio::{net::TcpStream, time::timeout};

    /// As many as come at once when another node takes over; a descriptor each, within the usual 1,024.
    const CROWD: usize = 700;

    #[tokio::test]
    async fn a_crowd_that_comes_while_nothing_is_taken_is_not_kept_waiting() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let all = join_all((0..CROWD).map(|_| TcpStream::connect(address)));
        // Whoever found no room would not find any later either: nothing is taken.
        let connected = timeout(Duration::from_secs(20), all).await.expect("there is room for everybody");
        assert!(connected.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn each_cause_says_what_to_do() {
        let taken = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        // TEST-NET-1 of RFC 5737: no machine has it.
        for (address, remedy) in [
            (taken.local_addr().unwrap(), "give another port here"),
            ("192.0.2.1:0".parse().unwrap(), "no interface of this machine"),
        ] {
            let text = listen(address).unwrap_err().to_string();
            assert!(text.starts_with(&format!("cannot listen on {address}: ")) && text.contains(remedy), "{text}");
        }
    }
}
