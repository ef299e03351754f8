//! What a process that begins anew hands on to the one that follows it, which is the same to the system and knows nothing.

use crate::role::{Decider, Role};
use std::{env, process::Command};

/// Set for a process that was primary and begins anew.
const BEGAN_ANEW: &str = "UC_CONNECTOR_BEGAN_ANEW";

/// Set for one that was told to work while the one before was on its way out.
const WANTED_AGAIN: &str = "UC_CONNECTOR_WANTED_AGAIN";

/// What is to be handed on. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct ThisLife {
    /// None: no arbiter decides.
    pub decider: Option<Decider>,
}

impl ThisLife {
    pub(super) fn hand_on(&self, to: &mut Command) {
        to.env(BEGAN_ANEW, "1").env_remove(WANTED_AGAIN);
        if self.decider.as_ref().is_some_and(Decider::is_wanted_again) {
            to.env(WANTED_AGAIN, "1");
        }
    }
}

/// There was a life before this one.
pub(super) fn is_not_the_first() -> bool {
    env::var_os(BEGAN_ANEW).is_some()
}

/// What the process before was told too late.
pub(super) fn told_before() -> Option<Role> {
    env::var_os(WANTED_AGAIN).map(|_| Role::Primary)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the next life finds that it is wanted.
    fn is_wanted(life: &ThisLife) -> bool {
        let mut next = Command::new("true");
        life.hand_on(&mut next);
        next.get_envs().any(|(key, value)| key == WANTED_AGAIN && value.is_some())
    }

    #[test]
    fn the_next_life_knows_what_was_said_too_late() {
        let (decider, _primacy) = Decider::new();
        let life = ThisLife { decider: Some(decider.clone()) };
        assert!(decider.say(Role::Primary) && decider.say(Role::Standby));
        assert!(!is_wanted(&life));
        decider.say(Role::Primary);
        assert!(is_wanted(&life));
    }
}
