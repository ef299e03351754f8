//! Sections `[plugins]` and `[[plugin]]`: which libraries are loaded, and each one's own settings as text.

use super::{findings::Findings, settings::Settings};
use serde::Deserialize;
use std::{path::PathBuf, sync::Arc};

/// Section `[plugins]`: where libraries are and which may be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugins {
    /// Folder of the libraries.
    pub directory: PathBuf,
    /// SHA-256 digests of the only libraries that may be loaded; empty: every one in the folder.
    pub allow: Vec<Digest>,
    /// Folder for the private copies that are loaded; none: the runtime directory.
    pub private_directory: Option<PathBuf>,
    /// Seconds an instance gets to stop.
    pub stop_seconds: u32,
}

impl Default for Plugins {
    fn default() -> Self {
        let directory = PathBuf::from("/usr/lib/uc-connector/plugins");
        Self { directory, allow: Vec::new(), private_directory: None, stop_seconds: 5 }
    }
}

/// A section `[[plugin]]`: one instance of one library.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugin {
    /// Name of this instance in logs and metrics.
    pub name: Arc<str>,
    /// Name of the library in the folder.
    pub file: PathBuf,
    /// The plug-in's own settings. Their keys are the plug-in's: it checks them itself.
    #[serde(default)]
    pub settings: Settings,
}

/// A SHA-256 digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Digest(pub [u8; 32]);

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || "a SHA-256 digest has 64 hexadecimal digits, as `sha256sum` prints them".to_owned();
        let mut digest = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        for (index, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(digest))
    }
}

/// Checks what single sections cannot show.
pub(super) fn check(plugins: &[Plugin], findings: &mut Findings<'_>) {
    for (index, plugin) in plugins.iter().enumerate() {
        let key = format!("plugin[{index}].name");
        if plugins[..index].iter().any(|other| other.name == plugin.name) {
            findings.wrong(&key, "another plug-in has this name", "a name of its own");
        }
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&plugin.name.len()) || !plugin.name.bytes().all(fits) {
            findings.wrong(&key, "this is no name for a plug-in", "1 to 32 lower-case letters, digits and dashes");
        }
    }
}
