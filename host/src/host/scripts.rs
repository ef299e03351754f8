//! The site's programs at a change of roles: one at a time, and whoever gives an address up has ended before another
//! node may take it.

use super::lives;
use crate::{
    config::Standby,
    role::{Role, Script},
    tasks::contained,
};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::task::AbortOnDropHandle;

/// The programs, and which of them ran last. Clones are of the same ones.
#[derive(Clone, Debug)]
pub(super) struct Scripts(Arc<Mutex<Ran>>);

#[derive(Debug)]
struct Ran {
    standby: Standby,
    /// None: neither has run.
    role: Option<Role>,
    runs: Option<AbortOnDropHandle<Option<()>>>,
}

impl Scripts {
    /// Those of `[standby]`; none has run, but for a process that was primary and began anew.
    pub(super) fn new(standby: Standby) -> Self {
        let role = lives::is_not_the_first().then_some(Role::Standby);
        Self(Arc::new(Mutex::new(Ran { standby, role, runs: None })))
    }

    /// The node is that from now on. The program runs beside, and after the one before: what it takes delays nobody,
    /// and one that gives an address up must not end after one that takes it.
    pub(super) async fn begin(&self, role: Role) {
        let mut ran = self.0.lock().await;
        if ran.role.replace(role) == Some(role) {
            return;
        }
        let (script, before) = (ran.script(role), ran.runs.take());
        ran.runs = Some(AbortOnDropHandle::new(tokio::spawn(contained("script", async move {
            if let Some(before) = before {
                // However it ended, it has.
                let _ = before.await;
            }
            script.run(role).await;
        }))));
    }

    /// The node works no longer: it has given up by the time this returns what it has taken, or has had its time to.
    /// What was still taking is killed.
    pub(super) async fn give_up(&self) {
        let mut ran = self.0.lock().await;
        if ran.role != Some(Role::Primary) {
            return;
        }
        if let Some(taking) = ran.runs.take() {
            taking.abort();
            // However it ended, it has.
            let _ = taking.await;
        }
        ran.script(Role::Standby).run(Role::Standby).await;
        ran.role = Some(Role::Standby);
    }
}

impl Ran {
    fn script(&self, role: Role) -> Script {
        let Standby { on_promotion, on_demotion, script_deadline, .. } = &self.standby;
        let command = if role == Role::Primary { on_promotion } else { on_demotion };
        Script::new(command.clone(), *script_deadline)
    }
}
