//! Calls, from ringing to their end.

use crate::desk::{Desk, call, quick, start};
use uc_connector::agent_link::CallAction;
use uc_connector::agent_link::{CallStep, EventKind};
use uc_connector::wire::KvList;
use uc_lab::t_server::SwitchFile;

#[tokio::test]
async fn a_call_with_data_from_ringing_to_release() {
    let mut desk = Desk::open().await;
    desk.logs_in("5002").await;
    let mut data = KvList::default();
    data.push_str("Customer", "Kim");
    data.push_str("Customer", "Lee");
    let id = desk.server.make_call("0199", "5002", data.clone()).unwrap();
    let (dn, ringing, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step, ringing.conn_id), ("5002", CallStep::Ringing, id));
    assert_eq!((ringing.ani.as_deref(), ringing.user_data), (Some("0199"), Some(data)));
    for (action, expected) in [
        (CallAction::Answer, CallStep::Established),
        (CallAction::Hold, CallStep::Held),
        (CallAction::Retrieve, CallStep::Established),
    ] {
        let ticket = desk.asks(call("5002", id, action));
        let (_, _, step, answered) = desk.call().await;
        assert_eq!((step, answered), (expected, Some(ticket)));
    }
    let mut more = KvList::default();
    more.push_str("Intent", "cancel");
    desk.server.attach(id, &more).unwrap();
    let (_, EventKind::CallChanged(changed), None) = desk.event().await else { panic!() };
    assert_eq!(changed.user_data.unwrap().0.len(), 3);
    desk.asks(call("5002", id, CallAction::Release));
    assert_eq!(desk.call().await.2, CallStep::Released);
    assert_eq!(desk.server.parties(id), None);
}

#[tokio::test]
async fn a_customer_who_gives_up_and_one_who_is_transferred() {
    let mut desk = Desk::open().await;
    desk.registers("5002").await;
    desk.registers("5003").await;
    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.server.customer_hangs_up(id).unwrap();
    assert_eq!(desk.call().await.2, CallStep::Released);

    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.asks(call("5002", id, CallAction::Answer));
    desk.call().await;
    desk.asks(call("5002", id, CallAction::SingleStepTransfer("5003".into())));
    let (dn, _, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step), ("5002", CallStep::Released));
    let (dn, ringing, step, _) = desk.call().await;
    assert_eq!((dn.as_str(), step, ringing.other_dn.as_deref()), ("5003", CallStep::Ringing, Some("0199")));
}

#[tokio::test]
async fn a_call_waits_at_a_route_point_until_it_is_routed() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/dns.toml")).unwrap();
    let server = start(SwitchFile::parse(&text).unwrap()).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.registers("5003").await;
    let id = desk.server.make_call("0199", "9000", KvList::default()).unwrap();
    desk.server.route(id, "5003").unwrap();
    let (_, routed, step, _) = desk.call().await;
    assert_eq!((step, routed.conn_id, routed.dnis.as_deref()), (CallStep::Ringing, id, Some("9000")));
}
