//! What the plug-in asks of its connections.

use crate::record::Recalled;
use tokio::sync::{mpsc, oneshot};
use uc_plugin_api::{Publication, UserHandle};
use uc_sip::{site::Incoming, user_agent::Settings};

/// One order.
pub(crate) enum Order {
    /// Get ready to publish for these agents.
    Watch(Vec<(UserHandle, Box<Settings>, Option<Recalled>)>),
    /// Put back what an earlier life left of somebody who is no agent any more.
    Recover(Box<Settings>, Box<Recalled>),
    Unwatch(Vec<UserHandle>),
    Publish(Vec<Publication>),
    Withdraw(Vec<UserHandle>),
    /// Register and publish at once, whatever is waited for.
    TryNow,
    /// A request over a connection that a Front End opened.
    Incoming(Box<Incoming>),
    /// Withdraw everything and sign out; answered when done.
    Stop(oneshot::Sender<()>),
    /// Let everything stand for the instance that follows; answered when the connection is closed.
    HandOver(oneshot::Sender<()>),
}

/// Orders for each connection, in order and few.
pub(crate) struct Shares<'a> {
    carriers: &'a [mpsc::Sender<Order>],
    orders: Vec<Vec<Order>>,
}

impl<'a> Shares<'a> {
    pub(crate) fn new(carriers: &'a [mpsc::Sender<Order>]) -> Self {
        Self { carriers, orders: carriers.iter().map(|_| Vec::new()).collect() }
    }

    pub(crate) fn watch(
        &mut self,
        carrier: usize,
        user: UserHandle,
        endpoint: Box<Settings>,
        recalled: Option<Recalled>,
    ) {
        match self.orders[carrier].last_mut() {
            Some(Order::Watch(users)) => users.push((user, endpoint, recalled)),
            _ => self.orders[carrier].push(Order::Watch(vec![(user, endpoint, recalled)])),
        }
    }

    pub(crate) fn unwatch(&mut self, carrier: usize, user: UserHandle) {
        match self.orders[carrier].last_mut() {
            Some(Order::Unwatch(users)) => users.push(user),
            _ => self.orders[carrier].push(Order::Unwatch(vec![user])),
        }
    }

    pub(crate) fn publish(&mut self, carrier: usize, publication: Publication) {
        match self.orders[carrier].last_mut() {
            Some(Order::Publish(all)) => all.push(publication),
            _ => self.orders[carrier].push(Order::Publish(vec![publication])),
        }
    }

    pub(crate) fn withdraw(&mut self, carrier: usize, user: UserHandle) {
        match self.orders[carrier].last_mut() {
            Some(Order::Withdraw(users)) => users.push(user),
            _ => self.orders[carrier].push(Order::Withdraw(vec![user])),
        }
    }

    pub(crate) async fn send(self) {
        for (carrier, orders) in self.carriers.iter().zip(self.orders) {
            for order in orders {
                // It fails only while the instance ends.
                let _ = carrier.send(order).await;
            }
        }
    }
}
