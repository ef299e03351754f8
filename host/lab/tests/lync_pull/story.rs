//! The plain story, the documented example, and the sample configuration.

use crate::{
    PASSWORD,
    lync::{self, Rig, password_account, reasons},
    site,
};
use uc_lab::front_end::{Config, FrontEnd, Presence, Tls};
use uc_lab::t_server::Direction;

#[tokio::test(flavor = "multi_thread")]
async fn watched_presence_becomes_agent_state_with_its_reasons_and_survives_a_lost_link() {
    let rig = Rig::new();
    let (cert, key) = rig.certificate();
    let tls = Some(Tls { cert: cert.clone(), key, client_ca: None });
    let front_end = FrontEnd::start(Config { tls, ..Config::for_tests(site()) }).await.unwrap();
    let account = password_account(&rig, "sip:watcher@example.com", r"EXAMPLE\watcher", PASSWORD);
    let settings = format!("servers = ['localhost:{}']\naccounts = [{account}]\n", front_end.addr().port());
    let product = rig.start(&[("5002", "sip:kim@example.com")], &settings).await;
    product.sent("RequestAgentReady", "5002", None).await;

    front_end
        .set_presence("sip:kim@example.com", Presence { note: Some("on a trade".into()), ..Presence::new(9500) })
        .unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "on a trade"))).await;

    front_end.kill().await;
    front_end.set_presence("sip:kim@example.com", Presence::new(12_500)).unwrap();
    front_end.restart_on_same_port().await.unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("be-right-back", ""))).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_notify_gives_exactly_the_documented_request() {
    let rig = Rig::new();
    let peer = lync::RawPeer::listen(&rig).await;
    let settings = format!(
        "servers = ['localhost:{}']\n\
         accounts = [{{ address = 'sip:lync-user0@lyncdco13.lab', auth = 'trusted', epid = '56b4641a00000000' }}]\n\
         [plugin.settings.replay]\ncall-id = '07dd7d53ddd1f347e9cebe4d99abed50@192.168.92.172'\ntag = 'f30acb63'\n",
        peer.port()
    );
    let product = rig.start(&[("5002", "sip:lync-user2_qa94@lyncdco13.lab")], &settings).await;
    let notify = include_bytes!("../../../../plugins/lync/golden/notify-on-the-phone.sip");
    let mut link = peer.sign_in_and_accept("D62C0080", 3).await;
    link.send(notify).await;
    let answer = link.until("SIP/2.0 200 OK").await;
    assert!(answer.contains("CSeq: 4 NOTIFY"), "{answer}");

    let expected = include_str!("../../../../plugins/lync/golden/notify-on-the-phone.expected.txt");
    let plain = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.contains("AttributeReferenceID"));
        lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let request = product.sent("RequestAgentNotReady", "5002", None).await;
    assert_eq!(plain(&request.message.to_string()), plain(expected));
    assert_eq!(request.direction, Direction::Received);
    product.stop().await;
}

#[test]
fn the_ready_file_of_normal_mode_is_right() {
    let rig = Rig::new();
    rig.copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/normal.toml"), &lync::plugins());
    let sound = rig.inspect("normal.toml").unwrap_or_else(|problems| panic!("build the plug-in first? {problems:?}"));
    assert_eq!(sound.mode.to_string(), "normal");
}
