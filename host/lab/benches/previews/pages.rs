//! Pages that look no closer at a frame than they must: what a page does with it is the browser's time, not ours.

use futures_util::{SinkExt, StreamExt};
use tokio::sync::{broadcast, mpsc};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use uc_connector::wire::Stream;
use uc_lab::lab::Lab;

pub(super) type Socket = WebSocketStream<Stream>;

/// Signs a worker in and opens their page.
pub(super) async fn open(lab: &Lab, number: usize) -> Socket {
    let browser = lab.sign_in(&format!("worker-{number}")).await.unwrap();
    let mut socket = browser.socket(browser.request().unwrap()).await.unwrap();
    while !socket.next().await.unwrap().unwrap().is_text() {}
    socket
}

/// Accepts every preview at once.
pub(super) async fn accept_all(mut socket: Socket) {
    while let Some(Ok(message)) = socket.next().await {
        if let Some(id) = offer(&message) {
            socket.send(accept(id)).await.unwrap();
        }
    }
}

/// Accepts every preview at once until `races` of them have ended; how many it won.
pub(super) async fn race(mut socket: Socket, races: u64) -> u64 {
    let (mut ended, mut won) = (0, 0);
    while ended < races {
        let message = socket.next().await.unwrap().unwrap();
        if let Some(id) = offer(&message) {
            socket.send(accept(id)).await.unwrap();
        } else if is_end(&message) {
            ended += 1;
            won += u64::from(message.to_text().unwrap().contains(r#""end":"accepted""#));
        }
    }
    won
}

/// All pages, each with a task of its own.
pub(super) struct Crowd {
    pub(super) watcher: Watcher,
}

/// Knows what the pages have.
pub(super) struct Watcher {
    pages: usize,
    offers: mpsc::Receiver<u64>,
    ends: mpsc::Receiver<()>,
    accept: broadcast::Sender<(usize, u64)>,
    last: u64,
}

impl Crowd {
    pub(super) async fn gather(lab: &Lab, pages: usize) -> Self {
        let (offered, offers) = mpsc::channel(pages);
        let (ended, ends) = mpsc::channel(pages);
        let (accept, _) = broadcast::channel(4);
        let sockets =
            futures_util::stream::iter(0..pages).map(|number| async move { (number, open(lab, number).await) });
        let sockets: Vec<_> = sockets.buffer_unordered(16).collect().await;
        for (number, socket) in sockets {
            // Only one page listens to the command: a thousand that wake up for it would be measured too.
            let mut command = (number < 200).then(|| accept.subscribe());
            let (offered, ended) = (offered.clone(), ended.clone());
            tokio::spawn(async move {
                let (mut out, mut frames) = socket.split();
                loop {
                    tokio::select! {
                        Some(Ok(message)) = frames.next() => {
                            if let Some(id) = offer(&message) {
                                offered.send(id).await.unwrap();
                            } else if is_end(&message) {
                                ended.send(()).await.unwrap();
                            }
                        }
                        Ok((who, id)) = async { command.as_mut().unwrap().recv().await }, if command.is_some() => {
                            if who == number {
                                out.send(super::pages::accept(id)).await.unwrap();
                            }
                        }
                        else => return,
                    }
                }
            });
        }
        Self { watcher: Watcher { pages, offers, ends, accept, last: 0 } }
    }
}

impl Watcher {
    pub(super) async fn everybody_has_the_offer(&mut self) {
        for _ in 0..self.pages {
            self.last = self.offers.recv().await.unwrap();
        }
    }

    pub(super) fn somebody_accepts(&self, number: usize) {
        self.accept.send((number % self.pages.min(200), self.last)).unwrap();
    }

    pub(super) async fn everybody_has_the_end(&mut self) {
        for _ in 0..self.pages {
            self.ends.recv().await.unwrap();
        }
    }
}

/// The number of the preview that a frame offers.
fn offer(message: &Message) -> Option<u64> {
    let text = message.to_text().ok().filter(|text| text.starts_with(r#"{"type":"previewOffer""#))?;
    let digits = text.split_once(r#""id":"#)?.1;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn is_end(message: &Message) -> bool {
    message.to_text().is_ok_and(|text| text.starts_with(r#"{"type":"previewEnd""#))
}

fn accept(id: u64) -> Message {
    Message::text(format!(r#"{{"type":"previewAnswer","id":{id},"accept":true}}"#))
}
