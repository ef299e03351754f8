//! What an instance is started with: connections, accounts, and the port for those of the Front Ends.

use crate::{
    carrier::{Carrier, Written},
    config::{Config, Register},
    crowd::{Crowd, Manners},
    journal::Journal,
    order::Order,
    session::MAX_MESSAGE,
    show::Style,
    tally::Tally,
};
use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::mpsc;
use uc_plugin_api::{Host, Links};
use uc_sip::{
    message::Limits,
    site::{Connector, Incoming, Listener, address, live, sign_in},
    user_agent::Settings,
};

/// Orders that wait for a connection; it takes them even while it connects.
const ORDERS: usize = 64;
/// Requests of Front Ends that wait to be passed on.
const INCOMING: usize = 256;
/// Publications of one agent that may come at once.
const OWN_BURST: u32 = 5;
/// How long the host may take to say what it wants of an agent, before what an earlier life published is taken away.
pub(crate) const WAIT: Duration = Duration::from_secs(5);

/// Number of the carrier and settings of agents with accounts, by address.
pub(crate) type Accounts = HashMap<String, (usize, Settings)>;

/// The accounts of single agents by their address, and the connection of each: numbers behind the shared ones.
pub(crate) fn accounts(config: &Config, directory: &Path) -> Result<Accounts, String> {
    let numbered = config.accounts.iter().zip(config.connections.0..);
    let settings = numbered.map(|(account, number)| {
        let settings = sign_in::settings(config.domain.as_deref(), account, directory)?;
        let address = address::key(&account.address).unwrap_or_default().into_owned();
        Ok((address, (number, Settings { patience: None, ..settings })))
    });
    settings.collect()
}

/// What all connections are started with.
pub(crate) struct Start<'a> {
    pub(crate) config: &'a Config,
    pub(crate) host: &'a Host,
    pub(crate) connector: Connector,
    pub(crate) links: Links,
    pub(crate) tally: Tally,
    pub(crate) journal: Journal,
}

impl Start<'_> {
    /// The connections of the trusted application, then those of single agents.
    pub(crate) fn carriers(&self) -> Vec<mpsc::Sender<Order>> {
        let shared = (0..self.config.connections.0).map(|_| ("the trusted application", false));
        let alone = self.config.accounts.iter().map(|account| (&*account.address, true));
        let all = shared.chain(alone).enumerate();
        all.map(|(number, (name, alone))| self.carrier(number, name.to_owned(), alone)).collect()
    }

    /// What Front Ends say over connections of their own making.
    pub(crate) fn listen(&self, listener: Listener) -> mpsc::Receiver<Incoming> {
        let (sender, incoming) = mpsc::channel(INCOMING);
        self.host.spawn("listener", listener.serve(sender, Limits::with_message(MAX_MESSAGE)));
        incoming
    }

    fn carrier(&self, number: usize, name: String, alone: bool) -> mpsc::Sender<Order> {
        let (sender, orders) = mpsc::channel(ORDERS);
        let carrier = Carrier {
            number,
            name,
            orders,
            crowd: Crowd::new(self.manners(alone), Instant::now(), SystemTime::now()),
            host: self.host.clone(),
            links: self.links.clone(),
            tally: self.tally.clone(),
            journal: self.journal.clone(),
            written: Written::new(),
        };
        let life = live(carrier, self.config.servers.clone(), self.connector.clone());
        self.host.spawn("connection", async {
            life.await;
            Ok(())
        });
        sender
    }

    fn manners(&self, alone: bool) -> Manners {
        let config = self.config;
        // The connections of the application share its rates.
        let share = if alone { 1 } else { config.connections.0.max(1) as u32 };
        let each = |per_second: u32| Duration::from_secs(1) * share / per_second;
        Manners {
            style: Style { device: config.device, language: config.activity_language.0 },
            at_start: config.register == Register::AtStart,
            wait: WAIT,
            between_registrations: each(config.registrations_per_second.0),
            between_publications: each(config.publications_per_second.0),
            between_own: Duration::from_secs(60) / config.publications_per_minute.0,
            own_burst: OWN_BURST,
            patience: config.silence_limit.0,
            alone,
            has_choice: config.servers.len() > 1,
        }
    }
}
