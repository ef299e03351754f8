//! The hub: one loop that owns all state. Everything that can happen is an arm of [`Hub::handle`]; everything it does
//! leaves through [`Hub::perform`](effect). No locks; the pure state machines beside it take the time as an argument.
//!
//! # Where does it go?
//!
//! | In | Through | Out |
//! |---|---|---|
//! | plug-in: presence | `hold` (is it ours? is he held?) → `mapping` → `presence` merges → every line's `agent` | T-Server: RequestAgent… |
//! | plug-in: published, chosen | `publishing`, `hold` | T-Server: RequestAgent…; sinks: withdraw |
//! | plug-in: wish (browser) | `presence` merges → every line's `agent` | T-Server: RequestAgent… |
//! | plug-in: state menu | `shown` | every page: state |
//! | plug-in started | | plug-in: watch, publish, report |
//! | T-Server: link up or down | every line's `agent` | T-Server: register; pages: state |
//! | T-Server: agent event | `hold`; the line's `agent` confirms, adopts or goes on; `agent_map` → `publishing` | T-Server; pages: state; plug-ins: publish, withdraw, report |
//! | T-Server: call event | `calls` | pages: call; sinks: publish |
//! | T-Server: refusal | the line's `agent` retries or gives up | pages: state with the problem |
//! | page opened | | page: snapshot; browser plug-in: page opened |
//! | page: choose, log in, log out, idle | | browser plug-in: the action |
//! | page: answer to a preview | `preview` | asker: outcome; pages: preview closed |
//! | page: call button | | T-Server: call request |
//! | routing: offer, withdrawal | `preview` | pages: preview; asker: outcome |
//! | operator: list of agents | | operator: who shows what, and what is wrong |
//! | directory | | T-Server: register, unregister; plug-ins: watch, unwatch |
//! | T-Server: AgentID at a free DN | `seating`, line moves | pages: snapshot; plug-ins: publish, report |
//! | time | `agent` retry, `preview` deadline, presence grace, publication grace, `hold` limit | as above |
//!
//! Each leg is one bounded queue.

mod agent_list;
mod effect;
mod holding;
mod inputs;
mod kept;
mod pages;
mod preview;
mod run;
mod seating;
mod seats;
mod snapshot;
mod ticket;
mod timers;
mod to_sinks;
mod user;
mod users;
mod view;

pub use effect::{Outlets, Part, Works};
pub use run::{Inlets, Stopped};

use crate::{
    agent_link::{Dn, LinkId, RegisterMode, Report},
    clock::Now,
    directory::{Directory, WorkerId},
    mode::Mode,
    plugins::{self, PluginId},
    policy::{AgentMap, Mapping},
    routing, web,
};
use effect::Effect;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use timers::Timer;
use tokio::sync::oneshot;
use uc_plugin_api::{Role, UserHandle};
use user::User;

/// Everything that can happen.
#[derive(Debug)]
pub enum Event {
    /// From a plug-in, or of its life.
    Plugin(plugins::Arrival),
    /// From a T-Server link, in wire order.
    TServer(LinkId, Vec<Report>),
    /// From a page.
    Page(web::arrival::Arrival),
    /// From the routing side.
    Routing(routing::message::Arrival),
    /// A new directory, whole.
    Directory(Arc<Directory>),
    /// An operator asks for the list of agents.
    List(oneshot::Sender<Vec<web::AgentRow>>),
}

/// What the configuration fixes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `login-queue` (requirements F13).
    pub login_queue: Option<Dn>,
    /// The deployment mode: it decides whether agents are driven, held and published.
    pub mode: Mode,
    /// The options `user-auto-registration` and `sync-when-logout` are both on: free seating (requirements section 6),
    /// as soon as the platform link is up too.
    pub free_seating: bool,
    /// Length of a preview whose request names none.
    pub preview_timeout: Duration,
    /// The longest a request may ask for.
    pub longest_preview: Duration,
    /// How long a worker may be without a page before his open previews end.
    pub page_grace: Duration,
    /// How long a stale presence stands before it counts as unknown, and a publication of a stale agent state.
    pub presence_grace: Duration,
    /// Longest After Call Work in presence propagation; zero: the T-Server's timer alone ends it.
    pub after_call_work_limit: Duration,
    /// UserData key of the agent's notes (requirements F41).
    pub notes_key: Arc<str>,
    /// UserData key of the caller's number, used when the call itself is not known yet.
    pub caller_key: Arc<str>,
    /// Language of pages that name none (requirements F17).
    pub language: Arc<str>,
    /// `audio-on-preview` (requirements F21); empty: the built-in sound.
    pub audio: Arc<str>,
    /// What a UC presence means for the agent.
    pub mapping: Mapping,
    /// What a UC platform shows of an agent.
    pub agent_map: AgentMap,
}

