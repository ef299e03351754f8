//! One agent on one DN: the state that is *wished* against the state the T-Server has *confirmed*.
//!
//! The T-Server's events are the truth. Whatever goes wrong in between (not yet logged in, a reconnect, a switchover, a
//! repeated or late request, a refusal) leaves the two apart, and [`Agent::next`] is the step that brings them
//! together.
//!
//! | What the T-Server says | What it is taken for |
//! |---|---|
//! | the state that was asked for, with or without work mode and reasons | the wish is fulfilled |
//! | another state in answer to our request | its decision: shown; asked for again, with pauses, a few times |
//! | an event that an earlier request of ours brought about | where the agent is now; the wish counts on |
//! | an event nobody here asked for, while the wish was fulfilled | somebody else's decision: shown, and never asked for |
//! | a work mode that ends by itself, over a wish to be away | nobody's decision: left alone, and the wish counts again at its end |
//! | anything else while such a mode lasts | nobody's decision either |
//! | the end of such a mode that it kept against a wish to be away, or to be logged out | the wish is asked for again |
//! | the state that is wished, brought about by whomever | the wish is fulfilled |
//!
//! While the platform's word is in *doubt*, a restraint is laid over the wish: ready is taken away, whoever brought it
//! about, and what was wished for the platform's sake is marked "presence unknown". Who decided otherwise than the wish
//! keeps what they chose. When the doubt ends, the wish counts as before.
//!
//! Pure: no clock is read, nothing is sent.
//! Long, because the table above is one machine, a few lines for each row.

mod compared;
mod left_out;

pub(super) use compared::may_be_in;

use super::{kept::KeptLine, pace::Step, place::Place};
use crate::{
    agent_link::{AgentFacts, AgentStatus},
    policy::{Target, Want, presence_unknown},
};
use std::sync::Arc;

/// One agent on one DN.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    /// Whose login this is.
    id: Arc<str>,
    wish: Want,
    /// Somebody else decided after the wish was fulfilled: it is not asked for.
    overruled: bool,
    /// It is overruled by a work mode alone that ends by itself: nobody decided to be ready afterwards.
    interrupted: bool,
    /// Nobody knows what the platform would say.
    doubt: bool,
    /// For the doubt, it was asked that ready be taken away from somebody who had decided against the wish.
    taken_away: bool,
    confirmed: AgentFacts,
    /// Another agent is there, by what is confirmed: asked for at every step of everybody, so that it is not compared
    /// there.
    another: bool,
    /// The T-Server has answered the wish's own request: reasons need not be echoed (host/docs/t-library.md, "Agent
    /// requests").
    fulfilled: bool,
    /// What was asked for when the T-Server's answer said less of it: mode and reasons are so as far as anybody knows.
    assumed: Option<Arc<Target>>,
    /// A request of ours logged the agent in.
    logged_in_here: bool,
    /// A login of ours had no answer: whoever is logged in next may be so by it.
    login_lost: bool,
    /// The T-Server answered otherwise so often that its decision stands.
    decided: bool,
    /// The work mode is one that a wish asked for, and so nobody else's: also while a newer wish is on its way.
    mode_of_a_wish: bool,
    /// The wish is one of a life before, of which more may have happened than it had time to keep.
    taken_up: bool,
    /// The agent was as wished, or somebody decided otherwise, since it was wished: in a life before, too.
    reached: bool,
    /// What is confirmed changed since [`Agent::take_changed`].
    changed: bool,
}

/// What an answer is to the wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// On the way, or there.
    AsAsked,
    /// Not what was asked.
    Contradicts,
    /// No answer, and where the agent is changed.
    Moved,
    /// The work mode that the T-Server kept against the wish has ended by itself.
    RanOut,
    /// No answer, and no change worth another try.
    Nothing,
}

/// Whose doing an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// It answers the request for this step, made for this wish.
    Answer(Step, Want),
    /// Of an earlier request of ours.
    Ours,
    /// Of the T-Server or another client.
    Elsewhere,
}

impl Agent {
    /// An agent of whom nothing is known and nothing wished.
    pub(crate) fn new(id: Arc<str>) -> Self {
        Self {
            id,
            wish: Want::Observe,
            overruled: false,
            interrupted: false,
            doubt: false,
            taken_away: false,
            confirmed: AgentFacts::default(),
            another: false,
            fulfilled: false,
            assumed: None,
            logged_in_here: false,
            login_lost: false,
            decided: false,
            mode_of_a_wish: false,
            taken_up: false,
            reached: false,
            changed: false,
        }
    }

