//! The client itself: one connection, one user, everything signed.

use super::certificates::Authority;
use bytes::{Bytes, BytesMut};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use std::{collections::VecDeque, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use uc_sip::{
    auth::{Authenticator, Credentials, Distrust, SignedFields, Trust, ntlm},
    message::{Frame, Framer, Limits, Message, Request, Response},
    ms::Epid,
};

/// No test waits longer for anything.
pub(crate) const LIMIT: Duration = uc_lab::PATIENCE;

pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Answer to a subscription, and its dialog.
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    pub(crate) to: String,
    pub(crate) from_tag: String,
    pub(crate) cseq: u32,
}

pub(crate) struct Client {
    stream: Box<dyn Io>,
    framer: Framer,
    pub(crate) auth: Authenticator,
    pub(crate) user: String,
    pub(crate) epid: String,
    pub(crate) gruu: String,
    next: u32,
    register_cseq: u32,
    /// Requests of the server that nobody has looked at yet.
    requests: VecDeque<Message>,
}

pub(crate) fn ntlm(user: &str, password: &str) -> Credentials {
    Credentials::Ntlm(ntlm::Account {
        domain: "EXAMPLE".into(),
        user: user.into(),
        secret: ntlm::NtHash::of(password),
        workstation: "TEST".into(),
    })
}

