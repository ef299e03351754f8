//! The lab's Front End, as its clients see it: sign-in, subscriptions, publications.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{batch, client::*, publish, signed_in, site, start, state, with_alice};
use uc_lab::front_end::{Deregistration, Presence};
use uc_sip::{
    message::{Message, Name, multipart},
    ms::Diagnostics,
};

/// Content-ID and text of each part.
fn parts(message: &Message) -> Vec<(String, String)> {
    let kind = message.get(Name::ContentType).unwrap();
    let parts = multipart::parts(kind, message.body()).unwrap();
    parts.iter().map(|part| (part.id.to_owned(), String::from_utf8(part.body.to_vec()).unwrap())).collect()
}

#[tokio::test]
async fn three_registers_sign_in_with_every_version() {
    for version in [2, 3, 4] {
        let server = start(uc_lab::front_end::SiteFile { version, ..site() }).await;
        let mut alice = Client::connect(server.addr(), "alice", front_end::PASSWORD).await;
        let answer = alice.register().await;
        assert_eq!((answer.status(), answer.expires()), (Some(200), Some(7200)), "version {version}");
        assert!(alice.gruu.starts_with("sip:alice@example.com;opaque=user:epid:"), "{}", alice.gruu);
        assert!(answer.get(Name::AllowEvents).unwrap().contains("presence,"));
        let counts = server.counts();
        assert_eq!((counts.registered, counts.challenged, counts.endpoints, counts.refused), (1, 2, 1, 0));
    }
}

#[tokio::test]
async fn wrong_passwords_users_and_epids_are_refused_with_their_reason() {
    let mut site = site();
    site.users[3].disabled = true;
    let server = start(site).await;
    let refused = async |client: &mut Client| {
        let answer = client.register().await;
        (answer.status(), Diagnostics::of(&answer).map(|diagnostics| diagnostics.id))
    };
    let client = async |user| Client::connect(server.addr(), user, front_end::PASSWORD).await;
    let mut wrong = Client::connect(server.addr(), "alice", "wrong").await;
    assert_eq!(refused(&mut wrong).await, (Some(401), Some(1000)));
    assert_eq!(refused(&mut client("nobody").await).await, (Some(401), Some(1000)));
    assert_eq!(refused(&mut client("dave").await).await, (Some(403), Some(4141)));
    let mut other = client("alice").await;
    other.user = "sip:bob@example.com".into();
    assert_eq!(refused(&mut other).await, (Some(403), Some(4004)));
    assert_eq!(server.counts().endpoints, 0);
}

#[tokio::test]
async fn the_instance_must_belong_to_the_epid() {
    let server = start(site()).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    let request = alice.registration(None);
    let text = String::from_utf8(request.to_bytes().unwrap().to_vec()).unwrap();
    for (epid, number) in [("", 4011), (";epid=0123456789abcdef0", 4012), (";epid=cafe", 4010)] {
        let from = format!("<sip:alice@example.com>;tag=x{epid}");
        let contact = text.lines().find_map(|line| line.strip_prefix("Contact: ")).unwrap();
        let request = uc_sip::message::Request::new("REGISTER", "sip:example.com")
            .field("Via", "SIP/2.0/TCP 127.0.0.1:1;branch=z9hG4bKx")
            .field("From", from)
            .field("To", "<sip:alice@example.com>")
            .field("Call-ID", "other")
            .field("CSeq", "1 REGISTER")
            .field("Contact", contact);
        let answer = alice.ask(&request).await;
        assert_eq!((answer.status(), Diagnostics::of(&answer).unwrap().id), (Some(400), number));
    }
}

#[tokio::test]
async fn a_batch_is_answered_with_everybodys_presence_and_changes_are_told() {
    let (server, mut alice) = with_alice().await;
    let (answer, _) = alice.watch(&["bob", "carol", "nobody"], true).await;
    assert_eq!(answer.named("ms-piggyback-cseq"), Some("1"));
    let all = parts(&answer);
    assert!(all[0].1.contains("sip:nobody@example.com\"><instance id=\"0\" state=\"terminated\""), "{}", all[0].1);
    assert_eq!(all[1].0, "bob@example.com");
    assert!(all[1].1.contains("<availability>3500<") && all[1].1.contains("<category name=\"note\"/>"));
    assert!(all[2].1.contains("<availability>6500<") && all[2].1.contains("in-a-meeting"));
    assert!(all[2].1.contains(">quarter close</body>"));
    server.set_presence("sip:bob@example.com", Presence::new(6500).activity("on-the-phone").note("R&D")).unwrap();
    server.set_presence("sip:bob@example.com", Presence::new(9500).note("R&D")).unwrap();
    let first = alice.incoming().await;
    assert_eq!((first.method(), first.cseq().unwrap().number), ("BENOTIFY", 2));
    assert!(text(&first).contains("token=\"on-the-phone\"") && text(&first).contains(">R&amp;D</body>"));
    let second = alice.incoming().await;
    assert_eq!(second.cseq().unwrap().number, 3);
    assert!(text(&second).contains("<availability>9500<") && !text(&second).contains("name=\"note\""));
}