    /// What the T-Server confirmed last.
    pub(crate) fn confirmed(&self) -> &AgentFacts {
        &self.confirmed
    }

    /// The wish as it counts: none while somebody else's decision stands, a restraint in doubt.
    pub(crate) fn wish(&self) -> &Want {
        if !self.doubt {
            return if self.overruled { &Want::Observe } else { &self.wish };
        }
        let ready = self.confirmed.status == AgentStatus::Ready;
        let of_the_platform = matches!(self.wish, Want::State(_)) && !self.overruled;
        if ready || of_the_platform { presence_unknown() } else { &Want::Observe }
    }

    /// Whether the platform's word is in doubt. False: it was so before.
    pub(crate) fn set_doubt(&mut self, doubt: bool) -> bool {
        if self.doubt == doubt {
            return false;
        }
        (self.doubt, self.fulfilled) = (doubt, false);
        // What was taken away for the doubt's sake is given back by nobody else.
        self.overruled &= !std::mem::take(&mut self.taken_away);
        true
    }

    /// The agent is in a work mode that a wish asked for.
    pub(crate) fn is_in_mode_of_a_wish(&self) -> bool {
        self.mode_of_a_wish || self.wishes_mode()
    }

    fn wishes_mode(&self) -> bool {
        let mode = self.confirmed.work_mode;
        !self.overruled && matches!(&self.wish, Want::State(target) if !target.ready && target.work_mode == mode)
    }

    /// Nobody has wished anything for this agent yet.
    pub(crate) fn is_unwished(&self) -> bool {
        self.wish == Want::Observe && !self.overruled
    }

    /// Sets the wish. False: it was so before, and still counts.
    pub(crate) fn set_wish(&mut self, wish: Want) -> bool {
        if self.wish == wish && !self.overruled {
            if self.taken_up {
                // Whoever says the same again says it in this life.
                (self.taken_up, self.reached) = (false, false);
            }
            return false;
        }
        self.mode_of_a_wish |= self.wishes_mode();
        (self.wish, self.overruled, self.interrupted, self.fulfilled) = (wish, false, false, false);
        (self.taken_up, self.reached) = (false, false);
        true
    }

    /// Another worker's agent, or nobody's, from now on: what the T-Server said stays true, and so does that we brought
    /// whoever is there.
    pub(crate) fn handed_over(&mut self, id: Arc<str>, wish: Want) {
        let (confirmed, logged_in_here) = (std::mem::take(&mut self.confirmed), self.logged_in_here);
        *self = Self { wish, logged_in_here, ..Self::new(id) };
        self.set_confirmed(confirmed);
    }

    /// A request of ours logged the agent in, or the wish drives them: they must not stay behind when we leave.
    pub(crate) fn is_driven(&self) -> bool {
        self.logged_in_here || !(self.overruled || matches!(self.wish, Want::Observe | Want::LoggedOut))
    }

    /// What is to be kept of the agent there.
    pub(super) fn kept(&self, place: &Place) -> KeptLine {
        KeptLine {
            link: place.link,
            dn: place.dn.clone(),
            wish: self.wish.clone(),
            overruled: self.overruled,
            interrupted: self.interrupted,
            logged_in_here: self.logged_in_here,
            open: !self.reached,
        }
    }

    /// Takes over what was kept. What was never reached is asked for as ever.
    pub(super) fn resume(&mut self, kept: &KeptLine) {
        (self.wish, self.logged_in_here) = (kept.wish.clone(), kept.logged_in_here);
        (self.overruled, self.interrupted) = (kept.overruled, kept.interrupted);
        (self.fulfilled, self.taken_up, self.reached) = (false, !kept.open, !kept.open);
    }

    /// A request of ours has logged in whoever is there.
    pub(crate) fn is_logged_in_here(&self) -> bool {
        self.logged_in_here && !self.is_logged_out()
    }

    /// Nobody is logged in.
    pub(crate) fn is_logged_out(&self) -> bool {
        self.confirmed.status == AgentStatus::LoggedOut
    }

