//! Reading fixed places and offset fields of NTLM messages.

use super::{BadToken, SIGNATURE};

pub(super) fn expect_type(bytes: &[u8], expected: u32) -> Result<(), BadToken> {
    if !bytes.starts_with(&SIGNATURE) || u32_at(bytes, 8)? != expected {
        return Err(BadToken::Type);
    }
    Ok(())
}

pub(super) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], BadToken> {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).ok_or(BadToken::Cut)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, BadToken> {
    array_at(bytes, at).map(u32::from_le_bytes)
}

/// The payload that the length and offset at `at` point to.
pub(super) fn field_at(bytes: &[u8], at: usize) -> Result<&[u8], BadToken> {
    let length = u16::from_le_bytes(array_at(bytes, at)?) as usize;
    let offset = u32_at(bytes, at + 4)? as usize;
    let end = offset.checked_add(length).ok_or(BadToken::Cut)?;
    bytes.get(offset..end).ok_or(BadToken::Cut)
}

pub(super) fn text_at(bytes: &[u8], at: usize) -> Result<String, BadToken> {
    let units: Vec<u16> =
        field_at(bytes, at)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| BadToken::Text)
}
