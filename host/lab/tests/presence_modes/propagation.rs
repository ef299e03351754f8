//! Presence propagation: After Call Work on the platform and back.

use crate::site::{DN, PROPAGATION, Site, kim_signs_in, kim_wants_no_disturbance, kim_wants_to_be_available, users};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use uc_connector::agent_link::AgentStatus;
use uc_lab::{
    PATIENCE,
    front_end::{Config, FrontEnd, control::execute},
};

/// Kim is signed in, available, and ready.
async fn ready(wrap_up_time: u64) -> (Site, crate::front_end::client::Client) {
    let front_end = FrontEnd::start(Config::for_tests(users())).await.unwrap();
    let kim = kim_signs_in(&front_end).await;
    let site = Site::beside(front_end, PROPAGATION, wrap_up_time).await;
    site.asked(0, "RequestAgentReady", None).await;
    (site, kim)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_call_work_is_shown_until_its_timer_ends_and_drives_nobody() {
    let (site, _kim) = ready(3600).await;
    let mark = site.t_server.mark();
    site.call();
    site.shows(15_500, "", "After call work").await;
    assert_eq!(site.t_server.agent(DN).unwrap().1, AgentStatus::NotReady, "our own word coming back drives nobody");
    site.t_server.wrap_up_ends(DN);
    site.shows(3500, "", "").await;
    assert_eq!(site.t_server.agent(DN).unwrap().1, AgentStatus::Ready);
    assert_eq!(site.agent_requests(mark), [""; 0]);
    site.stop().await;
}

/// Waits until an operator who asks whose publication has failed reads this of Kim, or nothing.
async fn failed(site: &Site, wanted: Option<&str>) {
    let address = site.product.addresses.admin.unwrap();
    let end = Instant::now() + PATIENCE;
    loop {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = "GET /-/agents?publication=failed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let fits = match wanted {
            Some(wanted) => answer.contains("kim") && answer.contains(wanted),
            None => answer.starts_with("HTTP/1.1 200") && answer.ends_with("[]"),
        };
        if fits {
            return;
        }
        assert!(Instant::now() < end, "{wanted:?}: {answer}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_that_the_server_refuses_is_listed_and_tried_again() {
    let (site, _kim) = ready(3600).await;
    site.call();
    site.shows(15_500, "", "After call work").await;
    failed(&site, None).await;
    execute(&site.front_end, "answer SERVICE 403 1").await.unwrap();
    site.t_server.wrap_up_ends(DN);
    failed(&site, Some("403")).await;
    site.shows(3500, "", "").await;
    failed(&site, None).await;
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_chooses_ends_it_and_is_followed() {
    let (site, mut kim) = ready(3600).await;
    let mark = site.t_server.mark();
    site.call();
    site.shows(15_500, "", "After call work").await;
    kim_wants_no_disturbance(&mut kim).await;
    site.asked(mark, "RequestAgentNotReady", Some("do-not-disturb")).await;
    site.shows(9500, "", "").await;
    assert_eq!(site.agent_requests(mark), ["RequestAgentNotReady"]);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_that_the_platforms_sum_hides_ends_it_and_is_followed() {
    let (site, mut kim) = ready(3600).await;
    let mark = site.t_server.mark();
    site.call();
    site.shows(15_500, "", "After call work").await;
    // Colleagues see the least available of all that is published: no NOTIFY tells of this, the sink alone does.
    kim_wants_to_be_available(&mut kim).await;
    site.asked(mark, "RequestAgentReady", None).await;
    site.shows(3500, "", "").await;
    assert_eq!(site.agent_requests(mark), ["RequestAgentReady"]);
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connector_restarted_in_the_middle_shows_it_again_and_drives_nobody() {
    let (site, _kim) = ready(3600).await;
    site.call();
    site.shows(15_500, "", "After call work").await;
    let mark = site.t_server.mark();
    let site = site.restart().await;
    site.shows(15_500, "", "After call work").await;
    site.desktop("RequestAgentReady", None, None);
    site.shows(3500, "", "").await;
    assert_eq!(site.agent_requests(mark), [""; 0]);
    assert_eq!(site.t_server.agent(DN).unwrap().1, AgentStatus::Ready);
    site.stop().await;
}
