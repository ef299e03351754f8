//! The loop: take what arrived, turn, perform, wait for more or for the next deadline.

use super::{
    Event, Hub, Outlets, RoleChange,
    effect::{Effect, Undelivered},
    pages::Pages,
};
use crate::{
    agent_link::{Cause, LinkId, Report},
    clock::{Clock, Moment},
    directory::Directory,
    plugins,
    policy::UserDataForm,
    routing::message::RoutingArrival,
    stat_server,
    web::{AgentRow, RedirectOrder, arrival::PageArrival},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time,
};
use tokio_util::sync::CancellationToken;

/// Room for so many effects is kept from turn to turn; a storm's is given back.
const KEPT_ROOM: usize = 1024;

/// A hub that stops waits for so long for the answers to what it told as ended.
const ANSWERS: Duration = Duration::from_millis(500);

/// At most so many arrivals of one queue in a turn, so that no edge starves the others.
const TURN: usize = 256;

/// The bounded queues into the hub, one an edge.
#[derive(Debug)]
pub struct Inlets {
    /// From plug-ins.
    pub plugins: plugins::Arrivals,
    /// From T-Server links.
    pub links: mpsc::Receiver<(LinkId, Vec<Report>)>,
    /// From pages.
    pub pages: mpsc::Receiver<PageArrival>,
    /// From the routing side.
    pub routing: mpsc::Receiver<RoutingArrival>,
    /// From the link to the Stat Server.
    pub stat_server: mpsc::Receiver<stat_server::Report>,
    /// New directories.
    pub directories: mpsc::Receiver<Arc<Directory>>,
    /// What pages show of UserData, after a reload.
    pub user_data: mpsc::Receiver<Arc<UserDataForm>>,
    /// Operators who ask for the list of agents.
    pub lists: mpsc::Receiver<oneshot::Sender<Vec<AgentRow>>>,
    /// Which notes are on the disk: what waits for them is behind everything else otherwise.
    pub noted: watch::Receiver<u64>,
    /// Where operators send workers' calls.
    pub redirects: mpsc::Receiver<RedirectOrder>,
    /// Changes of this node's role, where there are several nodes. They come before what others send: whoever says one
    /// waits for it, with a deadline, and what is newer may not be overwritten by what it brings.
    pub role_changes: mpsc::Receiver<RoleChange>,
    /// Answered by the loop itself: a watchdog sees a loop that hangs.
    pub pings: mpsc::Receiver<oneshot::Sender<()>>,
}

/// What is left of a hub that has stopped. Dropping it closes the pages' queues, which a page takes for its own fault:
/// keep it until the web edge has told the pages why they close.
#[derive(Debug)]
pub struct Stopped {
    _pages: Pages,
    _arrivals: mpsc::Receiver<PageArrival>,
}

impl Hub {
    /// Runs until `stop`. The hub then answers every open preview with an error, for another node may ask, and closes
    /// them on the pages.
    pub async fn run(
        mut self,
        clock: Clock,
        mut inlets: Inlets,
        mut outlets: impl Outlets,
        stop: CancellationToken,
    ) -> Stopped {
        let mut events = Vec::with_capacity(TURN);
        let (pages, previews) = (metrics::gauge!("uc_pages_open"), metrics::gauge!("uc_previews_open"));
        while next_events(&mut inlets, &mut events, self.timers.next().map(|at| clock.instant(at)), &stop).await {
            let now = clock.now();
            for event in events.drain(..) {
                self.handle(event, now);
            }
            self.tick(now);
            self.perform_all(&mut outlets, now);
            pages.set(self.pages.len() as f64);
            previews.set(self.previews.len() as f64);
        }
        let mut unsent = self.tell_ends(&mut outlets);
        // What is not answered by then the next start tells once more.
        let hears = self.hear_of_ends(&mut inlets.links, &clock, &mut outlets, &mut unsent);
        let _ = time::timeout(ANSWERS, hears).await;
        self.put_away(unsent, &mut outlets, clock.now());
        Stopped { _pages: self.pages, _arrivals: inlets.pages }
    }

    /// Performs what collected; what could not be delivered may cause more.
    pub fn perform_all(&mut self, outlets: &mut impl Outlets, now: Moment) {
        let mut effects = std::mem::take(&mut self.performed);
        while self.decide(now) {
            std::mem::swap(&mut effects, &mut self.effects);
            for effect in effects.drain(..) {
                if let Err(back) = self.perform(effect, outlets) {
                    self.undelivered(back, now);
                }
            }
        }
        effects.shrink_to(KEPT_ROOM);
        self.effects.shrink_to(KEPT_ROOM);
        self.performed = effects;
    }

    /// What is decided once a turn; true while there is something to perform.
    fn decide(&mut self, now: Moment) -> bool {
        self.note_previews(now);
        self.settle_outcomes(now);
        self.publish_changes(now);
        self.tell_pages(now);
        self.tell_faults();
        !self.effects.is_empty()
    }

    fn undelivered(&mut self, back: Undelivered, now: Moment) {
        match back {
            Undelivered::Request(link, outgoing) => self.defer(link, outgoing, now),
            Undelivered::Command(plugin, command) => self.keep_command(&plugin, command, now),
            Undelivered::Page(page) => self.page_closed(page, now),
            Undelivered::Invitation(plugin, id) => self.invitation_ended(&plugin, id, true),
        }
    }

