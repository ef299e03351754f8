//! The Front End's end: one TLS connection of a trusted application, every agent's endpoint, versions kept and checked.
//! It knows no more SIP than that and tells no watchers, so that the figures are the product's.

use super::{
    day::Doing,
    publications::Publications,
    sip::{field, frame},
    site::Site,
};
use bytes::{Bytes, BytesMut};
use std::{collections::HashMap, fmt::Write, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, split},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

const ROAMING_SELF: &str = "application/vnd-microsoft-roaming-self+xml";

/// What happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happened {
    /// An endpoint registered.
    Registered,
    /// A publication of this agent was taken and answered; this is what the agent is seen to do.
    Published(u32, Doing),
}

/// Where to connect to.
pub(super) struct Door {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Door {
    pub(super) async fn open(site: &Site) -> Self {
        Self { listener: TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), acceptor: site.acceptor() }
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    /// Serves one connection until it ends.
    pub(super) async fn accept(&self) -> mpsc::UnboundedReceiver<Happened> {
        let stream: TcpStream = self.listener.accept().await.unwrap().0;
        stream.set_nodelay(true).unwrap();
        let (input, mut output) = split(self.acceptor.accept(stream).await.unwrap());
        let (answers, mut to_write) = mpsc::unbounded_channel::<Bytes>();
        tokio::spawn(async move {
            while let Some(bytes) = to_write.recv().await {
                if output.write_all(&bytes).await.is_err() || output.flush().await.is_err() {
                    return;
                }
            }
        });
        let (happened, receiver) = mpsc::unbounded_channel();
        tokio::spawn(serve(input, answers, happened));
        receiver
    }
}

async fn serve(
    mut stream: ReadHalf<TlsStream<TcpStream>>,
    answers: mpsc::UnboundedSender<Bytes>,
    happened: mpsc::UnboundedSender<Happened>,
) {
    let (mut input, mut output) = (BytesMut::with_capacity(1 << 20), BytesMut::with_capacity(1 << 20));
    let mut agents = HashMap::new();
    let mut news = Vec::new();
    loop {
        input.reserve(64 * 1024);
        // The product's end, or the bench's.
        let Ok(1..) = stream.read_buf(&mut input).await else { return };
        let mut from = 0;
        while let Some((head, body, end)) = frame(&input, from) {
            from = end;
            news.extend(answer(head, std::str::from_utf8(body).unwrap(), &mut agents, &mut output));
        }
        drop(input.split_to(from));
        let gone = answers.send(output.split().freeze()).is_err();
        if gone || news.drain(..).any(|news| happened.send(news).is_err()) {
            return;
        }
    }
}

fn answer(head: &str, body: &str, agents: &mut HashMap<u32, Publications>, output: &mut BytesMut) -> Option<Happened> {
    let from = field(head, "From").unwrap();
    let user = from.split_once("sip:").unwrap().1.split('>').next().unwrap();
    let number = user[1..8].parse().unwrap();
    let (more, body, happened) = match head.split(' ').next().unwrap() {
        "REGISTER" => {
            let contact = field(head, "Contact").unwrap();
            (format!("Contact: {contact}\r\nExpires: 7200\r\n"), String::new(), Some(Happened::Registered))
        }
        "SUBSCRIBE" => {
            let more = "Contact: <sip:fe01.example.com>\r\nEvent: vnd-microsoft-roaming-self\r\nExpires: 28800\r\n\
                        subscription-state: active;expires=28800\r\nms-piggyback-cseq: 1\r\n\
                        Supported: ms-benotify, ms-piggyback-first-notify\r\n";
            (more.to_owned(), agents.entry(number).or_default().everything(user), None)
        }
        "SERVICE" => {
            let agent: &mut Publications = agents.entry(number).or_default();
            let told = agent.apply(user, body);
            (String::new(), told, Some(Happened::Published(number, agent.doing())))
        }
        _ => (String::new(), String::new(), None),
    };
    put_head(head, &more, &body, output);
    output.extend_from_slice(body.as_bytes());
    happened
}

fn put_head(request: &str, more: &str, body: &str, output: &mut BytesMut) {
    output.write_str("SIP/2.0 200 OK\r\n").unwrap();
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let value = field(request, name).unwrap();
        let tag = if name == "To" && !value.contains("tag=") { ";tag=fe" } else { "" };
        write!(output, "{name}: {value}{tag}\r\n").unwrap();
    }
    output.write_str(more).unwrap();
    if !body.is_empty() {
        write!(output, "Content-Type: {ROAMING_SELF}\r\n").unwrap();
    }
    write!(output, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
}
