//! What the configuration fixes for chats.

use std::time::Duration;

/// The settings of chats.
#[derive(Clone, Debug)]
pub struct ChatRules {
    /// Workers chat on their pages. Elsewhere a chat that arrives is refused.
    pub enabled: bool,
    /// Most bytes of a line that a worker writes.
    pub longest_line: usize,
    /// Most lines kept of a chat.
    pub most_lines: usize,
    /// Most bytes kept of a chat.
    pub most_bytes: usize,
    /// Most chats of a worker at the same time.
    pub most_chats: usize,
    /// How long the transcript stays after the end of a chat.
    pub wrap_up: Duration,
}

impl Default for ChatRules {
    fn default() -> Self {
        Self {
            enabled: false,
            longest_line: 8_000,
            most_lines: 10_000,
            most_bytes: 2_000_000,
            most_chats: 5,
            wrap_up: Duration::from_secs(300),
        }
    }
}
