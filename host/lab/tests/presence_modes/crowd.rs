//! Two thousand agents and ten minutes of their work, faster than they would do it: calls, After Call Work, breaks;
//! forced conflicts, lost connections, a Front End killed, the connector restarted. In the end everybody is shown as
//! they are, to whoever looks, and after the connector's end nothing of it is left.

use crate::{
    front_end::{self, client::Client, meaning},
    product,
};
use rand::{Rng, SeedableRng, rngs::SmallRng};
use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use uc_connector::{
    tlib::Message,
    wire::{ConnId, KvList},
};
use uc_lab::{
    front_end::{Config, Crowd, Fault, FrontEnd, SiteFile, UserEntry},
    t_server::{self, SwitchFile, TServer},
};

const AGENTS: u32 = 2000;
/// Seconds of their work.
const WORK: u64 = 600;
/// Real time for a second of theirs.
const SECOND: Duration = Duration::from_millis(25);
/// How long everybody may take to be right at the end.
const PATIENCE: Duration = Duration::from_secs(60);

const PLUGIN: &str = "\
[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\nservers = ['FRONT_END']\n\
transport = 'tcp'\nregistrations-per-second = 2000\npublications-per-second = 5000\npublications-per-minute = 600\n";

/// What an agent does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Ready,
    Talking(ConnId),
    AfterCallWork,
    LegalGuard,
    Break,
}

/// What colleagues are to see: number, activity token, note.
type Seen = (u32, &'static str, &'static str);

impl Doing {
    /// As the map's defaults have it; who is ready shows as they would without us, and here nobody is signed in.
    fn seen(self) -> Seen {
        match self {
            Self::Ready => (18_500, "", ""),
            Self::Talking(_) => (6500, "on-the-phone", ""),
            Self::AfterCallWork => (15_500, "", "After call work"),
            Self::LegalGuard => (6500, "", "Pause between calls"),
            Self::Break => (6500, "", ""),
        }
    }
}

struct Floor {
    t_server: TServer,
    front_end: FrontEnd,
    folder: TempDir,
    agents: Vec<(Doing, u64)>,
    dice: SmallRng,
}

fn dn(agent: usize) -> String {
    (10_000 + agent).to_string()
}

fn user(agent: usize) -> String {
    format!("sip:a{agent}@example.com")
}

fn directory() -> String {
    let agent = |agent| {
        let (dn, user) = (dn(agent), user(agent));
        format!(
            "[[place]]\nname = 'desk-{dn}'\ndns = [{{ dn = '{dn}', switch = 'lab' }}]\n[[worker]]\nuser = 'u{dn}'\n\
             kind = 'agent'\nagent-id = '{dn}'\nplace = 'desk-{dn}'\nsip-address = '{user}'\n"
        )
    };
    format!("[[switch]]\nname = 'lab'\nt-server = 'lab'\n{}", (0..AGENTS as usize).map(agent).collect::<String>())
}

impl Floor {
    async fn open() -> Self {
        let watcher = UserEntry {
            sip: "sip:watcher@example.com".into(),
            password: Some(front_end::PASSWORD.into()),
            ..UserEntry::default()
        };
        let agents = Crowd { prefix: "a".into(), count: AGENTS, availability: None };
        let trusted_hosts = vec!["127.0.0.1".parse().unwrap()];
        let site = SiteFile {
            users: vec![watcher],
            crowds: vec![agents],
            trusted_hosts,
            max_category_subscriptions: 10_000,
            ..SiteFile::default()
        };
        let front_end = FrontEnd::start(Config { record: false, ..Config::for_tests(site) }).await.unwrap();
        let dns: Vec<_> = (0..AGENTS as usize).map(dn).collect();
        let switch = SwitchFile::of_extensions(dns.iter().map(String::as_str));
        let config = t_server::Config { record: false, ..t_server::Config::new(switch) };
        let t_server = TServer::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let plugin = PLUGIN.replace("FRONT_END", &front_end.addr().to_string());
        product::configure(folder.path(), t_server.addr(), &directory(), &plugin);
        let agents = vec![(Doing::Ready, 0); AGENTS as usize];
        let floor = Self { t_server, front_end, folder, agents, dice: SmallRng::seed_from_u64(20) };
        for agent in 0..AGENTS as usize {
            floor.act(agent, "RequestAgentLogin", None);
            floor.act(agent, "RequestAgentReady", None);
        }
        floor
    }

    fn act(&self, agent: usize, name: &'static str, mode: Option<&str>) {
        let request = Message::new(name).with("thisDN", dn(agent)).with("agentID", dn(agent));
        self.t_server.act(&request.with_some("agentWorkMode", mode.map(str::to_owned))).unwrap();
    }

    /// A second passes: whoever is done with what they did goes on.
    fn second(&mut self, now: u64) {
        for agent in 0..self.agents.len() {
            let (doing, until) = self.agents[agent];
            if until <= now {
                let next = self.next(agent, doing);
                let longest = if doing == Doing::Ready { 60 } else { 25 };
                self.agents[agent] = (next, now + self.dice.random_range(5..longest));
            }
        }
    }

