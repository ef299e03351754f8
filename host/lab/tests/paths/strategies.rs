//! One worker, round robin, broadcast: from the customer's call at the route point to the worker's telephone.

use crate::story::{accepted, data, target};
use uc_connector::{
    routing::message::Outcome,
    web::message::{CallButton, CallState, PreviewEnd},
};
use uc_lab::{
    lab::{Lab, Page, Setup},
    urs::{RoundRobin, RoutePoint, Strategy},
};

async fn floor(strategy: Strategy) -> (Lab, RoutePoint, [Page; 3]) {
    let dns = "[[dn]]\ndn = '9000'\ntype = 'route-point'".into();
    let lab = Lab::start(Setup { dns, ..Setup::of(["kim", "lee", "robin"]) }).await.unwrap();
    let route_point = RoutePoint::new(lab.t_server.clone(), lab.urs().await.unwrap(), "9000", strategy);
    let pages = [lab.page("kim").await.unwrap(), lab.page("lee").await.unwrap(), lab.page("robin").await.unwrap()];
    (lab, route_point, pages)
}

fn everybody() -> Vec<uc_connector::routing::message::Target> {
    ["1000", "1001", "1002"].map(target).to_vec()
}

async fn talks(page: &mut Page) {
    page.shows("the call", |picture| picture.call().is_some_and(|c| c.state == CallState::Ringing)).await.unwrap();
    page.press(CallButton::Answer, None).await;
    page.shows("talking", |picture| picture.call().is_some_and(|c| c.state == CallState::Established)).await.unwrap();
}

async fn answers(page: &mut Page, accept: bool) {
    let preview = page.previewed().await.unwrap();
    page.answer(preview.id, accept).await;
}

#[tokio::test]
async fn one_worker() {
    let (lab, route_point, [mut kim, ..]) = floor(Strategy::OneWorker(target("1000"))).await;
    let call = route_point.customer_calls("0301234567", data([("Product", "Tyre")])).unwrap();
    let (routed, ()) = tokio::join!(route_point.route(&call), answers(&mut kim, true));
    assert_eq!(routed.unwrap(), accepted("1000", "5000"));
    talks(&mut kim).await;
    assert_eq!(&*kim.picture().unwrap().call().unwrap().data[0].value, "Tyre");
    lab.t_server.customer_hangs_up(call.conn_id).unwrap();
    kim.shows("no call", |picture| picture.call().is_none()).await.unwrap();
}

#[tokio::test]
async fn round_robin_asks_the_next_when_one_declines() {
    let strategy = Strategy::RoundRobin(RoundRobin::new(everybody()));
    let (_lab, route_point, [mut kim, mut lee, mut robin]) = floor(strategy).await;
    let call = route_point.customer_calls("1", data([])).unwrap();
    let workers = async { tokio::join!(answers(&mut kim, false), answers(&mut lee, true)) };
    assert_eq!(tokio::join!(route_point.route(&call), workers).0.unwrap(), accepted("1001", "5001"));
    talks(&mut lee).await;
    // The second call begins with the next worker.
    let call = route_point.customer_calls("2", data([])).unwrap();
    let lee_has_no_time = answers(&mut lee, false);
    let workers = async { tokio::join!(lee_has_no_time, answers(&mut robin, true)) };
    assert_eq!(tokio::join!(route_point.route(&call), workers).0.unwrap(), accepted("1002", "5002"));
    talks(&mut robin).await;
}

#[tokio::test]
async fn broadcast_goes_to_all_and_the_first_to_accept_wins() {
    let (_lab, route_point, [mut kim, mut lee, mut robin]) = floor(Strategy::Broadcast(everybody())).await;
    let call = route_point.customer_calls("1", data([])).unwrap();
    let workers = async {
        let preview = kim.previewed().await.unwrap();
        assert!(preview.broadcast);
        robin.previewed().await.unwrap();
        answers(&mut lee, true).await;
        let taken = (preview.id, PreviewEnd::TakenByAnother);
        kim.shows("that another was first", |picture| picture.ends == [taken]).await.unwrap();
        robin.shows("that another was first", |picture| picture.ends == [taken]).await.unwrap();
    };
    assert_eq!(tokio::join!(route_point.route(&call), workers).0.unwrap(), accepted("1001", "5001"));
    talks(&mut lee).await;
}

#[tokio::test]
async fn broadcast_that_all_decline_is_rejected() {
    let (_lab, route_point, [mut kim, mut lee, mut robin]) = floor(Strategy::Broadcast(everybody())).await;
    let call = route_point.customer_calls("1", data([])).unwrap();
    let workers =
        async { tokio::join!(answers(&mut kim, false), answers(&mut lee, false), answers(&mut robin, false)) };
    assert_eq!(tokio::join!(route_point.route(&call), workers).0.unwrap(), Outcome::Rejected);
}

#[tokio::test]
async fn a_customer_without_patience_takes_the_preview_away() {
    let (lab, route_point, [mut kim, ..]) = floor(Strategy::OneWorker(target("1000"))).await;
    let call = route_point.customer_calls("1", data([])).unwrap();
    let hang_up = async {
        let preview = kim.previewed().await.unwrap();
        call.customer.hang_up();
        kim.shows("the end", |picture| picture.ends == [(preview.id, PreviewEnd::CallerGone)]).await.unwrap();
    };
    assert_eq!(tokio::join!(route_point.route(&call), hang_up).0.unwrap(), Outcome::CallerGone);
    assert_eq!(lab.t_server.parties(call.conn_id), None);
}
