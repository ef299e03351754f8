//! What somebody decides at their phone when the weather is calm, and what becomes of it: it is theirs to decide, and
//! stays so at the next node, too.

use super::{
    node::Does,
    play::{Play, Status, WORKERS},
};
use crate::{agent_link::Dn, mode::Mode};
use rand::{Rng as _, seq::IndexedRandom as _};
use std::time::Duration;
use uc_plugin_api::UserHandle;

/// By then no T-Server logs anybody out for the sake of a client that is gone.
const ALL_NOTICED: Duration = Duration::from_secs(121);

/// Enough for a takeover, and for everything that a node could ask then.
const A_WHILE: Duration = Duration::from_secs(30);

/// One of the two, where somebody is as they wished.
pub(super) fn somebody_decides(play: &mut Play) {
    let as_wished: Vec<_> = as_wished(play).collect();
    let Some((dn, there)) = as_wished.choose(&mut play.random).cloned() else { return };
    // What a platform says again to the next node counts there, and a T-Server may log out who was at the one before.
    let may_die = play.mode == Mode::Standalone && !play.server.logs_out;
    if may_die && play.random.random_bool(0.5) {
        at_a_node_that_dies(play, &dn, there);
    } else {
        long_after_a_takeover(play, &dn);
    }
}

/// DNs whose agents are logged in and as the last word says, for sure.
fn as_wished(play: &Play) -> impl Iterator<Item = (Dn, Status)> {
    let works = play.nodes.iter().find(|node| matches!(node.does, Does::Works)).expect("one works");
    (0..).map(UserHandle).take(WORKERS.len()).flat_map(move |user| {
        let lines = works.hub.user(user).expect("in the directory").worker.lines();
        let words = &play.wished[&user];
        lines.filter_map(move |line| {
            let (dn, there) = (line.place().dn.clone(), line.confirmed().status);
            let sure = words.len() == 1 && !play.server.unsettled.contains(&dn);
            (sure && there == words[0].1 && there != Status::LoggedOut).then_some((dn, there))
        })
    })
}

/// It may be the last that the node is told.
fn at_a_node_that_dies(play: &mut Play, dn: &Dn, there: Status) {
    let at = play.nodes.iter().position(|node| matches!(node.does, Does::Works)).expect("one works");
    play.dies(at, play.now + A_WHILE / 3);
    let decided = if there == Status::Ready { Status::NotReady } else { Status::Ready };
    stays(play, dn, decided);
}

fn long_after_a_takeover(play: &mut Play, dn: &Dn) {
    play.passes(ALL_NOTICED);
    stays(play, dn, Status::LoggedOut);
}

fn stays(play: &mut Play, dn: &Dn, decided: Status) {
    play.at_phone(dn, decided);
    play.passes(A_WHILE);
    let there = play.server.server.devices[dn].facts.status;
    assert_eq!(there, decided, "{dn}: what was decided at the phone does not stay");
}
