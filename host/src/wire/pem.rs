//! PEM files as editors and exports leave them: whatever one was written with, it reads the same.

use rustls::pki_types::pem;
use std::path::Path;
use zeroize::Zeroizing;

/// Reads a file of certificates or of a key.
///
/// # Errors
/// [`pem::Error::Io`].
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, pem::Error> {
    uc_files::pem(path).map_err(pem::Error::Io)
}
