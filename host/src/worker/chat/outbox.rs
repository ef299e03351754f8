//! Lines that a worker wrote and that the T-Server has not confirmed. Each is asked for until it is, always by the same
//! number and one at a time, so that none is lost, doubled or overtaken. Pure.

use super::room::Room;
use crate::{
    clock::{Moment, SameMoment},
    remark::Why,
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// Most lines that wait at the same time.
pub(crate) const MOST_WAITING: usize = 32;
/// First pause before a line is asked for again; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// One line of the worker's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Own {
    /// The page's number for it.
    pub(crate) id: Arc<str>,
    /// What they wrote.
    pub(crate) text: Arc<str>,
    /// Where it stands.
    pub(crate) state: OwnState,
    /// Why it is not there yet; empty: nothing is known against it.
    pub(crate) words: Arc<str>,
    pause: Duration,
}

/// Where a line of the worker's stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OwnState {
    /// It is asked for at this time, or later.
    Waits(Moment),
    /// It was asked for.
    Sent,
    /// The T-Server refuses it for good: the worker decides.
    Refused,
}

/// All of them, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outbox(Vec<Own>);

impl Outbox {
    /// The worker writes a line, or wants a refused one to be asked for again.
    ///
    /// # Errors
    /// There are too many; in words for the worker.
    pub(super) fn write(&mut self, id: &Arc<str>, text: &Arc<str>, now: Moment) -> Result<(), Why> {
        if let Some(own) = self.find(id) {
            if own.state == OwnState::Refused {
                (own.state, own.words) = (OwnState::Waits(now), "".into());
            }
            return Ok(());
        }
        if self.0.len() >= MOST_WAITING {
            return Err(Why::ChatFull);
        }
        let (id, text, words) = (id.clone(), text.clone(), "".into());
        self.0.push(Own { id, text, state: OwnState::Waits(now), words, pause: FIRST });
        Ok(())
    }

    /// The oldest of them, as far as there is room. The page has what it wrote until it is confirmed.
    pub(super) fn within(&self, room: &mut Room) -> Self {
        Self(self.0.iter().take_while(|own| room.takes(own)).cloned().collect())
    }

    /// They were written down by another clock.
    pub(super) fn written_by(&mut self, clock: SameMoment, now: Moment) {
        for own in &mut self.0 {
            if let OwnState::Waits(at) = &mut own.state {
                *at = clock.until(*at, LONGEST, now);
            }
        }
    }

    /// The T-Server has told a line with this number, or the worker gives it up. False: it is none of these.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|own| *own.id != *id);
        self.0.len() < before
    }

    /// The worker gives a refused line up.
    pub(super) fn drop_refused(&mut self, id: &str) {
        self.0.retain(|own| *own.id != *id || own.state != OwnState::Refused);
    }

    /// The line to be asked for now, if any.
    pub(super) fn send(&mut self, now: Moment) -> Option<(Arc<str>, Arc<str>)> {
        let own = self.first().filter(|own| matches!(own.state, OwnState::Waits(at) if at <= now))?;
        own.state = OwnState::Sent;
        Some((own.id.clone(), own.text.clone()))
    }

    /// The first that is not refused: the others wait for it.
    fn first(&mut self) -> Option<&mut Own> {
        self.0.iter_mut().find(|own| own.state != OwnState::Refused)
    }

    /// A line that was asked for is not there: it is asked for again after a pause that grows.
    pub(super) fn again(&mut self, id: &str, words: &Arc<str>, now: Moment) {
        if let Some(own) = self.find(id).filter(|own| own.state == OwnState::Sent) {
            (own.state, own.words) = (OwnState::Waits(now + own.pause), words.clone());
            own.pause = (own.pause * 2).min(LONGEST);
        }
    }

    /// The T-Server refuses a line for good.
    pub(super) fn refused(&mut self, id: &str, words: &Arc<str>) {
        if let Some(own) = self.find(id).filter(|own| own.state == OwnState::Sent) {
            (own.state, own.words) = (OwnState::Refused, words.clone());
        }
    }

    /// Nobody takes lines any more.
    pub(super) fn end(&mut self, words: &Arc<str>) {
        for own in &mut self.0 {
            (own.state, own.words) = (OwnState::Refused, words.clone());
        }
    }

    /// The connection is another: what was asked for is asked for again at once.
    pub(super) fn start_over(&mut self, now: Moment) {
        for own in self.0.iter_mut().filter(|own| own.state != OwnState::Refused) {
            (own.state, own.pause) = (OwnState::Waits(now), FIRST);
        }
    }

    /// When the next line is to be asked for.
    pub(super) fn deadline(&self) -> Option<Moment> {
        let first = self.0.iter().find(|own| own.state != OwnState::Refused)?;
        if let OwnState::Waits(at) = first.state { Some(at) } else { None }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Own> {
        self.0.iter()
    }

    fn find(&mut self, id: &str) -> Option<&mut Own> {
        self.0.iter_mut().find(|own| *own.id == *id)
    }
}
