//! Section `[directory]`: the file that says who is who, and how much of it may vanish at once.

use super::findings::Findings;
use serde::Deserialize;
use std::path::PathBuf;

/// How much a new directory may take away without being asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Percent of those who have it.
    pub percent: u32,
    /// So many may lose it, whatever share they are: one of two who leaves is no accident.
    pub people: u32,
}

/// Section `[directory]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Directory {
    /// The file that says who is who. It is watched.
    pub file: PathBuf,
    /// A changed file that takes something from more than this percent of the workers, and from more than
    /// `loss-workers`, is kept out until the operator accepts it; 100: every file is taken over.
    #[serde(default = "loss_percent")]
    pub loss_percent: u32,
    /// So many workers may lose something, whatever share they are.
    #[serde(default = "loss_workers")]
    pub loss_workers: u32,
    /// Fingerprint of a file that is taken over whatever it takes away; the message that keeps it out names it. Any other
    /// file is judged as ever, so that it need not be removed afterwards.
    pub accept: Option<String>,
}

fn loss_percent() -> u32 {
    10
}

fn loss_workers() -> u32 {
    10
}

impl Directory {
    /// What may vanish without being asked about.
    pub fn allowance(&self) -> Allowance {
        Allowance { percent: self.loss_percent, people: self.loss_workers }
    }

    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        if self.loss_percent > 100 {
            findings.wrong("directory.loss-percent", "this is more than everybody", "0 to 100");
        }
        if self.accept.as_deref().is_some_and(|accept| !crate::fingerprint::is_one(accept)) {
            let allowed = "the 16 digits that the message about the file names";
            findings.wrong("directory.accept", "this is no fingerprint of a file", allowed);
        }
    }
}
