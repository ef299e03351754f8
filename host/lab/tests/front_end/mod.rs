//! A small client of a Front End for tests: signs in, sends requests, collects what comes.
#![allow(dead_code, clippy::unwrap_used, reason = "tests; each file uses what it needs")]

pub(crate) mod certificates;
pub(crate) mod client;
pub(crate) mod desk;
pub(crate) mod meaning;
pub(crate) mod peer;
#[path = "../../../../plugins/sip/tests/realm/mod.rs"]
pub(crate) mod realm;
pub(crate) mod recording;

use client::Client;
use std::net::SocketAddr;
use uc_lab::front_end::{Config, FrontEnd, SiteFile, UserEntry};

/// Password of everybody who has one, as in the recordings.
pub(crate) const PASSWORD: &str = "Secret123!";

/// Alice with three contacts, Bob, Carol in a meeting, Dave, Erin.
pub(crate) fn site() -> SiteFile {
    let user = |name: &str| UserEntry {
        sip: format!("sip:{name}@example.com"),
        name: Some(format!("{}{} Example", name[..1].to_uppercase(), &name[1..])),
        password: Some(PASSWORD.into()),
        ..UserEntry::default()
    };
    let contacts = ["bob", "carol", "dave"].map(|name| format!("sip:{name}@example.com")).to_vec();
    SiteFile {
        users: vec![
            UserEntry { contacts, ..user("alice") },
            UserEntry { availability: Some(3500), ..user("bob") },
            UserEntry {
                availability: Some(6500),
                activity: Some("in-a-meeting".into()),
                note: Some("quarter close".into()),
                ..user("carol")
            },
            user("dave"),
            user("erin"),
        ],
        ..SiteFile::default()
    }
}

pub(crate) async fn start(site: SiteFile) -> FrontEnd {
    FrontEnd::start(Config::for_tests(site)).await.unwrap()
}

/// A Front End and Alice, signed in.
pub(crate) async fn with_alice() -> (FrontEnd, Client) {
    let server = start(site()).await;
    let alice = signed_in(server.addr(), "alice").await;
    (server, alice)
}

pub(crate) async fn signed_in(server: SocketAddr, user: &str) -> Client {
    let mut client = Client::connect(server, user, PASSWORD).await;
    assert_eq!(client.register().await.status(), Some(200));
    client
}

/// The body of a batched subscription.
pub(crate) fn batch(action: &str, watcher: &str, users: &[&str], categories: &[&str]) -> String {
    let resources: String = users.iter().map(|user| format!("<resource uri=\"sip:{user}@example.com\"/>")).collect();
    let categories: String = categories.iter().map(|name| format!("<category name=\"{name}\"/>")).collect();
    format!(
        "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" \
         uri=\"sip:{watcher}@example.com\" name=\"\"><action name=\"{action}\" id=\"1\"><adhocList>{resources}\
         </adhocList><categoryList xmlns=\"http://schemas.microsoft.com/2006/09/sip/categorylist\">{categories}\
         </categoryList></action></batchSub>"
    )
}

/// The body of a publication: category, instance, container, version, `expireType` and more, value.
pub(crate) fn publish(user: &str, all: &[(&str, u32, u32, u32, &str, &str)]) -> String {
    let one = |(category, instance, container, version, lifetime, value): &(&str, u32, u32, u32, &str, &str)| {
        format!(
            "<publication categoryName=\"{category}\" instance=\"{instance}\" container=\"{container}\" \
             version=\"{version}\" {lifetime}>{value}</publication>"
        )
    };
    let all: String = all.iter().map(one).collect();
    format!(
        "<publish xmlns=\"http://schemas.microsoft.com/2006/09/sip/rich-presence\">\
         <publications uri=\"sip:{user}@example.com\">{all}</publications></publish>"
    )
}

/// A `state` element.
pub(crate) fn state(kind: &str, availability: u32, token: &str) -> String {
    let activity = match token {
        "" => String::new(),
        token => format!("<activity token=\"{token}\" minAvailability=\"6500\" maxAvailability=\"8999\"/>"),
    };
    format!(
        "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\" manual=\"true\">\
         <availability>{availability}</availability>{activity}</state>"
    )
}
