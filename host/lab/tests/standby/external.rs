//! The site's own arbiter decides: there is no etcd.

use crate::{node::Node, setup};
use std::process::Command;
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    lab::{Setup, plugin_directory},
    t_server::{Config, TServer},
};

const SECTIONS: &str = "[standby]\narbiter = 'external'\n\
    on-promotion = ['sh', '-c', 'echo \"take $UC_CONNECTOR_ROLE\"']\n\
    on-demotion = ['sh', '-c', 'echo give up; sleep 60']\nscript-deadline = 0.3\n";

async fn node() -> (TServer, Node) {
    let setup = Setup { sections: SECTIONS.to_owned(), ..setup("") };
    let t_server = TServer::start(Config::new(setup.switch())).await.unwrap();
    let node = Node::start(setup, &t_server);
    node.until_ready().await;
    (t_server, node)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_works_once_it_is_told_to_and_no_longer() {
    let (t_server, node) = node().await;
    assert!(!node.is_primary().await, "nobody has told it to");
    assert_eq!(node.operator("PUT", "/-/role", "primary").await.unwrap().status, 200);
    node.until_primary(true).await;
    let mut page = node.open(&node.sign_in("kim").await).await.unwrap();
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
async fn scripts_run_one_after_the_other_are_logged_and_killed_when_they_hang() {
    let (_t_server, node) = node().await;
    node.signal("USR1");
    node.until("the other script ends", async || node.log().contains("the script has ended")).await;
    let log = node.log();
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"));
    assert!(at("give up") < at("takes too long") && at("takes too long") < at("take primary"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_asks_and_tells_the_running_node() {
    let (_t_server, node) = node().await;
    let configured = std::fs::read_to_string(node.site.config()).unwrap();
    let configured =
        configured.replace("[admin]\nlisten = '127.0.0.1:0'", &format!("[admin]\nlisten = '{}'", node.operators()));
    node.site.write("uc.toml", configured).unwrap();
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
}
