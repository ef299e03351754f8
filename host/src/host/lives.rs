//! What a process that begins anew hands on to the one that follows it, which is the same to the system and knows nothing.

use crate::role::{Decider, Role};
use std::{
    env,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use uc_store::{History, Store};

/// Set for a process that was primary and begins anew.
const BEGAN_ANEW: &str = "UC_CONNECTOR_BEGAN_ANEW";

/// Set for one that has lost the lease before: the number of its life then.
const LOST: &str = "UC_CONNECTOR_LOST_LEASE";

/// Set for one that was told to work while the one before was on its way out.
const WANTED_AGAIN: &str = "UC_CONNECTOR_WANTED_AGAIN";

/// Set for one whose store nodes share: what the process before has known of it.
const HISTORY: &str = "UC_CONNECTOR_STORE_HISTORY";

/// What is to be handed on. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct ThisLife {
    /// Of the lease.
    pub life: u64,
    /// None: no arbiter decides.
    pub decider: Option<Decider>,
    /// None: no other node has it.
    pub store: Option<Store>,
    lost: Arc<AtomicBool>,
}

impl ThisLife {
    pub(super) fn new(life: u64, decider: Option<Decider>, store: Option<Store>) -> Self {
        Self { life, decider, store, lost: Arc::default() }
    }

    /// The lease was lost, and not let go: nobody is to be let by.
    pub(super) fn has_lost_it(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    pub(super) fn hand_on(&self, to: &mut Command) {
        to.env(BEGAN_ANEW, "1").env_remove(LOST).env_remove(WANTED_AGAIN).env_remove(HISTORY);
        if self.lost.load(Ordering::Relaxed) {
            to.env(LOST, self.life.to_string());
        }
        if self.decider.as_ref().is_some_and(Decider::is_wanted_again) {
            to.env(WANTED_AGAIN, "1");
        }
        if let Some(history) = self.store.as_ref().and_then(Store::history) {
            to.env(HISTORY, history.to_string());
        }
    }
}

/// There was a life before this one.
pub(super) fn is_not_the_first() -> bool {
    env::var_os(BEGAN_ANEW).is_some()
}

/// The number of the life before, if it has lost the lease.
pub(super) fn lost_before() -> Option<u64> {
    env::var(LOST).ok()?.parse().ok()
}

/// What the process before has known of the store that nodes share.
pub(super) fn history_before() -> Option<History> {
    env::var(HISTORY).ok()?.parse().ok()
}

/// What the process before was told too late.
pub(super) fn told_before() -> Option<Role> {
    env::var_os(WANTED_AGAIN).map(|_| Role::Primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the next life finds: that it was lost, that it is wanted, and the history of the store.
    fn handed_on(life: &ThisLife) -> [Option<String>; 3] {
        let mut next = Command::new("true");
        life.hand_on(&mut next);
        let found = |name: &str| {
            let value = next.get_envs().find(|(key, _)| *key == name).and_then(|(_, value)| value);
            value.map(|value| value.to_string_lossy().into_owned())
        };
        [LOST, WANTED_AGAIN, HISTORY].map(found)
    }

    #[test]
    fn the_next_life_knows_what_was_lost_and_what_was_said_too_late() {
        let life = ThisLife::new(7, None, None);
        assert_eq!(handed_on(&life), [None, None, None], "it was let go");
        life.has_lost_it();
        assert_eq!(handed_on(&life), [Some("7".to_owned()), None, None]);
        let (decider, _primacy) = Decider::new();
        let life = ThisLife::new(7, Some(decider.clone()), Some(Store::in_memory()));
        assert!(decider.say(Role::Primary) && decider.say(Role::Standby));
        assert_eq!(handed_on(&life), [None, None, None]);
        decider.say(Role::Primary);
        assert_eq!(handed_on(&life), [None, Some("1".to_owned()), None]);
    }

    #[cfg(feature = "etcd")]
    #[tokio::test]
    async fn the_next_life_knows_which_etcd_this_one_has_used() {
        use uc_store::{EtcdAt, EtcdTls};
        let at = EtcdAt {
            endpoints: vec!["http://127.0.0.1:1".to_owned()],
            prefix: "/uc/".to_owned(),
            user: None,
            tls: EtcdTls::default(),
        };
        let known = "1f 18".parse().unwrap();
        for (before, handed) in [(None, None), (Some(known), Some("1f 18".to_owned()))] {
            let store = Store::etcd(at.clone()).unwrap().after(before);
            let [.., history] = handed_on(&ThisLife::new(7, None, Some(store)));
            assert_eq!(history, handed, "it hands on what it was handed");
        }
    }
}
