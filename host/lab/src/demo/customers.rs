//! The people who call: each call goes straight to a worker, or to the route point, where a strategy asks URS's way.

use super::floor::{Floor, ROUTE_POINT};
use crate::{
    t_server::TServer,
    urs::{Call, Customer, RoundRobin, RouteError, RoutePoint, Strategy, Urs, UrsError},
};
use serde::Deserialize;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use uc_connector::{
    directory::Worker,
    routing::message::{Outcome, Target},
    wire::{ConnId, KvList},
};

/// Calls remembered; the oldest are forgotten.
const MAX_CALLS: usize = 50;
const MAX_PAIRS: usize = 100;
const MAX_NUMBER: usize = 32;

/// What a customer wants to do.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    /// The customer's number.
    from: String,
    strategy: Way,
    /// Agent IDs of the workers to reach.
    agents: Vec<String>,
    /// Business data.
    data: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
enum Way {
    Direct,
    One,
    RoundRobin,
    Broadcast,
}

/// A call that a customer made.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) conn_id: ConnId,
    pub(super) from: String,
    pub(super) to: String,
    /// What happened so far.
    pub(super) story: String,
    customer: Customer,
}

/// All customers.
pub(super) struct Customers {
    floor: Arc<Floor>,
    t_server: TServer,
    urs: tokio::sync::Mutex<Option<Urs>>,
    placed: Mutex<VecDeque<Placed>>,
    /// Round robin begins one worker further with each call.
    rounds: AtomicUsize,
}

impl Customers {
    pub(super) fn new(floor: Arc<Floor>, t_server: TServer) -> Self {
        let (urs, placed, rounds) = (tokio::sync::Mutex::default(), Mutex::default(), AtomicUsize::new(0));
        Self { floor, t_server, urs, placed, rounds }
    }

    /// Newest first.
    pub(super) fn calls(&self) -> Vec<Placed> {
        self.lock().iter().rev().cloned().collect()
    }

    /// Makes a call. An error says what the customer did wrong.
    pub(super) fn place(self: &Arc<Self>, order: &Order) -> Result<(), String> {
        let workers = self.check(order)?;
        let mut data = KvList::default();
        order.data.iter().for_each(|(key, value)| data.push_str(key, value));
        let (to, name) = match order.strategy {
            Way::Direct => (workers[0].lines[0].dn.to_string(), workers[0].name.to_string()),
            _ => (ROUTE_POINT.to_owned(), names(&workers)),
        };
        let made = self.t_server.make_call(&order.from, &to, data.clone());
        let conn_id = made.map_err(|refused| format!("the switch refuses the call: {refused}"))?;
        // A preview comes before the call: what the worker is to know of the caller, the strategy attaches.
        data.push_str(&*self.floor.caller_key, &order.from);
        let call = Call { user_data: data, ..Call::new(conn_id) };
        let story = if order.strategy == Way::Direct { "rings" } else { "preview asked for" };
        self.remember(Placed {
            conn_id,
            from: order.from.clone(),
            to: format!("{name} ({to})"),
            story: story.to_owned(),
            customer: call.customer.clone(),
        });
        if order.strategy != Way::Direct {
            tokio::spawn(self.clone().route(call, order.strategy, workers));
        }
        Ok(())
    }

    /// The customer hangs up: the strategy learns it, and so does whoever talks to them.
    pub(super) fn hang_up(&self, conn_id: ConnId) -> Result<(), String> {
        let found = self.lock().iter().find(|placed| placed.conn_id == conn_id).map(|placed| placed.customer.clone());
        found.ok_or("no such call")?.hang_up();
        self.tell(conn_id, "the customer hung up");
        self.t_server.customer_hangs_up(conn_id).map_err(|refused| refused.to_string())
    }

    fn check(&self, order: &Order) -> Result<Vec<Arc<Worker>>, String> {
        let number = order.from.chars().all(|c| c.is_ascii_digit() || c == '+');
        if order.from.is_empty() || order.from.len() > MAX_NUMBER || !number {
            return Err(format!("a number has 1 to {MAX_NUMBER} digits"));
        }
        if self.floor.workers.iter().flat_map(|worker| &worker.lines).any(|line| *line.dn == *order.from) {
            return Err("this is a worker's DN; customers call from outside".into());
        }
        if order.data.len() > MAX_PAIRS {
            return Err(format!("more than {MAX_PAIRS} pairs of business data"));
        }
        let found = order.agents.iter().map(|id| self.floor.agent(id).cloned().ok_or(format!("no agent {id}")));
        let workers = found.collect::<Result<Vec<_>, _>>()?;
        if workers.is_empty() { Err("choose at least one worker".into()) } else { Ok(workers) }
    }

    /// What happens at the route point, to its end.
    async fn route(self: Arc<Self>, call: Call, way: Way, workers: Vec<Arc<Worker>>) {
        let story = match self.ask(&call, way, &workers).await {
            Ok(Outcome::Accepted { agent, dn, .. }) => format!("agent {agent} accepted; routed to {dn}"),
            Ok(Outcome::CallerGone) => "the customer hung up during the preview".to_owned(),
            Ok(Outcome::Error(why)) => format!("the preview failed: {why}; the call waits at {ROUTE_POINT}"),
            Ok(outcome) => format!("preview {}; the call waits at {ROUTE_POINT}", outcome.word()),
            Err(error) => format!("not routed: {error}; the call waits at {ROUTE_POINT}"),
        };
        self.tell(call.conn_id, &story);
    }

