//! One worker: what the T-Server reports of them, what they asked for, and whether they are there. Pure.
//!
//! Three rules stand above the others: an explicit action beats a timer; a timer never makes anybody more
//! available; what a timer did is undone by the worker's return alone, and only if nothing else happened since.

use crate::{
    config::{GoneSeconds, WhenGone},
    definitions::{Definitions, NotChoosable},
};
use std::{sync::Arc, time::Instant};
use uc_plugin_api::{Action, AgentReport, AgentState, AgentStatus, CallType, Wish, WorkMode};

/// What holds for every worker.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// The states to choose from.
    pub(crate) definitions: Arc<Definitions>,
    /// Where `away-after-seconds` leads; none only if no timer leads there.
    pub(crate) away: Option<Arc<AgentState>>,
    /// Without input on any page.
    pub(crate) when_idle: WhenGone,
    /// After the last page closed.
    pub(crate) when_pages_closed: WhenGone,
    /// Whether workers may log out.
    pub(crate) log_out: bool,
    /// Whether to log workers in without being asked.
    pub(crate) auto_registration: bool,
}

/// Why an action has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The page shows an old menu, or somebody made the request by hand.
    NotChoosable(NotChoosable),
    /// `enable-logout-menu` is off.
    LogOutDisabled,
}

/// A wish, and whether it was the worker who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What to ask of the T-Server.
    pub(crate) wish: Wish,
    /// The worker acted; else a timer did.
    pub(crate) explicit: bool,
}

/// What we keep of a worker. There may be 100,000.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    reported: AgentState,
    on_call: bool,
    pending: Pending,
    whereabouts: Whereabouts,
    replaced: Option<Box<Replaced>>,
    deadline: Option<Instant>,
    /// They are gone, and were not ready when that was to have these consequences: it has once they are, such as at the end
    /// of After Call Work.
    owed: WhenGone,
}

