//! A T-Server that loses its switch and finds it again and again. A loss is believed at once, for what is known may be
//! over; a return, after a few losses, only once it has lasted for a pause that grows. So neither the agents, nor their
//! pages, nor the log follow a link that flaps. Pure.

use crate::{agent_link::LinkId, clock::Moment};
use std::{collections::HashMap, time::Duration};

/// Losses after which a return is believed at once.
const FREE: u32 = 5;
/// How long the first return after those must last, and the longest that any must.
const LASTS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// Whoever lost nothing for so long starts over.
const CALM: Duration = Duration::from_secs(5 * 60);
/// Between two words of flaps in the log.
const PERIOD: Duration = Duration::from_secs(60);

/// How often each T-Server lost its switch of late.
#[derive(Debug, Default)]
pub(super) struct SwitchFlaps(HashMap<LinkId, Flaps>);

#[derive(Debug, Default)]
struct Flaps {
    losses: u32,
    /// The last of them.
    lost: Moment,
    /// The switch is said to be there; it is believed then.
    believed_at: Option<Moment>,
    /// When somebody looks next whether a return has lasted.
    looked_at: Option<Moment>,
    /// When the log last had a word of it.
    told: Option<Moment>,
}

/// What becomes of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Return {
    /// It is believed now.
    Believed,
    /// It is believed at this moment, if it lasts.
    Waits(Moment),
    /// Said already.
    Known,
}

impl SwitchFlaps {
    /// The switch is said to be lost. `known`: so it was believed to be, which is no news unless a return was waited for.
    pub(super) fn lost(&mut self, link: LinkId, known: bool, now: Moment) {
        let flaps = self.0.entry(link).or_default();
        let waited = flaps.believed_at.take().is_some();
        if waited || !known {
            flaps.losses = if now.since(flaps.lost) > CALM { 1 } else { flaps.losses.saturating_add(1) };
            flaps.lost = now;
        }
    }

    /// The switch, believed to be lost, is said to be there.
    pub(super) fn found(&mut self, link: LinkId, now: Moment) -> Return {
        let Some(flaps) = self.0.get_mut(&link) else { return Return::Believed };
        let Some(beyond) = flaps.losses.checked_sub(FREE + 1) else { return Return::Believed };
        if flaps.believed_at.is_some() {
            return Return::Known;
        }
        let at = now + LASTS.0.saturating_mul(2_u32.saturating_pow(beyond.min(16))).min(LASTS.1);
        flaps.believed_at = Some(at);
        Return::Waits(at)
    }

    /// Whether a return has lasted, and is believed now.
    pub(super) fn has_lasted(&mut self, link: LinkId, now: Moment) -> bool {
        let Some(flaps) = self.0.get_mut(&link) else { return false };
        flaps.believed_at.take_if(|at| *at <= now).is_some()
    }

    /// When to look whether a return has lasted; none: none is waited for, or somebody looks already.
    pub(super) fn next_look(&mut self, link: LinkId, now: Moment) -> Option<Moment> {
        let flaps = self.0.get_mut(&link)?;
        if flaps.looked_at.is_some_and(|at| now < at) {
            return None;
        }
        flaps.looked_at = flaps.believed_at;
        flaps.looked_at
    }

    /// How many losses to tell of now, since the last calm; none: the log had a word of it within the last minute.
    pub(super) fn word(&mut self, link: LinkId, now: Moment) -> Option<u32> {
        let flaps = self.0.get_mut(&link)?;
        if flaps.told.is_some_and(|told| now.since(told) < PERIOD) {
            return None;
        }
        flaps.told = Some(now);
        Some(flaps.losses)
    }

    /// The link went up or down: no return is waited for. What was lost before counts on.
    pub(super) fn forget_return(&mut self, link: LinkId) {
        self.0.get_mut(&link).into_iter().for_each(|flaps| flaps.believed_at = None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkId = LinkId(0);
    const MOMENT: Duration = Duration::from_millis(10);

    /// Flaps each moment from `start`; how often a return was believed at once, and the last word of it.
    fn flap(flaps: &mut SwitchFlaps, times: u32, start: Moment) -> (u32, Return) {
        let (mut believed, mut last) = (0, Return::Known);
        for time in 0..times {
            let now = start + MOMENT * time;
            flaps.lost(LINK, believed < time, now);
            last = flaps.found(LINK, now);
            believed += u32::from(last == Return::Believed);
        }
        (believed, last)
    }

    #[test]
    fn a_few_returns_are_believed_at_once_and_then_only_those_that_last() {
        let (mut flaps, start) = (SwitchFlaps::default(), Moment::default() + CALM);
        for (times, pause) in [(6, 5), (1, 10), (1, 20), (1, 40), (1, 60), (1000, 60)] {
            let (believed, last) = flap(&mut flaps, times, start);
            let end = start + MOMENT * (times - 1);
            assert_eq!(last, Return::Waits(end + Duration::from_secs(pause)), "{believed} believed");
        }
        let end = start + MOMENT * 999;
        assert_eq!(flaps.found(LINK, end), Return::Known, "the same again moves nothing");
        assert!(!flaps.has_lasted(LINK, end + LASTS.1 - MOMENT));
        assert!(flaps.has_lasted(LINK, end + LASTS.1) && !flaps.has_lasted(LINK, end + LASTS.1));
    }

    #[test]
    fn flaps_without_end_are_looked_at_once_at_a_time() {
        let (mut flaps, start) = (SwitchFlaps::default(), Moment::default() + CALM);
        let looks = (0..1000).filter_map(|time| {
            let now = start + MOMENT * time;
            flaps.lost(LINK, time > FREE, now);
            flaps.found(LINK, now);
            flaps.next_look(LINK, now)
        });
        assert_eq!(looks.collect::<Vec<_>>().len(), 2, "in ten seconds");
    }

    #[test]
    fn whoever_was_calm_starts_over() {
        let (mut flaps, start) = (SwitchFlaps::default(), Moment::default() + CALM);
        flap(&mut flaps, 100, start);
        let later = start + CALM * 2;
        flaps.lost(LINK, false, later);
        assert_eq!(flaps.found(LINK, later), Return::Believed);
    }

    #[test]
    fn flaps_without_end_are_one_word_a_minute_with_a_count() {
        let (mut flaps, start) = (SwitchFlaps::default(), Moment::default() + CALM);
        let mut words = Vec::new();
        for time in 0..30_000 {
            let now = start + MOMENT * time;
            flaps.lost(LINK, time > FREE, now);
            if flaps.found(LINK, now) != Return::Believed {
                words.extend(flaps.word(LINK, now));
            }
        }
        assert_eq!(words, [6, 6006, 12_006, 18_006, 24_006], "in five minutes");
    }
}
