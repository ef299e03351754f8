//! The plug-in: shares agents out to connections, holds each SIP address to one agent, and passes the host's commands
//! on.

use crate::{
    config::Config,
    journal::Journal,
    order::{Order, Shares},
    record::Recalled,
    roster::Roster,
    start::{self, Accounts, Start, WAIT},
    state_directory,
    tally::Tally,
};
use std::{collections::HashMap, path::Path, sync::Arc, time::Instant};
use tokio::sync::{
    mpsc::{self, error::TrySendError},
    oneshot,
};
use uc_plugin_api::{
    Backend, CallError, Command, Complaint, Event, Host, Links, Publication, Published, Role, SUCCEEDED_BY, UserHandle,
    WatchedUser,
};
use uc_sip::{
    auth::Credentials,
    site::{Connector, Incoming, Listen, Listener, address, sign_in, until},
    user_agent::Settings,
};

/// Agents' presence on Lync and Skype for Business.
pub(crate) struct LyncPush {
    host: Host,
    config: Config,
    roster: Roster,
    /// What waits for the host's first word.
    prepared: Option<Prepared>,
    carriers: Vec<mpsc::Sender<Order>>,
    accounts: Accounts,
    /// Requests over connections that Front Ends opened.
    incoming: Option<mpsc::Receiver<Incoming>>,
    journal: Option<Journal>,
    /// What an earlier life left of those who were not watched yet, and until when they may be.
    left: HashMap<Arc<str>, Recalled>,
    /// The same under the names of other settings: of others than agents it is another instance's business.
    elsewhere: HashMap<Arc<str>, Recalled>,
    unclaimed: Option<Instant>,
    /// Connections of those who are no agents any more.
    recovering: HashMap<Arc<str>, usize>,
    /// Another instance follows, and shows the same at the same place.
    succeeded: bool,
}

/// The way to the servers, and the port for their way back.
struct Prepared {
    connector: Connector,
    listener: Option<Listener>,
}

impl Backend for LyncPush {
    const NAME: &'static str = "lync-push";
    const ROLES: &'static [Role] = &[Role::PresenceSink];
    const METRICS: &'static [&'static [(&'static str, &'static str)]] = &[
        uc_sip::METRICS,
        &[
            ("lync_push_agents", "Agents who are to be shown"),
            ("lync_push_agents_failing", "Agents whose state the pool does not show, and why is in the log"),
            ("lync_push_agents_registered", "Agents who are signed in to the pool"),
            ("lync_push_chosen_total", "Choices that agents made on the platform while a publication stood"),
            ("lync_push_conflicts_total", "Publications that met another version, and were made again"),
            ("lync_push_links_lost_total", "Links to the pool that were lost"),
            ("lync_push_messages_for_strangers_total", "Requests of the pool for people who are no agents of ours"),
            ("lync_push_published_total", "Publications that the pool took"),
            ("lync_push_refused_total", "Publications that the pool refused"),
            ("lync_push_subscriptions_lost_total", "Subscriptions to agents' own data that are asked for again"),
        ],
    ];
    type Config = Config;

    fn check(config: &Config, directory: &Path) -> Vec<Complaint> {
        config.complaints(directory)
    }

    async fn start(config: Config, host: Host) -> Result<Self, String> {
        let directory = host.resolve("");
        let connector = config.reach().connector(&directory)?;
        let accounts = start::accounts(&config, &directory)?;
        let listen = config.listen.as_ref();
        let listener =
            listen.map(|listen| Listener::bind(listen, &config.tls, &config.servers, &directory)).transpose()?;
        Ok(Self {
            roster: Roster::new(config.connections.0),
            host,
            config,
            prepared: Some(Prepared { connector, listener }),
            carriers: Vec::new(),
            accounts,
            incoming: None,
            journal: None,
            left: HashMap::new(),
            elsewhere: HashMap::new(),
            unclaimed: None,
            recovering: HashMap::new(),
            succeeded: false,
        })
    }

    async fn wake(&mut self) -> Result<(), String> {
        let unclaimed = self.unclaimed;
        tokio::select! {
            incoming = next(&mut self.incoming) => match incoming {
                Some(incoming) => self.pass_on(incoming),
                None => self.incoming = None,
            },
            () = until(unclaimed) => self.recover(),
        }
        Ok(())
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        if let Some(prepared) = self.prepared.take() {
            self.begin(prepared).await;
        }
        match command {
            Command::Watch(users) => self.watch(users.into()).await,
            Command::Unwatch(users) => self.unwatch(users.into()).await,
            Command::Publish(publications) => self.publish(publications.into()).await,
            Command::Withdraw(users) => self.withdraw(users.into()).await,
            _ => {}
        }
        Ok(())
    }

    async fn try_now(&mut self) {
        for carrier in &self.carriers {
            // It fails only while the instance ends.
            let _ = carrier.send(Order::TryNow).await;
        }
    }

    /// What stands is the next instance's, which finds it as after a killed process: the journal says what was
    /// replaced.
    async fn call(&mut self, op: &str, body: &[u8]) -> Result<Vec<u8>, CallError> {
        if op != SUCCEEDED_BY {
            return Err(CallError::Unsupported);
        }
        let next = str::from_utf8(body).ok().and_then(|text| toml::from_str::<Config>(text).ok());
        self.succeeded = next.is_some_and(|next| self.config.goes_on_as(&next, &self.host.resolve("")));
        Ok(Vec::new())
    }

    async fn stop(&mut self) {
        let order = if self.succeeded { Order::HandOver } else { Order::Stop };
        let mut waiting = Vec::new();
        for carrier in &self.carriers {
            let (done, answer) = oneshot::channel();
            if carrier.send(order(done)).await.is_ok() {
                waiting.push(answer);
            }
        }
        for answer in waiting {
            // A connection that is gone has nothing to withdraw.
            let _ = answer.await;
        }
        if let Some(journal) = &self.journal {
            journal.flush().await;
        }
    }
}

