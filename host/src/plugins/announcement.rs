//! What a supervisor says of its plug-in's instances, beside what they say themselves.

use super::{arrivals::Lane, id::PluginId};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::sync::mpsc;
use uc_plugin_api::PluginInfo;

/// Counts announcements, of all plug-ins together: of two, the later one is the larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Generation(u64);

impl Generation {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// One change in the life of a plug-in.
#[derive(Debug)]
pub(super) struct Announcement {
    pub(super) plugin: PluginId,
    /// An earlier one that comes late, of a supervisor that has ended, says nothing of the instance that runs now.
    pub(super) generation: Generation,
    pub(super) change: InstanceChange,
}

/// What happened.
#[derive(Debug)]
pub(super) enum InstanceChange {
    /// A new instance runs, and what it says comes out of this lane.
    Started { info: PluginInfo, lane: Lane },
    /// The instance that runs is about to be told to stop, and takes back what it shows.
    Leaves,
    /// Its own task has no turns.
    Hangs,
    /// The one that hung has its turns again.
    Answers,
    /// It is gone.
    Failed { why: String, retry_in: Duration },
    /// No instance of this plug-in comes any more.
    Stopped,
}

impl InstanceChange {
    /// The instance that runs says more afterwards.
    pub(super) fn runs_on(&self) -> bool {
        matches!(self, Self::Leaves | Self::Hangs | Self::Answers)
    }
}

impl Announcement {
    /// It happens now.
    pub(super) fn of(plugin: PluginId, change: InstanceChange) -> Self {
        Self { plugin, generation: Generation::next(), change }
    }
}

/// The supervisors' way to the owner of [`Arrivals`](super::Arrivals). Cheap to clone.
#[derive(Clone, Debug)]
pub struct Announcer(pub(super) mpsc::Sender<Announcement>);
