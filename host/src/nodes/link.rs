//! Where other nodes connect, and ask for what is this node's to do.

use super::{
    FORM, LONGEST, Name, QUEUE, SILENCE,
    message::{Answer, As, Hello, Say, kind, line},
    share::{self, End, PATIENCE},
};
use crate::{
    routing::{
        asker::Askers,
        fields::{Fields, Unreadable},
        message::{Outcome, RoutingArrival as Asked, Verdict},
        preview_request::PreviewRequest,
        preview_result::encode_outcome,
    },
    tasks::contained,
    web::arrival::{PageArrival, PageId},
    wire::{
        CannotListen, LineReader, Members,
        listening::listen,
        stream,
        tls::{ServerConfigFiles, ServerTls, TlsError},
    },
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, WriteHalf, split},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::{Instant, sleep, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

/// Nodes that may be connected at once: more than any installation has.
const MOST: usize = 64;

/// Workers of one broadcast that another node asks for; it has bounded them itself.
const MOST_TARGETS: usize = 100_000;

/// What may be said of one preview and wait.
const ENDS: usize = 8;

/// Frames of one page that may wait.
const FRAMES: usize = 64;

/// Pages of other nodes have numbers of their own.
const FIRST_PAGE: u64 = 1 << 63;

/// Pause after `accept` failed, which is for want of file descriptors as a rule.
const BREATH: Duration = Duration::from_millis(100);

/// The link cannot be offered. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// The address is taken or not ours.
    #[error("[cluster] listen: {0}")]
    Listen(CannotListen),
    /// The certificate files.
    #[error("[cluster] node-tls: {0}")]
    Tls(#[from] TlsError),
}

/// Bound, and not serving yet.
pub struct Link {
    listener: TcpListener,
    address: SocketAddr,
    tls: ServerTls,
    shared: Arc<Shared>,
}

struct Shared {
    me: Name,
    askers: Askers,
    decider: Askers,
    pages: mpsc::Sender<PageArrival>,
    next_page: AtomicU64,
}

impl Link {
    /// Opens the port. What other nodes ask goes to this node's hub: previews through `askers`, pages through `pages`.
    /// What this node is to decide for several goes through `decider`.
    ///
    /// # Errors
    /// Any [`NotOpened`].
    pub async fn bind(
        address: SocketAddr,
        tls: &ServerConfigFiles,
        me: Name,
        (askers, decider): (Askers, Askers),
        pages: mpsc::Sender<PageArrival>,
    ) -> Result<Self, NotOpened> {
        let tls = ServerTls::load(tls)?;
        let listener = listen(address).map_err(NotOpened::Listen)?;
        let taken = |cause| NotOpened::Listen(CannotListen { address, cause });
        let address = listener.local_addr().map_err(taken)?;
        let next_page = AtomicU64::new(FIRST_PAGE);
        let shared = Arc::new(Shared { me, askers, decider, pages, next_page });
        Ok(Self { listener, address, tls, shared })
    }

    /// Where it listens, with the port the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`.
    pub async fn serve(self, stop: CancellationToken) {
        let (places, links) = (Arc::new(Semaphore::new(MOST)), TaskTracker::new());
        while let Some(accepted) = stop.run_until_cancelled(self.listener.accept()).await {
            match (accepted, places.clone().try_acquire_owned()) {
                (Ok((stream, peer)), Ok(place)) => {
                    let (shared, tls, stop) = (self.shared.clone(), self.tls.clone(), stop.clone());
                    links.spawn(contained("node link", async move {
                        let ended = stop.run_until_cancelled(shared.serve(stream, &tls)).await;
                        if let Some(Err(why)) = ended {
                            tracing::warn!(%peer, why, "the link from the other node has ended");
                        }
                        drop(place);
                    }));
                }
                (Ok((_, peer)), Err(_)) => {
                    tracing::warn!(%peer, most = MOST, "too many nodes are connected: closed at once");
                }
                (Err(error), _) => {
                    tracing::warn!(%error, "no node can connect");
                    sleep(BREATH).await;
                }
            }
        }
        links.close();
        links.wait().await;
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, stream: TcpStream, tls: &ServerTls) -> Result<(), String> {
        let accepted = timeout(SILENCE, stream::accept(stream, Some(tls))).await;
        let stream = accepted.map_err(|_| "no TLS handshake in time".to_owned())?.map_err(|error| error.to_string())?;
        self.answer_on(stream).await
    }

    async fn answer_on<S>(self: Arc<Self>, stream: S) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (input, output) = split(stream);
        let (answers, to_write) = mpsc::channel(QUEUE);
        let writes = AbortOnDropHandle::new(tokio::spawn(contained("node link", write(output, to_write))));
        let mut served = Served { shared: self, answers, asked: HashMap::new(), pages: HashMap::new(), speaks: 0 };
        let mut lines = LineReader::new(input, LONGEST);
        let ended = served.converse(&mut lines).await;
        served.close_pages().await;
        drop(served);
        let _ = timeout(SILENCE, writes).await;
        ended
    }

    fn hello(&self) -> Answer {
        Answer::Hello(Hello { form: FORM, node: self.me.node.clone(), version: self.me.version.into() })
    }
}

