//! The UC platform's end: one TLS connection, one dialog, NOTIFYs as they were recorded. It knows no more SIP than
//! that, so that the figures are the product's.

use super::{sip::field, tls};
use bytes::BytesMut;
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

const RECORDED: &str = include_str!("../../../../plugins/lync/golden/notify-on-the-phone.sip");
const RECORDED_USER: &str = "lync-user2_qa94@lyncdco13.lab";

/// Where to connect to.
pub(super) struct Door {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Door {
    pub(super) async fn open(site: &super::site::Site) -> Self {
        let acceptor = tls::acceptor(site);
        Self { listener: TcpListener::bind(("127.0.0.1", 0)).await.unwrap(), acceptor }
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.listener.local_addr().unwrap()
    }

    pub(super) async fn accept(&self) -> Platform {
        let stream: TcpStream = self.listener.accept().await.unwrap().0;
        stream.set_nodelay(true).unwrap();
        let stream = self.acceptor.accept(stream).await.unwrap();
        let (input, output) = (BytesMut::with_capacity(1 << 20), BytesMut::with_capacity(1 << 20));
        Platform { stream, input, output, template: None, subscribes: 0, number: 0 }
    }
}

/// One connection.
pub(super) struct Platform {
    stream: TlsStream<TcpStream>,
    input: BytesMut,
    output: BytesMut,
    /// A NOTIFY in the dialog, cut where its CSeq, its user and the user's availability belong.
    template: Option<[String; 4]>,
    /// SUBSCRIBEs so far.
    pub(super) subscribes: u32,
    /// CSeq of the last NOTIFY.
    number: u32,
}

impl Platform {
    pub(super) async fn fill(&mut self) {
        self.input.reserve(64 * 1024);
        assert!(self.stream.read_buf(&mut self.input).await.unwrap() > 0, "the product closed its connection");
    }

    pub(super) async fn flush(&mut self) {
        if !self.output.is_empty() {
            self.stream.write_all(&self.output).await.unwrap();
            self.stream.flush().await.unwrap();
            self.output.clear();
        }
    }

    /// Puts a NOTIFY into the output; its CSeq.
    pub(super) fn notify(&mut self, user: u32, availability: u32) -> u32 {
        self.number += 1;
        let [head, middle, body, end] = self.template.as_ref().expect("subscribed");
        let out = &mut self.output;
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(itoa::Buffer::new().format(self.number).as_bytes());
        out.extend_from_slice(middle.as_bytes());
        // As many digits as the template has places, so that the length stands.
        out.extend_from_slice(&itoa::Buffer::new().format(10_000_000 + user).as_bytes()[1..]);
        out.extend_from_slice(body.as_bytes());
        out.extend_from_slice(itoa::Buffer::new().format(availability).as_bytes());
        out.extend_from_slice(end.as_bytes());
        self.number
    }

    /// Works through what has come: requests are answered, the CSeq of each 200 to a NOTIFY is handed on.
    pub(super) fn work(&mut self, mut answered: impl FnMut(u32)) {
        while let Some(end) = memchr::memmem::find(&self.input, b"\r\n\r\n") {
            let head = std::str::from_utf8(&self.input[..end + 2]).unwrap();
            let length = field(head, "Content-Length").map_or(0, |value| value.parse().unwrap());
            if self.input.len() < end + 4 + length {
                return;
            }
            let message = self.input.split_to(end + 4 + length);
            let head = std::str::from_utf8(&message[..end + 2]).unwrap();
            match head.split_once(' ') {
                Some(("SIP/2.0", rest)) => {
                    assert!(rest.starts_with("200"), "{head}");
                    answered(field(head, "CSeq").unwrap().split(' ').next().unwrap().parse().unwrap());
                }
                _ => self.serve(head),
            }
        }
    }

    fn serve(&mut self, request: &str) {
        let mut answer = String::from("SIP/2.0 200 OK\r\n");
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            let value = field(request, name).unwrap();
            let tag = if name == "To" && !value.contains("tag=") { ";tag=fe" } else { "" };
            answer += &format!("{name}: {value}{tag}\r\n");
        }
        answer += "Expires: 7200\r\nContact: <sip:fe01.example.com>\r\nContent-Length: 0\r\n\r\n";
        self.output.extend_from_slice(answer.as_bytes());
        if request.starts_with("SUBSCRIBE") {
            self.subscribes += 1;
            self.template.get_or_insert_with(|| template(request));
        }
    }
}

/// The recorded NOTIFY in the dialog of this SUBSCRIBE, for users with seven digits and availabilities with four.
fn template(subscribe: &str) -> [String; 4] {
    let user = "u0000000@example.com";
    let (head, body) = RECORDED.split_once("\r\n\r\n").unwrap();
    let body = body.replace(RECORDED_USER, user);
    let mut text = String::new();
    for line in head.lines() {
        let (name, _) = line.split_once(':').unwrap_or(("", ""));
        let value = match name {
            "To" => field(subscribe, "From").unwrap().to_owned(),
            "From" => format!("{};tag=fe", field(subscribe, "To").unwrap().split(';').next().unwrap()),
            "Call-ID" => field(subscribe, name).unwrap().to_owned(),
            "CSeq" => "@ NOTIFY".to_owned(),
            "Content-Length" => body.len().to_string(),
            _ => {
                text += &format!("{line}\r\n");
                continue;
            }
        };
        text += &format!("{name}: {value}\r\n");
    }
    let text = format!("{text}\r\n{body}");
    let (head, rest) = text.split_once("CSeq: @").unwrap();
    let (middle, rest) = rest.split_once("0000000@").unwrap();
    let (body, end) = rest.split_once("6500").unwrap();
    [format!("{head}CSeq: "), middle.to_owned(), format!("@{body}"), end.to_owned()]
}
