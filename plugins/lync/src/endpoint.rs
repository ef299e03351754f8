//! One watcher account, connected or not. What happens over one connection is the `session`'s business.

use crate::{invitation::came_to, roster::Roster, session::Session};
use tokio::sync::{mpsc, oneshot};
use uc_plugin_api::{Event, Host, Invitation, Invited, LinkStatus, Links, UserHandle, WatchedUser};
use uc_sip::{
    site::{Client, Ended, Incoming, Offline, Proof, Server, serve},
    transport::Stream,
    user_agent,
};

/// What the plug-in asks of an account.
pub(crate) enum Order {
    Watch(Vec<WatchedUser>),
    Unwatch(Vec<UserHandle>),
    Invite(Invitation),
    /// These invitations are needed no more.
    EndInvitations(Vec<u64>),
    /// Sign in or ask at once, whatever is waited for.
    TryNow,
    /// A request over a connection that a Front End opened.
    Incoming(Box<Incoming>),
    /// Sign out; answered when done.
    Stop(oneshot::Sender<()>),
}

/// One account.
pub(crate) struct Endpoint {
    /// Number of its link.
    pub(crate) number: usize,
    pub(crate) settings: user_agent::Settings,
    pub(crate) batch: usize,
    /// Call-ID and tag for replays.
    pub(crate) identity: Option<(String, String)>,
    pub(crate) orders: mpsc::Receiver<Order>,
    pub(crate) roster: Roster,
    pub(crate) host: Host,
    pub(crate) links: Links,
}

impl Client for Endpoint {
    type Order = Order;

    fn name(&self) -> &str {
        &self.settings.registration.user
    }

    fn proof(&self) -> Option<Proof> {
        self.settings.credentials.proof()
    }

    fn orders(&mut self) -> &mut mpsc::Receiver<Order> {
        &mut self.orders
    }

    fn offline(&mut self, order: Order) -> Offline {
        match order {
            Order::Watch(users) => drop(self.roster.watch(&users)),
            Order::Unwatch(users) => drop(self.roster.unwatch(&users)),
            Order::Invite(invitation) => self.invited(came_to(invitation.id, "not connected to the UC platform")),
            // Without a connection none is under way.
            Order::EndInvitations(_) => {}
            Order::Incoming(incoming) => incoming.refuse(480, "Temporarily Unavailable"),
            Order::TryNow => return Offline::TriesNow,
            Order::Stop(done) => {
                // Whoever asked may have gone already.
                let _ = done.send(());
                return Offline::Stops;
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
        self.host.count("lync_links_lost_total", 1);
        if self.links.set(self.number, LinkStatus::Down, why) {
            // The other accounts' people are fine: only ours are unknown.
            self.host.presence(self.roster.handles().map(|user| self.roster.report(user, false)));
        }
    }
}

impl Endpoint {
    /// Reports what became of an invitation.
    pub(crate) fn invited(&self, invited: Invited) {
        report_invited(&self.host, invited);
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
