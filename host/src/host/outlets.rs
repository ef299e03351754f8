//! The hub's effects, carried to the edges' handles.

use crate::{
    agent_link::{LinkId, Outgoing, Request},
    directory::WorkerId,
    hub::{Outlets, Part, Works},
    kept::{KeptRedirect, KeptState, Note},
    plugins::{PluginHandle, PluginId},
    role::Primacy,
    routing::{
        asker::{Answers, AskerId},
        message::Outcome,
    },
    stat_server::Wanted,
    tlib::ClientHandle,
    web::{Invitations, Readiness},
    worker::Kept,
};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::watch;
use uc_plugin_api::Command;

/// The ways to every plug-in; a reload may add some and take some away.
pub(super) type PluginHandles = Arc<HashMap<PluginId, PluginHandle>>;

/// What readiness calls the link to the Stat Server.
pub(super) const STAT_SERVER: &str = "stat-server";

/// Handles of every edge.
pub(super) struct EdgeHandles {
    /// In the order of the link numbers.
    pub t_servers: Vec<(Arc<str>, ClientHandle)>,
    /// None: there is none.
    pub stat_server: Option<watch::Sender<Wanted>>,
    pub plugins: watch::Receiver<PluginHandles>,
    pub readiness: Readiness,
    pub invitations: Invitations,
    /// The way back to those who asked for previews.
    pub answers: Answers,
    /// What lives through a restart.
    pub kept: KeptState,
    /// Whoever is primary no longer sends nothing.
    pub primacy: Primacy,
}

impl Outlets for EdgeHandles {
    fn request(&mut self, link: LinkId, outgoing: Outgoing) -> Result<(), Outgoing> {
        let of_any_node =
            matches!(outgoing.request, Request::RegisterAddress { .. } | Request::UnregisterAddress { .. });
        if !(of_any_node || self.primacy.holds()) {
            // The process is about to begin anew.
            return Ok(());
        }
        match self.t_servers.get(usize::from(link.0)) {
            Some((_, client)) => client.send(outgoing),
            None => Err(outgoing),
        }
    }

    fn statistics(&mut self, wanted: Wanted) {
        self.stat_server.iter().for_each(|client| drop(client.send_replace(wanted.clone())));
    }

    fn command(&mut self, plugin: &PluginId, command: Command) -> Result<(), Box<Command>> {
        if !self.primacy.holds() {
            return Ok(());
        }
        let plugins = self.plugins.borrow();
        match plugins.get(plugin) {
            Some(handle) => handle.send(command).map_err(Box::new),
            None => Err(Box::new(command)),
        }
    }

    fn readiness(&mut self, part: Part<'_>, works: Works<'_>) {
        let name: Arc<str> = match part {
            Part::Link(link) => match self.t_servers.get(usize::from(link.0)) {
                Some((name, _)) => format!("t-server {name}").into(),
                None => return,
            },
            Part::Plugin(plugin) => format!("plugin {plugin}").into(),
            Part::StatServer => STAT_SERVER.into(),
        };
        match works {
            Works::Well => self.readiness.ready(name),
            Works::InPart(why) => self.readiness.in_part(name, why),
            Works::Not(why) => self.readiness.not_ready(name, why),
        }
    }

    fn page_for(&mut self, worker: &WorkerId) -> Option<String> {
        self.invitations.page_for(worker)
    }

    fn outcome(&mut self, asker: AskerId, outcome: Outcome) {
        self.answers.answer(asker, outcome);
    }

    fn note(&mut self, number: u64, note: Note) {
        self.kept.reports.iter().for_each(|reports| reports.note(number, note.clone()));
    }

    fn keep_redirect(&mut self, worker: WorkerId, redirect: Option<KeptRedirect>) {
        self.kept.redirects.keep(&worker, redirect);
    }

    fn keep_worker(&mut self, worker: &WorkerId, kept: Option<Kept>) {
        self.kept.keep_worker(worker, kept);
    }

    fn forget(&mut self, plugin: &PluginId) {
        self.readiness.forget(&format!("plugin {plugin}"));
    }
}
