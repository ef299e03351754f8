//! What goes where, and what comes of it.

use super::*;
use crate::{
    directory::{Directory, Kind, Worker},
    nodes::Owners,
};
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uc_store::{
    Store,
    lease::Timing,
    nodes::{Me, Member, Partitions, take_part},
};

fn offer() -> Offer {
    let members = crate::wire::Members::parse(r#"{"agent":"1001","connId":"1f"}"#).unwrap();
    let fields = crate::routing::fields::Fields::of(&members);
    let request = PreviewRequest::decode_single(&fields, &mut Default::default()).unwrap();
    request.into_offer(AskerId(1))
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

fn ways(directory: Directory, here: Askers) -> Ways {
    let me = super::super::Name { node: "a".into(), version: "1" };
    let tls = crate::wire::tls::ClientTls::load(&Default::default()).unwrap();
    Ways { here, peers: Peers::new(me, tls, Default::default()), who: who(directory) }
}

#[tokio::test]
async fn a_cancel_right_behind_its_request_does_not_overtake_it() {
    let (routing, asked) = Arrivals::new(4, 8);
    let (_decider, decides) = Arrivals::new(4, 8);
    let (hub, mut told) = mpsc::channel(8);
    let (here, _here) = Askers::new(hub, 8);
    let _waits = routing.ask(request(offer())).unwrap();
    let conn_id = "1f".parse().unwrap();
    let cancel = RoutingArrival::Withdraw { conn_id, agent: None, why: Withdrawal::Cancelled, text: None };
    routing.withdraw(cancel, Instant::now() + PATIENCE).await.unwrap();
    drop(routing);
    let Ways { here, peers, who } = ways(Directory::default(), here);
    Offers { asked, decides, here, peers, who }.run().await;
    let order = [told.try_recv().unwrap(), told.try_recv().unwrap()];
    assert!(matches!(order, [RoutingArrival::Offer(_), RoutingArrival::Withdraw { .. }]), "{order:?}");
}

#[tokio::test]
async fn who_asks_for_somebody_for_whom_nobody_works_is_told_to_ask_again() {
    let (here, _answers) = Askers::new(mpsc::channel(1).0, 8);
    let ways = ways(Directory::new(vec![kim()]), here);
    let offer = offer();
    assert_eq!(ways.plan(&offer.targets, false), Plan::Whole(At::Nowhere));
    let nobody = ways.nobody(&request(offer));
    assert_eq!(nobody, Outcome::Error("nobody drives agent `1001` at the moment: ask again".into()));
}

#[tokio::test]
async fn who_withdraws_a_call_is_told_so_whatever_was_said_and_may_ask_for_the_same_anew() {
    let (routing, asked) = Arrivals::new(4, 8);
    let (_decider, decides) = Arrivals::new(4, 8);
    let (hub, mut told) = mpsc::channel(8);
    let (here, answers) = Askers::new(hub, 8);
    // Somebody who is asked here, and one for whom nobody works.
    let several = || {
        let mut request = request(offer());
        request.targets.push(Target { agent: "1002".into(), dn: None, switch: None });
        request
    };
    let Ways { here, peers, who } = ways(Directory::new(vec![kim()]), here);
    tokio::spawn(Offers { asked, decides, here, peers, who }.run());
    let first = routing.ask(several()).unwrap();
    let Some(RoutingArrival::Share(share)) = told.recv().await else { panic!("it is asked as a share") };
    let conn_id = "1f".parse().unwrap();
    let cancel = RoutingArrival::Withdraw { conn_id, agent: None, why: Withdrawal::Cancelled, text: None };
    routing.withdraw(cancel, Instant::now() + PATIENCE).await.unwrap();
    while !matches!(told.recv().await, Some(RoutingArrival::Withdraw { why: Withdrawal::Cancelled, .. })) {}
    let _again = routing.ask(several()).unwrap();
    // They had declined before the hub heard of it.
    answers.answer(share.asker, Outcome::Rejected);
    assert_eq!(first.await, Outcome::Cancelled);
    let next = async { while !matches!(told.recv().await, Some(RoutingArrival::Share(_))) {} };
    tokio::time::timeout(PATIENCE, next).await.expect("the next one asks anew");
}
