//! The plainest HTTP client: one request a connection, and what goes over the wire is what the story wrote.

use std::{collections::HashMap, io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use uc_connector::wire::{Stream, stream::connect, tls::ClientTls};

/// One address of the product.
#[derive(Clone)]
pub struct Http {
    address: SocketAddr,
    tls: Option<ClientTls>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case; of a repeated one the last.
    pub headers: HashMap<String, String>,
    /// Body.
    pub body: String,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

impl std::error::Error for Answer {}

impl Answer {
    /// Not from the product: there was no answer.
    pub(super) fn none(error: &io::Error) -> Self {
        Self { status: 0, headers: HashMap::new(), body: error.to_string() }
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Some(Self { status, headers, body: body.to_owned() })
    }
}

impl Http {
    /// Of this address; `tls`: whom to trust there.
    pub fn new(address: SocketAddr, tls: Option<ClientTls>) -> Self {
        Self { address, tls }
    }

    /// `localhost:PORT`.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// The origin of pages that come from here.
    pub fn origin(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.host())
    }

    /// A connection, under TLS where the product wants it.
    ///
    /// # Errors
    /// Nobody listens, or the certificate is not the site's.
    pub async fn connect(&self) -> io::Result<Stream> {
        connect(&self.address.to_string(), self.tls.as_ref()).await.map_err(io::Error::other)
    }

    /// Asks. `headers` are whole lines.
    ///
    /// # Errors
    /// No connection, or no HTTP in time.
    pub async fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> io::Result<Answer> {
        let host = self.host();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        if !body.is_empty() {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        headers.iter().for_each(|header| request += &format!("{header}\r\n"));
        request += &format!("\r\n{body}");
        timeout(crate::PATIENCE, self.exchange(request.as_bytes())).await.map_err(io::Error::other)?
    }

    async fn exchange(&self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = self.connect().await?;
        stream.write_all(request).await?;
        stream.flush().await?;
        let mut bytes = Vec::new();
        // What came before the connection broke may be an answer all the same.
        let read = stream.read_to_end(&mut bytes).await;
        match Answer::read(&bytes) {
            Some(answer) => Ok(answer),
            None => Err(read.err().unwrap_or_else(|| io::ErrorKind::InvalidData.into())),
        }
    }
}
