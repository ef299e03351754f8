//! One takeover: before, the fault, until the other node serves, until all are right, and what was wrong in the end.

use super::{
    chats::Chats,
    desk::{Deed, Desk},
    fault::Fault,
    installation::Installation,
    ledger::Ledger,
    previews::Links,
    probe::serves,
    speaker::Speaker,
    way::Works,
    words::{Said, dn},
};
use rand::Rng;
use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use uc_lab::{lab::Http, t_server::Direction};

/// All are to be right within this time.
pub(super) const RIGHT: Duration = Duration::from_secs(10);
/// The other node serves and all are right within this time, or never.
const LIMIT: Duration = Duration::from_secs(60);
/// What is over is over within this time.
const ENDS: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(20);

/// What all runs share.
pub(super) struct Rig {
    pub(super) installation: Installation,
    pub(super) said: Arc<Said>,
    /// Of workers with a page: those who have previews first. One of the others is asked about after the fault.
    pub(super) desks: Vec<Desk>,
    pub(super) previews: usize,
    pub(super) links: Links,
    pub(super) works: watch::Receiver<Option<Works>>,
    pub(super) chats: Option<Chats>,
    pub(super) speaker: Speaker,
    pub(super) last_call: u64,
}

/// What one takeover gave.
pub(super) struct Measured {
    /// Until the other node said that it works.
    pub(super) primary: Duration,
    /// Until a worker had answered a preview at the other node.
    pub(super) serves: Duration,
    /// Until every agent was as the worker had said.
    pub(super) right: Duration,
    /// The longest that an agent was made ready after the worker had said otherwise.
    pub(super) behind: Duration,
    /// How often a node went on where the other one had ended.
    pub(super) takeovers: usize,
    /// Who was wrong last, if that was late.
    pub(super) late: Option<String>,
    pub(super) faults: Vec<String>,
}

impl Rig {
    pub(super) async fn run(&mut self, fault: Fault) -> Measured {
        self.said.forget();
        let other_node = 1 - self.installation.works;
        let mut ledger = Ledger::open(&self.installation.t_server);
        let talk = self.chats.as_ref().map(Chats::talk);
        self.speaker.speak(true);
        let first = self.last_call + 1;
        let calls = (0..self.previews).map(|worker| (first + worker as u64, worker));
        self.last_call += self.previews as u64;
        let asked = self.links.ask(calls);
        self.every_preview_is_shown().await;
        let leader = self.installation.leader();
        sleep(Duration::from_millis(rand::rng().random_range(0..1_000))).await;
        ledger.read(&self.installation.t_server, &self.said);
        // Some answers meet the fault.
        self.answer(5);
        let begun = Instant::now();
        let mark = self.installation.t_server.mark();
        fault.happens(&mut self.installation, leader);
        let other = self.installation.addresses.lock().unwrap_or_else(PoisonError::into_inner)[other_node].clone();
        let mut works = self.works.clone();
        let is_primary = tokio::spawn(async move {
            let other = |works: &Option<Works>| works.as_ref().is_some_and(|works| works.node == other_node);
            timeout(LIMIT, works.wait_for(other)).await.map_or(LIMIT, |_| begun.elapsed())
        });
        let asked_about = rand::rng().random_range(self.previews..self.desks.len());
        let probe = tokio::spawn(serves(other.unwrap(), self.probe_call(), asked_about, begun));
        let (right, last_wrong) = self.until_all_are_right(&mut ledger, other_node, begun, &probe).await;
        let late = last_wrong.filter(|_| right > RIGHT).map(|last| self.story(mark, last));
        let served = timeout(LIMIT, probe).await.map_or(LIMIT, |served| served.unwrap());
        fault.is_mended(&mut self.installation, leader).await;
        self.speaker.speak(false);
        talk.iter().for_each(JoinHandle::abort);
        let mut faults = asked.faults(ENDS).await;
        if let Some(chats) = &self.chats {
            faults.extend(chats.faults().await);
        }
        faults.extend(self.still_wrong().await);
        ledger.read(&self.installation.t_server, &self.said);
        self.desks.iter().take(self.previews).for_each(|desk| desk.does(Deed::Answer(false)));
        let (behind, takeovers) = (ledger.behind, ledger.takeovers());
        faults.extend(ledger.faults());
        if served >= LIMIT || right >= LIMIT {
            faults.push(format!("served after {served:?}, right after {right:?}"));
        }
        let primary = is_primary.await.unwrap();
        Measured { primary, serves: served, right, behind, takeovers, late, faults }
    }

