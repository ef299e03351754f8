//! The service stops while workers are still asked.

use super::{Previews, Step};
use crate::routing::message::Outcome;
use std::sync::Arc;

impl Previews {
    /// Every preview ends. Workers see that it was withdrawn; whoever asked gets an error of these words, for a cancel is
    /// the strategy's own word: it would leave a caller who still waits.
    pub(in crate::hub) fn stop(&mut self, why: &Arc<str>, text: &Arc<str>, steps: &mut Vec<Step>) {
        for id in self.open.keys().copied().collect::<Vec<_>>() {
            if self.open.get(&id).is_some_and(|preview| preview.told.is_some()) {
                self.end_as_told(id, steps);
                continue;
            }
            let askers = self.open.get_mut(&id).map(|preview| std::mem::take(&mut preview.askers));
            for asker in askers.unwrap_or_default() {
                self.by_asker.remove(asker, id);
                steps.push(Step::Outcome(asker, Outcome::Error(why.clone())));
            }
            self.end(id, &Outcome::Cancelled, None, text, steps);
        }
    }
}