    /// Ends what is open. How many reports of that have found no room.
    pub(in crate::hub) fn tell_ends(&mut self, outlets: &mut impl Outlets) -> u64 {
        self.end_all_previews();
        self.perform_ends(outlets)
    }

    /// Nothing else is done any more.
    fn perform_ends(&mut self, outlets: &mut impl Outlets) -> u64 {
        // An answer may have let a begin go: it waits for its note as little.
        self.reports_wait_for_no_note();
        let mut unsent = 0;
        for effect in std::mem::take(&mut self.effects).into_iter().filter(Effect::ends_a_preview) {
            // A page that does not read any more loses nothing: it is about to be closed.
            if let Err(Undelivered::Request(_, outgoing)) = self.perform(effect, outlets) {
                self.report_is_unsent(outgoing.ticket);
                unsent += 1;
            }
        }
        unsent
    }

    /// Waits until the T-Servers have answered all of that.
    async fn hear_of_ends(
        &mut self,
        links: &mut mpsc::Receiver<(LinkId, Vec<Report>)>,
        clock: &Clock,
        outlets: &mut impl Outlets,
        unsent: &mut u64,
    ) {
        while self.reporting.awaits_ends()
            && let Some((_, reports)) = links.recv().await
        {
            for report in reports {
                match report {
                    Report::Event(_, Cause::Request(ticket)) => drop(self.report_answered(ticket)),
                    Report::Refused(ticket, refusal) => drop(self.report_refused(ticket, &refusal, clock.now())),
                    _ => {}
                }
            }
            *unsent += self.perform_ends(outlets);
        }
    }

    fn put_away(&mut self, unsent: u64, outlets: &mut impl Outlets, now: Moment) {
        for effect in self.close_journal() {
            let _ = self.perform(effect, outlets);
        }
        self.reports_are_lost(unsent);
        self.note_previews(now);
        self.keep_all();
        for effect in std::mem::take(&mut self.effects) {
            let _ = self.perform(effect, outlets);
        }
    }
}

/// Waits for something to happen; false when it is time to stop.
async fn next_events(
    inlets: &mut Inlets,
    events: &mut Vec<Event>,
    wake: Option<time::Instant>,
    stop: &CancellationToken,
) -> bool {
    let sleep = async {
        match wake {
            Some(at) => time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    };
    let first = tokio::select! {
        biased;
        () = stop.cancelled() => return false,
        Some(change) = inlets.role_changes.recv() => Event::Role(change),
        Ok(()) = inlets.noted.changed() => Event::Noted(*inlets.noted.borrow_and_update()),
        Some(reports) = inlets.links.recv() => Event::TServer(reports.0, reports.1),
        Some(arrival) = inlets.plugins.recv() => Event::Plugin(arrival),
        Some(arrival) = inlets.pages.recv() => Event::Page(arrival),
        Some(arrival) = inlets.routing.recv() => Event::Routing(arrival),
        Some(report) = inlets.stat_server.recv() => Event::StatServer(report),
        Some(directory) = inlets.directories.recv() => Event::Directory(directory),
        Some(form) = inlets.user_data.recv() => Event::UserData(form),
        Some(ticket) = inlets.lists.recv() => Event::List(ticket),
        Some(order) = inlets.redirects.recv() => Event::Redirect(order),
        Some(ping) = inlets.pings.recv() => return ping.send(()).is_ok() || !stop.is_cancelled(),
        () = sleep => return true,
    };
    events.push(first);
    take_the_rest(inlets, events);
    true
}

/// What has arrived besides, a bounded number of each.
fn take_the_rest(inlets: &mut Inlets, events: &mut Vec<Event>) {
    fill(events, || inlets.role_changes.try_recv().ok().map(Event::Role));
    if inlets.noted.has_changed().is_ok_and(|changed| changed) {
        events.push(Event::Noted(*inlets.noted.borrow_and_update()));
    }
    fill(events, || inlets.links.try_recv().ok().map(|(link, reports)| Event::TServer(link, reports)));
    fill(events, || inlets.plugins.try_recv().ok().map(Event::Plugin));
    fill(events, || inlets.pages.try_recv().ok().map(Event::Page));
    fill(events, || inlets.routing.try_recv().ok().map(Event::Routing));
    fill(events, || inlets.stat_server.try_recv().ok().map(Event::StatServer));
    fill(events, || inlets.directories.try_recv().ok().map(Event::Directory));
    fill(events, || inlets.user_data.try_recv().ok().map(Event::UserData));
    fill(events, || inlets.lists.try_recv().ok().map(Event::List));
    fill(events, || inlets.redirects.try_recv().ok().map(Event::Redirect));
    // A loop with more to do than time is not one that hangs.
    while let Ok(ping) = inlets.pings.try_recv() {
        let _ = ping.send(());
    }
}

fn fill(events: &mut Vec<Event>, mut more: impl FnMut() -> Option<Event>) {
    events.extend(std::iter::from_fn(&mut more).take(TURN));
}

#[cfg(test)]
mod tests;
