//! Lines that come and go: with the directory, and with free seating.

use super::{Line, LineId, Login, Missed, Output, Place, Profile, Question, Settings, Sources, Worker};
use crate::{clock::Moment, policy::Want};
use std::sync::Arc;

impl Worker {
    /// Adds a line of theirs, after those they have: whether its link is up, none while somebody else still has the DN.
    /// Its first step is the caller's to ask for.
    pub(crate) fn add_line(&mut self, id: LineId, place: Place, settings: &Settings, link_up: Option<bool>) {
        let mut line = Line::new(id, place, self.profile.login(settings), self.wish.clone());
        match link_up {
            Some(up) => line.dn_free(up),
            None => line.wait_for_dn(),
        }
        self.lines.reserve_exact(1);
        self.lines.push(line);
    }

    /// Sits down at a line that was somebody else's, or nobody's.
    pub(crate) fn sit_at(&mut self, line: Line, settings: &Settings) {
        // Whoever sits down there has logged in: an earlier wish to be logged out is over.
        let wish = if self.wish.is_logged_out() { Want::Observe } else { self.wish.clone() };
        self.lines.reserve_exact(1);
        self.lines.push(line.handed_over(self.profile.login(settings), wish));
    }

    /// Gets up from a line: it goes on as another's, and its calls with it.
    pub(crate) fn get_up_from(&mut self, id: LineId) -> Option<Line> {
        let at = self.lines.iter().position(|line| line.id() == id)?;
        self.publication_due = true;
        Some(self.lines.remove(at))
    }

    /// Gives a line up.
    pub(crate) fn leave_line(&mut self, id: LineId, now: Moment) {
        self.line_mut(id).into_iter().for_each(|line| line.leave(now));
        self.publication_due = true;
    }

    /// Puts the lines that stay into this order of DNs, the main one first; others come last.
    pub(crate) fn order_lines(&mut self, places: &[Place]) {
        let rank = |line: &Line| places.iter().position(|place| place.is_same(line.place())).unwrap_or(usize::MAX);
        self.lines.sort_by_key(rank);
    }

    /// The switch of this line is called so now. False: it was.
    pub(crate) fn name_switch(&mut self, id: LineId, switch: &Arc<str>) -> bool {
        self.line_mut(id).is_some_and(|line| line.name_switch(switch))
    }

    pub(super) fn leave(&mut self, now: Moment) {
        let ids: Vec<_> = self.lines.iter().map(Line::id).collect();
        ids.into_iter().for_each(|id| self.leave_line(id, now));
    }

    /// Their entry in the directory changed. The lines of an old login the caller has given up before.
    pub(super) fn change_profile(
        &mut self,
        profile: Profile,
        settings: &Settings,
        now: Moment,
        outputs: &mut Vec<Output>,
    ) {
        let moves = profile.address != self.profile.address;
        if moves {
            self.withdraw_from_address(outputs);
            // What is known is known of the address before.
            self.presence_stale(settings, now);
        }
        self.profile = profile;
        if moves {
            self.presence_stale(settings, now);
            self.platform_left();
        }
        for line in self.lines.iter_mut().filter(|line| !line.is_leaving()) {
            line.set_password(self.profile.password.as_ref());
        }
        self.publication_due = true;
    }

    /// Who is on no platform any more is asked for by no source: when their presence is unknown, what the platform wished
    /// ends, and others decide.
    pub(super) fn platform_left(&mut self) {
        if self.profile.address.is_err() && self.sources.is_unknown() {
            self.sources = Sources::default();
            (self.wish, self.missed) = (Want::Observe, Missed::default());
            self.lines.iter_mut().filter(|line| !line.is_leaving()).for_each(Line::leave_platform);
        }
    }

    /// Lines that have nothing left to do are gone.
    pub(super) fn depart(&mut self, now: Moment, outputs: &mut Vec<Output>) {
        // Every step of everybody comes here, and next to none of them has a line that leaves.
        if !self.lines.iter().any(Line::is_leaving) {
            return;
        }
        self.lines.iter_mut().for_each(|line| line.count_down(now));
        for line in self.lines.extract_if(.., |line| line.has_left(now)) {
            if let Some(why) = line.stays_behind() {
                metrics::counter!("uc_agents_left_logged_in_total").increment(1);
                let (dn, agent) = (&line.place().dn, &line.login.agent_id);
                tracing::error!(%dn, %agent, %why, "the DN is given up, and the agent could not be logged out: log them \
                    out at the T-Server");
            }
            let (link, dn) = (line.place().link, line.place().dn.clone());
            let nobody_waits = Question { line: line.id(), number: Question::NOBODY_WAITS };
            let farewell = line.farewell();
            let chats = self.chats.given_up_at(link, &dn).filter(|_| farewell.is_some());
            outputs.extend(chats.chain(farewell.clone()).map(|request| Output::Request(link, nobody_waits, request)));
            outputs.push(Output::Left(line.id(), link, dn, line.login.agent_id.clone()));
        }
    }
}

impl Profile {
    /// Nobody: the profile of a free seat.
    pub(crate) fn nobody() -> Self {
        Self { id: "".into(), agent_id: "".into(), password: None, address: Err("a free seat".into()) }
    }

    /// A free seat's: nothing is told of it to plug-ins.
    pub(super) fn is_nobody(&self) -> bool {
        self.agent_id.is_empty()
    }

    fn login(&self, settings: &Settings) -> Login {
        Login {
            agent_id: self.agent_id.clone(),
            password: self.password.clone(),
            queue: settings.login_queue.clone().filter(|_| !self.is_nobody()),
            mode: settings.register_mode,
        }
    }
}
