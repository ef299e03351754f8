//! Conversations over the preview link against a scripted hub.

use super::{
    asker::{Answers, Askers},
    config::{Bounded, Config},
    link::PreviewLink,
    message::{Offer, Outcome, RoutingArrival, Withdrawal},
};
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpStream, tcp},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// No test waits longer for anything; on a healthy machine nothing takes a hundredth of it.
const LIMIT: Duration = Duration::from_secs(20);

struct Service {
    address: std::net::SocketAddr,
    hub: mpsc::Receiver<RoutingArrival>,
    answers: Answers,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Service {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { listen: Some("127.0.0.1:0".parse().unwrap()), ..Config::default() };
        change(&mut config);
        let (sender, hub) = mpsc::channel(8);
        let (askers, answers) = Askers::new(sender, config.most_askers());
        let link = PreviewLink::bind(&config, askers, watch::channel(true).1).await.unwrap().unwrap();
        let (address, stop) = (link.address(), CancellationToken::new());
        Self { address, hub, answers, serving: tokio::spawn(link.serve(stop.clone())), stop }
    }

    async fn arrival(&mut self) -> RoutingArrival {
        timeout(LIMIT, self.hub.recv()).await.unwrap().unwrap()
    }

    async fn offer(&mut self) -> Offer {
        match self.arrival().await {
            RoutingArrival::Offer(offer) => offer,
            other => panic!("an offer expected: {other:?}"),
        }
    }

    async fn withdrawal(&mut self) -> (u64, Option<String>, Withdrawal, Option<String>) {
        match self.arrival().await {
            RoutingArrival::Withdraw { conn_id, agent, why, text } => {
                (conn_id.0, agent.map(|a| a.to_string()), why, text.map(|t| t.to_string()))
            }
            other => panic!("a withdrawal expected: {other:?}"),
        }
    }

    async fn urs(&self) -> Urs {
        let mut urs = Urs::connect(self).await;
        urs.say(&json!({"messageName": "LinkHello", "protocol": "preview", "version": 3, "name": "URS"})).await;
        let hello = urs.hear().await;
        assert_eq!((hello["messageName"].as_str(), hello["version"].as_i64()), (Some("LinkHello"), Some(1)), "{hello}");
        urs
    }
}

struct Urs {
    reader: BufReader<tcp::OwnedReadHalf>,
    writer: tcp::OwnedWriteHalf,
}

impl Urs {
    async fn connect(service: &Service) -> Self {
        let (reader, writer) = TcpStream::connect(service.address).await.unwrap().into_split();
        Self { reader: BufReader::new(reader), writer }
    }

    async fn say(&mut self, message: &Json) {
        self.say_raw(&message.to_string()).await;
    }

    async fn say_raw(&mut self, line: &str) {
        self.writer.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn hear_raw(&mut self) -> String {
        let mut line = String::new();
        timeout(LIMIT, self.reader.read_line(&mut line)).await.unwrap().unwrap_or_default();
        line
    }

    async fn hear(&mut self) -> Json {
        let line = self.hear_raw().await;
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("a message expected: `{line}`"))
    }

    async fn hear_closed(&mut self) {
        assert_eq!(self.hear_raw().await, "");
    }

    async fn ask(&mut self, reference: u64, agent: &str) {
        self.say(&request(reference, agent)).await;
    }
}

fn request(reference: u64, agent: &str) -> Json {
    json!({"messageName": "PreviewInteractionRequest", "referenceID": reference, "agent": agent, "connId": "1f",
        "dn": "7001", "mediaType": "voice", "switch": "sip", "userData": []})
}

fn result(reference: u64, result: &str) -> Json {
    json!({"messageName": "PreviewInteractionResult", "referenceID": reference, "connId": "000000000000001f",
        "result": result})
}

