//! The queue between plug-ins and their owner: one lane an instance, which the plug-in's own threads fill and the
//! owner empties, with nobody in between.
//!
//! * A lane belongs to one instance and travels to the owner with its start. So nothing of an instance comes before
//!   [`PluginArrival::Started`], all it said comes before its [`PluginArrival::Failed`] or [`PluginArrival::Stopped`] or the start of its
//!   successor, in order, and a late word of a dead instance cannot be taken for the new one's: its lane is closed.
//! * At most [`LANE`] events of one instance wait, however many others there are; what does not fit is handed back to
//!   the plug-in. Lanes are taken from in turn, and what supervisors announce has a queue of its own: a plug-in that
//!   floods delays nobody by more than one event a lane.

use super::{
    announcement::{Announcement, Announcer, Generation, InstanceChange},
    arrival::PluginArrival,
    id::PluginId,
    own_endpoints::Told,
};
use std::{
    future::poll_fn,
    task::{Context, Poll},
};
use tokio::sync::mpsc::{self, error::TryRecvError};
use uc_plugin_api::Event;

/// Events of one instance that wait for the owner. A batch counts as one.
pub(super) const LANE: usize = 1024;
/// Announcements that wait; a supervisor that finds no room waits with its next step.
const ANNOUNCEMENTS: usize = 64;

/// What one instance says, for the owner.
#[derive(Debug)]
pub(super) struct Lane {
    events: mpsc::Receiver<Event>,
    own_endpoints: Told,
}

impl Lane {
    pub(super) fn new(events: mpsc::Receiver<Event>, own_endpoints: Told) -> Self {
        Self { events, own_endpoints }
    }

    /// What waits first.
    #[cfg(test)]
    pub(super) fn next(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }
}

/// The two ends between plug-ins and their owner.
pub fn arrivals() -> (Announcer, Arrivals) {
    let (announcer, announced) = mpsc::channel(ANNOUNCEMENTS);
    (Announcer(announcer), Arrivals { announced, due: None, places: Vec::new(), turn: 0 })
}

/// What arrives from all plug-ins.
#[derive(Debug)]
pub struct Arrivals {
    announced: mpsc::Receiver<Announcement>,
    /// Waits until all is taken that its plug-in said before.
    due: Option<Announcement>,
    /// One for every plug-in that was ever announced.
    places: Vec<Place>,
    /// Whose turn it was last.
    turn: usize,
}

#[derive(Debug)]
struct Place {
    plugin: PluginId,
    /// Of its latest announcement.
    generation: Generation,
    /// None while no instance runs, and once all is taken that the last one said.
    lane: Option<Lane>,
}

impl Arrivals {
    /// The next arrival; none when no plug-in is left. Safe to drop and ask again.
    pub async fn recv(&mut self) -> Option<PluginArrival> {
        poll_fn(|context| self.next(context)).await
    }

    /// The next arrival that is there already.
    ///
    /// # Errors
    /// That nothing waits, or that no plug-in is left.
    pub fn try_recv(&mut self) -> Result<PluginArrival, TryRecvError> {
        match self.next(&mut AtOnce) {
            Poll::Ready(Some(arrival)) => Ok(arrival),
            Poll::Ready(None) => Err(TryRecvError::Disconnected),
            Poll::Pending => Err(TryRecvError::Empty),
        }
    }

