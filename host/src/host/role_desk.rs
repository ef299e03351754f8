//! What operators see of this node's role, and what they may say of it. An arbiter outside says it elsewhere
//! ([`super::arbiter`]).

use super::{hand_over::STANDS_BY, nodes::Nodes, promotion::let_another_work, scripts::Scripts};
use crate::{
    hub,
    kept::KeptState,
    role::{Primacy, Role},
    web::Readiness,
};
use futures_util::future::BoxFuture;
use std::{future::pending, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

/// Time for an answer to leave before the process begins anew.
pub(super) const ANSWERED: Duration = Duration::from_millis(50);

const NOBODY: &str = "no other node stands by: nobody would work, and then this node again; see the other one, or say \
    `role standby --force`";

/// Lets another node work.
pub(super) type GivingUp = BoxFuture<'static, ()>;

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
}

impl RoleDesk {
    /// Whoever may decide says what this node is to be. They are answered before it happens, for it ends every connection:
    /// what is to be done then is given back.
    pub(super) async fn set(
        &self,
        role: Role,
        force: bool,
        ticket: oneshot::Sender<Result<(), String>>,
    ) -> Option<GivingUp> {
        let allowed = match self.may_set(role) {
            Ok(()) if !force && self.leaves_nobody(role).await => Err(NOBODY.to_owned()),
            allowed => allowed,
        };
        if let Err(why) = &allowed {
            tracing::warn!(role = role.word(), why, "this node does not become what somebody has said");
        }
        let changes = allowed.is_ok() && role != self.primacy.role();
        let _ = ticket.send(allowed);
        changes.then(|| {
            tracing::warn!(role = role.word(), "somebody has said what this node is to be");
            self.give_up()
        })
    }

    fn give_up(&self) -> GivingUp {
        let (scripts, role_changes) = (self.scripts.clone(), self.role_changes.clone());
        let (kept, lets_go) = (self.kept.clone(), self.lets_go.clone());
        Box::pin(async move {
            sleep(ANSWERED).await;
            let_another_work(&scripts, &role_changes, &kept, &lets_go).await;
        })
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

/// Gives up what is to be given up; none: nobody has said so. Operators are served beside: the site's program may take long.
pub(super) async fn gives_up(giving_up: &mut Option<GivingUp>) {
    match giving_up {
        Some(work) => work.await,
        None => return pending().await,
    }
    *giving_up = None;
}
