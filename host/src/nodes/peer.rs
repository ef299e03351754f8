//! The link to one other node, which is asked for what is its to do.

use super::{
    FORM, LONGEST, Name, PING, QUEUE, SILENCE,
    message::{Answer, Hello, Say, Why, line},
};
use crate::{
    routing::{fields::Fields, message::Outcome, preview_request::PreviewRequest, preview_result::decode_outcome},
    tasks::contained,
    web::{Readiness, arrival::Frames, message::ClientFrame},
    wire::{
        ConnId, LineReader, Members,
        stream::{Stream, connect},
        tls::ClientTls,
    },
};
use futures_util::FutureExt as _;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncWriteExt as _, ReadHalf, WriteHalf, split},
    sync::{Notify, mpsc, oneshot},
    time::{Instant, interval, sleep, timeout},
};
use tokio_util::task::AbortOnDropHandle;

/// Pause before a link that was lost is opened again.
const AGAIN: Duration = Duration::from_millis(500);

/// What a node is asked for.
#[derive(Debug)]
pub(super) enum Order {
    Ask { asker: u64, request: Box<PreviewRequest>, outcome: oneshot::Sender<Outcome> },
    End { asker: u64, why: Option<Why>, text: Option<Arc<str>> },
    Withdraw { conn_id: ConnId, agent: Option<Arc<str>>, why: Why, text: Option<Arc<str>> },
    Open { page: u64, worker: Arc<str>, language: Arc<str>, extension: bool, frames: Frames },
    Frame { page: u64, frame: ClientFrame },
    Close { page: u64 },
}

/// The way to another node. Clones are the same one.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    orders: mpsc::Sender<Order>,
    /// There was no room.
    full: Arc<Notify>,
    up: Arc<AtomicBool>,
}

impl Peer {
    /// The other node answers.
    pub(super) fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Waits for nothing: one node that hangs keeps nobody from the others. Where there is no room the link is lost.
    /// What does not arrive ends: whoever waits for an answer is told by the end of their channel.
    pub(super) fn send(&self, order: Order) -> Result<(), ()> {
        self.orders.try_send(order).map_err(|_| {
            metrics::counter!("uc_node_link_full_total").increment(1);
            self.full.notify_one();
        })
    }
}

/// A link that is opened, and opened again when it is lost. The work is done by the future.
pub(super) fn link(
    me: Name,
    (node, address): (Arc<str>, Arc<str>),
    tls: ClientTls,
    readiness: Readiness,
) -> (Peer, impl Future<Output = ()> + Send) {
    let (sender, orders) = mpsc::channel(QUEUE);
    let (full, up) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let peer = Peer { orders: sender, full: full.clone(), up: up.clone() };
    let (asked, pages) = (HashMap::new(), HashMap::new());
    let shown = Shown::new(readiness, &node);
    let run = Run { me, node, address, tls, shown, orders, full, up, asked, pages, said: None };
    (peer, run.run())
}

/// The link's line in readiness, which goes with the link.
struct Shown(Readiness, Arc<str>);

impl Shown {
    fn new(readiness: Readiness, node: &str) -> Self {
        Self(readiness, format!("link to node {node}").into())
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.forget(&self.1);
    }
}

struct Run {
    me: Name,
    node: Arc<str>,
    address: Arc<str>,
    tls: ClientTls,
    shown: Shown,
    orders: mpsc::Receiver<Order>,
    full: Arc<Notify>,
    up: Arc<AtomicBool>,
    /// Who waits for an outcome.
    asked: HashMap<u64, oneshot::Sender<Outcome>>,
    pages: HashMap<u64, Frames>,
    /// What was said last of why there is no link.
    said: Option<String>,
}

impl Run {
    async fn run(mut self) {
        loop {
            let ended = match self.open().await {
                Ok(stream) => self.serve(stream).await,
                Err(why) => Err(why),
            };
            self.up.store(false, Ordering::Relaxed);
            metrics::gauge!("uc_node_link_up", "node" => self.node.to_string()).set(0.0);
            // Their channels say that nothing comes any more.
            self.asked.clear();
            self.pages.clear();
            match ended {
                Ok(()) => return,
                Err(why) => self.say(why),
            }
            if !self.refuse_for(AGAIN).await {
                return;
            }
        }
    }

    fn say(&mut self, why: String) {
        if self.said.as_ref() != Some(&why) {
            tracing::warn!(node = %self.node, address = %self.address, why, "there is no link to the other node");
            self.shown.0.in_part(self.shown.1.clone(), why.as_str());
        }
        self.said = Some(why);
    }

