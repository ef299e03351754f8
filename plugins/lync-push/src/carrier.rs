//! One connection that carries agents: connects, comes back after a loss. What happens over it is the `session`'s
//! business, who does what the `crowd`'s.

use crate::{
    crowd::{Census, Crowd},
    journal::{self, Journal},
    order::Order,
    session::{self, Ended},
    tally::Tally,
};
use std::time::{Duration, Instant};
use tokio::{sync::mpsc, time::sleep_until};
use uc_plugin_api::{Host, LinkStatus, Links};
use uc_sip::site::{Attempts, Connector, Server, Trouble};

/// One connection.
pub(crate) struct Carrier {
    /// Number of its link, and who it carries, for logs.
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) servers: Vec<Server>,
    pub(crate) connector: Connector,
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

impl Carrier {
    /// Lives until it is told to stop.
    ///
    /// # Errors
    /// None: what goes wrong is the link's state.
    pub(crate) async fn run(mut self) -> Result<(), String> {
        let mut attempts = Attempts::new(self.servers.clone());
        loop {
            let server = attempts.server(Instant::now());
            let Some(trouble) = self.attempt(server, &mut attempts).await else { return Ok(()) };
            let wait = attempts.wait(&trouble.again, Instant::now());
            self.down(&trouble, wait);
            if !wait.is_zero() && !self.idle(Instant::now() + wait).await {
                return Ok(());
            }
        }
    }

    /// One connection's life; none when told to stop.
    async fn attempt(&mut self, server: Server, attempts: &mut Attempts) -> Option<Trouble> {
        let connecting = self.connector.clone().connect(server.clone());
        tokio::pin!(connecting);
        let stream = loop {
            tokio::select! {
                connected = &mut connecting => match connected {
                    Ok(stream) => break stream,
                    Err(trouble) => return Some(trouble),
                },
                order = self.orders.recv() => if !self.offline(order) { return None },
            }
        };
        let begin = Instant::now();
        let (ended, used) = session::run(self, stream, &server).await;
        if used {
            attempts.lived(begin.elapsed());
        }
        match ended {
            Ended::Trouble(trouble) => Some(trouble),
            Ended::Stopped => None,
        }
    }

    /// Waits and still listens. False when told to stop.
    async fn idle(&mut self, until: Instant) -> bool {
        loop {
            tokio::select! {
                () = sleep_until(until.into()) => return true,
                order = self.orders.recv() => if !self.offline(order) { return false },
            }
        }
    }

    /// An order while there is no connection. False when told to stop.
    fn offline(&mut self, order: Option<Order>) -> bool {
        match order {
            Some(Order::Stop(done)) => {
                // Whoever asked may have gone already.
                let _ = done.send(());
                false
            }
            Some(Order::Incoming(incoming)) => {
                incoming.refuse(480, "Temporarily Unavailable");
                true
            }
            Some(order) => {
                self.take(order);
                self.remember();
                self.take_census();
                true
            }
            None => false,
        }
    }

    /// Carries an order out; the crowd remembers what needs a connection.
    pub(crate) fn take(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Watch(users) => {
                for (user, endpoint, recalled) in users {
                    self.crowd.watch(user, &endpoint, recalled, now);
                }
            }
            Order::Recover(endpoint, recalled) => self.crowd.recover(&endpoint, recalled, now),
            Order::Unwatch(users) => users.iter().for_each(|user| self.crowd.unwatch(*user, now)),
            Order::Publish(all) => all.iter().for_each(|publication| self.crowd.publish(publication, now)),
            Order::Withdraw(users) => users.iter().for_each(|user| self.crowd.withdraw(*user, now)),
            Order::Incoming(incoming) if !incoming.admitted => self.crowd.receive_refused(&incoming.message, now),
            Order::Incoming(incoming) => match self.crowd.receive_aside(incoming.message.clone(), now) {
                Some(answers) => incoming.answer(answers),
                None => incoming.refuse(404, "Not Found"),
            },
            Order::Stop(_) => {}
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

    fn down(&self, trouble: &Trouble, wait: Duration) {
        let next = match wait {
            wait if wait > Attempts::LONGEST => format!("; tried again in {} s", wait.as_secs()),
            _ => String::new(),
        };
        let why = format!("{}: {}{next}", self.name, trouble.why);
        tracing::warn!("{why}");
        self.host.count("lync_push_links_lost_total", 1);
        self.links.set(self.number, LinkStatus::Down, why);
        self.take_census();
    }

    /// Lets the plug-in's gauges know how many agents stand where.
    pub(crate) fn take_census(&self) {
        let census: Census = self.crowd.census();
        self.tally.set(self.number, census, &self.host);
    }
}
