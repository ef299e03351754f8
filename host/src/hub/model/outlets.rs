//! What the hub sends: requests through queues that have room for so many, and commands to a plug-in that takes them or
//! not, and keeps in mind what it was told.

use super::world::link;
use crate::{
    agent_link::{LinkId, Outgoing, Ticket},
    directory::WorkerId,
    hub::{Outlets, Part, Works},
    kept::{KeptRedirect, Note},
    plugins::PluginId,
    routing,
    stat_server::Wanted,
    web::arrival::PageId,
    worker::{Kept, PastPreviews, Shows},
};
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use uc_plugin_api::{AgentReport, Command, UserHandle};

/// What goes out.
#[derive(Default)]
pub(super) struct Out {
    pub(super) requests: VecDeque<(LinkId, Outgoing)>,
    /// Requests that the queue of each link still takes; none: any number.
    room: [Option<usize>; 2],
    /// A request was handed back since there was room last.
    overfull: [bool; 2],
    /// Requests that were handed back in this turn.
    pub(super) back: Vec<Ticket>,
    /// T-Server links that are called well.
    pub(super) links_well: HashSet<LinkId>,
    pub(super) plugin: Plugin,
}

/// The plug-in, by what it was told.
#[derive(Default)]
pub(super) struct Plugin {
    pub(super) running: bool,
    /// It takes no commands now.
    pub(super) full: bool,
    pub(super) watched: BTreeSet<UserHandle>,
    pub(super) reported: BTreeMap<UserHandle, AgentReport>,
    pub(super) shown: BTreeMap<UserHandle, Shows>,
    /// Of whom nothing of ours stands any more: their platform shows their own presence again.
    pub(super) uncovered: Vec<UserHandle>,
}

impl Out {
    /// The queue of a link takes so many requests from now on. True: word is due that there is room again.
    pub(super) fn takes(&mut self, at: usize, room: Option<usize>) -> bool {
        self.room[at] = room;
        room.is_none() && std::mem::take(&mut self.overfull[at])
    }
}

impl Plugin {
    /// A fresh instance, which knows nothing.
    pub(super) fn turns(&mut self) {
        *self = Self { running: !self.running, ..Self::default() };
    }

    fn takes(&mut self, command: Command) {
        match command {
            Command::Watch(users) => self.watched.extend(users.iter().map(|user| user.handle)),
            Command::Unwatch(users) => users.iter().for_each(|user| {
                self.watched.remove(user);
                self.reported.remove(user);
                self.shown.remove(user);
            }),
            Command::Report(reports) => {
                self.reported.extend(reports.iter().map(|report| (report.user, report.clone())));
            }
            Command::Publish(publications) => {
                let shows = publications.iter().map(|p| (p.user, (p.presence.clone(), p.standing)));
                self.shown.extend(shows);
            }
            Command::Withdraw(users) => {
                users.iter().for_each(|user| drop(self.shown.remove(user)));
                self.uncovered.extend(users.iter());
            }
            Command::Invite(_) | Command::Act(_) => {}
        }
    }
}

impl Outlets for Out {
    fn request(&mut self, to: LinkId, outgoing: Outgoing) -> Result<(), Outgoing> {
        let at = (0..2).find(|at| link(*at) == to).expect("two links");
        match &mut self.room[at] {
            Some(0) => {
                self.overfull[at] = true;
                self.back.push(outgoing.ticket);
                return Err(outgoing);
            }
            Some(room) => *room -= 1,
            None => {}
        }
        self.requests.push_back((to, outgoing));
        Ok(())
    }

    fn command(&mut self, _: &PluginId, command: Command) -> Result<(), Box<Command>> {
        if self.plugin.full || !self.plugin.running {
            return Err(Box::new(command));
        }
        self.plugin.takes(command);
        Ok(())
    }

    fn take_back(&mut self, _: &PluginId, _: Vec<u64>) {}

    fn statistics(&mut self, _: Wanted) {}

    fn readiness(&mut self, part: Part<'_>, works: Works<'_>) {
        match (part, works) {
            (Part::Link(link), Works::Well) => drop(self.links_well.insert(link)),
            (Part::Link(link), _) => drop(self.links_well.remove(&link)),
            (Part::Plugin(_) | Part::StatServer, _) => {}
        }
    }

    fn note(&mut self, _: u64, _: Note) {}

    fn keep_redirect(&mut self, _: WorkerId, _: Option<KeptRedirect>, _: Option<PageId>) {}

    fn keep_worker(&mut self, _: &WorkerId, _: Option<Kept>) {}

    fn keep_past(&mut self, _: &WorkerId, _: Option<PastPreviews>) {}

    fn forget(&mut self, _: &PluginId) {}

    fn page_for(&mut self, _: &WorkerId) -> Option<String> {
        None
    }

    fn outcome(&mut self, _: routing::asker::AskerId, _: routing::message::Outcome) {}
}