#[tokio::test]
async fn notifies_are_answered_and_481_ends_the_subscription() {
    let (server, mut alice) = with_alice().await;
    alice.watch(&["bob"], false).await;
    server.set_presence("sip:bob@example.com", Presence::new(9500)).unwrap();
    assert_eq!(alice.incoming().await.method(), "NOTIFY");
    server.wait_for_counts("the answer", |counts| counts.notify_answers == 1).await.unwrap();
    server.set_presence("sip:bob@example.com", Presence::new(3500)).unwrap();
    let notify = alice.incoming_as_it_is().await;
    alice.reply(&notify, 481).await;
    server.wait_for_counts("the end", |counts| counts.subscriptions == 0).await.unwrap();
}

#[tokio::test]
async fn users_come_and_go_within_the_dialog() {
    let (server, mut alice) = with_alice().await;
    let (_, mut dialog) = alice.watch(&["bob"], true).await;
    let change = async |alice: &mut Client, dialog: &mut Dialog, action, users: &[&str]| {
        let request = alice.within(dialog, "SUBSCRIBE").field("Event", "presence");
        let request = request.field("Supported", "ms-piggyback-first-notify");
        let body = batch(action, "alice", users, &["state"]);
        alice.ask(&request.body("application/msrtc-adrl-categorylist+xml", body.into_bytes())).await
    };
    let added = change(&mut alice, &mut dialog, "subscribe", &["carol", "dave"]).await;
    assert_eq!(parts(&added).len(), 3);
    assert_eq!(server.counts().watched, 3);
    let removed = change(&mut alice, &mut dialog, "unsubscribe", &["bob", "dave"]).await;
    assert_eq!(removed.status(), Some(200));
    let seen = server.seen_by("sip:alice@example.com").unwrap();
    assert_eq!(seen.iter().map(|(user, _)| user.as_str()).collect::<Vec<_>>(), ["sip:carol@example.com"]);
    let end = alice.within(&mut dialog, "SUBSCRIBE").field("Event", "presence").field("Expires", "0");
    let ended = alice.ask(&end).await;
    assert_eq!(ended.get(Name::SubscriptionState), Some("terminated;expires=0"));
    assert_eq!((server.counts().subscriptions, server.counts().watched), (0, 0));
    let late = alice.within(&mut dialog, "SUBSCRIBE").field("Event", "presence");
    assert_eq!(alice.ask(&late).await.status(), Some(481));
}

#[tokio::test]
async fn moved_users_are_to_be_subscribed_to_elsewhere() {
    let (server, mut alice) = with_alice().await;
    alice.watch(&["bob", "carol"], true).await;
    let pool = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AAAA";
    server.move_users(&["sip:bob@example.com"], Some(pool)).unwrap();
    let notify = alice.incoming().await;
    assert_eq!(notify.content_type(), "application/rlmi+xml");
    assert!(text(&notify).contains(&format!("state=\"resubscribe\" cid=\"bob@example.com\" poolFqdn=\"{pool}\"")));
    let (refused, _) = alice.watch(&["bob"], true).await;
    assert!(text(&refused).contains("resubscribe"), "{}", text(&refused));
    let request = alice.request("SUBSCRIBE", pool);
    let body = batch("subscribe", "alice", &["bob"], &["state"]);
    let kind = "application/msrtc-adrl-categorylist+xml";
    let (there, _) = alice.subscribe_with(request, "presence", kind, body, true).await;
    assert!(text(&there).contains("<availability>3500<"), "{}", text(&there));
}

