//! What the lab's page shows: workers with the T-Server's word on them, customers' calls. Whole each time, because it
//! is small and then a page can never be wrong about it.

use super::{
    customers::{Customers, Placed},
    floor::Floor,
};
use crate::t_server::{Step, TServer};
use serde::Serialize;
use std::sync::Arc;
use uc_connector::{
    agent_link::{AgentStatus, LinkId},
    directory::Worker,
};

/// Everything the page can look at or touch.
#[derive(Clone)]
pub(super) struct Desk {
    floor: Arc<Floor>,
    /// The switch.
    pub(super) t_server: TServer,
    /// Who calls.
    pub(super) customers: Arc<Customers>,
    users: Arc<str>,
}

/// One look.
#[derive(Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Look {
    page: String,
    users: Arc<str>,
    workers: Vec<WorkerLook>,
    calls: Vec<CallLook>,
}

#[derive(Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct WorkerLook {
    name: Arc<str>,
    agent_id: Arc<str>,
    dns: Vec<LineLook>,
}

#[derive(Serialize, PartialEq, Eq)]
struct LineLook {
    dn: Arc<str>,
    /// Class of the row.
    status: &'static str,
    text: String,
}

#[derive(Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
struct CallLook {
    conn_id: String,
    from: String,
    to: String,
    story: String,
    open: bool,
}

impl Desk {
    pub(super) fn new(floor: Arc<Floor>, t_server: TServer, customers: Arc<Customers>, users: String) -> Self {
        Self { floor, t_server, customers, users: users.into() }
    }

    /// How everything stands now.
    pub(super) fn look(&self) -> Look {
        Look {
            page: self.floor.page.clone(),
            users: self.users.clone(),
            workers: self.floor.workers.iter().map(|worker| self.worker(worker)).collect(),
            calls: self.customers.calls().into_iter().map(|call| self.call(call)).collect(),
        }
    }

    fn worker(&self, worker: &Worker) -> WorkerLook {
        let lines = worker.lines.iter().filter(|line| line.link == LinkId(0));
        let dns = lines.map(|line| self.line(&line.dn)).collect();
        WorkerLook { name: worker.name.clone(), agent_id: worker.agent_id.clone(), dns }
    }

    fn line(&self, dn: &Arc<str>) -> LineLook {
        let (status, text) = match self.t_server.agent(dn) {
            None => ("LoggedOut", "Logged out".to_owned()),
            Some((_, status, mode)) => {
                let (class, word) = match status {
                    AgentStatus::Ready => ("Ready", "Ready"),
                    AgentStatus::NotReady => ("NotReady", "Not ready"),
                    AgentStatus::LoggedOut => ("LoggedOut", "Logged out"),
                };
                (class, mode.map_or_else(|| word.to_owned(), |mode| format!("{word} · {mode}")))
            }
        };
        LineLook { dn: dn.clone(), status, text }
    }

    fn call(&self, call: Placed) -> CallLook {
        let parties = self.t_server.parties(call.conn_id);
        let story = match parties.as_deref().map(|parties| parties.iter().find(|(dn, _)| *dn != call.from)) {
            None => format!("{} · over", call.story),
            Some(Some((dn, step))) => format!("{} · {dn} {}", call.story, words(*step)),
            Some(None) => call.story,
        };
        let conn_id = call.conn_id.to_string();
        CallLook { conn_id, from: call.from, to: call.to, story, open: parties.is_some() }
    }
}

fn words(step: Step) -> &'static str {
    match step {
        Step::Dialing => "dials",
        Step::Ringing => "rings",
        Step::Established => "talks",
        Step::Held => "has the customer on hold",
        Step::Queued => "holds the call in its queue",
    }
}
