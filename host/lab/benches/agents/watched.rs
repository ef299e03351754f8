//! From EventAgentNotReady (After Call Work) until a watcher is told, with the simulated T-Server and Front End whole:
//! these figures hold their time too.

use super::{
    figures::quantiles,
    process::{Meter, Process},
    sip::frame,
    site::{APPLICATION, Site, connector, product},
    switch::dn,
};
use bytes::BytesMut;
use rustls::pki_types::ServerName;
use std::{
    collections::VecDeque,
    fmt::Write,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
    time::{sleep, timeout},
};
use tokio_rustls::client::TlsStream;
use uc_connector::tlib::Message;
use uc_lab::{
    front_end::{Config, FrontEnd, SiteFile, UserEntry},
    t_server::{self, InitialState, SwitchFile, TServer},
};
use uc_sip::ms::Epid;

const PATIENCE: Duration = Duration::from_secs(60);
/// Faster than by default, so that the bench need not wait for the agents to sign in; publications are at their default.
const RATES: &str = "register = 'at-start'\nregistrations-per-second = 10000\n";
/// One at a time, the next one that long after the last.
const PAUSE: Duration = Duration::from_millis(2);
const RATE: u32 = 100;
/// The watcher's endpoint.
const EPID: &str = "56b4641a00";

/// A colleague's connection.
struct Watcher {
    stream: TlsStream<TcpStream>,
    input: BytesMut,
}

impl Watcher {
    /// Signs in over a connection of the application, and watches all agents.
    async fn sign_in(site: &Site, front_end: &FrontEnd, agents: u32) -> Self {
        let stream = TcpStream::connect(front_end.addr()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = connector(&site.authority.ca(), &site.application);
        let stream = connector.connect(name, stream).await.unwrap();
        let mut watcher = Self { stream, input: BytesMut::with_capacity(1 << 20) };
        watcher
            .ask("REGISTER", "sip:example.com", "Event: registration\r\nSupported: gruu-10, adhoclist\r\n", "")
            .await;
        let resources = (0..agents).fold(String::new(), |mut all, agent| {
            write!(all, "<resource uri=\"sip:u{agent:07}@example.com\"/>").unwrap();
            all
        });
        let batch = format!(
            "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" uri=\"sip:watcher@example.com\" \
             name=\"\"><action name=\"subscribe\" id=\"1\"><adhocList>{resources}</adhocList><categoryList \
             xmlns=\"http://schemas.microsoft.com/2006/09/sip/categorylist\"><category name=\"state\"/>\
             <category name=\"note\"/></categoryList></action></batchSub>"
        );
        let fields = "Event: presence\r\nSupported: ms-piggyback-first-notify, ms-benotify\r\n\
                      Proxy-Require: ms-benotify\r\nContent-Type: application/msrtc-adrl-categorylist+xml\r\n";
        watcher.ask("SUBSCRIBE", "sip:watcher@example.com", fields, &batch).await;
        watcher
    }

    async fn ask(&mut self, method: &str, uri: &str, fields: &str, body: &str) {
        let request = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:1;branch=z9hG4bK{method}\r\nMax-Forwards: 70\r\n\
             From: <sip:watcher@example.com>;tag=w;epid={EPID}\r\nTo: <sip:watcher@example.com>\r\n\
             Call-ID: {method}-of-the-watcher\r\nCSeq: 1 {method}\r\nContact: <sip:127.0.0.1:1;transport=tls>;\
             proxy=replace;+sip.instance=\"<urn:uuid:{}>\"\r\n{fields}\
             Content-Length: {}\r\n\r\n{body}",
            Epid::new(EPID).unwrap().instance(),
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
        loop {
            self.fill().await;
            let mut answered = false;
            self.take(|head, _| {
                assert!(head.starts_with("BENOTIFY") || head.starts_with("SIP/2.0 200"), "{head}");
                answered |= head.starts_with("SIP");
            });
            if answered {
                return;
            }
        }
    }

    async fn fill(&mut self) {
        self.input.reserve(64 * 1024);
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.input)).await;
        assert!(read.expect("a watcher is told nothing").unwrap() > 0, "the Front End closed the watcher's connection");
    }

    fn take(&mut self, mut message: impl FnMut(&str, &[u8])) {
        let mut from = 0;
        while let Some((head, body, end)) = frame(&self.input, from) {
            from = end;
            message(head, body);
        }
        drop(self.input.split_to(from));
    }

    /// Agents who are now told to be away.
    async fn told_away(&mut self) -> Vec<u32> {
        self.fill().await;
        let mut away = Vec::new();
        self.take(|_, body| {
            let body = std::str::from_utf8(body).unwrap();
            if body.contains("<availability>15500<") {
                away.push(body.split_once("sip:u").unwrap().1[..7].parse().unwrap());
            }
        });
        away
    }
}

