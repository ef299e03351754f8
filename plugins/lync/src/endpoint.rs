//! One watcher account: connects, keeps signed in, comes back after a loss. What happens over one connection is the
//! `session`'s business.

use crate::{
    inviter::failed,
    roster::{Added, Roster},
    session::{self, Ended},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until},
};
use uc_plugin_api::{Event, Host, Invitation, Invited, LinkStatus, Links, UserHandle, WatchedUser};
use uc_sip::{
    site::{Attempts, Connector, Incoming, Server, Trouble},
    user_agent,
};

/// What the plug-in asks of an account.
pub(crate) enum Order {
    Watch(Vec<WatchedUser>),
    Unwatch(Vec<UserHandle>),
    Invite(Invitation),
    /// A request over a connection that a Front End opened.
    Incoming(Box<Incoming>),
    /// Sign out; answered when done.
    Stop(oneshot::Sender<()>),
}

/// A change of who is watched.
pub(crate) enum Change {
    Added(UserHandle),
    Removed(UserHandle, Arc<str>),
}

/// One account.
pub(crate) struct Endpoint {
    /// Number of its link.
    pub(crate) number: usize,
    pub(crate) settings: user_agent::Settings,
    pub(crate) servers: Vec<Server>,
    pub(crate) connector: Connector,
    pub(crate) batch: usize,
    /// Call-ID and tag for replays.
    pub(crate) identity: Option<(String, String)>,
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) roster: Roster,
    pub(crate) host: Host,
    pub(crate) links: Links,
}

impl Endpoint {
    /// Lives until it is told to stop.
    ///
    /// # Errors
    /// None: what goes wrong is the link's state.
    pub(crate) async fn run(mut self) -> Result<(), String> {
        let mut attempts = Attempts::new(self.servers.clone());
        loop {
            let server = attempts.server(Instant::now().into_std());
            let Some(trouble) = self.attempt(server, &mut attempts).await else { return Ok(()) };
            let wait = attempts.wait(&trouble.again, Instant::now().into_std());
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
        let (ended, signed_in) = session::run(self, stream, &server).await;
        if signed_in {
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
                () = sleep_until(until) => return true,
                order = self.orders.recv() => if !self.offline(order) { return false },
            }
        }
    }

    /// An order while there is no connection. False when told to stop.
    fn offline(&mut self, order: Option<Order>) -> bool {
        match order {
            Some(Order::Watch(users)) => drop(self.watch(&users)),
            Some(Order::Unwatch(users)) => drop(self.unwatch(&users)),
            Some(Order::Invite(invitation)) => {
                self.invited(failed(invitation.id, "not connected to the UC platform"));
            }
            Some(Order::Incoming(incoming)) => incoming.refuse(480, "Temporarily Unavailable"),
            Some(Order::Stop(done)) => {
                // Whoever asked may have gone already.
                let _ = done.send(());
                return false;
            }
            None => return false,
        }
        true
    }

    /// Takes people on.
    pub(crate) fn watch(&mut self, users: &[WatchedUser]) -> Vec<Change> {
        let mut changes = Vec::new();
        for user in users {
            match self.roster.add(user) {
                Added::New { former } => {
                    changes.extend(former.map(|address| Change::Removed(user.handle, address)));
                    changes.push(Change::Added(user.handle));
                }
                Added::Known => {}
                Added::NoAddress => changes.extend(self.unwatch(&[user.handle])),
                Added::Taken(owner) => tracing::warn!(
                    id = %user.id, owner = owner.0,
                    "two workers have the same SIP address, the first one gets its presence: correct the directory"
                ),
            }
        }
        changes
    }

    /// Forgets people.
    pub(crate) fn unwatch(&mut self, users: &[UserHandle]) -> Vec<Change> {
        let removed = users.iter().filter_map(|user| Some(Change::Removed(*user, self.roster.remove(*user)?)));
        removed.collect()
    }

    /// Reports what became of an invitation.
    pub(crate) fn invited(&self, invited: Invited) {
        report_invited(&self.host, invited);
    }

    fn down(&mut self, trouble: &Trouble, wait: Duration) {
        let next = match wait {
            wait if wait > Attempts::LONGEST => format!("; tried again in {} s", wait.as_secs()),
            _ => String::new(),
        };
        let why = format!("{}: {}{next}", self.settings.registration.user, trouble.why);
        tracing::warn!("{why}");
        self.host.count("lync_links_lost_total", 1);
        if self.links.set(self.number, LinkStatus::Down, why) {
            // The other accounts' people are fine: only ours are unknown.
            self.host.presence(self.roster.handles().filter_map(|user| self.roster.report(user, false)));
        }
    }
}

/// Reports what became of an invitation, as soon as the host has room.
pub(crate) fn report_invited(host: &Host, invited: Invited) {
    let sender = host.clone();
    host.spawn("invited", async move {
        sender.send(Event::Invited(invited)).await;
        Ok(())
    });
}
