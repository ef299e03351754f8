//! A directory that lost too much is kept out, said, and taken over only when an operator accepts it.

use uc_connector::{agent_link::AgentStatus, web::message::StateKind};
use uc_lab::lab::{Answer, Lab, Page, Setup};

/// Thirty workers; the first one is at work.
async fn at_work() -> (Lab, Page) {
    let names: Vec<String> = (0..30).map(|number| format!("worker-{number}")).collect();
    let lab = Lab::start(Setup::of(names.iter().map(String::as_str))).await.unwrap();
    let mut page = lab.page("worker-0").await.unwrap();
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
    (lab, page)
}

async fn kept_out(lab: &Lab) {
    let is_told = async |lab: &Lab| {
        let (ready, report) = lab.readiness().await;
        ready && report.contains("[~] directory: ") && report.contains("workers are gone")
    };
    lab.until("the file is kept out", is_told).await.unwrap();
    assert_eq!(lab.t_server.agent("5000").unwrap().1, AgentStatus::Ready, "nobody was logged out");
}

/// The fingerprint that a message names.
fn fingerprint(message: &str) -> String {
    let (_, rest) = message.split_once("accept-directory=").expect("the message says what to do");
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}

async fn accept(lab: &Lab, fingerprint: &str) -> Answer {
    let path = format!("/-/reload?accept-directory={fingerprint}");
    lab.operators().ask("POST", &path, &[], "").await.unwrap()
}

#[tokio::test]
async fn an_emptied_file_logs_nobody_out_until_it_is_accepted() {
    let (lab, mut page) = at_work().await;
    lab.site.write("directory.toml", "").unwrap();
    kept_out(&lab).await;
    page.choose("lunch").await;
    page.is(StateKind::NotReady).await.unwrap();
    let report = lab.reload().await.unwrap();
    let message = report.errors.join(" ");
    for part in ["directory.toml", "30 of 30 workers are gone", "loss-percent = 10", "put it right"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    let wrong = accept(&lab, "0123456789abcdef").await;
    assert_eq!(wrong.status, 422, "another file was accepted: {}", wrong.body);
    assert_eq!(accept(&lab, &fingerprint(&message)).await.status, 200);
    assert_eq!(page.closed().await.unwrap(), 4001);
    let empty = async |lab: &Lab| {
        let (ready, report) = lab.readiness().await;
        !ready && report.contains("nobody is served")
    };
    lab.until("nobody is served", empty).await.unwrap();
}

#[tokio::test]
async fn a_truncated_file_is_put_right_without_anybody_asking() {
    let (lab, _page) = at_work().await;
    let whole = std::fs::read_to_string(lab.site.path("directory.toml")).unwrap();
    let (half, _) = whole.split_once("[[place]]\nname = 'desk-worker-15'").unwrap();
    lab.site.write("directory.toml", half).unwrap();
    kept_out(&lab).await;
    lab.site.write("directory.toml", &whole).unwrap();
    let is_well = async |lab: &Lab| lab.readiness().await.1.contains("[+] directory");
    lab.until("it is taken over", is_well).await.unwrap();
    lab.page("worker-29").await.unwrap();
}

#[tokio::test]
async fn a_file_accepted_in_the_configuration_is_taken_over_by_a_reload() {
    let (mut lab, page) = at_work().await;
    lab.site.setup.workers.truncate(5);
    lab.site.rewrite().unwrap();
    kept_out(&lab).await;
    let message = lab.reload().await.unwrap().errors.join(" ");
    let config = std::fs::read_to_string(lab.site.config()).unwrap();
    let accept = format!("[directory]\naccept = '{}'", fingerprint(&message));
    lab.site.write("uc.toml", config.replace("[directory]", &accept)).unwrap();
    let report = lab.reload().await.unwrap();
    assert!(report.errors.is_empty() && report.needs_restart.is_empty(), "{report:?}");
    assert!(report.changed.contains(&"directory.accept".to_owned()), "{report:?}");
    assert!(report.changed.iter().any(|change| change.contains("25 removed")), "{report:?}");
    assert!(lab.page("worker-20").await.is_err());
    drop(page);
}
