//! What somebody was answered is so after whatever comes next, though it be `kill -9` in the same moment.

use crate::{Pair, node::Node, setup};
use uc_lab::{
    lab::Setup,
    t_server::{Config, TServer},
};

const LIVES: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_right_after_an_answer_knows_of_it_in_the_next_life() {
    let web = "state-dir = 'state'\n[numbering-plan]\nallowed = ['+49']\ncountry-code = '49'\n".to_owned();
    let setup = Setup { web, ..setup("") };
    let t_server = TServer::start(Config::new(setup.switch())).await.unwrap();
    let mut node = Node::start(setup, &t_server);
    for life in 0..LIVES {
        node.until_ready().await;
        let browser = node.sign_in("kim").await;
        let number = format!("+49711123{life}");
        let body = format!("{{\"number\": \"{number}\"}}");
        let answer = node.operator("PUT", "/-/redirect?worker=kim", &body).await.unwrap();
        assert_eq!(answer.status, 200, "{answer}");
        node.kill();
        node.start_again();
        node.until_ready().await;
        let _page = node.open(&browser).await.unwrap_or_else(|answer| panic!("{life}: {answer}"));
        let answer = node.operator("GET", "/-/redirect?worker=kim", "").await.unwrap();
        assert!(answer.body.contains(&number), "{life}: {answer}");
        browser.at(node.users().unwrap()).sign_out().await.unwrap_or_else(|answer| panic!("{answer}"));
        node.kill();
        node.start_again();
        node.until_ready().await;
        assert!(node.open(&browser).await.is_err(), "{life}: they have signed out");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_just_signed_in_at_a_node_that_dies_is_known_at_the_other() {
    let mut pair = Pair::start("", "").await;
    let browser = pair.nodes[0].sign_in("kim").await;
    pair.nodes[0].kill();
    pair.nodes[1].until_primary(true).await;
    pair.nodes[1].open(&browser).await.map(drop).unwrap_or_else(|answer| panic!("{answer}"));
}
