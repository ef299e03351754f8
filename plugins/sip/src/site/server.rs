//! Where a Front End is.

use serde::Deserialize;
use std::fmt;

/// One server.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub struct Server {
    /// Name or address.
    pub host: String,
    /// Port; none: the transport's own.
    pub port: Option<u16>,
}

impl TryFrom<String> for Server {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}`; allowed: host or host:port, such as pool.example.com:5061");
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, rest)) => (host, rest.strip_prefix(':').or(Some("").filter(|_| rest.is_empty()))),
            None => text.split_once(':').map_or((&*text, Some("")), |(host, port)| (host, Some(port))),
        };
        let port = match port.ok_or_else(wrong)? {
            "" => None,
            port => Some(port.parse().map_err(|_| wrong())?),
        };
        if host.is_empty() || host.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'/') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// TLS, or TCP without encryption.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// Port 5061.
    #[default]
    Tls,
    /// Port 5060.
    Tcp,
}

impl Transport {
    /// The port of a server that names none.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 5061,
            Self::Tcp => 5060,
        }
    }
}

/// The server that a SIP URI of a redirection names, none if it names none.
pub fn of_uri(uri: &str) -> Option<Server> {
    let scheme = uri.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("sip:"))?;
    let bare = uri[scheme.len()..].split([';', '?']).next()?;
    let host = bare.rsplit('@').next()?;
    Server::try_from(host.to_owned()).ok()
}
