//! What the peers of a configuration answer: what `check --live` asks beyond the files. Nothing is changed there, and nothing
//! registered; each is told our name and left.

mod etcd;
mod genesys;

use crate::config::Config;
use std::{io, time::Duration};
use tokio::runtime::Builder;

/// What is over when everything was asked may take so long to end.
const ENDS: Duration = Duration::from_secs(1);

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Who answers, and what they said.
    pub answers: Vec<String>,
    /// What is better mended.
    pub warnings: Vec<String>,
    /// What keeps the service from its work, or a peer from being there for it.
    pub faults: Vec<String>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.answers.extend(other.answers);
        self.warnings.extend(other.warnings);
        self.faults.extend(other.faults);
    }
}

/// Asks all of them at the same time.
///
/// # Errors
/// The operating system lets us do nothing.
pub fn look(config: &Config) -> io::Result<Found> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(async {
        let (mut found, servers) = tokio::join!(etcd::look(config.cluster.as_ref()), genesys::look(config));
        found.add(servers);
        found
    });
    runtime.shutdown_timeout(ENDS);
    Ok(found)
}
