//! A plug-in's settings as they cross the edge, and what can be wrong with them.

use abi_stable::{StableAbi, std_types::RString};

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

/// What an author's own check finds wrong with a key; the SDK adds file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// Key with its tables, such as `tls.ca`.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Complaint {
    /// A complaint about `key`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}
