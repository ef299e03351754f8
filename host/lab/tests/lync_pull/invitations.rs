//! A preview for a worker without an open page reaches their UC client, and the extension window knows them.

use crate::{
    KIM, PASSWORD, front_end,
    front_end::client::{Client, text},
    lync::{Product, Rig},
    settings, site,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::task::JoinHandle;
use uc_connector::{
    routing::{
        cancel::Cancel,
        message::{Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
    },
    wire::{ConnId, KvList},
};
use uc_lab::{
    front_end::FrontEnd,
    urs::{Urs, UrsError},
};
use uc_sip::message::{Message, Name};

/// What an old Internet Explorer, as the window is one, says of itself.
const WINDOW: &str = "User-Agent: Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";

async fn takes(client: &mut Client, method: &str) -> Message {
    let message = client.incoming().await;
    assert_eq!(message.method(), method, "{}", message.summary());
    message
}

async fn accepts(client: &mut Client, method: &str) -> Message {
    let message = takes(client, method).await;
    client.reply(&message, 200).await;
    message
}

fn preview() -> PreviewRequest {
    PreviewRequest {
        conn_id: ConnId(7),
        targets: vec![Target { agent: "5002".into(), dn: None, switch: None }],
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: None,
    }
}

/// A preview for Kim is open, who has no page and a client that is signed in.
struct Asked {
    kim: Client,
    product: Product,
    urs: Urs,
    asking: JoinHandle<Result<Outcome, UrsError>>,
    _front_end: FrontEnd,
}

async fn asked() -> Asked {
    let mut site = site();
    site.users[2].password = Some(PASSWORD.into());
    let front_end = front_end(site).await;
    let mut kim = Client::connect(front_end.addr(), "kim", PASSWORD).await;
    assert_eq!(kim.register().await.status(), Some(200));
    let rig = Rig::new();
    let settings = settings(&rig, &[&front_end]);
    let product = rig.start_with(&[("5002", KIM)], &settings, "[routing]\nlisten = '127.0.0.1:0'\n").await;
    product.sent("RequestAgentReady", "5002", None).await;

    let urs = Urs::connect(&product.addresses.preview_link.unwrap().to_string(), None).await.unwrap();
    let asking = tokio::spawn({
        let urs = urs.clone();
        async move { urs.preview(preview()).await }
    });
    Asked { kim, product, urs, asking, _front_end: front_end }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_stops_ringing_when_the_caller_has_gone() {
    let Asked { mut kim, product, urs, asking, _front_end } = asked().await;
    let rings = takes(&mut kim, "INVITE").await;
    kim.reply(&rings, 180).await;
    urs.cancel(Cancel { conn_id: ConnId(7), agent: None, why: Withdrawal::CallerGone, text: None }).await.unwrap();
    assert_eq!(asking.await.unwrap().unwrap(), Outcome::CallerGone);
    let stops = accepts(&mut kim, "CANCEL").await;
    assert_eq!(stops.call_id(), rings.call_id());
    kim.reply(&rings, 487).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_comes_as_a_message_and_opens_the_window_signed_in() {
    let Asked { mut kim, product, urs, asking, _front_end } = asked().await;
    let call = accepts(&mut kim, "INVITE").await;
    takes(&mut kim, "ACK").await;
    let message = accepts(&mut kim, "MESSAGE").await;
    assert!(text(&message).contains("https://uc.example/join/"), "{}", text(&message));
    let window = accepts(&mut kim, "INVITE").await;
    takes(&mut kim, "ACK").await;
    assert_eq!(window.get(Name::ContentType), Some("application/ms-session-invite+xml"));
    assert_eq!(window.named("Ms-Conversation-ID"), call.named("Ms-Conversation-ID"));

    // The client puts the data into the address that the package names.
    let data = text(&window).split("<name>data</name><value>").nth(1).unwrap().split('<').next().unwrap();
    let token = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
    assert!(text(&message).ends_with(&token));
    let joined = product.web(&format!("/join/{token}"), WINDOW).await;
    assert!(joined.starts_with("HTTP/1.1 303 "), "{joined}");
    let field = |name: &str| joined.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
    assert_eq!(field("location: "), "/extension/");
    let cookie = format!("Cookie: {}", field("set-cookie: ").split(';').next().unwrap());
    let who = product.web("/api/v1/session", &cookie).await;
    assert!(who.contains("user5002"), "{who}");

    urs.cancel(Cancel { conn_id: ConnId(7), agent: None, why: Withdrawal::Cancelled, text: None }).await.unwrap();
    assert_eq!(asking.await.unwrap().unwrap(), Outcome::Cancelled);
    let (ended, _) = tokio::join!(accepts(&mut kim, "BYE"), product.stop());
    assert_eq!(ended.call_id(), window.call_id());
}
