//! The directory in force: what may replace it, who is told of a new one, and what is said of one that is kept out.

use crate::{
    config::{self, Problem},
    directory::{Directory, Loaded, loss},
    reload,
    web::{Readiness, accounts::Accounts},
};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Its name on the board of `/readyz`.
const PART: &str = "directory";

/// The directory that the host works with, and the ways to those who work with it.
pub(super) struct InForce {
    directory: Arc<Directory>,
    /// How many were in force before it.
    generation: u64,
    /// The fingerprint of a file that an operator has accepted, and that is to be read yet.
    accepted: Option<String>,
    accounts: watch::Sender<Arc<Accounts>>,
    hub: mpsc::Sender<Arc<Directory>>,
    readiness: Readiness,
}

impl InForce {
    /// That of the start, which those who work with it have already: nobody is at work who could lose anything.
    pub(super) fn new(
        directory: Arc<Directory>,
        accounts: watch::Sender<Arc<Accounts>>,
        hub: mpsc::Sender<Arc<Directory>>,
        readiness: Readiness,
    ) -> Self {
        let in_force = Self { directory, generation: 0, accepted: None, accounts, hub, readiness };
        in_force.show();
        in_force
    }

    /// Another number for each directory that comes into force: whoever begins to read one and finds another number
    /// afterwards holds an older one.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// An operator has accepted the file with this fingerprint, whenever it is read.
    pub(super) fn accept(&mut self, accepted: &str) {
        self.accepted = Some(accepted.to_owned());
    }

    /// Whether this one may replace it: it takes too much from nobody, or the operator has accepted this very file.
    ///
    /// # Errors
    /// What it takes from how many, and what to do. It is shown in `/readyz` until a directory is taken over.
    pub(super) fn judge(
        &self,
        fresh: &Loaded,
        config: &config::Directory,
        accepted: Option<&str>,
    ) -> Result<(), String> {
        let losses = loss::excessive((&self.directory, &self.accounts.borrow()), fresh, config.allowance());
        if losses.is_empty() {
            return Ok(());
        }
        let losses = losses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (file, print) = (fresh.source.path.display(), fresh.fingerprint());
        let ways = [accepted, self.accepted.as_deref(), config.accept.as_deref()];
        if ways.contains(&Some(&*print)) {
            tracing::warn!(%file, losses, "this directory is taken over because an operator has accepted it");
            return Ok(());
        }
        let why = format!(
            "the directory stays as it was, because {file} would take too much away: {losses}. If the file is wrong, put \
             it right; it is read again at once. If this is what you want, say so by POST \
             /-/reload?accept-directory={print} at the [admin] address, or by accept = \"{print}\" in [directory] and a \
             reload; a restart takes any file. How much is too much: loss-percent = {} and loss-workers = {} in \
             [directory].",
            config.loss_percent, config.loss_workers
        );
        metrics::gauge!("uc_directory_kept_out").set(1.0);
        self.readiness.in_part(PART, why.as_str());
        Err(why)
    }

    /// Its file changed and cannot be used: it stays in force, which `/readyz` shows until a directory is taken over.
    pub(super) fn cannot_be_replaced(&self, problems: &[Problem]) {
        let Some(first) = problems.first() else { return };
        let why = format!("the directory stays as it was: {} problems in its file; the first: {first}", problems.len());
        match self.directory.workers() {
            [] => self.readiness.not_ready(PART, why),
            _ => self.readiness.in_part(PART, why),
        }
    }

    /// What this one would change; none: nothing.
    pub(super) fn changes(&self, fresh: &Loaded) -> Option<String> {
        reload::directory_change((&self.directory, &self.accounts.borrow()), (&fresh.directory, &fresh.accounts))
    }

    /// Works with this one from now on; its warnings are the caller's to say.
    pub(super) async fn take_over(&mut self, loaded: Loaded) {
        self.directory = loaded.directory.clone();
        self.generation += 1;
        self.accepted = None;
        self.accounts.send_replace(loaded.accounts);
        self.show();
        // The hub ends only when the process does.
        let _ = self.hub.send(loaded.directory).await;
    }

    fn show(&self) {
        metrics::gauge!("uc_directory_kept_out").set(0.0);
        match self.directory.workers() {
            [] => self.readiness.not_ready(PART, "there is no worker in the directory: nobody is served"),
            _ => self.readiness.ready(PART),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Source, directory::file::read};

    fn in_force(text: &str) -> (InForce, Readiness) {
        let source = Arc::new(Source { path: "directory.toml".into(), text: text.into() });
        let loaded = read(&source, &["north".into()]).expect("a directory");
        let (readiness, accounts) = (Readiness::default(), watch::channel(loaded.accounts).0);
        let (hub, _) = mpsc::channel(1);
        (InForce::new(loaded.directory, accounts, hub, readiness.clone()), readiness)
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_used_is_shown_until_one_is_taken_over() {
        let worker = "[[switch]]\nname = 's'\nt-server = 'north'\n[[place]]\nname = 'p'\n\
                      dns = [{ dn = '5001', switch = 's' }]\n[[worker]]\nuser = 'u'\nagent-id = '1'\nplace = 'p'\n";
        for (text, serves) in [(worker, true), ("", false)] {
            let (mut in_force, readiness) = in_force(text);
            let source = Arc::new(Source { path: "directory.toml".into(), text: "[[worker]]\nuser = 7".into() });
            let problems = read(&source, &["north".into()]).expect_err("no directory");
            in_force.cannot_be_replaced(&problems);
            let report = readiness.report();
            assert!(
                report.contains("directory: the directory stays as it was") && report.contains("directory.toml"),
                "{report}"
            );
            assert_eq!(readiness.missing().is_empty(), serves, "{report}");
            let source = Arc::new(Source { path: "directory.toml".into(), text: worker.into() });
            in_force.take_over(read(&source, &["north".into()]).expect("a directory")).await;
            assert!(readiness.report().contains("[+] directory: ready"));
        }
    }
}