    /// Nobody waits for a link that is not there. False: nobody needs it any more.
    async fn refuse_for(&mut self, pause: Duration) -> bool {
        let until = sleep(pause);
        tokio::pin!(until);
        loop {
            tokio::select! {
                () = &mut until => return true,
                order = self.orders.recv() => if order.is_none() { return false },
            }
        }
    }

    async fn open(&mut self) -> Result<Stream, String> {
        let opening = timeout(SILENCE, connect(&self.address, Some(&self.tls)));
        tokio::pin!(opening);
        loop {
            tokio::select! {
                opened = &mut opening => {
                    return opened.map_err(|_| "no connection in time".to_owned())?.map_err(|error| error.to_string());
                }
                Some(_refused) = self.orders.recv() => {}
            }
        }
    }

    /// Ok: nobody needs it any more.
    async fn serve(&mut self, stream: Stream) -> Result<(), String> {
        let (input, output) = split(stream);
        let mut lines = LineReader::new(input, LONGEST);
        // What is read waits for nothing that is written: two nodes that both write would wait for each other.
        let (outbox, to_write) = mpsc::channel(1);
        let mut writes = AbortOnDropHandle::new(tokio::spawn(contained("node link", write(output, to_write))));
        let hello = Hello { form: FORM, node: self.me.node.clone(), version: self.me.version.into() };
        let _ = outbox.send(line(&Say::Hello(hello))).await;
        let theirs =
            timeout(SILENCE, answer(&mut lines)).await.map_err(|_| "it does not say who it is".to_owned())??;
        self.greeted(theirs)?;
        let (mut pings, mut heard, mut ping) = (interval(PING), Instant::now(), false);
        let full = self.full.clone();
        // Of the link before.
        let _ = full.notified().now_or_never();
        loop {
            tokio::select! {
                answered = answer(&mut lines) => {
                    heard = Instant::now();
                    self.answered(answered?);
                }
                next = next(&mut self.orders, &outbox, &mut ping) => match next {
                    Some((room, Some(order))) => room.send(line(&self.ordered(order))),
                    Some((room, None)) => room.send(line(&Say::Ping)),
                    None if self.orders.is_closed() => return Ok(()),
                    None => return Err("it does not read".to_owned()),
                },
                () = full.notified() => return Err(format!("it takes too long: {QUEUE} messages wait")),
                _ = &mut writes => return Err("it does not read".to_owned()),
                _ = pings.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Err("it does not answer any more".to_owned());
                    }
                    ping = true;
                }
            }
        }
    }

    fn greeted(&mut self, answer: Answer) -> Result<(), String> {
        let Answer::Hello(Hello { form, node, version }) = answer else {
            return Err("it does not say who it is".to_owned());
        };
        if form.abs_diff(FORM) > 1 {
            return Err(format!(
                "its version {version} speaks form {form}, and this one ({}) form {FORM}: upgrade one release at a time",
                self.me.version
            ));
        }
        if node != self.node {
            return Err(format!("node `{node}` answers there: see address in [cluster] of both"));
        }
        self.up.store(true, Ordering::Relaxed);
        metrics::gauge!("uc_node_link_up", "node" => self.node.to_string()).set(1.0);
        self.shown.0.ready(self.shown.1.clone());
        tracing::info!(%node, %version, "the link to the other node is up");
        self.said = None;
        Ok(())
    }

    fn ordered(&mut self, order: Order) -> Say {
        match order {
            Order::Ask { asker, request, outcome } => {
                self.asked.insert(asker, outcome);
                Say::Ask { asker, request: request.encode(None).to_string() }
            }
            Order::End { asker, why, text } => {
                if why.is_none() {
                    self.asked.remove(&asker);
                }
                Say::End { asker, why, text }
            }
            Order::Withdraw { conn_id, agent, why, text } => {
                Say::Withdraw { conn_id: conn_id.to_string(), agent, why, text }
            }
            Order::Open { page, worker, language, extension, frames } => {
                self.pages.insert(page, frames);
                Say::Open { page, worker, language, extension }
            }
            Order::Frame { page, frame } => {
                Say::Frame { page, frame: serde_json::to_string(&frame).unwrap_or_default() }
            }
            Order::Close { page } => {
                self.pages.remove(&page);
                Say::Close { page }
            }
        }
    }

    fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Hello(_) | Answer::Pong => {}
            Answer::Outcome { asker, outcome } => {
                if let Some(waits) = self.asked.remove(&asker) {
                    // They may have gone.
                    let _ = waits.send(outcome_of(&outcome));
                }
            }
            Answer::Frame { page, frame } => {
                // A page that does not read is closed and rebuilds itself, as with a hub beside it.
                if self.pages.get(&page).is_some_and(|frames| frames.try_send(frame).is_err()) {
                    self.pages.remove(&page);
                }
            }
            Answer::Closed { page } => drop(self.pages.remove(&page)),
        }
    }
}

