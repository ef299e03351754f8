//! What operators see of this node's role, and what they may say of it. An arbiter outside says it elsewhere
//! ([`super::arbiter`]).

use super::{hand_over::STANDS_BY, nodes::Nodes, promotion::let_another_work, scripts::Scripts};
use crate::{
    hub,
    kept::KeptState,
    role::{Primacy, Role},
    tasks::contained,
    web::Readiness,
};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Time for an answer to leave before the process begins anew.
pub(super) const ANSWERED: Duration = Duration::from_millis(50);

const NOBODY: &str = "no other node stands by: nobody would work, and then this node again; see the other one, or say \
    `role standby --force`";

/// The node's role, and whoever may change it.
pub(super) struct RoleDesk {
    pub primacy: Primacy,
    /// Of many nodes; none: there are no partitions.
    pub nodes: Option<Nodes>,
    /// Cancelled when another node may have the lease.
    pub lets_go: CancellationToken,
    /// This node's turn has come: the plug-ins are to be started, and whoever asks is to be told.
    pub begins: oneshot::Receiver<oneshot::Sender<()>>,
    /// To the hub.
    pub role_changes: mpsc::Sender<hub::RoleChange>,
    pub kept: KeptState,
    pub readiness: Readiness,
    /// What is given up before another node may take it.
    pub scripts: Scripts,
    /// Lets another node work; none: nobody has said so.
    pub another_works: Option<AbortOnDropHandle<Option<()>>>,
}

impl RoleDesk {
    /// Whoever may decide says what this node is to be. They are answered before it happens: it ends every connection. Operators
    /// are served meanwhile, for the site's program may take long.
    pub(super) async fn set(&mut self, role: Role, force: bool, ticket: oneshot::Sender<Result<(), String>>) {
        let allowed = match self.may_set(role) {
            Ok(()) if !force && self.leaves_nobody(role).await => Err(NOBODY.to_owned()),
            allowed => allowed,
        };
        if let Err(why) = &allowed {
            tracing::warn!(role = role.word(), why, "this node does not become what somebody has said");
        }
        let changes = allowed.is_ok() && role != self.primacy.role();
        let _ = ticket.send(allowed);
        if changes && self.another_works.is_none() {
            tracing::warn!(role = role.word(), "somebody has said what this node is to be");
            self.another_works = Some(self.let_another_work());
        }
    }

    fn let_another_work(&self) -> AbortOnDropHandle<Option<()>> {
        let (scripts, role_changes) = (self.scripts.clone(), self.role_changes.clone());
        let (kept, lets_go) = (self.kept.clone(), self.lets_go.clone());
        AbortOnDropHandle::new(tokio::spawn(contained("role", async move {
            sleep(ANSWERED).await;
            let_another_work(&scripts, &role_changes, &kept, &lets_go).await;
        })))
    }

    /// Nobody works for seconds then, and this node again: no operator's wish.
    async fn leaves_nobody(&self, role: Role) -> bool {
        let gives_up = role == Role::Standby && self.primacy.role() == Role::Primary;
        gives_up && !self.kept.standbys().is_somebody(STANDS_BY, |_| true).await
    }

    fn may_set(&self, role: Role) -> Result<(), String> {
        match role {
            _ if role == self.primacy.role() => Ok(()),
            Role::Standby if self.nodes.is_some() => {
                Err("every node works for the partitions that it owns: say `nodes drain` to take it out".to_owned())
            }
            Role::Standby if self.primacy.is_alone() => {
                Err("there is no other node: see [cluster] and [standby]".to_owned())
            }
            Role::Primary => Err("the lease decides: say `role standby` at the node that is primary".to_owned()),
            Role::Standby => Ok(()),
        }
    }
}
