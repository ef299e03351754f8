//! A server in a few lines over plain TCP, for tests of the plug-in as its host sees it.

use crate::lync::Lync;
use bytes::BytesMut;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::Duration,
};
use uc_plugin_api::{Command, UserHandle, WatchedUser, test_host};
use uc_sip::message::{Frame, Framer, Limits, Message, Name, Response};

pub(super) type TestHost = test_host::TestHost<Lync>;

/// The plug-in watching Kim, whose number is 1, at a server that answered both requests of the sign-in.
pub(super) struct Scene {
    pub(super) host: TestHost,
    pub(super) plugin: test_host::Instance,
    pub(super) link: Link,
    /// The first SUBSCRIBE.
    pub(super) subscribe: Message,
}

impl Scene {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let settings = format!(
            "servers = ['{}']\ntransport = 'tcp'\naccounts = [{{ address = 'sip:watcher@example.com', auth = 'trusted' }}]\n",
            listener.local_addr().unwrap()
        );
        let host = TestHost::new();
        let plugin = host.start(&settings).unwrap();
        let (handle, address) = (UserHandle(1), "sip:kim@example.com".into());
        let kim = WatchedUser { handle, id: "kim".into(), address, language: "".into() };
        plugin.submit(Command::Watch([kim].to_vec().into())).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut link = Link { stream, framer: Framer::new(Limits::default()) };
        let register = link.next("REGISTER");
        link.reply(&register, 200, &[("Expires", "7200")]);
        let subscribe = link.next("SUBSCRIBE");
        link.reply(&subscribe, 200, &[("Expires", "7200"), ("Contact", "<sip:fe.example.com>")]);
        Self { host, plugin, link, subscribe }
    }

    /// A notify in the dialog of the first SUBSCRIBE; its answer is taken.
    pub(super) fn notify(&mut self, number: u32, kind: &str, body: &str) {
        let from = self.subscribe.get(Name::From).unwrap();
        let call_id = self.subscribe.call_id().unwrap();
        let text = format!(
            "NOTIFY sip:watcher@example.com SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK{number}\r\n\
             From: <sip:watcher@example.com>;tag=peer\r\nTo: {from}\r\nCall-ID: {call_id}\r\nCSeq: {number} NOTIFY\r\n\
             Event: presence\r\nsubscription-state: active;expires=7000\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.link.send(&text);
        // What was unreadable before may be asked for meanwhile.
        let answer = self.link.until(|message| !message.is_request());
        assert_eq!((answer.method(), answer.status()), ("NOTIFY", Some(200)));
    }
}

/// One connection.
pub(super) struct Link {
    stream: TcpStream,
    framer: Framer,
}

impl Link {
    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// The next message, which must have that method.
    pub(super) fn next(&mut self, method: &str) -> Message {
        let message = self.message(method);
        assert_eq!(message.method(), method, "{}", message.summary());
        message
    }

    /// The next message that fits.
    pub(super) fn until(&mut self, fits: impl Fn(&Message) -> bool) -> Message {
        loop {
            let message = self.message("an answer");
            if fits(&message) {
                return message;
            }
        }
    }

    fn message(&mut self, wanted: &str) -> Message {
        loop {
            match self.framer.take().unwrap() {
                Some(Frame::Message(message)) => return message,
                Some(_) => {}
                None => {
                    let mut bytes = [0; 4096];
                    let count = self.stream.read(&mut bytes).unwrap();
                    assert!(count > 0, "the connection ended instead of {wanted}");
                    self.framer.buffer().extend_from_slice(&bytes[..count]);
                }
            }
        }
    }

    pub(super) fn reply(&mut self, request: &Message, status: u16, fields: &[(&str, &str)]) {
        let mut response = Response::to(request, status, "X").tag("peer");
        for (name, value) in fields {
            response = response.field(name, *value);
        }
        let mut out = BytesMut::new();
        response.write(&mut out).unwrap();
        self.stream.write_all(&out).unwrap();
    }
}