/// What the worker asked for and the T-Server has not shown yet.
#[derive(Debug, Default)]
enum Pending {
    #[default]
    Nothing,
    LogIn,
    State(Arc<AgentState>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Whereabouts {
    /// Acted lately, or never had a page: nothing is known against them.
    #[default]
    Here,
    Idle,
    PagesClosed,
}

/// A ready state that a timer replaced.
#[derive(Debug)]
struct Replaced {
    before: Arc<AgentState>,
    by: Arc<AgentState>,
    /// The T-Server has shown `by`: anything else it shows from now on is somebody else's doing.
    shown: bool,
}

impl Worker {
    /// When [`Worker::expire`] wants to be called.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The host has just begun to know this worker.
    pub(crate) fn start(&mut self, rules: &Rules) -> Option<Asked> {
        if !rules.auto_registration {
            return None;
        }
        self.pending = Pending::LogIn;
        Some(Asked { wish: Wish::LogIn, explicit: false })
    }

    /// The worker, or their browser, did something.
    pub(crate) fn act(&mut self, action: Action, rules: &Rules, now: Instant) -> Result<Option<Asked>, Refusal> {
        match action {
            // The T-Server decides whether ready or not (requirements F39).
            Action::LogIn => Ok(Some(self.ask(Wish::LogIn, Pending::LogIn))),
            Action::LogOut if !rules.log_out => Err(Refusal::LogOutDisabled),
            Action::LogOut => Ok(Some(self.ask(Wish::State(AgentState::default()), Pending::Nothing))),
            Action::Choose(id) => {
                let state = rules.definitions.choose(&id).map_err(Refusal::NotChoosable)?;
                Ok(Some(self.ask(Wish::State((*state).clone()), Pending::State(state))))
            }
            Action::PagesClosed => {
                if self.whereabouts != Whereabouts::PagesClosed {
                    self.whereabouts = Whereabouts::PagesClosed;
                    self.arm(rules, now);
                }
                Ok(None)
            }
            // A page can reopen by itself after sleep or a network failure: only input proves that the worker is back.
            Action::PageOpened => {
                if self.whereabouts == Whereabouts::PagesClosed {
                    self.is_here();
                }
                Ok(None)
            }
            Action::Idle => Ok(self.idle(rules)),
            Action::Active => Ok(self.active()),
        }
    }

    /// The T-Server reports something of this worker.
    pub(crate) fn report(&mut self, report: AgentReport, rules: &Rules, now: Instant) -> Option<Asked> {
        let repeated = report.state == self.reported;
        self.pending = match std::mem::take(&mut self.pending) {
            Pending::LogIn if report.state.status != AgentStatus::LoggedOut => Pending::Nothing,
            Pending::State(state) if shows(&report.state, &state) => Pending::Nothing,
            pending => pending,
        };
        if let Some(replaced) = &mut self.replaced {
            if shows(&report.state, &replaced.by) {
                replaced.shown = true;
            } else if replaced.shown || !repeated {
                self.replaced = None;
            }
        }
        let was_on_call = std::mem::replace(&mut self.on_call, report.call != CallType::None);
        self.reported = report.state;
        // Who has just hung up is there, even without touching a page: their time starts now.
        if was_on_call && !self.on_call {
            self.owed = WhenGone::Stay;
            self.arm(rules, now);
        }
        let is_due = !repeated && self.reported.status == AgentStatus::Ready;
        if is_due { self.apply(self.owed, rules) } else { None }
    }

    /// The deadline has passed.
    pub(crate) fn expire(&mut self, rules: &Rules) -> Option<Asked> {
        self.deadline = None;
        self.apply(self.when_gone(rules), rules)
    }

    /// An explicit action: it ends what timers did or were about to do.
    fn ask(&mut self, wish: Wish, pending: Pending) -> Asked {
        self.is_here();
        self.replaced = None;
        self.pending = pending;
        Asked { wish, explicit: true }
    }

    fn is_here(&mut self) {
        (self.whereabouts, self.deadline, self.owed) = (Whereabouts::Here, None, WhenGone::Stay);
    }

    /// Pages report idle when the time is over already.
    fn idle(&mut self, rules: &Rules) -> Option<Asked> {
        if self.whereabouts != Whereabouts::Here {
            return None;
        }
        self.whereabouts = Whereabouts::Idle;
        self.apply(rules.when_idle, rules)
    }

    fn active(&mut self) -> Option<Asked> {
        if self.whereabouts == Whereabouts::PagesClosed {
            return None;
        }
        self.is_here();
        let before = self.replaced.take()?.before;
        Some(self.ask(Wish::State((*before).clone()), Pending::State(before)))
    }

    fn when_gone(&self, rules: &Rules) -> WhenGone {
        match self.whereabouts {
            Whereabouts::Here => WhenGone::Stay,
            Whereabouts::Idle => rules.when_idle,
            Whereabouts::PagesClosed => rules.when_pages_closed,
        }
    }

    fn arm(&mut self, rules: &Rules, now: Instant) {
        self.deadline = self.when_gone(rules).after().map(|after| now + after);
    }

    /// Does what the rules say of a worker who is gone. Nobody is gone while they talk.
    fn apply(&mut self, when_gone: WhenGone, rules: &Rules) -> Option<Asked> {
        if self.on_call {
            return None;
        }
        let wish = match when_gone {
            WhenGone::Stay => return None,
            WhenGone::AwayAfterSeconds(GoneSeconds(_)) => self.go_away(rules.away.as_ref()?),
            WhenGone::LogOutAfterSeconds(GoneSeconds(_)) => Some(self.log_out()),
        };
        self.owed = if wish.is_none() { when_gone } else { WhenGone::Stay };
        wish.map(|wish| Asked { wish, explicit: false })
    }

    /// Only who is ready, or about to be, becomes away: any other state is less available already, and was chosen.
    fn go_away(&mut self, away: &Arc<AgentState>) -> Option<Wish> {
        let before = match &self.pending {
            Pending::State(state) if state.status == AgentStatus::Ready => state.clone(),
            Pending::State(_) => return None,
            _ if self.reported.status == AgentStatus::Ready => Arc::new(self.reported.clone()),
            _ => return None,
        };
        self.pending = Pending::Nothing;
        self.replaced = Some(Box::new(Replaced { before, by: away.clone(), shown: false }));
        Some(Wish::State((**away).clone()))
    }

    /// Also who is logged out as far as is known: the T-Server may have refused so far to log them in, and is asked again.
    fn log_out(&mut self) -> Wish {
        self.pending = Pending::Nothing;
        self.replaced = None;
        Wish::State(AgentState::default())
    }
}

/// Whether `reported` is what `wanted` leads to. Not every T-Server repeats work mode and reasons.
fn shows(reported: &AgentState, wanted: &AgentState) -> bool {
    let mode = reported.work_mode == wanted.work_mode || reported.work_mode == WorkMode::Unknown;
    let repeats = |reason| reported.reasons.contains(reason);
    let reasons = reported.reasons.is_empty() || (!wanted.reasons.is_empty() && wanted.reasons.iter().all(repeats));
    reported.status == wanted.status && mode && reasons
}
