//! The people who call: each call goes straight to a worker, or to the route point, where a strategy asks URS's way.

use super::floor::{Floor, ROUTE_POINT};
use crate::{
    t_server::{Step, TServer},
    urs::{Call, Customer, RoundRobin, RouteError, RoutePoint, Strategy, Urs, UrsError},
};
use serde::Deserialize;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use uc_connector::{
    agent_link::AgentStatus,
    directory::{Line, Worker},
    routing::message::{Outcome, Target},
    wire::{ConnId, KvList},
};

/// Calls remembered; the oldest are forgotten.
const MAX_CALLS: usize = 50;
const MAX_PAIRS: usize = 100;
const MAX_NUMBER: usize = 32;
/// How often somebody who is ready is looked for.
const GLANCE: Duration = Duration::from_millis(200);

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
        if order.strategy != Way::Direct && self.floor.preview_link.is_none() {
            return Err("in this mode no worker is asked: let the call go straight to a DN".into());
        }
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
        let story = if order.strategy == Way::Direct { "rings" } else { "looks for somebody who is ready" };
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

    /// Whoever the call rings at takes it, at their telephone.
    pub(super) fn answered(&self, conn_id: ConnId) -> Result<(), String> {
        let parties = self.t_server.parties(conn_id).unwrap_or_default();
        let ringing = parties.iter().find(|(_, step)| *step == Step::Ringing).ok_or("the call rings nowhere")?;
        self.t_server.answer(conn_id, &ringing.0).map_err(|refused| refused.to_string())
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

    /// What happens at the route point, to its end. As any strategy, it chooses only who is ready, and waits for one.
    async fn route(self: Arc<Self>, call: Call, way: Way, workers: Vec<Arc<Worker>>) {
        let Some(workers) = self.ready(call.conn_id, &workers).await else { return };
        self.tell(call.conn_id, &format!("preview asked for: {}", names(&workers)));
        let story = match self.ask(&call, way, &workers).await {
            Ok(Outcome::Accepted { agent, dn, .. }) => format!("agent {agent} accepted; routed to {dn}"),
            Ok(Outcome::CallerGone) => "the customer hung up during the preview".to_owned(),
            Ok(outcome) => format!("{}; the call waits at {ROUTE_POINT}", in_words(&outcome)),
            Err(error) => format!("not routed: {error}; the call waits at {ROUTE_POINT}"),
        };
        self.tell(call.conn_id, &story);
    }

    /// Those who are ready, once anybody is; none: the customer has hung up before.
    async fn ready(&self, call: ConnId, workers: &[Arc<Worker>]) -> Option<Vec<Arc<Worker>>> {
        let is_ready = |line: &Line| matches!(self.t_server.agent(&line.dn), Some((_, AgentStatus::Ready, _)));
        while self.t_server.parties(call).is_some() {
            let ready = workers.iter().filter(|worker| worker.lines.iter().any(is_ready));
            let ready: Vec<_> = ready.cloned().collect();
            if !ready.is_empty() {
                return Some(ready);
            }
            self.tell(call, &format!("waits at {ROUTE_POINT}: nobody of {} is ready", names(workers)));
            tokio::time::sleep(GLANCE).await;
        }
        None
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
        let link = self.floor.preview_link.ok_or(UrsError::Lost)?;
        let connected = Urs::connect(&link.to_string(), None).await?;
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

/// Why nobody takes the call.
fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::NoClient => "nobody could be asked: no page of theirs is open".to_owned(),
        Outcome::Rejected => "declined".to_owned(),
        Outcome::TimedOut => "nobody answered the preview".to_owned(),
        Outcome::Error(why) => format!("the preview failed: {why}"),
        other => format!("preview {}", other.word()),
    }
}

fn names(workers: &[Arc<Worker>]) -> String {
    workers.iter().map(|worker| &*worker.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        demo::{
            desktop::{self, Deed},
            platform,
        },
        t_server,
    };
    use uc_connector::{agent_link::LinkId, directory::Kind, mode::Mode};

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
            redirect_number: None,
            redirect_locked: false,
        };
        let floor = Floor {
            mode: Mode::Standalone,
            t_server: unused,
            preview_link: Some(unused),
            page: None,
            serves: unused,
            platform: platform::Wanted::default(),
            stat_server: None,
            places: Vec::new(),
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
        tells(&customers, "nobody of Kim is ready").await;
        let deed: Deed = serde_json::from_str(r#"{"dn": "5001", "state": "ready"}"#).unwrap();
        desktop::act(&customers.floor, &customers.t_server, &deed).unwrap();
        tells(&customers, "not routed").await;
        let parties = customers.t_server.parties(customers.calls()[0].conn_id).unwrap();
        assert!(parties.contains(&(ROUTE_POINT.into(), Step::Queued)), "{parties:?}");
    }

    async fn tells(customers: &Customers, wanted: &str) {
        let told = async {
            while !customers.calls()[0].story.contains(wanted) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), told).await.unwrap();
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
