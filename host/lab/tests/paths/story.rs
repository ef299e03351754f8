//! What all stories say.

use std::{sync::Arc, time::Duration};
use uc_connector::{
    routing::{
        cancel::Cancel,
        fields::Fields,
        message::{Outcome, Target, Withdrawal},
        preview_request::PreviewRequest,
        preview_result,
    },
    tlib::Message,
    wire::{ConnId, KvList, Members},
};
use uc_lab::{
    lab::{Answer, Lab, Page, Setup},
    t_server::Direction,
    urs::Urs,
};

/// Nothing in a story takes this long unless it hangs.
pub(crate) const LIMIT: Duration = uc_lab::PATIENCE;

/// A lab with these workers.
pub(crate) async fn lab_of<const N: usize>(workers: [&str; N]) -> Lab {
    Lab::start(Setup::of(workers)).await.unwrap()
}

/// A lab of kim's, and kim's page.
pub(crate) async fn kim(setup: Setup) -> (Lab, Page) {
    let lab = Lab::start(setup).await.unwrap();
    let page = lab.page("kim").await.unwrap();
    (lab, page)
}

/// Waits until the T-Server has got this request for this DN, from `mark` on.
pub(crate) async fn asked(lab: &Lab, mark: usize, name: &str, dn: &str) -> Arc<Message> {
    let fits = |entry: &uc_lab::t_server::Entry| {
        let message = &entry.message;
        entry.direction == Direction::Received && message.name == name && message.str("thisDN") == Some(dn)
    };
    lab.t_server.wait_for(mark, &format!("{name} for {dn}"), fits).await.unwrap().message
}

/// How many requests of this name the T-Server has got since `mark`.
pub(crate) fn count(lab: &Lab, mark: usize, name: &str) -> usize {
    let log = lab.t_server.log();
    let received = log.iter().filter(|entry| entry.number >= mark && entry.direction == Direction::Received);
    received.filter(|entry| entry.message.name == name).count()
}

/// A request as if another desktop had made it.
pub(crate) fn elsewhere(lab: &Lab, name: &'static str, dn: &str) {
    lab.t_server.act(&Message::new(name).with("thisDN", dn)).unwrap();
}

pub(crate) fn data<const N: usize>(pairs: [(&str, &str); N]) -> KvList {
    let mut list = KvList::default();
    pairs.iter().for_each(|(key, value)| list.push_str(*key, *value));
    list
}

/// A request for one worker, or several, by agent ID.
pub(crate) fn request<const N: usize>(conn_id: u64, agents: [&str; N]) -> PreviewRequest {
    PreviewRequest {
        conn_id: ConnId(conn_id),
        targets: agents.map(target).to_vec(),
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: None,
    }
}

pub(crate) fn target(agent: &str) -> Target {
    Target { agent: agent.into(), dn: None, switch: None }
}

pub(crate) fn accepted(agent: &str, dn: &str) -> Outcome {
    Outcome::Accepted { agent: agent.into(), dn: dn.into(), switch: "lab".into(), redirect: None }
}

/// Who asks for previews.
#[derive(Clone)]
pub(crate) enum Asker {
    /// URS over its link.
    Link(Urs),
    /// Orchestration over HTTP.
    Http,
}

impl Asker {
    /// One of each.
    pub(crate) async fn both(lab: &Lab) -> [Self; 2] {
        [Self::Link(lab.urs().await.unwrap()), Self::Http]
    }

    /// Asks, and waits for the outcome.
    pub(crate) async fn ask(&self, lab: &Lab, request: PreviewRequest) -> Outcome {
        let ask = async {
            match self {
                Self::Link(urs) => urs.preview(request).await.unwrap(),
                Self::Http => outcome(&post(lab, &request, "true").await),
            }
        };
        tokio::time::timeout(LIMIT, ask).await.expect("an outcome")
    }

    /// Asks, has `meanwhile` done once the preview is open, and waits for the outcome.
    pub(crate) async fn ask_while(&self, lab: &Lab, request: PreviewRequest, meanwhile: impl AsyncFnOnce()) -> Outcome {
        tokio::join!(self.ask(lab, request), meanwhile()).0
    }

    /// Withdraws.
    pub(crate) async fn withdraw(&self, lab: &Lab, request: &PreviewRequest, why: Withdrawal) {
        match self {
            Self::Link(urs) => {
                let cancel = Cancel { conn_id: request.conn_id, agent: None, why, text: Some("Sorry".into()) };
                urs.cancel(cancel).await.unwrap();
            }
            Self::Http => {
                // The same request joins the open one, and tells its ID.
                let id = post(lab, request, "0").await.json()["id"].as_str().unwrap().to_owned();
                let status = if why == Withdrawal::CallerGone { "caller-gone" } else { "cancelled" };
                let path = format!("/api/v1/previews/{id}?status={status}&message=Sorry");
                let answer = lab.users().ask("DELETE", &path, &[&lab.site.authorization()], "").await.unwrap();
                assert_eq!(answer.status, 200, "{answer}");
            }
        }
    }
}

/// `POST /api/v1/previews`.
pub(crate) async fn post(lab: &Lab, request: &PreviewRequest, wait: &str) -> Answer {
    let headers = [&*lab.site.authorization(), "Content-Type: application/json"];
    let path = format!("/api/v1/previews?wait={wait}");
    lab.users().ask("POST", &path, &headers, &request.encode(None).to_string()).await.unwrap()
}

pub(crate) fn outcome(answer: &Answer) -> Outcome {
    assert_eq!(answer.status, 200, "{answer}");
    let text = answer.json().to_string();
    preview_result::decode_outcome(&Fields::of(&Members::parse(&text).unwrap())).unwrap()
}