#[tokio::test]
async fn every_outcome_comes_back_with_its_reference() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.ask(1, "KW1").await;
    urs.ask(2, "KW2").await;
    let (first, second) = (service.offer().await, service.offer().await);
    assert_eq!((first.targets[0].agent.as_ref(), second.targets[0].agent.as_ref()), ("KW1", "KW2"));
    service.answers.answer(
        second.asker,
        Outcome::Accepted { agent: "KW2".into(), dn: "7002".into(), switch: "sip".into(), redirect: None },
    );
    let accepted = urs.hear().await;
    assert_eq!(
        (&accepted["referenceID"], &accepted["result"], &accepted["dn"]),
        (&json!(2), &json!("accepted"), &json!("7002"))
    );
    service.answers.answer(first.asker, Outcome::TimedOut);
    assert_eq!(urs.hear().await, result(1, "timed-out"));
    for outcome in [Outcome::Rejected, Outcome::Cancelled, Outcome::CallerGone, Outcome::NoClient] {
        let word = outcome.word();
        urs.ask(1, "KW1").await;
        let offer = service.offer().await;
        service.answers.answer(offer.asker, outcome);
        assert_eq!(urs.hear().await, result(1, word));
    }
    urs.ask(1, "KW1").await;
    drop((service.offer().await, service.answers));
    assert!(urs.hear().await["message"].as_str().unwrap().contains("stopping"));
}

#[tokio::test]
async fn a_broadcast_names_its_winner() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.say(&json!({"messageName": "PreviewInteractionMultiple", "connId": "1f", "targets": "KW1^KW2", "timeout": 5}))
        .await;
    let offer = service.offer().await;
    assert_eq!((offer.targets.len(), offer.timeout), (2, Some(Duration::from_secs(5))));
    service.answers.answer(
        offer.asker,
        Outcome::Accepted { agent: "KW2".into(), dn: "7002".into(), switch: "sip".into(), redirect: None },
    );
    let expected = json!({"messageName": "PreviewInteractionResult", "connId": "000000000000001f", "result": "accepted",
        "agent": "KW2", "dn": "7002", "switch": "sip"});
    assert_eq!(urs.hear().await, expected);
}

#[tokio::test]
async fn cancel_reaches_the_hub_and_is_answered_when_it_has_a_reference() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.ask(1, "KW1").await;
    let offer = service.offer().await;
    urs.say(
        &json!({"messageName": "PreviewInteractionCancel", "ConnID": "1f", "ThisDN": "7001", "StatusMessage": "gone"}),
    )
    .await;
    assert_eq!(service.withdrawal().await, (0x1f, None, Withdrawal::Cancelled, Some("gone".into())));
    service.answers.answer(offer.asker, Outcome::Cancelled);
    assert_eq!(urs.hear().await, result(1, "cancelled"));
    let gone =
        json!({"messageName": "PreviewInteractionCancel", "ConnID": "1f", "Status": "abandoned", "referenceID": 2});
    urs.say(&gone).await;
    assert_eq!(service.withdrawal().await, (0x1f, None, Withdrawal::CallerGone, None));
    assert_eq!(urs.hear().await, result(2, "caller-gone"));
}

/// Without a reference, a result is told apart by its ConnID alone.
#[tokio::test]
async fn a_cancel_that_cannot_be_read_is_answered_only_when_it_has_a_reference() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    let ask = json!({"messageName": "PreviewInteractionRequest", "agent": "KW1", "connId": "1f", "userData": {}});
    urs.say(&ask).await;
    let offer = service.offer().await;
    for faulty in [json!({"ConnID": "1f", "agent": []}), json!({"ConnID": "no number"}), json!({})] {
        let mut cancel = faulty.clone();
        cancel["messageName"] = "PreviewInteractionCancel".into();
        urs.say(&cancel).await;
        cancel["referenceID"] = 7.into();
        urs.say(&cancel).await;
        let answer = urs.hear().await;
        assert_eq!((&answer["referenceID"], &answer["result"]), (&json!(7), &json!("error")), "{faulty}");
    }
    service.answers.answer(offer.asker, Outcome::Rejected);
    let answer = urs.hear().await;
    assert_eq!((&answer["connId"], &answer["result"]), (&json!("000000000000001f"), &json!("rejected")));
}

