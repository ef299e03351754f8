//! The hub: one loop that owns all state. Everything that can happen is an arm of [`Hub::handle`]; everything it does
//! leaves through [`Hub::perform`](effect). No locks; the pure state machines beside it take the time as an argument.
//!
//! # Where does it go?
//!
//! Who is meant takes a step ([`worker`](crate::worker)); what the step asks for becomes effects. `inputs` has a file
//! for each edge, but for the Stat Server, whose is `statistics`, and operators, who have `agent_list` and `redirects`.
//!
//! | In | Through | Out |
//! |---|---|---|
//! | plug-in: presence, chosen, published | the worker | T-Server: RequestAgent…; sinks: publish, withdraw |
//! | plug-in: wish (browser) | the worker | T-Server: RequestAgent…; page: problem |
//! | plug-in: state menu | `desk` | every page: state |
//! | plug-in started | | plug-in: watch, publish, report |
//! | T-Server: link up or down, switch lost or found | every worker with a line there | T-Server: register; pages: state |
//! | T-Server: agent event, refusal | the worker whose line it is | T-Server; pages: state; plug-ins: publish, withdraw, report |
//! | T-Server: call event | the worker | pages: call, once a turn; sinks: publish |
//! | page opened | | page: snapshot; browser plug-in: page opened |
//! | page: choose, log in, log out, idle | | browser plug-in: the action |
//! | page: answer to a preview | `preview` | asker: outcome; pages: preview closed |
//! | page or operator: redirect number | `redirects` | every page of the worker: snapshot; what is kept |
//! | page: back after missed previews | the worker | T-Server: RequestAgent… |
//! | page: call button, number to dial, change of business data | the worker | T-Server: call request |
//! | T-Server: chat event; page: what is done in a chat | the worker | T-Server: private service; pages: chat, once a turn |
//! | page: what came of a call or preview | `outcomes` | T-Server: call request, user event; pages: it is kept |
//! | T-Server: not offered | every worker on the link | page: no such button |
//! | page: search | who is found is looked at again and again | page: found; Stat Server: what is to be open |
//! | Stat Server: values, link up or down | `statistics` | page that searches: found |
//! | routing: offer, withdrawal | `preview` | pages: preview; asker: outcome; T-Server: user event |
//! | journal: noted | `reporting` | T-Server: user event |
//! | operator: list of agents | | operator: who shows what, and what is wrong |
//! | what is shown of business data | | every page: snapshot |
//! | this node owns partitions: what the one before has left; owns them no longer | `here`: workers come and go | plug-ins: watch, unwatch; T-Server: register; pages: closed |
//! | this node is primary: what the one before has left | `keeping`: every worker | T-Server: RequestAgent… |
//! | directory | workers change, come and go | T-Server: register, log out, unregister; plug-ins: watch, unwatch |
//! | T-Server: AgentID at a free DN | `seating`: the line moves | pages: snapshot; plug-ins: publish, report |
//! | time | the worker that asked for it, `preview`, page grace | as above |
//!
//! Each leg is one bounded queue.

mod agent_list;
mod call_news;
mod chats;
mod complaints;
mod deferred;
mod directory_change;
mod dns;
mod effect;
mod here;
mod idleness;
mod inputs;
mod keeping;
mod left_behind;
mod link_faults;
mod logins;
mod outcomes;
mod pages;
mod preview;
mod publications;
mod redirects;
mod reporting;
mod roster;
mod run;
mod search;
mod seating;
mod seats;
mod settings;
mod statistics;
mod steps;
mod switch_flaps;
mod timers;
mod undelivered;
mod user;
mod watching;
mod windows;

pub use effect::{Outlets, Part, Works};
pub use here::Gained;
pub use run::{Inlets, Stopped};
pub use settings::Settings;

use crate::{
    agent_link::{CallKinds, LinkId, Report},
    clock::Moment,
    desk,
    directory::{Directory, WorkerId},
    kept::TakenUp,
    plugins::{self, PluginId},
    policy::UserDataForm,
    routing::message::RoutingArrival,
    stat_server,
    web::{AgentRow, RedirectOrder, arrival::PageArrival},
    worker::Output,
};
use effect::Effect;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};
use timers::Timer;
use tokio::sync::oneshot;
use uc_plugin_api::{Role, UserHandle};
use uc_store::nodes::{Partition, Partitions};
use user::User;

