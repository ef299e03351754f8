//! A real SIPE client judges the lab's Front End; `make setup` installs it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;

use front_end::{
    certificates::Authority,
    client::{Client, text},
    peer::Peer,
    signed_in, site, start, state,
};
use uc_lab::front_end::{Config, Fault, FrontEnd, Presence};
use uc_sip::message::{Name, Response};

fn plain(server: &FrontEnd) -> Vec<(&'static str, String)> {
    vec![
        ("PEER_SERVER", format!("localhost:{}", server.addr().port())),
        ("PEER_TRANSPORT", "tcp".into()),
        ("PEER_AUTH", "ntlm".into()),
    ]
}

fn peer(settings: &[(&'static str, String)]) -> Peer {
    Peer::start(&settings.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}

/// What is shown of the three contacts at first, and after changes.
async fn sees_presence(server: &FrontEnd, peer: &mut Peer) {
    peer.happens("connected").await;
    // The order is the client's own.
    let mut first = Vec::new();
    while first.len() < 3 {
        let event = peer.event("a contact", |event| event["event"] == "presence" && event["name"] != "").await;
        let user = event["name"].as_str().unwrap().to_owned();
        first.push((user, event["status"].as_str().unwrap().to_owned(), event["text"].as_str().unwrap().to_owned()));
        first.sort();
        first.dedup_by(|later, earlier| later.0 == earlier.0);
    }
    let names: Vec<_> = first.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["Bob Example", "Carol Example", "Dave Example"]);
    let set = |presence| server.set_presence("sip:bob@example.com", presence).unwrap();
    set(Presence::new(9500).note("on a trade"));
    peer.shows("bob", "do-not-disturb", "on a trade").await;
    set(Presence::new(6500).activity("on-the-phone"));
    peer.shows("bob", "busy", "In a call").await;
    set(Presence::new(12_500));
    peer.shows("bob", "be-right-back", "").await;
    set(Presence::new(15_500).activity("off-work"));
    peer.shows("bob", "away", "").await;
    server.set_together(["bob", "dave"].map(|_| ("sip:dave@example.com", Presence::new(3500)))).unwrap();
    peer.shows("dave", "available", "").await;
    assert_eq!(server.counts().bad_signatures, 0);
}

/// Availability that the client itself has last published in container 2.
fn published(server: &FrontEnd) -> Option<u32> {
    let all = server.publications("sip:alice@example.com").unwrap();
    let own = all.iter().filter(|known| known.container == 2 && known.instance == 536_870_912);
    own.filter_map(|known| Some(known.state.as_ref()?.availability)).next_back()
}

#[tokio::test]
async fn it_signs_in_over_tcp_sees_presence_and_sets_its_own() {
    let server = start(site()).await;
    let mut erin = signed_in(server.addr(), "erin").await;
    erin.watch(&["alice"], true).await;
    let mut peer = peer(&plain(&server));
    sees_presence(&server, &mut peer).await;
    for (status, availability) in
        [("busy", 6500), ("do-not-disturb", 9500), ("be-right-back", 12_500), ("away", 15_500), ("available", 3500)]
    {
        peer.command(&format!("status {status} note of {status}")).await;
        let note = format!("note of {status}");
        let reached = |server: &FrontEnd| {
            let seen = server.presence("sip:alice@example.com").unwrap();
            let shown = (seen.availability, seen.note.as_deref()) == (availability, Some(&*note));
            (shown && published(server) == Some(availability)).then_some(())
        };
        server.wait_for(status, reached).await.unwrap();
    }
    let mut told = erin.incoming().await;
    while !(text(&told).contains("note of available") && text(&told).contains("<availability>3500<")) {
        told = erin.incoming().await;
    }
    peer.quit().await;
    let gone =
        |server: &FrontEnd| (server.presence("sip:alice@example.com").unwrap().availability == 18_500).then_some(());
    server.wait_for("offline", gone).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.bad_signatures, counts.malformed, counts.conflicts), (0, 0, 0), "{counts:?}");
}

#[tokio::test]
async fn it_signs_in_over_tls() {
    let authority = Authority::new();
    let tls = authority.front_end(None);
    let certificate = tls.cert.to_str().unwrap().to_owned();
    let server = FrontEnd::start(Config { tls: Some(tls), ..Config::for_tests(site()) }).await.unwrap();
    let mut settings = plain(&server);
    settings.extend([("PEER_TRANSPORT", "tls".into()), ("PEER_CERT", certificate)]);
    let mut peer = peer(&settings);
    sees_presence(&server, &mut peer).await;
    peer.quit().await;
    assert_eq!(server.counts().bad_signatures, 0);
}

#[tokio::test]
async fn it_signs_with_the_older_versions_too() {
    for version in [2, 3] {
        let server = start(uc_lab::front_end::SiteFile { version, ..site() }).await;
        let mut peer = peer(&plain(&server));
        sees_presence(&server, &mut peer).await;
        peer.quit().await;
    }
}

