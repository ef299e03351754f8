//! Who is subscribed to where, and that nothing that happens to a subscription loses anybody's presence.

use crate::{
    KIM, LEE, PASSWORD, WATCHER, front_end,
    lync::{Product, Rig, password_account, reasons},
    site, watching,
};
use uc_lab::front_end::{Crowd, Direction, Fault, FrontEnd, Presence, SiteFile};

const BOTH: [(&str, &str); 2] = [("5002", KIM), ("5003", LEE)];
const POOL: &str = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AAAAAAAAAAAAAAAAAAAAAAAA";

/// SUBSCRIBEs that the server has received, in order.
fn subscribes(front_end: &FrontEnd) -> Vec<String> {
    let log = front_end.log().into_iter();
    log.filter(|(way, text)| *way == Direction::Received && text.starts_with("SUBSCRIBE "))
        .map(|(_, text)| text)
        .collect()
}

fn field<'t>(message: &'t str, name: &str) -> &'t str {
    message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}

async fn available(product: &Product, dn: &str) {
    product.sent("RequestAgentReady", dn, None).await;
}

/// Kim is watched, and shows as available.
async fn watched(site: SiteFile) -> (FrontEnd, Product) {
    let front_end = front_end(site).await;
    let product = watching(&front_end, &BOTH, "").await;
    available(&product, "5002").await;
    (front_end, product)
}

