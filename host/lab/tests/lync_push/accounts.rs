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
async fn an_agent_is_published_over_their_own_account() {
    let pool = Pool::start(site()).await;
    let mut plugin = Plugin::start(&settings(&pool, "Secret123!")).await;
    plugin.watch(&AGENTS);
    let told = plugin.outcome("lee").await;
    assert!(told.contains("has no account here"), "{told}");
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    pool.shows_state("kim", 6500, "on-the-phone").await;
    assert_eq!(plugin.outcome("kim").await, "");
    plugin.stop().await;
    pool.has_published_nothing("kim").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_tried_again_so_rarely_that_no_account_is_locked() {
    let pool = Pool::start(site()).await;
    let mut plugin = Plugin::start(&settings(&pool, "wrong")).await;
    plugin.watch(&["kim"]);
    plugin.publish("kim", shown(6500, "on-the-phone", ""), Automatic);
    let told = plugin.outcome("kim").await;
    assert!(told.contains("refused user name and password"), "{told}");
    loop {
        let why = plugin.link(LinkStatus::Down).await;
        if why.contains("refused user name and password") {
            break;
        }
        assert!(why.contains("not connected yet"), "{why}");
    }
    plugin.stop().await;
}
