//! The preview machine against random offers, answers, withdrawals, pages that close and open, invitations that fail
//! late, askers that go and come, workers who leave the directory and come back, and time.
//!
//! Whatever the order: each preview ends exactly once, each asker gets exactly one outcome unless they left, a
//! broadcast has at most one winner, a window that opened closes once, and nothing ends but what an event is about.
//! Long, because it is the list of everything that can happen, and of what must be so after it.

use super::{open::PROMISED, tests::*, *};
use crate::routing::message::Verdict;
use proptest::prelude::*;
use std::{collections::HashMap, time::Duration};

const WORKERS: [&str; 4] = ["kim", "lee", "mo", "zoe"];
/// Asked at another node.
const ELSEWHERE: [&str; 2] = ["ann", "bob"];
const GRACE: Duration = Duration::from_secs(5);

/// What happens next; numbers pick among what there is.
#[derive(Clone, Debug)]
enum Act {
    Offer { conn_id: u64, whom: [bool; 4], elsewhere: [bool; 2] },
    Verdict { which: usize, verdict: u8 },
    Answer { preview: usize, worker: usize, how: u8 },
    Withdraw { conn_id: u64, worker: Option<usize>, caller_gone: bool },
    AskerGoes(usize),
    PageOpens(usize),
    PageCloses(usize),
    Invitation { which: usize, failed: bool, other_plugin: bool },
    InviterEnds(usize),
    Leaves(usize),
    Expire(usize),
    Time(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let (worker, which) = (0_usize..4, 0_usize..64);
    prop_oneof![
        4 => (0_u64..3, any::<[bool; 4]>(), prop::array::uniform2(prop::bool::weighted(0.3)))
            .prop_map(|(conn_id, whom, elsewhere)| Act::Offer { conn_id, whom, elsewhere }),
        2 => (which.clone(), 0_u8..3).prop_map(|(which, verdict)| Act::Verdict { which, verdict }),
        4 => (which.clone(), worker.clone(), 0_u8..6)
            .prop_map(|(preview, worker, how)| Act::Answer { preview, worker, how }),
        1 => (0_u64..3, prop::option::of(worker.clone()), any::<bool>())
            .prop_map(|(conn_id, worker, caller_gone)| Act::Withdraw { conn_id, worker, caller_gone }),
        1 => which.clone().prop_map(Act::AskerGoes),
        3 => worker.clone().prop_map(Act::PageOpens),
        3 => worker.clone().prop_map(Act::PageCloses),
        3 => (which.clone(), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(which, failed, other_plugin)| Act::Invitation { which, failed, other_plugin }),
        1 => (0_usize..2).prop_map(Act::InviterEnds),
        1 => worker.prop_map(Act::Leaves),
        1 => which.prop_map(Act::Expire),
        3 => (1_u8..9).prop_map(Act::Time),
    ]
}

/// Whether there is a page, and since when not.
#[derive(Clone, Copy, PartialEq)]
enum Page {
    Open,
    Closed(Moment),
    Never,
}

/// What the world knows of one preview.
struct Known {
    conn_id: ConnId,
    workers: Vec<WorkerId>,
    everybody: BTreeSet<WorkerId>,
    is_share: bool,
    invitations: Vec<InvitationId>,
    deadline: Moment,
    open: bool,
    /// It is known that who has accepted here has won.
    won: bool,
    /// What its askers were told while it stays open, as a share does.
    told: Option<Outcome>,
    winners: usize,
}

impl Known {
    fn is_promised(&self) -> bool {
        matches!(self.told, Some(Outcome::Accepted { .. }))
    }

    fn expires(&self) -> Moment {
        if self.is_promised() { self.deadline + PROMISED } else { self.deadline }
    }
}

/// Everything around the machine.
struct World {
    previews: Previews,
    now: Moment,
    pages: [Page; 4],
    known: HashMap<PreviewId, Known>,
    /// Askers that wait, and for which preview.
    waiting: HashMap<AskerId, PreviewId>,
    /// Those who have their outcome of a share, and have more to say of it.
    told: HashMap<AskerId, PreviewId>,
    /// Windows that pages show.
    windows: BTreeSet<(PreviewId, WorkerId)>,
    /// What somebody sees as far as the steps tell.
    seen: BTreeSet<(PreviewId, WorkerId)>,
    /// Who was told that it is over.
    over: BTreeSet<(PreviewId, WorkerId)>,
    /// What their answers come to.
    said: HashMap<(PreviewId, WorkerId), PreviewEnd>,
    invitations: Vec<(InvitationId, PluginId)>,
    /// Those among them of which nothing was heard, and which nobody took back.
    ringing: BTreeSet<(InvitationId, PluginId)>,
}

impl World {
    fn new() -> Self {
        let (previews, now, pages) = (Previews::default(), Moment::default(), [Page::Never; 4]);
        let (known, waiting, told, windows) = (HashMap::new(), HashMap::new(), HashMap::new(), BTreeSet::new());
        let (seen, over, said) = (BTreeSet::new(), BTreeSet::new(), HashMap::new());
        let (invitations, ringing) = (Vec::new(), BTreeSet::new());
        Self { previews, now, pages, known, waiting, told, windows, seen, over, said, invitations, ringing }
    }