    fn next(&mut self, by: &mut impl Take) -> Poll<Option<PluginArrival>> {
        let over = self.due.is_none() && self.take_announcements(by);
        if over {
            // Nobody is left who could announce an end; what was said before arrives.
            self.places.iter_mut().for_each(Place::close);
        }
        if let Some(arrival) = self.of_one_that_runs_on().or_else(|| self.announce_due()) {
            return Poll::Ready(Some(arrival));
        }
        if let Some(arrival) = self.own_endpoints(by) {
            return Poll::Ready(Some(arrival));
        }
        for _ in 0..self.places.len() {
            self.turn = (self.turn + 1) % self.places.len();
            let place = &mut self.places[self.turn];
            match place.lane.as_mut().map(|lane| by.take(&mut lane.events)) {
                Some(Poll::Ready(Some(event))) => {
                    return Poll::Ready(Some(PluginArrival::Event { plugin: place.plugin.clone(), event }));
                }
                Some(Poll::Ready(None)) => place.lane = None,
                Some(Poll::Pending) | None => {}
            }
        }
        match self.announce_due() {
            Some(arrival) => Poll::Ready(Some(arrival)),
            None if over && self.places.iter().all(|place| place.lane.is_none()) => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// What is read before anything that any instance says: see [`super::own_endpoints`].
    fn own_endpoints(&mut self, by: &mut impl Take) -> Option<PluginArrival> {
        for place in &mut self.places {
            let Some(lane) = &mut place.lane else { continue };
            while by.take(&mut lane.own_endpoints.bell) == Poll::Ready(Some(())) {
                let endpoints = lane.own_endpoints.read();
                if !endpoints.is_empty() {
                    return Some(PluginArrival::OwnEndpoints { plugin: place.plugin.clone(), endpoints });
                }
            }
        }
        None
    }

    /// Takes the announcements that there are; true when there never will be.
    fn take_announcements(&mut self, by: &mut impl Take) -> bool {
        loop {
            match by.take(&mut self.announced) {
                Poll::Pending => return false,
                Poll::Ready(None) => return true,
                Poll::Ready(Some(announcement)) => {
                    let place = self.place(&announcement.plugin);
                    if announcement.generation > place.generation {
                        place.generation = announcement.generation;
                        if !announcement.change.runs_on() {
                            place.close();
                        }
                        self.due = Some(announcement);
                        return false;
                    }
                }
            }
        }
    }

    /// Comes before all that waits and will be said: what a leaving instance took back must not be there first. What one that
    /// hangs said before has been taken long ago.
    fn of_one_that_runs_on(&mut self) -> Option<PluginArrival> {
        let due = self.due.take_if(|due| due.change.runs_on())?;
        Some(self.announce(due))
    }

    /// What is due, once all is taken that its plug-in said before.
    fn announce_due(&mut self) -> Option<PluginArrival> {
        let due = self.due.take_if(|due| {
            let mut places = self.places.iter();
            places.all(|place| place.plugin != due.plugin || place.lane.is_none())
        })?;
        Some(self.announce(due))
    }

    fn announce(&mut self, Announcement { plugin, change, .. }: Announcement) -> PluginArrival {
        match change {
            InstanceChange::Started { info, lane } => {
                self.place(&plugin).lane = Some(lane);
                PluginArrival::Started { plugin, info }
            }
            InstanceChange::Leaves => PluginArrival::Leaving { plugin },
            InstanceChange::Hangs => PluginArrival::Hangs { plugin },
            InstanceChange::Answers => PluginArrival::Answers { plugin },
            InstanceChange::Failed { why, retry_in } => PluginArrival::Failed { plugin, why, retry_in },
            InstanceChange::Stopped => PluginArrival::Stopped { plugin },
        }
    }

    fn place(&mut self, plugin: &PluginId) -> &mut Place {
        let known = self.places.iter().position(|place| place.plugin == *plugin);
        let at = known.unwrap_or_else(|| {
            self.places.push(Place { plugin: plugin.clone(), generation: Generation::default(), lane: None });
            self.places.len() - 1
        });
        &mut self.places[at]
    }
}

impl Place {
    /// From here on everything is handed back to the instance.
    fn close(&mut self) {
        self.lane.iter_mut().for_each(|lane| lane.events.close());
    }
}

/// The two ways to take from a queue.
trait Take {
    /// `Ready(None)` when the queue is closed and empty.
    fn take<T>(&mut self, queue: &mut mpsc::Receiver<T>) -> Poll<Option<T>>;
}

/// Or be woken when there is something.
impl Take for Context<'_> {
    fn take<T>(&mut self, queue: &mut mpsc::Receiver<T>) -> Poll<Option<T>> {
        queue.poll_recv(self)
    }
}

/// Or not at all.
struct AtOnce;

impl Take for AtOnce {
    fn take<T>(&mut self, queue: &mut mpsc::Receiver<T>) -> Poll<Option<T>> {
        match queue.try_recv() {
            Ok(taken) => Poll::Ready(Some(taken)),
            Err(TryRecvError::Empty) => Poll::Pending,
            Err(TryRecvError::Disconnected) => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests;