#[tokio::test]
async fn publications_are_aggregated_and_seen_by_watchers() {
    let server = start(site()).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    let mut bob = signed_in(server.addr(), "bob").await;
    alice.watch(&["bob"], true).await;
    let machine = state("machineState", 3500, "");
    let phone = state("phoneState", 6500, "on-the-phone");
    let endpoint = "expireType=\"endpoint\"";
    let both = |instance, version, value: &str| {
        let one = |container| ("state", instance, container, version, endpoint, value);
        publish("bob", &[one(2), one(3)])
    };
    assert_eq!(bob.publish(both(0x3000_0001, 0, &machine)).await.status(), Some(200));
    assert!(text(&alice.incoming().await).contains("<availability>3500<"));
    let answer = bob.publish(both(0x8000_000d, 0, &phone)).await;
    assert!(text(&answer).contains("container=\"2\" version=\"1\" expireType=\"endpoint\""), "{}", text(&answer));
    let notify = alice.incoming().await;
    assert!(text(&notify).contains("<availability>6500<") && text(&notify).contains("on-the-phone"));
    let stale = bob.publish(both(0x8000_000d, 0, &phone)).await;
    assert_eq!(stale.status(), Some(409));
    assert!(text(&stale).contains("index=\"1\" version=\"0\" curVersion=\"1\""), "{}", text(&stale));
    let ends = "expireType=\"endpoint\" expires=\"0\"";
    let over = publish("bob", &[("state", 0x8000_000d, 2, 1, ends, ""), ("state", 0x8000_000d, 3, 1, ends, "")]);
    assert_eq!(bob.publish(over).await.status(), Some(200));
    assert!(text(&alice.incoming().await).contains("<availability>3500<"));
    drop(bob);
    assert!(text(&alice.incoming().await).contains("<availability>18500<"));
}

#[tokio::test]
async fn the_workgroup_sees_what_is_published_for_it() {
    let server = start(site()).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    let mut bob = signed_in(server.addr(), "bob").await;
    let body = "<setContainerMembers xmlns=\"x\"><container id=\"300\" version=\"0\"><member action=\"add\" \
                type=\"user\" value=\"alice@example.com\"/></container></setContainerMembers>";
    let request = bob.request("SERVICE", "sip:bob@example.com");
    let request = request.body("application/msrtc-setcontainermembers+xml", body);
    assert_eq!(bob.ask(&request).await.status(), Some(200));
    let (dnd, urgent) = (state("userState", 9500, ""), state("userState", 6900, "urgent-interruptions-only"));
    let time = "expireType=\"time\" expires=\"86400\"";
    let do_not_disturb =
        publish("bob", &[("state", 603_979_776, 2, 0, time, &dnd), ("state", 603_979_776, 3, 0, time, &urgent)]);
    assert_eq!(bob.publish(do_not_disturb).await.status(), Some(200));
    let (answer, _) = alice.watch(&["bob"], true).await;
    assert!(text(&answer).contains("<availability>6900<"), "{}", text(&answer));
    assert_eq!(server.presence("sip:bob@example.com").unwrap().availability, 9500);
}

#[tokio::test]
async fn deregistration_is_told_and_takes_the_subscriptions() {
    let (server, mut alice) = with_alice().await;
    alice.watch(&["bob"], true).await;
    assert_eq!(server.deregister("sip:alice@example.com", Deregistration::Rejected), Ok(1));
    let notice = alice.incoming().await;
    assert_eq!(notice.get(Name::Event), Some("registration-notify"));
    assert_eq!(text(&notice), "deregistered;event=rejected");
    assert_eq!(Diagnostics::of(&notice).unwrap().id, 4141);
    assert_eq!((server.counts().endpoints, server.counts().subscriptions), (0, 0));
}

#[tokio::test]
async fn the_oldest_endpoint_beyond_the_quota_goes() {
    let server = start(uc_lab::front_end::SiteFile { max_endpoints: 1, ..site() }).await;
    let mut first = signed_in(server.addr(), "alice").await;
    let mut second = Client::connect(server.addr(), "alice", front_end::PASSWORD).await;
    second.epid = "cafe".into();
    assert_eq!(second.register().await.status(), Some(200));
    assert_eq!(text(&first.incoming().await), "deregistered;event=unregistered");
    assert_eq!(server.counts().endpoints, 1);
    let away = second.registration(Some(0));
    assert_eq!(second.ask(&away).await.expires(), Some(0));
    assert_eq!(server.counts().endpoints, 0);
}