    fn act(&mut self, act: &Act) {
        match *act {
            Act::Offer { conn_id, whom, elsewhere } => self.offer(conn_id, whom, elsewhere),
            Act::Verdict { which, verdict } => self.verdict(which, verdict),
            Act::Answer { preview, worker, how } => self.answer(preview, worker, how),
            Act::Withdraw { conn_id, worker, caller_gone } => self.withdraw(conn_id, worker, caller_gone),
            Act::AskerGoes(which) => self.asker_goes(which),
            Act::PageOpens(worker) => self.page_opens(worker),
            Act::PageCloses(worker) => self.page_closes(worker),
            Act::Invitation { which, failed, other_plugin } => self.invitation(which, failed, other_plugin),
            Act::InviterEnds(which) => {
                let plugin = &inviters()[which];
                self.ringing.retain(|(_, of)| of != plugin);
                let ids: Vec<_> = self.invitations.iter().filter(|(_, p)| p == plugin).map(|(id, _)| *id).collect();
                self.turn(
                    |known| known.invitations.iter().any(|id| ids.contains(id)),
                    |previews, _, steps| previews.inviter_ended(plugin, &[], steps),
                );
            }
            Act::Leaves(worker) => {
                let name: WorkerId = WORKERS[worker].into();
                self.windows.retain(|(_, at)| *at != name);
                self.pages[worker] = Page::Never;
                self.turn(|known| known.workers.contains(&name), |previews, _, steps| previews.left(&name, steps));
            }
            Act::Expire(which) => {
                let Some(id) = self.pick(which) else { return };
                let only = self.known[&id].expires() <= self.now;
                self.turn_of(id, |previews, now, steps| previews.expire(id, now, steps));
                assert!(!(self.known[&id].open && only), "a preview outlives its deadline");
            }
            Act::Time(seconds) => self.time(Duration::from_secs(seconds.into())),
        }
        self.check();
    }

    fn reach(&self, worker: usize) -> Reach {
        match self.pages[worker] {
            Page::Open => Reach::Page,
            Page::Closed(at) if self.now < at + GRACE => Reach::Returning,
            _ if worker.is_multiple_of(2) => Reach::Invitation,
            _ => Reach::Nothing,
        }
    }

    fn offer(&mut self, conn_id: u64, whom: [bool; 4], others: [bool; 2]) {
        let whom: Vec<_> = (0..4).filter(|worker| whom[*worker]).collect();
        if whom.is_empty() {
            return;
        }
        let asker = AskerId::fresh();
        let candidates: Vec<_> = whom.iter().map(|worker| (candidate(WORKERS[*worker]), self.reach(*worker))).collect();
        let workers: Vec<WorkerId> = candidates.iter().map(|(candidate, _)| candidate.worker.clone()).collect();
        let conn_id = ConnId(conn_id);
        let elsewhere: BTreeSet<WorkerId> =
            ELSEWHERE.into_iter().zip(others).filter(|(_, asked)| *asked).map(|(name, _)| name.into()).collect();
        let everybody: BTreeSet<_> = workers.iter().cloned().chain(elsewhere.iter().cloned()).collect();
        let is_share = !elsewhere.is_empty();
        let proposal = Proposal { conn_id, candidates, elsewhere, shown: shown(), length: LENGTH, asker };
        let now = self.now;
        let overdue = |known: &Known| known.conn_id == conn_id && known.expires() <= now;
        let due: BTreeSet<_> = self.known.iter().filter(|(_, k)| overdue(k)).map(|(id, _)| *id).collect();
        // Whom the new preview is for is known only afterwards: an ID of its own until then.
        self.waiting.insert(asker, PreviewId::MAX);
        let mut steps = Vec::new();
        let opened = self.previews.offer(proposal, &inviters(), now, &mut steps);
        if let Some((id, deadline)) = opened {
            let (invitations, open, won, told, winners) = (Vec::new(), true, false, None, 0);
            let known =
                Known { conn_id, workers, everybody, is_share, invitations, deadline, open, won, told, winners };
            let overlaps = |(_, other): (&PreviewId, &Known)| {
                other.open && other.conn_id == conn_id && !other.everybody.is_disjoint(&known.everybody)
            };
            assert!(!self.known.iter().filter(|(of, _)| !due.contains(of)).any(overlaps), "no worker is asked twice");
            assert!(self.known.insert(id, known).is_none(), "an ID is never used twice");
            self.waiting.insert(asker, id);
        } else if let Some(id) = self.previews.by_asker.of(&asker).first() {
            self.waiting.insert(asker, *id);
        }
        let opened = opened.map(|(id, _)| id);
        self.take(steps, |id, _| due.contains(&id) || opened == Some(id));
    }

