//! Certificates and keys of PEM files, and what is wrong with one, in words of its own. What a file holds is never repeated: a key
//! that is only slightly wrong is a key all the same, and the messages of whoever parses it tell its bytes.

use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error, PemObject},
    },
    sign::CertifiedKey,
};
use std::fmt;

/// What TLS has a use for, here and at the peers that count.
pub const USABLE: &str =
    "have another certificate issued for RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384, or Ed25519";

/// Algorithms of keys that can be used, as DER writes their names: RSA; then P-256, P-384 and Ed25519.
const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const OTHERS: [&[u8]; 3] = [b"\x2a\x86\x48\xce\x3d\x03\x01\x07", b"\x2b\x81\x04\x00\x22", b"\x06\x03\x2b\x65\x70"];

/// The first private key of a file.
#[derive(Debug)]
pub struct Key {
    /// The key.
    pub der: PrivateKeyDer<'static>,
    /// How many others stand behind it, and are not used.
    others: usize,
}

/// A certificate and a key that cannot be used together, and which of them is at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The certificate cannot be read.
    Certificate(String),
    /// The key is none that TLS has a use for.
    Key(String),
    /// Each may be sound, and they do not belong together.
    Pair(String),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Certificate(why) | Self::Key(why) | Self::Pair(why)) = self;
        f.write_str(why)
    }
}

/// The certificates in the text of a PEM file, in their order.
///
/// # Errors
/// There is none, or one cannot be read: what an operator is to mend.
pub fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text).collect();
    let found = all.and_then(|all| if all.is_empty() { Err(Error::NoItemsFound) } else { Ok(all) });
    found.map_err(|error| certificate_fault(text, &error))
}

/// The key in the text of a PEM file: PKCS #8, PKCS #1 or SEC 1.
///
/// # Errors
/// There is none, or it cannot be read: what an operator is to mend.
pub fn private_key(text: &[u8]) -> Result<Key, String> {
    let der = PrivateKeyDer::from_pem_slice(text).map_err(|error| key_fault(text, &error))?;
    let others = PrivateKeyDer::pem_slice_iter(text).map_while(Result::ok).count().saturating_sub(1);
    Ok(Key { der, others })
}

/// The chain with its key, ready for use.
///
/// # Errors
/// [`Unfit`].
pub fn fit(chain: Vec<CertificateDer<'static>>, key: &Key) -> Result<CertifiedKey, Unfit> {
    let signer = any_supported_type(&key.der).map_err(|_| Unfit::Key(unusable(&key.der)))?;
    let pair = CertifiedKey::new(chain, signer);
    match pair.keys_match() {
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(pair),
        Err(rustls::Error::InconsistentKeys(_)) => Err(Unfit::Pair(misfit(&pair, key.others))),
        Err(_) => Err(Unfit::Certificate("its first certificate cannot be read: write it anew".to_owned())),
    }
}

/// Why a key is not that of the first certificate.
fn misfit(pair: &CertifiedKey, others: usize) -> String {
    let belongs = |certificate: &CertificateDer<'static>| {
        CertifiedKey::new(vec![certificate.clone()], pair.key.clone()).keys_match().is_ok()
    };
    if let Some(index) = pair.cert.iter().skip(1).position(belongs) {
        let number = index + 2;
        return format!(
            "it is the key of certificate {number} of the chain: the chain is in the wrong order, its own certificate comes \
             first, then the one that issued that"
        );
    }
    match others {
        0 => "it is another certificate's key: name the one that this certificate was asked for with".to_owned(),
        others => format!(
            "the file holds {} keys and only the first is used: leave the certificate's own alone in it",
            others + 1
        ),
    }
}

/// Why a key that was read cannot be used.
fn unusable(key: &PrivateKeyDer<'_>) -> String {
    let holds = |name: &[u8]| memchr::memmem::find(key.secret_der(), name).is_some();
    match () {
        () if matches!(key, PrivateKeyDer::Pkcs1(_)) || holds(RSA) => {
            format!("it is an RSA key of fewer than 2048 or more than 8192 bits, or damaged: {USABLE}")
        }
        () if OTHERS.into_iter().any(holds) => "it is damaged: write it anew from where it was made".to_owned(),
        () => format!("it is of a kind that TLS has no use for, such as P-521, Ed448 or DSA: {USABLE}"),
    }
}

fn key_fault(text: &[u8], error: &Error) -> String {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    match () {
        () if holds("ENCRYPTED") => {
            "it is encrypted: write it without passphrase (openssl pkey -in … -out …)".to_owned()
        }
        () if holds("-----BEGIN CERTIFICATE") && !holds("PRIVATE KEY") => {
            "it holds a certificate and no key: name the key's file".to_owned()
        }
        () => fault(text, error, "openssl pkey -inform DER, openssl pkcs12 -nodes for .pfx"),
    }
}

fn certificate_fault(text: &[u8], error: &Error) -> String {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    match () {
        () if holds("-----BEGIN CERTIFICATE REQUEST") || holds("-----BEGIN NEW CERTIFICATE REQUEST") => {
            "it holds no certificate, but the request for one: name what the authority has sent back".to_owned()
        }
        () if holds("PRIVATE KEY") && !holds("-----BEGIN CERTIFICATE") => {
            "it holds no certificate, but a key: name the certificate's file".to_owned()
        }
        () => fault(text, error, "openssl x509 -inform DER, openssl pkcs12 -nokeys for .pfx"),
    }
}

