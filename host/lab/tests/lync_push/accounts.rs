//! Small sites: agents' own accounts, with passwords.

use crate::rig::{AGENTS, Plugin, Pool, shown, site};
use uc_plugin_api::{LinkStatus, Standing::Automatic};

fn settings(pool: &Pool, password: &str) -> String {
    let file = pool.authority.folder.path().join("kim.secret");
    std::fs::write(&file, password).unwrap();
    format!(
        "servers = ['localhost:{}']\nconnections = 0\naccounts = [{{ address = 'sip:kim@example.com', auth = 'ntlm', \
         login = 'EXAMPLE\\kim', password-file = '{}' }}]\n[plugin.settings.tls]\nca = '{}'\n",
        pool.server.addr().port(),
        file.display(),
        pool.authority.ca().display()
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_published_over_his_own_account() {
    let pool = Pool::start(site()).await;
    let mut plugin = Plugin::start(&settings(&pool, "Secret123!")).await;
    plugin.watch(&AGENTS);
    let told = plugin.outcome("lee").await;
    assert!(told.contains("has no account here"), "{told}");
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    assert_eq!(plugin.outcome("kim").await, "");
    plugin.stop().await;
    assert_eq!(pool.published("kim"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_not_tried_again() {
    let pool = Pool::start(site()).await;
    let mut plugin = Plugin::start(&settings(&pool, "wrong")).await;
    plugin.watch(&["kim"]);
    let told = plugin.outcome("kim").await;
    assert!(told.contains("refused user name and password"), "{told}");
    let why = plugin.link(LinkStatus::Down).await;
    assert!(why.contains("not tried again before the settings change"), "{why}");
    plugin.stop().await;
}
