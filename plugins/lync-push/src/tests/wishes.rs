//! What the host may want to be shown of the agent.

use uc_plugin_api::{Availability, Presence, Publication, Standing, UserHandle};

/// The one agent.
pub(super) const KIM: UserHandle = UserHandle(1);

/// The wishes of a host, 0 to 6: none of them is what the user chooses.
pub(super) fn wish(number: usize) -> Option<Publication> {
    let (availability, token, note, standing) = match number {
        0 => return None,
        1 => (6500, "on-the-phone", "", Standing::Automatic),
        2 => (12_500, "", "After call work", Standing::Manual),
        3 => (9600, "", "", Standing::Manual),
        4 => (0, "", "only a note", Standing::Manual),
        5 => (15_500, "", "After call work", Standing::Automatic),
        _ => (3600, "", "", Standing::Automatic),
    };
    let presence = Presence {
        availability: Availability::from_number(availability),
        number: availability,
        activity: token.into(),
        note: note.into(),
        ..Presence::default()
    };
    Some(Publication { user: KIM, presence, standing })
}