/// Everything that can happen.
#[derive(Debug)]
pub enum Event {
    /// From a plug-in, or of its life.
    Plugin(plugins::PluginArrival),
    /// From a T-Server link, in wire order.
    TServer(LinkId, Vec<Report>),
    /// From a page.
    Page(PageArrival),
    /// From the routing side.
    Routing(RoutingArrival),
    /// From the link to the Stat Server.
    StatServer(stat_server::Report),
    /// A new directory, whole.
    Directory(Arc<Directory>),
    /// What pages show of UserData from now on.
    UserData(Arc<UserDataForm>),
    /// An operator asks for the list of agents.
    List(oneshot::Sender<Vec<AgentRow>>),
    /// Everything up to this note is in the journal of reports.
    Noted(u64),
    /// An operator says where somebody's calls go.
    Redirect(RedirectOrder),
    /// This node begins to work, or is about to stop.
    Role(RoleChange),
}

/// What changes in the role of one of several nodes, and what is asked before it does.
#[derive(Debug)]
pub enum RoleChange {
    /// It works from now on: what the one before has left. Answered when that is taken up.
    Begins(Box<TakenUp>, oneshot::Sender<()>),
    /// Another is to work: answered when everything that is to be kept is on its way.
    Ends(oneshot::Sender<()>),
    /// Of many nodes, this one owns these partitions from now on: what the one before has left of them.
    Gains(Vec<Gained>, Box<TakenUp>),
    /// These it owns no longer. Answered when everything that is to be kept is on its way; none: nothing can be kept
    /// any more.
    Loses(BTreeSet<Partition>, Option<oneshot::Sender<()>>),
    /// For which partitions are previews open here?
    Previews(oneshot::Sender<BTreeSet<Partition>>),
}

/// The owner of all state.
#[derive(Debug)]
pub struct Hub {
    settings: Settings,
    directory: Arc<Directory>,
    here: here::Here,
    roster: roster::Roster,
    by_worker: HashMap<WorkerId, UserHandle>,
    seating: seating::Seating,
    dns: dns::Dns,
    links_up: HashSet<LinkId>,
    faults: link_faults::LinkFaults,
    flaps: switch_flaps::SwitchFlaps,
    deferred: deferred::Deferred,
    logins: logins::Logins,
    /// What the T-Server of a link has refused as not offered since the link came up.
    lacking: HashMap<LinkId, CallKinds>,
    complaints: complaints::Complaints,
    /// Platforms whose link is up, if only for a part of those who are asked for.
    platforms_up: HashSet<PluginId>,
    plugins: HashMap<PluginId, Vec<Role>>,
    undelivered: undelivered::Waiting,
    published: publications::Publications,
    menu: desk::Menu,
    pages: pages::Pages,
    /// Whose pages are sent something when the turn ends.
    news: Vec<UserHandle>,
    searches: search::Searches,
    statistics: statistics::Statistics,
    /// Whose pages are told of chats when the turn ends.
    chat_news: Vec<UserHandle>,
    previews: preview::Previews,
    steps: Vec<preview::Step>,
    /// For whom a preview was over in this turn.
    over: Vec<(UserHandle, Box<preview::Over>)>,
    reporting: reporting::Reporting,
    given: outcomes::Given,
    redirects: redirects::Redirects,
    keeping: keeping::Keeping,
    left_behind: left_behind::LeftBehind,
    timers: timers::Timers,
    outputs: Vec<Output>,
    effects: Vec<Effect>,
    /// Those of the turn before, performed: nothing but their room.
    performed: Vec<Effect>,
}

impl Hub {
    /// A hub for these workers. Nothing happens until links and plug-ins report.
    pub fn new(settings: Settings, directory: &Arc<Directory>, now: Moment) -> Self {
        Self::among_nodes(settings, directory, None, now)
    }

