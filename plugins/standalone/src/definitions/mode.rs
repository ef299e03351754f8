//! The words of `genesysAgent/@mode`. The original documents are only seen to use `acw` and `away`; the other
//! words are the names of the public `TAgentWorkMode` reference and their usual short forms.

use uc_plugin_api::WorkMode;

/// Word in lower case without separators, work mode, and the one readiness the work mode belongs to.
const WORDS: [(&str, WorkMode, bool); 14] = [
    ("manualin", WorkMode::ManualIn, true),
    ("manual", WorkMode::ManualIn, true),
    ("autoin", WorkMode::AutoIn, true),
    ("auto", WorkMode::AutoIn, true),
    ("returnback", WorkMode::ReturnBack, true),
    ("legalguard", WorkMode::LegalGuard, false),
    ("acw", WorkMode::AfterCallWork, false),
    ("aftercallwork", WorkMode::AfterCallWork, false),
    ("callwork", WorkMode::AfterCallWork, false),
    ("aux", WorkMode::AuxWork, false),
    ("auxwork", WorkMode::AuxWork, false),
    ("nocalldisconnect", WorkMode::NoCallDisconnect, false),
    ("away", WorkMode::WalkAway, false),
    ("walkaway", WorkMode::WalkAway, false),
];

/// The work mode of a word; case, `-`, `_` and blanks do not matter. An error says what is wrong with it.
///
/// A mode of the other readiness is refused: `LegalGuard` and `AutoIn` are one number on the wire, so a ready
/// state with mode `legalguard` would silently become something else.
pub(super) fn work_mode(word: &str, ready: bool) -> Result<WorkMode, String> {
    let plain: String =
        word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
    let Some((_, mode, belongs_to_ready)) = WORDS.into_iter().find(|(known, ..)| *known == plain) else {
        return Err(format!("mode {word:?} is unknown; allowed: {}", known_words()));
    };
    if belongs_to_ready == ready {
        Ok(mode)
    } else {
        let other = if belongs_to_ready { "ready" } else { "not-ready" };
        Err(format!("mode {word:?} belongs to {other} states"))
    }
}

fn known_words() -> String {
    WORDS.map(|(word, ..)| word).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_spelling() {
        for word in ["acw", "ACW", "After-Call-Work", "after_call_work", "AfterCallWork"] {
            assert_eq!(work_mode(word, false), Ok(WorkMode::AfterCallWork), "{word}");
        }
        assert_eq!(work_mode("away", false), Ok(WorkMode::WalkAway));
        assert_eq!(work_mode("ManualIn", true), Ok(WorkMode::ManualIn));
    }

    #[test]
    fn a_mode_of_the_other_readiness_is_refused() {
        assert!(work_mode("legalguard", true).unwrap_err().contains("not-ready"));
        assert!(work_mode("autoin", false).unwrap_err().contains("belongs to ready"));
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        assert!(work_mode("lunch", false).unwrap_err().contains("walkaway"));
        assert!(work_mode("", false).is_err());
    }
}