/// What is wrong with a file in which nothing was found, or which cannot be parsed. Every word is ours: two of these errors
/// would tell the bytes of the file.
fn fault(text: &[u8], error: &Error, converted: &str) -> String {
    let holds = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    if text.iter().all(u8::is_ascii_whitespace) {
        return "it is empty".to_owned();
    }
    if !holds("-----BEGIN") {
        let what = if text.first() == Some(&0x30) { "it is DER and no PEM" } else { "it is no PEM" };
        return format!("{what}: write it as such ({converted})");
    }
    if holds("\\n") || holds("\\r") {
        return "its line breaks are written as \\n: write them as line breaks".to_owned();
    }
    match error {
        Error::MissingSectionEnd { .. } => {
            "it has a BEGIN without its END: it is cut short, or the line breaks are missing around -----BEGIN …----- and \
             -----END …-----"
        }
        Error::IllegalSectionStart { .. } => {
            "its line -----BEGIN …----- does not end as it should: five hyphens and a line break are missing"
        }
        Error::Base64Decode(_) => {
            "what stands between BEGIN and END is no base64: it is damaged, write it anew from where it was made"
        }
        Error::NoItemsFound => "it is PEM and holds none",
        Error::SectionTooLarge => "it is too large",
        Error::Io(_) => "it cannot be read",
        // Whatever else may come to be said could tell what is in the file.
        _ => "it cannot be parsed",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair};

    fn issued() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let wanted = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    /// Whatever editors, mail programs and secret stores make of a key.
    fn mutated(key: &str) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = [
            key.replace('\n', ""),
            key.replace('\n', " "),
            key.replace('\n', "\\n"),
            key.replace('\n', "\r"),
            key.replace("-----\n", "-----"),
            key.replace("-----\n", "\n"),
            key.replace("-----BEGIN", "----BEGIN"),
            key.replace("-----END", "----END"),
            key.replace(" PRIVATE", " ENCRYPTED PRIVATE"),
            key.replace('\n', "\n\n "),
            key.lines().map(|line| format!("{line}=\n")).collect(),
            key.lines().map(|line| format!("> {line}\n")).collect(),
            key.lines().filter(|line| !line.starts_with('-')).collect(),
        ]
        .map(String::into_bytes)
        .into();
        for at in 0..key.len() {
            let mut flipped = key.as_bytes().to_vec();
            flipped[at] ^= 0x15;
            all.extend([key.as_bytes()[..at].to_vec(), key.as_bytes()[at..].to_vec(), flipped]);
        }
        all
    }

    #[test]
    fn no_message_tells_what_is_in_a_file() {
        let (certificate, key) = issued();
        let (chain, der) = (certificates(certificate.as_bytes()).unwrap(), key.as_bytes());
        let decimals = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
        for file in std::iter::once(der.to_vec()).chain(mutated(&key)) {
            let used = private_key(&file).and_then(|key| fit(chain.clone(), &key).map_err(|why| why.to_string()));
            for said in [used.err(), certificates(&file).err()].into_iter().flatten() {
                let tells = file.windows(16).any(|part| {
                    // The words of PEM itself are no secret.
                    let framing = part.windows(4).any(|four| matches!(four, b"----" | b"PRIV" | b"VATE" | b"    "));
                    let text = String::from_utf8_lossy(part);
                    !framing && (said.contains(&*text) || said.contains(&decimals(part)))
                });
                assert!(!tells && !said.contains(", 45, 45"), "{said}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said_so_that_it_can_be_mended() {
        let (certificate, key) = issued();
        for (file, said) in [
            (key.replace('\n', ""), "line breaks"),
            (key.replace('\n', "\\n"), "written as \\n"),
            (key[..key.len() / 2].to_owned(), "cut short"),
            (key.replace("PRIVATE", "ENCRYPTED PRIVATE"), "write it without passphrase"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA \
                 PRIVATE KEY-----\n"
                    .to_owned(),
                "write it without passphrase",
            ),
            (certificate.clone(), "a certificate and no key"),
            ("0\u{1}x".to_owned(), "it is DER and no PEM"),
            ("no key".to_owned(), "it is no PEM"),
            (" \n".to_owned(), "it is empty"),
            ("-----BEGIN PRIVATE KEY-----\nA*A\n-----END PRIVATE KEY-----\n".to_owned(), "no base64"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".to_owned(), "holds none"),
        ] {
            let why = private_key(file.as_bytes()).unwrap_err();
            assert!(why.contains(said), "{said}: {why}");
        }
        for (file, said) in [
            (key, "but a key"),
            (certificate.replace("CERTIFICATE", "CERTIFICATE REQUEST"), "the request for one"),
            ("0\u{1}x".to_owned(), "openssl x509 -inform DER"),
        ] {
            let why = certificates(file.as_bytes()).unwrap_err();
            assert!(why.contains(said), "{said}: {why}");
        }
    }

    #[test]
    fn what_does_not_belong_together_is_told_apart() {
        let ((own, own_key), (other, other_key)) = (issued(), issued());
        let pair = |chain: &str, key: &str| {
            let chain = certificates(chain.as_bytes()).unwrap();
            fit(chain, &private_key(key.as_bytes()).unwrap()).map(drop).map_err(|why| why.to_string())
        };
        assert_eq!(pair(&format!("{own}{other}"), &own_key), Ok(()));
        for (chain, key, said) in [
            (own.clone(), other_key.clone(), "another certificate's key"),
            (format!("{other}{own}"), own_key.clone(), "its own certificate comes first"),
            (own, format!("{other_key}{own_key}"), "holds 2 keys and only the first is used"),
        ] {
            let why = pair(&chain, &key).unwrap_err();
            assert!(why.contains(said), "{said}: {why}");
        }
    }
}
