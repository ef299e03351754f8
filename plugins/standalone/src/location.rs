//! Where the presence definition document is, and fetching it from there (requirements F37). Blocks its thread.

use crate::definitions::MAX_BYTES;
use serde::Deserialize;
use std::{
    fmt, fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

/// For the whole exchange, name lookup included.
const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_REDIRECTS: u32 = 3;

/// A path or an http(s) URL.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) enum Location {
    /// A local file.
    File(PathBuf),
    /// A page of a web server.
    Http(String),
}

impl TryFrom<String> for Location {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else {
            return if text.is_empty() {
                Err("it is empty; leave it out instead".into())
            } else {
                Ok(Self::File(text.into()))
            };
        };
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return Err(format!("scheme {scheme:?} is unknown; allowed: a path, http:// or https://"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("a URL with user name or password would show them in logs; it is not allowed".into());
        }
        match text.parse::<ureq::http::Uri>() {
            Ok(uri) if uri.host().is_some_and(|host| !host.is_empty()) => Ok(Self::Http(text)),
            _ => Err("it is no valid URL".into()),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "{}", path.display()),
            // A query can carry a token.
            Self::Http(url) => write!(out, "{}", url.split(['?', '#']).next().unwrap_or_default()),
        }
    }
}

/// Fetches the document, again and again.
pub(crate) enum Source {
    /// A local file.
    File(PathBuf),
    /// A page of a web server.
    Web {
        /// Keeps its connection open.
        agent: Agent,
        /// Where.
        url: String,
    },
}

impl Source {
    /// Touches neither disk nor network, but for the system's trusted certificates.
    pub(crate) fn new(location: Location) -> Self {
        match location {
            Location::File(path) => Self::File(path),
            Location::Http(url) => Self::Web { agent: agent(&url), url },
        }
    }

    /// The document's bytes, at most [`MAX_BYTES`]. An error says what the operator should look at.
    pub(crate) fn fetch(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(path) => read_file(path).map_err(|error| error.to_string()),
            Self::Web { agent, url } => download(agent, url),
        }
    }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    // Opening a pipe would block for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has more than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

fn agent(url: &str) -> Agent {
    let secure = url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    let builder = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(MAX_REDIRECTS)
        // A redirect must not lead from a protected page to one that anybody on the way can change.
        .https_only(secure)
        .user_agent(concat!("uc-standalone/", env!("CARGO_PKG_VERSION")));
    let builder = if secure { builder.tls_config(system_trust()) } else { builder };
    builder.build().new_agent()
}

/// Enterprises keep the certificate of their own authority in the system's store.
fn system_trust() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs().certs;
    let certificates: Vec<_> = found.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    TlsConfig::builder().root_certs(RootCerts::from(certificates)).build()
}

fn download(web: &Agent, url: &str) -> Result<Vec<u8>, String> {
    let mut response = web.get(url).call().map_err(|error| explain(&error))?;
    response.body_mut().with_config().limit(MAX_BYTES as u64).read_to_vec().map_err(|error| explain(&error))
}

fn explain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(status) => format!("the web server answers with status {status}"),
        ureq::Error::BodyExceedsLimit(most) => format!("it has more than {most} bytes"),
        ureq::Error::Timeout(_) => format!("the web server does not answer within {} s", TIMEOUT.as_secs()),
        ureq::Error::HostNotFound => "the web server's name is unknown".into(),
        ureq::Error::ConnectionFailed => "the web server refuses the connection".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::web_server::{ok, web_server};
    use std::net::TcpListener;

    fn location(text: &str) -> Result<Location, String> {
        Location::try_from(text.to_owned())
    }

    #[test]
    fn paths_and_web_addresses_are_told_apart() {
        assert_eq!(location("config/presence.xml"), Ok(Location::File("config/presence.xml".into())));
        assert_eq!(location("HTTPS://x.example/p.xml"), Ok(Location::Http("HTTPS://x.example/p.xml".into())));
        for bad in ["", "ftp://x/p.xml", "http://", "http://user:secret@x.example/p.xml"] {
            assert!(location(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_is_not_shown() {
        assert_eq!(location("http://x.example/p?token=1").unwrap().to_string(), "http://x.example/p");
    }

    #[test]
    fn files_that_cannot_be_documents_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let fetch = |path: PathBuf| Source::new(Location::File(path)).fetch();
        assert!(fetch(folder.path().into()).unwrap_err().contains("regular file"));
        assert!(fetch(folder.path().join("none.xml")).is_err());
        let large = folder.path().join("large.xml");
        fs::write(&large, vec![b' '; MAX_BYTES + 1]).unwrap();
        assert!(fetch(large.clone()).unwrap_err().contains("bytes"));
        fs::write(&large, b"small").unwrap();
        assert_eq!(fetch(large).unwrap(), b"small");
    }

    #[test]
    fn a_web_server_is_asked_anew_each_time() {
        let missing = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec();
        let address = web_server(vec![ok(b"first"), missing, ok(b"second")]);
        let source = Source::new(location(&format!("{address}/presence.xml")).unwrap());
        assert_eq!(source.fetch(), Ok(b"first".to_vec()));
        assert!(source.fetch().unwrap_err().contains("404"));
        assert_eq!(source.fetch(), Ok(b"second".to_vec()));
    }

    #[test]
    fn a_web_page_is_cut_off_at_the_limit_whatever_it_announces() {
        let endless = [&b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"[..], &vec![b' '; MAX_BYTES + 1]].concat();
        let address = web_server(vec![ok(&vec![b' '; MAX_BYTES + 1]), endless]);
        let source = Source::new(location(&address).unwrap());
        assert!(source.fetch().unwrap_err().contains("bytes"));
        assert!(source.fetch().unwrap_err().contains("bytes"));
    }

    #[test]
    fn a_web_server_that_is_away_is_named_as_such() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let source = Source::new(location(&format!("http://{gone}/p.xml")).unwrap());
        assert!(source.fetch().is_err());
    }
}
