//! A T-Server that takes nothing of what it is sent, in simulated time.

use super::*;
use crate::{
    agent_link::{Request, Ticket},
    tlib::{ClientHandle, Config, complaints::Complaints, queue::queue},
};
use std::sync::Arc;
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
        let (client, server) = tokio::io::duplex(ROOM);
        let (requests, mut queue) = queue(64);
        let (owner, reports) = mpsc::channel(64);
        let config = Arc::new(Config { addp_timeout: Duration::ZERO, ..Config::new("hq", "unused:1") });
        let serving = tokio::spawn(async move {
            let now = Instant::now().into_std();
            let session = Session::new(Arc::clone(&config), None, Counters::new(), Complaints::new("hq"), now);
            let reports = Reports { link: LinkId(0), owner, counters: Counters::new() };
            Connection::new(client, session, config.max_line, &mut queue, &reports).serve().await.map_err(|_| ())
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
            let request = Request::UnregisterAddress { this_dn: "5".repeat(50).into() };
            self.requests.send(Outgoing { ticket: Ticket(ticket), request }).unwrap();
        }
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
