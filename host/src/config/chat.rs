//! Section `[chat]`: chats on workers' pages, in standalone mode.

use super::findings::Findings;
use crate::{wire::seconds, worker::ChatRules};
use serde::Deserialize;
use std::{num::NonZeroUsize, time::Duration};

/// Longest line that fits into a message of T-Library whatever is in it.
const LONGEST_LINE: usize = 32_000;

/// Bytes of a frame beside the line, of which each byte may take two.
const FRAME: usize = 384;

/// Section `[chat]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chat {
    /// Workers chat on their pages in standalone mode.
    pub enable: bool,
    /// Most bytes of a line that a worker writes.
    pub longest_line: NonZeroUsize,
    /// Most lines kept of a chat.
    pub most_lines: NonZeroUsize,
    /// Most bytes kept of a chat.
    pub most_bytes: NonZeroUsize,
    /// Most chats of a worker at the same time.
    pub most_chats: NonZeroUsize,
    /// How long the transcript stays after the end of a chat; zero: not at all.
    #[serde(with = "seconds")]
    pub wrap_up: Duration,
}

impl Default for Chat {
    fn default() -> Self {
        let ChatRules { longest_line, most_lines, most_bytes, most_chats, wrap_up, .. } = ChatRules::default();
        let count = |number| NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN);
        Self {
            enable: true,
            longest_line: count(longest_line),
            most_lines: count(most_lines),
            most_bytes: count(most_bytes),
            most_chats: count(most_chats),
            wrap_up,
        }
    }
}

impl Chat {
    /// What every worker goes by. `carried`: the mode is one in which the connector carries chats.
    pub fn rules(&self, carried: bool) -> ChatRules {
        ChatRules {
            enabled: self.enable && carried,
            longest_line: self.longest_line.get(),
            most_lines: self.most_lines.get(),
            most_bytes: self.most_bytes.get(),
            most_chats: self.most_chats.get(),
            wrap_up: self.wrap_up,
        }
    }

    /// `frame_bytes`: the longest frame that a page may send, in which a line must find room.
    pub(super) fn check(&self, frame_bytes: usize, findings: &mut Findings<'_>) {
        let (line, room) = (self.longest_line.get(), frame_bytes.saturating_sub(FRAME) / 2);
        let frame_is_to_blame = room == 0 || self.longest_line == Self::default().longest_line;
        if line > room && frame_is_to_blame {
            let message = format!("a chat's line of {line} bytes finds no room in such a frame");
            let allowed = format!("{} and more, or a shorter longest-line in [chat]", 2 * line + FRAME);
            findings.wrong("web.limits.frame-bytes", message, allowed);
        }
        let most = if frame_is_to_blame { LONGEST_LINE } else { LONGEST_LINE.min(room) };
        let bounded = [
            ("chat.longest-line", self.longest_line, most),
            ("chat.most-lines", self.most_lines, 100_000),
            ("chat.most-bytes", self.most_bytes, 100_000_000),
            ("chat.most-chats", self.most_chats, 100),
        ];
        for (key, value, most) in bounded {
            if value.get() > most {
                let allowed = if key == "chat.longest-line" {
                    format!("1 to {most}: half of frame-bytes in [web.limits], and never more than {LONGEST_LINE}")
                } else {
                    format!("1 to {most}")
                };
                findings.wrong(key, "this is too much", allowed);
            }
        }
    }
}
