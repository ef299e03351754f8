//! Each preview that a worker sees is told at their main DN as a state that begins once and ends once (requirements F12,
//! F40; host/docs/requirements.md, "Reporting of previews").

use crate::story::{Asker, accepted, request};
use futures_util::{StreamExt as _, stream};
use std::{collections::HashMap, future::ready, time::Duration};
use uc_connector::{
    routing::{
        cancel::Cancel,
        message::{Outcome, Withdrawal},
        preview_request::PreviewRequest,
    },
    tlib::Message,
    web::message::ServerFrame,
    wire::ConnId,
};
use uc_lab::{
    lab::{Lab, Page, Setup},
    t_server::Direction,
    urs::Urs,
};

const AGENTS: [(&str, &str); 2] = [("kim", "1000"), ("lee", "1001")];
const PREVIEWS: u64 = 10_000;
/// Previews under way at once.
const AT_ONCE: usize = 40;

fn setup() -> Setup {
    let connector = "enable-preview-reporting = true\npreview-state-name = \"Asked\"".into();
    // These workers are quicker than people.
    let web = "[web.limits]\nframes-per-second = 10000\n".into();
    Setup { connector, web, ..Setup::of(AGENTS.map(|(name, _)| name)) }
}

/// What ICON makes of the user events: for each DN and call, the reason of each state that began and ended.
#[derive(Default)]
struct Icon {
    begun: HashMap<(String, ConnId), bool>,
    reasons: HashMap<String, u64>,
}

impl Icon {
    fn of(lab: &Lab) -> Self {
        let mut icon = Self::default();
        for entry in lab.t_server.log() {
            if entry.direction == Direction::Received && entry.message.name == "RequestDistributeUserEvent" {
                icon.hears(&entry.message);
            }
        }
        icon
    }

    fn hears(&mut self, event: &Message) {
        let data = event.kv_list("userData").unwrap();
        let (dn, conn_id) = (event.str("thisDN").unwrap().to_owned(), event.conn_id("connID").unwrap());
        assert!(event.str("agentID").is_some(), "{event:?}");
        let begun = self.begun.entry((dn, conn_id)).or_default();
        match data.str("Asked") {
            Some("+") => {
                assert!(!std::mem::replace(begun, true), "begins twice: {event:?}");
                assert_eq!(data.str("UCC_ConnID"), Some(&*conn_id.to_string()));
            }
            Some("-") => {
                assert!(std::mem::take(begun), "ends without a start: {event:?}");
                *self.reasons.entry(data.str("UCC_Reason").unwrap().to_owned()).or_default() += 1;
            }
            _ => panic!("no state: {event:?}"),
        }
    }

    fn ended(&self) -> u64 {
        self.reasons.values().sum()
    }
}

/// How a preview of this call is to end.
#[derive(Clone, Copy)]
enum How {
    Answered(bool),
    Withdrawn(Withdrawal),
    Forgotten,
}

fn how(call: u64) -> How {
    match call % 40 {
        0 => How::Forgotten,
        1..16 => How::Answered(true),
        16..28 => How::Answered(false),
        28..34 => How::Withdrawn(Withdrawal::Cancelled),
        _ => How::Withdrawn(Withdrawal::CallerGone),
    }
}

/// A worker who answers.
async fn answers(mut page: Page) {
    while let Some(frame) = page.next().await {
        if let ServerFrame::PreviewOffer(preview) = frame
            && let How::Answered(accept) = how(u64::from_str_radix(&preview.conn_id, 16).unwrap())
        {
            page.answer(preview.id, accept).await;
        }
    }
}

async fn asks(urs: &Urs, call: u64) {
    let (_, agent) = AGENTS[call as usize % AGENTS.len()];
    let timeout = Some(Duration::from_secs(if matches!(how(call), How::Forgotten) { 1 } else { 60 }));
    let withdraw = async {
        if let How::Withdrawn(why) = how(call) {
            let cancel = Cancel { conn_id: ConnId(call), agent: None, why, text: None };
            urs.cancel(cancel).await.unwrap();
        }
    };
    let asked = urs.preview(PreviewRequest { timeout, ..request(call, [agent]) });
    let outcome = tokio::join!(asked, withdraw).0.unwrap();
    let right = match how(call) {
        How::Answered(accept) => matches!(outcome, Outcome::Accepted { .. }) == accept,
        How::Withdrawn(Withdrawal::CallerGone) => outcome == Outcome::CallerGone,
        How::Withdrawn(_) => outcome == Outcome::Cancelled,
        How::Forgotten => outcome == Outcome::TimedOut,
    };
    assert!(right, "{call} ended as {outcome:?}");
}

#[tokio::test]
async fn icon_gets_start_and_end_of_ten_thousand_previews() {
    let lab = Lab::start(setup()).await.unwrap();
    for (name, _) in AGENTS {
        tokio::spawn(answers(lab.page(name).await.unwrap()));
    }
    let urs = lab.urs().await.unwrap();
    let asked = stream::iter(1..=PREVIEWS).map(|call| asks(&urs, call));
    asked.buffer_unordered(AT_ONCE).for_each(|()| ready(())).await;
    lab.until("every end is told", async |lab| Icon::of(lab).ended() == PREVIEWS).await.unwrap();
    let icon = Icon::of(&lab);
    let [accepted, rejected] = ["Accepted", "Rejected"].map(|reason| icon.reasons[reason]);
    assert_eq!((accepted, rejected), (PREVIEWS * 15 / 40, PREVIEWS * 12 / 40));
    let [timeout, cancelled, gone] = ["Timeout", "Cancelled", "CallerGone"].map(|reason| icon.reasons[reason]);
    assert_eq!((timeout, cancelled, gone), (PREVIEWS / 40, PREVIEWS * 6 / 40, PREVIEWS * 6 / 40));
}

#[tokio::test]
async fn what_happened_while_the_link_was_lost_is_told_when_it_is_back() {
    let lab = Lab::start(setup()).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    let [link, _] = Asker::both(&lab).await;
    lab.t_server.close_connections();
    lab.until("the link is lost", async |lab| !lab.readiness().await.0).await.unwrap();
    let answer = async || {
        let preview = page.previewed().await.unwrap();
        page.answer(preview.id, true).await;
    };
    assert_eq!(link.ask_while(&lab, request(7, ["1000"]), answer).await, accepted("1000", "5000"));
    lab.until("it is told", async |lab| Icon::of(lab).reasons == HashMap::from([("Accepted".into(), 1)]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stop_ends_what_has_begun() {
    let mut lab = Lab::start(setup()).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    let [link, _] = Asker::both(&lab).await;
    let stop = async || {
        page.previewed().await.unwrap();
        lab.ask_to_stop();
    };
    assert!(matches!(link.ask_while(&lab, request(7, ["1000"]), stop).await, Outcome::Error(_)));
    lab.stopped().await.unwrap();
    assert_eq!(Icon::of(&lab).reasons, HashMap::from([("Cancelled".into(), 1)]));
}
