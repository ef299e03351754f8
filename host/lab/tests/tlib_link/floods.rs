//! Too much at once, from either side: nothing is lost, nobody is refused for it, and pauses grow.

use crate::desk::{Desk, quick, ready, start, switch};
use std::time::{Duration, Instant};
use uc_connector::{
    agent_link::{EventKind, Outgoing, RegisterMode, Report, Request, Ticket},
    tlib::Config,
};
use uc_lab::t_server::{Mood, SwitchFile};

#[tokio::test]
async fn requests_that_find_no_room_come_back_and_none_is_refused() {
    let dns = (6000..6300).map(|dn| dn.to_string()).collect::<Vec<_>>();
    let server = start(SwitchFile::of_extensions(dns.iter().map(String::as_str))).await;
    let config = Config { max_queued: 8, max_open: 4, ..quick(&server) };
    let mut desk = Desk::with(server, config).await;
    let (mut waiting, mut registered, mut handed_back) =
        (dns.into_iter().collect::<std::collections::VecDeque<_>>(), 0, 0);
    while registered < 300 {
        while let Some(dn) = waiting.pop_front() {
            let request = Request::RegisterAddress { this_dn: dn.as_str().into(), mode: RegisterMode::Share };
            if desk.client.send(Outgoing::of(Ticket(1), request)).is_err() {
                handed_back += 1;
                waiting.push_front(dn);
                break;
            }
        }
        // Until there is room again, or all is answered.
        while registered < 300 {
            match desk.next().await {
                Report::Event(event, _) if matches!(event.kind, EventKind::Registered { .. }) => registered += 1,
                Report::Room => break,
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(handed_back > 5 && waiting.is_empty(), "{handed_back}");
}

#[tokio::test]
async fn a_t_server_that_closes_at_the_first_request_is_asked_ever_more_seldom() {
    let server = start(switch()).await;
    // Shorter than the pauses: it is for one that cannot be reached.
    let config = Config { reconnect_max: Duration::from_millis(20), ..quick(&server) };
    let mut desk = Desk::closed(server, config);
    desk.server.mood(Mood::Closes);
    let begun = Instant::now();
    for _ in 0..6 {
        desk.up().await;
        let ticket = desk.asks(ready("5002"));
        assert_eq!(desk.refusal().await.0, ticket);
        desk.down().await;
    }
    // Five pauses of half of 20, 40, 80, 160 and 320 ms at least.
    assert!(begun.elapsed() >= Duration::from_millis(310), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_flood_of_errors_and_heartbeats_delays_no_event() {
    let mut desk = Desk::open().await;
    desk.registers("5002").await;
    let error = "{\"messageName\":\"EventError\",\"referenceID\":4711,\"errorCode\":52,\"thisDN\":\"5002\"}\n";
    desk.server.send_raw(error.repeat(3000));
    desk.server.send_raw("{\"messageName\":\"LinkHeartbeat\",\"number\":1}\n".repeat(100_000));
    desk.server.send_raw("{\"messageName\":\"EventAgentReady\",\"thisDN\":\"5002\"}\n");
    let (_, kind, _) = desk.event().await;
    assert!(matches!(kind, EventKind::Agent(_)), "{kind:?}");
    desk.registers("5003").await;
}
