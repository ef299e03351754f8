//! Requests for previews, on their way to the nodes of the workers that are asked.
//!
//! A request for workers of several nodes is decided by one node, whoever asks where: by the owner of the first of the
//! workers, in the order of their IDs. Whoever asks there for the same call and workers waits for the same race.

use super::{
    message::{As, Why},
    peer::Order,
    peers::Peers,
    race::{Ends, Joined, Race, Shares, WaitsFor},
    share::{self, End, PATIENCE},
    who::{At, Who},
};
use crate::{
    directory::WorkerId,
    routing::{
        asker::{Answers, AskerId, Askers},
        message::{Offer, Outcome, RoutingArrival, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    tasks::contained,
    wire::ConnId,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use tokio::{
    sync::mpsc::{self, WeakSender},
    time::Instant,
};

/// Ends of one preview that may wait: askers say one each, and go.
const ENDS: usize = 8;

/// What is asked, and the way back to whoever asks.
pub struct Arrivals {
    from: mpsc::Receiver<RoutingArrival>,
    answers: Arc<Answers>,
}

impl Arrivals {
    /// What goes into the first comes out of the second. `queue` may wait, and `most` askers at once.
    pub fn new(queue: usize, most: usize) -> (Askers, Self) {
        let (hub, from) = mpsc::channel(queue);
        let (askers, answers) = Askers::new(hub, most);
        (askers, Self { from, answers: Arc::new(answers) })
    }

    /// The way back alone.
    #[cfg(test)]
    pub(super) fn answers(&self) -> Arc<Answers> {
        self.answers.clone()
    }
}

/// What comes from the routing side, and where it goes.
pub struct Offers {
    /// From the routing side.
    pub asked: Arrivals,
    /// From other nodes: this one decides, wherever it believes the workers to be. So no request goes round.
    pub decides: Arrivals,
    /// To this node's hub.
    pub here: Askers,
    /// To the others.
    pub peers: Peers,
    /// Which is which.
    pub who: Who,
}

impl Offers {
    /// Works until nobody asks any more.
    pub async fn run(self) {
        let Self { mut asked, mut decides, here, peers, who } = self;
        let (done, mut are_done) = mpsc::channel(super::QUEUE);
        let mut open = Open { ways: Ways { here, peers, who }, askers: HashMap::new(), races: BTreeMap::new(), done };
        loop {
            tokio::select! {
                biased;
                Some(over) = are_done.recv() => open.forget(over),
                arrival = asked.from.recv() => match arrival {
                    Some(arrival) => open.arrived(arrival, (&asked.answers, false)).await,
                    None => return,
                },
                Some(arrival) = decides.from.recv() => open.arrived(arrival, (&decides.answers, true)).await,
            }
        }
    }
}

/// What makes two requests the same one.
type Key = (ConnId, BTreeSet<WorkerId>);

/// A race that is over, and who waited for it.
struct Done {
    key: Key,
    race: Race,
    askers: Vec<AskerId>,
}

/// What is asked and open.
struct Open {
    ways: Ways,
    /// Who can end what: a race whose last asker goes is left.
    askers: HashMap<AskerId, Ends>,
    races: BTreeMap<Key, (Race, WeakSender<End>)>,
    done: mpsc::Sender<Done>,
}

impl Open {
    /// `decides`: here and at no other node.
    async fn arrived(&mut self, arrival: RoutingArrival, (answers, decides): (&Arc<Answers>, bool)) {
        match arrival {
            RoutingArrival::Offer(offer) => self.offer(offer, answers, decides),
            RoutingArrival::End { asker, why, text } => self.end(asker, why, text),
            RoutingArrival::Withdraw { why: Withdrawal::AskerGone(asker), .. } => drop(self.askers.remove(&asker)),
            RoutingArrival::Withdraw { conn_id, .. } if decides && !self.decides_for(conn_id) => {}
            withdraw @ RoutingArrival::Withdraw { .. } => {
                self.end_all(&withdraw);
                self.ways.withdraw(withdraw, decides).await;
            }
            // Hubs alone are told of shares.
            RoutingArrival::Share(_) | RoutingArrival::Verdict { .. } => {}
        }
    }

    fn offer(&mut self, offer: Offer, answers: &Arc<Answers>, decides: bool) {
        let asker = offer.asker;
        let waits = WaitsFor { asker, answers: answers.clone() };
        let key = (offer.conn_id, self.ways.workers(&offer.targets));
        if let Some((race, ends)) = self.races.get(&key) {
            match race.join(&waits, ends) {
                Joined::Open(ends) => return drop(self.askers.insert(asker, ends)),
                Joined::Over => return,
                Joined::Left => {}
            }
        }
        let (ends, ended) = mpsc::channel(ENDS);
        let (race, plan) = (Race::of(waits), self.ways.plan(&offer.targets, decides));
        if !decides {
            let nodes = if matches!(plan, Plan::Whole(_)) { "one" } else { "several" };
            metrics::counter!("uc_nodes_previews_total", "nodes" => nodes).increment(1);
        }
        if let Plan::Shares(_) = &plan {
            self.races.insert(key.clone(), (race.clone(), ends.downgrade()));
        }
        self.askers.insert(asker, ends);
        let (shares, done) = (self.ways.ask(&plan, request(offer)), self.done.clone());
        tokio::spawn(contained("offer", async move {
            let askers = race.run(shares, ended).await;
            let _ = done.send(Done { key, race, askers }).await;
        }));
    }

    /// This node has asked others for shares of a preview of this call.
    fn decides_for(&self, conn_id: ConnId) -> bool {
        self.races_for(conn_id).next().is_some()
    }

    fn races_for(&self, conn_id: ConnId) -> impl Iterator<Item = (&Key, &WeakSender<End>)> {
        let races = self.races.range((conn_id, BTreeSet::new())..);
        races.take_while(move |((of, _), _)| *of == conn_id).map(|(key, (_, ends))| (key, ends))
    }

    /// Who withdraws the whole call is told so by every preview of it, whatever some of its workers have said before; and
    /// whoever asks for the same from now on begins anew.
    fn end_all(&mut self, withdraw: &RoutingArrival) {
        let RoutingArrival::Withdraw { conn_id, agent: None, why, text } = withdraw else { return };
        let Some(why) = Why::of(*why) else { return };
        let mut withdrawn = Vec::new();
        for (key, ends) in self.races_for(*conn_id) {
            // One that is decided hears nothing any more.
            let _ = ends.upgrade().map(|ends| ends.try_send(End::Withdrawn { why, text: text.clone() }));
            withdrawn.push(key.clone());
        }
        withdrawn.iter().for_each(|key| drop(self.races.remove(key)));
    }

    fn end(&mut self, asker: AskerId, why: Withdrawal, text: Option<Arc<str>>) {
        match Why::of(why) {
            None => drop(self.askers.remove(&asker)),
            Some(why) => {
                if let Some(ends) = self.askers.get(&asker) {
                    // More ends than one say nothing new.
                    let _ = ends.try_send(End::Withdrawn { why, text });
                }
            }
        }
    }

    fn forget(&mut self, Done { key, race, askers }: Done) {
        askers.iter().for_each(|asker| drop(self.askers.remove(asker)));
        if self.races.get(&key).is_some_and(|(last, _)| last.is(&race)) {
            self.races.remove(&key);
        }
    }
}

/// Whom to ask.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    /// One node, whose workers they all are.
    Whole(At),
    /// This node, which asks the others.
    Decider(Arc<str>),
    /// Each of these, for those of the workers who are there.
    Shares(Vec<At>),
}

/// Where requests go.
struct Ways {
    here: Askers,
    peers: Peers,
    who: Who,
}

impl Ways {
    fn plan(&self, targets: &[Target], decides: bool) -> Plan {
        let places: BTreeSet<At> = targets.iter().map(|target| self.who.agent_at(&target.agent)).collect();
        let mut places = places.into_iter();
        match (places.next(), places.len()) {
            (place, 0) => Plan::Whole(place.unwrap_or(At::Here)),
            (place, _) => {
                let shares = || Plan::Shares(place.into_iter().chain(places).collect());
                self.decider(targets).filter(|_| !decides).map_or_else(shares, Plan::Decider)
            }
        }
    }

    /// The other node that decides; none: this one does, as where the other is too old to.
    fn decider(&self, targets: &[Target]) -> Option<Arc<str>> {
        let workers = self.workers(targets);
        let first = workers.iter().map(|worker| self.who.owners.at(worker)).find(|at| *at != At::Nowhere);
        let Some(At::Node(node)) = first else { return None };
        let is_old = self.peers.get(&node).is_some_and(|peer| peer.is_of_form_1());
        (!is_old).then_some(node)
    }

    fn workers(&self, targets: &[Target]) -> BTreeSet<WorkerId> {
        let directory = self.who.directory.borrow();
        targets.iter().filter_map(|target| Some(directory.agent(&target.agent)?.id.clone())).collect()
    }

    /// Everybody is asked at once, and not when the future is polled: the next arrival may be the end of it.
    fn ask(&self, plan: &Plan, request: PreviewRequest) -> Shares {
        let mut shares = Shares::new();
        match plan {
            Plan::Whole(at) => self.ask_at(at, (request, None), &mut shares),
            Plan::Decider(node) => self.ask_at(&At::Node(node.clone()), (request, Some(As::Decider)), &mut shares),
            Plan::Shares(places) => {
                for at in places {
                    self.ask_at(at, (request.clone(), Some(As::Share)), &mut shares);
                }
            }
        }
        shares.are_all();
        shares
    }

    fn ask_at(&self, at: &At, (request, r#as): (PreviewRequest, Option<As>), shares: &mut Shares) {
        let (ended, tell) = shares.one_more();
        match at {
            At::Here => {
                let asked = share::here(self.here.clone(), (request, r#as == Some(As::Share)), ended, tell);
                tokio::spawn(contained("share", asked));
            }
            At::Node(node) => {
                let asked = share::there(self.peers.get(node), node, (request, r#as), ended, tell);
                tokio::spawn(contained("share", asked));
            }
            At::Nowhere => tell(self.nobody(&request)),
        }
    }

    fn nobody(&self, request: &PreviewRequest) -> Outcome {
        let nowhere = request.targets.iter().filter(|target| self.who.agent_at(&target.agent) == At::Nowhere);
        let agents: Vec<_> = nowhere.map(|target| format!("`{}`", target.agent)).collect();
        Outcome::Error(format!("nobody drives agent {} at the moment: ask again", agents.join(", ")).into())
    }

    /// Whatever previews of a call there are, at any node. What this node decides was asked for behind its own requests
    /// for shares: so another node's withdrawal goes the same way once more, `relayed`, and overtakes none of them.
    async fn withdraw(&self, withdraw: RoutingArrival, relayed: bool) {
        if let RoutingArrival::Withdraw { conn_id, agent, why, text } = &withdraw
            && let Some(why) = Why::of(*why)
        {
            for peer in self.peers.all() {
                let (agent, text) = (agent.clone(), text.clone());
                let _ = peer.send(Order::Withdraw { conn_id: *conn_id, agent, why, text, relayed });
            }
        }
        let _ = self.here.withdraw(withdraw, Instant::now() + PATIENCE).await;
    }
}

fn request(offer: Offer) -> PreviewRequest {
    let Offer { conn_id, targets, media_type, user_data, timeout, asker: _ } = offer;
    PreviewRequest { conn_id, targets, media_type, user_data, timeout }
}

#[cfg(test)]
mod tests;
