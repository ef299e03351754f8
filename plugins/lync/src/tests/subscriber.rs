//! Who is asked for where and when, in simulated time.

use crate::{
    resource_list::{Resource, Standing},
    roster::Roster,
    subscriber::{News, Subscriber},
};
use bytes::BytesMut;
use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime},
};
use uc_plugin_api::{UserHandle, WatchedUser};
use uc_sip::{
    auth::Credentials,
    message::{Frame, Framer, Limits, Message, Response},
    site::sign_in::endpoint,
    user_agent::{Event, Settings, UserAgent},
};

const POOL: &str = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AA";

struct Scene {
    agent: UserAgent,
    subscriber: Subscriber,
    roster: Roster,
    now: Instant,
    framer: Framer,
    sent: VecDeque<Message>,
    news: Vec<News>,
}

impl Scene {
    /// So many people, `u0` and on, in batches of so many.
    fn new(people: u32, batch: usize) -> Self {
        let mut roster = Roster::new("");
        for number in 0..people {
            roster.add(&user(number));
        }
        let now = Instant::now();
        let own = endpoint(None, "watcher@example.com", Credentials::Trusted);
        let settings = Settings { registers: false, patience: None, ..own };
        let mut agent = UserAgent::new(settings, now, SystemTime::now());
        agent.connected("127.0.0.1:1", "TCP", now);
        let subscriber = Subscriber::new("sip:watcher@example.com", batch, None, &roster);
        let framer = Framer::new(Limits::default());
        let mut scene = Self { agent, subscriber, roster, now, framer, sent: VecDeque::new(), news: Vec::new() };
        scene.settle();
        scene
    }

    fn settle(&mut self) {
        loop {
            while let Some(event) = self.agent.poll_event() {
                let Event::Subscription(id, event) = event else { panic!("{event:?}") };
                self.news.extend(self.subscriber.handle(id, &event, self.now));
            }
            self.subscriber.pump(&mut self.agent, &self.roster, self.now);
            let Some(bytes) = self.agent.poll_transmit() else { return };
            self.framer.buffer().extend_from_slice(&bytes);
            while let Some(frame) = self.framer.take().unwrap() {
                let Frame::Message(message) = frame else { panic!("{frame:?}") };
                self.sent.push_back(message);
            }
        }
    }

    fn next(&mut self) -> Message {
        self.settle();
        self.sent.pop_front().expect("a SUBSCRIBE")
    }

    fn answer(&mut self, subscribe: &Message, status: u16) {
        let response = Response::to(subscribe, status, "X").tag("fe").field("Expires", "36000");
        let mut out = BytesMut::new();
        response.field("Contact", "<sip:fe.example.com>").write(&mut out).unwrap();
        self.agent.receive(Message::parse(out.freeze(), &Limits::default()).unwrap(), self.now);
        self.settle();
    }

    /// Accepts all there is to accept; who was named in each request, with the dialog's Call-ID.
    fn accept_all(&mut self) -> Vec<(String, Vec<String>)> {
        let mut all = Vec::new();
        self.settle();
        while let Some(subscribe) = self.sent.pop_front() {
            all.push((subscribe.call_id().unwrap().to_owned(), named(&subscribe)));
            self.answer(&subscribe, 200);
        }
        all
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.agent.handle_timeout(self.now);
        self.subscriber.handle_timeout(&self.roster, self.now);
        self.settle();
    }

    fn stands(&mut self, who: u32, standing: Standing) -> Vec<UserHandle> {
        let resource = Resource { uri: format!("sip:u{who}@example.com"), standing };
        let unknown = self.subscriber.resources(&[resource], &self.roster, self.now);
        self.settle();
        unknown
    }
}

fn user(number: u32) -> WatchedUser {
    let address = format!("sip:u{number}@example.com").into();
    WatchedUser { handle: UserHandle(number), id: "x".into(), address, language: "".into() }
}

fn named(subscribe: &Message) -> Vec<String> {
    let body = String::from_utf8_lossy(subscribe.body());
    let mut all: Vec<_> =
        body.split("<resource uri=\"sip:").skip(1).map(|rest| rest.split('@').next().unwrap().to_owned()).collect();
    all.sort_unstable();
    all
}

fn action(subscribe: &Message) -> String {
    let body = String::from_utf8_lossy(subscribe.body());
    body.split("<action name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[test]
fn batches_follow_each_other_in_one_dialog_and_name_everybody_once() {
    let mut scene = Scene::new(250, 100);
    assert_eq!(scene.sent.len(), 1, "one at a time");
    let all = scene.accept_all();
    assert_eq!(all.iter().map(|(_, people)| people.len()).collect::<Vec<_>>(), [100, 100, 50]);
    assert!(all.iter().all(|(call_id, _)| *call_id == all[0].0));
    let mut people: Vec<_> = all.into_iter().flat_map(|(_, people)| people).collect();
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), 250);
    assert_eq!(scene.news.last(), Some(&News::Fine));
}

