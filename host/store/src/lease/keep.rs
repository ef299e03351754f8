//! A lease on a store.

use super::Lease;
use crate::{
    Fence, Store,
    asking::{Asker, Fault},
};
use std::time::Duration;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

/// Whether this process holds a lease. Clones are of the same one.
#[derive(Clone, Debug)]
pub struct Holding(watch::Receiver<Option<Held>>, watch::Receiver<Known>);

/// What whoever wants a lease knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Who held it when that was read last; none: nobody, or it was not read yet.
    pub owner: Option<String>,
    /// How the store fails now, and since when: nobody can take the lease by it, nor be seen to hold it.
    pub fault: Option<(Fault, Instant)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    fence: Fence,
    until: Instant,
}

impl Holding {
    /// What a write of state carries now; none: the lease is not held, and nobody acts. Asked anew before every act:
    /// a process that was stopped for a while finds here that it holds nothing, before anybody else tells it.
    pub fn fence(&self) -> Option<Fence> {
        self.0.borrow().as_ref().filter(|held| Instant::now() < held.until).map(|held| held.fence.clone())
    }

    /// What is known of it, whoever holds it.
    pub fn known(&self) -> Known {
        self.1.borrow().clone()
    }

    /// Waits until it is held: whoever begins something then.
    pub async fn begun(&mut self) -> Fence {
        loop {
            if let Some(fence) = self.fence() {
                return fence;
            }
            self.changed(None).await;
        }
    }

    /// Waits until it is not held: whoever ends something then. Whoever acts asks [`Holding::fence`].
    pub async fn ended(&mut self) {
        while self.fence().is_some() {
            let until = self.0.borrow_and_update().as_ref().map(|held| held.until);
            self.changed(until).await;
        }
    }

    /// Waits until somebody says something else, or until then.
    async fn changed(&mut self, until: Option<Instant>) {
        tokio::select! {
            Ok(()) = self.0.changed() => {}
            () = moment(until) => {}
        }
    }
}

