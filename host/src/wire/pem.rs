//! PEM files as editors leave them: a byte order mark before the first line is no part of it.

use rustls::pki_types::pem;
use std::{fs, path::Path};
use zeroize::Zeroizing;

/// Reads a file of certificates or of a key.
///
/// # Errors
/// [`pem::Error::Io`].
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, pem::Error> {
    let mut bytes = Zeroizing::new(fs::read(path).map_err(pem::Error::Io)?);
    if bytes.starts_with("\u{FEFF}".as_bytes()) {
        bytes.drain(.."\u{FEFF}".len());
    }
    Ok(bytes)
}
