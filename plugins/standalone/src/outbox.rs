//! Wishes on their way to the host. A wish is a level: only the latest of each worker counts, so a slow host costs
//! memory for one wish a worker and no more. Pure.

use std::collections::BTreeMap;
use uc_plugin_api::{Event, RVec, UserHandle, Wanted};

/// Wishes in one event.
const BATCH: usize = 1024;

/// What has not been sent yet.
#[derive(Default)]
pub(crate) struct Outbox(BTreeMap<UserHandle, Wanted>);

impl Outbox {
    /// Puts wishes behind those that wait; of one worker's the newest stays.
    pub(crate) fn put(&mut self, wanted: impl IntoIterator<Item = Wanted>) {
        self.0.extend(wanted.into_iter().map(|wanted| (wanted.user, wanted)));
    }

    /// Whether everything is sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets what a person no longer watched wished.
    pub(crate) fn forget(&mut self, user: UserHandle) {
        self.0.remove(&user);
    }

    /// Sends until the host hands an event back.
    pub(crate) fn flush(&mut self, emit: impl Fn(Event) -> Result<(), Event>) {
        while !self.0.is_empty() {
            let batch: RVec<Wanted> = std::iter::from_fn(|| self.0.pop_first()).take(BATCH).map(|(_, w)| w).collect();
            if let Err(Event::Wanted(back)) = emit(Event::Wanted(batch)) {
                self.put(back);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use uc_plugin_api::Wish;

    fn wanted(user: u32, explicit: bool) -> Wanted {
        Wanted { user: UserHandle(user), wish: Wish::LogIn, explicit }
    }

    #[test]
    fn a_full_host_gets_the_latest_wish_of_everybody_later() {
        let mut outbox = Outbox::default();
        outbox.put((0..3000).map(|user| wanted(user, false)));
        outbox.flush(Err);
        outbox.put([wanted(1, true)]);
        outbox.forget(UserHandle(2));
        let sent = RefCell::new(Vec::new());
        outbox.flush(|event| {
            let Event::Wanted(batch) = event else { unreachable!() };
            sent.borrow_mut().push(batch);
            Ok(())
        });
        assert!(outbox.is_empty());
        let sent = sent.into_inner();
        assert_eq!(sent.iter().map(RVec::len).collect::<Vec<_>>(), [1024, 1024, 951]);
        assert_eq!(sent[0][..2], [wanted(0, false), wanted(1, true)]);
    }
}
