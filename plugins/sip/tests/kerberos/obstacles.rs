//! What keeps a client from its ticket is told apart, and a ticket that is there again is taken.

use super::{
    SERVICE,
    realm::{self, Realm},
    signed,
};
use bytes::BytesMut;
use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use uc_sip::auth::{Authenticator, Credentials, Identity, NoTicket, Obstacle, SignInError};
use uc_sip::message::{Limits, Message, Response};

/// Longest that anything here waits for what is to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// What stands in the way of that user at the server of that name; none: the ticket is there.
fn obstacle(user: &str, host: &str) -> Option<Obstacle> {
    let identity = Identity { principal: Some(format!("{user}@EXAMPLE.COM")) };
    let mut client = Authenticator::new(Credentials::Kerberos(identity));
    let request = signed(&mut client, "REGISTER", 1);
    let offer = format!("Kerberos realm=\"SIP Communications Service\", targetname=\"sip/{host}\", version=4");
    let mut out = BytesMut::new();
    Response::to(&request, 401, "Unauthorized").field("WWW-Authenticate", offer).write(&mut out).unwrap();
    let challenge = Message::parse(out.freeze(), &Limits::default()).unwrap();
    match client.challenged(&challenge, SystemTime::now()) {
        Ok(()) => None,
        Err(SignInError::NoTicket(NoTicket { obstacle, said })) => {
            assert!(!said.is_empty());
            Some(obstacle)
        }
        Err(other) => panic!("{other}"),
    }
}

const SERVER: &str = "fe01.example.com";

#[test]
fn each_obstacle_is_told_apart_at_a_real_kdc() {
    let Some(folder) = realm::inside("obstacles::each_obstacle_is_told_apart_at_a_real_kdc") else { return };
    let users = ["alice", "bob", "carol", "dave", "erin"].map(|user| (user, "secret"));
    let mut realm = Realm::within(&folder, &users, &[SERVICE]);
    let keytabs = users.map(|(user, _)| realm.keytab_of(user));
    realm.admin("modprinc +requires_preauth bob");
    for change in ["cpw -pw other bob", "cpw -pw other carol", "modprinc -allow_tix dave", "delprinc -force erin"] {
        realm.admin(change);
    }
    let refused = [None, Some(Obstacle::Key), Some(Obstacle::Key), Some(Obstacle::User), Some(Obstacle::User)];
    for (((user, _), keytab), expected) in users.iter().zip(&keytabs).zip(refused) {
        realm.forget_tickets();
        realm.use_keytab(Some(keytab));
        assert_eq!(obstacle(user, SERVER), expected, "{user}");
    }
    realm.forget_tickets();
    realm.use_keytab(Some(&keytabs[0]));
    assert_eq!(obstacle("alice", "fe09.example.com"), Some(Obstacle::Service));
    assert_eq!(obstacle("nobody", SERVER), Some(Obstacle::Missing), "that keytab is another's");
    realm.forget_tickets();
    realm.use_keytab(None);
    assert_eq!(obstacle("alice", SERVER), Some(Obstacle::Missing));
    realm.use_keytab(Some(&keytabs[0]));
    realm.stop();
    assert_eq!(obstacle("alice", SERVER), Some(Obstacle::NoKdc));
    realm.start();
    assert_eq!(obstacle("alice", SERVER), None, "the KDC is there again");
}

#[test]
fn a_ticket_that_ended_is_an_obstacle_until_somebody_renews_it_where_it_is() {
    let name = "obstacles::a_ticket_that_ended_is_an_obstacle_until_somebody_renews_it_where_it_is";
    let Some(folder) = realm::inside(name) else { return };
    let mut realm = Realm::within(&folder, &[("alice", "secret")], &[SERVICE]);
    let keytab = realm.keytab_of("alice");
    realm.admin("modprinc -maxlife 4sec alice");
    realm.use_keytab(Some(&keytab));
    assert_eq!(obstacle("alice", SERVER), None);
    // From here on there is only what the cache holds.
    realm.use_keytab(None);
    let end = Instant::now() + PATIENCE;
    while obstacle("alice", SERVER).is_none() {
        assert!(Instant::now() < end, "the ticket never ended");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(obstacle("alice", SERVER), Some(Obstacle::Expired));
    realm.stop();
    realm.use_keytab(Some(&keytab));
    let away = obstacle("alice", SERVER);
    assert!(matches!(away, Some(Obstacle::Expired | Obstacle::NoKdc)), "{away:?}: both are tried again soon");
    realm.start();
    // A slow machine must not see the new ticket end before it is used.
    realm.admin("modprinc -maxlife 1hour alice");
    assert_eq!(obstacle("alice", SERVER), None, "renewed in the same cache");
}

/// Asking a KDC that takes everything and says nothing lasts for seconds, on the only thread that a plug-in has.
#[test]
fn a_kdc_that_says_nothing_holds_up_nobody_else() {
    let Some(folder) = realm::inside("obstacles::a_kdc_that_says_nothing_holds_up_nobody_else") else { return };
    let mut realm = Realm::within(&folder, &[("alice", "secret")], &[SERVICE]);
    realm.use_keytab(Some(&realm.keytab_of("alice")));
    realm.stop();
    let _silent = (
        UdpSocket::bind(("127.0.0.1", realm.port())).unwrap(),
        TcpListener::bind(("127.0.0.1", realm.port())).unwrap(),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        static ASKED: AtomicBool = AtomicBool::new(false);
        let asking = tokio::spawn(async {
            let found = obstacle("alice", SERVER);
            ASKED.store(true, Ordering::Release);
            found
        });
        let beside = tokio::spawn(async {
            let mut turns = 0_u32;
            while !ASKED.load(Ordering::Acquire) {
                tokio::time::sleep(Duration::from_millis(10)).await;
                turns += 1;
            }
            turns
        });
        let (found, turns) = tokio::join!(asking, beside);
        assert_eq!(found.unwrap(), Some(Obstacle::NoKdc));
        let turns = turns.unwrap();
        assert!(turns > 10, "{turns} turns of another task meanwhile");
    });
}
