//! A user agent against a server in simulated time: sign-in, subscriptions, and what goes wrong with them.

#![allow(clippy::unwrap_used)] // the helpers of tests may fail as tests do

#[path = "../front_end/mod.rs"]
mod front_end;
mod registration;
mod subscriptions;
mod traffic;

use bytes::Bytes;
use front_end::Pair;
use std::time::Duration;
use uc_sip::message::Message;
use uc_sip::subscription::{self, Body, Ended};
use uc_sip::user_agent::{Event, SubscriptionId};

pub(crate) fn batch() -> subscription::Settings {
    subscription::Settings {
        target: "sip:alice@example.com".into(),
        watcher: String::new(),
        epid: String::new(),
        contact: String::new(),
        event: "presence".into(),
        fields: vec![("Supported".into(), "ms-benotify".into())],
        expires: None,
        margin: Duration::from_secs(120),
        renews: true,
    }
}

pub(crate) fn body(text: &'static str) -> Body {
    Body { content_type: "application/msrtc-adrl-categorylist+xml".into(), bytes: Bytes::from_static(text.as_bytes()) }
}

pub(crate) fn subscribed(signed: bool) -> (Pair, SubscriptionId, Message) {
    subscribed_to(signed, true)
}

/// One that renews itself, or not.
pub(crate) fn subscribed_to(signed: bool, renews: bool) -> (Pair, SubscriptionId, Message) {
    let mut pair = Pair::connected(signed);
    pair.settle();
    let settings = subscription::Settings { renews, ..batch() };
    let id = pair.agent.subscribe(settings, Some(body("all")), pair.now);
    let subscribe = pair.next("SUBSCRIBE");
    pair.accept(&subscribe, "3600", "<first/>");
    pair.take_events();
    (pair, id, subscribe)
}

/// Short names of what happened to subscriptions.
pub(crate) fn said(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| match event {
        Event::Subscription(_, subscription::Event::Active { expires, .. }) => format!("active {expires}"),
        Event::Subscription(_, subscription::Event::Notify(message)) => {
            format!("notify {}", String::from_utf8_lossy(message.body()))
        }
        Event::Subscription(_, subscription::Event::Lost { missing, .. }) => format!("lost {missing}"),
        Event::Subscription(_, subscription::Event::Unsettled { state }) => format!("unsettled {state}"),
        Event::Subscription(_, subscription::Event::Refreshing) => "refreshing".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::TooBrief { least })) => format!("too brief {least}"),
        Event::Subscription(_, subscription::Event::Stale { .. }) => "stale".into(),
        Event::Subscription(_, subscription::Event::NotTaken { elsewhere: Some(target), .. }) => {
            format!("take to {target}")
        }
        Event::Subscription(_, subscription::Event::NotTaken { status, .. }) => format!("not taken {status}"),
        Event::Subscription(_, subscription::Event::Ended(Ended::Redirected { target, .. })) => format!("to {target}"),
        Event::Subscription(_, subscription::Event::Ended(Ended::Lost { .. })) => "lost".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::Renumbered { .. })) => "renumbered".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::ByUs)) => "ended".into(),
        Event::Subscription(_, subscription::Event::Ended(Ended::Refused { status, .. })) => {
            format!("refused {status}")
        }
        other => format!("{other:?}"),
    };
    events.iter().map(name).collect()
}
