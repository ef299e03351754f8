//! The byte stream below a link: TCP, or TLS over TCP. No deadlines here: the caller knows how long it can wait.

use super::tls::{ClientTls, ServerTls, TlsError};
use bytes::Buf;
use std::{io, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsStream;
use tokio_util::either::Either;

/// TCP, plain or under TLS.
pub type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// No connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Name resolution or TCP.
    #[error("cannot connect to {address}: {cause}")]
    Tcp {
        /// Where to.
        address: String,
        /// Why not.
        cause: io::Error,
    },
    /// The TLS handshake failed: a certificate not trusted, or no TLS on the other side.
    #[error("TLS with {address} failed: {cause}")]
    Handshake {
        /// With whom.
        address: String,
        /// Why.
        cause: io::Error,
    },
    /// Our own settings.
    #[error(transparent)]
    Settings(#[from] TlsError),
}

/// Longest time for the last bytes of a link that ends.
pub const FAREWELL: Duration = Duration::from_secs(2);

/// Writes what is left to say and closes, within [`FAREWELL`]: a peer that does not take it is no reason to linger.
pub async fn farewell(mut output: impl AsyncWrite + Unpin, mut rest: impl Buf) {
    let last_words = async {
        output.write_all_buf(&mut rest).await?;
        output.shutdown().await
    };
    let _ = timeout(FAREWELL, last_words).await;
}

/// Opens a connection to `address` (`HOST:PORT`).
///
/// # Errors
/// Any [`ConnectError`].
pub async fn connect(address: &str, tls: Option<&ClientTls>) -> Result<Stream, ConnectError> {
    let failed = |cause| ConnectError::Tcp { address: address.to_owned(), cause };
    let stream = TcpStream::connect(address).await.map_err(failed)?;
    // We write whole batches ourselves; waiting for more would only delay them.
    stream.set_nodelay(true).map_err(failed)?;
    let Some(tls) = tls else { return Ok(Either::Left(stream)) };
    let handshake = tls.connector.connect(tls.name_for(address)?, stream).await;
    let handshake = handshake.map_err(|cause| ConnectError::Handshake { address: address.to_owned(), cause })?;
    Ok(Either::Right(TlsStream::Client(handshake)))
}

/// Makes a link's stream of a connection just accepted.
///
/// # Errors
/// [`ConnectError::Handshake`], the peer's fault, and [`ConnectError::Tcp`] when the peer is gone already.
pub async fn accept(stream: TcpStream, tls: Option<&ServerTls>) -> Result<Stream, ConnectError> {
    let address = stream.peer_addr().map_or_else(|_| "a client".to_owned(), |address| address.to_string());
    if let Err(cause) = stream.set_nodelay(true) {
        return Err(ConnectError::Tcp { address, cause });
    }
    let Some(tls) = tls else { return Ok(Either::Left(stream)) };
    match tls.acceptor.accept(stream).await {
        Ok(stream) => Ok(Either::Right(TlsStream::Server(stream))),
        Err(cause) => Err(ConnectError::Handshake { address, cause }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tls::{ClientConfigFiles, ServerConfigFiles};
    use std::path::Path;
    use tokio::{io::AsyncReadExt, net::TcpListener};

    /// An authority `ca.pem`, and a certificate with key for `name` signed by it.
    fn certificates(folder: &Path, name: &str) {
        use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
        std::fs::write(folder.join("ca.pem"), ca.pem()).unwrap();
        std::fs::write(folder.join("cert.pem"), leaf.pem()).unwrap();
        std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    }

    async fn echo_one_byte(client: &ClientConfigFiles, server: &ServerConfigFiles) -> Result<u8, String> {
        let server = ServerTls::load(server).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let peer = async {
            let mut stream =
                accept(listener.accept().await.unwrap().0, Some(&server)).await.map_err(|e| e.to_string())?;
            let byte = stream.read_u8().await.map_err(|e| e.to_string())?;
            stream.write_u8(byte + 1).await.map_err(|e| e.to_string())?;
            stream.flush().await.map_err(|e| e.to_string())
        };
        let own = async {
            let tls = ClientTls::load(client).unwrap();
            let mut stream = connect(&address, Some(&tls)).await.map_err(|e| e.to_string())?;
            stream.write_u8(7).await.map_err(|e| e.to_string())?;
            stream.flush().await.map_err(|e| e.to_string())?;
            stream.read_u8().await.map_err(|e| e.to_string())
        };
        let (_, own) = tokio::join!(peer, own);
        own
    }

    #[tokio::test]
    async fn a_private_authority_and_a_client_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        certificates(folder.path(), "tserver.example");
        let server =
            ServerConfigFiles { cert: file("cert.pem"), key: file("key.pem"), client_ca: Some(file("ca.pem")) };
        let client = ClientConfigFiles {
            ca: Some(file("ca.pem")),
            cert: Some(file("cert.pem")),
            key: Some(file("key.pem")),
            server_name: Some("tserver.example".to_owned()),
        };
        assert_eq!(echo_one_byte(&client, &server).await, Ok(8));
        let nameless = ClientConfigFiles { server_name: None, ..client.clone() };
        assert!(echo_one_byte(&nameless, &server).await.unwrap_err().contains("not valid for name"));
        let anonymous = ClientConfigFiles { cert: None, key: None, ..client.clone() };
        assert!(echo_one_byte(&anonymous, &server).await.is_err());
        let half = ClientConfigFiles { key: None, ..client };
        assert!(matches!(ClientTls::load(&half), Err(TlsError::Half)));
    }

    #[test]
    fn a_bad_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, "no certificate").unwrap();
        let files = ClientConfigFiles { ca: Some(path.clone()), ..ClientConfigFiles::default() };
        let told = ClientTls::load(&files).err().unwrap().to_string();
        assert!(told.contains(path.to_str().unwrap()), "{told}");
    }
}
