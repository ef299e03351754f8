//! Times in configuration files: seconds, whole or with a fraction, 0 to 3600 (the range of ADDP's options).

use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::time::Duration;

/// Longest time accepted.
pub const MAX: Duration = Duration::from_secs(3600);

/// For `#[serde(with = "wire::seconds")]`.
///
/// # Errors
/// The number is negative, above 3600, or no number: the operator's fault.
pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(input)?;
    let valid = (0.0..=MAX.as_secs_f64()).contains(&seconds);
    valid.then(|| Duration::from_secs_f64(seconds)).ok_or_else(|| D::Error::custom("0 to 3600 seconds allowed"))
}

/// For `#[serde(default, deserialize_with = "wire::seconds::optional")]`: a time that follows another where it is not
/// given.
///
/// # Errors
/// As [`deserialize`].
pub fn optional<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Duration>, D::Error> {
    deserialize(input).map(Some)
}

/// For `#[serde(deserialize_with = "wire::seconds::above_zero")]`: a time without which nothing comes about or comes to
/// rest.
///
/// # Errors
/// The number is zero or negative, above 3600, or no number: the operator's fault.
pub fn above_zero<'de, D: Deserializer<'de>>(input: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(input)?;
    let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero() && *time <= MAX);
    time.ok_or_else(|| D::Error::custom("more than 0 and up to 3600 seconds allowed"))
}

/// For `#[serde(with = "wire::seconds")]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(time: &Duration, output: S) -> Result<S::Ok, S::Error> {
    output.serialize_f64(time.as_secs_f64())
}
