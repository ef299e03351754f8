//! The ways to sign in that need no password, and certificates that are of no use.

use crate::{KIM, WATCHER, certificates::Authority, lync::Rig, site};
use std::path::Path;
use uc_lab::front_end::{Config, FrontEnd, SiteFile, Tls};

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
    let said = product.plugin_says("Get-CsTrustedApplicationPool").await;
    assert!(said.contains("tried again in"), "{said}");
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
        let said = product.plugin_says(wanted).await;
        assert!(said.contains("tried again in"), "{said}");
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
        let said = product.plugin_says(wanted).await;
        assert!(said.contains("[-]"), "{said}");
        product.stop().await;
    }
}
