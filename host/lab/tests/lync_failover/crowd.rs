//! Thousands of workers, and whether the T-Server has each of them as the Front End shows them.

use super::lync::{Product, Rig, password_account};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    front_end::{Config, Crowd as Users, FrontEnd, Presence, SiteFile, Tls, UserEntry},
    t_server::{self, SwitchFile, TServer},
};

/// Whom the acceptance counts.
pub(crate) const WORKERS: usize = 10_000;
/// In one SUBSCRIBE, as the product does without being told otherwise.
pub(crate) const BATCH: u64 = 100;
/// After this time everybody must be right again.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
const PASSWORD: &str = "Secret123!";

/// A product that watches everybody, and what is to be seen of each.
pub(crate) struct Crowd {
    pub(crate) product: Product,
    shown: Vec<u32>,
}

/// A Front End with everybody, available, under TLS.
pub(crate) async fn front_end(rig: &Rig) -> FrontEnd {
    let (cert, key) = rig.certificate();
    let watcher =
        UserEntry { sip: "sip:watcher@example.com".into(), password: Some(PASSWORD.into()), ..UserEntry::default() };
    let everybody = Users { prefix: "u".into(), count: WORKERS as u32, availability: Some(3500) };
    let site = SiteFile { users: vec![watcher], crowds: vec![everybody], ..SiteFile::default() };
    let tls = Some(Tls { cert, key, client_ca: None });
    FrontEnd::start(Config { tls, record: false, ..Config::for_tests(site) }).await.unwrap()
}

impl Crowd {
    /// Starts the product with these ports of Front Ends, and waits until everybody is right.
    pub(crate) async fn gather(rig: Rig, ports: &[u16]) -> Self {
        let workers: Vec<_> = (0..WORKERS).map(|number| (dn(number), address(number))).collect();
        let dns = workers.iter().map(|(dn, _)| dn.as_str());
        let config = t_server::Config { record: false, ..t_server::Config::new(SwitchFile::of_extensions(dns)) };
        let account = password_account(&rig, "sip:watcher@example.com", r"EXAMPLE\watcher", PASSWORD);
        let servers: Vec<_> = ports.iter().map(|port| format!("'localhost:{port}'")).collect();
        let settings = format!("servers = [{}]\naccounts = [{account}]\n", servers.join(", "));
        let workers: Vec<_> = workers.iter().map(|(dn, address)| (dn.as_str(), address.as_str())).collect();
        let product = rig.start_beside(TServer::start(config).await.unwrap(), &workers, &settings, "").await;
        let crowd = Self { product, shown: vec![3500; WORKERS] };
        crowd.everybody_is_right(Duration::from_secs(60)).await;
        crowd
    }

    /// Every `step`th worker is shown so by all of these Front Ends. Gives how many.
    pub(crate) fn show(&mut self, front_ends: &[&FrontEnd], step: usize, availability: u32) -> usize {
        let changed: Vec<_> = (0..WORKERS).step_by(step).collect();
        for number in &changed {
            self.shown[*number] = availability;
        }
        for front_end in front_ends {
            let all = changed.iter().map(|number| (address(*number), Presence::new(availability)));
            let all: Vec<_> = all.collect();
            front_end.set_presences(all.iter().map(|(uri, presence)| (uri.as_str(), presence.clone()))).unwrap();
        }
        changed.len()
    }

    /// Waits until the T-Server has everybody as they are shown.
    pub(crate) async fn everybody_is_right(&self, patience: Duration) {
        let begin = Instant::now();
        loop {
            let wrong = (0..WORKERS).filter(|number| !self.is_right(*number));
            let (first, count) = wrong.fold((None, 0), |(first, count), number| (first.or(Some(number)), count + 1));
            let Some(first) = first else { return };
            let agent = self.product.t_server().agent(&dn(first));
            let shown = self.shown[first];
            assert!(begin.elapsed() < patience, "{count} are wrong, such as {first}: {agent:?}, shown as {shown}");
            sleep(LOOK).await;
        }
    }

    fn is_right(&self, number: usize) -> bool {
        let (t_server, dn) = (self.product.t_server(), dn(number));
        let agent = t_server.agent(&dn).map(|(_, status, _)| status);
        let status = t_server.reasons(&dn).and_then(|reasons| reasons.str("KW_UC_STATUS").map(str::to_owned));
        match self.shown[number] {
            3500 => agent == Some(AgentStatus::Ready),
            6500 => agent == Some(AgentStatus::NotReady) && status.as_deref() == Some("busy"),
            9500 => agent == Some(AgentStatus::NotReady) && status.as_deref() == Some("do-not-disturb"),
            other => unreachable!("{other} is not shown here"),
        }
    }
}

fn dn(number: usize) -> String {
    format!("{}", 100_000 + number)
}

fn address(number: usize) -> String {
    format!("sip:u{number}@example.com")
}
