//! Presence propagation: an agent in After Call Work or Legal Guard is *held*. What the platform says drives no line of
//! theirs; what the map says is published; the platform's last word that was not ours is remembered, and the agent follows
//! it when the hold ends (requirements F20; host/docs/requirements.md, "After Call Work"). Pure: `now` is an argument.
//!
//! # What ends a hold
//!
//! | Who | Seen as |
//! |---|---|
//! | the T-Server: its timer, an agent's desktop, a logout | the state is gone, in an event or in the snapshot after a link was down |
//! | the user, on the platform | the sink's `Chosen`; beside a *manual* publication also a NOTIFY that differs from it |
//! | the limit of the configuration (After Call Work only) | time |
//!
//! A NOTIFY shows the sum of all that is published for a user. Beside an *automatic* publication it cannot tell a
//! choice of theirs from a lost device or an expired meeting, so it only refreshes the memory. A manual one hides all
//! else: what differs replaced it, provided that ours was seen before and still stands. That a sink took it proves
//! nothing: it may have put it off. Of one that follows another like it, the echo that proves it comes after a word that
//! differs, or is what the platform says still once no echo can be under way, of one that a sink says it took.
//! Offline is never taken for that: a sign-out and a lost server look the same.
//!
//! # The loop guard
//!
//! Ours is recognised by value: the same class (idle or not), the same activity as far as ours has one. The note
//! decides nothing, because a user's own note stands beside our state; a note equal to ours is taken off before
//! anything is made of it. After the end, what equals ours is for [`LATE`] taken for a late echo; once something else was
//! seen, only with our note: what a life before this one published may go before ours comes. If that time ends with it, then it is what the user is by themselves: they looked the same all the time.
//!
//! # Races
//!
//! | Race | What happens | Test |
//! |---|---|---|
//! | user changes state during After Call Work | `Chosen` ends it, their choice drives; a NOTIFY alone refreshes the memory | `the_users_choice_ends_it`, `beside_an_automatic_…` |
//! | call arrives during After Call Work | held as long as the T-Server says so; calls are the platform's own business | `a_call_during_it_…` (hub) |
//! | it ends while the T-Server link is down | the snapshot says so; then as any end | `an_end_seen_in_the_snapshot` (hub) |
//! | it ends while the platform link is down | the agent follows the memory while it is fresh, else "presence unknown" | `an_end_while_the_platform_is_away` (hub) |
//! | two devices | changes of either refresh the memory, neither ends it | `two_devices_…` |
//! | connector restarted | the snapshot holds at once; ours in a NOTIFY before or after is nobody's choice; the memory is unknown, and what the T-Server says stands | `a_restart_in_the_middle` |
//! | T-Server switches over | the last word stands until the snapshot: nothing is asked, nothing withdrawn | `a_switchover_…` (hub) |
//! | sink fails or restarts | ours may be gone or not: no NOTIFY counts as a choice until ours is seen again | `a_failed_sink_…` |
//! | their choice overtakes a word of before it | one that would make them ready is held back for [`LATE`] | `a_word_of_before_the_choice_…` (hub) |
//! | late echo after the end | ignored, see above | `a_late_echo_…` |

use crate::{
    agent_link::WorkMode,
    clock::{Moment, SameMoment},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, ops::Not, time::Duration};
use uc_plugin_api::{Availability, Presence, Standing};

/// How long an echo of our own publication may be under way.
pub(crate) const LATE: Duration = Duration::from_secs(10);

/// What a word of the platform is to be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakenFor {
    /// The user's presence: it drives their lines.
    Drives,
    /// The user's presence, to be remembered until the hold ends.
    Remembered,
    /// Our own publication.
    Ours,
    /// The user's presence in the place of our publication: the hold ends.
    Replaced,
}

/// What a word of the T-Server did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HoldChange {
    /// Nothing.
    Stays,
    /// The agent is held from now on.
    Entered,
    /// They are held no longer.
    Ended,
}

/// What the time brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// The limit of After Call Work is over: the hold ends.
    Limit,
    /// What was taken for an echo is what the user is by themselves.
    Themselves(Presence),
}

/// One user's hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hold {
    phase: Phase,
    ours: Option<Ours>,
    late: Option<Late>,
    /// The last word of the platform, whosever it was.
    last: Option<Presence>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    #[default]
    Free,
    Held {
        mode: WorkMode,
        since: Moment,
        /// Found so: a life of the connector before this one may have published.
        found: bool,
    },
    /// Ended by the user or the limit; the T-Server has not followed yet.
    LetGo(WorkMode),
}

