//! What carries agents over one connection, there or not. What happens over it is the `session`'s business, who does
//! what the `crowd`'s.

use crate::{
    crowd::{Census, Crowd},
    journal::{self, Journal},
    order::Order,
    session::Session,
    tally::Tally,
};
use std::time::Instant;
use tokio::sync::mpsc;
use uc_plugin_api::{Host, LinkStatus, Links};
use uc_sip::{
    site::{Client, Ended, Offline, Server, serve},
    transport::Stream,
};

/// One connection.
pub(crate) struct Carrier {
    /// Number of its link, and who it carries, for logs.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) crowd: Crowd,
    pub(crate) host: Host,
    pub(crate) links: Links,
    pub(crate) tally: Tally,
    pub(crate) journal: Journal,
    /// What became of what was to be remembered.
    pub(crate) written: Written,
}

/// Both ends of the journal's answers to one connection.
pub(crate) struct Written {
    pub(crate) answers: mpsc::UnboundedSender<journal::Written>,
    pub(crate) all: mpsc::UnboundedReceiver<journal::Written>,
}

impl Written {
    pub(crate) fn new() -> Self {
        let (answers, all) = mpsc::unbounded_channel();
        Self { answers, all }
    }
}

impl Client for Carrier {
    type Order = Order;

    fn name(&self) -> &str {
        &self.name
    }

    fn orders(&mut self) -> &mut mpsc::Receiver<Order> {
        &mut self.orders
    }

    fn offline(&mut self, order: Order) -> Offline {
        match order {
            Order::Stop(done) | Order::HandOver(done) => {
                // Whoever asked may have gone already.
                let _ = done.send(());
                return Offline::Stops;
            }
            Order::Incoming(incoming) => incoming.refuse(480, "Temporarily Unavailable"),
            order => {
                let offline = if matches!(order, Order::TryNow) { Offline::TriesNow } else { Offline::Waits };
                self.take(order);
                self.remember();
                self.take_census();
                return offline;
            }
        }
        Offline::Waits
    }

    async fn serve(&mut self, stream: Stream, server: &Server) -> (Ended, bool) {
        let mut session = Session::new(self, server);
        let ended = serve(&mut session, stream, server).await;
        (ended, session.close())
    }

    fn down(&mut self, why: String) {
        self.host.count("lync_push_links_lost_total", 1);
        self.links.set(self.number, LinkStatus::Down, why);
        self.take_census();
    }
}

impl Carrier {
    /// Carries an order out; the crowd remembers what needs a connection.
    pub(crate) fn take(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Watch(users) => {
                for (user, endpoint, recalled) in users {
                    self.crowd.watch(user, &endpoint, recalled, now);
                }
            }
            Order::Recover(endpoint, recalled) => self.crowd.recover(&endpoint, *recalled, now),
            Order::Unwatch(users) => users.iter().for_each(|user| self.crowd.unwatch(*user, now)),
            Order::Publish(all) => all.iter().for_each(|publication| self.crowd.publish(publication, now)),
            Order::Withdraw(users) => users.iter().for_each(|user| self.crowd.withdraw(*user, now)),
            Order::TryNow => self.crowd.try_now(now),
            Order::Incoming(incoming) if !incoming.admitted => self.crowd.receive_refused(&incoming.message, now),
            Order::Incoming(incoming) => match self.crowd.receive_aside(incoming.message.clone(), now) {
                Some(answers) => incoming.answer(answers),
                None => incoming.refuse(404, "Not Found"),
            },
            Order::Stop(_) | Order::HandOver(_) => {}
        }
    }

    /// Has written down what agents replace.
    pub(crate) fn remember(&mut self) {
        let changes = self.crowd.take_memory();
        if !changes.is_empty() {
            self.journal.keep(changes, &self.written.answers);
        }
    }

    /// The connection stands.
    pub(crate) fn up(&self, server: &str) {
        let why = format!("{} is connected to {server}", self.name);
        tracing::info!("{why}");
        self.links.set(self.number, LinkStatus::Up, why);
    }

    /// Lets the plug-in's gauges know how many agents stand where.
    pub(crate) fn take_census(&self) {
        let census: Census = self.crowd.census();
        self.tally.set(self.number, census, &self.host);
    }
}
