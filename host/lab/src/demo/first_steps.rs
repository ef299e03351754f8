//! What to do first, in each mode: printed when all runs, and shown on the lab's page.

use uc_connector::mode::Mode;

/// The steps, in order. `{page}` is the workers' page, `{lab}` the lab's.
pub(super) fn of(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Standalone => &[
            "Open {page}, sign in as kim with password demo-kim, and choose Available in the menu.",
            "Open {lab} in another window and press Call: Kim is asked first, by a preview.",
            "Accept, answer, talk; hang up on either side.",
            "At another agent desktop on {lab}, choose that an agent begins a chat, and write back on Kim's page.",
        ],
        Mode::Normal => &[
            "Open {lab} and let Kim be Available on the UC platform: the T-Server's log shows the agent getting ready.",
            "Open {page} and sign in as kim with password demo-kim: previews come there.",
            "Press Call on {lab}. Then let Kim be Busy on the platform: the agent is not ready, and calls wait.",
        ],
        Mode::PresencePropagation => &[
            "Open {lab} and let Kim be Available on the UC platform: the agent gets ready.",
            "Open {page}, sign in as kim with password demo-kim, press Call on {lab}, accept, answer, hang up.",
            "After Call Work begins: for 20 seconds colleagues see Kim away, with a note, and the platform drives nobody.",
            "Once more, and let Kim choose Do not disturb meanwhile: that ends it, and the agent follows.",
        ],
        Mode::PresenceConnector => &[
            "Open {lab}, let Kim be Available on the UC platform, and log Kim in at the agent desktop there: ready.",
            "Press Call, and Answer at the agent desktop: colleagues see Kim on the phone.",
            "Choose After Call Work there: colleagues see it, with a note, until it is over.",
        ],
    }
}

/// One step with the addresses in their places.
pub(super) fn with_addresses(step: &str, page: Option<&str>, lab: &str) -> String {
    step.replace("{page}", page.unwrap_or_default()).replace("{lab}", lab)
}
