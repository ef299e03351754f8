//! Where the registration of a DN stands, and whether what is known of it is the truth. Pure.

use super::pace::Step;

/// Why a DN is registered; what its snapshot is to be taken for follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing was heard for a time: the snapshot is where the agent is now.
    Afresh,
    /// The wish counts on, and what is believed of the agent may be why nothing comes of it: nothing is forgotten.
    ForWish,
    /// An event could not be read: the snapshot stands for it.
    AfterDoubt,
    /// What is known of its calls may be over. Nothing is in doubt about the agent, who is shown meanwhile.
    ForCalls,
    /// The answer to this step told no state: the snapshot stands for it.
    AfterAnswer(Step),
}

/// The registration of one DN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registration {
    link_up: bool,
    /// The T-Server is connected to its switch.
    switch: bool,
    out_of_service: bool,
    /// What a registration is still needed for.
    needed: Option<Reading>,
    /// Asked for, and ended without a snapshot.
    unanswered: bool,
    /// It is registered with this connection.
    registered: bool,
}

impl Default for Registration {
    fn default() -> Self {
        let (needed, unanswered, registered) = (Some(Reading::Afresh), false, false);
        Self { link_up: false, switch: true, out_of_service: false, needed, unanswered, registered }
    }
}

impl Registration {
    /// The last confirmed state is the truth.
    pub(crate) fn in_service(&self) -> bool {
        self.link_up && self.switch && !self.out_of_service && self.is_known()
    }

    fn is_known(&self) -> bool {
        matches!(self.needed, None | Some(Reading::ForCalls))
    }

    /// The DN is served and its state was read since: what is told now can be somebody's decision.
    pub(crate) fn was_read(&self) -> bool {
        let wish_counts_on = matches!(self.needed, Some(Reading::Afresh | Reading::ForWish));
        self.link_up && self.switch && !self.out_of_service && !wish_counts_on
    }

    /// The snapshot that comes next tells where everything is now.
    pub(crate) fn is_read_afresh(&self) -> bool {
        self.needed == Some(Reading::Afresh)
    }

    /// The link is up.
    pub(crate) fn link_is_up(&self) -> bool {
        self.link_up
    }

    /// The link is up, and the T-Server has its switch: what is asked can be done.
    pub(crate) fn is_reached(&self) -> bool {
        self.link_up && self.switch
    }

    /// What is asked of the DN can be done there, also while its state is read again: it is registered with this
    /// connection, and nobody said that it is out of service.
    pub(crate) fn is_served_so_far(&self) -> bool {
        self.is_reached() && self.registered && !self.out_of_service
    }

    /// It is to be asked for, or asked for again.
    pub(crate) fn is_needed(&self) -> bool {
        self.is_reached() && self.needed.is_some()
    }

    /// It was asked for, and there is no snapshot all the same.
    pub(crate) fn is_unanswered(&self) -> bool {
        self.link_up && self.unanswered
    }

    /// The link came up.
    pub(crate) fn link_up(&mut self) {
        *self = Self { link_up: true, ..Self::default() };
    }

    /// The link went down.
    pub(crate) fn link_down(&mut self) {
        *self = Self { out_of_service: self.out_of_service, ..Self::default() };
    }

    /// The T-Server lost its switch, or found it again. True: news.
    pub(crate) fn switch(&mut self, connected: bool) -> bool {
        let news = self.switch != connected;
        if news && self.link_up {
            self.needed = Some(Reading::Afresh);
        }
        self.switch = connected;
        news
    }

    /// The DN went out of service, or came back: then its state is read again. True: news.
    pub(crate) fn service(&mut self, out_of_service: bool) -> bool {
        let news = std::mem::replace(&mut self.out_of_service, out_of_service) != out_of_service;
        if news && !out_of_service {
            self.needed = Some(Reading::Afresh);
        }
        news
    }

    /// The snapshot came; what it is to be taken for, if it was needed.
    pub(crate) fn registered(&mut self, out_of_service: bool) -> Option<Reading> {
        (self.out_of_service, self.unanswered, self.registered) = (out_of_service, false, true);
        self.needed.take()
    }

    /// The T-Server has ended it.
    pub(crate) fn unregistered(&mut self) {
        self.registered = false;
    }

    /// It is registered, and nothing of its state was told; what that was needed for.
    pub(crate) fn taken(&mut self) -> Option<Reading> {
        self.registered(self.out_of_service)
    }

    /// The state must be read again. True: until now it was the truth.
    pub(crate) fn read_again(&mut self, why: Reading) -> bool {
        let news = self.in_service();
        if self.is_known() {
            self.needed = Some(why);
        }
        news && !self.in_service()
    }

    /// Another state is wished: what a doubt hid was no decision against it.
    pub(crate) fn wish_is_new(&mut self) {
        if self.needed == Some(Reading::AfterDoubt) {
            self.needed = Some(Reading::ForWish);
        }
    }

    /// Whose answer was to be read has the DN no longer: the snapshot is where the agent is now.
    pub(crate) fn asker_is_gone(&mut self) {
        if matches!(self.needed, Some(Reading::AfterAnswer(_))) {
            self.needed = Some(Reading::ForWish);
        }
    }

    /// The request for it ended without a snapshot.
    pub(crate) fn unanswered(&mut self) {
        self.unanswered = true;
        self.read_again(Reading::AfterDoubt);
    }
}

/// What a model of everything around a registration looks at.
#[cfg(test)]
impl Registration {
    /// What a registration is still needed for.
    pub(crate) fn reading(&self) -> Option<Reading> {
        self.needed
    }

    /// The T-Server and the DN are there: nothing but its registration can keep a line out of service.
    pub(crate) fn is_served(&self) -> bool {
        self.link_up && self.switch && (!self.out_of_service || self.needed.is_some())
    }
}
