//! `uc-connector hash-password`: a hash for `password-hash` in the directory.

use super::{Exit, print};
use crate::{secret, web::accounts::hash_password as hash};
use std::io::IsTerminal as _;
use zeroize::Zeroizing;

/// Longest password: longer ones are files piped in by mistake.
const LONGEST: usize = 1024;

/// Reads the password from standard input, never from the arguments, where everybody could see it.
pub(super) fn hash_password() -> Exit {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Type the password, Enter, then Ctrl-D. It is shown as you type; `< FILE` shows nothing.");
    }
    let bytes = match secret::bytes(input.lock()) {
        Ok(bytes) => bytes,
        Err(error) => {
            eprintln!("error: the password cannot be read from standard input: {error}");
            return Exit::Io;
        }
    };
    let password = match password(&bytes) {
        Ok(password) => password,
        Err(why) => {
            eprintln!("error: {why}");
            return Exit::Usage;
        }
    };
    match hash(password.as_bytes()) {
        Ok(hash) => print(hash.as_str()),
        Err(error) => {
            eprintln!("error: no hash could be made: {error}; is the system out of memory?");
            Exit::Software
        }
    }
}

/// What somebody can type who signs in: the first line, whatever editor wrote it.
fn password(bytes: &[u8]) -> Result<Zeroizing<String>, String> {
    let password =
        secret::first_line_of(bytes).map_err(|why| format!("a password has 1 to {LONGEST} bytes; this one {why}"))?;
    match password.len() {
        ..=LONGEST if password.chars().any(char::is_control) => {
            Err("the password has a sign in it that nobody can type, such as a tab: a form would send another one"
                .to_owned())
        }
        ..=LONGEST => Ok(password),
        length => Err(format!("a password has 1 to {LONGEST} bytes; this one has {length}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_what_somebody_types_whatever_editor_wrote_it() {
        for text in [" d\u{e4}mo 1", " d\u{e4}mo 1\n", " d\u{e4}mo 1\r\nsecond line\r\n"] {
            for bytes in uc_files::as_editors_write(text) {
                assert_eq!(password(&bytes).as_deref().map(String::as_str), Ok(" d\u{e4}mo 1"), "{bytes:?}");
            }
        }
        let long = "x".repeat(LONGEST + 1);
        for bytes in [&b""[..], b"\n", b"de\0mo", b"de\tmo", b"\xff", long.as_bytes(), &[b'x'; 100_000]] {
            assert!(password(bytes).is_err(), "{}", bytes.len());
        }
    }
}
