//! What keeps the plug-in from signing in: each cause has its words, which say what to do, and its own way of being
//! tried again.

use crate::{
    KIM, PASSWORD, WATCHER, front_end,
    lync::{Product, Rig, password_account, reasons},
    settings, site, watching,
};
use uc_lab::front_end::{Counts, Deregistration, Fault, FrontEnd, Presence, SiteFile};

fn refusal(status: u16, retry_after: Option<u32>, diagnostics: Option<(u32, &str)>, count: u32) -> Fault {
    let diagnostics = diagnostics.map(|(number, reason)| (number, reason.to_owned()));
    Fault::Answer { method: "REGISTER".into(), status, retry_after, diagnostics, count }
}

async fn with_a_wrong_password(front_end: &FrontEnd) -> Product {
    let rig = Rig::new();
    let account = password_account(&rig, WATCHER, r"EXAMPLE\watcher", "wrong");
    let settings =
        format!("transport = 'tcp'\nservers = ['localhost:{}']\naccounts = [{account}]\n", front_end.addr().port());
    rig.start(&[("5002", KIM)], &settings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_not_tried_again_at_once() {
    let front_end = front_end(site()).await;
    let product = with_a_wrong_password(&front_end).await;
    let advice = "check user name, domain and password, and that the account is not locked";
    let said = product.plugin_says(&["refused user name and password", advice, WATCHER]).await;
    assert!(!said.contains("wrong"), "{said}");
    let counts = front_end.counts();
    assert_eq!((counts.accepted, counts.registered), (1, 0));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_go_on_with_the_sign_in_is_left_and_come_back_to() {
    let front_end = front_end(site()).await;
    front_end.fault(Fault::BareChallenge { count: 6 });
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.plugin_says(&["does not go on with the sign-in", WATCHER]).await;
    product.sent("RequestAgentReady", "5002", None).await;
    let counts = front_end.counts();
    assert_eq!(
        (counts.accepted, counts.challenged),
        (4, 8),
        "two questions over each connection, the last of which goes on"
    );
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_secret_is_tried_at_once_with_a_reload() {
    let front_end = front_end(site()).await;
    let product = with_a_wrong_password(&front_end).await;
    product.plugin_says(&["refused user name and password"]).await;
    product.write("watcher.secret", PASSWORD);
    let answer = product.reload().await;
    assert!(answer.contains("200 OK") && answer.contains("lync"), "what changed is named: {answer}");
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!(front_end.counts().registered, 1);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_changes_nothing_tries_at_once_what_somebody_else_has_mended() {
    let front_end = front_end(site()).await;
    front_end.fault(refusal(403, None, Some((4141, "User disabled")), 9));
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.plugin_says(&["enable it (Enable-CsUser)", "tried again in"]).await;
    front_end.heal();
    let answer = product.reload().await;
    assert!(answer.contains("200 OK"), "{answer}");
    product.sent("RequestAgentReady", "5002", None).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_mended_needs_no_reload() {
    let front_end = front_end(site()).await;
    front_end.fault(refusal(403, None, Some((4141, "User disabled")), 1));
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.plugin_says(&["enable it (Enable-CsUser)", "tried again in"]).await;
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!(front_end.counts().accepted, 2);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_of_a_plug_in_that_is_signed_in_costs_nobody_their_presence() {
    let front_end = front_end(site()).await;
    let rig = Rig::new();
    let settings = settings(&rig, &[&front_end]);
    let product = rig.start(&[("5002", KIM)], &settings).await;
    product.sent("RequestAgentReady", "5002", None).await;
    for registered in 2..6 {
        // Another line in the file of a secret is another content.
        product.write("watcher.secret", &format!("{PASSWORD}{}", "\n".repeat((registered as usize + 1) % 2)));
        let answer = product.reload().await;
        assert!(answer.contains("200 OK") && answer.contains("lync"), "{answer}");
        let there = |counts: &Counts| counts.registered == registered && counts.watched == 1 && counts.endpoints == 1;
        front_end.wait_for_counts("the new instance alone", there).await.unwrap();
        let mark = product.t_server().mark();
        let note = format!("round {registered}");
        front_end.set_presence(KIM, Presence { note: Some(note.clone().into()), ..Presence::new(9500) }).unwrap();
        product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", &note))).await;
    }
    let unknown = product.agent_requests("5002").iter().any(|told| format!("{told:?}").contains("unknown"));
    assert!(!unknown, "{:?}", product.agent_requests("5002"));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_what_to_do_and_when_it_is_tried_again() {
    let cases: [(Fault, &[&str]); 6] = [
        (refusal(403, None, Some((4141, "User disabled")), 9), &["enable it (Enable-CsUser)", "tried again in"]),
        (
            refusal(403, None, Some((1013, "Significant time skew")), 9),
            &["synchronise this machine's time", "tried again in"],
        ),
        (
            refusal(401, None, Some((1013, "Significant time skew")), 9),
            &["synchronise this machine's time", "tried again in"],
        ),
        (refusal(403, None, Some((4004, "Not yours")), 9), &["check the SIP address of the account", "tried again in"]),
        (refusal(404, None, None, 9), &["check the SIP address", "tried again in"]),
        (refusal(503, Some(900), None, 9), &["503", "tried again in 300 s"]),
    ];
    for (fault, wanted) in cases {
        let front_end = front_end(site()).await;
        front_end.fault(fault.clone());
        let product = watching(&front_end, &[("5002", KIM)], "").await;
        product.plugin_says(wanted).await;
        assert_eq!(front_end.counts().accepted, 1, "{fault:?}");
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_is_named() {
    let mut site = site();
    site.users[0].disabled = true;
    let front_end = front_end(site).await;
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.plugin_says(&["4141", "enable it (Enable-CsUser)", "tried again in"]).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_server_is_left_for_the_next_one_and_waited_for_as_it_asks() {
    let (busy, free) = (front_end(site()).await, front_end(site()).await);
    busy.fault(refusal(503, Some(900), None, 9));
    let rig = Rig::new();
    let both = settings(&rig, &[&busy, &free]);
    let product = rig.start(&[("5002", KIM)], &both).await;
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!((busy.counts().registered, free.counts().registered), (0, 1));
    product.stop().await;

    let front_end = front_end(site()).await;
    front_end.fault(refusal(503, Some(1), None, 1));
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!(front_end.counts().accepted, 2);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirection_is_followed_at_once() {
    let (old, home) = (crate::lync::RawPeer::listen_plain().await, front_end(trusting()).await);
    let rig = Rig::new();
    let settings = trusted(old.port());
    let starting = rig.start(&[("5002", KIM)], &settings);
    let redirecting = async {
        let mut link = old.accept().await;
        let register = link.until("REGISTER ").await;
        let contact = format!("Contact: <sip:localhost:{};transport=tcp>\r\n", home.addr().port());
        link.respond("301 Moved Permanently", &register, "s", &contact).await;
        link
    };
    let (product, _link) = tokio::join!(starting, redirecting);
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!(home.counts().registered, 1);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_with_a_comment_behind_it_is_the_time_that_a_server_asks_for() {
    let server = crate::lync::RawPeer::listen_plain().await;
    let settings = trusted(server.port());
    let starting = Rig::new().start(&[("5002", KIM)], &settings);
    let refusing = async {
        let mut link = server.accept().await;
        let register = link.until("REGISTER ").await;
        let asked = "Retry-After: 120 (In maintenance) ;duration=3600\r\n";
        link.respond("503 Service Unavailable", &register, "s", asked).await;
        link
    };
    let (product, _link) = tokio::join!(starting, refusing);
    product.plugin_says(&["503", "tried again in 120 s"]).await;
    product.stop().await;
}

/// A site that trusts this machine.
fn trusting() -> SiteFile {
    SiteFile { trusted_hosts: vec!["127.0.0.1".parse().unwrap()], ..site() }
}

fn trusted(port: u16) -> String {
    format!(
        "transport = 'tcp'\nservers = ['localhost:{port}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted' }}]\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deregistration_is_told_with_its_reason() {
    for (why, wanted) in [
        (Deregistration::Unregistered, "give it to the connector alone; tried again in"),
        (Deregistration::Rejected, "the account is disabled; enable it (Enable-CsUser)"),
    ] {
        let front_end = front_end(site()).await;
        let product = watching(&front_end, &[("5002", KIM)], "").await;
        product.sent("RequestAgentReady", "5002", None).await;
        assert_eq!(front_end.deregister(WATCHER, why).unwrap(), 1);
        product.plugin_says(&[wanted, "[-]", "tried again in"]).await;
        assert_eq!(front_end.counts().registered, 1);
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_account_registers_again_and_watches_as_before() {
    let front_end = front_end(site()).await;
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.sent("RequestAgentReady", "5002", None).await;
    front_end.deregister(WATCHER, Deregistration::Deactivated).unwrap();
    front_end
        .wait_for_counts("a second registration", |counts| counts.registered == 2 && counts.watched == 1)
        .await
        .unwrap();
    front_end.set_presence(KIM, Presence::new(9500)).unwrap();
    product.sent("RequestAgentNotReady", "5002", None).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preferred_registrar_is_gone_to() {
    let (old, preferred) = (front_end(trusting()).await, front_end(trusting()).await);
    let product = Rig::new().start(&[("5002", KIM)], &trusted(old.addr().port())).await;
    product.sent("RequestAgentReady", "5002", None).await;
    let notify = format!(
        "NOTIFY {WATCHER} SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\nFrom: <{WATCHER}>;tag=fe\r\n\
         To: <{WATCHER}>;tag=x\r\nCall-ID: y\r\nCSeq: 1 NOTIFY\r\nEvent: registration-notify\r\n\
         subscription-state: terminated;expires=0\r\nP-Preferred-Registrar: <sip:localhost:{};transport=tcp>\r\n\
         Content-Type: text/registration-event\r\nContent-Length: 45\r\n\r\n\
         deregistered;event=preferred-registrar-change",
        preferred.addr().port()
    );
    old.send_raw(WATCHER, notify.as_bytes()).unwrap();
    preferred.wait_for_counts("a registration", |counts| counts.registered == 1 && counts.watched == 1).await.unwrap();
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_signs_out() {
    let front_end = front_end(site()).await;
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.sent("RequestAgentReady", "5002", None).await;
    product.stop().await;
    front_end.wait_for_counts("the end of the endpoint", |counts| counts.endpoints == 0).await.unwrap();
    let last = |(_, text): &&(_, String)| text.starts_with("REGISTER ");
    let log = front_end.log();
    let (_, register) = log.iter().rev().find(last).unwrap();
    assert!(register.contains("\r\nExpires: 0\r\n"), "{register}");
}
