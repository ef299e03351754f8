//! One connection's life: everything that one read brings is worked through, then the host is told and answers leave in
//! one write.

use crate::{carrier::Carrier, order::Order};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};
use uc_sip::{
    message::Limits,
    site::{Server, Trouble},
    transport::{LinkEnd, LinkSettings, Stream, split},
};

/// Longest message: a user's own data.
pub(crate) const MAX_MESSAGE: usize = 1024 * 1024;
/// Messages that are worked through before anything is sent.
const MAX_AT_ONCE: usize = 256;
/// How long withdrawing and signing out may take; the host's patience may be shorter.
const FAREWELL: Duration = Duration::from_secs(4);
/// When the host is told again what it had no room for.
const TELL_AGAIN: Duration = Duration::from_millis(100);

/// Why it is over.
pub(crate) enum Ended {
    Trouble(Trouble),
    Stopped,
}

/// What happens over one connection.
struct Session<'a> {
    carrier: &'a mut Carrier,
    server: String,
    ended: Option<Trouble>,
    leaving: Option<(oneshot::Sender<()>, Instant)>,
    tell_again: Option<Instant>,
    told_up: bool,
}

/// Serves a connection to its end. Also says whether anybody ever registered over it.
pub(crate) async fn run(carrier: &mut Carrier, stream: Stream, server: &Server) -> (Ended, bool) {
    let address = match stream.local_addr() {
        Ok(address) => address.to_string(),
        Err(error) => return (Ended::Trouble(Trouble::soon(error.to_string())), false),
    };
    let transport = stream.transport();
    let settings = LinkSettings { limits: Limits::with_message(MAX_MESSAGE), ..LinkSettings::default() };
    let (reader, writer) = split(stream, settings);
    let (output, _writing) = writer.spawn();
    let mut reader = reader.answering(output.clone());
    carrier.crowd.connected(&address, transport, Instant::now());
    let mut session =
        Session { carrier, server: server.to_string(), ended: None, leaving: None, tell_again: None, told_up: false };
    let ended = loop {
        if let Some(ended) = session.settle(&output).await {
            break ended;
        }
        let due = session.due();
        tokio::select! {
            read = reader.next() => {
                let mut read = read.map(Some);
                for _ in 0..MAX_AT_ONCE {
                    match read {
                        Ok(Some(message)) => session.carrier.crowd.receive(message, Instant::now()),
                        Ok(None) => break,
                        Err(end) => {
                            session.lost(&end);
                            break;
                        }
                    }
                    read = reader.ready();
                }
            }
            order = session.carrier.orders.recv() => session.order(order),
            Some((address, written)) = session.carrier.written.all.recv() => {
                session.carrier.crowd.remembered(&address, written, Instant::now());
            }
            () = until(due) => session.carrier.crowd.handle_timeout(Instant::now()),
        }
    };
    let used = session.carrier.crowd.has_opened();
    session.close();
    (ended, used)
}

/// Waits, for ever without a point in time.
pub(crate) async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

impl Session<'_> {
    fn due(&self) -> Option<Instant> {
        let farewell = self.leaving.as_ref().map(|(_, until)| *until);
        [self.carrier.crowd.poll_timeout(), farewell, self.tell_again].into_iter().flatten().min()
    }

    fn lost(&mut self, end: &LinkEnd) {
        self.ended.get_or_insert_with(|| Trouble::from(end));
    }

    fn order(&mut self, order: Option<Order>) {
        match order {
            Some(Order::Stop(done)) => {
                let now = Instant::now();
                self.leaving = Some((done, now + FAREWELL));
                self.carrier.crowd.leave(now);
            }
            Some(order) => self.carrier.take(order),
            None => self.ended = Some(Trouble::soon("the plug-in ended")),
        }
    }

    /// Lets everything that happened have its effects. Some when it is over.
    async fn settle(&mut self, output: &mpsc::Sender<Bytes>) -> Option<Ended> {
        let now = Instant::now();
        self.tell(now);
        self.carrier.remember();
        while let Some(bytes) = self.carrier.crowd.poll_transmit() {
            if output.send(bytes).await.is_err() {
                self.ended.get_or_insert_with(|| Trouble::soon("the server takes nothing"));
                break;
            }
        }
        let trouble = self.ended.take().or_else(|| self.carrier.crowd.take_trouble());
        let gone = |until: &Instant| trouble.is_some() || *until <= now || self.carrier.crowd.is_gone();
        if self.leaving.as_ref().is_some_and(|(_, until)| gone(until)) {
            return Some(Ended::Stopped);
        }
        let place = |trouble: Trouble| Trouble { why: format!("{}: {}", self.server, trouble.why), ..trouble };
        trouble.map(place).map(Ended::Trouble)
    }

    fn tell(&mut self, now: Instant) {
        let Carrier { crowd, host, .. } = &mut *self.carrier;
        self.tell_again = (!crowd.told().send(host)).then_some(now + TELL_AGAIN);
        self.carrier.take_census();
        // A connection over which nobody could register is worth nothing.
        let crowd = &self.carrier.crowd;
        if !self.told_up && (crowd.has_opened() || crowd.is_empty() || crowd.is_at_rest()) {
            self.told_up = true;
            self.carrier.up(&self.server);
        }
    }

    /// Over, whyever.
    fn close(self) {
        self.carrier.crowd.disconnected(Instant::now());
        self.carrier.remember();
        if let Some((done, _)) = self.leaving {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
    }
}
