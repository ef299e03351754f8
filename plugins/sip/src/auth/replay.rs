//! Message numbers of a peer: each is taken once, in any order within a window.

/// How far behind the highest number a late message may be. The servers' own figure is not public; a connector
/// has far fewer messages in flight at once.
pub const WINDOW: u32 = 256;

/// Remembers which numbers came (in the manner of RFC 4303, section 3.4.3).
#[derive(Clone, Debug, Default)]
pub struct ReplayWindow {
    highest: u32,
    /// Bit n: number `highest - n` has come.
    seen: [u64; (WINDOW / 64) as usize],
}

impl ReplayWindow {
    /// Whether `number` is new. Ask before the signature is verified, to save the work.
    pub fn is_new(&self, number: u32) -> bool {
        if number == 0 {
            return false; // numbers start at 1
        }
        match self.highest.checked_sub(number) {
            None => true,
            Some(back) => back < WINDOW && self.seen[(back / 64) as usize] & (1 << (back % 64)) == 0,
        }
    }

    /// Takes `number`. Call it only once the signature holds, or a forger could use up numbers.
    pub fn take(&mut self, number: u32) {
        if let Some(ahead) = number.checked_sub(self.highest).filter(|ahead| *ahead > 0) {
            self.shift(ahead);
            self.highest = number;
        }
        let back = self.highest - number;
        if back < WINDOW {
            self.seen[(back / 64) as usize] |= 1 << (back % 64);
        }
    }

    fn shift(&mut self, by: u32) {
        let (words, bits) = ((by / 64) as usize, by % 64);
        for at in (0..self.seen.len()).rev() {
            let word = |at: Option<usize>| at.map_or(0, |at| self.seen[at]);
            let high = word(at.checked_sub(words));
            let low = word(at.checked_sub(words + 1));
            self.seen[at] = if bits == 0 { high } else { high << bits | low >> (64 - bits) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn a_number_is_taken_once_and_only_within_the_window(
            numbers in proptest::collection::vec(prop_oneof![0_u32..600, 0_u32..100_000, Just(u32::MAX)], 1..200),
        ) {
            let (mut window, mut taken, mut highest) = (ReplayWindow::default(), HashSet::new(), 0_u32);
            for number in numbers {
                let inside = number > 0 && (number > highest || highest - number < WINDOW);
                prop_assert_eq!(window.is_new(number), inside && !taken.contains(&number), "{}", number);
                if window.is_new(number) {
                    window.take(number);
                    taken.insert(number);
                    highest = highest.max(number);
                }
            }
        }
    }
}
