//! The ways to sign in that need no password, and certificates that are of no use.

use crate::{
    KIM, WATCHER,
    front_end::certificates::Authority,
    lync::{Product, RawLink, RawPeer, Rig},
    site,
};
use std::{net::SocketAddr, path::Path, time::Duration};
use uc_lab::front_end::{Config, FrontEnd, SiteFile, Tls};
use uc_sip::transport::{
    Stream, connect_tls,
    tls::{ClientTls, Identity, server_name},
};

/// A Front End over TLS.
async fn secure(tls: Tls, site: SiteFile) -> FrontEnd {
    FrontEnd::start(Config { tls: Some(tls), ..Config::for_tests(site) }).await.unwrap()
}

fn settings(host: &str, front_end: &FrontEnd, tls: &str) -> String {
    let port = front_end.addr().port();
    format!(
        "servers = ['{host}:{port}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted' }}]\n\
         [plugin.settings.tls]\n{tls}\n"
    )
}

fn path(key: &str, path: &Path) -> String {
    format!("{key} = '{}'\n", path.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_application_signs_in_by_its_certificate() {
    let authority = Authority::new();
    let site = SiteFile { trusted_applications: vec!["connector.example.com".into()], ..site() };
    let front_end = secure(authority.front_end(Some(&authority.ca())), site).await;
    let (cert, key) = authority.issue("connector", &["connector.example.com"]);
    let tls = [path("ca", &authority.ca()), path("cert", &cert), path("key", &key)].concat();
    let product = Rig::new().start(&[("5002", KIM)], &settings("localhost", &front_end, &tls)).await;
    product.sent("RequestAgentReady", "5002", None).await;
    assert_eq!(front_end.counts().challenged, 0);
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_the_topology_does_not_know_is_told_what_to_check() {
    let authority = Authority::new();
    let site = SiteFile { trusted_applications: vec!["other.example.com".into()], ..site() };
    let front_end = secure(authority.front_end(Some(&authority.ca())), site).await;
    let (cert, key) = authority.issue("connector", &["connector.example.com"]);
    let tls = [path("ca", &authority.ca()), path("cert", &cert), path("key", &key)].concat();
    let product = Rig::new().start(&[("5002", KIM)], &settings("localhost", &front_end, &tls)).await;
    product.plugin_says(&["Get-CsTrustedApplicationPool", "tried again in"]).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_host_signs_in_without_anything() {
    let authority = Authority::new();
    let site = SiteFile { trusted_hosts: vec!["127.0.0.1".parse().unwrap()], ..site() };
    let front_end = secure(authority.front_end(None), site).await;
    let tls = path("ca", &authority.ca());
    let product = Rig::new().start(&[("5002", KIM)], &settings("localhost", &front_end, &tls)).await;
    product.sent("RequestAgentReady", "5002", None).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_no_use_say_what_to_do() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (cert, key) = authority.issue("elsewhere", &["elsewhere.example.com"]);
    let elsewhere = Tls { cert, key, client_ca: None };
    let (cert, key) = authority.issue_until("expired", &["localhost"], 2020);
    let expired = Tls { cert, key, client_ca: None };
    let cases = [
        (elsewhere, authority.ca(), "connect by a name that stands in it"),
        (expired, authority.ca(), "expired"),
        (authority.front_end(None), other.ca(), "CA"),
    ];
    for (tls, ca, wanted) in cases {
        let front_end = secure(tls, site()).await;
        let product = Rig::new().start(&[("5002", KIM)], &settings("localhost", &front_end, &path("ca", &ca))).await;
        product.plugin_says(&[wanted, "tried again in"]).await;
        assert_eq!(front_end.counts().registered, 0);
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_and_no_such_name() {
    let authority = Authority::new();
    let front_end = secure(authority.front_end(None), site()).await;
    front_end.kill().await;
    for (host, wanted) in [("localhost", "refused"), ("nowhere.invalid", "check DNS")] {
        let tls = path("ca", &authority.ca());
        let product = Rig::new().start(&[("5002", KIM)], &settings(host, &front_end, &tls)).await;
        product.plugin_says(&[wanted, "[-]"]).await;
        product.stop().await;
    }
}

const GRUU: &str = "sip:connector.example.com@example.com;gruu;opaque=srvr:uc-connector:AA";

/// A trusted application that does not register, at a Front End without any SIP of its own; and where it listens.
async fn application(authority: &Authority) -> (RawPeer, RawLink, String, Product, SocketAddr) {
    let rig = Rig::new();
    let (certificates, key) = authority.issue("front-end", &["localhost"]);
    let peer = RawPeer::listen_as(Identity { certificates, key }).await;
    let (cert, key) = authority.issue("connector", &["connector.example.com"]);
    // The system has just given this port and gives others first.
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let settings = format!(
        "servers = ['localhost:{}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted', gruu = '{GRUU}' }}]\n\
         [plugin.settings.tls]\n{}{}{}[plugin.settings.listen]\naddress = '{free}'\n\
         name = 'connector.example.com'\n",
        peer.port(),
        path("ca", &authority.ca()),
        path("cert", &cert),
        path("key", &key)
    );
    let asked = async {
        let mut link = peer.accept().await;
        let subscribe = link.until("SUBSCRIBE ").await;
        let more = "Expires: 29909\r\nms-piggyback-cseq: 1\r\nContact: <sip:fe.example.com>\r\n";
        link.respond("200 OK", &subscribe, "fe", more).await;
        (link, subscribe)
    };
    let (product, (link, subscribe)) = tokio::join!(rig.start(&[("5002", KIM)], &settings), asked);
    (peer, link, subscribe, product, free)
}

/// Connects back as a Front End with these files would.
async fn connect_back(authority: &Authority, to: SocketAddr, identity: Option<Identity>) -> Stream {
    let tls = ClientTls { ca: Some(authority.ca()), identity }.load().unwrap();
    connect_tls(to, server_name("connector.example.com").unwrap(), tls, Duration::from_secs(20)).await.unwrap()
}

fn notify(subscribe: &str, number: u32, availability: u32) -> String {
    let field = |name: &str| subscribe.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap();
    let body = format!(
        "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"{KIM}\"><category \
         name=\"state\" instance=\"1\" publishTime=\"2026-01-01T00:00:00Z\"><state \
         xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"aggregateState\">\
         <availability>{availability}</availability></state></category></categories>"
    );
    format!(
        "NOTIFY {GRUU} SIP/2.0\r\nVia: SIP/2.0/TLS fe.example.com;branch=z9hG4bK{number}\r\n\
         From: <{WATCHER}>;tag=fe\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {number} NOTIFY\r\nEvent: presence\r\n\
         Content-Type: application/msrtc-event-categories+xml\r\nContent-Length: {}\r\n\r\n{body}",
        field("From"),
        field("Call-ID"),
        body.len()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_reaches_a_trusted_application_over_a_connection_of_its_own() {
    let authority = Authority::new();
    let (_peer, mut own, subscribe, product, listens) = application(&authority).await;
    assert!(subscribe.contains(&format!("\r\nContact: <{GRUU}>\r\n")), "{subscribe}");
    let from = format!("\r\nVia: SIP/2.0/TLS connector.example.com:{};branch=", listens.port());
    assert!(subscribe.contains(&from), "{subscribe}");
    let (certificates, key) = authority.issue("front-end", &["localhost", "fe.example.com"]);
    let stream = connect_back(&authority, listens, Some(Identity { certificates, key })).await;
    let mut back = RawLink::over(stream);
    back.send(notify(&subscribe, 2, 3500).as_bytes()).await;
    let answer = back.until("SIP/2.0 200 OK").await;
    assert!(answer.contains("CSeq: 2 NOTIFY"), "{answer}");
    product.sent("RequestAgentReady", "5002", None).await;
    // The other connection is in use as before.
    own.send(notify(&subscribe, 3, 9500).as_bytes()).await;
    own.until("SIP/2.0 200 OK").await;
    product.sent("RequestAgentNotReady", "5002", None).await;
    back.send(
        b"OPTIONS sip:nobody@example.com SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bKo\r\nFrom: <sip:a@b>;tag=1\r\n\
                To: <sip:nobody@example.com>\r\nCall-ID: o\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    back.until("SIP/2.0 404").await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reaches_it() {
    let authority = Authority::new();
    let (_peer, _own, subscribe, product, listens) = application(&authority).await;
    let (certificates, key) = authority.issue("somebody", &["desk17.example.com"]);
    for identity in [None, Some(Identity { certificates, key })] {
        let mut back = RawLink::over(connect_back(&authority, listens, identity).await);
        // It may be refused before it has said anything.
        let _ = back.try_send(notify(&subscribe, 2, 3500).as_bytes()).await;
        assert_eq!(back.until_closed().await, "");
    }
    assert!(product.agent_requests("5002").iter().all(|(name, _)| name != "RequestAgentReady"));
    product.stop().await;
}
