//! The hub's effects, carried to the edges' handles.

use super::links::Links;
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
    tasks::contained,
    tlib::ClientHandle,
    web::{
        Invitations, Readiness,
        arrival::{PageArrival, PageId},
    },
    worker::{Kept, PastPreviews},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::{mpsc, watch};
use uc_plugin_api::Command;

/// The ways to every plug-in; a reload may add some and take some away.
pub(super) type PluginHandles = Arc<HashMap<PluginId, PluginHandle>>;

/// What somebody has chosen or ordered is written down within this time, or they are told that it is not.
pub(super) const WRITTEN: Duration = Duration::from_secs(2);

/// What readiness calls the link to the Stat Server.
pub(super) const STAT_SERVER: &str = "stat-server";

/// Handles of every edge.
pub(super) struct EdgeHandles {
    /// In the order of the link numbers.
    pub t_servers: Vec<(Arc<str>, ClientHandle)>,
    /// Which of their links are up.
    pub links: Links,
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
    /// To the hub, of pages here.
    pub pages: mpsc::Sender<PageArrival>,
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

    fn take_back(&mut self, plugin: &PluginId, invitations: Vec<u64>) {
        if self.primacy.holds() {
            let plugins = self.plugins.borrow();
            plugins.get(plugin).into_iter().for_each(|handle| handle.end_invitations(&invitations));
        }
    }

    fn readiness(&mut self, part: Part<'_>, works: Works<'_>) {
        let name: Arc<str> = match part {
            Part::Link(link) => match self.t_servers.get(usize::from(link.0)) {
                Some((name, _)) => {
                    self.links.set(link, !matches!(works, Works::Not(_)));
                    format!("t-server {name}").into()
                }
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
        // The other node may have asked the worker, too: who asked here is told that this one stops.
        if self.primacy.holds() {
            self.answers.answer(asker, outcome);
        }
    }

    fn note(&mut self, number: u64, note: Note) {
        self.kept.reports.iter().for_each(|reports| reports.note(number, note.clone()));
    }

    fn keep_redirect(&mut self, worker: WorkerId, redirect: Option<KeptRedirect>, page: Option<PageId>) {
        let redirects = self.kept.redirects.clone();
        redirects.keep(&worker, redirect);
        let (Some(page), pages) = (page, self.pages.clone()) else { return };
        tokio::spawn(contained("redirect", async move {
            if !redirects.is_written(&worker, WRITTEN).await {
                // The hub ends only when the process does.
                let _ = pages.send(PageArrival::NotKept(page)).await;
            }
        }));
    }

    fn keep_worker(&mut self, worker: &WorkerId, kept: Option<Kept>) {
        self.kept.keep_worker(worker, kept);
    }

    fn keep_past(&mut self, worker: &WorkerId, past: Option<PastPreviews>) {
        self.kept.keep_past(worker, past);
    }

    fn forget(&mut self, plugin: &PluginId) {
        self.readiness.forget(&format!("plugin {plugin}"));
    }
}