/// One connection of another node.
struct Served {
    shared: Arc<Shared>,
    answers: mpsc::Sender<Answer>,
    /// What it has asked for and is open: dropping it withdraws.
    asked: HashMap<u64, mpsc::Sender<End>>,
    /// Its pages, by its own number.
    pages: HashMap<u64, PageId>,
    /// In which form it speaks; 0: it has not said yet, or this version does not read it.
    speaks: u32,
}

impl Served {
    async fn converse<R: AsyncRead + Unpin>(&mut self, lines: &mut LineReader<R>) -> Result<(), String> {
        loop {
            let read = timeout(SILENCE, lines.next()).await.map_err(|_| "it is silent".to_owned())?;
            let Some(line) = read.map_err(|error| error.to_string())? else { return Ok(()) };
            let said = serde_json::from_slice(&line);
            self.said(said.map_err(|error| format!("it says what this version does not read: {error}"))?).await?;
        }
    }

    async fn said(&mut self, say: Say) -> Result<(), String> {
        match say {
            Say::Hello(Hello { form, node, version }) => {
                self.answer(self.shared.hello()).await;
                if form.abs_diff(FORM) > 1 {
                    return Err(format!(
                        "node `{node}` is of version {version} and speaks form {form}, this one form {FORM}"
                    ));
                }
                self.speaks = form;
                tracing::info!(%node, %version, "another node is connected");
            }
            _ if self.speaks == 0 => return Err("it does not begin with its hello".to_owned()),
            Say::Ping => self.answer(Answer::Pong).await,
            Say::Ask { asker, request, r#as } => self.ask(asker, &request, r#as).await,
            Say::End { asker, why: Some(why), text } => self.end(asker, End::Withdrawn { why, text }),
            Say::End { asker, why: None, .. } => drop(self.asked.remove(&asker)),
            Say::Verdict { asker, verdict } => return self.decided(asker, verdict),
            Say::Withdraw { conn_id, agent, why, text, relayed } => {
                let Ok(conn_id) = conn_id.parse() else { return Err("it names no ConnID".to_owned()) };
                let withdraw =
                    || Asked::Withdraw { conn_id, agent: agent.clone(), why: why.into(), text: text.clone() };
                // It is counted where it is lost, and the preview runs into its deadline.
                let _ = self.shared.askers.withdraw(withdraw(), Instant::now() + PATIENCE).await;
                if !relayed {
                    // Behind what this node has been asked to decide before.
                    let _ = self.shared.decider.withdraw(withdraw(), Instant::now() + PATIENCE).await;
                }
            }
            Say::Open { page, worker, language, extension } => self.open(page, worker, language, extension).await,
            Say::Frame { page, frame } => {
                let id = self.pages.get(&page).copied();
                match (id, serde_json::from_str(&frame)) {
                    (Some(id), Ok(frame)) => self.hub(PageArrival::Frame(id, frame)).await,
                    (Some(id), Err(error)) => {
                        tracing::warn!(%error, "a page of another version says what this one does not read: it is closed");
                        self.pages.remove(&page);
                        self.hub(PageArrival::Closed(id)).await;
                    }
                    (None, _) => {}
                }
            }
            Say::Close { page } => {
                if let Some(page) = self.pages.remove(&page) {
                    self.hub(PageArrival::Closed(page)).await;
                }
            }
        }
        Ok(())
    }

    fn end(&self, asker: u64, end: End) {
        if let Some(ends) = self.asked.get(&asker) {
            // More than wait already say nothing new.
            let _ = ends.try_send(end);
        }
    }

    /// A verdict that finds no room would leave the share undecided: the link ends, which takes everything back.
    fn decided(&self, asker: u64, verdict: Verdict) -> Result<(), String> {
        let told = self.asked.get(&asker).map(|ends| ends.try_send(End::Decided(verdict)));
        match told {
            Some(Err(mpsc::error::TrySendError::Full(_))) => Err("the hub takes no verdicts".to_owned()),
            _ => Ok(()),
        }
    }

    async fn ask(&mut self, asker: u64, request: &str, r#as: Option<As>) {
        self.asked.retain(|_, ends| !ends.is_closed());
        let request = Members::parse(request).ok().and_then(|members| {
            PreviewRequest::decode_either(&Fields::of(&members), MOST_TARGETS, &mut Unreadable::default()).ok()
        });
        let Some(request) = request else {
            let outcome = Outcome::Error("another node's request cannot be read: see the versions of both".into());
            self.answer(outcome_of(asker, &outcome)).await;
            if r#as == Some(As::Share) && self.speaks > 1 {
                self.answer(Answer::Over { asker }).await;
            }
            return;
        };
        let (ends, ended) = mpsc::channel(ENDS);
        self.asked.insert(asker, ends);
        let Shared { askers, decider, .. } = &*self.shared;
        let askers = if r#as == Some(As::Decider) { decider } else { askers };
        let (tell, mut told) = mpsc::unbounded_channel();
        let tell = Box::new(move |outcome| drop(tell.send(outcome)));
        let is_share = r#as == Some(As::Share);
        // The hub is asked here and not in the task: an end of it may be the next line.
        let work = share::here(askers.clone(), (request, is_share), ended, tell);
        let (answers, says_over) = (self.answers.clone(), is_share && self.speaks > 1);
        tokio::spawn(contained("offer", async move {
            let answer = async {
                // The node may be gone.
                while let Some(outcome) = told.recv().await {
                    let _ = answers.send(outcome_of(asker, &outcome)).await;
                }
                if says_over {
                    let _ = answers.send(Answer::Over { asker }).await;
                }
            };
            tokio::join!(work, answer);
        }));
    }

