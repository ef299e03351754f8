//! Texts of a platform, whoever wrote them there: cut to what a request to a T-Server bears.

use crate::agent_link::first_letters;
use uc_plugin_api::{Presence, PresenceUpdate, RString};

/// Cuts each text of these to [`Presence::LETTERS`] letters.
pub(super) fn cut(updates: &mut [PresenceUpdate]) {
    let presences = updates.iter_mut().map(|update| &mut update.presence);
    let texts = presences
        .flat_map(|Presence { activity, custom_activity, note, device, .. }| [activity, custom_activity, note, device]);
    let cut = texts.filter_map(cut_text).count();
    if cut > 0 {
        metrics::counter!("uc_presence_texts_cut_total").increment(cut as u64);
    }
}

fn cut_text(text: &mut RString) -> Option<()> {
    if text.len() <= Presence::LETTERS {
        return None;
    }
    let cut = first_letters(text, Presence::LETTERS);
    (cut.len() < text.len()).then(|| RString::from(cut)).map(|cut| *text = cut)
}
