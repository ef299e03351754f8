//! Signals of the operating system: TERM and INT ask for a drain, a second one ends it at once, HUP asks for a reload,
//! USR1 and USR2 say which node works, XFSZ is heard by whoever writes.

use crate::role::Role;
use nix::sys::signal::{SigSet, Signal as Number};
use std::{future::Future, io, time::Duration};
use tokio::{
    select,
    signal::unix::{Signal as Stream, SignalKind, signal},
    time,
};

/// What the operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP.
    Reload,
    /// SIGTERM or SIGINT.
    Stop,
    /// SIGUSR1: to be primary; SIGUSR2: to be standby.
    Role(Role),
}

/// How a drain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Everything was put away.
    Whole,
    /// The deadline passed first.
    Late,
    /// A second SIGTERM or SIGINT came first.
    Forced,
    /// This node is primary no more: nothing was put away.
    Left,
    /// This node may not take part with the others: nothing was put away, and starting again does not help.
    Refused,
}

/// Holds back, in this thread, what the process is told by signals: a program that is started in its place hears it
/// once it listens, where it would end by it before.
///
/// # Errors
/// The operating system refuses.
pub fn hold_back() -> io::Result<()> {
    Ok(ours().thread_block()?)
}

fn ours() -> SigSet {
    [Number::SIGHUP, Number::SIGTERM, Number::SIGINT, Number::SIGUSR1, Number::SIGUSR2].into_iter().collect()
}

/// A file that may not grow further (`LimitFSIZE=`, `ulimit -f`) ends no process by SIGXFSZ: whoever writes it is told, as by
/// a full disk. It is caught and not ignored, so that the site's programs begin with what the system does by itself.
fn outlive_file_sizes() -> io::Result<()> {
    // Who hears it is gone at once, and whoever catches it stays for as long as the process lives.
    signal(SignalKind::from_raw(Number::SIGXFSZ as i32)).map(drop)
}

/// The signals of this process. While it lives they no longer end the process by themselves.
#[derive(Debug)]
pub struct Signals {
    reload: Stream,
    terminate: Stream,
    interrupt: Stream,
    promote: Stream,
    demote: Stream,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// The operating system refuses: out of resources.
    pub fn listen() -> io::Result<Self> {
        let signals = Self {
            reload: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            promote: signal(SignalKind::user_defined1())?,
            demote: signal(SignalKind::user_defined2())?,
        };
        outlive_file_sizes()?;
        // What came while they were held back comes now.
        ours().thread_unblock()?;
        Ok(signals)
    }

    /// Waits for the next one. Cancelling it loses none.
    pub async fn next(&mut self) -> Signal {
        select! {
            _ = self.reload.recv() => Signal::Reload,
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.promote.recv() => Signal::Role(Role::Primary),
            _ = self.demote.recv() => Signal::Role(Role::Standby),
        }
    }

    /// Runs `work`, which puts everything away, until it is done, `deadline` has passed, or the operator asks to
    /// stop once more. A reload asked for meanwhile is too late and ignored.
    pub async fn drain(&mut self, work: impl Future<Output = ()>, deadline: Duration) -> Drained {
        let mut again = async || while self.next().await != Signal::Stop {};
        select! {
            () = work => Drained::Whole,
            () = time::sleep(deadline) => Drained::Late,
            () = again() => Drained::Forced,
        }
    }
}