    fn answer(&mut self, preview: usize, worker: usize, how: u8) {
        let Some(id) = self.pick(preview) else { return };
        let name: WorkerId = WORKERS[worker].into();
        if self.pages[worker] != Page::Open {
            return;
        }
        let known = &self.known[&id];
        let visible = self.windows.contains(&(id, name.clone())) && self.now < known.deadline && known.told.is_none();
        let (reply, end) = match how {
            0 | 1 => (accept(&name), PreviewEnd::Accepted),
            2 => (Reply::Accept(None), PreviewEnd::Undeliverable),
            _ => (Reply::Decline, PreviewEnd::Rejected),
        };
        self.said.extend(visible.then(|| ((id, name.clone()), end)));
        let answered = self.turn_of(id, |previews, now, steps| previews.answer(id, &name, reply, now, steps));
        assert_eq!(answered.is_ok(), visible, "an answer counts exactly while its window is open");
    }

    /// What became of the whole, as whoever asked for a share hears it.
    fn verdict(&mut self, which: usize, verdict: u8) {
        let Some(id) = self.pick(which) else { return };
        let Some(asker) = self.previews.get(id).and_then(|preview| preview.askers.first().copied()) else { return };
        let verdict = [Verdict::Taken, Verdict::Won, Verdict::Lost][usize::from(verdict)];
        if !self.known[&id].is_share {
            return;
        }
        let promised = self.known[&id].is_promised();
        self.known.get_mut(&id).into_iter().for_each(|known| known.won = verdict == Verdict::Won);
        self.turn_of(id, |previews, _, steps| previews.verdict(asker, verdict, steps));
        assert_eq!(self.known[&id].open, promised && verdict == Verdict::Taken, "a verdict ends a share");
    }

    fn withdraw(&mut self, conn_id: u64, worker: Option<usize>, caller_gone: bool) {
        let (conn_id, name) = (ConnId(conn_id), worker.map(|worker| WorkerId::from(WORKERS[worker])));
        let why = if caller_gone { Withdrawal::CallerGone } else { Withdrawal::Cancelled };
        let concerns =
            |known: &Known| known.conn_id == conn_id && name.as_ref().is_none_or(|name| known.workers.contains(name));
        self.turn(concerns, |previews, _, steps| {
            let agent = name.as_ref().map(|name| ("a word of the directory", Some(name)));
            previews.withdraw(conn_id, agent, why, &"".into(), steps);
        });
        let open = |known: &Known| known.open && known.conn_id == conn_id && !known.is_promised();
        assert!(name.is_some() || !self.known.values().any(open), "all of the interaction has ended");
    }

    fn asker_goes(&mut self, which: usize) {
        let mut askers: Vec<_> = self.waiting.iter().chain(&self.told).map(|(asker, id)| (*asker, *id)).collect();
        askers.sort_unstable();
        let Some((asker, id)) = askers.get(which % askers.len().max(1)).copied() else { return };
        self.waiting.remove(&asker);
        self.told.remove(&asker);
        let others = self.waiting.values().chain(self.told.values()).any(|other| *other == id);
        let others = others && self.known[&id].open;
        let conn_id = self.known[&id].conn_id;
        self.turn_of(id, |previews, _, steps| {
            previews.withdraw(conn_id, None, Withdrawal::AskerGone(asker), &"".into(), steps);
        });
        assert_eq!(self.known[&id].open, others, "it stays for the others, and for nobody else");
    }

    fn page_opens(&mut self, worker: usize) {
        if self.pages[worker] == Page::Open {
            return;
        }
        self.pages[worker] = Page::Open;
        let name = WorkerId::from(WORKERS[worker]);
        self.turn(|_| false, |previews, _, steps| previews.present(&name, steps));
        let shown = self.previews.shown_to(WORKERS[worker]).map(|(id, _)| (id, WorkerId::from(WORKERS[worker])));
        self.windows.extend(shown);
    }