/// The product between the whole lab's servers.
struct Rig {
    t_server: TServer,
    watcher: Watcher,
    process: Process,
    _front_end: FrontEnd,
    _site: Site,
}

/// Prints what it takes until a watcher is told.
pub(super) async fn measure(agents: u32, samples: u32, time: Duration) {
    let mut rig = Rig::open(agents).await;
    let meter = Meter::start(&rig.process);
    let mut one = rig.one_at_a_time(samples.min(agents / 2)).await;
    println!(
        "After Call Work until a watcher is told, {agents} agents, one at a time: {}; {}",
        quantiles(&mut one),
        meter.stop(&rig.process, one.len() as u64)
    );
    let meter = Meter::start(&rig.process);
    let mut all = rig.schedule(agents / 2, time).await;
    println!("the same, {RATE}/s by schedule: {}; {}", quantiles(&mut all), meter.stop(&rig.process, all.len() as u64));
}

impl Rig {
    async fn open(agents: u32) -> Self {
        let site = Site::new();
        let user = |sip| UserEntry { sip, ..UserEntry::default() };
        let agent = |agent| user(format!("sip:u{agent:07}@example.com"));
        let watcher = user("sip:watcher@example.com".into());
        let people = SiteFile {
            users: std::iter::once(watcher).chain((0..agents).map(agent)).collect(),
            trusted_applications: vec![APPLICATION.into()],
            max_category_subscriptions: 1_000_000,
            ..SiteFile::default()
        };
        let tls = Some(site.authority.front_end(Some(&site.authority.ca())));
        let front_end = FrontEnd::start(Config { tls, record: false, ..Config::for_tests(people) }).await.unwrap();
        let numbers: Vec<_> = (0..agents).map(|agent| dn(agent).to_string()).collect();
        let switch = SwitchFile {
            initial_state: InitialState::Ready,
            ..SwitchFile::of_extensions(numbers.iter().map(String::as_str))
        };
        let config = t_server::Config { record: false, ..t_server::Config::new(switch) };
        let t_server = TServer::start(config).await.unwrap();
        numbers.iter().for_each(|dn| act(&t_server, dn, "RequestAgentLogin", None));
        let config = site.write(agents, front_end.addr(), t_server.addr(), RATES);
        let process = Process::start(&product(), &["run", "--config", config.to_str().unwrap()]);
        let has_published = |agent| {
            let published = front_end.publications(&format!("sip:u{agent:07}@example.com"));
            !published.unwrap().is_empty()
        };
        let settled = async {
            while !(0..agents).all(has_published) {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, settled).await.expect("not every agent has published their device");
        let watcher = Watcher::sign_in(&site, &front_end, agents).await;
        Self { t_server, watcher, process, _front_end: front_end, _site: site }
    }

    async fn one_at_a_time(&mut self, samples: u32) -> Vec<Duration> {
        let mut times = Vec::new();
        for agent in 0..samples {
            let since = Instant::now();
            wrap_up(&self.t_server, agent);
            while !self.watcher.told_away().await.contains(&agent) {}
            times.push(since.elapsed());
            sleep(PAUSE).await;
        }
        times
    }

    /// So many a second, of agents from this one on; times count from when each was due.
    async fn schedule(&mut self, first: u32, time: Duration) -> Vec<Duration> {
        let (sender, mut due) = mpsc::unbounded_channel();
        let (begin, count) = (Instant::now() + Duration::from_millis(20), RATE * time.as_secs() as u32);
        let t_server = self.t_server.clone();
        let clock = thread::spawn(move || {
            for number in 0..count {
                let at = begin + Duration::from_secs(1) * number / RATE;
                thread::sleep(at.saturating_duration_since(Instant::now()));
                sender.send((first + number, at)).unwrap();
                wrap_up(&t_server, first + number);
            }
        });
        let (mut times, mut open) = (Vec::new(), VecDeque::new());
        while times.len() < count as usize {
            let away = self.watcher.told_away().await;
            let now = Instant::now();
            while let Ok(started) = due.try_recv() {
                open.push_back(started);
            }
            for agent in away {
                let at = open.iter().position(|(open, _)| *open == agent).unwrap_or_else(|| panic!("{agent} is away?"));
                times.extend(open.remove(at).map(|(_, since)| now - since));
            }
        }
        clock.join().unwrap();
        times
    }
}

fn wrap_up(t_server: &TServer, agent: u32) {
    act(t_server, &dn(agent).to_string(), "RequestAgentNotReady", Some("AfterCallWork"));
}

fn act(t_server: &TServer, dn: &str, name: &'static str, mode: Option<&str>) {
    let request = Message::new(name).with("thisDN", dn.to_owned()).with("agentID", dn.to_owned());
    t_server.act(&request.with_some("agentWorkMode", mode.map(str::to_owned))).unwrap();
}
