//! Certificates that will not do: the link says so, in words that name the remedy.

use crate::{
    front_end::certificates::Authority,
    rig::{APPLICATION, Plugin, Pool, shown, site},
};
use uc_plugin_api::{LinkStatus::Down, Standing::Automatic};

async fn refused(settings: &str, remedies: &[&str]) {
    let mut plugin = Plugin::start(settings).await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    loop {
        let why = plugin.link(Down).await;
        if remedies.iter().all(|remedy| why.contains(remedy)) {
            break;
        }
        assert!(why.contains("not connected yet"), "{why}");
    }
    plugin.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_in_the_topology() {
    let pool = Pool::start(site()).await;
    refused(&pool.settings("other.example.com", ""), &["Get-CsTrustedApplicationPool", "tried again in"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_certificate_at_all() {
    let pool = Pool::start(site()).await;
    let settings = pool.settings(APPLICATION, "");
    let without: String = settings
        .lines()
        .filter(|line| !line.starts_with("cert") && !line.starts_with("key"))
        .flat_map(|line| [line, "\n"])
        .collect();
    refused(&without, &["Get-CsTrustedApplicationPool"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_the_pool_does_not_know() {
    let pool = Pool::start(site()).await;
    let stranger = Authority::new();
    let (cert, key) = stranger.issue("app", &[APPLICATION]);
    let settings = pool.settings_with(&cert, &key, "");
    refused(&settings, &["the peer refuses our side"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_certificate_has_another_name_is_not_believed() {
    let pool = Pool::start(site()).await;
    let settings = pool
        .settings(APPLICATION, "")
        .replace("[plugin.settings.tls]", "[plugin.settings.tls]\nserver-name = 'pool.example.com'");
    refused(&settings, &["carries another name"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_has_expired() {
    let pool = Pool::start(site()).await;
    let (cert, key) = pool.authority.issue_until("old", &[APPLICATION], 2001);
    refused(&pool.settings_with(&cert, &key, ""), &["our own certificate has expired: renew it"]).await;
}