#[tokio::test]
async fn a_lost_link_withdraws_what_it_asked_for() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.ask(1, "KW1").await;
    let offer = service.offer().await;
    drop(urs);
    assert_eq!(service.withdrawal().await, (0x1f, None, Withdrawal::AskerGone(offer.asker), None));
    assert!(!service.answers.waits(offer.asker), "nobody is left at the edge");
}

#[tokio::test]
async fn bad_lines_are_answered_and_disturb_nothing() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.ask(7, "KW1").await;
    let offer = service.offer().await;
    let fault = |answer: Json| (answer["messageName"].clone(), answer["error"].clone(), answer["referenceID"].clone());
    let error = |word: &str, reference: Json| (json!("PreviewInteractionError"), json!(word), reference);
    urs.say_raw("not json").await;
    assert_eq!(fault(urs.hear().await), error("malformed", Json::Null));
    urs.say_raw("[]").await;
    assert_eq!(fault(urs.hear().await), error("malformed", Json::Null));
    urs.say(&json!({"messageName": "RequestMakeCall", "referenceID": 8})).await;
    assert_eq!(fault(urs.hear().await), error("unknown-message", json!(8)));
    urs.ask(7, "KW2").await;
    assert_eq!(fault(urs.hear().await), error("duplicate-reference", json!(7)));
    urs.say(&json!({"messageName": "PreviewInteractionRequest", "referenceID": 9, "connId": "1f", "agent": {}})).await;
    let refused = urs.hear().await;
    assert_eq!((&refused["result"], &refused["message"]), (&json!("error"), &json!("`agent`: a string is expected")));
    service.answers.answer(offer.asker, Outcome::Rejected);
    assert_eq!(urs.hear().await, result(7, "rejected"));
    urs.ask(7, "KW1").await;
    service.offer().await;
}

#[tokio::test]
async fn an_oversized_line_ends_the_link() {
    let mut service = Service::with(|config| config.max_message_bytes = Bounded::new(1_024).unwrap()).await;
    let mut urs = service.urs().await;
    urs.ask(1, "KW1").await;
    let open = service.offer().await;
    urs.say_raw(&"x".repeat(1_025)).await;
    assert_eq!(urs.hear().await["error"], "too-long");
    urs.hear_closed().await;
    assert_eq!(service.withdrawal().await.2, Withdrawal::AskerGone(open.asker));
}

#[tokio::test]
async fn one_link_cannot_take_everything() {
    let mut service = Service::with(|config| {
        config.max_open_per_link = Bounded::new(1).unwrap();
        config.max_links = Bounded::new(1).unwrap();
    })
    .await;
    let mut urs = service.urs().await;
    urs.ask(1, "KW1").await;
    let _open = service.offer().await;
    urs.ask(2, "KW2").await;
    assert!(urs.hear().await["message"].as_str().unwrap().contains("max-open-per-link"));
    let mut second = Urs::connect(&service).await;
    second.say(&json!({"messageName": "LinkHello", "protocol": "preview", "version": 1, "name": "URS_2"})).await;
    let refused = second.hear().await;
    assert_eq!(refused["messageName"], "LinkRefused");
    assert!(refused["reason"].as_str().unwrap().contains("max-links"), "{refused}");
    second.hear_closed().await;
}

#[tokio::test]
async fn a_stranger_is_refused() {
    let service = Service::start().await;
    for line in [
        json!({"messageName": "LinkHello", "protocol": "tlib", "version": 1, "name": "URS"}),
        json!({"messageName": "LinkHello", "protocol": "preview", "version": 0, "name": "URS"}),
        json!({"messageName": "LinkHello", "protocol": "preview"}),
        json!({"messageName": "LinkHeartbeat", "number": 1}),
        request(1, "KW1"),
        json!("hello"),
    ] {
        let mut urs = Urs::connect(&service).await;
        urs.say(&line).await;
        assert_eq!(urs.hear().await["messageName"], "LinkRefused", "{line}");
        urs.hear_closed().await;
    }
}

