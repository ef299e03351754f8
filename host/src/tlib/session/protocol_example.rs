//! The example conversation of PROTOCOL.md, with a [`Session`] as its client: it writes exactly the `C:` lines and
//! understands every `S:` line.

use super::*;

use crate::{
    agent_link::{CallAction, Cause, RegisterMode, Request, UserDataChange, Value, WorkMode},
    wire::{ConnId, KvList},
};
use std::time::Duration;

/// What the owner asks for, in the order of the example.
fn requests() -> impl Iterator<Item = Request> {
    let dn = || "5002".into();
    let register = |this_dn: &str| Request::RegisterAddress { this_dn: this_dn.into(), mode: RegisterMode::Share };
    let third = ConnId(0x00a1_0000_0000_0003);
    let of_third_call = |action| Request::Call { this_dn: "5002".into(), conn_id: third, action };
    let mut reasons = KvList::default();
    reasons.push_str("KW_UC_STATUS", "busy");
    reasons.push_str("KW_UC_NOTE", "");
    let (reasons, extensions) = (Arc::new(reasons), Arc::<KvList>::default());
    let (original, consult) = (ConnId(0x00a1_0000_0000_0001), ConnId(0x00a1_0000_0000_0002));
    let password = Some("secret".to_owned().into());
    [
        register("5002"),
        Request::AgentLogin { this_dn: dn(), this_queue: None, agent_id: dn(), password },
        Request::AgentReady {
            this_dn: dn(),
            this_queue: None,
            work_mode: WorkMode::AutoIn,
            reasons: Arc::default(),
            extensions: extensions.clone(),
        },
        Request::Call { this_dn: dn(), conn_id: original, action: CallAction::Answer },
        Request::Call { this_dn: dn(), conn_id: original, action: CallAction::InitiateTransfer("5003".into()) },
        Request::Call { this_dn: dn(), conn_id: consult, action: CallAction::CompleteTransfer(original) },
        Request::AgentNotReady { this_dn: dn(), this_queue: None, work_mode: WorkMode::Unknown, reasons, extensions },
        register("7777"),
        Request::AgentLogout { this_dn: dn(), this_queue: None },
        of_third_call(CallAction::Answer),
        of_third_call(CallAction::UserData(UserDataChange::update("Order", Value::Str("4712".into())))),
        of_third_call(CallAction::UserData(UserDataChange::Attach("Result".into(), Value::Str("sold".into())))),
        of_third_call(CallAction::UserData(UserDataChange::DeletePair("Order".into()))),
    ]
    .into_iter()
}

#[test]
fn the_client_speaks_the_example() {
    let example =
        include_str!("../PROTOCOL.md").split("```conversation\n").nth(1).unwrap().split("```").next().unwrap();
    let mut now = Instant::now() + Duration::from_secs(10_000);
    let config = Config { request_timeout: Duration::from_secs(60), ..Config::new("hq", "localhost:1") };
    let mut session = Session::new(Arc::new(config), None, Counters::new(), Complaints::new("hq"), now);
    let (mut requests, mut tickets) = (requests(), 0);
    for line in example.lines() {
        let (actor, text) = line.split_once(": ").unwrap();
        if actor == "S" {
            session.line(text.as_bytes(), now).unwrap();
        }
        if actor != "C" {
            continue;
        }
        if text.contains("LinkHeartbeat") {
            now += Duration::from_secs(10);
            session.tick(now).unwrap();
        } else if !text.contains("LinkHello") {
            tickets += 1;
            session.send(&Outgoing::of(Ticket(tickets), requests.next().unwrap()), now);
        }
        assert_eq!(String::from_utf8(session.output.split().to_vec()).unwrap().trim_end(), text);
    }
    assert_eq!((requests.next(), session.pending.len(), session.complain_at), (None, 0, None));
    let answered = session.reports.iter().filter_map(|report| match report {
        Report::Event(_, Cause::Request(ticket)) => Some(*ticket),
        Report::Refused(ticket, refusal) if refusal.code == Some(59) => Some(*ticket),
        _ => None,
    });
    assert_eq!(answered.collect::<Vec<_>>(), (1..=13).map(Ticket).collect::<Vec<_>>());
}
