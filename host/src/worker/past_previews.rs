//! The worker's previews of the last day and how each ended: kept with them, so that a page that opens
//! later, at another device or at another node, lists them, too, and those that nobody has looked at yet. Pure.

use super::{Output, Settings, Worker};
use crate::{
    clock::{Moment, SameMoment},
    preview_end::PreviewEnd,
};
use serde::{Deserialize, Serialize};
use std::{ops::Not, sync::Arc, time::Duration};

/// The newest are kept.
const MOST: usize = 50;

/// Pages show those of their own day: no day is longer, wherever the worker is.
const KEPT_FOR: Duration = Duration::from_secs(25 * 3600);

/// One of them: no business data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PastPreview {
    /// Its number.
    pub(crate) id: u64,
    /// When it ended.
    pub(crate) at: Moment,
    /// When it would have timed out: with the number it names the preview, also where numbers begin anew.
    pub(crate) deadline: Moment,
    /// Caller's number.
    pub(crate) caller: Arc<str>,
    /// The worker's DN that the call was for; empty: they had none.
    pub(crate) dn: Arc<str>,
    /// How it ended for them.
    pub(crate) end: PreviewEnd,
    /// They have looked at the list since.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(crate) seen: bool,
}

/// All of them, oldest first: kept beside the worker, for it changes seldom and is longer than the rest together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PastPreviews(Vec<PastPreview>);

impl PastPreviews {
    fn add(&mut self, past: PastPreview) {
        let full = (self.0.len() + 1).saturating_sub(MOST);
        self.0.drain(..full);
        self.0.push(past);
    }

    /// Whether some were older than a day, and are not kept any more.
    fn forgets(&mut self, now: Moment) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let before = self.0.len();
        self.0.retain(|past| now.since(past.at) < KEPT_FOR);
        self.0.len() < before
    }
}

impl Worker {
    /// Previews that ended within the last day, newest first.
    pub(crate) fn past_previews(&self, now: Moment) -> impl Iterator<Item = &PastPreview> {
        self.past.0.iter().rev().filter(move |past| now.since(past.at) < KEPT_FOR)
    }

    /// What is to be kept of them, if that has changed since it was asked for; none: nothing.
    pub(crate) fn past_to_keep(&mut self) -> Option<Option<PastPreviews>> {
        let changed = std::mem::take(&mut self.past_changed);
        changed.then(|| Some(self.past.clone()).filter(|past| !past.0.is_empty()))
    }

    /// Those that were kept by this clock.
    pub(crate) fn take_up_past(&mut self, kept: PastPreviews, clock: SameMoment, now: Moment) {
        let here = |past: PastPreview| PastPreview { at: clock.since(past.at, now), ..past };
        self.past = PastPreviews(kept.0.into_iter().map(here).collect());
        self.forget_past(now);
    }

    /// No longer than a day.
    pub(super) fn forget_past(&mut self, now: Moment) {
        self.past_changed |= self.past.forgets(now);
    }

    /// A preview is over for them. Whoever answers is there; one that was shown and timed out was missed.
    pub(super) fn preview_over(
        &mut self,
        past: PastPreview,
        shown: bool,
        settings: &Settings,
        outputs: &mut Vec<Output>,
    ) {
        match past.end {
            PreviewEnd::TimedOut if shown => self.preview_missed(settings, outputs),
            PreviewEnd::Accepted | PreviewEnd::Rejected => self.acts(outputs),
            _ => {}
        }
        self.past.add(past);
        self.past_changed = true;
    }

    /// They have looked at these: their other pages are told.
    pub(super) fn previews_seen(&mut self, ids: &[u64], outputs: &mut Vec<Output>) {
        let mut seen = Vec::new();
        for past in self.past.0.iter_mut().filter(|past| !past.seen && ids.contains(&past.id)) {
            past.seen = true;
            seen.push(past.id);
        }
        if !seen.is_empty() {
            self.past_changed = true;
            outputs.push(Output::PreviewsSeen(seen));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::since_1970(Duration::from_secs(1_700_000_000));

    fn past(id: u64, at: Moment) -> PastPreview {
        let (caller, dn) = ("+4930".into(), "5001".into());
        PastPreview { id, at, deadline: at, caller, dn, end: PreviewEnd::TimedOut, seen: false }
    }

    #[test]
    fn the_newest_of_a_day_are_kept() {
        let mut all = PastPreviews::default();
        (0..200).for_each(|id| all.add(past(id, START + Duration::from_secs(id))));
        assert_eq!(all.0.len(), MOST);
        assert_eq!((all.0[0].id, all.0[MOST - 1].id), (150, 199));
        assert!(!all.forgets(START + Duration::from_secs(149) + KEPT_FOR), "none of them is older than a day");
        assert!(all.forgets(START + Duration::from_secs(150) + KEPT_FOR));
        assert_eq!((all.0[0].id, all.0.len()), (151, MOST - 1), "the one that ended a day before is gone");
    }
}