impl Settings {
    /// Share, or Monitor in presence connector mode: there no request is ever sent.
    fn register_mode(&self) -> RegisterMode {
        if self.mode.drives_agents() { RegisterMode::Share } else { RegisterMode::Monitor }
    }
}

/// The owner of all state.
#[derive(Debug)]
pub struct Hub {
    settings: Settings,
    directory: Arc<Directory>,
    /// By handle. A slot is emptied when its user leaves and never filled again.
    users: Vec<Option<User>>,
    by_worker: HashMap<WorkerId, UserHandle>,
    by_dn: HashMap<LinkId, HashMap<Dn, (UserHandle, u8)>>,
    links_up: HashSet<LinkId>,
    /// Lines that nobody has; see [`seats`].
    seats: Vec<Option<user::UserLine>>,
    seating: seating::Seating,
    /// Presence sources whose platform link is up.
    platforms_up: HashSet<PluginId>,
    plugins: HashMap<PluginId, Vec<Role>>,
    undelivered: HashMap<PluginId, kept::Kept>,
    /// Whose publication is to be looked at before this turn's effects are performed.
    changed: Vec<UserHandle>,
    menu: crate::desk::menu::Menu,
    pages: pages::Pages,
    previews: preview::Previews,
    steps: Vec<preview::Step>,
    timers: timers::Timers,
    effects: Vec<Effect>,
}

impl Hub {
    /// A hub for these workers. Nothing happens until links and plug-ins report.
    pub fn new(settings: Settings, directory: &Arc<Directory>, now: Now) -> Self {
        let mut hub = Self {
            settings,
            directory: Arc::default(),
            users: Vec::with_capacity(directory.workers().len()),
            by_worker: HashMap::new(),
            by_dn: HashMap::new(),
            links_up: HashSet::new(),
            seats: Vec::new(),
            seating: seating::Seating::default(),
            platforms_up: HashSet::new(),
            plugins: HashMap::new(),
            undelivered: HashMap::new(),
            changed: Vec::new(),
            menu: crate::desk::menu::Menu::default(),
            pages: pages::Pages::default(),
            previews: preview::Previews::default(),
            steps: Vec::new(),
            timers: timers::Timers::default(),
            effects: Vec::new(),
        };
        hub.replace_directory(directory, now);
        hub
    }

    /// One thing happened. Effects collect and are performed after the turn.
    pub fn handle(&mut self, event: Event, now: Now) {
        match event {
            Event::Plugin(arrival) => self.plugin_arrival(arrival, now),
            Event::TServer(link, reports) => reports.into_iter().for_each(|report| self.link_report(link, report, now)),
            Event::Page(arrival) => self.page_arrival(arrival, now),
            Event::Routing(arrival) => self.routing_arrival(arrival, now),
            Event::Directory(directory) => self.replace_directory(&directory, now),
            // Who asked may have given up.
            Event::List(ticket) => drop(ticket.send(self.agent_list())),
        }
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Now) {
        while let Some(timer) = self.timers.due(now.mono) {
            match timer {
                Timer::Retry(user, line) => self.reconcile(user, line, now),
                Timer::Preview(id) => {
                    self.previews.expire(id, now.mono, &mut self.steps);
                    self.carry_out_steps();
                }
                Timer::PresenceGrace(user) => self.presence_grace_over(user, now),
                Timer::PageGrace(user) => self.page_grace_over(user, now),
                Timer::Commands => self.send_again(),
                Timer::Publication(user) => self.agent_changed(user),
                Timer::Hold(user) => self.hold_due(user, now),
            }
        }
    }

    fn user(&self, handle: UserHandle) -> Option<&User> {
        self.users.get(handle.0 as usize).and_then(Option::as_ref)
    }

    fn user_mut(&mut self, handle: UserHandle) -> Option<&mut User> {
        self.users.get_mut(handle.0 as usize).and_then(Option::as_mut)
    }

    fn handles(&self) -> impl Iterator<Item = UserHandle> + use<> {
        let last = u32::try_from(self.users.len()).unwrap_or(u32::MAX);
        (0..last).map(UserHandle)
    }
}

#[cfg(test)]
mod tests;
