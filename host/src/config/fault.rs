//! serde's error texts, taken apart: what is wrong, what is allowed, what was probably meant.

use super::{section::join, suggest};

/// What is said of a key that nothing asks for.
pub(super) const UNKNOWN_KEY: &str = "no such key";

/// One fault in an operator's words.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) message: String,
    /// What is allowed.
    pub(super) allowed: Option<String>,
    /// What was probably meant.
    pub(super) suggestion: Option<String>,
    /// The key that is missing.
    pub(super) missing: Option<String>,
}

impl Fault {
    /// The key to name when the fault was found at `path`.
    pub(super) fn key_at(&self, path: &str) -> String {
        self.missing.as_ref().map_or_else(|| path.to_owned(), |missing| join(path, missing))
    }
}

/// Takes a message of serde's derive apart. Anything else, such as a type's own complaint, stays as it is.
pub(super) fn classify(message: &str) -> Fault {
    unknown("unknown field ", UNKNOWN_KEY, message)
        .or_else(|| unknown("unknown variant ", "no such value", message))
        .or_else(|| missing(message))
        .or_else(|| unexpected(message))
        .or_else(|| address(message))
        .unwrap_or_else(|| Fault { message: message.to_owned(), ..Fault::default() })
}

/// "unknown field `x`, expected one of `a`, `b`", or "…, there are no fields".
fn unknown(prefix: &str, words: &str, message: &str) -> Option<Fault> {
    let mut quoted = message.strip_prefix(prefix)?.split('`').skip(1).step_by(2);
    let word = quoted.next()?;
    let known: Vec<_> = quoted.collect();
    let allowed = if known.is_empty() { "no keys at all".to_owned() } else { known.join(", ") };
    let suggestion = suggest::closest(word, known);
    Some(Fault { message: words.to_owned(), allowed: Some(allowed), suggestion, missing: None })
}

/// "missing field `x`".
fn missing(message: &str) -> Option<Fault> {
    let key = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(Fault { message: "this key is required".to_owned(), missing: Some(key.to_owned()), ..Fault::default() })
}

/// "invalid type: string "x", expected a boolean".
fn unexpected(message: &str) -> Option<Fault> {
    let (what, expected) = message.rsplit_once(", expected ")?;
    let message = match what.split_once(": ")? {
        ("invalid type", found) => format!("wrong type: this is {}", article(found)),
        ("invalid value", found) => format!("this value is not allowed: {found}"),
        ("invalid length", found) => format!("wrong number of elements: {found}"),
        _ => return None,
    };
    Some(Fault { message, allowed: Some(plain(expected)), ..Fault::default() })
}

/// What the standard library says of an address.
fn address(message: &str) -> Option<Fault> {
    let allowed = match message {
        "invalid socket address syntax" => "ADDRESS:PORT, such as 127.0.0.1:8080 or [::]:8080",
        "invalid IP address syntax" => "an IP address, such as 10.0.0.5 or 2001:db8::5",
        _ => return None,
    };
    Some(Fault { message: "this is no address".to_owned(), allowed: Some(allowed.to_owned()), ..Fault::default() })
}

/// "string "x"" → "a string"; the value stands in the file and need not be repeated.
fn article(found: &str) -> String {
    let kind = found.split([' ', '`', '"']).next().unwrap_or(found);
    let kind = match kind {
        "map" => "table",
        "sequence" => "array",
        "floating" => "number with a fraction",
        kind => kind,
    };
    if kind.starts_with(['a', 'i', 'u', 'o']) { format!("an {kind}") } else { format!("a {kind}") }
}

/// Rust's type names, in an operator's words.
fn plain(expected: &str) -> String {
    match expected {
        "i8" => "a whole number from -128 to 127".to_owned(),
        "i16" => "a whole number from -32768 to 32767".to_owned(),
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" | "u64" | "u128" | "usize" => "a whole number from 0 up".to_owned(),
        "i32" | "i64" | "i128" | "isize" | "integer" => "a whole number".to_owned(),
        "f64" | "f32" => "a number".to_owned(),
        "a borrowed string" => "a string".to_owned(),
        "a character" => "a single letter".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "path string" => "a path".to_owned(),
        "a sequence" => "an array".to_owned(),
        "a map" => "a table".to_owned(),
        other => other.strip_prefix("struct ").map_or_else(|| other.to_owned(), |_| "a table".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_answered_with_the_right_one() {
        let fault = classify("unknown field `adress`, expected one of `name`, `address`");
        assert_eq!(fault.message, "no such key");
        assert_eq!(fault.allowed.as_deref(), Some("name, address"));
        assert_eq!(fault.suggestion.as_deref(), Some("address"));
    }

    #[test]
    fn types_are_named_in_plain_words() {
        let fault = classify("invalid type: string \"a, expected b\", expected a boolean");
        assert_eq!(fault.message, "wrong type: this is a string");
        assert_eq!(fault.allowed.as_deref(), Some("true or false"));
        let fault = classify("invalid type: map, expected u16");
        assert_eq!(fault.message, "wrong type: this is a table");
        let fault = classify("invalid type: integer `7`, expected struct Connector");
        assert_eq!(
            (fault.message.as_str(), fault.allowed.as_deref()),
            ("wrong type: this is an integer", Some("a table"))
        );
    }

    #[test]
    fn a_missing_key_is_named_below_its_table() {
        assert_eq!(classify("missing field `name`").key_at("t-server[0]"), "t-server[0].name");
    }

    #[test]
    fn what_an_address_looks_like_is_shown() {
        for (bad, shown) in [
            ("localhost:80".parse::<std::net::SocketAddr>().unwrap_err().to_string(), "127.0.0.1:8080"),
            ("proxy".parse::<std::net::IpAddr>().unwrap_err().to_string(), "10.0.0.5"),
        ] {
            assert!(classify(&bad).allowed.unwrap().contains(shown), "{bad}");
        }
    }

    #[test]
    fn other_texts_stay() {
        assert_eq!(classify("no host in this URL").message, "no host in this URL");
    }
}
