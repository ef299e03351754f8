//! A Front End with each refusal in turn: the agent is "presence unknown" within the grace time and five seconds, right
//! within a minute of the Front End's recovery, and nobody is asked for ten times in a minute meanwhile.

use crate::{
    KIM, LEE, WATCHER, front_end,
    lync::{Product, Rig, reasons},
    settings, site,
};
use std::time::{Duration, Instant};
use uc_lab::front_end::{Direction, FrontEnd, Presence, control};

/// Seconds of grace in these tests.
const GRACE: u64 = 1;
/// How long the Front End refuses before it recovers.
const ILLNESS: Duration = Duration::from_secs(10);

/// What is said to the Front End, and what an operator is to read meanwhile.
const ILLNESSES: [(&[&str], &str); 13] = [
    (&["answer SUBSCRIBE 400 999", "terminate WATCHER"], "400"),
    (&["answer SUBSCRIBE 403 999", "terminate WATCHER rejected"], "403"),
    (&["answer SUBSCRIBE 404 999", "terminate WATCHER noresource"], "404"),
    (&["answer SUBSCRIBE 503 999 2", "terminate WATCHER deactivated"], "503"),
    (&["answer SUBSCRIBE 504 999", "terminate WATCHER timeout"], "504"),
    (&["answer SUBSCRIBE 302 999", "terminate WATCHER probation"], "302"),
    (&["answer SUBSCRIBE 423 999", "terminate WATCHER giveup"], "423"),
    (&["ignore SUBSCRIBE 999", "terminate WATCHER"], "does not answer"),
    // Inside the dialog: the next sign of life is refused, forgotten or ignored.
    (&["answer SUBSCRIBE 403 999"], "403"),
    (&["lose", "answer SUBSCRIBE 404 999"], "404"),
    (&["ignore SUBSCRIBE 999"], "does not answer"),
    (&["grant 0 999", "terminate WATCHER"], "grants no time"),
    (&["bounce KIM 999", "terminate WATCHER"], "asked again"),
];

async fn say(server: &FrontEnd, command: &str) {
    let command = command.replace("WATCHER", WATCHER).replace("KIM", KIM);
    control::execute(server, &command).await.unwrap();
}

/// How often Kim was asked for.
fn asked(server: &FrontEnd) -> usize {
    let received = server.log().into_iter().filter(|(way, _)| *way == Direction::Received);
    received.filter(|(_, text)| text.starts_with("SUBSCRIBE ") && text.contains(&format!("\"{KIM}\""))).count()
}

async fn watched() -> (FrontEnd, Product) {
    let front_end = front_end(site()).await;
    let rig = Rig::new();
    let settings = settings(&rig, &[&front_end]);
    let grace = format!("[uc-connector]\npresence-unknown-grace = {GRACE}\n");
    let product = rig.start_with(&[("5002", KIM), ("5003", LEE)], &settings, &grace).await;
    product.sent("RequestAgentReady", "5002", None).await;
    (front_end, product)
}

async fn falls_ill(commands: &[&str], told: &str) {
    let (front_end, product) = watched().await;
    let (begin, mark) = (Instant::now(), product.t_server().mark());
    for command in commands {
        say(&front_end, command).await;
    }
    // It goes unseen: what the product believes is wrong from here on.
    let before = asked(&front_end);
    let shown = commands.iter().any(|command| command.starts_with("terminate"));
    if !shown {
        front_end.wait_for("a sign of life", |server| (asked(server) > before).then_some(())).await.unwrap();
    }
    let refused = Instant::now();
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("presence unknown", ""))).await;
    let unknown = refused.elapsed();
    assert!(unknown < Duration::from_secs(GRACE + 5), "{commands:?}: unknown after {unknown:?}");
    let said = product.plugin_says(&[told]).await;
    assert!(said.contains("[-]") || said.contains("[~]"), "{commands:?}: {said}");
    front_end.set_presence(KIM, Presence { note: Some("true".into()), ..Presence::new(9500) }).unwrap();
    tokio::time::sleep(ILLNESS.saturating_sub(refused.elapsed())).await;
    let recovery = product.t_server().mark();
    front_end.heal();
    is_right_after(&product, recovery, commands).await;
    product.plugin_says(&["[+]"]).await;
    if commands.iter().all(|command| !command.starts_with("bounce")) {
        product.counted("uc_plugin_lync_subscriptions_lost_total", 1.0).await;
    }
    let minutes = begin.elapsed().as_secs() as usize / 60 + 1;
    let asked = asked(&front_end);
    assert!(asked < 10 * minutes, "{commands:?}: Kim was asked for {asked} times in {minutes} minutes");
    product.stop().await;
}