/// Our publication that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ours {
    presence: Presence,
    standing: Standing,
    seen: bool,
    /// Until then, or until something else is said, what looks so may be the echo of one before that looked the same.
    echoes_until: Option<Moment>,
    /// A sink has taken it since it was last in doubt.
    #[serde(default, skip_serializing_if = "Not::not")]
    taken: bool,
}

/// One that stood, and may still be under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Late {
    presence: Presence,
    until: Moment,
    /// Something else was said since: from then on only our own note tells an echo from the user's own state.
    passed: bool,
}

impl Hold {
    /// The platform drives no line of theirs.
    pub(crate) fn is_held(&self) -> bool {
        matches!(self.phase, Phase::Held { .. })
    }

    /// They are held, or were and the T-Server has not followed: it matters when the state is gone.
    pub(crate) fn is_concerned(&self) -> bool {
        self.phase != Phase::Free
    }

    /// The T-Server's word: the mode that holds, or none. `found`: it may have been so for long.
    pub(crate) fn t_server(&mut self, mode: Option<WorkMode>, found: bool, now: Moment) -> HoldChange {
        match (&mut self.phase, mode) {
            (Phase::Held { mode: held, since, .. }, Some(mode)) => {
                // The limit is of After Call Work alone, and counts from its own beginning.
                *since = if *held == mode { *since } else { now };
                *held = mode;
                HoldChange::Stays
            }
            (Phase::LetGo(left), Some(mode)) if *left == mode => HoldChange::Stays,
            (Phase::Free | Phase::LetGo(_), Some(mode)) => {
                self.phase = Phase::Held { mode, since: now, found };
                HoldChange::Entered
            }
            (Phase::Held { .. }, None) => {
                self.over(Phase::Free, now);
                HoldChange::Ended
            }
            (Phase::Free | Phase::LetGo(_), None) => {
                self.phase = Phase::Free;
                HoldChange::Stays
            }
        }
    }

    /// The user, or the limit, ends the hold. False: there is none.
    pub(crate) fn let_go(&mut self, now: Moment) -> bool {
        let Phase::Held { mode, .. } = self.phase else { return false };
        self.over(Phase::LetGo(mode), now);
        true
    }

    fn over(&mut self, phase: Phase, now: Moment) {
        self.phase = phase;
        self.replaced(now);
    }

    fn replaced(&mut self, now: Moment) {
        if let Some(ours) = self.ours.take() {
            self.late = Some(Late { presence: ours.presence, until: now + LATE, passed: false });
        }
    }

    /// What stands of ours from now on. True when the last word of the platform was ours all along: what was made of
    /// it is nobody's choice.
    pub(crate) fn publishes(&mut self, what: Option<(&Presence, Standing)>, now: Moment) -> bool {
        let Phase::Held { found, .. } = self.phase else { return false };
        let same = match (&self.ours, what) {
            (Some(ours), Some((presence, standing))) => ours.presence == *presence && ours.standing == standing,
            (None, None) => true,
            _ => false,
        };
        if same {
            return false;
        }
        self.replaced(now);
        let Some((presence, standing)) = what else { return false };
        // The end of the life before may have taken its note away already.
        let note = |last: &Presence| last.note.is_empty() || last.note == presence.note;
        let before = self.last.as_ref().is_some_and(|last| found && looks_like(presence, last) && note(last));
        let late = self.late.as_ref().filter(|late| now < late.until && looks_like(presence, &late.presence));
        let echoes_until = late.map(|late| late.until);
        let presence = presence.clone();
        self.ours = Some(Ours { presence, standing, seen: before, echoes_until, taken: false });
        before
    }

    /// The sink, or its link, failed, or takes leave, or is another one: nobody knows what of ours stands, and an echo
    /// that is under way does not tell.
    pub(crate) fn doubt_ours(&mut self, now: Moment) {
        if let Some(ours) = &mut self.ours {
            (ours.seen, ours.taken, ours.echoes_until) = (false, false, Some(now + LATE));
        }
    }

    /// A sink has taken ours. What its place showed until now may be under way for as long as any echo.
    pub(crate) fn ours_is_taken(&mut self, now: Moment) {
        if let Some(ours) = &mut self.ours {
            ours.taken = true;
            ours.echoes_until = ours.echoes_until.map(|_| now + LATE);
        }
    }

