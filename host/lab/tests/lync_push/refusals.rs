//! What a pool refuses for one agent, and the others who do not notice.

use crate::rig::{Pool, address, shown, site};
use uc_lab::front_end::{Deregistration, Fault};
use uc_plugin_api::Standing::Automatic;

fn answer(method: &str, status: u16, diagnostics: Option<(u32, &str)>, count: u32) -> Fault {
    let diagnostics = diagnostics.map(|(number, words)| (number, words.to_owned()));
    Fault::Answer { method: method.into(), status, retry_after: None, diagnostics, count }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_is_named_and_the_others_are_published() {
    let mut site = site();
    site.users[0].disabled = true;
    let pool = Pool::start(site).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim", "lee"]);
    for agent in ["kim", "lee"] {
        plugin.publish(agent, shown(6500, "on-the-phone", ""), Automatic);
    }
    let told = plugin.outcome("kim").await;
    assert!(told.contains("4141") && told.contains("Enable-CsUser"), "{told}");
    pool.shows_state("lee", 6500, "on-the-phone").await;
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_in_words_for_an_operator() {
    for (method, status, diagnostics, words) in [
        ("REGISTER", 403, Some((4005, "Destination not enabled")), "not enabled for SIP"),
        ("REGISTER", 403, Some((4006, "Not in this pool")), "homed in another pool"),
        ("REGISTER", 404, Some((1003, "User does not exist")), "check the SIP address in the directory"),
        ("REGISTER", 403, None, "check that the user may sign in to this pool"),
        ("SERVICE", 403, Some((4004, "Not authorized")), "the credentials do not belong to the user"),
        ("SERVICE", 404, None, "the user is unknown: check the SIP address"),
    ] {
        let pool = Pool::start(site()).await;
        let mut plugin = pool.plugin("").await;
        pool.server.fault(answer(method, status, diagnostics, 1));
        plugin.watch(&["kim"]);
        plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
        let told = plugin.outcome("kim").await;
        assert!(told.contains(words), "{method} {status}: {told}");
        plugin.watch(&["lee"]);
        plugin.publish("lee", shown(6500, "on-the-phone", ""), Automatic);
        pool.shows_state("lee", 6500, "on-the-phone").await;
        plugin.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn overload_passes() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    let busy = Fault::Answer {
        method: "SERVICE".into(),
        status: 503,
        retry_after: Some(1),
        diagnostics: Some((17_000, "overloaded".into())),
        count: 2,
    };
    pool.server.fault(busy);
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    assert!(plugin.outcome("kim").await.contains("overloaded"));
    plugin.publishes("kim").await;
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_deregistered_is_told_why_or_registers_again() {
    let pool = Pool::start(site()).await;
    let mut plugin = pool.plugin("").await;
    plugin.watch(&["kim", "lee"]);
    for agent in ["kim", "lee"] {
        plugin.publish(agent, shown(6500, "on-the-phone", ""), Automatic);
        pool.shows_state(agent, 6500, "on-the-phone").await;
    }
    let before = pool.server.counts().registered;
    pool.server.deregister(&address("kim"), Deregistration::Deactivated).unwrap();
    pool.server.wait_for_counts("kim again", |counts| counts.registered > before).await.unwrap();
    pool.shows_state("kim", 6500, "on-the-phone").await;
    pool.server.deregister(&address("lee"), Deregistration::Unregistered).unwrap();
    while !plugin.outcome("lee").await.contains("signed in at too many places") {}
    pool.shows_state("kim", 6500, "on-the-phone").await;
    plugin.stop().await;
}