async fn next(incoming: &mut Option<mpsc::Receiver<Incoming>>) -> Option<Incoming> {
    match incoming {
        Some(incoming) => incoming.recv().await,
        None => std::future::pending().await,
    }
}

impl LyncPush {
    /// The host's first word: an instance before this one has put down what it remembers, and signed everybody out.
    async fn begin(&mut self, Prepared { connector, listener }: Prepared) {
        let directory = state_directory::directory(&self.config, &self.host.resolve(""));
        let (journal, left, writer) = Journal::open(directory, state_directory::file(&self.config)).await;
        self.host.spawn("journal", writer);
        let links = self.config.connections.0 + self.config.accounts.len();
        let start = Start {
            config: &self.config,
            host: &self.host,
            connector,
            links: Links::new(self.host.clone(), links),
            tally: Tally::new(links),
            journal: journal.clone(),
        };
        self.carriers = start.carriers();
        self.incoming = listener.map(|listener| start.listen(listener));
        let any = !left.agents.is_empty() || !left.elsewhere.is_empty();
        self.unclaimed = any.then(|| Instant::now() + WAIT);
        (self.left, self.elsewhere, self.journal) = (left.agents, left.elsewhere, Some(journal));
    }

    /// A request for an agent, to the connection that carries them.
    fn pass_on(&self, incoming: Incoming) {
        let key = incoming.message.to().and_then(|to| address::key(to.uri));
        let Some(carrier) = key.and_then(|key| self.roster.carrier_of(&key)) else {
            return incoming.refuse(404, "Not Found");
        };
        // Waiting here could be broken off by a command, and the request were lost.
        if let Err(TrySendError::Full(Order::Incoming(incoming))) =
            self.carriers[carrier].try_send(Order::Incoming(Box::new(incoming)))
        {
            incoming.refuse(503, "Service Unavailable");
        }
    }

    async fn watch(&mut self, users: Vec<WatchedUser>) {
        let moved = users.iter().filter(|user| self.roster.has_moved(user)).map(|user| user.handle).collect();
        self.unwatch(moved).await;
        let mut shares = Shares::new(&self.carriers);
        let (mut wrong, mut elsewhere) = (Vec::new(), Vec::new());
        for user in &users {
            let account = |key: &str| {
                let own = self.accounts.get(key).map(|(number, _)| *number);
                own.or_else(|| self.recovering.get(key).copied())
            };
            match self.roster.add(user, account) {
                Ok(carrier) => {
                    let key = self.roster.address(user.handle).unwrap_or_default();
                    let other = self.elsewhere.remove_entry(key).map(|(key, recalled)| {
                        elsewhere.push(key);
                        recalled
                    });
                    let left = self.left.remove(key).or(other);
                    shares.watch(carrier, user.handle, self.endpoint(user.handle), left);
                }
                Err(why) => wrong.push((user.handle, why)),
            }
        }
        if let Some(journal) = self.journal.as_ref().filter(|_| !elsewhere.is_empty()) {
            tracing::info!(
                agents = elsewhere.len(),
                "what is remembered of agents under earlier settings is taken over"
            );
            journal.take_over(elsewhere);
        }
        shares.send().await;
        self.complain(wrong);
    }

