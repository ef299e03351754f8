//! Nodes in simulated time, each with a wall clock of its own, and the store that they have.

use super::*;
use crate::web::accounts::{Account, Roles};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::collections::BTreeMap;

const IDLE: Duration = Duration::from_secs(60);
const LIFE: Duration = Duration::from_secs(1_000_000);
/// How often each node sweeps and reads.
const STEP: Duration = Duration::from_secs(5);
const NODES: usize = 3;

struct Node {
    sessions: Sessions,
    /// Its wall clock at the beginning.
    unix: u64,
    /// What it has said and the store has not taken.
    waiting: Vec<KeptSession>,
}

struct World {
    nodes: Vec<Node>,
    stored: BTreeMap<Key, KeptSession>,
    accounts: Accounts,
    begin: Instant,
    time: Duration,
}

impl World {
    /// Wall clocks that are up to this many seconds apart.
    fn new(apart: u64, dice: &mut StdRng) -> Self {
        let mut accounts = Accounts::default();
        let roles = Roles { worker: true, admin: false };
        let kim = Account { worker: "kim".into(), hash: None, name: "".into(), language: "".into(), roles };
        accounts.insert("kim".into(), kim);
        let unix = |_| 1_700_000_000 + dice.random_range(0..=apart);
        let node = |unix| Node { sessions: Sessions::new(IDLE, LIFE, true), unix, waiting: Vec::new() };
        let nodes = (0..NODES).map(unix).map(node).collect();
        Self { nodes, stored: BTreeMap::new(), accounts, begin: Instant::now(), time: Duration::ZERO }
    }

    fn now(&self, node: usize) -> Now {
        Now { instant: self.begin + self.time, unix: self.nodes[node].unix + self.time.as_secs() }
    }

    fn signs_in(&mut self, node: usize) -> String {
        let kim = self.accounts.get("kim").cloned().unwrap();
        let (id, session) = self.nodes[node].sessions.open("kim".into(), kim, self.now(node).instant);
        self.stored.insert(session.key, session.kept(self.now(node)));
        id
    }

    /// What a browser is answered there, which asks a moment after whatever else happens.
    fn knows(&self, node: usize, id: &str) -> bool {
        let (sessions, now) = (&self.nodes[node].sessions, self.now(node));
        if sessions.find(id, now.instant + Duration::from_millis(1)).is_none() {
            let found = self.stored.get(&super::super::key_of(id)).cloned();
            sessions.restore(found.into_iter().collect(), &self.accounts, now);
        }
        sessions.find(id, now.instant + Duration::from_millis(1)).is_some()
    }

    fn starts_anew(&mut self, node: usize) {
        self.nodes[node].sessions = Sessions::new(IDLE, LIFE, true);
        self.reads(node, &BTreeMap::new());
    }

    fn reads(&self, node: usize, before: &BTreeMap<Key, KeptSession>) {
        let gone: Vec<_> = before.keys().filter(|key| !self.stored.contains_key(*key)).copied().collect();
        let sessions = &self.nodes[node].sessions;
        sessions.restore(self.stored.values().cloned().collect(), &self.accounts, self.now(node));
        sessions.end_with_others(&gone);
    }

    /// Some time passes: every node sweeps, writes and reads. `speaks`: the store takes what they write.
    fn passes(&mut self, speaks: bool) {
        self.time += STEP;
        let before = self.stored.clone();
        for node in 0..NODES {
            let (now, sessions) = (self.now(node), &self.nodes[node].sessions);
            sessions.sweep(now.instant);
            sessions.end_unused(speaks, now.instant);
            let (ended, used) = (sessions.ended().unwrap(), sessions.in_use(now));
            self.nodes[node].waiting.extend(used);
            if speaks {
                self.stored.extend(self.nodes[node].waiting.drain(..).map(|used| (used.key, used)));
                ended.iter().for_each(|key| drop(self.stored.remove(key)));
            }
        }
        (0..NODES).for_each(|node| self.reads(node, &before));
    }

    fn pass(&mut self, long: Duration) {
        (0..=long.as_secs() / STEP.as_secs()).for_each(|_| self.passes(true));
    }
}

/// Whatever the wall clocks say, and whichever nodes start anew: who comes again and again, to any node, stays signed in
/// at all; and who has not come for longer than that is signed out at all, for good.
#[test]
fn who_is_idle_is_judged_by_no_wall_clock_but_ones_own() {
    for seed in 0..300 {
        let mut dice = StdRng::seed_from_u64(seed);
        let mut world = World::new([0, 59, 3_600, 86_400][seed as usize % 4], &mut dice);
        let id = world.signs_in(0);
        let mut unused = Duration::ZERO;
        for step in 0..dice.random_range(10..120) {
            world.passes(true);
            unused += STEP;
            if dice.random_bool(0.03) {
                world.starts_anew(dice.random_range(0..NODES));
            }
            // To others it is in use from when they were told last, which may be a while before.
            let least = IDLE - IDLE / 4 - STEP * 2;
            if dice.random_bool(0.15) || unused >= least {
                assert!(world.knows(dice.random_range(0..NODES), &id), "seed {seed}, step {step}, unused {unused:?}");
                unused = Duration::ZERO;
            }
        }
        world.pass(IDLE + IDLE / 4 + STEP * 2);
        assert!(world.stored.is_empty(), "seed {seed}: it may come back");
        world.starts_anew(0);
        assert!((0..NODES).all(|node| !world.knows(node, &id)), "seed {seed}");
    }
}

#[test]
fn an_open_page_keeps_a_session_at_nodes_whose_clocks_are_an_hour_apart() {
    for apart in [0, 3_600] {
        let mut world = World::new(0, &mut StdRng::seed_from_u64(1));
        (world.nodes[0].unix, world.nodes[1].unix) = (1_700_000_000, 1_700_000_000 + apart);
        let id = world.signs_in(0);
        let session = world.nodes[0].sessions.find(&id, world.now(0).instant).unwrap();
        assert!(world.nodes[0].sessions.page_opened(&session, 1));
        world.pass(IDLE * 3);
        assert!(world.knows(1, &id), "it did nothing but have a page, at another node");
        world.starts_anew(1);
        assert!(world.knows(1, &id));
    }
}

#[test]
fn while_nobody_can_write_nobody_is_signed_out_for_what_is_not_written() {
    let mut world = World::new(3_600, &mut StdRng::seed_from_u64(1));
    let id = world.signs_in(0);
    let session = world.nodes[0].sessions.find(&id, world.now(0).instant).unwrap();
    assert!(world.nodes[0].sessions.page_opened(&session, 1));
    (0..100).for_each(|_| world.passes(false));
    assert_eq!(world.stored.len(), 1);
    world.passes(true);
    assert!((0..NODES).all(|node| world.knows(node, &id)), "it is written now");
}
