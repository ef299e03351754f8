//! What cannot be left out: the same bytes through the same kind of sockets. No WebSocket, no JSON, no decision.

use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use uc_connector::wire::{
    Stream,
    stream::{accept, connect},
    tls::{ClientTls, ServerConfigFiles, ServerTls},
};
use uc_lab::lab::Lab;

/// Bytes of a preview's offer, of an answer, of a request and of its outcome, as they are on the wire.
const OFFER: usize = 380;
const ANSWER: usize = 60;
const REQUEST: usize = 260;
const OUTCOME: usize = 150;

/// A server with the site's certificate, and who connects to it.
async fn secure(lab: &Lab) -> (TcpListener, ServerTls, String, ClientTls) {
    let (cert, key) = (lab.site.path("cert.pem"), lab.site.path("key.pem"));
    let server = ServerTls::load(&ServerConfigFiles { cert, key, client_ca: None }).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, server, address, ClientTls::load(&lab.site.authority().unwrap()).unwrap())
}

/// A pair of ends of one secure connection: the server's, the page's.
async fn pair(listener: &TcpListener, server: &ServerTls, address: &str, client: &ClientTls) -> (Stream, Stream) {
    let accepted = async { accept(listener.accept().await.unwrap().0, Some(server)).await.unwrap() };
    let (ours, theirs) = tokio::join!(accepted, connect(address, Some(client)));
    (ours, theirs.unwrap())
}

/// Request → relay → secure page → relay → outcome.
pub(super) async fn round_trips(lab: &Lab, rounds: usize) -> Vec<Duration> {
    let (listener, server, address, client) = secure(lab).await;
    let (mut page_side, mut page) = pair(&listener, &server, &address, &client).await;
    let asking = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (accepted, asker) = tokio::join!(asking.accept(), TcpStream::connect(asking.local_addr().unwrap()));
    let (mut asker_side, mut asker) = (accepted.unwrap().0, asker.unwrap());
    asker_side.set_nodelay(true).unwrap();
    asker.set_nodelay(true).unwrap();
    tokio::spawn(async move {
        while asker_side.read_exact(&mut [0; REQUEST]).await.is_ok() {
            say(&mut page_side, OFFER).await;
            page_side.read_exact(&mut [0; ANSWER]).await.unwrap();
            asker_side.write_all(&[b'x'; OUTCOME]).await.unwrap();
        }
    });
    tokio::spawn(async move {
        while page.read_exact(&mut [0; OFFER]).await.is_ok() {
            say(&mut page, ANSWER).await;
        }
    });
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        asker.write_all(&[b'x'; REQUEST]).await.unwrap();
        asker.read_exact(&mut [0; OUTCOME]).await.unwrap();
        times.push(start.elapsed());
    }
    times
}

/// The same frame to every page, each end in a task of its own; until the last has it.
pub(super) async fn broadcasts(lab: &Lab, pages: usize, rounds: usize) -> Vec<Duration> {
    let (listener, server, address, client) = secure(lab).await;
    let (got, mut all) = mpsc::channel(pages);
    let mut queues = Vec::with_capacity(pages);
    for _ in 0..pages {
        let (mut page_side, mut page) = pair(&listener, &server, &address, &client).await;
        let (queue, mut frames) = mpsc::channel::<()>(4);
        queues.push(queue);
        tokio::spawn(async move {
            while frames.recv().await.is_some() {
                say(&mut page_side, OFFER).await;
            }
        });
        let got = got.clone();
        tokio::spawn(async move {
            while page.read_exact(&mut [0; OFFER]).await.is_ok() {
                got.send(()).await.unwrap();
            }
        });
    }
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        queues.iter().for_each(|queue| queue.try_send(()).unwrap());
        for _ in 0..pages {
            all.recv().await.unwrap();
        }
        times.push(start.elapsed());
    }
    times
}

async fn say(stream: &mut Stream, bytes: usize) {
    stream.write_all(&vec![b'x'; bytes]).await.unwrap();
    stream.flush().await.unwrap();
}
