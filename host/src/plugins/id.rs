//! The operator's name for one configured plug-in.

use serde::Serialize;
use std::{fmt, sync::Arc};

/// Longest name, in bytes: it becomes part of thread names, metrics and log targets.
const LONGEST: usize = 32;

/// Name of a configured plug-in, unique in the configuration. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PluginId(Arc<str>);

impl PluginId {
    /// A name of `a-z`, `0-9` and `-`, at most 32 bytes.
    pub fn new(name: &str) -> Option<Self> {
        is_name(name).then(|| Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(allowed)
}
