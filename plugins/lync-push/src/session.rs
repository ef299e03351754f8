//! One connection's life: everything that one read brings is worked through, then the host is told and answers leave in
//! one write.

use crate::{carrier::Carrier, journal, order::Order};
use bytes::Bytes;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use uc_sip::{
    message::Message,
    site::{self, Server, Trouble},
};

/// Longest message: a user's own data.
pub(crate) const MAX_MESSAGE: usize = 1024 * 1024;
/// How long withdrawing and signing out may take; the host's patience may be shorter.
const FAREWELL: Duration = Duration::from_secs(4);
/// When the host is told again what it had no room for.
const TELL_AGAIN: Duration = Duration::from_millis(100);

/// What happens over one connection.
pub(crate) struct Session<'a> {
    carrier: &'a mut Carrier,
    server: String,
    ended: Option<Trouble>,
    leaving: Option<(oneshot::Sender<()>, Instant)>,
    tell_again: Option<Instant>,
    told_up: bool,
}

/// What comes from elsewhere.
pub(crate) enum News {
    Order(Option<Order>),
    Written(journal::Written),
}

impl site::Session for Session<'_> {
    type News = News;
    const MAX_MESSAGE: usize = MAX_MESSAGE;

    fn begin(&mut self, address: &str, transport: &'static str, now: Instant) {
        self.carrier.crowd.connected(address, transport, now);
    }

    fn needs_ticket(&self, message: &Message) -> bool {
        self.carrier.crowd.needs_ticket(message)
    }

    fn receive(&mut self, message: Message, now: Instant) {
        self.carrier.crowd.receive(message, now);
    }

    /// Of one that may have been anybody's nobody is asked for again: that would be twenty thousand questions at once.
    fn lost_notify(&mut self, notify: Option<Message>, now: Instant) {
        if let Some(notify) = notify {
            self.carrier.crowd.receive_refused(&notify, now);
        }
    }

    async fn news(&mut self) -> News {
        let Carrier { orders, written, .. } = &mut *self.carrier;
        tokio::select! {
            order = orders.recv() => News::Order(order),
            Some(written) = written.all.recv() => News::Written(written),
        }
    }

    fn take(&mut self, news: News, now: Instant) {
        match news {
            News::Order(Some(Order::Stop(done))) => {
                self.leaving = Some((done, now + FAREWELL));
                self.carrier.crowd.leave(now);
            }
            News::Order(Some(Order::HandOver(done))) => self.leaving = Some((done, now)),
            News::Order(Some(order)) => self.carrier.take(order),
            News::Order(None) => self.ended = Some(Trouble::soon("the plug-in ended")),
            News::Written((address, written)) => self.carrier.crowd.remembered(&address, written, now),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.carrier.crowd.poll_timeout().into_iter().chain(self.tell_again).min()
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.carrier.crowd.handle_timeout(now);
    }

    fn settle(&mut self, now: Instant) {
        self.tell(now);
        self.carrier.remember();
    }

    fn poll_transmit(&mut self) -> Option<Bytes> {
        self.carrier.crowd.poll_transmit()
    }

    fn take_trouble(&mut self) -> Option<Trouble> {
        self.ended.take().or_else(|| self.carrier.crowd.take_trouble())
    }

    fn leaves_until(&self) -> Option<Instant> {
        self.leaving.as_ref().map(|(_, until)| *until)
    }

    fn has_left(&self) -> bool {
        self.carrier.crowd.is_gone()
    }
}

impl<'a> Session<'a> {
    /// Over a connection to that server.
    pub(crate) fn new(carrier: &'a mut Carrier, server: &Server) -> Self {
        Self { carrier, server: server.to_string(), ended: None, leaving: None, tell_again: None, told_up: false }
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

    /// Over, whyever; whether anybody ever registered over it.
    pub(crate) fn close(self) -> bool {
        let used = self.carrier.crowd.has_opened();
        self.carrier.crowd.disconnected(Instant::now());
        self.carrier.remember();
        if let Some((done, _)) = self.leaving {
            // Whoever asked may have gone already.
            let _ = done.send(());
        }
        used
    }
}