#[test]
fn who_comes_and_goes_is_told_in_the_dialog_and_an_empty_one_ends() {
    let mut scene = Scene::new(2, 100);
    scene.accept_all();
    scene.roster.add(&user(7));
    scene.subscriber.add(UserHandle(7));
    let added = scene.next();
    assert_eq!((action(&added), named(&added)), ("subscribe".into(), vec!["u7".into()]));
    for who in [0, 1, 7] {
        let address = scene.roster.remove(UserHandle(who)).unwrap();
        scene.subscriber.remove(UserHandle(who), &address);
    }
    scene.answer(&added, 200);
    let rest: Vec<_> = std::iter::from_fn(|| {
        let subscribe = scene.sent.pop_front()?;
        scene.answer(&subscribe, 200);
        Some(subscribe)
    })
    .collect();
    assert_eq!(rest.last().unwrap().expires(), Some(0), "nobody is left");
    assert_eq!(scene.agent.subscriptions(), 0);
}

#[test]
fn those_of_another_pool_share_its_dialog_and_a_single_one_has_his_own() {
    let mut scene = Scene::new(4, 100);
    let home = scene.accept_all().remove(0).0;
    let to = |pool: Option<&str>| Standing::Resubscribe { pool: pool.map(str::to_owned) };
    for who in [0, 1] {
        assert!(scene.stands(who, to(Some(POOL))).is_empty());
    }
    scene.stands(2, to(None));
    let targets: Vec<_> = scene.sent.iter().map(|sent| sent.request_uri().unwrap().to_owned()).collect();
    assert_eq!(targets, [POOL, "sip:u2@example.com"]);
    let all = scene.accept_all();
    assert!(all.iter().all(|(call_id, _)| *call_id != home));
    let at_pool: Vec<_> =
        all.iter().filter(|(call_id, _)| *call_id == all[0].0).flat_map(|(_, who)| who.clone()).collect();
    assert_eq!(at_pool, ["u0", "u1"]);
    // The same again changes nothing.
    scene.stands(0, to(Some(POOL)));
    assert!(scene.sent.is_empty());
}

#[test]
fn who_was_refused_is_unknown_and_asked_for_again_after_five_minutes() {
    let mut scene = Scene::new(2, 100);
    scene.accept_all();
    let refused = Standing::Terminated { reason: "rejected".into() };
    assert_eq!(scene.stands(1, refused), [UserHandle(1)]);
    // The dialog itself may be asked whether it stands; nobody asks for the one who was refused.
    scene.pass(Duration::from_secs(299));
    assert!(scene.accept_all().iter().all(|(_, people)| !people.contains(&"u1".to_owned())));
    scene.pass(Duration::from_secs(1));
    assert!(scene.accept_all().iter().any(|(_, people)| people.contains(&"u1".to_owned())));
}

#[test]
fn a_refused_subscription_is_told_and_tried_again_after_five_minutes() {
    let mut scene = Scene::new(3, 100);
    let subscribe = scene.next();
    scene.answer(&subscribe, 403);
    assert!(matches!(&scene.news[..], [News::Trouble(why)] if why.contains("refused (403")), "{:?}", scene.news);
    scene.pass(Duration::from_secs(299));
    assert!(scene.sent.is_empty());
    scene.pass(Duration::from_secs(1));
    assert_eq!(scene.accept_all()[0].1.len(), 3);
    assert_eq!(scene.news.last(), Some(&News::Fine));
}

#[test]
fn a_pool_that_refuses_makes_its_people_unknown_and_they_are_asked_for_at_home_later() {
    let mut scene = Scene::new(2, 100);
    let home = scene.accept_all().remove(0).0;
    scene.stands(0, Standing::Resubscribe { pool: Some(POOL.into()) });
    let there = scene.next();
    scene.answer(&there, 404);
    assert_eq!(scene.news.last(), Some(&News::Unknown(vec![UserHandle(0)])));
    scene.pass(Duration::from_secs(300));
    assert!(scene.accept_all().contains(&(home, vec!["u0".to_owned()])));
}

#[test]
fn a_dialog_that_is_lost_is_begun_afresh_with_everybody() {
    let mut scene = Scene::new(25, 10);
    scene.accept_all();
    scene.roster.add(&user(99));
    scene.subscriber.add(UserHandle(99));
    let change = scene.next();
    scene.answer(&change, 481);
    assert!(matches!(scene.news.last(), Some(News::Trouble(_))));
    let mut people: Vec<_> = scene.accept_all().into_iter().flat_map(|(_, people)| people).collect();
    people.sort_unstable();
    people.dedup();
    assert_eq!(people.len(), 26);
}
