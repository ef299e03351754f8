//! Which addresses for people a host opens.

use crate::{config::Config, mode::Mode, web};

/// Presence connector mode serves nobody, so it opens no port that nobody asked for.
pub(super) fn opens(config: &Config, mode: Mode) -> web::Opens {
    if mode == Mode::PresenceConnector { config.named } else { web::Opens::ALL }
}