#[tokio::test]
async fn it_survives_a_conflict() {
    let server = start(site()).await;
    let mut peer = peer(&plain(&server));
    peer.happens("connected").await;
    server.wait_for("the first publication", |server| published(server).map(drop)).await.unwrap();
    server.fault(Fault::Conflict { index: 2, version: 7, count: 1 });
    peer.command("status busy").await;
    let reached = |server: &FrontEnd| {
        (server.counts().conflicts == 1 && server.presence("sip:alice@example.com").unwrap().availability == 6500)
            .then_some(())
    };
    server.wait_for("busy in spite of the conflict", reached).await.unwrap();
    peer.quit().await;
}

#[tokio::test]
async fn it_is_refused_with_a_wrong_password() {
    let server = start(site()).await;
    let mut settings = plain(&server);
    settings.push(("PEER_PASSWORD", "wrong".into()));
    let mut peer = peer(&settings);
    server.wait_for_counts("the refusal", |counts| counts.refused == 1).await.unwrap();
    peer.command("quit").await;
    let end = peer.event("the end", |event| event["event"] == "signed-out" || event["event"] == "connected").await;
    assert_eq!(end["event"], "signed-out");
    assert_eq!(server.counts().endpoints, 0);
}

#[tokio::test]
async fn it_follows_to_another_pool_and_obeys_a_deregistration() {
    let server = start(site()).await;
    let mut peer = peer(&plain(&server));
    peer.happens("connected").await;
    server.wait_for_counts("the batch", |counts| counts.watched == 3).await.unwrap();
    let pool = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AAAAAAAAAAAAAAAAAAAAAAAA";
    server.move_users(&["sip:bob@example.com"], Some(pool)).unwrap();
    server.move_users(&["sip:carol@example.com"], None).unwrap();
    server.wait_for_counts("both again", |counts| counts.watched == 3).await.unwrap();
    server.set_presence("sip:bob@example.com", Presence::new(9500)).unwrap();
    peer.shows("bob", "do-not-disturb", "").await;
    server.set_presence("sip:carol@example.com", Presence::new(12_500)).unwrap();
    peer.shows("carol", "be-right-back", "").await;
    server.deregister("sip:alice@example.com", uc_lab::front_end::Deregistration::Rejected).unwrap();
    peer.happens("disconnected").await;
}

/// Answers the INVITE that comes next as a client that takes text.
async fn take_invitation(client: &mut Client) {
    let invite = client.incoming().await;
    assert_eq!(invite.method(), "INVITE");
    let contact = format!("<{}>", client.gruu);
    let sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
               m=message 5060 sip sip:bob@example.com\r\na=accept-types:text/plain\r\n";
    let response = Response::to(&invite, 200, "OK").tag("bobs").field("Contact", contact);
    client.respond(&response.body("application/sdp", sdp.as_bytes())).await;
    assert_eq!(client.incoming().await.method(), "ACK");
}

#[tokio::test]
async fn it_exchanges_instant_messages() {
    let server = start(site()).await;
    let mut bob = signed_in(server.addr(), "bob").await;
    let value = state("machineState", 3500, "");
    let one = |container| ("state", 0x3000_0001, container, 0, "expireType=\"endpoint\"", value.as_str());
    assert_eq!(bob.publish(front_end::publish("bob", &[one(2), one(3)])).await.status(), Some(200));
    let mut peer = peer(&plain(&server));
    peer.happens("connected").await;
    peer.shows("bob", "available", "").await;
    peer.command("im sip:bob@example.com please take line 2").await;
    take_invitation(&mut bob).await;
    let message = bob.incoming().await;
    assert_eq!((message.method(), text(&message)), ("MESSAGE", "please take line 2"));
    let from = message.get(Name::From).unwrap().to_owned();
    bob.reply(&message, 200).await;
    // And back, in the same dialog.
    let to_alice = bob.request("MESSAGE", "sip:alice@example.com").body("text/plain; charset=UTF-8", "line 2 it is");
    let text_of = String::from_utf8(to_alice.to_bytes().unwrap().to_vec()).unwrap();
    let swapped: Vec<_> = text_of
        .split("\r\n")
        .map(|line| match line.split_once(':').map_or("", |(name, _)| name) {
            "From" => format!("From: {}", message.get(Name::To).unwrap()),
            "To" => format!("To: {from}"),
            "Call-ID" => format!("Call-ID: {}", message.call_id().unwrap()),
            _ => line.to_owned(),
        })
        .collect();
    let answer = bob.ask_raw(&swapped.join("\r\n")).await;
    assert_eq!(answer.status(), Some(200));
    peer.event("the message", |event| event["event"] == "message" && event["text"] == "line 2 it is").await;
    peer.quit().await;
    assert_eq!(server.counts().bad_signatures, 0);
}
