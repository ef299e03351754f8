//! The site's own arbiter decides: there is no etcd.

use crate::{node::Node, setup};
use std::{
    process::Command,
    time::{Duration, Instant},
};
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    lab::{Setup, plugin_directory},
    t_server::{Config, TServer},
};

/// Such a node, that runs these programs.
pub(crate) async fn node_with(scripts: &str) -> (TServer, Node) {
    let sections = format!("[standby]\narbiter = 'external'\n{scripts}");
    let setup = Setup { sections, ..setup("") };
    let t_server = TServer::start(Config::new(setup.switch())).await.unwrap();
    let node = Node::start(setup, &t_server);
    node.until_ready().await;
    (t_server, node)
}

async fn node() -> (TServer, Node) {
    node_with("").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_works_once_it_is_told_to_and_no_longer() {
    let (t_server, node) = node().await;
    assert!(!node.is_primary().await, "nobody has told it to");
    assert_eq!(node.operator("PUT", "/-/role", "primary").await.unwrap().status, 200);
    node.until_primary(true).await;
    let mut page = node.open(&node.sign_in("kim").await).await.unwrap();
    page.shows("a menu", |picture| !picture.now.menu.is_empty()).await.unwrap();
    page.choose("open").await;
    let is_ready = async || t_server.agent("5000").is_some_and(|(_, status, _)| status == AgentStatus::Ready);
    node.until("Kim is ready", is_ready).await;
    node.signal("USR2");
    node.until_primary(false).await;
    node.until_ready().await;
    assert!(is_ready().await, "another node goes on where this one stopped");
    node.signal("USR1");
    node.until_primary(true).await;
    assert_eq!(node.operator("PUT", "/-/role", "boss").await.unwrap().status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_arbiter_says_while_the_process_begins_anew_does_not_end_it() {
    let (_t_server, node) = node().await;
    for _ in 0..3 {
        node.signal("USR1");
        node.until_primary(true).await;
        node.signal("USR2");
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(1) {
            node.signal("USR1");
        }
        node.until_primary(true).await;
        node.signal("USR2");
        node.until_primary(false).await;
        node.until_ready().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_asks_and_tells_the_running_node() {
    let (_t_server, node) = node().await;
    let configured = std::fs::read_to_string(node.site.config()).unwrap();
    let configured =
        configured.replace("[admin]\nlisten = '127.0.0.1:0'", &format!("[admin]\nlisten = '{}'", node.operators()));
    node.site.write("uc.toml", &configured).unwrap();
    let role = |words: &[&str]| {
        let program = plugin_directory().unwrap().join("uc-connector");
        let ran =
            Command::new(program).arg("role").args(words).arg("--config").arg(node.site.config()).output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    assert_eq!(role(&[]), (Some(0), "standby\n".to_owned(), String::new()));
    assert_eq!(role(&["primary"]).0, Some(0));
    node.until_primary(true).await;
    assert_eq!(role(&[]).1, "primary\n");
    assert_eq!(role(&["boss"]).0, Some(64));
    // Whoever has written something wrong elsewhere since, the arbiter is heard.
    node.site.write("uc.toml", configured.replace("[admin]", "[log]\nlevel = 'lots'\n[admin]")).unwrap();
    assert_eq!(role(&["standby"]).0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_lost_its_t_server_says_so_and_works_on_until_the_arbiter_says_otherwise() {
    let (t_server, node) = node_with("hand-over-after = 1\n").await;
    node.signal("USR1");
    node.until_primary(true).await;
    t_server.kill().await;
    let report =
        async || node.operator("GET", "/readyz?verbose", "").await.map(|answer| answer.body).unwrap_or_default();
    node.until("that nobody is served", async || report().await.contains("see that the arbiter")).await;
    assert!(node.is_primary().await);
    t_server.restart(false).await.unwrap();
    node.until_ready().await;
    node.until("that it serves again", async || report().await.contains("role: ready")).await;
}
