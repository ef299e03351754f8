//! The latest that is known of one person, in little memory.

use crate::{
    categories::{Categories, Note, State},
    language,
};
use uc_plugin_api::{Availability, Presence};

/// Out-of-office notes show from here on (away or worse).
const AWAY: u32 = 15_000;

/// What one person publishes, as far as it has been told. Empty texts take no memory beside their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Person {
    availability: u32,
    activity: Box<str>,
    custom: Box<str>,
    device: Box<str>,
    /// Newest first.
    notes: Box<[Note]>,
}

impl Person {
    /// Takes what a document says; what it does not name stays. `languages`: wanted first.
    pub(crate) fn apply(&mut self, news: Categories, languages: &[&str]) {
        if let Some(state) = news.state {
            self.state(&state, languages);
        }
        if let Some(notes) = news.notes {
            self.notes = notes.into();
        }
    }

    fn state(&mut self, state: &State, languages: &[&str]) {
        self.availability = state.availability;
        let applies = |range: (u32, u32)| (range.0..=range.1).contains(&state.availability);
        let mut activities = state.activities.iter().filter(|activity| applies(activity.range));
        self.custom = "".into();
        self.activity = "".into();
        if let Some(activity) = activities.next() {
            self.activity = activity.token.as_str().into();
            self.custom = language::choose(&activity.custom, languages).into();
        }
        self.device = state.device.as_str().into();
    }

    /// As the host wants it.
    pub(crate) fn presence(&self) -> Presence {
        let note = self.notes.iter().find(|note| !note.out_of_office || self.availability >= AWAY);
        Presence {
            availability: Availability::from_number(self.availability),
            number: self.availability,
            activity: (&*self.activity).into(),
            custom_activity: (&*self.custom).into(),
            note: note.map_or("", |note| &note.text).into(),
            device: (&*self.device).into(),
        }
    }
}
