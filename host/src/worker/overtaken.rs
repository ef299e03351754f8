//! The sink hears what the user chose, the source what their colleagues see, each over a link of its own: nothing orders
//! the two. A word of the source that comes after a choice may be older than it, for as long as [`LATE`] says. When the
//! choice keeps calls away, a word that would let them be routed is held back until then: it counts if it stands still.
//! Words that keep calls away count at once. Pure: `now` is an argument.

use super::hold::LATE;
use crate::{clock::Moment, policy::Want};
use uc_plugin_api::Presence;

/// What may have been overtaken by one user's choice.
#[derive(Debug, Default)]
pub(super) struct Overtaken {
    /// Boxed: few have one, and every step of everybody reads what is beside it.
    choice: Option<Box<Choice>>,
}

#[derive(Debug)]
struct Choice {
    /// It keeps calls away.
    restrains: bool,
    until: Moment,
    held_back: Option<Presence>,
}

impl Overtaken {
    /// A sink's word. Gives back what was held back, if it is what they have chosen since.
    pub(super) fn chosen(&mut self, want: &Want, now: Moment) -> Option<Presence> {
        let before = self.choice.take().and_then(|choice| choice.held_back);
        let restrains = !want.may_be_ready();
        let (back, held_back) = if restrains { (None, before) } else { (before, None) };
        self.choice = Some(Box::new(Choice { restrains, until: now + LATE, held_back }));
        back
    }

    /// Words of before a choice may be under way.
    pub(super) fn lasts(&self, now: Moment) -> bool {
        self.choice.as_ref().is_some_and(|choice| now < choice.until)
    }

    /// Whether a word of the source counts now. `want`: what it makes of the agent, none when it does not know.
    pub(super) fn admits(&mut self, presence: &Presence, want: Option<&Want>, now: Moment) -> bool {
        let Some(choice) = self.choice.as_mut().filter(|choice| now < choice.until) else { return true };
        let held_back = choice.restrains && want.is_some_and(Want::may_be_ready);
        choice.held_back = held_back.then(|| presence.clone());
        !held_back
    }

    /// What the source said last stands no longer, or nobody knows.
    pub(super) fn passes(&mut self) {
        self.choice.iter_mut().for_each(|choice| choice.held_back = None);
    }

    /// When [`Self::due`] has something to say.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.choice.as_ref().map(|choice| choice.until)
    }

    /// The word that was held back and stands still.
    pub(super) fn due(&mut self, now: Moment) -> Option<Presence> {
        self.choice.take_if(|choice| choice.until <= now)?.held_back
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Target;
    use proptest::prelude::*;
    use std::time::Duration;
    use uc_plugin_api::Availability::{self, Available, DoNotDisturb, Unknown};

    fn word(availability: Availability) -> Presence {
        Presence { availability, ..Presence::default() }
    }

    fn want(availability: Availability) -> Option<Want> {
        let state = |ready| Want::State(Target { ready, ..Target::default() }.into());
        (availability != Unknown).then(|| state(availability == Available))
    }

    fn says(overtaken: &mut Overtaken, availability: Availability, now: Moment) -> bool {
        overtaken.admits(&word(availability), want(availability).as_ref(), now)
    }

    fn chooses(overtaken: &mut Overtaken, availability: Availability, now: Moment) -> Option<Presence> {
        overtaken.chosen(&want(availability).expect("a state"), now)
    }

    #[test]
    fn what_stands_still_counts_in_the_end() {
        let (mut overtaken, now) = (Overtaken::default(), Moment::default());
        assert!(says(&mut overtaken, Available, now), "nothing was chosen");
        assert_eq!(chooses(&mut overtaken, DoNotDisturb, now), None);
        assert!(!says(&mut overtaken, Available, now), "perhaps of before");
        assert_eq!((overtaken.due(now + LATE / 2), overtaken.deadline()), (None, Some(now + LATE)));
        assert_eq!(overtaken.due(now + LATE), Some(word(Available)));
        assert_eq!((overtaken.deadline(), says(&mut overtaken, Available, now + LATE)), (None, true));
    }

    #[test]
    fn what_no_longer_stands_does_not_come_back() {
        for later in [DoNotDisturb, Unknown] {
            let (mut overtaken, now) = (Overtaken::default(), Moment::default());
            chooses(&mut overtaken, DoNotDisturb, now);
            says(&mut overtaken, Available, now);
            assert!(says(&mut overtaken, later, now), "{later:?} keeps calls away, or is a doubt");
            assert_eq!(overtaken.due(now + LATE), None, "{later:?}");
        }
        let (mut overtaken, now) = (Overtaken::default(), Moment::default());
        chooses(&mut overtaken, DoNotDisturb, now);
        says(&mut overtaken, Available, now);
        overtaken.passes();
        assert_eq!(overtaken.due(now + LATE), None, "its link is down");
    }

    #[test]
    fn a_later_choice_releases_what_agrees_with_it() {
        let (mut overtaken, now) = (Overtaken::default(), Moment::default());
        chooses(&mut overtaken, DoNotDisturb, now);
        says(&mut overtaken, Available, now);
        assert_eq!(chooses(&mut overtaken, DoNotDisturb, now + LATE / 2), None);
        assert!(overtaken.lasts(now + LATE), "the time counts from the last one");
        assert_eq!(chooses(&mut overtaken, Available, now + LATE), Some(word(Available)));
        assert!(says(&mut overtaken, Available, now + LATE));
    }

    proptest! {
        /// Nothing lets calls be routed within the time after a choice that keeps them away.
        #[test]
        fn no_order_lets_calls_through(steps in proptest::collection::vec((0u8..4, 0u64..8), 0..30)) {
            let (mut overtaken, mut now) = (Overtaken::default(), Moment::default());
            let mut last = now;
            chooses(&mut overtaken, DoNotDisturb, now);
            for (step, seconds) in steps {
                now += Duration::from_secs(seconds);
                let within = now < last + LATE;
                prop_assert!(!within || overtaken.due(now).is_none());
                match step {
                    0 => prop_assert!(!says(&mut overtaken, Available, now) || !within),
                    1 => prop_assert!(says(&mut overtaken, DoNotDisturb, now)),
                    2 => overtaken.passes(),
                    _ => {
                        chooses(&mut overtaken, DoNotDisturb, now);
                        last = now;
                    }
                }
            }
        }
    }
}