    /// Whoever these facts are about is logged in by what was said before, be it at another queue.
    pub(crate) fn is_there(&self, facts: &AgentFacts) -> bool {
        let same = facts.agent_id.is_none() || self.confirmed.agent_id.is_none();
        !self.is_logged_out() && (same || facts.agent_id == self.confirmed.agent_id)
    }

    /// Another agent sits at the DN: one device carries one AgentID, and their state is not ours to change.
    pub(crate) fn foreign(&self) -> Option<&Arc<str>> {
        self.confirmed.agent_id.as_ref().filter(|_| self.another)
    }

    /// Likewise, and it does not matter who.
    pub(crate) fn is_foreign(&self) -> bool {
        self.another
    }

    fn set_confirmed(&mut self, facts: AgentFacts) {
        let logged_in = facts.status != AgentStatus::LoggedOut;
        self.another = logged_in && facts.agent_id.as_ref().is_some_and(|id| *id != self.id);
        self.confirmed = facts;
    }

    /// The T-Server's snapshot after a time in which nothing was heard: the wish counts on. One of a life before does
    /// only where nobody is logged in, as a logout is what becomes of a client that dies: any other state was
    /// somebody's decision, perhaps the last that the life before was told. True: a work mode has ended meanwhile that the
    /// wish was to outlast.
    pub(crate) fn snapshot(&mut self, facts: AgentFacts) -> bool {
        let facts = self.completed(facts, &Doing::Ours);
        let outlasts = self.outlasts_mode();
        self.confirm(facts);
        (self.fulfilled, self.assumed) = (false, None);
        let ran_out = self.has_run_out(outlasts);
        let taken_up = std::mem::take(&mut self.taken_up) && !ran_out;
        let decided = taken_up && !self.is_logged_out() && self.is_anybodys_to_decide();
        self.overruled |= decided && !self.may_carry(&self.wish);
        ran_out
    }

    /// The same is wished once more, and nobody knows whether the agent is so.
    pub(super) fn reopen(&mut self) {
        self.reached = false;
    }

    /// What is confirmed is the truth, and may be what is wished.
    pub(super) fn note_reached(&mut self) {
        self.reached |= !self.doubt && self.is_satisfied();
    }

    /// The T-Server's decision stands against the wish: what others do from now on is theirs.
    pub(crate) fn decide(&mut self) {
        self.decided = true;
    }

    /// The T-Server's decision stands against the wish.
    pub(crate) fn is_decided(&self) -> bool {
        self.decided
    }

    /// The wish is tried anew.
    pub(crate) fn undecide(&mut self) {
        self.decided = false;
    }

    /// Whether what is confirmed changed since the last call.
    pub(crate) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// The connection to the T-Server is gone: whether the wish still stands there nobody knows.
    pub(crate) fn lost(&mut self) {
        self.fulfilled = false;
    }

    /// What was taken for the answer to the request for this step was none. `counts`: it was made for the wish as it
    /// is.
    pub(crate) fn unfulfil(&mut self, step: Step, counts: bool) {
        self.fulfilled &= !counts;
        // Somebody else logged the agent in.
        self.logged_in_here &= step != Step::Login;
    }

    /// The step that brings the agent closer is asked for. An answer may come when the doubt is over.
    pub(crate) fn asks(&mut self) {
        self.taken_away |= self.doubt && self.overruled && self.wish() == presence_unknown();
    }

    /// What was asked for is so already, says the T-Server. False: as far as we know it is not.
    pub(crate) fn already(&mut self, step: Step, wish: &Want) -> bool {
        let so = match step {
            Step::Login => !self.is_logged_out(),
            Step::Logout => self.is_logged_out(),
            Step::State | Step::Register => self.matches(self.wish()),
        };
        self.fulfilled |= so && step == Step::State && wish == self.wish();
        self.note_reached();
        so
    }

    /// This step for this wish is done, says a T-Server that does not say how the agent is.
    pub(crate) fn take_for_done(&mut self, step: Step, wish: Want) -> Verdict {
        let facts = match (step, &wish) {
            (Step::Login, _) => AgentFacts { status: AgentStatus::NotReady, ..AgentFacts::default() },
            (Step::State, Want::State(target) | Want::WhileLoggedIn(target)) => AgentFacts {
                status: if target.ready { AgentStatus::Ready } else { AgentStatus::NotReady },
                work_mode: target.work_mode,
                agent_id: Some(self.id.clone()),
                ..AgentFacts::default()
            },
            (Step::Logout, _) => AgentFacts::default(),
            (Step::State | Step::Register, _) => return Verdict::Nothing,
        };
        self.event(facts, &Doing::Answer(step, wish))
    }

