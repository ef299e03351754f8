//! Sequence numbers: they show that a peer or a bridge lost, repeated or reordered messages.

/// Numbers of the messages received on one connection: 1, 2, 3, …
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequence(u64);

/// A message is missing, repeated or out of order. The peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sequence number {expected} expected, {got} received: messages were lost, repeated or reordered")]
pub struct OutOfSequence {
    /// What should have come.
    pub expected: u64,
    /// What came.
    pub got: u64,
}

impl Sequence {
    /// Numbers the next message to send.
    pub fn number(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    /// Checks a received number. A message without one is not checked: numbering is the sender's choice.
    ///
    /// # Errors
    /// The number is not the one after the last.
    pub fn check(&mut self, got: Option<u64>) -> Result<(), OutOfSequence> {
        match got {
            None => Ok(()),
            Some(got) if got == self.0 + 1 => {
                self.0 = got;
                Ok(())
            }
            Some(got) => Err(OutOfSequence { expected: self.0 + 1, got }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_or_a_repetition_is_an_error() {
        let mut seen = Sequence::default();
        assert_eq!(seen.check(Some(1)), Ok(()));
        assert_eq!(seen.check(None), Ok(()));
        assert_eq!(seen.check(Some(2)), Ok(()));
        assert_eq!(seen.check(Some(2)), Err(OutOfSequence { expected: 3, got: 2 }));
        assert_eq!(seen.check(Some(4)), Err(OutOfSequence { expected: 3, got: 4 }));
    }
}
