//! How much of chats is written down: a value in the store has bounds, and what a worker wishes stands in the same one. Of
//! long chats the newest lines are kept; what the worker wrote and nobody has confirmed comes before what was said. Pure.

use super::{Chat, Chats};
use serde::Serialize;
use std::io;

/// What a number may grow by that counts what was left out.
const GROWS: usize = 32;

/// How many bytes this takes when it is written down.
pub(in crate::worker) fn written(value: &impl Serialize) -> usize {
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).map_or(usize::MAX, |()| count.0)
}

/// Counts what is written to it.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Room that gets less.
pub(super) struct Room(pub(super) usize);

impl Room {
    /// Takes what this needs with its comma. False: it does not fit.
    pub(super) fn takes(&mut self, value: &impl Serialize) -> bool {
        let left = self.0.checked_sub(written(value).saturating_add(1));
        left.inspect(|left| self.0 = *left).is_some()
    }
}

impl Chats {
    /// As much of them as finds room in so many bytes. Each may have its share, and what others before it have left; one
    /// that does not fit at all the T-Server tells again.
    pub(in crate::worker) fn within(&self, bytes: usize) -> Self {
        let mut room = bytes.saturating_sub(written(&Self::default()));
        let (mut chats, mut left) = (Vec::new(), self.chats.len());
        for chat in &self.chats {
            let share = room / left;
            left -= 1;
            if let Some((chat, rest)) = chat.within(share) {
                room -= share - rest;
                chats.push(chat);
            }
        }
        Self { chats, ..Self::default() }
    }
}

impl Chat {
    /// As much of it as finds room, and the bytes that are left over; none: there is no room for it.
    fn within(&self, bytes: usize) -> Option<(Self, usize)> {
        let mut chat = self.bare();
        let mut room = Room(bytes.checked_sub(written(&chat) + GROWS)?);
        if room.takes(&self.user_data) {
            chat.user_data = self.user_data.clone();
        }
        chat.outbox = self.outbox.within(&mut room);
        chat.transcript = self.transcript.within(&mut room);
        Some((chat, room.0))
    }
}
