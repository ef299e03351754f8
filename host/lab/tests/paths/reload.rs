//! A reload takes over directory, plug-in settings and an updated plug-in while pages stay open; a broken one changes
//! nothing.

use crate::story::{asked, kim};
use std::fs;
use uc_connector::{agent_link::AgentStatus, web::message::StateKind};
use uc_lab::lab::{Lab, Page, Setup};

/// Kim is at work, and lee's DN waits for somebody.
async fn at_work(settings: &str) -> (Lab, Page) {
    let setup = Setup { dns: "[[dn]]\ndn = '5001'".into(), settings: settings.into(), ..Setup::of(["kim"]) };
    let (lab, mut page) = kim(setup).await;
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    (lab, page)
}

#[tokio::test]
async fn a_worker_comes_and_goes() {
    let (mut lab, mut page) = at_work("").await;
    let mark = lab.t_server.mark();
    lab.site.setup.workers.push("lee".into());
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty(), "{report:?}");
    asked(&lab, mark, "RequestRegisterAddress", "5001").await;
    let mut lee = lab.page("lee").await.unwrap();
    lee.choose("busy").await;
    lee.is(StateKind::NotReady).await.unwrap();
    let mark = lab.t_server.mark();
    lab.site.setup.workers.pop();
    lab.site.rewrite().unwrap();
    // The file is watched: nobody needs to ask.
    assert_eq!(lee.closed().await.unwrap(), 4001);
    asked(&lab, mark, "RequestUnregisterAddress", "5001").await;
    assert!(lab.page("lee").await.is_err());
    page.choose("busy").await;
    page.is(StateKind::NotReady).await.unwrap();
}

#[tokio::test]
async fn changed_plugin_settings_reach_open_pages() {
    let (mut lab, mut page) = at_work("").await;
    assert!(!page.picture().unwrap().now.log_out);
    lab.site.setup.settings = "enable-logout-menu = true".into();
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty() && report.needs_restart.is_empty(), "{report:?}");
    assert!(report.changed.iter().any(|change| change.contains("standalone")), "{report:?}");
    let picture = page.shows("the log-out entry", |picture| picture.now.log_out).await.unwrap();
    assert_eq!(picture.kind(), StateKind::Ready, "the state stayed");
    page.choose("lunch").await;
    page.is(StateKind::NotReady).await.unwrap();
}

#[tokio::test]
async fn an_updated_library_is_taken_over_while_pages_stay_open() {
    let (lab, mut page) = at_work("when-pages-closed = { log-out-after-seconds = 1 }").await;
    let unchanged = lab.reload().await.unwrap();
    assert_eq!((unchanged.changed.len(), unchanged.errors.len()), (0, 0), "{unchanged:?}");
    let mut library = fs::read(lab.site.plugin()).unwrap();
    library.extend_from_slice(b"another build");
    lab.site.write("plugins/libuc_standalone.so", &library).unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty(), "{report:?}");
    assert!(report.changed.iter().any(|change| change.contains("standalone")), "{report:?}");
    for (state, kind) in [("lunch", StateKind::NotReady), ("open", StateKind::Ready)] {
        page.choose(state).await;
        page.is(kind).await.unwrap();
    }
    let old = lab.t_server.agent("5000").unwrap();
    assert_eq!((old.0.as_str(), old.1), ("1000", AgentStatus::Ready));
    // The new instance knows that the page is there, and notices when it goes.
    let mark = lab.t_server.mark();
    drop(page);
    asked(&lab, mark, "RequestAgentLogout", "5000").await;
}

#[tokio::test]
async fn who_has_closed_their_pages_before_a_reload_is_gone_for_the_instance_that_follows() {
    let (mut lab, page) = at_work("when-pages-closed = { log-out-after-seconds = 3 }").await;
    let mark = lab.t_server.mark();
    drop(page);
    lab.until("it is noticed", async |lab| lab.metric("uc_web_pages").await == 0.0).await.unwrap();
    lab.site.setup.settings += "\nenable-logout-menu = true";
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.changed.iter().any(|change| change.contains("standalone")), "{report:?}");
    asked(&lab, mark, "RequestAgentLogout", "5000").await;
}

#[tokio::test]
async fn a_broken_reload_keeps_the_old() {
    let (mut lab, mut page) = at_work("").await;
    let library = fs::read(lab.site.plugin()).unwrap();
    let good = lab.site.setup.clone();
    lab.site.setup.settings = "enable-logout-menu = true\nenable-log-in = true".into();
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.iter().any(|error| error.contains("enable-log-in")), "{report:?}");
    lab.site.setup = Setup { connector: "pgae-grace = 1".into(), ..good.clone() };
    lab.site.rewrite().unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.iter().any(|error| error.contains("page-grace")), "{report:?}");
    lab.site.setup = good;
    lab.site.rewrite().unwrap();
    for broken in [&b"no library"[..], &library[..library.len() / 2]] {
        lab.site.write("plugins/libuc_standalone.so", broken).unwrap();
        let report = lab.reload().await.unwrap();
        assert!(report.errors.iter().any(|error| error.contains("libuc_standalone.so")), "{report:?}");
    }
    assert!(!page.picture().unwrap().now.log_out);
    page.choose("lunch").await;
    page.is(StateKind::NotReady).await.unwrap();
    lab.site.write("plugins/libuc_standalone.so", &library).unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty(), "{report:?}");
}

#[tokio::test]
async fn a_broken_directory_leaves_everybody_where_they_are() {
    let (lab, mut page) = at_work("").await;
    let before = lab.metric("uc_directory_loads_total").await;
    lab.site.write("directory.toml", "[[worker]]\nuser = 'kim'\nplace = 'nowhere'\nagent-id = '1'").unwrap();
    lab.until("it was read", async |lab| lab.metric("uc_directory_loads_total").await > before).await.unwrap();
    page.choose("lunch").await;
    page.is(StateKind::NotReady).await.unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.iter().any(|error| error.contains("nowhere")), "{report:?}");
}
