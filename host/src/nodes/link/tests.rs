//! What another node hears on its link, and what this node's hub does.

use super::*;
use crate::routing::{
    asker::{Answers, AskerId},
    message::Withdrawal,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, DuplexStream, ReadHalf};

/// Another node, and this one's hub.
struct Other {
    says: WriteHalf<DuplexStream>,
    hears: BufReader<ReadHalf<DuplexStream>>,
    hub: mpsc::Receiver<Asked>,
    answers: Answers,
}

impl Other {
    fn connected() -> Self {
        let ((hub, arrivals), (decider, _)) = (mpsc::channel(8), mpsc::channel(8));
        let ((askers, answers), (decider, _)) = (Askers::new(hub, 8), Askers::new(decider, 8));
        let me = Name { node: "a".into(), version: "1" };
        let pages = mpsc::channel(1).0;
        let shared = Arc::new(Shared { me, askers, decider, pages, next_page: AtomicU64::new(FIRST_PAGE) });
        let (theirs, ours) = tokio::io::duplex(4096);
        tokio::spawn(shared.answer_on(ours));
        let (hears, says) = split(theirs);
        Self { says, hears: BufReader::new(hears), hub: arrivals, answers }
    }

    async fn says(&mut self, message: Value) {
        self.says.write_all(&line(&message)).await.unwrap();
    }

    async fn hears(&mut self) -> Value {
        let mut line = String::new();
        self.hears.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Asks, and returns who asks at the hub.
    async fn asks(&mut self, form: u32, r#as: Option<&str>) -> AskerId {
        self.says(json!({"is": "hello", "form": form, "node": "b", "version": "1"})).await;
        assert_eq!(self.hears().await["is"], "hello");
        let request = r#"{"agent":"1001","connId":"1f"}"#;
        self.says(json!({"is": "ask", "asker": 7, "request": request, "as": r#as})).await;
        let asked = self.hub.recv().await;
        let Some(Asked::Offer(offer) | Asked::Share(offer)) = asked else { panic!("{asked:?}") };
        offer.asker
    }

    async fn hub_hears_that_it_is_gone(&mut self, asker: AskerId) {
        let heard = self.hub.recv().await;
        assert!(
            matches!(heard, Some(Asked::Withdraw { why: Withdrawal::AskerGone(gone), .. }) if gone == asker),
            "{heard:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_that_ends_tells_no_outcome_for_nobody_has_said_one() {
    for r#as in [None, Some("share")] {
        for says in
            [None, Some("no message\n"), Some("{\"is\":\"hello\",\"form\":9,\"node\":\"b\",\"version\":\"9\"}\n")]
        {
            let mut other = Other::connected();
            let asker = other.asks(FORM, r#as).await;
            // Or it is silent, and goes on reading.
            if let Some(says) = says {
                other.says.write_all(says.as_bytes()).await.unwrap();
            }
            other.hub_hears_that_it_is_gone(asker).await;
            let mut heard = String::new();
            other.hears.read_to_string(&mut heard).await.unwrap();
            assert!(!heard.contains("outcome"), "{heard}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_is_said_to_be_over_when_the_hub_knows_it() {
    for form in [FORM, 1] {
        let mut other = Other::connected();
        let asker = other.asks(form, Some("share")).await;
        other.answers.answer(asker, Outcome::Rejected);
        assert_eq!(other.hears().await["is"], "outcome");
        other.says(json!({"is": "end", "asker": 7, "why": null, "text": null})).await;
        // Whoever hears that it is over has been overtaken by nothing.
        let over = if form > 1 { json!({"is": "over", "asker": 7}) } else { json!({"is": "pong"}) };
        if form == 1 {
            other.hub_hears_that_it_is_gone(asker).await;
            other.says(json!({"is": "ping"})).await;
            assert_eq!(other.hears().await, over);
        } else {
            assert_eq!(other.hears().await, over);
            assert!(!other.hub.is_empty(), "the hub knows");
            other.hub_hears_that_it_is_gone(asker).await;
        }
    }
}