    /// An agent event. What it leaves out of who sits there stays as it was.
    pub(crate) fn event(&mut self, facts: AgentFacts, doing: &Doing) -> Verdict {
        // Who leaves that was somebody else decides nothing for this agent.
        let settled = (self.decided || self.is_satisfied()) && !self.is_foreign();
        let (overruled, outlasts) = (self.overruled, self.outlasts_mode());
        let facts = self.completed(facts, doing);
        let moved = (facts.status, facts.work_mode) != (self.confirmed.status, self.confirmed.work_mode);
        let changed = self.confirm(facts);
        let as_asked = matches!(doing, Doing::Answer(Step::State, wish) if *wish == self.wish && self.matches(wish));
        if self.has_run_out(outlasts && !as_asked) {
            return Verdict::RanOut;
        }
        match doing {
            Doing::Answer(step, wish) => self.answered(*step, wish),
            _ if !changed => Verdict::Nothing,
            // Not theirs to decide: it is taken away again.
            Doing::Elsewhere if self.doubt && self.confirmed.status == AgentStatus::Ready => {
                self.fulfilled = false;
                Verdict::Moved
            }
            // Whatever a mode that ends by itself is told to be for, or goes over to.
            _ if outlasts && self.is_in_passing_mode() => Verdict::Nothing,
            Doing::Elsewhere if self.overruled || settled => {
                self.overruled = self.is_anybodys_to_decide() && !self.carries(&self.wish);
                self.interrupted |= self.overruled && !overruled && self.is_interrupted();
                self.taken_away &= !self.overruled;
                self.fulfilled &= !moved || self.overruled;
                Verdict::Moved
            }
            Doing::Ours | Doing::Elsewhere => {
                self.fulfilled &= !moved;
                if moved { Verdict::Moved } else { Verdict::Nothing }
            }
        }
    }

    fn answered(&mut self, step: Step, wish: &Want) -> Verdict {
        match step {
            Step::Login if self.is_logged_out() => return Verdict::Contradicts,
            Step::Login => self.logged_in_here = true,
            Step::Logout if *wish == self.wish && !self.is_logged_out() => return Verdict::Contradicts,
            Step::State if *wish == self.wish || (self.doubt && wish == presence_unknown()) => {
                self.fulfilled = self.matches(wish);
                self.assumed = self.told_less(wish);
                self.note_reached();
                return if self.fulfilled { Verdict::AsAsked } else { Verdict::Contradicts };
            }
            // The answer to an older wish; the present one counts on.
            Step::State => self.assumed = self.told_less(wish),
            Step::Register | Step::Logout => {}
        }
        Verdict::AsAsked
    }

    /// Takes these facts for the truth. True: they are others than before.
    fn confirm(&mut self, facts: AgentFacts) -> bool {
        let (stays, changed) = (facts.work_mode == self.confirmed.work_mode, facts.seen() != self.confirmed.seen());
        self.mode_of_a_wish = stays && self.is_in_mode_of_a_wish();
        self.logged_in_here &= self.may_be_the_same(&facts);
        let came = self.is_logged_out();
        self.set_confirmed(facts);
        self.assumed.take_if(|_| changed);
        self.note_lost_login(came);
        self.changed |= changed;
        // Where the agent is as wished, whoever brought it about, nobody's decision stands against the wish.
        self.overruled &= !self.carries(&self.wish);
        self.note_reached();
        changed
    }

    /// Somebody is logged in, and nobody said that it is another than before.
    fn may_be_the_same(&self, facts: &AgentFacts) -> bool {
        let before = self.confirmed.agent_id.as_ref().zip(facts.agent_id.as_ref());
        facts.status != AgentStatus::LoggedOut && before.is_none_or(|(before, now)| before == now)
    }
}

/// What a model of everything around an agent looks at.
#[cfg(test)]
impl Agent {
    /// The wish, also while somebody else's decision stands.
    pub(crate) fn own_wish(&self) -> &Want {
        &self.wish
    }
}
