//! One share, told and left, here and at another node.

use super::*;
use crate::nodes::FORM;
use tokio::sync::oneshot;

#[tokio::test]
async fn a_node_that_is_lost_with_the_question_has_no_client_and_one_that_was_not_there_is_asked_again() {
    let request = request();
    let error = || Outcome::Error("node `b`, where the worker is, cannot be reached: ask again".into());
    for (speaks, ends, outcome) in
        [(FORM, false, Outcome::NoClient), (FORM, true, Outcome::NoClient), (0, false, error())]
    {
        let (peer, mut orders) = Peer::without_a_link(speaks);
        let (end, ended) = mpsc::channel(1);
        let (tell, told) = telling();
        let waits = there(Some(peer), "b", (request.clone(), None), ended, tell);
        assert!(matches!(orders.try_recv(), Ok(Order::Ask { .. })), "it is asked before anybody waits");
        if ends {
            end.try_send(End::Withdrawn { why: Why::Cancelled, text: None }).unwrap();
        }
        drop(orders);
        waits.await;
        assert_eq!(told.await, Ok(outcome));
    }
    let (_end, ended) = mpsc::channel(1);
    let (tell, told) = telling();
    there(None, "b", (request, None), ended, tell).await;
    assert_eq!(told.await, Ok(error()));
}

#[tokio::test]
async fn a_share_goes_on_after_its_outcome_until_nobody_has_more_to_say_of_it() {
    let (hub, mut arrivals) = mpsc::channel(8);
    let (askers, answers) = Askers::new(hub, 8);
    let ((end, ended), (tell, told)) = (mpsc::channel(4), telling());
    let waits = tokio::spawn(here(askers, (request(), true), ended, tell));
    let Some(RoutingArrival::Share(offer)) = arrivals.recv().await else { panic!("it is asked as a share") };
    let asker = offer.asker;
    answers.answer(asker, Outcome::Rejected);
    assert_eq!(told.await, Ok(Outcome::Rejected));
    end.send(End::Decided(Verdict::Taken)).await.unwrap();
    let said = arrivals.recv().await;
    assert!(matches!(said, Some(RoutingArrival::Verdict { asker: of, verdict: Verdict::Taken }) if of == asker));
    drop(end);
    let said = arrivals.recv().await;
    let gone = Withdrawal::AskerGone(asker);
    assert!(matches!(said, Some(RoutingArrival::Withdraw { why, .. }) if why == gone));
    waits.await.unwrap();
}

#[tokio::test]
async fn who_is_left_tells_nothing_and_leaves_nothing_at_the_hub() {
    for (is_share, outcome, goes) in [
        (false, None, true),
        (true, None, true),
        // It is on its way: the preview has ended, and a share has not.
        (false, Some(Outcome::Rejected), false),
        (true, Some(Outcome::Rejected), true),
    ] {
        let (hub, mut arrivals) = mpsc::channel(8);
        let (askers, answers) = Askers::new(hub, 8);
        let ((end, ended), (tell, told)) = (mpsc::channel(4), telling());
        let waits = here(askers, (request(), is_share), ended, tell);
        let asked = arrivals.recv().await;
        let Some(RoutingArrival::Offer(offer) | RoutingArrival::Share(offer)) = asked else { panic!("it is asked") };
        let on_its_way = outcome.is_some();
        outcome.into_iter().for_each(|outcome| answers.answer(offer.asker, outcome));
        drop(end);
        waits.await;
        assert!(on_its_way || told.await.is_err(), "nobody has said what it comes to");
        let gone = Withdrawal::AskerGone(offer.asker);
        let left = arrivals.recv().await;
        assert_eq!(matches!(left, Some(RoutingArrival::Withdraw { why, .. }) if why == gone), goes, "{is_share}");
    }
}

#[tokio::test]
async fn a_share_at_another_node_is_over_when_that_says_so() {
    let (peer, mut orders) = Peer::without_a_link(FORM);
    let (end, ended) = mpsc::channel(1);
    let (tell, told) = telling();
    let waits = tokio::spawn(there(Some(peer), "b", (request(), Some(As::Share)), ended, tell));
    let Some(Order::Ask { outcomes, .. }) = orders.recv().await else { panic!("it is asked") };
    outcomes.send(Outcome::Rejected).unwrap();
    assert_eq!(told.await, Ok(Outcome::Rejected));
    drop(end);
    assert!(matches!(orders.recv().await, Some(Order::End { why: None, .. })));
    tokio::task::yield_now().await;
    assert!(!waits.is_finished(), "it is still being taken back");
    drop(outcomes);
    waits.await.unwrap();
}

/// What is told first.
fn telling() -> (Tell, oneshot::Receiver<Outcome>) {
    let (tell, told) = oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    (Box::new(move |outcome| drop(tell.lock().unwrap().take().map(|tell| tell.send(outcome)))), told)
}

fn request() -> PreviewRequest {
    let members = crate::wire::Members::parse(r#"{"agent":"1001","connId":"1f"}"#).unwrap();
    let fields = crate::routing::fields::Fields::of(&members);
    PreviewRequest::decode_single(&fields, &mut Default::default()).unwrap()
}
