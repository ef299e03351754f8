//! Texts of a platform, whoever wrote them there: cut to what a request to a T-Server bears.

use crate::agent_link::first_letters;
use uc_plugin_api::{AgentState, Presence, PresenceUpdate, RString, Wanted, Wish};

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

/// The same of the reasons of wishes, and of their number ([`AgentState::REASONS`]).
pub(super) fn cut_wishes(wishes: &mut [Wanted]) {
    let mut cut = 0;
    for wanted in wishes {
        let Wish::State(AgentState { reasons, .. }) = &mut wanted.wish else { continue };
        cut += reasons.len().saturating_sub(AgentState::REASONS);
        reasons.truncate(AgentState::REASONS);
        cut += reasons.iter_mut().flat_map(|reason| [&mut reason.key, &mut reason.value]).filter_map(cut_text).count();
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use uc_plugin_api::{AgentStatus, Reason, UserHandle};

    #[test]
    fn no_wish_is_longer_than_a_request_bears_however_letters_are_written() {
        let long = "é".repeat(130_000);
        let reason = || Reason { key: long.as_str().into(), value: long.as_str().into(), hardware: false };
        let reasons = std::iter::repeat_with(reason).take(100).collect();
        let state = AgentState { status: AgentStatus::NotReady, reasons, ..AgentState::default() };
        let mut wishes = [Wanted { user: UserHandle(1), wish: Wish::State(state), explicit: true }];
        cut_wishes(&mut wishes);
        let [Wanted { wish: Wish::State(AgentState { reasons, .. }), .. }] = &wishes else { panic!("{wishes:?}") };
        let letters: usize =
            reasons.iter().map(|reason| reason.key.chars().count() + reason.value.chars().count()).sum();
        assert_eq!(letters, 2 * AgentState::REASONS * Presence::LETTERS);
        // Six bytes for a letter: `\u00e9`, as a T-Server may write it.
        assert!(6 * letters < 262_144 / 2);
    }
}
