//! Secrets in files of their own: never in the configuration, a log, or an argument list.

use http::{HeaderMap, header};
use std::{
    io::{self, Read},
    path::Path,
};
use zeroize::Zeroizing;

/// Largest secret: a private key of 16,384 bits takes 13 KiB in PEM, twice that in UTF-16.
const MAX_SECRET: u64 = 64 * 1024;

/// Reads a secret of one line or several, without the line end that editors add; whatever editor wrote it, it reads the
/// same.
///
/// # Errors
/// The file cannot be read, is no text, is empty, or too large to be a secret.
pub fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let file = uc_files::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    written(&bytes(file).map_err(|error| format!("cannot be read: {error}"))?)
}

/// What somebody hands over as a secret, no further than [`first_line_of`] needs it to know that it is none.
///
/// # Errors
/// It cannot be read.
pub fn bytes(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    from.take(MAX_SECRET + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn written(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    if bytes.len() as u64 > MAX_SECRET {
        return Err(format!("has more than {MAX_SECRET} bytes: this is no secret"));
    }
    let text = uc_files::text(bytes).ok_or("is no text: write it as UTF-8")?;
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
    line_of(&read(path)?)
}

/// The same of what was handed over in another way.
///
/// # Errors
/// As [`first_line`].
pub fn first_line_of(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    line_of(&written(bytes)?)
}

fn line_of(text: &str) -> Result<Zeroizing<String>, String> {
    match text.lines().next().unwrap_or_default().trim_end_matches('\r') {
        "" => Err("has an empty first line: write the password into it".to_owned()),
        line => Ok(Zeroizing::new(line.to_owned())),
    }
}

/// The token that a request carries: the scheme is a word in any case, with blanks behind it (RFC 9110 11.1 and 11.4).
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether requests can carry this as a bearer token.
///
/// # Errors
/// Which sign cannot be sent in a head of HTTP, by its place alone.
pub fn can_be_sent(token: &str) -> Result<(), String> {
    // Blanks at either end belong to the head and not to the token.
    let is_at_an_end = |at: usize| at == 0 || at + 1 == token.len();
    let is_sent = |(at, sign): (usize, char)| matches!(sign, '!'..='~') || (sign == ' ' && !is_at_an_end(at));
    match token.char_indices().find(|sign| !is_sent(*sign)) {
        None => Ok(()),
        Some((at, _)) => Err(format!(
            "has a sign at place {} that no request can carry: use letters, digits and signs of ASCII; make one with \
             `openssl rand -base64 32`",
            at + 1
        )),
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

    #[test]
    fn a_token_is_carried_in_any_writing_of_its_scheme() {
        for (value, token) in [
            ("Bearer T", Some("T")),
            ("bearer T", Some("T")),
            ("BEARER   T ", Some("T")),
            ("Bearer a b", Some("a b")),
            ("Bearer", None),
            ("BearerT", None),
            ("Basic T", None),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(bearer(&headers), token, "{value}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn a_token_is_what_a_head_can_carry() {
        for good in ["one-token-of-good-length", "a b!~/+="] {
            assert_eq!(can_be_sent(good), Ok(()), "{good}");
        }
        for (blank, place) in [(" token", "place 1 "), ("token ", "place 6 ")] {
            assert!(can_be_sent(blank).is_err_and(|why| why.contains(place)), "{blank:?}");
        }
        for (bad, place) in [("p\u{e4}ssw\u{f6}rd", 2), ("abc\u{7f}", 4), ("a\tb", 2), ("\0", 1), ("ab\u{a0}c", 3)] {
            let why = can_be_sent(bad).unwrap_err();
            assert!(why.contains(&format!("place {place} ")) && !why.contains(bad), "{why}");
        }
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