impl Client {
    pub(crate) async fn connect(server: SocketAddr, user: &str, password: &str) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream, user, ntlm(user, password))
    }

    pub(crate) fn over(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        user: &str,
        credentials: Credentials,
    ) -> Self {
        Self {
            stream: Box::new(stream),
            framer: Framer::new(Limits::with_message(16 * 1024 * 1024)),
            auth: Authenticator::new(credentials),
            user: format!("sip:{user}@example.com"),
            epid: Epid::derive("test", user).as_str().to_owned(),
            gruu: String::new(),
            next: 0,
            register_cseq: 0,
            requests: VecDeque::new(),
        }
    }

    /// The connection, for those who want its bytes.
    pub(crate) fn into_stream(self) -> Box<dyn Io> {
        self.stream
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A request outside of any dialog, without Contact.
    pub(crate) fn request(&mut self, method: &'static str, uri: &str) -> Request {
        let number = self.number();
        Request::new(method, uri)
            .field("Via", format!("SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bK{number}{}", self.epid))
            .field("Max-Forwards", "70")
            .field("From", format!("<{}>;tag=f{number};epid={}", self.user, self.epid))
            .field("To", format!("<{uri}>"))
            .field("Call-ID", format!("call-{number}-{}", self.epid))
            .field("CSeq", format!("1 {method}"))
    }

    /// Signs a request and writes it.
    pub(crate) async fn send(&mut self, request: &Request) {
        let plain = Message::parse(request.to_bytes().unwrap(), &Limits::with_message(16 * 1024 * 1024)).unwrap();
        let fields = SignedFields::of(&plain).unwrap();
        let mut out = BytesMut::new();
        request.write_with(&mut out, |_, out| self.auth.authorize(&fields, out).unwrap()).unwrap();
        self.write(&out).await;
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Sends a request and waits for its final answer, verified unless it is a challenge.
    pub(crate) async fn ask(&mut self, request: &Request) -> Message {
        self.send(request).await;
        self.answer().await
    }

    /// The next final answer.
    pub(crate) async fn answer(&mut self) -> Message {
        loop {
            let message = self.next_message().await.expect("the server closed the connection");
            match message.status() {
                Some(200..) => {
                    assert!(matches!(self.verify(&message), Ok(Trust::Signed | Trust::Unneeded)), "{message:?}");
                    return message;
                }
                Some(_) => {}
                None => self.requests.push_back(message),
            }
        }
    }

    pub(crate) fn verify(&mut self, message: &Message) -> Result<Trust, Distrust> {
        self.auth.verify(message)
    }

    /// The next request of the server, verified; a NOTIFY is answered.
    pub(crate) async fn incoming(&mut self) -> Message {
        let message = self.incoming_as_it_is().await;
        assert!(matches!(self.verify(&message), Ok(Trust::Signed | Trust::Unneeded)), "{message:?}");
        if message.method() == "NOTIFY" {
            self.reply(&message, 200).await;
        }
        message
    }

    /// The next request of the server, not looked at.
    pub(crate) async fn incoming_as_it_is(&mut self) -> Message {
        match self.requests.pop_front() {
            Some(message) => message,
            None => loop {
                let message = self.next_message().await.expect("the server closed the connection");
                if message.is_request() {
                    break message;
                }
            },
        }
    }

    /// Signs a request given as text, and waits for its final answer.
    pub(crate) async fn ask_raw(&mut self, request: &str) -> Message {
        self.write_signed(request).await;
        self.answer().await
    }

    /// Signs a request given as text, and writes it.
    pub(crate) async fn write_signed(&mut self, request: &str) {
        let plain = Message::parse(Bytes::from(request.to_owned()), &Limits::default()).unwrap();
        let fields = SignedFields::of(&plain).unwrap();
        let mut signature = BytesMut::new();
        self.auth.authorize(&fields, &mut signature).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let signature = std::str::from_utf8(&signature).unwrap();
        self.write(format!("{head}\r\n{signature}\r\n{body}").as_bytes()).await;
    }

    /// Answers a request of the server, signed.
    pub(crate) async fn reply(&mut self, request: &Message, status: u16) {
        let contact = format!("<{}>", self.gruu);
        self.respond(&Response::to(request, status, "OK").tag("mine").field("Contact", contact)).await;
    }

    /// Signs and sends an answer.
    pub(crate) async fn respond(&mut self, response: &Response<'_>) {
        let fields = SignedFields::of_response(response).unwrap();
        let mut out = BytesMut::new();
        response.write_with(&mut out, |out| self.auth.authorize(&fields, out).unwrap()).unwrap();
        self.write(&out).await;
    }

    /// None: the server has closed the connection.
    pub(crate) async fn next_message(&mut self) -> Option<Message> {
        timeout(LIMIT, async {
            loop {
                match self.framer.take().unwrap() {
                    Some(Frame::Message(message)) => return Some(message),
                    Some(frame) => panic!("{frame:?}"),
                    None => {}
                }
                let buffer = self.framer.buffer();
                buffer.reserve(64 * 1024);
                if !matches!(self.stream.read_buf(buffer).await, Ok(1..)) {
                    return None;
                }
            }
        })
        .await
        .expect("nothing came")
    }

    /// Whether the last message was cut off by the server's close.
    pub(crate) fn is_cut(&self) -> bool {
        self.framer.is_partial()
    }

    /// One REGISTER of the session.
    pub(crate) fn registration(&mut self, expires: Option<u32>) -> Request {
        self.register_cseq += 1;
        let instance = Epid::new(self.epid.clone()).unwrap().instance();
        let request = Request::new("REGISTER", "sip:example.com")
            .field("Via", format!("SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKr{}", self.register_cseq))
            .field("Max-Forwards", "70")
            .field("From", format!("<{}>;tag=r{};epid={}", self.user, self.register_cseq, self.epid))
            .field("To", format!("<{}>", self.user))
            .field("Call-ID", format!("register-{}", self.epid))
            .field("CSeq", format!("{} REGISTER", self.register_cseq))
            .field(
                "Contact",
                format!("<sip:127.0.0.1:1;transport=tcp>;proxy=replace;+sip.instance=\"<urn:uuid:{instance}>\""),
            )
            .field("Supported", "gruu-10, adhoclist, msrtc-event-categories")
            .field("Event", "registration")
            .field("ms-keep-alive", "UAC;hop-hop=yes");
        match expires {
            Some(expires) => request.field("Expires", expires.to_string()),
            None => request,
        }
    }

    /// Signs in and registers: up to three REGISTERs. Gives the last answer.
    pub(crate) async fn register(&mut self) -> Message {
        loop {
            let request = self.registration(None);
            let answer = self.ask(&request).await;
            if answer.status() == Some(401) && self.auth.challenged(&answer, std::time::SystemTime::now()).is_ok() {
                continue;
            }
            if let Some(Ok(contact)) = answer.contacts().next() {
                self.gruu = contact.params.text("gruu").unwrap_or_default().into_owned();
            }
            return answer;
        }
    }

    /// Opens a subscription.
    pub(crate) async fn subscribe(
        &mut self,
        event: &str,
        kind: &str,
        body: String,
        benotify: bool,
    ) -> (Message, Dialog) {
        let uri = self.user.clone();
        let request = self.request("SUBSCRIBE", &uri);
        self.subscribe_with(request, event, kind, body, benotify).await
    }

    pub(crate) async fn subscribe_with(
        &mut self,
        request: Request,
        event: &str,
        kind: &str,
        body: String,
        benotify: bool,
    ) -> (Message, Dialog) {
        let mut request = request
            .field("Event", event)
            .field("Contact", format!("<{}>", self.gruu))
            .field("Supported", "ms-piggyback-first-notify");
        if benotify {
            request = request.field("Supported", "ms-benotify").field("Proxy-Require", "ms-benotify");
        }
        if !body.is_empty() {
            request = request.body(kind, Bytes::from(body));
        }
        let answer = self.ask(&request).await;
        let dialog = Dialog {
            call_id: answer.call_id().unwrap().to_owned(),
            to: answer.get(uc_sip::message::Name::To).unwrap().to_owned(),
            from_tag: answer.from().unwrap().tag().unwrap().to_owned(),
            cseq: 1,
        };
        (answer, dialog)
    }

    /// Subscribes to the presence of users in one batch.
    pub(crate) async fn watch(&mut self, users: &[&str], benotify: bool) -> (Message, Dialog) {
        let me = self.user.trim_start_matches("sip:").split('@').next().unwrap().to_owned();
        let body = super::batch("subscribe", &me, users, &["state", "note"]);
        self.subscribe("presence", "application/msrtc-adrl-categorylist+xml", body, benotify).await
    }

    /// A request inside a dialog.
    pub(crate) fn within(&mut self, dialog: &mut Dialog, method: &'static str) -> Request {
        dialog.cseq += 1;
        Request::new(method, "sip:fe01.example.com;transport=tls")
            .field("Via", "SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKd")
            .field("Max-Forwards", "70")
            .field("From", format!("<{}>;tag={};epid={}", self.user, dialog.from_tag, self.epid))
            .field("To", dialog.to.clone())
            .field("Call-ID", dialog.call_id.clone())
            .field("CSeq", format!("{} {method}", dialog.cseq))
    }

    /// Publishes; gives the answer.
    pub(crate) async fn publish(&mut self, body: String) -> Message {
        let uri = self.user.clone();
        let request = self.request("SERVICE", &uri).field("Contact", format!("<{}>", self.gruu));
        self.ask(&request.body("application/msrtc-category-publish+xml", Bytes::from(body))).await
    }
}

/// Body as text.
pub(crate) fn text(message: &Message) -> &str {
    std::str::from_utf8(message.body()).unwrap()
}

/// A TLS connection to a Front End, with a certificate of this name or without any.
pub(crate) async fn tls(server: SocketAddr, authority: &Authority, own: Option<&str>) -> TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.ca()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some(name) => {
            let (cert, key) = authority.issue("application", &[name]);
            let chain = CertificateDer::pem_file_iter(cert).unwrap().map(Result::unwrap).collect();
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap()
        }
    };
    let stream = TcpStream::connect(server).await.unwrap();
    let name = ServerName::try_from("fe01.example.com").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}
