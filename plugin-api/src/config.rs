//! A plug-in's settings as they cross the edge, and what can be wrong with them.

use abi_stable::{StableAbi, std_types::RString};
use std::path::PathBuf;

/// The plug-in's own section of the configuration file: text, not a tree, so that the plug-in's own types read it
/// and its complaints point at the operator's line.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq, Default)]
pub struct PluginConfig {
    /// File the text is from, as shown in messages; relative paths in the settings start at its directory.
    pub file: RString,
    /// Line of that file on which the text begins; the first is 1.
    pub line: u32,
    /// TOML, with the plug-in's own keys at the top level.
    pub text: RString,
}

/// One thing wrong with a configuration, always the operator's to repair.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File.
    pub file: RString,
    /// Line in that file from 1; 0 when none is to blame.
    pub line: u32,
    /// Column from 1, in characters; 0 when unknown.
    pub column: u32,
    /// Key with its tables, such as `tls.ca`; empty when none is to blame.
    pub key: RString,
    /// What is wrong and what is allowed.
    pub message: RString,
}

impl Problem {
    /// What a message begins with when the problem keeps nobody from work. The layout of this type is frozen: a host
    /// that does not know the word refuses the settings.
    pub const WARNING: &str = "warning: ";

    /// The problem without that word; none: it is no mere warning.
    #[must_use]
    pub fn warning(&self) -> Option<Self> {
        let message = self.message.strip_prefix(Self::WARNING)?.into();
        Some(Self { message, ..self.clone() })
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.line > 0 && self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// What an author's own check finds wrong with a key, or with a file that the key names; the SDK adds the settings'
/// file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Key with its tables, such as `tls.ca`.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
    /// The file that the key names, and the line in it from 1; line 0: the file as a whole.
    pub file: Option<(PathBuf, u32)>,
    /// It keeps nobody from work: told by `check` and in the log, and refuses nothing.
    pub is_warning: bool,
}

impl Complaint {
    /// A complaint about `key`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), file: None, is_warning: false }
    }

    /// It is about a line of this file, which the key names; 0: about the file as a whole.
    #[must_use]
    pub fn in_file(self, file: impl Into<PathBuf>, line: u32) -> Self {
        Self { file: Some((file.into(), line)), ..self }
    }

    /// It keeps nobody from work.
    #[must_use]
    pub fn as_warning(self) -> Self {
        Self { is_warning: true, ..self }
    }
}
