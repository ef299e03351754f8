//! Presence connector: an agent's day at the T-Server, as colleagues see it.

use crate::site::{CONNECTOR, DN, Site, kim_signs_in, kim_wants_no_disturbance, users};
use uc_connector::wire::KvList;
use uc_lab::{
    front_end::{Config, FrontEnd},
    t_server::Direction,
};

const RULE: &str = "[[agent-rule]]\nreason = 'focus'\npublish = 'manual'\navailability = 'do-not-disturb'\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_day_is_seen_by_colleagues_and_nothing_is_asked_or_served() {
    let site = Site::start(&format!("{RULE}{CONNECTOR}"), 0).await;
    let addresses = &site.product.addresses;
    assert_eq!((addresses.web, addresses.admin, addresses.preview_link), (None, None, None));
    let registered = |entry: &uc_lab::t_server::Entry| {
        entry.message.name == "RequestRegisterAddress" && format!("{}", entry.message).contains("Monitor")
    };
    site.t_server.wait_for(0, "registered to listen", registered).await.unwrap();

    site.desktop("RequestAgentLogin", None, None);
    site.shows(6500, "", "").await;
    site.desktop("RequestAgentReady", None, None);
    site.shows(18_500, "", "").await;
    let call = site.t_server.make_call("+49301", DN, KvList::default()).unwrap();
    site.t_server.answer(call, DN).unwrap();
    site.shows(6500, "on-the-phone", "").await;
    site.desktop("RequestAgentNotReady", Some("AfterCallWork"), None);
    site.t_server.release(call, DN).unwrap();
    site.shows(15_500, "", "After call work").await;
    site.desktop("RequestAgentNotReady", Some("AuxWork"), Some("focus"));
    site.shows(9500, "", "").await;
    site.desktop("RequestAgentReady", None, None);
    site.shows(18_500, "", "").await;
    site.desktop("RequestAgentLogout", None, None);

    let front_end = site.front_end.clone();
    let asked = site.t_server.log().into_iter().filter(|entry| entry.direction == Direction::Received);
    let asked: Vec<_> = asked.map(|entry| entry.message.name.to_string()).collect();
    assert!(asked.iter().all(|name| !name.starts_with("RequestAgent")), "{asked:?}");
    site.stop().await;
    let nothing = |server: &FrontEnd| server.publications("sip:kim@example.com").unwrap().is_empty().then_some(());
    front_end.wait_for("nothing of ours left", nothing).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_own_do_not_disturb_survives_a_day_of_calls() {
    let front_end = FrontEnd::start(Config::for_tests(users())).await.unwrap();
    let mut kim = kim_signs_in(&front_end).await;
    kim_wants_no_disturbance(&mut kim).await;
    let own = |front_end: &FrontEnd| {
        let all = front_end.publications("sip:kim@example.com").unwrap();
        let chosen = all.into_iter().filter(|known| known.value.contains("userState"));
        chosen.map(|known| (known.instance, known.container, known.version)).collect::<Vec<_>>()
    };
    let chosen = own(&front_end);
    let site = Site::beside(front_end, CONNECTOR, 0).await;
    site.desktop("RequestAgentLogin", None, None);
    site.desktop("RequestAgentReady", None, None);
    for _ in 0..5 {
        site.call();
        site.desktop("RequestAgentNotReady", Some("AfterCallWork"), None);
        site.shows(15_500, "", "After call work").await;
        site.desktop("RequestAgentReady", None, None);
        site.shows(9500, "", "").await;
    }
    assert_eq!(own(&site.front_end), chosen, "nobody touched what Kim chose");
    site.stop().await;
}
