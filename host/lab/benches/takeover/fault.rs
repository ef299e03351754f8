//! What happens to the node that works, and how it is mended.

use super::installation::Installation;
use std::time::Duration;
use tokio::time::sleep;

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Killed,
    Stopped,
    Cut,
    KilledWithLeader,
}

impl Fault {
    pub(super) const ALL: [Self; 4] = [Self::Killed, Self::Stopped, Self::Cut, Self::KilledWithLeader];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Stopped => "stopped",
            Self::Cut => "cut off from etcd",
            Self::KilledWithLeader => "killed, and etcd's leader with it",
        }
    }

    /// Its name among the arguments.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Stopped => "stopped",
            Self::Cut => "cut",
            Self::KilledWithLeader => "leader",
        }
    }

    /// The other node is to serve previews within this time.
    pub(super) fn aim(self) -> Duration {
        Duration::from_secs(if self == Self::KilledWithLeader { 3 } else { 2 })
    }

    /// It happens now; `leader`: the member that leads the etcd.
    pub(super) fn happens(self, to: &mut Installation, leader: usize) {
        let node = to.works;
        match self {
            Self::Killed => to.nodes[node].kill(),
            Self::Stopped => to.nodes[node].signal("STOP"),
            Self::Cut => to.wires[node].iter().for_each(|wire| wire.cut(true)),
            Self::KilledWithLeader => {
                to.members.kill(leader);
                to.nodes[node].kill();
            }
        }
    }

    /// The node is the standby of the other from now on, unless that one has had a fault of its own.
    pub(super) async fn is_mended(self, of: &mut Installation, leader: usize) {
        let node = of.works;
        match self {
            Self::Killed => of.nodes[node].start_again(),
            Self::Stopped => {
                of.nodes[node].signal("CONT");
                of.stepped_down(node).await;
            }
            Self::Cut => {
                of.stepped_down(node).await;
                of.wires[node].iter().for_each(|wire| wire.cut(false));
            }
            Self::KilledWithLeader => {
                of.members.begin(leader);
                of.nodes[node].start_again();
                of.members.wait();
            }
        }
        // What a process that begins anew may still have to say.
        sleep(Duration::from_millis(500)).await;
        of.one_works().await;
    }
}
