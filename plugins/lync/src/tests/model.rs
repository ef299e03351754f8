//! A Front End that does anything, in simulated time: any answer or none, any notify or end, any order, and connections
//! that go. After every step nobody is reported as known without a live subscription that covers the person, nobody is
//! named ten times in a minute, and once the Front End behaves, everybody is known within a minute.

use super::scene::{CATEGORIES, RLMI, Scene, document, documents, list, named, note};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};
use uc_plugin_api::UserHandle;
use uc_sip::message::Message;

const PEOPLE: u32 = 6;
const BATCH: usize = 4;
/// Seeds in a run of all tests; `UC_SEEDS` runs others.
const SEEDS: u64 = 300;
const MINUTE: Duration = Duration::from_secs(60);
/// The server's own longest wish to be left alone here.
const REST: u64 = 20;

/// What the Front End remembers of a dialog: who is in it, until when, its last number.
struct Dialog {
    subscribe: Message,
    people: Vec<String>,
    ends: Instant,
    number: u32,
    /// The server forgot it without a word.
    gone: Option<Instant>,
}

/// That somebody is not known is told within that time, whatever the server does.
const TOLD: Duration = Duration::from_secs(10);

/// A server that forgets without a word is found out within that time: after some silence it is asked, at the person's
/// pace, and doubted when it does not answer.
const FOUND_OUT: Duration = Duration::from_secs(30);

struct Model {
    scene: Scene,
    random: StdRng,
    dialogs: HashMap<String, Dialog>,
    /// SUBSCRIBEs that are not answered yet.
    waiting: VecDeque<Message>,
    named: HashMap<String, VecDeque<Instant>>,
    /// Since when not everybody is known.
    dark_since: Option<Instant>,
}