    /// A word of the platform.
    pub(crate) fn platform_says(&mut self, presence: &Presence, now: Moment) -> TakenFor {
        let before = self.last.replace(presence.clone());
        let held = self.is_held();
        let stays = if held { TakenFor::Remembered } else { TakenFor::Drives };
        if presence.availability == Availability::Unknown {
            return stays;
        }
        if let Some(ours) = &mut self.ours {
            let echoes = ours.echoes_until.is_some_and(|until| now < until);
            if looks_like(&ours.presence, presence) {
                ours.seen |= !echoes;
                return TakenFor::Ours;
            }
            let stood = before.is_some_and(|before| looks_like(&ours.presence, &before));
            ours.seen |= ours.echoes_until.take().is_some() && !echoes && ours.taken && stood;
            if ours.is_replaced_by(presence) {
                return TakenFor::Replaced;
            }
        }
        match &mut self.late {
            Some(late) if late.is_echoed_by(presence, now) => return TakenFor::Ours,
            Some(late) if now < late.until => late.passed = true,
            _ => self.late = None,
        }
        stays
    }

    /// The presence without our own note.
    pub(crate) fn without_our_note<'p>(&self, presence: &'p Presence) -> Cow<'p, Presence> {
        let stood = self.ours.as_ref().map(|ours| &ours.presence).into_iter();
        let mut ours = stood.chain(self.late.as_ref().map(|late| &late.presence));
        if ours.any(|ours| !ours.note.is_empty() && ours.note == presence.note) {
            return Cow::Owned(Presence { note: "".into(), ..presence.clone() });
        }
        Cow::Borrowed(presence)
    }

    /// It was written down by another clock.
    pub(super) fn written_by(&mut self, clock: SameMoment, now: Moment) {
        if let Phase::Held { since, .. } = &mut self.phase {
            *since = clock.since(*since, now);
        }
        let echoes = self.ours.as_mut().and_then(|ours| ours.echoes_until.as_mut());
        let ends = echoes.into_iter().chain(self.late.as_mut().map(|late| &mut late.until));
        ends.for_each(|until| *until = clock.until(*until, LATE, now));
    }

    /// When [`Hold::due`] has something to say.
    pub(crate) fn deadline(&self, limit: Duration) -> Option<Moment> {
        let late = self.late.as_ref().map(|late| late.until);
        let limit = match self.phase {
            Phase::Held { mode: WorkMode::AfterCallWork, since, .. } if !limit.is_zero() => Some(since + limit),
            _ => None,
        };
        late.into_iter().chain(limit).min()
    }

    /// What the time brings; ask again until it is none.
    pub(crate) fn due(&mut self, limit: Duration, now: Moment) -> Option<Due> {
        if self.deadline(limit).is_none_or(|at| now < at) {
            return None;
        }
        if let Some(late) = self.late.take_if(|late| late.until <= now) {
            let themselves = self.last.clone().filter(|last| self.ours.is_none() && looks_like(&late.presence, last));
            return themselves.map(Due::Themselves).or_else(|| self.due(limit, now));
        }
        Some(Due::Limit)
    }
}

impl Late {
    fn is_echoed_by(&self, presence: &Presence, now: Moment) -> bool {
        let noted = !self.presence.note.is_empty() && self.presence.note == presence.note;
        now < self.until && looks_like(&self.presence, presence) && (noted || !self.passed)
    }
}

impl Ours {
    fn is_replaced_by(&self, presence: &Presence) -> bool {
        self.standing == Standing::Manual
            && self.seen
            && self.presence.availability != Availability::Unknown
            && presence.availability != Availability::Offline
            && class(self.presence.availability) != class(presence.availability)
    }
}

/// Whether the platform's word shows this publication. One with only a note shows nothing that could be taken for it.
fn looks_like(ours: &Presence, said: &Presence) -> bool {
    ours.availability != Availability::Unknown
        && class(ours.availability) == class(said.availability)
        && (ours.activity.is_empty() || ours.activity == said.activity)
}

/// The class without its idle twin: platforms make one of the other by themselves.
fn class(availability: Availability) -> Availability {
    match availability {
        Availability::AvailableIdle => Availability::Available,
        Availability::BusyIdle => Availability::Busy,
        other => other,
    }
}

#[cfg(test)]
mod tests;
