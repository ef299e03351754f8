//! What an author writes: one ordinary trait with async functions.

use crate::{
    config::Complaint,
    message::{Command, Role},
    sdk::Host,
};
use serde::de::DeserializeOwned;
use std::{future::Future, path::Path};

/// A plug-in. Implement it with `async fn`s, then name the type in [`export_plugin!`](crate::export_plugin).
///
/// The SDK runs each instance on a runtime of its own and calls the methods one after the other, never at the same
/// time, so state needs no locks. An `Err` or a panic in [`command`](Backend::command), [`wake`](Backend::wake) or a
/// task of [`Host::spawn`] fails the instance: the host reads the reason, drops the instance and starts a new one with
/// back-off. A panic in a task of `tokio::spawn` is logged, and ends that task alone.
pub trait Backend: Sized + Send + 'static {
    /// Name of the plug-in: `[a-z0-9-]`, at most 32 bytes.
    const NAME: &'static str;

    /// What it is for; decides the deployment mode.
    const ROLES: &'static [Role];

    /// What it counts and measures, its own and that of the libraries in it, each with the words that an operator reads
    /// beside it on `/metrics`. Counters, whose names end in `_total`, show as 0 from the start, so that an operator
    /// can tell "never" from "not known". At most 127 names, those of [`Backend::COUNTERS`] and any used later included.
    const METRICS: &'static [&'static [(&'static str, &'static str)]] = &[];

    /// Names of further counters that show as 0 from the start, without a word of what they count.
    const COUNTERS: &'static [&'static [&'static str]] = &[];

    /// Its settings. Derive `Deserialize` with `deny_unknown_fields`; use `()` for none.
    type Config: DeserializeOwned + Send + 'static;

    /// What is wrong with settings that parsed, and with the files that they name ([`Complaint::in_file`]). What keeps
    /// nobody from work is a warning ([`Complaint::as_warning`]). Relative paths start at `directory`. May read files,
    /// must not touch the network.
    ///
    /// A reload at which nothing but the content of a file has changed replaces the instance, unless there is a warning
    /// about a file: then the running one is told to [try now](Self::try_now), for it has what it took of the file before.
    fn check(config: &Self::Config, directory: &Path) -> Vec<Complaint> {
        let _ = (config, directory);
        Vec::new()
    }

    /// Starts an instance, within ten seconds. After a reload the instance before runs on until this one has started,
    /// and is told to stop before this one gets its first command, which is always one to watch: whoever would be the
    /// same endpoint to the platform signs in with that. An unreachable platform is no reason to fail: report
    /// [`LinkStatus::Down`](crate::LinkStatus::Down) and keep trying.
    ///
    /// # Errors
    /// Why it cannot work and what to do; the host tries again with back-off.
    fn start(config: Self::Config, host: Host) -> impl Future<Output = Result<Self, String>> + Send;

    /// Carries out a command. Long work belongs in a task ([`Host::spawn`]).
    ///
    /// # Errors
    /// Only when the instance cannot go on: it is dropped and started anew.
    fn command(&mut self, command: Command) -> impl Future<Output = Result<(), String>> + Send;

    /// The plug-in's own work between commands: wait for a timer or a channel, then act. Called again each time it
    /// returns; dropped where it waits when a command arrives, so wait only on what survives that (timers set to a
    /// point in time, channels). One that waits for nothing, again and again, gets its turns with pauses.
    ///
    /// # Errors
    /// Only when the instance cannot go on: it is dropped and started anew.
    fn wake(&mut self) -> impl Future<Output = Result<(), String>> + Send {
        std::future::pending()
    }

    /// Makes at once the attempt to reach the platform, or to sign in there, that it waits with: an operator reloads
    /// the configuration when something has been mended, an account unlocked for example. Where an attempt could do
    /// harm, lock that account again for example, the wait goes on, and so does everything else as it is. By itself
    /// it does nothing.
    fn try_now(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Answers an operation that is not part of the frozen vocabulary, within five seconds.
    ///
    /// # Errors
    /// [`CallError::Unsupported`] for an operation it does not know.
    fn call(&mut self, op: &str, body: &[u8]) -> impl Future<Output = Result<Vec<u8>, CallError>> + Send {
        let _ = (op, body);
        std::future::ready(Err(CallError::Unsupported))
    }

    /// Takes leave of the platform within the deadline of the host, `stop-seconds` in `[plugins]`, 5 s by default. Tasks and
    /// events still work; both end afterwards, tasks by being aborted.
    fn stop(&mut self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// The operation of [`call`](Backend::call) that tells an instance, before it is stopped, that another one of the same
/// plug-in follows at once, with which settings: the body is their text. Whoever publishes may leave standing what the
/// next one is about to show again, if that one works at the same place. One that does not know it takes leave as ever.
pub const SUCCEEDED_BY: &str = "succeeded-by";

/// The operation of [`call`](Backend::call) that tells an inviter which of the invitations under way nobody needs any more:
/// the caller has gone, somebody else has answered, or the worker is at the page. The body are their numbers
/// ([`Invitation::id`](crate::Invitation::id)), as [`ended_invitations`] reads them. What rings is to be taken back;
/// nothing need be reported of it. One that does not know it lets them ring until they are answered.
pub const END_INVITATIONS: &str = "end-invitations";

/// The numbers in the body of [`END_INVITATIONS`]: decimal, each after the other with a space in between. None: it is no
/// such body.
pub fn ended_invitations(body: &[u8]) -> Option<Vec<u64>> {
    std::str::from_utf8(body).ok()?.split_ascii_whitespace().map(|number| number.parse().ok()).collect()
}

/// Why a [`call`](Backend::call) has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The operation is not known.
    Unsupported,
    /// Known, but it did not work; why, and what to do.
    Failed(String),
}
