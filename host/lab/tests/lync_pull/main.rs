//! The product with its real Lync plug-in between a Front End and a T-Server.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../front_end/mod.rs"]
mod front_end;
#[path = "../lync/mod.rs"]
mod lync;

mod bad_input;
mod by_hand;
mod coverage;
mod invitations;
mod refusals;
mod silence;
mod story;
mod subscriptions;
mod trust;

use lync::{Product, Rig, password_account};
use uc_lab::front_end::{Config, FrontEnd, SiteFile, UserEntry};

/// Password of the watchers.
const PASSWORD: &str = "Secret123!";
const KIM: &str = "sip:kim@example.com";
const LEE: &str = "sip:lee@example.com";
const WATCHER: &str = "sip:watcher@example.com";

/// Two watchers, Kim who is available, Lee who is offline.
fn site() -> SiteFile {
    let user = |name: &str| UserEntry { sip: format!("sip:{name}@example.com"), ..UserEntry::default() };
    let password = || Some(PASSWORD.to_owned());
    SiteFile {
        users: vec![
            UserEntry { password: password(), ..user("watcher") },
            UserEntry { password: password(), ..user("second") },
            UserEntry { availability: Some(3500), ..user("kim") },
            user("lee"),
        ],
        // As a server that has run for a while.
        first_notify: 48_113,
        first_version: 701,
        ..SiteFile::default()
    }
}

/// A Front End over plain TCP.
async fn front_end(site: SiteFile) -> FrontEnd {
    FrontEnd::start(Config::for_tests(site)).await.unwrap()
}

/// Settings of the watcher at these Front Ends over plain TCP.
fn settings(rig: &Rig, front_ends: &[&FrontEnd]) -> String {
    let account = password_account(rig, WATCHER, r"EXAMPLE\watcher", PASSWORD);
    let servers: Vec<_> = front_ends.iter().map(|server| format!("'localhost:{}'", server.addr().port())).collect();
    format!("transport = 'tcp'\nservers = [{}]\naccounts = [{account}]\n", servers.join(", "))
}

/// The product watching these workers at a Front End.
async fn watching(front_end: &FrontEnd, workers: &[(&str, &str)], more: &str) -> Product {
    let rig = Rig::new();
    let settings = settings(&rig, &[front_end]) + more;
    rig.start(workers, &settings).await
}
