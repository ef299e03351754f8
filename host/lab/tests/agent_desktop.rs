//! An agent's desktop lives the days that come with the lab, at a simulated T-Server.
#![allow(clippy::unwrap_used, reason = "tests")]

use tokio::net::TcpListener;
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    agent_desktop::{Day, Desk, Tally, spend},
    t_server::{self, Direction, SwitchFile, TServer, control},
};

/// Faster than any of these days waits.
const PACE: f64 = 10_000.0;

async fn site(wrap_up_time: u64) -> (TServer, Desk) {
    let switch = SwitchFile { wrap_up_time, ..SwitchFile::of_extensions(["5001"]) };
    let server = TServer::start(t_server::Config::new(switch)).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = Some(listener.local_addr().unwrap().to_string());
    tokio::spawn(control::serve(listener, server.clone()));
    let t_server = server.addr().to_string();
    (server, Desk { t_server, dn: "5001".into(), agent: "1001".into(), password: None, control })
}

async fn live(desk: &Desk, day: &str) -> Result<Tally, String> {
    spend(desk, &day.parse::<Day>().unwrap(), PACE, &mut |line| println!("{line}")).await
}

/// Agent events as the desktop saw them, with their work modes.
fn agent_events(server: &TServer) -> Vec<String> {
    let sent = server.log().into_iter().filter(|entry| entry.direction == Direction::Sent).map(|entry| entry.message);
    let agents = sent.filter(|message| message.name.starts_with("EventAgent"));
    let mode = |message: &uc_connector::tlib::Message| message.str("agentWorkMode").unwrap_or("-").to_owned();
    agents.map(|message| format!("{} {}", &message.name["EventAgent".len()..], mode(&message))).collect()
}

#[tokio::test]
async fn an_office_day_shows_every_state_in_its_order() {
    let (server, desk) = site(0).await;
    let tally = live(&desk, include_str!("../days/office.day")).await.unwrap();
    assert_eq!((tally.answered, tally.wrap_ups), (2, 1));
    let expected = [
        "Login -",
        "NotReady -",
        "Ready -",
        "NotReady AfterCallWork",
        "Ready -",
        "NotReady AuxWork",
        "NotReady LegalGuard",
        "Ready -",
        "NotReady -",
        "Logout -",
    ];
    assert_eq!(agent_events(&server), expected);
    assert_eq!(server.agent("5001"), None);
}

#[tokio::test]
async fn the_servers_own_wrap_up_is_heard() {
    let (server, desk) = site(3600).await;
    let tally = live(&desk, "login\nready\ncustomer +49301\nanswer\nhang-up\nwait 1000").await.unwrap();
    assert_eq!((tally.answered, tally.wrap_ups), (1, 1));
    let (_, status, mode) = server.agent("5001").unwrap();
    assert_eq!((status, mode.as_deref()), (AgentStatus::NotReady, Some("AfterCallWork")));
}

#[tokio::test]
async fn a_day_that_cannot_be_lived_says_which_step_and_why() {
    let (_server, desk) = site(0).await;
    let refused = live(&desk, "login\nlogin").await.unwrap_err();
    assert!(refused.starts_with("login: refused with 1700"), "{refused}");
    let none = live(&desk, "hang-up").await.unwrap_err();
    assert_eq!(none, "hang-up: there is no call");
    let nobody = Desk { dn: "9999".into(), ..desk };
    let unknown = live(&nobody, "login").await.unwrap_err();
    assert!(unknown.contains("59"), "{unknown}");
}
