//! Time passes; in the end everybody behaves.

use super::{odd::WAYS, play::Play, world::Server};
use crate::clock::Moment;
use std::time::Duration;

/// No queue is full for longer.
const LONG: Duration = Duration::from_secs(1);
/// Enough for every pause to end.
const HORIZON: Duration = Duration::from_secs(4 * 3600);

impl Play {
    /// Time passes. With a way, the T-Servers answer everything at once in this way; else nothing.
    pub(super) fn passes(&mut self, pause: Duration, way: Option<u8>) {
        let until = self.now + pause;
        if pause >= LONG {
            self.out.plugin.full = false;
            (0..2).for_each(|at| self.queue_takes(at, None));
        }
        self.answered(way);
        while let Some(next) = self.next_moment().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            // What the hub's own time brings comes first: the book could not tell which of two at one moment did.
            self.turn_ends(None);
            for at in 0..2 {
                let late = self.servers[at].gives_up(self.now);
                self.reports(at, late);
            }
            self.answered(way);
        }
        self.now = until;
        self.turn_ends(None);
    }

    fn answered(&mut self, way: Option<u8>) {
        let Some(way) = way else { return };
        for at in 0..2 {
            while !self.servers[at].waiting.is_empty() {
                let reports = self.servers[at].answers_in_this_way(way, &mut self.random);
                self.reports(at, reports);
            }
        }
    }

    fn next_moment(&self) -> Option<Moment> {
        let patience = self.servers.iter().filter_map(Server::deadline).min();
        self.hub.timers.next().into_iter().chain(patience).min()
    }

    /// Everybody has what was wished last, and then earlier requests are carried out.
    fn what_is_late_comes(&mut self) {
        self.passes(Duration::from_secs(60), Some(WAYS));
        for at in 0..2 {
            while !self.servers[at].late.is_empty() {
                let reports = self.servers[at].carries_out_late();
                self.reports(at, reports);
            }
        }
    }

    /// From here on everybody behaves.
    pub(super) fn settles(&mut self) {
        self.out.plugin.full = false;
        if !self.out.plugin.running {
            self.plugin_turns();
        }
        self.platform_is_up();
        for at in 0..2 {
            self.queue_takes(at, None);
            if !self.servers[at].up {
                self.link_turns(at);
            }
            if !self.servers[at].switch {
                self.switch_turns(at);
            }
        }
        self.what_is_late_comes();
        for at in 0..2 {
            let reports = self.servers[at].behaves();
            self.reports(at, reports);
        }
        let until = self.now + HORIZON;
        loop {
            // What the one answers makes the hub ask the other.
            while let Some(at) = self.servers.iter().position(|server| !server.waiting.is_empty()) {
                let reports = self.servers[at].obeys();
                self.reports(at, reports);
            }
            match self.hub.timers.next().filter(|next| *next <= until) {
                Some(next) => self.now = self.now.max(next),
                None => break,
            }
            self.turn_ends(None);
        }
        self.now = until;
    }
}
