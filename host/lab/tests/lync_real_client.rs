//! A real SIPE client and the product at the same Front End: what a worker sets in the one is what the other asks of
//! the T-Server. `make setup` installs the client.
#![allow(clippy::unwrap_used, reason = "tests")]

mod front_end;
mod lync;

use front_end::{PASSWORD, peer::Peer, site};
use lync::{Product, Rig, password_account, reasons};
use uc_lab::front_end::{Config, FrontEnd, Presence, SchemeName, SiteFile, Tls, UserEntry};

const ALICE: &str = "5001";
const BOB: &str = "5002";

fn workers() -> [(&'static str, &'static str); 2] {
    [(ALICE, "sip:alice@example.com"), (BOB, "sip:bob@example.com")]
}

/// The Front End over TLS, with the product's account beside the people.
async fn front_end(rig: &Rig, scheme: SchemeName) -> FrontEnd {
    let (cert, key) = rig.certificate();
    let tls = Some(Tls { cert, key, client_ca: None });
    let mut site = SiteFile { schemes: vec![scheme], ..site() };
    let password = Some(PASSWORD.to_owned());
    site.users.push(UserEntry { sip: "sip:watcher@example.com".into(), password, ..UserEntry::default() });
    FrontEnd::start(Config { tls, ..Config::for_tests(site) }).await.unwrap()
}

/// Alice's client, signing in.
fn client(front_end: &FrontEnd, certificate: &str, more: &[(&str, &str)]) -> Peer {
    let server = format!("localhost:{}", front_end.addr().port());
    let mut settings = vec![("PEER_SERVER", &*server), ("PEER_TRANSPORT", "tls"), ("PEER_CERT", certificate)];
    settings.extend(more);
    Peer::start(&settings)
}

/// What Alice sets, and the note with it.
const DAY: [(&str, &str); 4] =
    [("busy", "quarter close"), ("do-not-disturb", "on a trade"), ("be-right-back", "coffee"), ("away", "train")];

/// A working day of Alice, and how Bob looks from Alice's desk.
async fn a_day(front_end: &FrontEnd, product: &Product, mut peer: Peer) {
    peer.happens("connected").await;
    let mut mark = product.sent("RequestAgentReady", ALICE, None).await.number + 1;
    for (status, note) in DAY {
        peer.command(&format!("status {status} {note}")).await;
        let told = Some(reasons(status, note));
        mark = product.sent_after(mark, "RequestAgentNotReady", ALICE, told).await.number + 1;
    }
    peer.command("status available").await;
    mark = product.sent_after(mark, "RequestAgentReady", ALICE, None).await.number + 1;

    let bob = |presence| front_end.set_presence("sip:bob@example.com", presence).unwrap();
    bob(Presence::new(6500).activity("on-the-phone"));
    peer.shows("bob", "busy", "In a call").await;
    product.sent("RequestAgentNotReady", BOB, Some(reasons("busy", ""))).await;
    bob(Presence::new(12_500).note("back at two"));
    peer.shows("bob", "be-right-back", "back at two").await;
    product.sent("RequestAgentNotReady", BOB, Some(reasons("be-right-back", "back at two"))).await;

    peer.quit().await;
    product.sent_after(mark, "RequestAgentLogout", ALICE, None).await;
    let plain = |name: &str| (name.to_owned(), None);
    let mut expected = vec![plain("RequestAgentLogin"), plain("RequestAgentReady")];
    expected.extend(DAY.map(|(status, note)| ("RequestAgentNotReady".to_owned(), Some(reasons(status, note)))));
    expected.extend([plain("RequestAgentReady"), plain("RequestAgentLogout")]);
    assert_eq!(product.agent_requests(ALICE), expected, "each once, nothing between");
    let counts = front_end.counts();
    assert_eq!((counts.bad_signatures, counts.malformed), (0, 0), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_sets_in_a_real_client_is_what_the_t_server_is_asked_for() {
    let rig = Rig::new();
    let certificate = rig.certificate().0.display().to_string();
    let front_end = front_end(&rig, SchemeName::Ntlm).await;
    let account = password_account(&rig, "sip:watcher@example.com", r"EXAMPLE\watcher", PASSWORD);
    let settings = format!("servers = ['localhost:{}']\naccounts = [{account}]\n", front_end.addr().port());
    let product = rig.start(&workers(), &settings).await;
    let peer = client(&front_end, &certificate, &[("PEER_AUTH", "ntlm")]);
    a_day(&front_end, &product, peer).await;
    product.stop().await;
}

/// Needs krb5-kdc and krb5-admin-server.
#[cfg(feature = "kerberos")]
#[test]
fn the_same_with_tickets() {
    use front_end::realm::{Realm, inside};
    let Some(folder) = inside("the_same_with_tickets") else { return };
    let realm = Realm::within(&folder, &[("alice", PASSWORD), ("watcher", PASSWORD)], &["sip/fe01.example.com"]);
    realm.use_keytab(Some(&realm.keytab_of("watcher")));
    tokio::runtime::Runtime::new().unwrap().block_on(with_tickets());
}

#[cfg(feature = "kerberos")]
async fn with_tickets() {
    let rig = Rig::new();
    let certificate = rig.certificate().0.display().to_string();
    let front_end = front_end(&rig, SchemeName::Kerberos).await;
    let settings = format!(
        "servers = ['localhost:{}']\n\
         accounts = [{{ address = 'sip:watcher@example.com', auth = 'kerberos', login = 'watcher@EXAMPLE.COM' }}]\n",
        front_end.addr().port()
    );
    let product = rig.start(&workers(), &settings).await;
    // A cache of its own: the other one is the product's.
    let peer = client(
        &front_end,
        &certificate,
        &[("PEER_AUTH", "krb5"), ("PEER_LOGIN", r"EXAMPLE.COM\alice"), ("KRB5CCNAME", "MEMORY:alice")],
    );
    a_day(&front_end, &product, peer).await;
    product.stop().await;
}
