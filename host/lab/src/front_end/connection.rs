//! A client's connection as the pool sees it: who is signed in on it, and the bytes that wait to be written.

use super::{counts::Counts, documents::put_number, faults::Fault, faults::Faults};
use bytes::{BufMut, Bytes, BytesMut};
use std::{collections::VecDeque, sync::Arc, time::SystemTime};
use tokio::sync::Notify;
use uc_sip::{
    auth::{Acceptor, SignedFields},
    message::{Message, Response},
};

/// Bytes that may wait for one client. A hundred thousand notifies fit; a client that lets more pile up is gone.
const MAX_WAITING: usize = 256 * 1024 * 1024;

/// Names a connection; rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ConnectionId(pub(super) u64);

/// One connection.
pub(super) struct Connection {
    pub(super) acceptor: Acceptor,
    /// A trusted host or application: never challenged, nothing is signed.
    pub(super) trusted: bool,
    /// `TCP` or `TLS`, for Via.
    pub(super) transport: &'static str,
    pub(super) out: BytesMut,
    /// Rings when there is something to write, or the connection is to end.
    pub(super) wake: Arc<Notify>,
    pub(super) closing: bool,
    /// A notify that lets the next one pass.
    pub(super) held: Option<Bytes>,
    /// What is written only then.
    pub(super) late: VecDeque<(SystemTime, Bytes)>,
}

/// A notify's head up to its length, and what is signed of it.
pub(super) struct Head<'a> {
    pub(super) text: &'a [u8],
    pub(super) signed: SignedFields<'a>,
}

impl Connection {
    pub(super) fn new(acceptor: Acceptor, trusted: bool, transport: &'static str) -> Self {
        let wake = Arc::new(Notify::new());
        Self {
            acceptor,
            trusted,
            transport,
            out: BytesMut::new(),
            wake,
            closing: false,
            held: None,
            late: VecDeque::new(),
        }
    }

    /// Writes an answer, signed under `opaque` if there is one.
    pub(super) fn answer(&mut self, opaque: Option<&str>, response: &Response<'_>, faults: &mut Faults) {
        let Self { acceptor, out, held, .. } = self;
        let start = out.len();
        let fields = SignedFields::of_response(response).filter(|_| response.status() != 100);
        if fields.as_ref().is_some_and(|fields| faults.loses_answer(fields.cseq_method)) {
            return;
        }
        let written = response.write_with(out, |out| {
            if let (Some(opaque), Some(fields)) = (opaque, &fields) {
                sign(acceptor, opaque, fields, out, faults);
            }
        });
        if let Err(error) = written {
            out.truncate(start);
            tracing::error!(%error, "an answer could not be written");
        } else if fields.as_ref().is_some_and(|fields| faults.holds_answer(fields.cseq_method)) {
            *held = Some(out.split_off(start).freeze());
        }
        self.wake.notify_one();
    }

    /// Writes a request of our own: a head without its length, then length, signature and body.
    pub(super) fn request(&mut self, opaque: Option<&str>, head: &Head<'_>, body: &[u8], faults: &mut Faults) {
        let Self { acceptor, out, .. } = self;
        out.reserve(head.text.len() + body.len() + 320);
        out.put_slice(head.text);
        out.put_slice(b"Content-Length: ");
        put_number(out, body.len() as u32);
        out.put_slice(b"\r\n");
        if let Some(opaque) = opaque {
            sign(acceptor, opaque, &head.signed, out, faults);
        }
        out.put_slice(b"\r\n");
        out.put_slice(body);
        self.wake.notify_one();
    }

    /// As [`Self::request`], for notifies: they can be lost, doubled and swapped.
    pub(super) fn notify(
        &mut self,
        opaque: Option<&str>,
        head: &Head<'_>,
        body: &[u8],
        faults: &mut Faults,
        counts: &mut Counts,
    ) {
        let start = self.out.len();
        self.request(opaque, head, body, faults);
        match faults.take(of_notify) {
            None => {}
            Some(Spoil::Lose) => self.out.truncate(start),
            Some(Spoil::Duplicate) => self.request(opaque, head, body, faults),
            Some(Spoil::Replay) => {
                let copy = self.out[start..].to_vec();
                self.out.extend_from_slice(&copy);
            }
            Some(Spoil::Swap) => {
                self.held = Some(self.out.split_off(start).freeze());
                return;
            }
        }
        if let Some(held) = self.held.take() {
            self.out.extend_from_slice(&held);
        }
        if self.out.len() > MAX_WAITING && !self.closing {
            counts.overruns += 1;
            tracing::warn!(waiting = self.out.len(), "a client takes nothing; its connection is dropped");
            self.close();
        }
    }

    /// What waits to be written from there on waits until then.
    pub(super) fn make_late(&mut self, start: usize, until: SystemTime) {
        let bytes = self.out.split_off(start.min(self.out.len())).freeze();
        self.late.push_back((until, bytes));
    }

    /// Lets go what is late enough.
    pub(super) fn write_late(&mut self, now: SystemTime) {
        let due = self.late.iter().take_while(|(until, _)| *until <= now).count();
        for (_, bytes) in self.late.drain(..due) {
            self.out.extend_from_slice(&bytes);
        }
        if due > 0 {
            self.wake.notify_one();
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.wake.notify_one();
    }

    pub(super) fn close(&mut self) {
        self.closing = true;
        self.wake.notify_one();
    }

    /// A message made by somebody else, passed on with our signature instead of theirs.
    pub(super) fn relay(&mut self, opaque: Option<&str>, head: &[u8], message: &Message, faults: &mut Faults) {
        if let Some(signed) = SignedFields::of(message) {
            self.request(opaque, &Head { text: head, signed }, message.body(), faults);
        }
    }
}

enum Spoil {
    Lose,
    Duplicate,
    Replay,
    Swap,
}

fn of_notify(fault: &mut Fault) -> Option<(&mut u32, Spoil)> {
    match fault {
        Fault::Lose { count } => Some((count, Spoil::Lose)),
        Fault::Duplicate { count } => Some((count, Spoil::Duplicate)),
        Fault::Replay { count } => Some((count, Spoil::Replay)),
        Fault::Swap { count } => Some((count, Spoil::Swap)),
        _ => None,
    }
}

fn sign(acceptor: &mut Acceptor, opaque: &str, fields: &SignedFields<'_>, out: &mut BytesMut, faults: &mut Faults) {
    let start = out.len();
    if let Err(error) = acceptor.sign(opaque, fields, out) {
        tracing::warn!(%error, "a message goes out unsigned");
        return;
    }
    let wrong = faults.take(|fault| match fault {
        Fault::WrongSignature { count } => Some((count, ())),
        _ => None,
    });
    if wrong.is_some() {
        let mark = b"rspauth=\"";
        let at = out[start..].windows(mark.len()).position(|window| window == mark);
        // The ninth digit: the first ones are the same in every signature.
        if let Some(digit) = at.map(|at| start + at + mark.len() + 8) {
            out[digit] = if out[digit] == b'0' { b'1' } else { b'0' };
        }
    }
}
