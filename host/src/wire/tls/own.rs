//! Whether peers accept our own certificate, where all of them trust the same authorities: known without any peer.

use super::{ClientConfigFiles, ClientTls, TlsError, authorities, chain, unusable};
use rustls::{
    CertificateError,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::ring,
    pki_types::UnixTime,
    server::WebPkiClientVerifier,
};
use std::{path::Path, sync::Arc};

impl ClientTls {
    /// Whether a peer with the same files accepts their certificate, of the server at `address` (`HOST:PORT`) and of a
    /// client. That it has ended, or is not valid yet, others say.
    ///
    /// # Errors
    /// Any [`TlsError`]. Where the files name no authorities or no certificate, nothing is known, and none is wrong.
    pub fn accepts_itself(files: &ClientConfigFiles, address: &str) -> Result<(), TlsError> {
        let (Some(ca), Some(cert)) = (&files.ca, &files.cert) else { return Ok(()) };
        let name = Self::load(files)?.name_for(address)?;
        let (roots, provider, chain) = (Arc::new(authorities(ca)?), Arc::new(ring::default_provider()), chain(cert)?);
        let Some((leaf, intermediates)) = chain.split_first() else { return Ok(()) };
        let servers = WebPkiServerVerifier::builder_with_provider(roots.clone(), provider.clone()).build();
        let servers = servers.map_err(|why| TlsError::Unusable(why.to_string()))?;
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
        let clients = clients.map_err(|why| TlsError::Unusable(why.to_string()))?;
        let now = UnixTime::now();
        let as_server = servers.verify_server_cert(leaf, intermediates, &name, &[], now).map(drop);
        let as_client = clients.verify_client_cert(leaf, intermediates, now).map(drop);
        judged(cert, "server", as_server)?;
        judged(cert, "client", as_client)
    }
}

fn judged(cert: &Path, what: &str, verified: Result<(), rustls::Error>) -> Result<(), TlsError> {
    use CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
        NotValidYetContext, UnknownIssuer,
    };
    let why = match verified {
        Ok(()) => return Ok(()),
        Err(rustls::Error::InvalidCertificate(why)) => why,
        Err(other) => return Err(unusable(other)),
    };
    let why = match why {
        Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. } => return Ok(()),
        // The latter where another authority has the same name.
        UnknownIssuer | BadSignature => {
            "it is not signed by an authority in `ca`, or the certificates between them are missing in `cert`"
                .to_owned()
        }
        NotValidForName | NotValidForNameContext { .. } => {
            format!("it does not bear the name that they ask for, `server-name` or the host of `address`: {why}")
        }
        other => other.to_string(),
    };
    let cert = cert.display();
    Err(TlsError::Unusable(format!("nobody with the same `ca` accepts the certificate in {cert} as a {what}'s: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
    use std::fs;

    /// An authority's certificate.
    fn authority() -> CertifiedIssuer<'static, KeyPair> {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    #[test]
    fn a_certificate_that_no_other_node_accepts_is_known_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let (ours, others) = (authority(), authority());
        fs::write(file("ca.pem"), ours.pem()).unwrap();
        let both = [ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        for (name, by, uses, server_name, ended, wrong) in [
            ("127.0.0.1", &ours, &both[..], None, false, None),
            ("127.0.0.1", &ours, &[], None, false, None),
            ("127.0.0.1", &ours, &both[..], None, true, None),
            ("nodes.example", &ours, &both[..], Some("nodes.example"), false, None),
            ("127.0.0.1", &others, &both[..], None, false, Some("not signed by an authority in `ca`")),
            ("elsewhere.example", &ours, &both[..], None, false, Some("the host of `address`")),
            ("127.0.0.1", &ours, &both[..], Some("nodes.example"), false, Some("`server-name`")),
            ("127.0.0.1", &ours, &both[..1], None, false, Some("as a client's")),
            ("127.0.0.1", &ours, &both[1..], None, false, Some("as a server's")),
        ] {
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.extended_key_usages = uses.to_vec();
            if ended {
                params.not_after = rcgen::date_time_ymd(2020, 1, 2);
            }
            let key = KeyPair::generate().unwrap();
            fs::write(file("cert.pem"), params.signed_by(&key, by).unwrap().pem()).unwrap();
            fs::write(file("key.pem"), key.serialize_pem()).unwrap();
            let server_name = server_name.map(str::to_owned);
            let (ca, cert, key) = (Some(file("ca.pem")), Some(file("cert.pem")), Some(file("key.pem")));
            let files = ClientConfigFiles { ca, cert, key, server_name };
            let said = ClientTls::accepts_itself(&files, "127.0.0.1:9001").map_err(|why| why.to_string());
            match wrong {
                None => assert_eq!(said, Ok(()), "{name} {uses:?}"),
                Some(words) => {
                    assert!(said.as_ref().is_err_and(|why| why.contains(words)), "{name} {uses:?}: {said:?}");
                }
            }
        }
    }
}
