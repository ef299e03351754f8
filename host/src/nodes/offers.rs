//! Requests for previews, on their way to the nodes of the workers that are asked.

use super::{
    message::Why,
    peer::Order,
    peers::Peers,
    share::{self, End, PATIENCE},
    who::{At, Who},
};
use crate::{
    routing::{
        asker::{Answers, AskerId, Askers},
        message::{Arrival, Offer, Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    tasks::contained,
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use std::{
    collections::{BTreeMap, HashMap},
    future::ready,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

/// Ends of one preview that may wait: an asker says one, and goes.
const ENDS: usize = 4;

/// Whoever was cancelled says so within this time.
const CANCELLED: Duration = Duration::from_secs(10);

/// What comes from the routing side, and where it goes.
pub struct Offers {
    /// From the routing side.
    pub arrivals: mpsc::Receiver<Arrival>,
    /// Back to it.
    pub answers: Arc<Answers>,
    /// To this node's hub.
    pub here: Askers,
    /// To the others.
    pub peers: Peers,
    /// Which is which.
    pub who: Who,
}

/// A share that is open: who can end it.
type Ends = mpsc::Sender<End>;

type Shares = FuturesUnordered<BoxFuture<'static, Outcome>>;

impl Offers {
    /// Works until nobody asks any more.
    pub async fn run(mut self) {
        let mut open: HashMap<AskerId, Ends> = HashMap::new();
        let (done, mut are_done) = mpsc::channel(super::QUEUE);
        loop {
            tokio::select! {
                biased;
                Some(asker) = are_done.recv() => drop(open.remove(&asker)),
                arrival = self.arrivals.recv() => match arrival {
                    Some(Arrival::Offer(offer)) => {
                        let (ends, ended) = mpsc::channel(ENDS);
                        let (asker, done, race) = (offer.asker, done.clone(), self.race(offer, ended));
                        open.insert(asker, ends);
                        tokio::spawn(contained("offer", async move {
                            race.await;
                            let _ = done.send(asker).await;
                        }));
                    }
                    Some(Arrival::End { asker, why, text }) => end(&mut open, asker, why, text.as_ref()),
                    Some(Arrival::Withdraw { why: Withdrawal::AskerGone(asker), .. }) => drop(open.remove(&asker)),
                    Some(withdraw @ Arrival::Withdraw { .. }) => self.withdraw(withdraw).await,
                    None => return,
                }
            }
        }
    }

    /// One preview, from the question to its one outcome. Everybody is asked at once, and not when the future is polled: the
    /// next arrival may be the end of it.
    fn race(&self, offer: Offer, ended: mpsc::Receiver<End>) -> impl Future<Output = ()> + Send + use<> {
        let (asker, answers) = (offer.asker, self.answers.clone());
        let (mut shares, mut ends) = (Shares::new(), Vec::new());
        for (at, request) in self.parts(offer) {
            let (end, to_end) = mpsc::channel(ENDS);
            ends.push(end);
            shares.push(match at {
                At::Here => share::here(self.here.clone(), request, to_end).boxed(),
                At::Node(node) => share::there(self.peers.get(&node), &node, request, to_end).boxed(),
                At::Nowhere => ready(nobody(&request)).boxed(),
            });
        }
        metrics::counter!("uc_nodes_previews_total", "nodes" => if ends.len() > 1 { "several" } else { "one" })
            .increment(1);
        async move {
            match decide(&mut shares, &ends, ended).await {
                Some(outcome) => {
                    answers.answer(asker, outcome);
                    cancel(shares, ends).await;
                }
                None => leave(shares, ends).await,
            }
        }
    }

    /// Whom to ask where.
    fn parts(&self, offer: Offer) -> Vec<(At, PreviewRequest)> {
        let Offer { conn_id, targets, media_type, user_data, timeout, asker: _ } = offer;
        let mut by_node: BTreeMap<At, Vec<Target>> = BTreeMap::new();
        for target in targets {
            by_node.entry(self.who.agent_at(&target.agent)).or_default().push(target);
        }
        let request = |targets| PreviewRequest {
            conn_id,
            targets,
            media_type: media_type.clone(),
            user_data: user_data.clone(),
            timeout,
        };
        let mut parts: Vec<_> = by_node.into_iter().map(|(node, targets)| (node, request(targets))).collect();
        if parts.is_empty() {
            parts.push((At::Here, request(Vec::new())));
        }
        parts
    }

    /// Whatever previews of a call there are, at any node.
    async fn withdraw(&self, withdraw: Arrival) {
        if let Arrival::Withdraw { conn_id, agent, why, text } = &withdraw
            && let Some(why) = Why::of(*why)
        {
            for peer in self.peers.all() {
                let order = Order::Withdraw { conn_id: *conn_id, agent: agent.clone(), why, text: text.clone() };
                let _ = peer.send(order);
            }
        }
        let _ = self.here.withdraw(withdraw, Instant::now() + PATIENCE).await;
    }
}

fn nobody(request: &PreviewRequest) -> Outcome {
    let agents: Vec<_> = request.targets.iter().map(|target| format!("`{}`", target.agent)).collect();
    Outcome::Error(format!("nobody drives agent {} at the moment: ask again", agents.join(", ")).into())
}

fn end(open: &mut HashMap<AskerId, Ends>, asker: AskerId, why: Withdrawal, text: Option<&Arc<str>>) {
    match Why::of(why) {
        None => drop(open.remove(&asker)),
        Some(why) => {
            if let Some(ends) = open.get(&asker) {
                // More ends than one say nothing new.
                let _ = ends.try_send(End { why, text: text.cloned() });
            }
        }
    }
}

/// The outcome: the first acceptance, or what all others come to. None: nobody waits for it any more.
async fn decide(shares: &mut Shares, ends: &[Ends], mut ended: mpsc::Receiver<End>) -> Option<Outcome> {
    let (mut outcomes, mut ends_as) = (Vec::new(), None);
    loop {
        tokio::select! {
            outcome = shares.next() => match outcome {
                Some(accepted @ Outcome::Accepted { .. }) => return Some(accepted),
                Some(outcome) => outcomes.push(outcome),
                None => return Some(ends_as.unwrap_or_else(|| together(outcomes))),
            },
            end = ended.recv() => {
                let end = end?;
                ends_as = Some(if end.why == Why::CallerGone { Outcome::CallerGone } else { Outcome::Cancelled });
                ends.iter().for_each(|share| drop(share.try_send(end.clone())));
            }
        }
    }
}

/// Ends whatever is still open, and counts who has accepted in vain.
async fn cancel(mut shares: Shares, ends: Vec<Ends>) {
    let text: Arc<str> = "another worker has taken the interaction".into();
    ends.iter().for_each(|share| drop(share.try_send(End { why: Why::Cancelled, text: Some(text.clone()) })));
    let rest = async {
        while let Some(outcome) = shares.next().await {
            if matches!(outcome, Outcome::Accepted { .. }) {
                metrics::counter!("uc_nodes_accepted_in_vain_total").increment(1);
                tracing::warn!(
                    "a worker at another node has accepted in the moment in which another one did: no call comes"
                );
            }
        }
    };
    if timeout(CANCELLED, rest).await.is_err() {
        // Each is told once more that nobody waits.
        leave(shares, ends).await;
    }
}

/// Nobody waits for it any more: each share is taken back alone, whoever else waits for the same.
async fn leave(shares: Shares, ends: Vec<Ends>) {
    drop(ends);
    let _ = timeout(CANCELLED, shares.collect::<Vec<_>>()).await;
}

/// What shares that nobody accepted come to.
fn together(mut outcomes: Vec<Outcome>) -> Outcome {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Accepted { .. } => 0,
        Outcome::TimedOut => 1,
        Outcome::Rejected => 2,
        Outcome::NoClient => 3,
        Outcome::CallerGone => 4,
        Outcome::Cancelled => 5,
        Outcome::Error(_) => 6,
    };
    outcomes.sort_by_key(rank);
    outcomes.into_iter().next().unwrap_or(Outcome::NoClient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        directory::{Directory, Kind, Worker},
        nodes::Owners,
    };
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;
    use uc_store::{
        Store,
        lease::Timing,
        nodes::{Me, Member, Partitions, take_part},
    };

    fn accepted(agent: &str) -> Outcome {
        Outcome::Accepted { agent: agent.into(), dn: "5000".into(), switch: "S".into(), redirect: None }
    }

    fn share(outcome: Outcome, after: u64) -> BoxFuture<'static, Outcome> {
        async move {
            tokio::time::sleep(Duration::from_millis(after)).await;
            outcome
        }
        .boxed()
    }

    async fn decided(shares: Vec<(Outcome, u64)>) -> Option<Outcome> {
        let mut shares: Shares = shares.into_iter().map(|(outcome, after)| share(outcome, after)).collect();
        let (_ends, ended) = mpsc::channel(1);
        decide(&mut shares, &[], ended).await
    }

    fn offer() -> Arrival {
        let members = crate::wire::Members::parse(r#"{"agent":"1001","connId":"1f"}"#).unwrap();
        let fields = crate::routing::fields::Fields::of(&members);
        let request = PreviewRequest::decode_single(&fields, &mut Default::default()).unwrap();
        Arrival::Offer(request.into_offer(AskerId(1)))
    }

    fn kim() -> Worker {
        Worker {
            id: "kim".into(),
            name: "".into(),
            kind: Kind::KnowledgeWorker,
            language: "".into(),
            agent_id: "1001".into(),
            agent_password: None,
            place: "".into(),
            lines: Vec::new(),
            groups: Vec::new(),
            address: None,
            redirect_number: None,
            redirect_locked: false,
        }
    }

    /// Of a node that owns nothing, and has heard nothing of the others.
    fn who(directory: Directory) -> Who {
        let partitions = Partitions::new(1).unwrap();
        let none = String::new();
        let me = Me {
            name: "a".into(),
            life: 1,
            form: 1,
            version: "1".into(),
            address: none.clone(),
            url: none,
            clock: Duration::ZERO,
        };
        let member = Member::new(me, partitions, Timing::DEFAULT).unwrap();
        let (part, _) = take_part(Store::in_memory(), member, CancellationToken::new());
        let (views, begun) = (watch::channel(Default::default()).1, watch::channel(Default::default()).1);
        let owners = Owners { me: "a".into(), partitions, views, part, begun };
        Who { owners, directory: watch::channel(Arc::new(directory)).1 }
    }

    fn offers(directory: Directory, arrivals: mpsc::Receiver<Arrival>, here: Askers) -> Offers {
        let me = super::super::Name { node: "a".into(), version: "1" };
        let tls = crate::wire::tls::ClientTls::load(&Default::default()).unwrap();
        let (_, answers) = Askers::new(mpsc::channel(1).0, 8);
        let (peers, who) = (Peers::new(me, tls, Default::default()), who(directory));
        Offers { arrivals, answers: Arc::new(answers), here, peers, who }
    }

    #[tokio::test]
    async fn a_cancel_right_behind_its_request_does_not_overtake_it() {
        let (routing, arrivals) = mpsc::channel(4);
        let (hub, mut told) = mpsc::channel(8);
        let (here, _here) = Askers::new(hub, 8);
        routing.send(offer()).await.unwrap();
        let conn_id = "1f".parse().unwrap();
        let cancel = Arrival::Withdraw { conn_id, agent: None, why: Withdrawal::Cancelled, text: None };
        routing.send(cancel).await.unwrap();
        drop(routing);
        offers(Directory::default(), arrivals, here).run().await;
        let order = [told.try_recv().unwrap(), told.try_recv().unwrap()];
        assert!(matches!(order, [Arrival::Offer(_), Arrival::Withdraw { .. }]), "{order:?}");
    }

    #[tokio::test]
    async fn who_asks_for_somebody_for_whom_nobody_works_is_told_to_ask_again() {
        let (here, _answers) = Askers::new(mpsc::channel(1).0, 8);
        let offers = offers(Directory::new(vec![kim()]), mpsc::channel(1).1, here);
        let Arrival::Offer(offer) = offer() else { panic!("it is one") };
        let parts = offers.parts(offer);
        let [(At::Nowhere, request)] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!(nobody(request), Outcome::Error("nobody drives agent `1001` at the moment: ask again".into()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_to_accept_wins_and_without_one_all_count_together() {
        use Outcome::{Cancelled, Error, NoClient, Rejected, TimedOut};
        let first = decided(vec![(accepted("1"), 20), (accepted("2"), 10), (Rejected, 1)]).await;
        assert_eq!(first, Some(accepted("2")));
        for (outcomes, expected) in [
            (vec![Rejected, NoClient, TimedOut], TimedOut),
            (vec![NoClient, Rejected], Rejected),
            (vec![Error("lost".into()), NoClient], NoClient),
            (vec![Cancelled, Cancelled], Cancelled),
            (vec![Error("lost".into())], Error("lost".into())),
        ] {
            let shares = outcomes.into_iter().map(|outcome| (outcome, 1)).collect();
            assert_eq!(decided(shares).await, Some(expected));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_ends_it_is_told_so_and_who_is_gone_nothing() {
        let mut shares: Shares = [share(Outcome::Rejected, 1), share(Outcome::Cancelled, 50)].into_iter().collect();
        let (share_ends, mut told) = mpsc::channel(1);
        let (ends, ended) = mpsc::channel(1);
        ends.send(End { why: Why::CallerGone, text: None }).await.unwrap();
        assert_eq!(decide(&mut shares, &[share_ends], ended).await, Some(Outcome::CallerGone));
        assert_eq!(told.try_recv().unwrap().why, Why::CallerGone);
        let mut shares: Shares = [share(Outcome::Rejected, 60_000)].into_iter().collect();
        let (gone, ended) = mpsc::channel::<End>(1);
        drop(gone);
        assert_eq!(decide(&mut shares, &[], ended).await, None);
    }
}