    /// Every so many workers, or all, answer what they are shown.
    fn answer(&self, every: usize) {
        self.desks.iter().take(self.previews).step_by(every).for_each(|desk| desk.does(Deed::Answer(true)));
    }

    async fn every_preview_is_shown(&self) {
        let begun = Instant::now();
        for (worker, desk) in self.desks.iter().take(self.previews).enumerate() {
            while desk.shows().await.expect("the page is open").previews.is_empty() {
                let words = || self.installation.last_words();
                assert!(begun.elapsed() < LIMIT, "worker {worker} is shown no preview: {}", words());
                sleep(LOOK).await;
            }
        }
    }

    /// A call that its worker takes.
    fn probe_call(&mut self) -> u64 {
        let first = self.last_call + 2 - self.last_call % 2;
        // Room for as many as are asked in vain.
        self.last_call = first + 100_000;
        first
    }

    async fn until_all_are_right(
        &self,
        ledger: &mut Ledger,
        other: usize,
        begun: Instant,
        probe: &JoinHandle<Duration>,
    ) -> (Duration, Option<(usize, Duration)>) {
        let (mut wrong, mut answered, mut last_wrong) = (0, false, None);
        let operators = Http::new(self.installation.nodes[other].operators(), None);
        while begun.elapsed() < LIMIT {
            ledger.read(&self.installation.t_server, &self.said);
            if probe.is_finished() && !answered {
                answered = true;
                self.answer(1);
            }
            wrong = match self.said.first_wrong(&self.installation.t_server, wrong) {
                Some(wrong) => {
                    last_wrong = Some((wrong, begun.elapsed()));
                    wrong
                }
                None if answered => {
                    let ready = operators.ask("GET", "/readyz", &[], "").await;
                    if ready.is_ok_and(|answer| answer.status == 200) {
                        return (begun.elapsed(), last_wrong);
                    }
                    0
                }
                None => 0,
            };
            sleep(LOOK).await;
        }
        self.answer(1);
        (LIMIT, last_wrong)
    }

    /// What was asked for the worker who was wrong last, since the fault.
    fn story(&self, mark: usize, (worker, until): (usize, Duration)) -> String {
        let log = self.installation.t_server.log_since(mark);
        let theirs = log.iter().filter(|entry| entry.message.str("thisDN") == Some(&dn(worker)));
        let asked = theirs.filter(|entry| entry.direction == Direction::Received);
        let asked: Vec<_> = asked.map(|entry| format!("{} {}", entry.client, entry.message.name)).collect();
        format!("worker {worker}, {:?}, was wrong until {until:.2?}: {asked:?}", self.said.last(worker))
    }

    /// Who is not as they said, now that they say no more.
    async fn still_wrong(&self) -> Option<String> {
        let begun = Instant::now();
        sleep(Duration::from_millis(300)).await;
        while let Some(worker) = self.said.first_wrong(&self.installation.t_server, 0) {
            if begun.elapsed() > ENDS {
                let agent = self.installation.t_server.agent(&dn(worker));
                let word = self.said.last(worker);
                return Some(format!("worker {worker} said {word:?} last, and their agent is {agent:?}"));
            }
            sleep(LOOK).await;
        }
        None
    }
}