fn outcome_of(text: &str) -> Outcome {
    let read = Members::parse(text).ok().and_then(|members| decode_outcome(&Fields::of(&members)).ok());
    read.unwrap_or_else(|| Outcome::Error("the other node's answer cannot be read: see the versions of both".into()))
}

async fn answer(lines: &mut LineReader<ReadHalf<Stream>>) -> Result<Answer, String> {
    let line = lines.next().await.map_err(|error| error.to_string())?.ok_or("it has closed the connection")?;
    serde_json::from_slice(&line).map_err(|error| format!("it says what this version does not read: {error}"))
}

/// The next order, or none where a sign of life is due first, and room for it. None: nobody gives any, or nothing can be
/// written.
async fn next<'a>(
    orders: &mut mpsc::Receiver<Order>,
    outbox: &'a mpsc::Sender<Vec<u8>>,
    ping: &mut bool,
) -> Option<(mpsc::Permit<'a, Vec<u8>>, Option<Order>)> {
    let room = outbox.reserve().await.ok()?;
    if std::mem::take(ping) {
        return Some((room, None));
    }
    Some((room, Some(orders.recv().await?)))
}

/// Writes until nobody has anything to say any more, or the other side does not read.
async fn write(mut output: WriteHalf<Stream>, mut outbox: mpsc::Receiver<Vec<u8>>) {
    while let Some(bytes) = outbox.recv().await {
        let written = async {
            output.write_all(&bytes).await?;
            output.flush().await
        };
        if !matches!(timeout(SILENCE, written).await, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tls::ClientConfigFiles;
    use tokio::{
        io::{AsyncBufReadExt as _, BufReader},
        net::{TcpListener, TcpStream},
    };

    /// A node that says who it is, and reads nothing any more.
    async fn hangs(listener: TcpListener) -> TcpStream {
        let (stream, _) = listener.accept().await.unwrap();
        let (mut stream, mut hello) = (BufReader::new(stream), String::new());
        stream.read_line(&mut hello).await.unwrap();
        let theirs = Answer::Hello(Hello { form: FORM, node: "b".into(), version: "1".into() });
        stream.write_all(&line(&theirs)).await.unwrap();
        stream.into_inner()
    }

    #[tokio::test]
    async fn a_node_that_hangs_holds_up_nobody_and_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, orders) = mpsc::channel(QUEUE);
        let (full, up) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let peer = Peer { orders: sender, full: full.clone(), up: up.clone() };
        let mut run = Run {
            me: Name { node: "a".into(), version: "1" },
            node: "b".into(),
            address: address.to_string().into(),
            tls: ClientTls::load(&ClientConfigFiles::default()).unwrap(),
            shown: Shown::new(Readiness::default(), "b"),
            orders,
            full,
            up,
            asked: HashMap::new(),
            pages: HashMap::new(),
            said: None,
        };
        let stream = TcpStream::connect(address).await.unwrap();
        let serves = tokio::spawn(async move { run.serve(Stream::Left(stream)).await });
        let _open = hangs(listener).await;
        let text: Arc<str> = "x".repeat(4096).into();
        let withdraw =
            || Order::Withdraw { conn_id: ConnId(7), agent: None, why: Why::Cancelled, text: Some(text.clone()) };
        // None of them waits.
        while peer.send(withdraw()).is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(peer.is_up(), "it has answered");
        let ended = timeout(SILENCE, serves).await.expect("it is given up").unwrap();
        assert!(ended.unwrap_err().starts_with("it takes too long"));
    }

    #[tokio::test]
    async fn a_node_that_is_out_of_reach_is_shown_as_long_as_it_takes_part_and_takes_nobody_out_of_service() {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let me = Name { node: "a".into(), version: "1" };
        let tls = ClientTls::load(&ClientConfigFiles::default()).unwrap();
        let readiness = Readiness::default();
        let (peer, work) = link(me, ("b".into(), free.to_string().into()), tls, readiness.clone());
        let tries = tokio::spawn(work);
        while !readiness.report().contains("link to node b") {
            sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(readiness.missing(), []);
        assert!(!peer.is_up());
        tries.abort();
        assert!(tries.await.is_err(), "it is tried for ever");
        assert!(!readiness.report().contains("link to node b"));
    }
}
