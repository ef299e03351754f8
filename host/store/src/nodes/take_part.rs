//! A node's part, on a store.

use super::{Held, Member, Partition, Refusal, View};
use crate::{
    Fence, Store,
    asking::{Ask, Asker},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Orders that may wait.
const ORDERS: usize = 64;

/// What this process owns among the nodes. Clones are of the same one.
#[derive(Clone, Debug)]
pub struct Part {
    holds: watch::Receiver<Holds>,
    views: watch::Receiver<View>,
    refused: watch::Receiver<Option<Refusal>>,
    orders: mpsc::Sender<Order>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Holds {
    /// None: nothing is held.
    until: Option<Instant>,
    /// When the store took this node's sign of life last.
    renewed: Option<Instant>,
    held: Arc<BTreeMap<Partition, Held>>,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    LetGo(Partition),
    Drain(bool),
}

impl Part {
    /// What is owned now. Asked anew before every act: a process that was stopped for a while finds here that it owns
    /// nothing, before anybody else tells it.
    pub fn held(&self) -> Arc<BTreeMap<Partition, Held>> {
        self.holds.borrow().now().cloned().unwrap_or_default()
    }

    /// Whether work is done for this partition here now, if only until it is let go.
    pub fn works(&self, partition: Partition) -> bool {
        self.holds.borrow().now().is_some_and(|held| held.contains_key(&partition))
    }

    /// The store takes this node's signs of life: what was read last of who owns what is not old.
    pub fn is_heard(&self) -> bool {
        self.holds.borrow().now().is_some()
    }

    /// For how long the store has taken no sign of life of this node; none: it never has.
    pub fn silence(&self) -> Option<Duration> {
        self.holds.borrow().renewed.map(|renewed| renewed.elapsed())
    }

    /// What a write of state for this partition carries now; none: it is not owned here.
    pub fn fence(&self, partition: Partition) -> Option<Fence> {
        self.holds.borrow().now().and_then(|held| held.get(&partition)).map(|held| held.fence.clone())
    }

    /// Waits until what is owned may be another.
    pub async fn changed(&mut self) {
        let until = self.holds.borrow_and_update().until.filter(|until| Instant::now() < *until);
        tokio::select! {
            Ok(()) = self.holds.changed() => {}
            () = moment(until) => {}
        }
    }

    /// Nothing is done for this partition any more: another node may have it.
    pub async fn let_go(&self, partition: Partition) {
        let _ = self.orders.send(Order::LetGo(partition)).await;
    }

    /// Whether this node is to own nothing from now on.
    pub async fn drain(&self, drains: bool) {
        let _ = self.orders.send(Order::Drain(drains)).await;
    }

    /// Who takes part and owns what, as it was read last.
    pub fn view(&self) -> watch::Receiver<View> {
        self.views.clone()
    }

    /// Why this node may not take part; none: it may, as far as it knows.
    pub fn refused(&self) -> watch::Receiver<Option<Refusal>> {
        self.refused.clone()
    }
}

impl Holds {
    fn now(&self) -> Option<&Arc<BTreeMap<Partition, Held>>> {
        self.until.filter(|until| Instant::now() < *until).map(|_| &self.held)
    }
}

async fn moment(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Takes part until `stop`, and then leaves; or until it is refused for good. The work is done by the future; without
/// it, nothing is held for longer than a lease's own time.
pub fn take_part(store: Store, member: Member, stop: CancellationToken) -> (Part, impl Future<Output = ()> + Send) {
    let (says, holds) = watch::channel(Holds::default());
    let (shows, views) = watch::channel(View::default());
    let (refuses, refused) = watch::channel(None);
    let (orders, ordered) = mpsc::channel(ORDERS);
    let asker = Asker::new(store, member.deadline(), ["the nodes", "nobody can take or keep a partition"]);
    let run = Run { asker, member, begin: Instant::now(), says, shows, refuses, ordered };
    (Part { holds, views, refused, orders }, run.run(stop))
}

struct Run {
    asker: Asker,
    member: Member,
    begin: Instant,
    says: watch::Sender<Holds>,
    shows: watch::Sender<View>,
    refuses: watch::Sender<Option<Refusal>>,
    ordered: mpsc::Receiver<Order>,
}

impl Run {
    async fn run(mut self, stop: CancellationToken) {
        let mut last = None;
        loop {
            while let Ok(order) = self.ordered.try_recv() {
                self.obey(order);
            }
            if stop.is_cancelled() && last.is_none() {
                self.member.leave();
                last = Some(self.now() + self.member.holds());
            }
            let asked = self.member.ask(self.now());
            self.publish();
            let is_refused = self.refuses.borrow().as_ref().is_some_and(Refusal::is_final);
            if self.member.has_left() || is_refused || last.is_some_and(|last| self.now() >= last) {
                return;
            }
            match asked {
                Some(ask) => self.call(ask).await,
                None => self.pause(&stop, last.is_some()).await,
            }
        }
    }

    async fn call(&mut self, ask: Ask) {
        if let Some(answer) = self.asker.ask(ask.what).await {
            self.member.answer(ask.number, answer, self.now());
        }
    }

    async fn pause(&mut self, stop: &CancellationToken, stops: bool) {
        let until = self.begin + self.member.wake(self.now());
        tokio::select! {
            () = sleep_until(until) => {}
            () = stop.cancelled(), if !stops => {}
            Some(order) = self.ordered.recv() => self.obey(order),
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::LetGo(partition) => self.member.let_go(partition),
            Order::Drain(drains) => self.member.drain(drains),
        }
    }

    fn publish(&self) {
        let (now, until) = (self.now(), self.member.until());
        let holds = Holds {
            until: (now < until).then(|| self.begin + until),
            renewed: self.member.renewed_at().map(|at| self.begin + at),
            held: Arc::new(self.member.held(now)),
        };
        self.says.send_if_modified(|before| std::mem::replace(before, holds.clone()) != holds);
        let view = self.member.view();
        self.shows.send_if_modified(|before| std::mem::replace(before, view.clone()) != view);
        let refusal = self.member.refusal();
        self.refuses.send_if_modified(|before| std::mem::replace(before, refusal.clone()) != refusal);
    }

    fn now(&self) -> Duration {
        self.begin.elapsed()
    }
}
