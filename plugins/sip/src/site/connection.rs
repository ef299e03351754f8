//! Finding and reaching a server.

use super::{Server, Transport, Trouble, trust::Trust};
use crate::transport::{Stream, connect_tcp, connect_tls, tls};
use rand::seq::SliceRandom;
use std::time::Duration;

/// Longest that one address may take, handshake included.
const LIMIT: Duration = Duration::from_secs(8);
/// Addresses of one name that are tried.
const MAX_ADDRESSES: usize = 16;

/// How to connect.
#[derive(Clone, Debug)]
pub struct Connector {
    /// TLS or TCP.
    pub transport: Transport,
    /// Whom to believe; none over TCP.
    pub tls: Option<Trust>,
    /// Name to be found in certificates; none: the server's host.
    pub server_name: Option<String>,
}

impl Connector {
    /// Connects to one of the server's addresses, in random order: a pool's clients spread over its Front Ends.
    ///
    /// # Errors
    /// What the last address said.
    pub async fn connect(self, server: Server) -> Result<Stream, Trouble> {
        let port = server.port.unwrap_or(self.transport.port());
        let found = tokio::net::lookup_host((&*server.host, port)).await;
        let found =
            found.map_err(|error| Trouble::soon(format!("cannot resolve {}: {error}: check DNS", server.host)))?;
        let mut addresses: Vec<_> = found.take(MAX_ADDRESSES).collect();
        addresses.shuffle(&mut rand::rng());
        let mut trouble = Trouble::soon(format!("{} has no address: check DNS", server.host));
        for address in addresses {
            let connected = match &self.tls {
                None => connect_tcp(address, LIMIT).await,
                Some(trust) => {
                    let name = self.server_name.as_deref().unwrap_or(&server.host);
                    let name = tls::server_name(name).map_err(|error| Trouble::soon(error.to_string()))?;
                    connect_tls(address, name, trust.now().await, LIMIT).await
                }
            };
            match connected {
                Ok(stream) => return Ok(stream),
                Err(error) => trouble = Trouble::from(&error),
            }
        }
        Err(trouble)
    }
}