impl Model {
    fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let scene = Scene::new(PEOPLE, BATCH);
        Self {
            scene,
            random,
            dialogs: HashMap::new(),
            waiting: VecDeque::new(),
            named: HashMap::new(),
            dark_since: None,
        }
    }

    fn run(&mut self) {
        for _ in 0..self.random.random_range(5..60) {
            self.step();
            self.check();
        }
        self.behave();
    }

    fn step(&mut self) {
        self.collect();
        match self.random.random_range(0..10) {
            0..5 => self.answer_one(),
            5..8 => self.say_something(),
            8 if self.random.random_ratio(1, 6) => self.cut(),
            8 if self.random.random_ratio(1, 6) => self.forget(),
            _ => {
                let wait = self.random.random_range(0..12_000);
                self.pass(Duration::from_millis(wait));
            }
        }
    }

    /// Takes what was sent, and counts who is named.
    fn collect(&mut self) {
        while let Some(subscribe) = self.scene.sent.pop_front() {
            let now = self.scene.now;
            if super::scene::action(&subscribe) == "subscribe" {
                for who in named(&subscribe) {
                    let times = self.named.entry(who.clone()).or_default();
                    times.push_back(now);
                    times.retain(|at| *at + MINUTE > now);
                    assert!(times.len() < 10, "{who} is named {} times in a minute", times.len());
                }
            }
            self.waiting.push_back(subscribe);
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.scene.now + time;
        while let Some(at) = self.scene.due().filter(|at| *at <= end) {
            let step = at.saturating_duration_since(self.scene.now);
            self.scene.pass(step);
            self.collect();
            self.check();
        }
        let rest = end.saturating_duration_since(self.scene.now);
        self.scene.pass(rest);
    }

    fn answer_one(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let at = self.random.random_range(0..self.waiting.len());
        let Some(subscribe) = self.waiting.remove(at) else { return };
        match self.random.random_range(0..10) {
            // Never answered.
            0 => {}
            1..4 => {
                let all = [302, 400, 403, 404, 408, 423, 429, 480, 481, 489, 500, 503, 504, 603];
                let status = all[self.random.random_range(0..all.len())];
                let rest = self.random.random_range(0..REST).to_string();
                let fields = [("Retry-After", &*rest), ("Min-Expires", "60")];
                let forgets = status == 481 || self.random.random_ratio(1, 2);
                if let Some(dialog) = self.dialogs.get_mut(subscribe.call_id().unwrap()).filter(|_| forgets) {
                    dialog.gone.get_or_insert(self.scene.now);
                }
                self.scene.respond(&subscribe, status, &fields[..self.random.random_range(0..3)], "");
            }
            _ => {
                let life = [0, 1, 3, 10, 30, 300, 3600][self.random.random_range(0..7)];
                self.accept(&subscribe, life);
            }
        }
    }

    fn accept(&mut self, subscribe: &Message, life: u64) {
        let call_id = subscribe.call_id().unwrap().to_owned();
        let first = subscribe.to().unwrap().tag().is_none();
        if !first && self.dialogs.get(&call_id).is_none_or(|dialog| dialog.gone.is_some()) {
            return self.scene.respond(subscribe, 481, &[], "");
        }
        let ends = self.scene.now + Duration::from_secs(life);
        let fresh = || Dialog { subscribe: subscribe.clone(), people: Vec::new(), ends, number: 0, gone: None };
        let dialog = self.dialogs.entry(call_id).or_insert_with(fresh);
        (dialog.ends, dialog.number) = (ends, dialog.number + 1);
        let people = named(subscribe);
        match super::scene::action(subscribe) == "unsubscribe" {
            true => dialog.people.retain(|who| !people.contains(who)),
            false => dialog.people.extend(people.iter().cloned()),
        }
        // Some are told of at once, the others never.
        let told: Vec<_> =
            people.into_iter().filter(|_| self.random.random_ratio(4, 5)).map(|who| (who, 3500)).collect();
        let (expires, number) = (life.to_string(), dialog.number.to_string());
        let body = if subscribe.expires() == Some(0) { String::new() } else { documents(&told) };
        let fields = [("Expires", &*expires), ("ms-piggyback-cseq", &number)];
        self.scene.respond(subscribe, 200, &fields[..if body.is_empty() { 1 } else { 2 }], &body);
        if body.is_empty() {
            self.dialogs
                .values_mut()
                .filter(|dialog| dialog.subscribe.call_id() == subscribe.call_id())
                .for_each(|dialog| dialog.number -= 1);
        }
    }

    fn say_something(&mut self) {
        let all: Vec<_> = self.dialogs.keys().cloned().collect();
        if all.is_empty() {
            return;
        }
        let Some(dialog) = self.dialogs.get_mut(&all[self.random.random_range(0..all.len())]) else { return };
        let who = format!("u{}", self.random.random_range(0..PEOPLE));
        let skip = [1, 1, 1, 1, 2, 5][self.random.random_range(0..6)];
        let number = match self.random.random_ratio(1, 12) {
            true => self.random.random_range(0..4),
            false => dialog.number + skip,
        };
        let in_order = number > dialog.number;
        dialog.number = dialog.number.max(number);
        let states = [
            "active",
            "active;expires=300",
            "active;expires=2",
            "pending",
            "active;expires=0",
            "terminated;reason=rejected",
            "terminated;reason=deactivated",
            "terminated;reason=probation;retry-after=9",
            "terminated",
        ];
        let rude = self.random.random_ratio(1, 3);
        let state = states[self.random.random_range(0..if rude { states.len() } else { 2 })];
        if in_order && dialog.gone.is_none() {
            match state {
                "active" | "pending" => {}
                "active;expires=300" => dialog.ends = self.scene.now + Duration::from_secs(300),
                "active;expires=2" => dialog.ends = self.scene.now + Duration::from_secs(2),
                // Ended, with a word.
                _ => dialog.ends = self.scene.now,
            }
        }
        let pool =
            format!("state=\"resubscribe\" poolFqdn=\"sip:p{}@example.com;gruu\"", self.random.random_range(0..3));
        let (kind, body) = match self.random.random_range(0..13) {
            0..5 => (CATEGORIES, document(&who, 3500)),
            5 => (CATEGORIES, document(&who, 3500).replace("<availability>", "<x></y><availability>")),
            6 => (CATEGORIES, "<categories".to_owned()),
            7 => {
                // What comes late was said before whoever was asked for again was accepted.
                dialog.people.retain(|other| !in_order || *other != who);
                (RLMI, list(&who, "state=\"terminated\" reason=\"rejected\""))
            }
            8 => (RLMI, list(&who, &pool)),
            9 => (RLMI, list(&who, "state=\"resubscribe\"")),
            10 => (RLMI, list(&who, "state=\"pending\"")),
            11 => (CATEGORIES, note(&who, "back at ten")),
            _ => ("text/plain", "hello".to_owned()),
        };
        let subscribe = dialog.subscribe.clone();
        self.scene.notify(&subscribe, number, state, kind, &body);
    }

    /// It forgets everything without a word, over a connection that stands.
    fn forget(&mut self) {
        let now = self.scene.now;
        for dialog in self.dialogs.values_mut() {
            dialog.gone.get_or_insert(now);
        }
    }

    /// The connection is gone, with everything that the server knew; another one stands after a while.
    fn cut(&mut self) {
        self.dialogs.clear();
        self.waiting.clear();
        let wait = self.random.random_range(500..4000);
        self.scene.now += Duration::from_millis(wait);
        self.scene.connect_anew(BATCH);
        self.dark_since = None;
    }

    /// Nobody is reported as known whom no subscription covers that the server has granted and not ended, and whoever is
    /// not known for long is told.
    fn check(&mut self) {
        let now = self.scene.now;
        match self.scene.unknown(PEOPLE).len() {
            0 => self.dark_since = None,
            _ => {
                let since = *self.dark_since.get_or_insert(now);
                let told = self.scene.subscriber.state().is_some();
                assert!(
                    told || now <= since + TOLD,
                    "not everybody is known for {:?}, and that is not told",
                    now - since
                );
            }
        }
        for number in 0..PEOPLE {
            let user = UserHandle(number);
            let known = self.scene.reported.get(&user).is_some_and(|number| *number > 0);
            let coverage = self.scene.subscriber.coverage();
            assert!(!known || coverage.knows(user), "u{number} is reported as known, and is not");
            let until = coverage.pool_of(user).and_then(|pool| coverage.until(pool));
            assert!(!known || until.is_some_and(|until| until > now || until + Duration::from_millis(1) > now));
            let who = format!("u{number}");
            let held = |dialog: &&Dialog| {
                let gone = dialog.gone.is_some_and(|gone| gone + FOUND_OUT < now);
                dialog.people.contains(&who) && !gone && dialog.ends > now
            };
            let covered = self.dialogs.values().any(|dialog| held(&dialog));
            assert!(!known || covered, "u{number} is known, and the server holds no subscription");
        }
    }

    /// From now on the server does what it should, but for what it has forgotten.
    fn behave(&mut self) {
        let end = self.scene.now + MINUTE + Duration::from_secs(REST);
        self.waiting.clear();
        loop {
            self.collect();
            while let Some(subscribe) = self.waiting.pop_front() {
                self.accept_well(&subscribe);
                self.collect();
            }
            self.check();
            let Some(at) = self.scene.due().filter(|at| *at <= end) else { break };
            let step = at.saturating_duration_since(self.scene.now);
            self.scene.pass(step);
        }
        assert_eq!(self.scene.unknown(PEOPLE), [0; 0], "{:?}", self.scene.subscriber.state());
        assert_eq!(self.scene.subscriber.state(), None);
    }

    fn accept_well(&mut self, subscribe: &Message) {
        let call_id = subscribe.call_id().unwrap().to_owned();
        let first = subscribe.to().unwrap().tag().is_none();
        if !first && self.dialogs.get(&call_id).is_none_or(|dialog| dialog.gone.is_some()) {
            return self.scene.respond(subscribe, 481, &[], "");
        }
        let ends = self.scene.now + Duration::from_secs(3600);
        let fresh = || Dialog { subscribe: subscribe.clone(), people: Vec::new(), ends, number: 0, gone: None };
        let dialog = self.dialogs.entry(call_id).or_insert_with(fresh);
        (dialog.ends, dialog.number) = (ends, dialog.number + 1);
        let people = named(subscribe);
        dialog.people.extend(people.iter().cloned());
        let body = documents(&people.into_iter().map(|who| (who, 3500)).collect::<Vec<_>>());
        let number = dialog.number.to_string();
        self.scene.respond(subscribe, 200, &[("Expires", "3600"), ("ms-piggyback-cseq", &number)], &body);
    }
}

#[test]
fn whatever_a_front_end_does_nobody_is_known_by_mistake_or_asked_for_too_often_or_forgotten() {
    let seeds = std::env::var("UC_SEEDS").ok().and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    for seed in seeds.unwrap_or(0..SEEDS) {
        let run = std::panic::catch_unwind(|| Model::new(seed).run());
        assert!(run.is_ok(), "seed {seed}: run it alone with UC_SEEDS={seed}..{}", seed + 1);
    }
}
