//! What a worker chose themselves and waits to see on a line: they are told once at each DN if it does not come
//! about. Pure.

use super::line::Line;
use crate::remark::Remark;

/// The last choice.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    waits: bool,
    /// Why it does not come about; not told yet.
    refused: Option<Remark>,
}

impl Line {
    /// The worker chose what is wished themselves: worth a try now.
    pub(crate) fn choose(&mut self) {
        self.choice.waits = true;
        if !self.in_service() {
            self.agent.reopen();
        }
        self.insist();
    }

    /// What the worker chose will not come about by itself.
    pub(super) fn refuse_choice(&mut self, why: Remark) {
        if std::mem::take(&mut self.choice.waits) {
            self.choice.refused = Some(why);
        }
    }

    /// A choice that is fulfilled is over: what is refused later is no answer to it.
    pub(super) fn end_choice_if_fulfilled(&mut self) {
        if self.in_service() && self.asked.is_none() && self.agent.next().is_none() {
            self.choice.waits = false;
        }
    }

    /// Why the worker's choice does not come about, if that is known since the last call.
    pub(super) fn take_refused_choice(&mut self) -> Option<Remark> {
        self.choice.refused.take()
    }
}