async fn moment(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Wants a lease until `stop`, and then lets it go. The work is done by the future; without it, nothing is held for
/// longer than the lease's own time.
pub fn keep(store: Store, lease: Lease, stop: CancellationToken) -> (Holding, impl Future<Output = ()> + Send) {
    let ((holds, holding), (shows, known)) = (watch::channel(None), watch::channel(Known::default()));
    (Holding(holding, known), run(store, lease, stop, (holds, shows)))
}

/// Where it says whether it is held, and what is known of it.
type Says = (watch::Sender<Option<Held>>, watch::Sender<Known>);

async fn run(store: Store, mut lease: Lease, stop: CancellationToken, (holds, shows): Says) {
    let begin = Instant::now();
    let mut asker = Asker::new(store, lease.timing.deadline, ["the lease", "nobody can take or keep it"]);
    let (mut last, mut twin) = (None, false);
    loop {
        if stop.is_cancelled() && last.is_none() {
            lease.leave();
            last = Some(begin.elapsed() + lease.timing.holds);
        }
        let asked = lease.ask(begin.elapsed());
        publish(&lease, begin, &holds);
        let now = begin.elapsed();
        if lease.has_left() || last.is_some_and(|last| now >= last) {
            return;
        }
        match asked {
            Some(ask) => {
                if let Some(answer) = asker.ask(ask.what).await {
                    lease.answer(ask.number, answer, begin.elapsed());
                    if lease.has_twin() && !std::mem::replace(&mut twin, true) {
                        say_twin(&lease);
                    }
                }
                let owner = lease.holder(begin.elapsed()).map(str::to_owned);
                let known = Known { owner, fault: asker.fault() };
                shows.send_if_modified(|before| std::mem::replace(before, known.clone()) != known);
            }
            None => pause(begin + lease.wake(), &stop, last).await,
        }
    }
}

fn say_twin(lease: &Lease) {
    let node = lease.owner().unwrap_or_default();
    tracing::error!(
        node,
        "another process has the name of this node: give each node a name of its own, `node` in [cluster]"
    );
}

/// Until then, or until it is to stop.
async fn pause(until: Instant, stop: &CancellationToken, last: Option<Duration>) {
    match last {
        None => drop(stop.run_until_cancelled(sleep_until(until)).await),
        Some(_) => sleep_until(until).await,
    }
}

fn publish(lease: &Lease, begin: Instant, holds: &watch::Sender<Option<Held>>) {
    let held = lease.fence(begin.elapsed()).zip(lease.until());
    let held = held.map(|(fence, until)| Held { fence, until: begin + until });
    holds.send_if_modified(|before| std::mem::replace(before, held.clone()) != held);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Change, Error, Key, lease::Timing};
    use tokio::{task::JoinHandle, time::sleep};

    fn process(store: &Store, life: u64) -> (Holding, CancellationToken, JoinHandle<()>) {
        let lease = Lease::new("part-1", "node", life, Timing::DEFAULT).unwrap();
        let stop = CancellationToken::new();
        let (holding, work) = keep(store.clone(), lease, stop.clone());
        (holding, stop, tokio::spawn(work))
    }

    async fn write(store: &Store, fence: Fence) -> Result<(), Error> {
        store.compare_and_set(vec![Change::set(Key::new("state").unwrap(), "x")], Some(fence)).await.map(drop)
    }

    #[tokio::test(start_paused = true)]
    async fn who_stops_lets_the_next_have_it_and_writes_nothing_more() {
        let store = Store::in_memory();
        let (mut first, stop, work) = process(&store, 1);
        let fence = first.begun().await;
        write(&store, fence.clone()).await.unwrap();
        let (mut second, ..) = process(&store, 2);
        sleep(Duration::from_secs(60)).await;
        assert!(first.fence().is_some() && second.fence().is_none());
        assert_eq!(second.known(), Known { owner: Some("node".into()), fault: None });
        stop.cancel();
        let asked = Instant::now();
        first.ended().await;
        assert!(first.fence().is_none());
        second.begun().await;
        assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        work.await.unwrap();
        assert!(matches!(write(&store, fence).await, Err(Error::Conflict { .. })));
        write(&store, second.fence().unwrap()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_killed_holds_nothing_before_the_next_one_does() {
        let store = Store::in_memory();
        let (mut first, _stop, work) = process(&store, 1);
        first.begun().await;
        let (mut second, ..) = process(&store, 2);
        sleep(Duration::from_secs(5)).await;
        work.abort();
        let killed = Instant::now();
        first.ended().await;
        assert!(first.fence().is_none() && second.fence().is_none());
        second.begun().await;
        assert!(killed.elapsed() < Duration::from_millis(1600), "{:?}", killed.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_holds_it_while_what_excludes_it_is_there_and_who_renews_it_is_known() {
        let (store, other) = (Store::in_memory(), Key::new("other").unwrap());
        let lease = |life| Lease::new("part-1", "node", life, Timing::DEFAULT).unwrap().unless(other.clone());
        let (mut holding, work) = keep(store.clone(), lease(1), CancellationToken::new());
        let work = tokio::spawn(work);
        holding.begun().await;
        let renewed = async || crate::lease::renewed_by(&store, "part-1", Timing::DEFAULT).await.unwrap();
        assert_eq!(renewed().await.as_deref(), Some("node"));
        store.compare_and_set(vec![Change::set(other.clone(), "there")], None).await.unwrap();
        holding.ended().await;
        sleep(Duration::from_secs(60)).await;
        assert!(holding.fence().is_none());
        assert_eq!(renewed().await, None);
        store.compare_and_set(vec![Change::remove(other)], None).await.unwrap();
        holding.begun().await;
        work.abort();
        assert_eq!(renewed().await, None, "it renews no more");
    }
}
