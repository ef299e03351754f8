//! Agents at a simulated T-Server, as the hub will see them.

use crate::desk::{Desk, log_in, not_ready, quick, ready, start, switch};
use uc_connector::agent_link::{AgentStatus, CallStep, EventKind};
use uc_connector::agent_link::{Behaviour, WorkMode};
use uc_connector::agent_link::{RegisterMode, Request};
use uc_connector::wire::KvList;
use uc_lab::t_server::{InitialState, Mood, SwitchFile};

#[tokio::test]
async fn an_agent_logs_in_becomes_ready_and_not_ready_and_logs_out() {
    let mut desk = Desk::open().await;
    let (agent, calls, out_of_service) = desk.registers("5002").await;
    assert_eq!((agent.status, calls.len(), out_of_service), (AgentStatus::LoggedOut, 0, false));
    let ticket = desk.asks(log_in("5002", "12"));
    let (facts, answered) = desk.agent().await;
    assert_eq!((facts.status, facts.agent_id.as_deref(), answered), (AgentStatus::NotReady, Some("12"), Some(ticket)));
    assert_eq!(desk.agent().await.1, None);
    let ticket = desk.asks(ready("5002"));
    let (facts, answered) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode, answered), (AgentStatus::Ready, WorkMode::AutoIn, Some(ticket)));
    desk.asks(not_ready("5002", "lunch"));
    let (facts, _) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::AuxWork));
    assert_eq!(facts.reasons.str("ReasonCode"), Some("lunch"));
    desk.asks(Request::AgentLogout { this_dn: "5002".into(), this_queue: None });
    assert_eq!(desk.agent().await.0.status, AgentStatus::LoggedOut);
    assert_eq!(desk.server.agent("5002"), None);
}

#[tokio::test]
async fn the_t_server_decides_the_state_after_a_login() {
    let server = start(SwitchFile { initial_state: InitialState::Ready, ..switch() }).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.registers("5002").await;
    desk.asks(log_in("5002", "12"));
    let (login, _) = desk.agent().await;
    let (decided, _) = desk.agent().await;
    assert_eq!((login.status, decided.status), (AgentStatus::NotReady, AgentStatus::Ready));
}

#[tokio::test]
async fn several_clients_see_each_others_events() {
    let mut one = Desk::open().await;
    let config = quick(&one.server);
    let mut other = Desk::with(one.server.clone(), config).await;
    one.logs_in("5002").await;
    let (seen, ..) = other.registers("5002").await;
    assert_eq!((seen.status, seen.agent_id.as_deref()), (AgentStatus::NotReady, Some("12")));
    let ticket = one.asks(ready("5002"));
    assert_eq!(one.agent().await.1, Some(ticket));
    let (facts, answered) = other.agent().await;
    assert_eq!((facts.status, answered), (AgentStatus::Ready, None));
    let mut user_data = KvList::default();
    user_data.push_str("EventName", "Offer");
    let dn = "5002".into();
    other.asks(Request::DistributeUserEvent {
        this_dn: dn,
        conn_id: None,
        agent_id: None,
        user_data: user_data.clone(),
    });
    assert_eq!(one.event().await.1, EventKind::UserEvent { user_data: user_data.clone() });
    assert_eq!(other.event().await.1, EventKind::UserEvent { user_data });
}

#[tokio::test]
async fn every_refusal_has_its_behaviour() {
    let mut desk = Desk::open().await;
    let ticket = desk.asks(Request::RegisterAddress { this_dn: "7777".into(), mode: RegisterMode::Share });
    let (refused, refusal) = desk.refusal().await;
    assert_eq!((refused, refusal.code, refusal.behaviour), (ticket, Some(59), Behaviour::Permanent));
    desk.asks(ready("5002"));
    assert_eq!(desk.refusal().await.1.code, Some(41));
    desk.logs_in("5002").await;
    desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.1.behaviour, Behaviour::AlreadySo);
    desk.server.mood(Mood::Refuses(58).on("RequestAgentReady").times(1));
    desk.asks(ready("5002"));
    let refusal = desk.refusal().await.1;
    assert_eq!(
        (refusal.code, refusal.behaviour, &*refusal.message),
        (Some(58), Behaviour::Retry, uc_connector::tlib::errors::words(58))
    );
    desk.asks(ready("5002"));
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
}

#[tokio::test]
async fn a_monitoring_client_gets_events_and_may_not_ask() {
    let mut desk = Desk::open().await;
    desk.asks(Request::RegisterAddress { this_dn: "5002".into(), mode: RegisterMode::Monitor });
    desk.event().await;
    desk.asks(log_in("5002", "12"));
    assert_eq!(desk.refusal().await.1.code, Some(41));
}

#[tokio::test]
async fn wrap_up_follows_a_call_when_the_switch_wants_it() {
    let server = start(SwitchFile { wrap_up_time: 1, ..switch() }).await;
    let config = quick(&server);
    let mut desk = Desk::with(server, config).await;
    desk.logs_in("5002").await;
    desk.asks(ready("5002"));
    desk.agent().await;
    let id = desk.server.make_call("0199", "5002", KvList::default()).unwrap();
    desk.call().await;
    desk.server.answer(id, "5002").unwrap();
    desk.call().await;
    desk.server.customer_hangs_up(id).unwrap();
    assert_eq!(desk.call().await.2, CallStep::Released);
    let (facts, _) = desk.agent().await;
    assert_eq!((facts.status, facts.work_mode), (AgentStatus::NotReady, WorkMode::AfterCallWork));
    assert_eq!(desk.agent().await.0.status, AgentStatus::Ready);
}
