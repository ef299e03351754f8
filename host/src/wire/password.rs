//! Secrets that travel on a link, and how they are known by their names.

use std::fmt;
use zeroize::Zeroizing;

/// A password: printed as `***`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// What an attribute or key holds that no log may show is told by its name: one of these stands in it, in any case.
pub const SECRET_WORDS: [&str; 8] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "api-key"];

/// True when what stands under this name is a secret: `password`, `applicationPassword`, `Access-Token`, …
pub fn is_secret(name: &str) -> bool {
    SECRET_WORDS.iter().any(|word| find(name, word).is_some())
}

/// The text up to the end of the first secret word; none without one. What follows may be the secret.
pub fn before_secret(text: &str) -> Option<&str> {
    let ends = SECRET_WORDS.iter().filter_map(|word| find(text, word).map(|at| at + word.len()));
    ends.min().map(|end| &text[..end])
}

/// Where a word of ASCII letters begins in a text, in any case.
fn find(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name() {
        for name in ["password", "applicationPassword", "PASSWD", "client_secret", "Access-Token", "X-Api-Key"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["passwort", "thisDN", "", "tok", "pass"] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn a_text_ends_before_its_first_secret() {
        assert_eq!(before_secret("{\"ö\":1,\"myToken\":\"x\",\"password\":\"y\""), Some("{\"ö\":1,\"myToken"));
        assert_eq!(before_secret("nothing"), None);
    }
}
