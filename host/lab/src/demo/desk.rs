//! What the lab's page shows: workers with the T-Server's word on them, people on the UC platform, customers' calls. Whole
//! each time, because it is small and then a page can never be wrong about it.

use super::{
    chats::{self, Begin},
    customers::{Customers, Placed},
    desktop::{self, Deed},
    first_steps,
    floor::Floor,
    platform::{self, Choice, Seen},
};
use crate::{
    front_end::FrontEnd,
    t_server::{Step, TServer},
};
use serde::Serialize;
use std::sync::Arc;
use uc_connector::{
    agent_link::{AgentStatus, LinkId},
    directory::Worker,
};

/// Everything the page can look at or touch.
#[derive(Clone)]
pub(super) struct Desk {
    /// Who sits where.
    pub(super) floor: Arc<Floor>,
    /// The switch.
    pub(super) t_server: TServer,
    /// The UC platform, where the mode has one.
    pub(super) platform: Option<FrontEnd>,
    /// Who calls.
    pub(super) customers: Arc<Customers>,
    /// What to tell people about signing in.
    pub(super) users: Arc<str>,
}

/// One look.
#[derive(Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Look {
    mode: String,
    /// What to do first; `{page}` and `{lab}` are addresses.
    steps: &'static [&'static str],
    /// The workers' page, if there is one.
    page: Option<String>,
    /// Workers can be asked before a call is routed.
    previews: bool,
    users: Arc<str>,
    /// As colleagues see them; none: there is no UC platform.
    people: Option<Vec<Seen>>,
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
    /// Somebody may answer it.
    rings: bool,
}

impl Desk {
    /// A person chooses at their client.
    pub(super) fn choose(&self, choice: &Choice) -> Result<(), String> {
        let platform = self.platform.as_ref().ok_or("this mode has no UC platform")?;
        platform::choose(&self.floor, platform, choice)
    }

    /// Somebody does something at another desktop.
    pub(super) fn act(&self, deed: &Deed) -> Result<(), String> {
        desktop::act(&self.floor, &self.t_server, deed)
    }

    /// An agent begins a chat with a worker.
    pub(super) fn chat(&self, order: &Begin) -> Result<(), String> {
        chats::begin(&self.floor, &self.t_server, order)
    }

    /// How everything stands now.
    pub(super) fn look(&self) -> Look {
        Look {
            mode: self.floor.mode.to_string(),
            steps: first_steps::of(self.floor.mode),
            page: self.floor.page.clone(),
            previews: self.floor.preview_link.is_some(),
            users: self.users.clone(),
            people: self.platform.as_ref().map(|platform| platform::seen(&self.floor, platform)),
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
        let rings = parties.iter().flatten().any(|(_, step)| *step == Step::Ringing);
        CallLook { conn_id, from: call.from, to: call.to, story, open: parties.is_some(), rings }
    }
}

fn words(step: Step) -> &'static str {
    match step {
        Step::Dialing => "dials",
        Step::NetworkReached => "waits for an answer outside",
        Step::Busy => "hears that the line is busy",
        Step::Ringing => "rings",
        Step::Established => "talks",
        Step::Held => "has the customer on hold",
        Step::Queued => "holds the call in its queue",
    }
}