    fn page_closes(&mut self, worker: usize) {
        if self.pages[worker] == Page::Open {
            self.pages[worker] = Page::Closed(self.now);
            self.windows.retain(|(_, at)| **at != *WORKERS[worker]);
        }
    }

    /// What a plug-in says of an invitation, perhaps long after, or twice, or of another's.
    fn invitation(&mut self, which: usize, failed: bool, other_plugin: bool) {
        let Some((id, plugin)) = self.invitations.get(which % self.invitations.len().max(1)).cloned() else { return };
        let plugin = inviters().into_iter().find(|p| (*p == plugin) != other_plugin).expect("there are two");
        self.ringing.remove(&(id, plugin.clone()));
        self.turn(
            |known| failed && !other_plugin && known.invitations.contains(&id),
            |previews, _, steps| previews.invitation_ended(&plugin, id, failed, steps),
        );
    }

    /// Time passes: grace times and deadlines are looked at as the hub does.
    fn time(&mut self, pause: Duration) {
        self.now += pause;
        for (worker, name) in WORKERS.into_iter().enumerate() {
            if let Page::Closed(at) = self.pages[worker]
                && at + GRACE <= self.now
            {
                self.pages[worker] = Page::Never;
                let (name, inviters) = (WorkerId::from(name), inviters());
                let inviters = if worker.is_multiple_of(2) { &inviters[..] } else { &[] };
                self.turn(
                    |known| known.workers.contains(&name),
                    |previews, _, steps| previews.grace_over(&name, inviters, steps),
                );
            }
        }
        for id in self.previews.open.keys().copied().collect::<Vec<_>>() {
            self.turn_of(id, |previews, now, steps| previews.expire(id, now, steps));
        }
    }

    /// Any preview, open or ended.
    fn pick(&self, which: usize) -> Option<PreviewId> {
        let mut ids: Vec<_> = self.known.keys().copied().collect();
        ids.sort_unstable();
        ids.get(which % ids.len().max(1)).copied()
    }

    fn turn_of<T>(&mut self, id: PreviewId, act: impl FnOnce(&mut Previews, Moment, &mut Vec<Step>) -> T) -> T {
        let mut steps = Vec::new();
        let result = act(&mut self.previews, self.now, &mut steps);
        self.take(steps, |about, _| about == id);
        result
    }

    fn turn<T>(
        &mut self,
        concerns: impl Fn(&Known) -> bool,
        act: impl FnOnce(&mut Previews, Moment, &mut Vec<Step>) -> T,
    ) -> T {
        let mut steps = Vec::new();
        let result = act(&mut self.previews, self.now, &mut steps);
        self.take(steps, |_, known| concerns(known));
        result
    }