    /// The same of one of many nodes, which owns none of these partitions yet.
    pub fn among_nodes(
        settings: Settings,
        directory: &Arc<Directory>,
        partitions: Option<Partitions>,
        now: Moment,
    ) -> Self {
        let mut hub = Self {
            reporting: reporting::Reporting::of(settings.preview_state.clone(), settings.keeps),
            given: outcomes::Given::default(),
            keeping: keeping::Keeping::default(),
            left_behind: left_behind::LeftBehind::default(),
            logins: logins::Logins::new(&settings.login_rates),
            redirects: redirects::Redirects::new(settings.numbering_plan.clone()),
            settings,
            directory: Arc::default(),
            here: here::Here::of(partitions),
            roster: roster::Roster::with_capacity(directory.workers().len()),
            by_worker: HashMap::new(),
            seating: seating::Seating::default(),
            dns: dns::Dns::default(),
            links_up: HashSet::new(),
            faults: link_faults::LinkFaults::default(),
            flaps: switch_flaps::SwitchFlaps::default(),
            deferred: deferred::Deferred::default(),
            lacking: HashMap::new(),
            complaints: complaints::Complaints::default(),
            platforms_up: HashSet::new(),
            plugins: HashMap::new(),
            undelivered: undelivered::Waiting::default(),
            published: publications::Publications::default(),
            menu: desk::Menu::default(),
            pages: pages::Pages::default(),
            news: Vec::new(),
            searches: search::Searches::default(),
            statistics: statistics::Statistics::default(),
            chat_news: Vec::new(),
            previews: preview::Previews::numbered_after(now.unix_ms()),
            steps: Vec::new(),
            over: Vec::new(),
            timers: timers::Timers::default(),
            outputs: Vec::new(),
            effects: Vec::new(),
            performed: Vec::new(),
        };
        hub.replace_directory(directory, now);
        hub
    }

    /// One thing happened. Effects collect and are performed after the turn.
    pub fn handle(&mut self, event: Event, now: Moment) {
        match event {
            Event::Plugin(arrival) => self.plugin_arrival(arrival, now),
            Event::TServer(link, reports) => reports.into_iter().for_each(|report| self.link_report(link, report, now)),
            Event::Page(arrival) => self.page_arrival(arrival, now),
            Event::Routing(arrival) => self.routing_arrival(arrival, now),
            Event::StatServer(report) => self.stat_server_report(report),
            Event::UserData(form) => self.show_user_data(form),
            Event::Directory(directory) => {
                self.replace_directory(&directory, now);
                self.searches.mark_old();
            }
            // Who asked may have given up.
            Event::List(ticket) => drop(ticket.send(self.agent_list())),
            Event::Noted(note) => self.reports_noted(note),
            Event::Redirect(order) => self.redirect_ordered(order),
            Event::Role(RoleChange::Begins(left, told)) => {
                self.take_up(*left, now);
                // They may have gone.
                let _ = told.send(());
            }
            Event::Role(RoleChange::Ends(ticket)) => self.end_turn(ticket),
            Event::Role(RoleChange::Gains(gained, left)) => self.gain(gained, *left, now),
            Event::Role(RoleChange::Loses(lost, told)) => self.lose(&lost, told, now),
            // Whoever asked may be gone.
            Event::Role(RoleChange::Previews(told)) => drop(told.send(self.open_previews())),
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Moment) {
        while let Some(timer) = self.timers.due(now) {
            match timer {
                Timer::Worker(user) => self.woken(user, now),
                Timer::Preview(id) => {
                    self.previews.expire(id, now, &mut self.steps);
                    // One that waits for its verdict outlives its deadline.
                    if let Some(preview) = self.previews.get(id) {
                        self.timers.set(preview.expires(), timer);
                    }
                    self.carry_out_steps();
                }
                Timer::Outcomes(user) => self.outcomes_expire(user, now),
                Timer::PageGrace(user) => self.page_grace_over(user, now),
                Timer::Idle(user) => self.look_whether_idle(user, now),
                Timer::Commands => self.send_again(now),
                Timer::Requests(link) => self.send_deferred(link, now),
                Timer::Reports(link) => self.tell_reports_again(link, now),
                Timer::Logins(link) => self.next_logins(link, now),
                Timer::Switch(link) => self.switch_may_be_back(link, now),
                Timer::Search(page) => self.search_again(page, now),
                Timer::Statistics => self.close_statistics(now),
                Timer::Complaints => self.tell_again(now),
                Timer::Keep => self.keep_some(now),
                Timer::LeftBehind => self.forget_left_behind(),
            }
        }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
