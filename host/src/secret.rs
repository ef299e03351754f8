//! Secrets in files of their own: never in the configuration, a log, or an argument list.

use std::{fs::File, io::Read, path::Path};
use zeroize::Zeroizing;

/// Largest secret: a private key of 16,384 bits takes 13 KiB in PEM.
const MAX_SECRET: u64 = 64 * 1024;

/// Reads a secret without the line end that editors add.
///
/// # Errors
/// The file cannot be read, is empty, or too large to be a secret.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    let file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    file.take(MAX_SECRET + 1).read_to_string(&mut text).map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > MAX_SECRET {
        return Err(format!("has more than {MAX_SECRET} bytes: this is no secret"));
    }
    let secret = text.trim_start_matches('\u{FEFF}').trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn secrets_are_neither_empty_nor_large() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        for (content, good) in [("s3cret\n", true), ("\n", false), (&*"x".repeat(100_000), false)] {
            fs::write(&file, content).unwrap();
            assert_eq!(read(&file).is_ok(), good);
        }
        assert!(read(folder.path()).is_err());
        fs::write(&file, "s3cret\r\n").unwrap();
        assert_eq!(*read(&file).unwrap(), "s3cret");
    }
}
