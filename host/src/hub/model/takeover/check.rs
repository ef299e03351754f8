//! What must be so of a pair.

use super::{
    node::{Does, Life, Node},
    play::{Play, Status, WORKERS},
};
use crate::{agent_link::Request, worker::Line};
use uc_plugin_api::UserHandle;

/// At no moment do both hold the lease, each by its own clock.
pub(super) fn one_works(play: &Play) {
    let holds = play.nodes.iter().filter(|node| node.holds(play.now).is_some()).count();
    assert!(holds < 2, "{:?}: both hold the lease", play.now);
}

/// What was written is of the life that held the lease last.
pub(super) fn may_write(play: &Play, life: Life) {
    assert_eq!(life, play.holder, "{:?}: who works no longer has written", play.now);
}

/// What a line shows as the truth was read over this connection, and since the node works.
pub(super) fn is_read_first(node: &Node) {
    for line in lines(node).filter(|line| line.in_service()) {
        assert!(node.read.contains(&line.place().dn), "{} is in service, and was never read", line.place().dn);
    }
}

/// A DN is read before anything is asked of its agent, who logs in before anything else, and once.
pub(super) fn asks_in_order(node: &Node, request: &Request) {
    let dn = request.this_dn();
    let logged_out = || {
        assert!(node.read.contains(dn), "{request:?}: it is not known what stands there");
        lines(node).any(|line| line.place().dn == *dn && line.agent().is_logged_out())
    };
    match request {
        Request::RegisterAddress { .. } | Request::UnregisterAddress { .. } => {}
        Request::AgentLogin { .. } => assert!(logged_out(), "{request:?}: somebody is logged in"),
        _ => assert!(!logged_out(), "{request:?}: nobody is logged in"),
    }
}

fn lines(node: &Node) -> impl Iterator<Item = &Line> {
    let users = (0..).map(UserHandle).take(WORKERS.len());
    users.filter_map(|user| node.hub.user(user)).flat_map(|user| user.worker.lines())
}

/// Where it all has led.
pub(super) fn the_end(play: &Play) {
    let works: Vec<_> = play.nodes.iter().filter(|node| matches!(node.does, Does::Works)).collect();
    let [works] = works[..] else { panic!("{} nodes work", works.len()) };
    for (number, id) in WORKERS.iter().enumerate() {
        let user = UserHandle(u32::try_from(number).expect("two"));
        let worker = &works.hub.user(user).expect("in the directory").worker;
        for line in worker.lines() {
            let dn = &line.place().dn;
            let there = play.server.server.devices.get(dn).map(|device| device.facts.status).unwrap_or_default();
            assert!(line.in_service(), "{id}: {dn} is not in service");
            assert_eq!(line.confirmed().status, there, "{id}: {dn} is shown otherwise");
            assert_eq!(line.agent().next(), None, "{id}: more is to be asked of {dn}");
            may_be(play, user, dn, there);
        }
    }
}

/// What stands there follows from the last word that counts, or from one that may.
fn may_be(play: &Play, user: UserHandle, dn: &str, there: Status) {
    let words = &play.wished[&user];
    let settled = !play.server.unsettled.iter().any(|unsettled| **unsettled == *dn);
    // Of a word that was never written down half may have been done: the login, and not the state.
    let sure = settled && words.len() == 1;
    let may = words.iter().any(|(_, word)| *word == there) || (!sure && there != Status::Ready);
    let who = WORKERS[user.0 as usize];
    assert!(
        may,
        "{who}: {dn} is {there:?}, and what counts of {words:?} says otherwise ({:?}, settled: {settled})",
        play.mode
    );
}