#[tokio::test]
async fn own_data_contacts_and_provisioning_are_told() {
    let (server, mut alice) = with_alice().await;
    let subscribe = async |alice: &mut Client, event, body: &str| {
        let (answer, _) = alice.subscribe(event, "application/xml", body.to_owned(), true).await;
        text(&answer).to_owned()
    };
    let contacts = subscribe(&mut alice, "vnd-microsoft-roaming-contacts", "").await;
    assert!(contacts.contains("<contact uri=\"bob@example.com\" name=\"\" groups=\"2\" subscribed=\"true\""));
    let own = subscribe(&mut alice, "vnd-microsoft-roaming-self", "").await;
    assert!(own.contains("<container id=\"200\"") && own.contains("<subscribers"), "{own}");
    let wanted = "<provisioningGroupList><provisioningGroup name=\"ucPolicy\"/></provisioningGroupList>";
    let groups = subscribe(&mut alice, "vnd-microsoft-provisioning-v2", wanted).await;
    assert!(groups.contains("<provisionGroup name=\"ucPolicy\">"), "{groups}");
    let edit = "<s:Envelope xmlns:s=\"s\" xmlns:m=\"m\"><s:Body><m:setContact><m:displayName/><m:groups>2</m:groups>\
                <m:URI>sip:erin@example.com</m:URI><m:deltaNum>1</m:deltaNum></m:setContact></s:Body></s:Envelope>";
    let request = alice.request("SERVICE", "sip:alice@example.com").body("application/SOAP+xml", edit);
    assert_eq!(alice.ask(&request).await.status(), Some(200));
    assert!(text(&alice.incoming().await).contains("<addedContact uri=\"erin@example.com\""));
    assert_eq!(server.contacts("sip:alice@example.com").unwrap().len(), 4);
}

#[tokio::test]
async fn several_presentities_come_in_one_body() {
    let (server, mut alice) = with_alice().await;
    alice.watch(&["bob", "carol", "dave"], true).await;
    let all = ["sip:bob@example.com", "sip:dave@example.com"].map(|user| (user, Presence::new(12_500)));
    server.set_together(all).unwrap();
    let notify = alice.incoming().await;
    let all = parts(&notify);
    assert_eq!(all.len(), 3);
    assert!(all[1..].iter().all(|(_, text)| text.contains("<availability>12500<")));
}

#[tokio::test]
async fn what_does_not_fit_into_the_answer_comes_in_notifies() {
    let server = start(uc_lab::front_end::SiteFile { max_piggyback: 2, ..site() }).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    let (answer, _) = alice.watch(&["bob", "carol", "dave", "erin"], true).await;
    assert_eq!(parts(&answer).len(), 3);
    let rest = alice.incoming().await;
    let names: Vec<_> = parts(&rest).into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, ["resourceList", "dave@example.com", "erin@example.com"]);
}

#[tokio::test]
async fn too_many_watchers_of_one_user_are_refused() {
    let server = start(uc_lab::front_end::SiteFile { max_category_subscriptions: 3, ..site() }).await;
    let mut alice = signed_in(server.addr(), "alice").await;
    let mut carol = signed_in(server.addr(), "carol").await;
    alice.watch(&["bob"], true).await;
    let (answer, _) = carol.watch(&["bob"], true).await;
    assert!(
        text(&answer).contains("state=\"terminated\" cid=\"bob@example.com\" reason=\"rejected\" statusCode=\"403\"")
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let (server, mut alice) = with_alice().await;
    let kind = "application/msrtc-adrl-categorylist+xml";
    for body in ["<batchSub", "<other/>", "<!DOCTYPE a><batchSub/>", "<batchSub><action name=\"x\"/></batchSub>"] {
        let (answer, _) = alice.subscribe("presence", kind, body.into(), true).await;
        assert_eq!((answer.status(), Diagnostics::of(&answer).unwrap().id), (Some(400), 4001), "{body}");
    }
    let (answer, _) = alice.subscribe("dialog", kind, String::new(), true).await;
    assert_eq!(answer.status(), Some(489));
    for body in ["<publish/>", "<publish><publications/></publish>", "nothing"] {
        assert_eq!(alice.publish(body.into()).await.status(), Some(400), "{body}");
    }
    let foreign = publish("bob", &[]);
    assert_eq!(Diagnostics::of(&alice.publish(foreign).await).unwrap().id, 4004);
    let other = alice.request("SERVICE", "sip:alice@example.com").body("text/plain", "hello");
    assert_eq!(alice.ask(&other).await.status(), Some(415));
    assert_eq!(server.counts().subscriptions, 0);
}
