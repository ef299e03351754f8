//! PEM files as editors and exports leave them: whatever one was written with, it reads the same.

use crate::text_file;
use rustls::pki_types::pem;
use std::{fs, path::Path};
use zeroize::Zeroizing;

/// Reads a file of certificates or of a key.
///
/// # Errors
/// [`pem::Error::Io`].
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, pem::Error> {
    let bytes = Zeroizing::new(fs::read(path).map_err(pem::Error::Io)?);
    // What is no text is left to whoever looks for PEM in it.
    Ok(text_file::text(&bytes).map_or(bytes, |text| Zeroizing::new(text.as_bytes().to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_editor_wrote_it_reads_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cert.pem");
        for bytes in text_file::as_editors_write("-----BEGIN CERTIFICATE-----\r\n") {
            fs::write(&file, &bytes).unwrap();
            assert_eq!(&**read(&file).unwrap(), b"-----BEGIN CERTIFICATE-----\r\n", "{bytes:x?}");
        }
        fs::write(&file, b"\x80-----BEGIN").unwrap();
        assert_eq!(&**read(&file).unwrap(), b"\x80-----BEGIN");
    }
}
