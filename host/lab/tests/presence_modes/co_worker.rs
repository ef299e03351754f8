//! A real SIPE client as an agent's co-worker: what it shows of the agent at work.

use crate::{
    front_end::{
        PASSWORD,
        certificates::Authority,
        client::{Client, ntlm, tls},
        peer::Peer,
    },
    product,
    site::{DIRECTORY, DN, active},
};
use std::time::{Duration, Instant};
use uc_connector::{tlib::Message, wire::KvList};
use uc_lab::{
    front_end::{Config, FrontEnd, SiteFile, UserEntry},
    t_server::{self, SwitchFile, TServer},
};

/// From the T-Server's event to the co-worker's screen.
const SOON: Duration = Duration::from_secs(1);
const RULE: &str = "[[agent-rule]]\nreason = 'focus'\npublish = 'manual'\navailability = 'do-not-disturb'\n";

/// Kim with Alice as co-worker, at a Front End that knows the application by its certificate.
async fn front_end(authority: &Authority) -> FrontEnd {
    let user = |name: &str, contacts: Vec<String>| UserEntry {
        sip: format!("sip:{name}@example.com"),
        password: Some(PASSWORD.into()),
        contacts,
        ..UserEntry::default()
    };
    let users = vec![user("kim", Vec::new()), user("alice", vec!["sip:kim@example.com".into()])];
    let site = SiteFile { users, trusted_applications: vec!["app.example.com".into()], ..SiteFile::default() };
    let tls = Some(authority.front_end(Some(&authority.ca())));
    FrontEnd::start(Config { tls, ..Config::for_tests(site) }).await.unwrap()
}

/// The rate that one agent is bounded to is for days longer than this one.
fn plugin(authority: &Authority, front_end: &FrontEnd) -> String {
    let (cert, key) = authority.issue("app", &["app.example.com"]);
    format!(
        "{RULE}[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\n\
         servers = ['localhost:{}']\npublications-per-minute = 600\nregister = 'at-start'\n[plugin.settings.tls]\nca = '{}'\ncert = '{}'\nkey = '{}'\n",
        front_end.addr().port(),
        authority.ca().display(),
        cert.display(),
        key.display()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_client_sees_an_agents_work_in_its_order_and_at_once() {
    let authority = Authority::new();
    let front_end = front_end(&authority).await;
    let t_server = TServer::start(t_server::Config::new(SwitchFile::of_extensions([DN]))).await.unwrap();
    let own = tls(front_end.addr(), &authority, None).await;
    let mut own = Client::over(own, "kim", ntlm("kim", PASSWORD));
    assert_eq!(own.register().await.status(), Some(200));
    let _kim = active(own).await;
    let folder = tempfile::tempdir().unwrap();
    product::configure(folder.path(), t_server.addr(), DIRECTORY, &plugin(&authority, &front_end));
    let product = product::start(folder.path()).await;

    let server = format!("localhost:{}", front_end.addr().port());
    let certificate = authority.folder.path().join("fe.crt").display().to_string();
    let mut co_worker = Peer::start(&[
        ("PEER_SERVER", &server),
        ("PEER_TRANSPORT", "tls"),
        ("PEER_CERT", &certificate),
        ("PEER_AUTH", "ntlm"),
    ]);
    co_worker.shows("kim", "available", "").await;
    let registered = |server: &FrontEnd| (server.counts().endpoints >= 3).then_some(());
    front_end.wait_for("Kim's endpoint of the product", registered).await.unwrap();

    let act = |name: &'static str, mode: Option<&str>, reason: Option<&str>| {
        let mut reasons = KvList::default();
        reason.into_iter().for_each(|code| reasons.push_str("ReasonCode", code));
        let request = Message::new(name).with("thisDN", DN).with("agentID", "1001");
        let request = request.with_some("agentWorkMode", mode.map(str::to_owned));
        t_server.act(&request.with_some("reasons", reason.map(|_| reasons))).unwrap();
    };
    act("RequestAgentLogin", None, None);
    act("RequestAgentReady", None, None);
    let mut late = Vec::new();
    let mut seen = async |what: &'static str, status: &str, text: &str, happens: &dyn Fn()| {
        let since = Instant::now();
        happens();
        co_worker.shows("kim", status, text).await;
        late.push((what, since.elapsed()));
    };
    for _ in 0..2 {
        let call = t_server.make_call("+49301", DN, KvList::default()).unwrap();
        seen("on a call", "busy", "In a call", &|| t_server.answer(call, DN).unwrap()).await;
        act("RequestAgentNotReady", Some("AfterCallWork"), None);
        let hang_up = || t_server.release(call, DN).unwrap();
        seen("after call work", "away", "After call work", &hang_up).await;
        seen("focus", "do-not-disturb", "", &|| act("RequestAgentNotReady", Some("AuxWork"), Some("focus"))).await;
        seen("ready", "available", "", &|| act("RequestAgentReady", None, None)).await;
    }
    // A busy machine may hold up one round of two.
    let best = |what| late.iter().filter(|(seen, _)| *seen == what).map(|(_, after)| *after).min();
    let too_late = late.iter().filter(|(what, _)| best(*what) > Some(SOON)).count();
    assert_eq!(too_late, 0, "seen later than after {SOON:?}: {late:?}");
    co_worker.quit().await;
    product.stop().await.unwrap();
    let counts = front_end.counts();
    assert_eq!((counts.bad_signatures, counts.malformed), (0, 0), "{counts:?}");
}
