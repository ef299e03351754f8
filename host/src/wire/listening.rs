//! Why an address cannot be listened on, and what an operator does about it.

use std::{
    fmt,
    io::{self, ErrorKind},
    net::SocketAddr,
};

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
    use std::net::TcpListener;

    #[test]
    fn each_cause_says_what_to_do() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        // TEST-NET-1 of RFC 5737: no machine has it.
        for (address, remedy) in [
            (taken.local_addr().unwrap(), "give another port here"),
            ("192.0.2.1:0".parse().unwrap(), "no interface of this machine"),
        ] {
            let cause = TcpListener::bind(address).unwrap_err();
            let text = CannotListen { address, cause }.to_string();
            assert!(text.starts_with(&format!("cannot listen on {address}: ")) && text.contains(remedy), "{text}");
        }
    }
}