/// What Kim sets next reaches the T-Server.
async fn is_followed(front_end: &FrontEnd, product: &Product, note: &str) {
    front_end.set_presence(KIM, Presence { note: Some(note.into()), ..Presence::new(9500) }).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", note))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moved_is_watched_at_the_other_pool_or_in_person() {
    for (pool, target) in [(Some(POOL), POOL), (None, KIM)] {
        let (front_end, product) = watched(site()).await;
        front_end.move_users(&[KIM], pool).unwrap();
        let there = |server: &FrontEnd| {
            subscribes(server).into_iter().find(|subscribe| subscribe.starts_with(&format!("SUBSCRIBE {target} ")))
        };
        let subscribe = front_end.wait_for("a SUBSCRIBE elsewhere", there).await.unwrap();
        assert_eq!(field(&subscribe, "To"), format!("<{target}>"));
        assert!(field(&subscribe, "From").contains(WATCHER));
        assert!(subscribe.contains("<resource uri=\"sip:kim@example.com\"/>") && !subscribe.contains("lee"));
        assert_eq!(subscribe.contains("Require: adhoclist"), pool.is_some(), "a person is no list");
        is_followed(&front_end, &product, "moved").await;
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_the_server_ends_begins_afresh() {
    let (front_end, product) = watched(site()).await;
    assert_eq!(front_end.terminate_subscriptions(WATCHER, "").unwrap(), 1);
    let again = front_end.wait_for_counts("a new subscription", |counts| counts.watched == 2).await;
    assert!(again.is_ok(), "within ten seconds or so: {again:?}");
    let all = subscribes(&front_end);
    assert_ne!(field(&all[0], "Call-ID"), field(all.last().unwrap(), "Call-ID"));
    is_followed(&front_end, &product, "afresh").await;
    product.plugin_says(&["[+]"]).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_be_watched_is_unknown_and_nobody_else_suffers() {
    let site = SiteFile { max_category_subscriptions: 1, ..site() };
    let front_end = front_end(site).await;
    let product = watching(&front_end, &BOTH, "").await;
    front_end
        .wait_for("the refusal", |server| {
            server.log().into_iter().find(|(way, text)| *way == Direction::Sent && text.contains("terminated"))
        })
        .await
        .unwrap();
    product.plugin_says(&["2 of 2 people", "[-]", "rejected"]).await;
    assert!(product.agent_requests("5002").iter().all(|(name, _)| name != "RequestAgentReady"));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_and_go_inside_the_dialog() {
    let (front_end, product) = watched(site()).await;
    let seen = |wanted: &'static [&'static str]| {
        move |server: &FrontEnd| {
            let mut seen: Vec<_> = server.seen_by(WATCHER).unwrap().into_iter().map(|(user, _)| user).collect();
            seen.sort_unstable();
            (seen == wanted).then_some(())
        }
    };
    product.employ(&[("5003", LEE)]);
    front_end.wait_for("Kim unwatched", seen(&[LEE])).await.unwrap();
    product.employ(&BOTH);
    front_end.wait_for("Kim watched again", seen(&[KIM, LEE])).await.unwrap();
    is_followed(&front_end, &product, "back").await;
    let all = subscribes(&front_end);
    let dialog: Vec<_> = all.iter().map(|subscribe| field(subscribe, "Call-ID")).collect();
    assert!(dialog.iter().all(|call_id| *call_id == dialog[0]), "{all:#?}");
    let named = |action: &str, who: &str| {
        let action = format!("<action name=\"{action}\"");
        all.iter().any(|subscribe| subscribe.contains(&action) && subscribe.contains(who))
    };
    assert!(named("unsubscribe", KIM) && !named("unsubscribe", LEE) && all.len() == 3, "{all:#?}");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_subscribed_to_in_batches_of_one_dialog() {
    let crowd = Crowd { prefix: "u".into(), count: 25, availability: Some(3500) };
    let front_end = front_end(SiteFile { crowds: vec![crowd], ..site() }).await;
    let people: Vec<_> =
        (0..25).map(|number| (format!("60{number:02}"), format!("sip:u{number}@example.com"))).collect();
    let people: Vec<_> = people.iter().map(|(dn, sip)| (&**dn, &**sip)).collect();
    let product = watching(&front_end, &people, "batch-size = 10\n").await;
    for (dn, _) in &people {
        available(&product, dn).await;
    }
    let all = subscribes(&front_end);
    let mut sizes: Vec<_> = all.iter().map(|subscribe| subscribe.matches("<resource ").count()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 10, 10]);
    assert!(all.iter().all(|subscribe| field(subscribe, "Call-ID") == field(&all[0], "Call-ID")));
    assert_eq!((front_end.counts().subscriptions, front_end.counts().watched), (1, 25));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_says_that_a_notify_has_overtaken_makes_nobody_ready() {
    let front_end = front_end(site()).await;
    front_end.fault(Fault::HoldAnswer { method: "SUBSCRIBE".into(), count: 1 });
    let product = watching(&front_end, &BOTH, "").await;
    front_end.wait_for_counts("the SUBSCRIBE", |counts| counts.subscribes == 1).await.unwrap();
    // The answer says that Kim is available, and comes behind this.
    front_end.set_presence(KIM, Presence { note: Some("newer".into()), ..Presence::new(9500) }).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "newer"))).await;
    front_end.wait_for_counts("the question", |counts| counts.subscribes >= 2).await.unwrap();
    is_followed(&front_end, &product, "newest").await;
    assert!(product.agent_requests("5002").iter().all(|(name, _)| name != "RequestAgentReady"));
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_notify_is_noticed_by_its_number_and_made_up_for() {
    let (front_end, product) = watched(site()).await;
    front_end.fault(Fault::Lose { count: 1 });
    front_end.set_presence(KIM, Presence { note: Some("lost".into()), ..Presence::new(9500) }).unwrap();
    // The next one shows the gap.
    front_end.set_presence(LEE, Presence::new(3500)).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "lost"))).await;
    let all = subscribes(&front_end);
    assert_eq!(field(&all[0], "Call-ID"), field(&all[1], "Call-ID"), "asked for inside the dialog");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_swapped_and_replayed_notifies_end_with_the_right_state() {
    for fault in [Fault::Duplicate { count: 1 }, Fault::Swap { count: 1 }, Fault::Replay { count: 1 }] {
        let (front_end, product) = watched(site()).await;
        front_end.fault(fault.clone());
        front_end.set_presence(KIM, Presence { note: Some("first".into()), ..Presence::new(9500) }).unwrap();
        front_end.set_presence(KIM, Presence { note: Some("second".into()), ..Presence::new(9500) }).unwrap();
        product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "second"))).await;
        is_followed(&front_end, &product, "third").await;
        let told = product.agent_requests("5002");
        assert_eq!(told.last().unwrap().1, Some(reasons("do-not-disturb", "third")), "{fault:?}: {told:?}");
        product.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_signature_costs_the_connection_and_nothing_else() {
    let (front_end, product) = watched(site()).await;
    front_end.fault(Fault::WrongSignature { count: 1 });
    front_end.set_presence(KIM, Presence { note: Some("forged".into()), ..Presence::new(9500) }).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "forged"))).await;
    assert_eq!(front_end.counts().accepted, 2, "it is told again over a connection that can be believed");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_registrations_are_made_anew() {
    let (front_end, product) = watched(site()).await;
    front_end.lose_registrations();
    // Something that the product sends shows it; a watched person who comes is such a thing.
    product.employ(&[("5002", KIM)]);
    front_end.wait_for_counts("the subscription again", |counts| counts.watched == 1).await.unwrap();
    is_followed(&front_end, &product, "remembered").await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_accounts_share_the_people() {
    let front_end = front_end(site()).await;
    let rig = Rig::new();
    let accounts: Vec<_> = ["watcher", "second"]
        .map(|name| password_account(&rig, &format!("sip:{name}@example.com"), &format!(r"EXAMPLE\{name}"), PASSWORD))
        .into();
    let settings = format!(
        "transport = 'tcp'\nservers = ['localhost:{}']\naccounts = [{}]\n",
        front_end.addr().port(),
        accounts.join(", ")
    );
    let product = rig.start(&BOTH, &settings).await;
    available(&product, "5002").await;
    front_end.wait_for_counts("one each", |counts| counts.watched == 2 && counts.subscriptions == 2).await.unwrap();
    for watcher in ["sip:watcher@example.com", "sip:second@example.com"] {
        assert_eq!(front_end.seen_by(watcher).unwrap().len(), 1, "{watcher}");
    }
    product.plugin_says(&["[+]", "ready"]).await;
    // One account alone out of service degrades the plug-in, and its people are unknown.
    front_end.deregister("sip:second@example.com", uc_lab::front_end::Deregistration::Rejected).unwrap();
    product.plugin_says(&["[~]", "sip:second@example.com: ", "disabled"]).await;
    product.stop().await;
}
