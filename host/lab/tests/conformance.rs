//! The conformance kit passes the lab's own server, and finds what is wrong with a broken one.
#![allow(clippy::unwrap_used, reason = "tests")]

use uc_connector::agent_link::WorkMode;
use uc_lab::{
    conformance::t_server::{Target, run},
    t_server::{Config, Mood, MoodRule, SwitchFile, TServer},
};

async fn server() -> (TServer, Target) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/dns.toml")).unwrap();
    let server = TServer::start(Config::new(SwitchFile::parse(&text).unwrap())).await.unwrap();
    let target = Target {
        address: server.addr().to_string(),
        dn: "5003".to_owned(),
        agent: "5004".to_owned(),
        password: Some("5004".to_owned()),
        queue: Some("8000".to_owned()),
        partners: Some(["5002".to_owned(), "5001".to_owned()]),
    };
    (server, target)
}

#[tokio::test]
async fn the_lab_s_t_server_conforms() {
    let (server, target) = server().await;
    server.open_chat("7001", &target.dn, "", uc_connector::wire::KvList::default(), None).unwrap();
    let failed: Vec<_> = run(&target).await.into_iter().filter(|outcome| outcome.result.is_err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn a_server_may_be_otherwise_and_conforms() {
    for mood in [
        Mood::Terse.into(),
        Mood::Foreign.into(),
        Mood::SequenceInMillions.into(),
        Mood::BareHello.into(),
        Mood::NoAgentStatus.into(),
        Mood::NoCalls.into(),
        Mood::RefusesPrivate.into(),
        Mood::AnswersInAnyOrder.into(),
        Mood::Acknowledges.on("RequestAgentReady"),
        Mood::Acknowledges.on("RequestAgentLogin"),
        Mood::DecidesMode(WorkMode::WalkAway).into(),
        Mood::Decides(true).into(),
        Mood::AfterCallWork.into(),
    ] {
        let (server, target) = server().await;
        let mood: MoodRule = mood;
        server.mood(mood.clone());
        let failed: Vec<_> = run(&target).await.into_iter().filter(|outcome| outcome.result.is_err()).collect();
        assert!(failed.is_empty(), "{mood}: {failed:#?}");
    }
}

#[tokio::test]
async fn a_server_that_refuses_ready_is_found_out() {
    let (server, target) = server().await;
    server.mood(Mood::Refuses(52).on("RequestAgentReady"));
    let failed: Vec<_> = run(&target).await.into_iter().filter(|outcome| outcome.result.is_err()).collect();
    let found = failed.iter().find(|outcome| outcome.check == "carries out ready and not ready");
    let found = found.unwrap_or_else(|| panic!("{failed:#?}"));
    assert!(found.result.as_ref().unwrap_err().contains("EventError (52)"));
}

#[tokio::test]
async fn a_switch_need_not_offer_what_it_refuses_as_not_offered() {
    for request in ["RequestInitiateTransfer", "RequestAlternateCall", "RequestCompleteTransfer"] {
        for (code, passes) in [(51, true), (50, false)] {
            let (server, target) = server().await;
            server.mood(Mood::Refuses(code).on(request));
            let failed = run(&target)
                .await
                .into_iter()
                .any(|outcome| outcome.check.starts_with("makes a call and a consult call") && outcome.result.is_err());
            assert_eq!(!failed, passes, "{request} {code}");
            assert!(!passes || server.calls().is_empty(), "no call is left behind: {request}");
        }
    }
}
