//! The site's programs at a change of roles.

use crate::{Pair, external::node_with};
use std::fs;

const HANGS: &str = "on-promotion = ['sh', '-c', 'echo \"take $UC_CONNECTOR_ROLE\"']\n\
    on-demotion = ['sh', '-c', 'echo give up; sleep 60']\nscript-deadline = 0.3\n";

const QUICK: &str = "on-promotion = ['sh', '-c', 'echo take']\non-demotion = ['sh', '-c', 'echo give up']\n";

#[tokio::test(flavor = "multi_thread")]
async fn scripts_run_one_after_the_other_are_logged_and_killed_when_they_hang() {
    let (_t_server, node) = node_with(HANGS).await;
    node.signal("USR1");
    node.until("the other script ends", async || node.log().contains("the script has ended")).await;
    let log = node.log();
    let at = |words: &str| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"));
    assert!(at("give up") < at("takes too long") && at("takes too long") < at("take primary"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_is_stopped_gives_up_what_it_has_taken_before_it_ends() {
    for scripts in [QUICK, HANGS] {
        let (_t_server, mut node) = node_with(scripts).await;
        node.signal("USR1");
        node.until_primary(true).await;
        node.until("it has taken", async || node.log().contains("says=\"take") || node.log().contains("take primary"))
            .await;
        let taken = node.log().len();
        node.signal("TERM");
        assert_eq!(node.ended().await, Some(0));
        assert_eq!(node.log()[taken..].matches("give up").count(), 1, "{}", node.log());
    }
}

/// Both nodes write to one file, as both would write to one network.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_has_taken_it_gives_up_before_the_other_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("address");
    let script = |word: &str| format!("['sh', '-c', 'echo {word} >> {}']", file.display());
    let sections = format!("[standby]\non-promotion = {}\non-demotion = {}\n", script("take"), script("give"));
    let mut pair = Pair::start(&sections, "").await;
    let said = || fs::read_to_string(&file).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
    let taken = |times: usize| said().iter().filter(|word| *word == "take").count() == times;
    pair.nodes[0].until("the first has taken, and the other given up", async || said().len() == 3).await;
    let begun = said().len();
    pair.nodes[0].operator("PUT", "/-/role", "standby").await.unwrap();
    pair.nodes[1].until("the other has taken", async || taken(2)).await;
    assert_eq!(said()[begun..], ["give", "take"], "told to stand by");
    pair.nodes[0].until_ready().await;
    pair.nodes[1].signal("TERM");
    pair.nodes[0].until("the first has taken again", async || taken(3)).await;
    assert_eq!(said()[begun + 2..], ["give", "take"], "stopped");
    assert_eq!(pair.nodes[1].ended().await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_wrong_when_a_primary_steps_down_keep_it_from_nothing_for_ever() {
    let (_t_server, node) = node_with(QUICK).await;
    node.signal("USR1");
    node.until_primary(true).await;
    let sound = fs::read_to_string(node.site.config()).unwrap();
    node.site.write("uc.toml", format!("{sound}\n[nonsense]\n")).unwrap();
    let before = node.log().len();
    node.signal("USR2");
    node.until("it says what is wrong", async || node.log()[before..].contains("nonsense")).await;
    assert!(node.log()[before..].contains("give up"), "whatever is wrong: {}", node.log());
    node.site.write("uc.toml", sound).unwrap();
    node.until("it begins", async || node.log()[before..].contains("serving")).await;
    node.until_ready().await;
    assert!(!node.is_primary().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_answers_its_operator_as_long_as_its_script_gives_up() {
    let hangs = "on-demotion = ['sh', '-c', 'echo give up; sleep 60']\nscript-deadline = 3\n";
    let (_t_server, node) = node_with(hangs).await;
    node.signal("USR1");
    node.until_primary(true).await;
    let before = node.log().len();
    node.signal("USR2");
    node.until("the script runs", async || node.log()[before..].contains("says=\"give up")).await;
    for (path, status) in [("/livez", 200), ("/readyz", 503), ("/health/primary", 503)] {
        let answer = node.operator("GET", path, "").await.unwrap_or_else(|| panic!("{path}: {}", node.log()));
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
    let log = node.log();
    let (no_more, gives_up) = (log[before..].find("00-5151"), log[before..].find("says=\"give up"));
    assert!(no_more.is_some() && no_more < gives_up, "{log}");
    node.until("it stands by", async || node.log()[before..].contains("this node is standby")).await;
}
