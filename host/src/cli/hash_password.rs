//! `uc-connector hash-password`: a hash for `password-hash` in the directory.

use super::{Exit, print};
use crate::web::accounts::hash_password as hash;
use std::io::{IsTerminal as _, Read as _};
use zeroize::Zeroizing;

/// Longest password: longer ones are files piped in by mistake.
const LONGEST: u64 = 1024;

/// Reads the password from standard input, never from the arguments, where everybody could see it.
pub(super) fn hash_password() -> Exit {
    let input = std::io::stdin();
    if input.is_terminal() {
        eprintln!("Type the password, Enter, then Ctrl-D. It is shown as you type; `< FILE` shows nothing.");
    }
    let mut text = Zeroizing::new(String::new());
    if let Err(error) = input.lock().take(LONGEST + 2).read_to_string(&mut text) {
        eprintln!("error: the password cannot be read from standard input: {error}");
        return Exit::Io;
    }
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() || password.len() as u64 > LONGEST {
        eprintln!("error: a password has 1 to {LONGEST} bytes; this one has {}", password.len());
        return Exit::Usage;
    }
    match hash(password.as_bytes()) {
        Ok(hash) => print(hash.as_str()),
        Err(error) => {
            eprintln!("error: no hash could be made: {error}; is the system out of memory?");
            Exit::Software
        }
    }
}
