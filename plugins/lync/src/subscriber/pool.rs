//! One place where people are subscribed to, with one dialog at a time: what waits to be sent, what is under way, what
//! was heard.

use super::gaps::Gaps;
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_backoff::Backoff;
use uc_plugin_api::UserHandle;
use uc_sip::user_agent::SubscriptionId;

/// A pool's dialog is asked for a sign of life after so much silence. Slower than one person may be named.
pub(super) const QUIET: Duration = Duration::from_secs(9);
/// Who is let be watched is told of within that time, whatever else the dialog says.
const TELLING: Duration = QUIET;
/// The same for each dialog with a single person: there may be thousands, of which one is asked for all (`rotation`).
const QUIET_SINGLE: Duration = Duration::from_secs(120);
/// A dialog that neither answers nor says anything for that long is in doubt.
pub(super) const ANSWER: Duration = Duration::from_secs(4);
/// First and longest pause before a dialog that was lost begins afresh, or the next ones are asked for after a refusal.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What the SUBSCRIBE under way is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Asking {
    /// There is none.
    #[default]
    Nothing,
    /// The dialog is to last longer.
    Refresh,
    /// These people are to be watched.
    People(Vec<UserHandle>),
    /// Some are to be watched no more.
    Removal,
    /// The server is to say that the dialog still stands.
    Sign,
}

#[derive(Debug)]
pub(super) struct Pool {
    /// Request-URI.
    pub(super) target: String,
    /// Whether it is one person's own address and not a pool's.
    pub(super) single: bool,
    pub(super) id: Option<SubscriptionId>,
    /// To be asked for; may name people who are somewhere else by now.
    pub(super) to_add: VecDeque<UserHandle>,
    pub(super) to_remove: VecDeque<Arc<str>>,
    /// Whom a refresh names.
    pub(super) head: Vec<UserHandle>,
    pub(super) asking: Asking,
    /// When it was asked last, and when its dialog last said something.
    asked: Option<Instant>,
    heard: Option<Instant>,
    /// It said how one of its people is.
    pub(super) told: bool,
    /// Whom the server let be watched, and until when it is to say how they are.
    to_be_told: VecDeque<(Instant, Vec<UserHandle>)>,
    /// In the numbers of its notifies.
    pub(super) gaps: Gaps,
    /// A change was refused: who refuses one may have forgotten all.
    pub(super) suspect: bool,
    /// Nothing is sent before.
    pub(super) not_before: Option<Instant>,
    /// Nobody may be named before to ask for a sign of life.
    pub(super) sign_at: Option<Instant>,
    /// Nobody is in its dialog any more; it is given up then, unless somebody comes back before.
    pub(super) given_up_at: Option<Instant>,
    /// Its dialog was accepted.
    begun: bool,
    /// Seconds to ask for; none: the server's choice.
    pub(super) expires: Option<u32>,
    losses: Backoff,
    refusals: Backoff,
}

impl Pool {
    pub(super) fn new(target: &str, single: bool) -> Self {
        Self {
            target: target.to_owned(),
            single,
            id: None,
            to_add: VecDeque::new(),
            to_remove: VecDeque::new(),
            head: Vec::new(),
            asking: Asking::Nothing,
            asked: None,
            heard: None,
            told: false,
            to_be_told: VecDeque::new(),
            gaps: Gaps::default(),
            suspect: false,
            not_before: None,
            sign_at: None,
            given_up_at: None,
            begun: false,
            expires: None,
            losses: Backoff::new(PAUSE.0, PAUSE.1),
            refusals: Backoff::new(PAUSE.0, PAUSE.1),
        }
    }

    pub(super) fn ask(&mut self, asking: Asking, now: Instant) {
        self.suspect &= asking != Asking::Sign;
        (self.asking, self.asked) = (asking, Some(now));
    }

    /// A refresh went out by itself.
    pub(super) fn refreshing(&mut self, now: Instant) {
        if self.asking == Asking::Nothing {
            self.ask(Asking::Refresh, now);
        }
    }

    /// The dialog said something.
    pub(super) fn heard(&mut self, now: Instant) {
        self.heard = Some(now);
    }

    /// The server accepted what was asked, a `change` or the first request; none: it was a refresh that went out before
    /// what is asked, which still waits.
    pub(super) fn answered(&mut self, change: bool, now: Instant) -> Option<Asking> {
        self.heard = Some(now);
        let first = !std::mem::replace(&mut self.begun, true);
        if !change && !first && self.asking != Asking::Refresh {
            return None;
        }
        self.refusals.succeed();
        Some(std::mem::take(&mut self.asking))
    }