    /// Takes what the machine asked for; only previews that the event is about may have closed or ended.
    fn take(&mut self, steps: Vec<Step>, concerns: impl Fn(PreviewId, &Known) -> bool) {
        let mut opened = Vec::new();
        for step in steps {
            match step {
                Step::Show(id, worker) => {
                    opened.push(id);
                    assert!(self.seen.insert((id, worker.clone())), "what is seen begins once");
                    assert!(self.windows.insert((id, worker)), "a window opens once");
                }
                Step::Invite(invitation, plugin, worker) => {
                    let preview = self.previews.invitations_for(invitation);
                    if let Some(known) = preview.and_then(|id| self.known.get_mut(&id)) {
                        assert!(known.workers.contains(&worker));
                        known.invitations.push(invitation);
                    }
                    self.ringing.insert((invitation, plugin.clone()));
                    self.invitations.push((invitation, plugin));
                }
                Step::TakeBack(plugin, ids) => ids.into_iter().for_each(|id| {
                    assert!(
                        self.ringing.remove(&(id, plugin.clone())),
                        "what rings is taken back, once, where it does"
                    );
                }),
                Step::Found(id, worker) => assert!(self.seen.insert((id, worker)), "what is seen begins once"),
                Step::Away(id, worker) => assert!(self.seen.remove(&(id, worker)), "what is seen ends once"),
                Step::Close(id, worker, end, _) => {
                    assert!(self.seen.remove(&(id, worker.clone())), "what is seen ends once");
                    let known = self.known.get_mut(&id).expect("it was opened");
                    known.winners += usize::from(end == PreviewEnd::Accepted);
                    assert!(concerns(id, known), "{id} is none of this event's business");
                    let may_have_won = !known.is_share || known.won || known.expires() <= self.now;
                    assert!(end != PreviewEnd::Accepted || may_have_won, "nobody is told so before they have won");
                    let page = WORKERS.iter().position(|name| **name == *worker).map(|at| self.pages[at]);
                    let was_open = self.windows.remove(&(id, worker));
                    assert!(was_open || page != Some(Page::Open), "a window closes once");
                }
                Step::Over(worker, over) => {
                    assert!(self.over.insert((over.id, worker.clone())), "it is over once for each");
                    let answers = [PreviewEnd::Accepted, PreviewEnd::Undeliverable, PreviewEnd::Rejected];
                    let answered = answers.contains(&over.end).then_some(over.end);
                    let said = self.said.get(&(over.id, worker.clone())).copied();
                    let in_vain = answered.is_none() && self.known[&over.id].is_share;
                    let said = said.filter(|said| !in_vain || *said != PreviewEnd::Accepted);
                    assert_eq!(answered, said, "everybody is said to have answered what they did");
                    assert!(!self.windows.contains(&(over.id, worker)), "its window has closed");
                }
                Step::Outcome(asker, outcome) => {
                    let id = self.waiting.remove(&asker).expect("an outcome for who waits, once");
                    let concerned = self.known.get(&id).is_none_or(|known| concerns(id, known) || known.told.is_some());
                    assert!(concerned, "{id} is none of this event's business");
                    if let (Some(_), Some(known)) = (self.previews.get(id), self.known.get_mut(&id)) {
                        assert!(known.is_share, "an outcome ends it, but for a share");
                        known.told = Some(outcome);
                        self.told.insert(asker, id);
                    }
                }
            }
        }
        for (id, known) in &mut self.known {
            let open = self.previews.get(*id).is_some();
            assert!(known.open || !open, "what has ended stays so");
            assert!(open || !known.open || concerns(*id, known) || opened.contains(id), "{id} ended for no reason");
            known.open = open;
        }
    }

    fn check(&self) {
        for (id, known) in &self.known {
            assert!(known.winners <= 1, "one winner at most");
            let waits = self.waiting.values().any(|waits_for| waits_for == id);
            assert_eq!(waits, known.open && known.told.is_none(), "somebody waits exactly while it is open");
            let windows = self.windows.iter().filter(|(of, _)| of == id).count();
            assert!(known.open || windows == 0, "no window outlives its preview");
            let rings = |id: &InvitationId| self.ringing.iter().any(|(ringing, _)| ringing == id);
            assert!(known.open || !known.invitations.iter().any(rings), "nothing rings for a preview that is over");
        }
        for (worker, name) in WORKERS.into_iter().enumerate().filter(|(at, _)| self.pages[*at] == Page::Open) {
            let shown: BTreeSet<_> = self.previews.shown_to(name).map(|(id, _)| id).collect();
            let windows = self.windows.iter().filter(|(_, at)| **at == *name).map(|(id, _)| *id).collect();
            assert_eq!(shown, windows, "a page of {worker} shows what a snapshot would");
        }
    }

    /// Whatever state an open preview is in, it can be written out and read back.
    fn written_and_read(&self) {
        for preview in self.previews.open.values() {
            let text = serde_json::to_string(preview).expect("plain data");
            let read: Preview = serde_json::from_str(&text).expect("its own text");
            assert_eq!(Preview { deadline: preview.deadline, ..read }, *preview);
        }
    }
}

impl Previews {
    fn invitations_for(&self, id: InvitationId) -> Option<PreviewId> {
        let waits = |asked: &Asked| matches!(&asked.answer, Answer::Invited(round) if round.contains(&id));
        self.open.iter().find(|(_, preview)| preview.asked.iter().any(waits)).map(|(id, _)| *id)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn every_preview_ends_once_whatever_happens(acts in prop::collection::vec(act(), 0..80)) {
        let mut world = World::new();
        acts.iter().for_each(|act| world.act(act));
        world.written_and_read();
        world.time(LENGTH + PROMISED);
        world.check();
        prop_assert!(world.waiting.is_empty(), "everybody has an outcome");
        prop_assert_eq!(world.previews.len(), 0);
        prop_assert!(world.seen.is_empty(), "what is seen has ended");
        let Previews { by_conn_id, by_worker, by_asker, invitations, .. } = &world.previews;
        prop_assert!(by_conn_id.is_empty() && by_worker.is_empty() && by_asker.is_empty() && invitations.is_empty());
    }
}
