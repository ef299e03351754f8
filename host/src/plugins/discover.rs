//! What lies in the plug-in directory, for `uc-connector plugins`.

use super::loader::{Directory, load};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};
use uc_plugin_api::{PluginInfo, Role};

/// One file of the plug-in directory.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Its name.
    pub file: PathBuf,
    /// Whether it can be used.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Whether a file can be used.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Outcome {
    /// Loaded.
    Loaded {
        /// Name of the plug-in.
        name: String,
        /// Its version.
        version: String,
        /// API version it was built with.
        api_version: String,
        /// What it is for.
        roles: Vec<&'static str>,
        /// Top-level keys of its settings.
        config_keys: Vec<String>,
        /// SHA-256 of the file, for the list `allow`.
        sha256: String,
        /// Compiler that built it.
        rustc: String,
    },
    /// Refused.
    Refused {
        /// Why, in one line.
        why: String,
    },
}

/// Tries every file of the directory, in the order of their names. Loading runs code of the files that pass all
/// checks on their bytes.
///
/// # Errors
/// Why the directory cannot be read; the operator's to repair.
pub fn discover(directory: &Directory) -> Result<Vec<Found>, String> {
    let unreadable = |e| format!("the plug-in directory {} cannot be read: {e}", directory.path.display());
    let entries = fs::read_dir(&directory.path).map_err(unreadable)?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(PathBuf::from(entry.ok()?.file_name()))).collect();
    files.retain(|file| is_candidate(&directory.path.join(file)));
    files.sort();
    Ok(files.into_iter().map(|file| Found { outcome: outcome(directory, &file), file }).collect())
}

/// Build leftovers beside the libraries (directories, `.d` files) are not worth a line.
fn is_candidate(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "so") && !path.is_dir()
}

fn outcome(directory: &Directory, file: &Path) -> Outcome {
    match load(directory, file) {
        Err(refusal) => Outcome::Refused { why: refusal.to_string() },
        Ok(library) => {
            let PluginInfo { name, version, api_version, roles, config_keys, rustc, .. } = library.info;
            Outcome::Loaded {
                name: name.into(),
                version: version.into(),
                api_version: api_version.into(),
                roles: roles.into_iter().map(role_word).collect(),
                config_keys: config_keys.into_iter().map(Into::into).collect(),
                sha256: library.digest.to_string(),
                rustc: rustc.into(),
            }
        }
    }
}

/// The word for a role in what operators read.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::PresenceSource => "presence-source",
        Role::PresenceSink => "presence-sink",
        Role::BrowserPresence => "browser-presence",
        Role::Inviter => "inviter",
    }
}