    fn next(&mut self, agent: usize, doing: Doing) -> Doing {
        match doing {
            Doing::Ready if self.dice.random_bool(0.1) => {
                self.act(agent, "RequestAgentNotReady", Some("AuxWork"));
                Doing::Break
            }
            Doing::Ready => {
                let call = self.t_server.make_call("+49301", &dn(agent), KvList::default()).unwrap();
                self.t_server.answer(call, &dn(agent)).unwrap();
                Doing::Talking(call)
            }
            Doing::Talking(call) => {
                self.t_server.release(call, &dn(agent)).unwrap();
                self.act(agent, "RequestAgentNotReady", Some("AfterCallWork"));
                Doing::AfterCallWork
            }
            Doing::AfterCallWork if self.dice.random_bool(0.2) => {
                self.act(agent, "RequestAgentNotReady", Some("LegalGuard"));
                Doing::LegalGuard
            }
            Doing::AfterCallWork | Doing::LegalGuard | Doing::Break => {
                self.act(agent, "RequestAgentReady", None);
                Doing::Ready
            }
        }
    }

    fn is_shown(&self, agent: usize) -> bool {
        let seen = self.front_end.presence(&user(agent)).unwrap();
        let token = seen.activity.as_ref().and_then(|activity| activity.token.as_deref()).unwrap_or_default();
        (seen.availability, token, seen.note.as_deref().unwrap_or_default()) == self.agents[agent].0.seen()
    }

    async fn everybody_is_right(&self) {
        let wrong = || (0..self.agents.len()).filter(|agent| !self.is_shown(*agent)).collect::<Vec<_>>();
        let right = async {
            while !wrong().is_empty() {
                sleep(SECOND).await;
            }
        };
        if timeout(PATIENCE, right).await.is_err() {
            let wrong = wrong();
            let one = wrong[0];
            panic!(
                "{} agents are shown wrong; {} does {:?}, is seen as {:?}, has published {:#?}",
                wrong.len(),
                user(one),
                self.agents[one],
                self.front_end.presence(&user(one)),
                self.front_end.publications(&user(one))
            );
        }
    }
}

/// A colleague who watches everybody, going by what this colleague is told.
async fn watch(front_end: &FrontEnd) -> Client {
    let mut watcher = front_end::signed_in(front_end.addr(), "watcher").await;
    let names: Vec<_> = (0..AGENTS).map(|agent| format!("a{agent}")).collect();
    watcher.watch(&names.iter().map(String::as_str).collect::<Vec<_>>(), true).await;
    watcher
}

/// Reads what the watcher is told until it is silent for a while; what the watcher knows of everybody.
async fn learn(mut watcher: Client, known: &mut HashMap<String, BTreeMap<&'static str, String>>) {
    while let Ok(message) = timeout(Duration::from_secs(2), watcher.incoming_as_it_is()).await {
        for document in meaning::documents(&message) {
            for categories in document.all("categories") {
                let user = known.entry(categories.attributes["uri"].clone()).or_default();
                let first = |name: &str| categories.all(name).first().map(|node| node.text.clone());
                if let Some(number) = first("availability") {
                    let token =
                        categories.all("activity").first().and_then(|node| node.attributes.get("token").cloned());
                    user.insert("token", token.unwrap_or_default());
                    user.insert("number", number);
                }
                if categories.all("category").iter().any(|node| node.attributes["name"] == "note") {
                    user.insert("note", first("body").unwrap_or_default());
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_minutes_of_two_thousand_agents_with_every_mishap_end_right_and_leave_nothing() {
    let mut floor = Floor::open().await;
    let mut product = product::start(floor.folder.path()).await;
    floor.everybody_is_right().await;
    let mut pace = interval(SECOND);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for now in 0..WORK {
        pace.tick().await;
        floor.second(now);
        match now {
            60 => floor.front_end.fault(Fault::Conflict { index: 1, version: 7, count: 500 }),
            150 | 420 => floor.front_end.close_connections(),
            240 => {
                floor.front_end.kill().await;
                floor.front_end.restart_on_same_port().await.unwrap();
            }
            300 => {
                product.stop().await.unwrap();
                product = product::start(floor.folder.path()).await;
            }
            500 => floor.front_end.fault(Fault::Conflict { index: 2, version: 3, count: 500 }),
            _ => {}
        }
    }
    floor.front_end.heal();
    floor.everybody_is_right().await;

    // Once more, told to a colleague, so that what is sent is held too and not only what is known.
    let watcher = watch(&floor.front_end).await;
    let mut known = HashMap::new();
    for now in WORK..WORK + 60 {
        pace.tick().await;
        floor.second(now);
    }
    floor.everybody_is_right().await;
    learn(watcher, &mut known).await;
    for (user, told) in &known {
        let agent: usize = user.trim_start_matches("sip:a").split('@').next().unwrap().parse().unwrap();
        let (number, token, note) = floor.agents[agent].0.seen();
        assert_eq!(told.get("number").map_or("", String::as_str), number.to_string(), "{user} {told:?}");
        assert_eq!(told.get("token").map_or("", String::as_str), token, "{user} {told:?}");
        assert_eq!(told.get("note").map_or("", String::as_str), note, "{user} {told:?}");
    }
    assert!(known.len() > AGENTS as usize / 2, "most had something to tell in a minute: {}", known.len());

    product.stop().await.unwrap();
    let left = (0..AGENTS as usize).filter(|agent| !floor.front_end.publications(&user(*agent)).unwrap().is_empty());
    assert_eq!(left.count(), 0, "publications are left");
    let counts = floor.front_end.counts();
    assert_eq!(counts.malformed, 0, "{counts:?}");
    assert!(counts.conflicts >= 500, "the forced conflicts happened: {counts:?}");
}