    /// The server lets these people be watched.
    pub(super) fn accepted(&mut self, people: Vec<UserHandle>, now: Instant) {
        self.to_be_told.push_back((now + TELLING, people));
    }

    /// Some of whom it should have told by now.
    pub(super) fn take_overdue(&mut self, now: Instant) -> Option<Vec<UserHandle>> {
        self.to_be_told.pop_front_if(|(at, _)| *at <= now).map(|(_, people)| people)
    }

    /// The dialog is gone: nothing is sent for a while, at least as long as the server asks.
    pub(super) fn lost(&mut self, asked: Duration, now: Instant) {
        let own = self.loss(now);
        self.rest(own, asked, now);
        self.clear();
    }

    /// There is no dialog, nor anything that belonged to it.
    pub(super) fn clear(&mut self) {
        (self.id, self.begun, self.asked, self.heard) = (None, false, None, None);
        self.given_up_at = None;
        self.gaps.clear();
        (self.asking, self.suspect, self.told) = (Asking::Nothing, false, false);
        self.head.clear();
        self.to_remove.clear();
        self.to_be_told.clear();
    }

    /// What was asked for was refused: the next ones wait a little, longer if nothing else is accepted.
    pub(super) fn refused(&mut self, asked: Duration, now: Instant) {
        let own = self.refusals.fail(now);
        self.rest(own, asked, now);
        (self.asking, self.suspect) = (Asking::Nothing, true);
    }

    /// Everybody is to be asked for again inside the dialog. While that waits already, another reason makes it no
    /// later, or it would never come.
    pub(super) fn repeat(&mut self, now: Instant) {
        if !self.rests(now) {
            let own = self.loss(now);
            self.rest(own, Duration::ZERO, now);
        }
        self.told = false;
    }

    /// The pause after one more loss: none after one that comes alone.
    fn loss(&mut self, now: Instant) -> Duration {
        let own = self.losses.fail(now);
        if self.losses.failures() == 1 { Duration::ZERO } else { own }
    }

    /// Our own pause is one between requests: waiting in vain for an answer is part of it.
    fn rest(&mut self, own: Duration, asked: Duration, now: Instant) {
        let since = self.asked.filter(|_| self.asking != Asking::Nothing).unwrap_or(now);
        self.not_before = self.not_before.max(Some((since + own).max(now + asked)));
    }

    /// What it waits for may have been mended: it waits no longer, nor longer and longer.
    pub(super) fn try_now(&mut self) {
        self.losses.succeed();
        self.refusals.succeed();
        self.not_before = None;
    }

    pub(super) fn rests(&self, now: Instant) -> bool {
        self.not_before.is_some_and(|at| at > now)
    }

    /// When it is in doubt because it does not answer.
    pub(super) fn doubtful_at(&self) -> Option<Instant> {
        let asked = self.asked.filter(|_| self.asking != Asking::Nothing)?;
        Some(self.heard.map_or(asked, |heard| heard.max(asked)) + ANSWER)
    }

    /// When its silence is asked about; at once when it is suspect.
    pub(super) fn quiet_at(&self) -> Option<Instant> {
        let quiet = match (self.suspect, self.single && self.told) {
            (true, _) => Duration::ZERO,
            (false, true) => QUIET_SINGLE,
            (false, false) => QUIET,
        };
        self.heard.filter(|_| self.id.is_some() && self.asking == Asking::Nothing).map(|heard| heard + quiet)
    }

    /// Whether it is a dialog whose answer says something of others of its kind.
    pub(super) fn may_be_asked_for_others(&self) -> bool {
        self.single
            && self.told
            && !self.suspect
            && self.given_up_at.is_none()
            && self.id.is_some()
            && self.asking == Asking::Nothing
    }

    /// When something is to be done about it.
    pub(super) fn due(&self) -> Option<Instant> {
        let overdue = self.to_be_told.front().map(|(at, _)| *at);
        self.next().into_iter().chain(overdue).chain(self.gaps.due()).min()
    }

    /// When it is in doubt, or something may be sent.
    fn next(&self) -> Option<Instant> {
        if let Some(at) = self.doubtful_at().or(self.given_up_at) {
            return Some(at);
        }
        let rest = self.not_before.filter(|_| !self.suspect);
        let sign = self.quiet_at().map(|at| Some(at).max(self.sign_at).max(rest).unwrap_or(at));
        sign.into_iter().chain(self.not_before).min()
    }
}
