//! The conformance kit passes the lab's own server, and finds what is wrong with a broken one.
#![allow(clippy::unwrap_used, reason = "tests")]

use uc_lab::{
    conformance::t_server::{Target, run},
    t_server::{Config, Fault, SwitchFile, TServer},
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
    };
    (server, target)
}

#[tokio::test]
async fn the_lab_s_t_server_conforms() {
    let (_server, target) = server().await;
    let failed: Vec<_> = run(&target).await.into_iter().filter(|outcome| outcome.result.is_err()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn a_server_that_refuses_ready_is_found_out() {
    let (server, target) = server().await;
    server.fault(Fault::Error { request: "RequestAgentReady".to_owned(), code: 52, count: 99 });
    let failed: Vec<_> = run(&target).await.into_iter().filter(|outcome| outcome.result.is_err()).collect();
    let [one] = failed.as_slice() else { panic!("{failed:#?}") };
    assert_eq!(one.check, "carries ready and not ready with mode and reasons");
    assert!(one.result.as_ref().unwrap_err().contains("EventError (52)"));
}