    /// What an earlier life published for those who are no agents any more makes room for their own choice.
    fn recover(&mut self) {
        self.unclaimed = None;
        self.leave_the_rest();
        let mut orders = Vec::new();
        for (key, recalled) in std::mem::take(&mut self.left) {
            let own = self.accounts.get(&*key).map(|(number, _)| *number);
            let Some(carrier) = own.or((self.config.connections.0 > 0).then_some(0)) else {
                tracing::warn!(
                    agent = %key,
                    "the choice that ours replaced cannot be put back: name the agent's account in `accounts`, or allow \
                     `connections`"
                );
                continue;
            };
            tracing::info!(agent = %key, "what was published for this former agent is taken back");
            let recover = Order::Recover(self.endpoint_of(&key), Box::new(recalled));
            orders.push((self.carriers[carrier].clone(), recover));
            self.recovering.insert(key, carrier);
        }
        // Waiting here could be broken off by a command, and the orders were lost.
        self.host.spawn("recovery", async move {
            for (carrier, order) in orders {
                // It fails only while the instance ends.
                let _ = carrier.send(order).await;
            }
            Ok(())
        });
    }

    /// Nobody here is what is still elsewhere.
    fn leave_the_rest(&mut self) {
        let others = std::mem::take(&mut self.elsewhere).len();
        if others > 0 {
            tracing::warn!(
                agents = others,
                "files of other settings in `state-dir` remember choices of people who are no agents here: they are left for \
                 another instance; if there is none, look at these people's presence and remove the files"
            );
        }
        self.journal.iter().for_each(Journal::leave_the_rest);
    }

    fn endpoint(&self, user: UserHandle) -> Box<Settings> {
        self.endpoint_of(self.roster.address(user).unwrap_or_default())
    }

    fn endpoint_of(&self, key: &str) -> Box<Settings> {
        let own = self.accounts.get(key).map(|(_, settings)| settings.clone());
        let trusted = || sign_in::endpoint(self.config.domain.as_deref(), key, Credentials::Trusted);
        let settings = own.unwrap_or_else(trusted);
        let trusted = matches!(settings.credentials, Credentials::Trusted);
        let sent_by = self.config.listen.as_ref().filter(|_| trusted).and_then(Listen::sent_by);
        Box::new(Settings { patience: None, sent_by, ..settings })
    }

    async fn unwatch(&mut self, users: Vec<UserHandle>) {
        let mut shares = Shares::new(&self.carriers);
        for (user, left) in self.roster.leave(users) {
            shares.unwatch(left.carrier, user);
            if let Some((heir, publication)) = left.heir {
                shares.watch(left.carrier, heir, self.endpoint(heir), None);
                publication.into_iter().for_each(|publication| shares.publish(left.carrier, publication));
            }
        }
        shares.send().await;
    }

    async fn publish(&mut self, publications: Vec<Publication>) {
        let mut shares = Shares::new(&self.carriers);
        for publication in publications {
            match self.roster.carrier(publication.user) {
                Some(carrier) => shares.publish(carrier, publication),
                None => self.roster.remember(publication),
            }
        }
        shares.send().await;
    }

    async fn withdraw(&mut self, users: Vec<UserHandle>) {
        let mut shares = Shares::new(&self.carriers);
        for user in users {
            match self.roster.carrier(user) {
                Some(carrier) => shares.withdraw(carrier, user),
                None => self.roster.forget_publication(user),
            }
        }
        shares.send().await;
    }

    fn complain(&self, wrong: Vec<(UserHandle, String)>) {
        if wrong.is_empty() {
            return;
        }
        for (_, why) in &wrong {
            tracing::warn!("{why}");
        }
        let results = wrong.into_iter().map(|(user, why)| Published { user, error: why.into() }).collect();
        let host = self.host.clone();
        self.host.spawn("complaint", async move {
            host.send(Event::Published(results)).await;
            Ok(())
        });
    }
}
