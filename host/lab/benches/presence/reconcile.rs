//! From the start of the process until everybody is subscribed, logged in and right: with the simulated Front End (TLS,
//! NTLM, every message signed) and the simulated T-Server, where nobody is logged in at first.

use super::{process::Process, site::Site, site::product, switch::dn};
use std::time::{Duration, Instant};
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    front_end::{Config, Crowd, FrontEnd, SiteFile, Tls, UserEntry},
    t_server::{self, SwitchFile, TServer},
};

const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(10);

/// A product that has everybody right.
pub(super) struct Reconciled {
    pub(super) process: Process,
    _front_end: FrontEnd,
    _t_server: TServer,
    _site: Site,
}

pub(super) async fn measure(users: u32) -> Reconciled {
    let site = Site::new();
    let front_end = front_end(&site, users).await;
    let numbers: Vec<_> = (0..users).map(|user| dn(user).to_string()).collect();
    let switch = SwitchFile::of_extensions(numbers.iter().map(String::as_str));
    let t_server = TServer::start(t_server::Config { record: false, ..t_server::Config::new(switch) }).await.unwrap();
    let account = r"{ address = 'sip:watcher@example.com', auth = 'ntlm', login = 'EXAMPLE\watcher', password-file = 'watcher.secret' }";
    let config = site.write(users, front_end.addr(), t_server.addr(), account);
    let begin = Instant::now();
    let process = Process::start(&product(), &["run", "--config", config.to_str().unwrap()]);
    until("signed in", || front_end.counts().registered > 0).await;
    let signed_in = begin.elapsed();
    until("watched", || front_end.counts().watched == users as usize).await;
    let watched = begin.elapsed();
    // Registration, login, ready: three requests each.
    until("asked", || t_server.requests() >= 3 * u64::from(users)).await;
    until("right", || numbers.iter().all(|dn| t_server.agent(dn).is_some_and(|(_, s, _)| s == AgentStatus::Ready)))
        .await;
    let (right, cpu) = (begin.elapsed(), process.processor_time());
    println!(
        "{users} users from the start of the process: signed in {signed_in:.2?}, subscribed {watched:.2?}, right \
         {right:.2?} (after the sign-in {:.2?}); {cpu:.2?} of CPU, {} requests for {} needed",
        right - signed_in,
        t_server.requests(),
        3 * users
    );
    Reconciled { process, _front_end: front_end, _t_server: t_server, _site: site }
}

async fn front_end(site: &Site, users: u32) -> FrontEnd {
    let watcher = UserEntry {
        sip: "sip:watcher@example.com".into(),
        password: Some(super::PASSWORD.into()),
        ..UserEntry::default()
    };
    let entry = |user| UserEntry {
        sip: format!("sip:u{user:07}@example.com"),
        availability: Some(3500),
        ..UserEntry::default()
    };
    let users = std::iter::once(watcher).chain((0..users).map(entry)).collect();
    let site_file = SiteFile { users, crowds: Vec::<Crowd>::new(), ..SiteFile::default() };
    let tls = Some(Tls { cert: site.path("cert.pem"), key: site.path("key.pem"), client_ca: None });
    FrontEnd::start(Config { tls, record: false, ..Config::for_tests(site_file) }).await.unwrap()
}

async fn until(what: &str, so: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < end, "not everybody is {what}");
        tokio::time::sleep(LOOK).await;
    }
}
