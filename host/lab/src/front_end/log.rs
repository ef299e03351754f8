//! What passed, for people and for tests.

use std::collections::VecDeque;

/// Most messages remembered.
const MAX_ENTRIES: usize = 20_000;

/// Which way something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From a client.
    Received,
    /// To a client.
    Sent,
}

/// Printer and memory of messages.
#[derive(Debug, Default)]
pub(super) struct Log {
    print: bool,
    record: bool,
    entries: VecDeque<(Direction, String)>,
}

impl Log {
    pub(super) fn new(print: bool, record: bool) -> Self {
        Self { print, record, entries: VecDeque::new() }
    }

    /// Takes a message, or what one write carried.
    pub(super) fn add(&mut self, direction: Direction, bytes: &[u8]) {
        if !self.print && !self.record {
            return;
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        if self.print {
            println!("===== {direction:?}\n{text}\n");
        }
        if self.record {
            if self.entries.len() == MAX_ENTRIES {
                self.entries.pop_front();
            }
            self.entries.push_back((direction, text));
        }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &(Direction, String)> {
        self.entries.iter()
    }
}
