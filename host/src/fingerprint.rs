//! Fingerprints of files, as operators are told them and hand them back.

/// The shape of a file's fingerprint: 16 hexadecimal digits in lower case.
pub fn is_one(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