#[tokio::test]
async fn a_silent_link_is_polled_and_closed() {
    let mut service = Service::start().await;
    let mut urs = Urs::connect(&service).await;
    let hello = json!({"messageName": "LinkHello", "protocol": "preview", "version": 1, "name": "URS",
        "addpRemoteTimeout": 0.2});
    urs.say(&hello).await;
    assert_eq!(urs.hear().await["addpTimeout"], 0.2);
    urs.ask(1, "KW1").await;
    let open = service.offer().await;
    assert_eq!(urs.hear().await, json!({"messageName": "LinkHeartbeat", "number": 1}));
    urs.say(&json!({"messageName": "LinkHeartbeatAck", "number": 1})).await;
    assert_eq!(urs.hear().await, json!({"messageName": "LinkHeartbeat", "number": 2}));
    urs.hear_closed().await;
    assert_eq!(service.withdrawal().await.2, Withdrawal::AskerGone(open.asker));
}

#[tokio::test]
async fn heartbeats_are_answered_and_stopping_is_orderly() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    urs.say(&json!({"messageName": "LinkHeartbeat", "number": 4})).await;
    assert_eq!(urs.hear().await, json!({"messageName": "LinkHeartbeatAck", "number": 4}));
    urs.ask(1, "KW1").await;
    let open = service.offer().await;
    service.stop.cancel();
    urs.hear_closed().await;
    assert_eq!(service.withdrawal().await.2, Withdrawal::AskerGone(open.asker));
    timeout(LIMIT, &mut service.serving).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_example_conversation_of_the_manual() {
    let mut service = Service::start().await;
    let mut urs = Urs::connect(&service).await;
    let mut open: Option<Offer> = None;
    let lines = include_str!("PREVIEW.md").lines().filter_map(|line| line.split_once(' '));
    for (direction, line) in lines.filter(|(direction, _)| ["→", "←"].contains(direction)) {
        let message: Json = serde_json::from_str(line).unwrap();
        if direction == "→" {
            urs.say(&message).await;
            match message["messageName"].as_str().unwrap() {
                "PreviewInteractionRequest" | "PreviewInteractionMultiple" => open = Some(service.offer().await),
                "PreviewInteractionCancel" => assert_eq!(service.withdrawal().await.2, Withdrawal::CallerGone),
                _ => {}
            }
            continue;
        }
        let outcome = match message["result"].as_str() {
            Some("accepted") => {
                Some(Outcome::Accepted { agent: "KW2".into(), dn: "7002".into(), switch: "sip".into(), redirect: None })
            }
            Some("rejected") => Some(Outcome::Rejected),
            Some("caller-gone") => Some(Outcome::CallerGone),
            _ => None,
        };
        if let Some(outcome) = outcome {
            service.answers.answer(open.take().unwrap().asker, outcome);
        }
        let heard = urs.hear().await;
        match message["addpTimeout"].as_f64() {
            Some(seconds) => assert_eq!(heard["addpTimeout"].as_f64(), Some(seconds)),
            None => assert_eq!(heard, message),
        }
    }
    assert!(open.is_none());
}

#[tokio::test]
async fn heartbeats_are_answered_within_bounds() {
    let service = Service::start().await;
    let mut urs = service.urs().await;
    let flood = r#"{"messageName":"LinkHeartbeat","number":7}
"#;
    urs.say_raw(&flood.repeat(500)).await;
    urs.say(&json!({"messageName": "RequestMakeCall", "referenceID": 4})).await;
    let mut answered = 0;
    while urs.hear().await["messageName"] == "LinkHeartbeatAck" {
        answered += 1;
    }
    // The flood may fall into two seconds, on a slow machine into three.
    assert!((10..=30).contains(&answered), "{answered}");
}

#[tokio::test]
async fn a_letter_of_another_character_set_takes_no_preview_with_it() {
    let mut service = Service::start().await;
    let mut urs = service.urs().await;
    let line = b"{\"messageName\":\"PreviewInteractionRequest\",\"agent\":\"KW1\",\"connId\":\"1f\",\"userData\":{\"N\":\"M\xfcller\",\"S\":\"\\ud800\",\"E\":1e400}}\n";
    urs.writer.write_all(line).await.unwrap();
    let offer = service.offer().await;
    assert_eq!(offer.user_data.str("N"), Some("M\u{fffd}ller"));
    assert_eq!(offer.user_data.0.len(), 3);
}
