//! The plug-in itself: shares people out to the accounts and passes the host's commands on.

use crate::{
    config::Config,
    endpoint::{Endpoint, Order, report_invited},
    incoming,
    invitation::came_to,
    roster::Roster,
    session::MAX_MESSAGE,
};
use std::{collections::HashMap, path::Path, pin::Pin};
use tokio::sync::{mpsc, oneshot};
use uc_plugin_api::{
    Backend, CallError, Command, Complaint, END_INVITATIONS, Host, Invitation, Links, Role, UserHandle, WatchedUser,
    ended_invitations,
};
use uc_sip::{
    message::Limits,
    site::{Auth, Listen, Listener, address, live, sign_in},
    user_agent::Settings,
};

/// Orders that wait for an account; it takes them even while it connects.
const ORDERS: usize = 64;

/// What runs beside the plug-in, and its name.
type Task = (&'static str, Pin<Box<dyn Future<Output = Result<(), String>> + Send>>);

/// Presence of Lync and Skype for Business.
pub(crate) struct Lync {
    host: Host,
    /// What begins with the host's first word: an instance before this one is the same endpoint to the server, and has
    /// signed out by then.
    waiting: Vec<Task>,
    accounts: Vec<mpsc::Sender<Order>>,
    /// People of each account.
    load: Vec<usize>,
    owner: HashMap<UserHandle, usize>,
}

impl Backend for Lync {
    const NAME: &'static str = "lync";
    const ROLES: &'static [Role] = &[Role::PresenceSource, Role::Inviter];
    const METRICS: &'static [&'static [(&'static str, &'static str)]] = &[
        uc_sip::METRICS,
        &[
            ("lync_documents_of_unknown_people_total", "Presence documents of people who are not watched"),
            ("lync_documents_unreadable_total", "Presence documents that could not be read"),
            ("lync_links_lost_total", "Links to the pool that were lost"),
            ("lync_notifies_total", "NOTIFY requests with presence"),
            ("lync_numbers_skipped_total", "Gaps in numbers of notifies after two of which nothing was lost"),
            ("lync_people_refused_total", "People whom the pool does not let be watched"),
            ("lync_subscriptions_lost_total", "Subscriptions that ended or were not answered, and are asked for again"),
            ("lync_subscriptions_renumbered_total", "Subscriptions whose numbers went wrong, and are asked for again"),
        ],
    ];
    type Config = Config;

    fn check(config: &Config, directory: &Path) -> Vec<Complaint> {
        config.complaints(directory)
    }

    async fn start(config: Config, host: Host) -> Result<Self, String> {
        let directory = host.resolve("");
        let connector = config.reach().connector(&directory)?;
        let links = Links::new(host.clone(), config.accounts.len());
        let (mut accounts, mut waiting) = (Vec::new(), Vec::<Task>::new());
        let mut reached = HashMap::new();
        for (number, account) in config.accounts.iter().enumerate() {
            let (sender, orders) = mpsc::channel(ORDERS);
            let trusted = account.auth == Auth::Trusted;
            let endpoint = Endpoint {
                number,
                settings: Settings {
                    sent_by: config.listen.as_ref().filter(|_| trusted).and_then(Listen::sent_by),
                    patience: Some(config.silence_limit.0),
                    ..sign_in::settings(config.domain.as_deref(), account, &directory)?
                },
                batch: config.batch_size.0,
                identity: config.replay.as_ref().map(|replay| (replay.call_id.clone(), replay.tag.clone())),
                orders,
                roster: Roster::new(&config.language),
                host: host.clone(),
                links: links.clone(),
            };
            let life = live(endpoint, config.servers.clone(), connector.clone());
            let life = async {
                life.await;
                Ok(())
            };
            waiting.push(("account", Box::pin(life)));
            if trusted {
                let keys = [Some(&account.address), account.gruu.as_ref()].into_iter().flatten();
                let keys = keys.filter_map(|uri| address::key(uri));
                reached.extend(keys.map(|key| (key.into_owned(), sender.clone())));
            }
            accounts.push(sender);
        }
        if let Some(listen) = &config.listen {
            let listener = Listener::bind(listen, &config.tls, &config.servers, &directory)?;
            let serving = incoming::serve(listener, reached, Limits::with_message(MAX_MESSAGE));
            waiting.push(("listener", Box::pin(serving)));
        }
        Ok(Self { host, waiting, load: vec![0; accounts.len()], accounts, owner: HashMap::new() })
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        self.waiting.drain(..).for_each(|(name, task)| self.host.spawn(name, task));
        match command {
            Command::Watch(users) => self.watch(users.into()).await,
            Command::Unwatch(users) => self.unwatch(users.into()).await,
            Command::Invite(invitation) => self.invite(invitation).await,
            _ => {}
        }
        Ok(())
    }

    async fn try_now(&mut self) {
        for account in 0..self.accounts.len() {
            self.tell(account, Order::TryNow).await;
        }
    }

    async fn call(&mut self, op: &str, body: &[u8]) -> Result<Vec<u8>, CallError> {
        if op != END_INVITATIONS {
            return Err(CallError::Unsupported);
        }
        let ids = ended_invitations(body).ok_or_else(|| CallError::Failed("these are no numbers".to_owned()))?;
        for account in 0..self.accounts.len() {
            self.tell(account, Order::EndInvitations(ids.clone())).await;
        }
        Ok(Vec::new())
    }

    async fn stop(&mut self) {
        // What never began has nothing to end.
        self.waiting.clear();
        let mut waiting = Vec::new();
        for account in &self.accounts {
            let (done, answer) = oneshot::channel();
            if account.send(Order::Stop(done)).await.is_ok() {
                waiting.push(answer);
            }
        }
        for answer in waiting {
            // An account that is gone has nothing to sign out from.
            let _ = answer.await;
        }
    }
}

impl Lync {
    async fn watch(&mut self, users: Vec<WatchedUser>) {
        let mut shares = vec![Vec::new(); self.accounts.len()];
        for user in users {
            let known = self.owner.get(&user.handle).copied();
            let Some(account) = known.or_else(|| self.choose(&user)) else { continue };
            shares[account].push(user);
        }
        for (account, share) in shares.into_iter().enumerate().filter(|(_, share)| !share.is_empty()) {
            self.tell(account, Order::Watch(share)).await;
        }
    }

    /// The account with the fewest people, none for people without SIP address.
    fn choose(&mut self, user: &WatchedUser) -> Option<usize> {
        address::key(&user.address)?;
        let account = (0..self.load.len()).min_by_key(|account| self.load[*account])?;
        self.load[account] += 1;
        self.owner.insert(user.handle, account);
        Some(account)
    }

    async fn unwatch(&mut self, users: Vec<UserHandle>) {
        let mut shares = vec![Vec::new(); self.accounts.len()];
        for user in users {
            if let Some(account) = self.owner.remove(&user) {
                self.load[account] -= 1;
                shares[account].push(user);
            }
        }
        for (account, share) in shares.into_iter().enumerate().filter(|(_, share)| !share.is_empty()) {
            self.tell(account, Order::Unwatch(share)).await;
        }
    }

    async fn invite(&mut self, invitation: Invitation) {
        match self.owner.get(&invitation.user).copied() {
            Some(account) => self.tell(account, Order::Invite(invitation)).await,
            None => report_invited(&self.host, came_to(invitation.id, "the worker has no SIP address")),
        }
    }

    async fn tell(&mut self, account: usize, order: Order) {
        // It fails only while the instance ends.
        let _ = self.accounts[account].send(order).await;
    }
}