/// Within a minute from this place in the T-Server's log on the agent is asked to be as Kim shows, and was not before:
/// what is right during the illness is none.
async fn is_right_after(product: &Product, recovery: usize, commands: &[&str]) {
    let right = Some(reasons("do-not-disturb", "true"));
    let begin = Instant::now();
    product.sent_after(recovery, "RequestAgentNotReady", "5002", right.clone()).await;
    assert!(begin.elapsed() < Duration::from_secs(60), "{commands:?}: right after {:?}", begin.elapsed());
    let before = product.agent_requests_before(recovery, "5002");
    assert!(before.iter().all(|(_, told)| *told != right), "{commands:?}: right while it was ill: {before:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_with_each_refusal_in_turn_makes_unknown_soon_and_right_again_after_its_recovery() {
    let all = ILLNESSES.map(|(commands, told)| tokio::spawn(falls_ill(commands, told)));
    for one in all {
        one.await.unwrap();
    }
}

/// Lee goes and comes again, and the answer to that counts notifies from 1.
async fn comes_and_goes(front_end: &FrontEnd, product: &Product) {
    let low = |server: &FrontEnd| {
        let sent = server.log().into_iter().filter(|(way, _)| *way == Direction::Sent);
        sent.filter(|(_, text)| text.contains("\r\nms-piggyback-cseq: 1\r\n")).count()
    };
    let before = low(front_end);
    product.employ(&[("5002", KIM)]);
    let gone = |server: &FrontEnd| (server.seen_by(WATCHER).unwrap().len() == 1).then_some(());
    front_end.wait_for("Lee unwatched", gone).await.unwrap();
    product.employ(&[("5002", KIM), ("5003", LEE)]);
    let answered = |server: &FrontEnd| (low(server) > before).then_some(());
    front_end.wait_for("an answer with a low number", answered).await.unwrap();
}

/// What Kim shows next reaches the T-Server, although these notifies are counted wrongly.
async fn counts_wrongly(command: &str, counter: Option<&str>) {
    let (front_end, product) = watched().await;
    // Numbers that a server which begins anew uses again.
    for number in [6500, 3500, 6500] {
        front_end.set_presence(LEE, Presence::new(number)).unwrap();
    }
    say(&front_end, command).await;
    if command.starts_with("low") {
        comes_and_goes(&front_end, &product).await;
    }
    let mark = product.t_server().mark();
    front_end.set_presence(KIM, Presence { note: Some("new".into()), ..Presence::new(9500) }).unwrap();
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "new"))).await;
    if let Some(counter) = counter {
        product.counted(counter, 1.0).await;
    }
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_counts_its_notifies_wrongly_is_subscribed_to_afresh() {
    let counter = Some("uc_plugin_lync_subscriptions_renumbered_total");
    let all = [("renumber 1", counter), ("low-piggyback 1", None), ("same-number 1", None)];
    let all = all.map(|(command, counter)| tokio::spawn(counts_wrongly(command, counter)));
    for one in all {
        one.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_whom_the_front_end_refuses_costs_the_others_nothing() {
    let (front_end, product) = watched().await;
    let mark = product.t_server().mark();
    say(&front_end, "refuse-naming sip:lee@example.com 404 999").await;
    say(&front_end, "terminate WATCHER").await;
    product.plugin_says(&["1 of 2 people", "[~]", "404"]).await;
    front_end.set_presence(KIM, Presence { note: Some("fine".into()), ..Presence::new(9500) }).unwrap();
    product.sent_after(mark, "RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "fine"))).await;
    front_end.heal();
    product.plugin_says(&["[+]"]).await;
    product.stop().await;
}