    async fn open(&mut self, page: u64, worker: Arc<str>, language: Arc<str>, extension: bool) {
        let id = PageId(self.shared.next_page.fetch_add(1, Ordering::Relaxed));
        let (frames, mut written) = mpsc::channel::<Arc<str>>(FRAMES);
        self.pages.insert(page, id);
        let answers = self.answers.clone();
        tokio::spawn(contained("page", async move {
            while let Some(frame) = written.recv().await {
                if answers.send(Answer::Frame { page, frame }).await.is_err() {
                    return;
                }
            }
            let _ = answers.send(Answer::Closed { page }).await;
        }));
        self.hub(PageArrival::Opened { page: id, worker, language, kind: kind(extension), frames }).await;
    }

    async fn close_pages(&mut self) {
        for (_, page) in std::mem::take(&mut self.pages) {
            self.hub(PageArrival::Closed(page)).await;
        }
    }

    async fn hub(&self, arrival: PageArrival) {
        // The hub ends only when the process does.
        let _ = self.shared.pages.send(arrival).await;
    }

    async fn answer(&self, answer: Answer) {
        // A writer that has ended ends the reader, too.
        let _ = self.answers.send(answer).await;
    }
}

fn outcome_of(asker: u64, outcome: &Outcome) -> Answer {
    Answer::Outcome { asker, outcome: serde_json::Value::from(encode_outcome(outcome)).to_string() }
}

/// Writes until nobody has anything to say any more, or the other side does not read.
async fn write<S: AsyncWrite>(mut output: WriteHalf<S>, mut answers: mpsc::Receiver<Answer>) {
    while let Some(answer) = answers.recv().await {
        let written = async {
            output.write_all(&line(&answer)).await?;
            if answers.is_empty() { output.flush().await } else { Ok(()) }
        };
        if !matches!(timeout(SILENCE, written).await, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