    async fn ask(&self, call: &Call, way: Way, workers: &[Arc<Worker>]) -> Result<Outcome, RouteError> {
        let strategy = self.strategy(way, workers);
        let route_point = RoutePoint::new(self.t_server.clone(), self.link().await?, ROUTE_POINT, strategy);
        let outcome = route_point.route(call).await;
        if matches!(outcome, Err(RouteError::Urs(UrsError::Lost))) {
            // The next call connects anew.
            *self.urs.lock().await = None;
        }
        outcome
    }

    fn strategy(&self, way: Way, workers: &[Arc<Worker>]) -> Strategy {
        let mut targets: Vec<Target> = workers.iter().map(|worker| target(worker)).collect();
        match way {
            Way::RoundRobin => {
                let count = targets.len();
                targets.rotate_left(self.rounds.fetch_add(1, Ordering::Relaxed) % count);
                Strategy::RoundRobin(RoundRobin::new(targets))
            }
            Way::Broadcast => Strategy::Broadcast(targets),
            Way::Direct | Way::One => Strategy::OneWorker(targets.remove(0)),
        }
    }

    async fn link(&self) -> Result<Urs, UrsError> {
        let mut urs = self.urs.lock().await;
        if let Some(urs) = &*urs {
            return Ok(urs.clone());
        }
        let connected = Urs::connect(&self.floor.preview_link.to_string(), None).await?;
        Ok(urs.insert(connected).clone())
    }

    fn remember(&self, call: Placed) {
        let mut placed = self.lock();
        if placed.len() == MAX_CALLS {
            placed.pop_front();
        }
        placed.push_back(call);
    }

    fn tell(&self, conn_id: ConnId, story: &str) {
        if let Some(placed) = self.lock().iter_mut().find(|placed| placed.conn_id == conn_id) {
            story.clone_into(&mut placed.story);
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Placed>> {
        self.placed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn target(worker: &Worker) -> Target {
    Target { agent: worker.agent_id.clone(), dn: None, switch: None }
}

fn names(workers: &[Arc<Worker>]) -> String {
    workers.iter().map(|worker| &*worker.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::t_server::{self, Step};
    use std::time::Duration;
    use uc_connector::{
        agent_link::LinkId,
        directory::{Kind, Line},
    };

    async fn customers() -> Arc<Customers> {
        let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let line = Line { dn: "5001".into(), switch: "lab".into(), link: LinkId(0) };
        let worker = Worker {
            id: "kim".into(),
            name: "Kim".into(),
            kind: Kind::KnowledgeWorker,
            language: "".into(),
            agent_id: "1001".into(),
            agent_password: None,
            place: "desk".into(),
            lines: vec![line],
            groups: Vec::new(),
            address: None,
        };
        let floor = Floor {
            t_server: unused,
            preview_link: unused,
            page: String::new(),
            caller_key: "ANI".into(),
            login_queue: None,
            workers: vec![Arc::new(worker)],
        };
        let t_server = TServer::start(t_server::Config::new(floor.switch())).await.unwrap();
        Arc::new(Customers::new(Arc::new(floor), t_server))
    }

    fn order(strategy: Way, from: &str, agents: &[&str]) -> Order {
        let agents = agents.iter().map(|id| (*id).to_owned()).collect();
        Order { from: from.into(), strategy, agents, data: vec![("Segment".into(), "Gold".into())] }
    }

    #[tokio::test]
    async fn a_direct_call_rings_until_the_customer_hangs_up() {
        let customers = customers().await;
        customers.place(&order(Way::Direct, "+4930", &["1001"])).unwrap();
        let call = customers.calls()[0].conn_id;
        let parties = customers.t_server.parties(call).unwrap();
        assert!(parties.contains(&("5001".into(), Step::Ringing)), "{parties:?}");
        customers.hang_up(call).unwrap();
        assert_eq!(customers.t_server.parties(call), None);
        assert!(customers.hang_up(call).is_err());
    }

    #[tokio::test]
    async fn without_the_product_a_call_waits_and_says_why() {
        let customers = customers().await;
        customers.place(&order(Way::One, "+4930", &["1001"])).unwrap();
        let told = async {
            while !customers.calls()[0].story.contains("not routed") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), told).await.unwrap();
        let parties = customers.t_server.parties(customers.calls()[0].conn_id).unwrap();
        assert!(parties.contains(&(ROUTE_POINT.into(), Step::Queued)), "{parties:?}");
    }

    #[tokio::test]
    async fn impossible_orders_are_refused() {
        let customers = customers().await;
        for (from, agents) in [("", &["1001"][..]), ("x", &["1001"]), ("5001", &["1001"]), ("1", &[]), ("1", &["9"])] {
            assert!(customers.place(&order(Way::Direct, from, agents)).is_err(), "{from:?} {agents:?}");
        }
        assert!(customers.calls().is_empty());
    }
}
