//! Secrets in files of their own: never in the configuration, a log, or an argument list.

use std::{io::Read as _, path::Path};
use zeroize::Zeroizing;

/// Largest secret: a private key of 16,384 bits takes 13 KiB in PEM, twice that in UTF-16.
const MAX_SECRET: u64 = 64 * 1024;

/// Reads a secret of one line or several, without the line end that editors add; whatever editor wrote it, it reads the
/// same.
///
/// # Errors
/// The file cannot be read, is no text, is empty, or too large to be a secret.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new(Vec::new());
    let file = uc_files::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    file.take(MAX_SECRET + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > MAX_SECRET {
        return Err(format!("has more than {MAX_SECRET} bytes: this is no secret"));
    }
    let text = uc_files::text(&bytes).ok_or("is no text: write it as UTF-8")?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err("is empty".to_owned());
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

/// Reads a password or token: the first line of its file, here as in the plug-ins.
///
/// # Errors
/// As [`read`], or that line is empty.
pub fn first_line(path: &Path) -> Result<Zeroizing<String>, String> {
    let text = read(path)?;
    match text.lines().next().unwrap_or_default().trim_end_matches('\r') {
        "" => Err("has an empty first line: write the password into it".to_owned()),
        line => Ok(Zeroizing::new(line.to_owned())),
    }
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

    /// The same table as that of the plug-ins' accounts (`plugins/sip/src/site/account.rs`).
    #[test]
    fn a_password_is_its_first_line_whatever_editor_wrote_it() {
        let folder = tempfile::tempdir().unwrap();
        let password = |bytes: &[u8]| {
            fs::write(folder.path().join("secret"), bytes).unwrap();
            first_line(&folder.path().join("secret"))
        };
        for text in [" S\u{df} 1", " S\u{df} 1\n", " S\u{df} 1\r\nsecond line", " S\u{df} 1\r\n"] {
            for bytes in uc_files::as_editors_write(text) {
                assert_eq!(*password(&bytes).unwrap(), " S\u{df} 1", "{bytes:?}");
            }
        }
        for bytes in [&b""[..], b"\r\n", b"\r\nsecond line", b"\xef\xbb\xbf\n", b"\xff", b"\xff\xfe\x00"] {
            assert!(password(bytes).is_err(), "{bytes:?}");
        }
    }
}
