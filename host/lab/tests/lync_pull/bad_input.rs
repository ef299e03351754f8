//! What a broken or hostile server may send: nothing of it stops the plug-in, and what goes wrong is counted.

use crate::{
    KIM, WATCHER, front_end,
    lync::{Product, RawLink, RawPeer, Rig, reasons},
    site, watching,
};
use uc_lab::front_end::{FrontEnd, Presence};

/// The product watching Kim at a peer without any SIP of its own.
async fn raw() -> (RawPeer, RawLink, Product) {
    let peer = RawPeer::listen_plain().await;
    let settings = format!(
        "transport = 'tcp'\nservers = ['localhost:{}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted' }}]\n",
        peer.port()
    );
    let (product, link) = tokio::join!(Rig::new().start(&[("5002", KIM)], &settings), peer.sign_in_and_accept("fe", 1));
    (peer, link, product)
}

const HEAD: &str = "Via: SIP/2.0/TCP h;branch=z9hG4bK7\r\nFrom: <sip:watcher@example.com>;tag=fe\r\n\
                    To: <sip:watcher@example.com>;tag=x\r\nCall-ID: nobody\r\nCSeq: 2 NOTIFY\r\nEvent: presence\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_notify_for_no_subscription_is_answered_481() {
    let (_peer, mut link, product) = raw().await;
    link.send(format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: 0\r\n\r\n").as_bytes()).await;
    let answer = link.until("SIP/2.0 481").await;
    assert!(answer.contains("Call-ID: nobody"), "{answer}");
    // The connection goes on.
    link.send(
        format!("OPTIONS {WATCHER} SIP/2.0\r\n{}Content-Length: 0\r\n\r\n", HEAD.replace("NOTIFY", "OPTIONS"))
            .as_bytes(),
    )
    .await;
    link.until("SIP/2.0 200 OK").await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_cannot_be_read_are_answered_closed_and_begun_afresh() {
    let huge = format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}X: {}", "x".repeat(10_000_000));
    let cases = [
        (huge, ""),
        (format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}\r\n"), "SIP/2.0 400"),
        (format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: -1\r\n\r\n"), "SIP/2.0 400"),
        (format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), "SIP/2.0 400"),
        (format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: 99999999\r\n\r\n"), "SIP/2.0 513"),
        (format!("{}\r\n", "noise ".repeat(20_000)), ""),
    ];
    // A product each: one that is cut off again and again waits longer each time.
    let all = cases.map(|(bytes, answer)| tokio::spawn(broken_off(bytes, answer)));
    for one in all {
        one.await.unwrap();
    }
}

async fn broken_off(bytes: String, answer: &str) {
    let (peer, mut link, product) = raw().await;
    // The product closes in the middle of the largest ones.
    let _ = link.try_send(bytes.as_bytes()).await;
    let (told, _again) = tokio::join!(link.until_closed(), peer.sign_in_and_accept("fe", 1));
    assert!(told.contains(answer), "{:.60}: {told}", &bytes[..60]);
    product.plugin_says(&["[+]", "ready"]).await;
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_too_short_costs_one_message_or_the_connection() {
    let (peer, mut link, product) = raw().await;
    let short = format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: 2\r\n\r\n<categories/>\r\n\r\n");
    link.send(short.as_bytes()).await;
    link.until("SIP/2.0 481").await;
    let (_, mut again) = tokio::join!(link.until_closed(), peer.sign_in_and_accept("fe", 1));
    again.send(format!("NOTIFY {WATCHER} SIP/2.0\r\n{HEAD}Content-Length: 0\r\n\r\n").as_bytes()).await;
    again.until("SIP/2.0 481").await;
    product.stop().await;
}

async fn watched() -> (FrontEnd, Product) {
    let front_end = front_end(site()).await;
    let product = watching(&front_end, &[("5002", KIM)], "").await;
    product.sent("RequestAgentReady", "5002", None).await;
    (front_end, product)
}

fn categories(inside: &str) -> String {
    format!(
        "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"{KIM}\">{inside}</categories>"
    )
}

/// A state and a note, of a time that no earlier document has.
fn state_and_note(number: u32, note: &[u8]) -> Vec<u8> {
    let begin = format!(
        "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"{KIM}\">\
         <category name=\"state\" instance=\"1\" publishTime=\"2099-11-22T13:00:31\"><state \
         xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:type=\"aggregateState\"><availability>{number}</availability></state></category>\
         <category name=\"note\" instance=\"0\" publishTime=\"2099-11-22T13:00:31\"><note \
         xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"personal\" uri=\"\">"
    );
    [begin.as_bytes(), note, b"</body></note></category></categories>"].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_cannot_be_read_hides_no_state() {
    const KIND: &str = "application/msrtc-event-categories+xml";
    let (front_end, product) = watched().await;
    let notes: [&[u8]; 5] = [b"a &nbsp; b", b"a &#0; b", b"Stra\xdfe", b"a \x01 b", b"a < b"];
    for note in notes {
        for (number, request) in [(9500, "RequestAgentNotReady"), (3500, "RequestAgentReady")] {
            let mark = product.t_server().mark();
            front_end.push(WATCHER, Some(KIND), &state_and_note(number, note)).unwrap();
            product.sent_after(mark, request, "5002", None).await;
        }
    }
    assert_eq!(front_end.counts().accepted, 1, "one connection for all of it");
    product.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_cannot_be_read_are_counted_and_take_nobody_with_them() {
    let (front_end, product) = watched().await;
    let bombs = "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>".to_owned() + &categories("&b;");
    let bodies: [(&str, String); 6] = [
        ("multipart/related; boundary=elsewhere", format!("--here\r\n\r\n{}\r\n--here--", categories(""))),
        ("multipart/related", categories("")),
        ("application/msrtc-event-categories+xml", bombs),
        ("application/msrtc-event-categories+xml", categories(&("<a>".repeat(5_000) + &"</a>".repeat(5_000)))),
        ("application/msrtc-event-categories+xml", "<categories".into()),
        ("text/html", "<p>hello</p>".into()),
    ];
    for (count, (kind, body)) in (1..).zip(&bodies) {
        assert_eq!(front_end.push(WATCHER, Some(kind), body.as_bytes()).unwrap(), 1);
        let counted = product.counted("uc_plugin_lync_documents_unreadable_total", f64::from(count)).await;
        assert!((counted - f64::from(count)).abs() < 0.5, "{kind}: {counted}");
    }
    let stranger = categories("").replace("kim@", "stranger@");
    front_end.push(WATCHER, None, stranger.as_bytes()).unwrap();
    product.counted("uc_plugin_lync_documents_of_unknown_people_total", 1.0).await;
    front_end.set_presence(KIM, Presence { note: Some("still here".into()), ..Presence::new(9500) }).unwrap();
    product.sent("RequestAgentNotReady", "5002", Some(reasons("do-not-disturb", "still here"))).await;
    assert_eq!(front_end.counts().accepted, 1, "one connection for all of it");
    product.stop().await;
}
