//! A T-Server that takes nothing of what it is sent, in simulated time.

use super::*;
use crate::{
    agent_link::{Request, Ticket},
    tlib::{ClientHandle, Config, complaints::Complaints, queue::queue},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::{
    io::{AsyncReadExt, DuplexStream},
    task::JoinHandle,
    time::timeout,
};

const SECOND: Duration = Duration::from_secs(1);
/// Room between both sides: the hello fits, and a few requests.
const ROOM: usize = 512;

struct Peer {
    server: DuplexStream,
    requests: ClientHandle,
    reports: mpsc::Receiver<(LinkId, Vec<Report>)>,
    serving: JoinHandle<Result<Ended, ()>>,
}

impl Peer {
    /// Connected and up; whatever it is told from then on, it does not read of itself.
    async fn up() -> Self {
        Self::permitted(Permit::default()).await
    }

    async fn permitted(permit: Permit) -> Self {
        let (client, server) = tokio::io::duplex(ROOM);
        let (requests, mut queue) = queue(64);
        let (owner, reports) = mpsc::channel(64);
        let config = Arc::new(Config { addp_timeout: Duration::ZERO, ..Config::new("hq", "unused:1") });
        let serving = tokio::spawn(async move {
            let now = Instant::now().into_std();
            let session = Session::new(Arc::clone(&config), None, Counters::new(), Complaints::new("hq"), now);
            let reports = Reports { link: LinkId(0), owner, counters: Counters::new() };
            let connection = Connection::new(client, session, config.max_line, &mut queue, &reports);
            connection.permitted(permit).serve().await.map_err(|_| ())
        });
        let mut peer = Self { server, requests, reports, serving };
        peer.says(r#"{"messageName":"LinkHello","protocol":"tlib","version":1,"name":"ts"}"#).await;
        peer.says(r#"{"messageName":"EventLinkConnected"}"#).await;
        assert!(matches!(peer.reports.recv().await.unwrap().1[0], Report::Up { .. }));
        peer
    }

    async fn says(&mut self, line: &str) {
        self.server.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    fn ask(&self, tickets: std::ops::Range<u64>) {
        for ticket in tickets {
            self.ask_for(ticket, Request::UnregisterAddress { this_dn: "5".repeat(50).into() });
        }
    }

    fn ask_for(&self, ticket: u64, request: Request) {
        self.requests.send(Outgoing::of(Ticket(ticket), request)).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_t_server_that_sends_and_never_reads_is_given_up_and_every_request_ends() {
    let mut peer = Peer::up().await;
    peer.ask(0..32);
    let begin = Instant::now();
    // It is anything but silent.
    while !peer.serving.is_finished() {
        peer.server.write_all(b"{\"messageName\":\"EventOfTomorrow\"}\n").await.ok();
        tokio::time::sleep(SECOND).await;
        assert!(begin.elapsed() < 15 * SECOND, "it is served for ever");
    }
    let ended = peer.serving.await.unwrap().unwrap();
    assert!(ended.cause.starts_with("the T-Server does not read: "), "{}", ended.cause);
    let mut refused = 0;
    while let Some((_, reports)) = peer.reports.recv().await {
        refused += reports.iter().filter(|report| matches!(report, Report::Refused(..))).count();
    }
    assert_eq!(refused, 32);
}

#[tokio::test(start_paused = true)]
async fn a_t_server_that_reads_slowly_is_served() {
    let mut peer = Peer::up().await;
    for round in 0..10 {
        peer.ask(round * 16..round * 16 + 16);
        tokio::time::sleep(9 * SECOND).await;
        let mut taken = vec![0; 4 * ROOM];
        while timeout(SECOND / 2, peer.server.read(&mut taken)).await.is_ok_and(|read| read.unwrap() > 0) {}
    }
    assert!(!peer.serving.is_finished());
    assert!(timeout(SECOND, peer.serving).await.is_err());
}

/// A node that stood still, and finds another one at work, sends nothing of what was on its way; a standby registers.
#[tokio::test(start_paused = true)]
async fn what_is_not_written_when_another_node_works_is_never_written() {
    for stands_still in [false, true] {
        let works = Arc::new(AtomicBool::new(!stands_still));
        let asked = Arc::clone(&works);
        let mut peer = Peer::permitted(Permit::while_so(move || asked.load(Ordering::SeqCst))).await;
        // More than finds room on the way.
        (0..20).for_each(|ticket| peer.ask_for(ticket, not_ready()));
        peer.ask_for(20, Request::UnregisterAddress { this_dn: "5002".into() });
        if !stands_still {
            tokio::time::sleep(SECOND).await;
            works.store(false, Ordering::SeqCst);
        }
        let (mut sent, mut buffer) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = peer.server.read(&mut buffer).await {
            sent.extend_from_slice(&buffer[..count]);
        }
        let sent = String::from_utf8(sent).unwrap();
        let whole = sent.matches("RequestAgentNotReady").count();
        assert!(whole < 20 && (whole == 0) == stands_still, "{whole}");
        let ended = peer.serving.await.unwrap().unwrap();
        assert!(ended.cause.contains("another node works by now"), "{}", ended.cause);
    }
}

#[tokio::test(start_paused = true)]
async fn a_standby_registers_and_answers_signs_of_life() {
    let mut peer = Peer::permitted(Permit::while_so(|| false)).await;
    peer.ask(0..1);
    peer.says(r#"{"messageName":"LinkHeartbeat","number":7}"#).await;
    let (mut sent, mut buffer) = (String::new(), [0; 4096]);
    while !(sent.contains("RequestUnregisterAddress") && sent.contains("LinkHeartbeatAck")) {
        let count = timeout(SECOND, peer.server.read(&mut buffer)).await.unwrap().unwrap();
        sent.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
}

fn not_ready() -> Request {
    let (reasons, extensions) = Default::default();
    let work_mode = crate::agent_link::WorkMode::AuxWork;
    Request::AgentNotReady { this_dn: "5002".into(), this_queue: None, work_mode, reasons, extensions }
}
