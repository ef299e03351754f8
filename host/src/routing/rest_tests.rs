//! Flows of the HTTP service against a scripted hub.

use super::{
    asker::{Answers, Askers},
    config::{Bounded, Config},
    message::{Offer, Outcome, RoutingArrival, Withdrawal},
    rest::routes,
    tokens::Tokens,
};
use bytes::Bytes;
use http::Response;
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::mpsc, time::timeout};
use warp::{filters::BoxedFilter, test::RequestBuilder};

const TOKEN: &str = "a-token-long-enough-to-be-safe";
const PATH: &str = "/api/v1/previews";
/// No test waits longer for anything; on a healthy machine nothing takes a hundredth of it.
const LIMIT: Duration = Duration::from_secs(20);

struct Service {
    routes: BoxedFilter<(warp::reply::Response,)>,
    hub: mpsc::Receiver<RoutingArrival>,
    answers: Answers,
    _tokens: tempfile::NamedTempFile,
}

impl Service {
    fn start() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut Config)) -> Self {
        let tokens = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(tokens.path(), format!("{TOKEN}\n")).unwrap();
        let mut config = Config { api_token_file: Some(tokens.path().to_owned()), ..Config::default() };
        change(&mut config);
        let read = config.api_token_file.as_deref().map(|path| Tokens::read(path).unwrap().0);
        let (sender, hub) = mpsc::channel(8);
        let (askers, answers) = Askers::new(sender, config.most_askers());
        Self { routes: routes(&config, read, askers), hub, answers, _tokens: tokens }
    }

    async fn send(&self, request: RequestBuilder) -> Response<Bytes> {
        timeout(LIMIT, request.reply(&self.routes)).await.unwrap()
    }

    /// Sends from a task of its own, so that the test can play the hub meanwhile.
    fn sending(&self, request: RequestBuilder) -> tokio::task::JoinHandle<Response<Bytes>> {
        let routes = self.routes.clone();
        tokio::spawn(async move { timeout(LIMIT, request.reply(&routes)).await.unwrap() })
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

    async fn withdrawal(&mut self) -> (Option<String>, Withdrawal, Option<String>) {
        match self.arrival().await {
            RoutingArrival::Withdraw { agent, why, text, .. } => {
                (agent.map(|a| a.to_string()), why, text.map(|t| t.to_string()))
            }
            other => panic!("a withdrawal expected: {other:?}"),
        }
    }
}

fn call(method: &str, path: &str) -> RequestBuilder {
    warp::test::request().method(method).path(path).header("authorization", format!("Bearer {TOKEN}"))
}

fn post(body: &Json) -> RequestBuilder {
    call("POST", PATH).header("content-type", "application/json").body(body.to_string())
}

fn one_worker() -> Json {
    json!({"agent": "KW1", "connId": "1f", "dn": "7001", "switch": "sip", "userData": {"Caller": "Ms Grey"}})
}

fn json(response: &Response<Bytes>) -> Json {
    serde_json::from_slice(response.body()).unwrap()
}

fn problem(response: &Response<Bytes>, status: u16, code: &str) -> Json {
    let body = json(response);
    assert_eq!((response.status().as_u16(), body["status"].as_u64()), (status, Some(status.into())), "{body}");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(body["type"], format!("urn:uc-connector:problem:{code}"));
    body
}

async fn outcome_over_http(outcome: Outcome) -> Json {
    let mut service = Service::start();
    let waiting = service.sending(post(&one_worker()));
    let offer = service.offer().await;
    service.answers.answer(offer.asker, outcome);
    let response = waiting.await.unwrap();
    assert_eq!(response.status(), 200);
    let mut body = json(&response);
    assert_eq!(response.headers()["location"], format!("{PATH}/{}", body["id"].as_str().unwrap()));
    body.as_object_mut().unwrap().remove("id").unwrap();
    body
}

#[tokio::test]
async fn a_waiting_client_gets_every_outcome() {
    let accepted = Outcome::Accepted { agent: "KW1".into(), dn: "7001".into(), switch: "sip".into(), redirect: None };
    let expected = json!({"connId": "000000000000001f", "status": "ended", "result": "accepted", "agent": "KW1",
        "dn": "7001", "switch": "sip"});
    assert_eq!(outcome_over_http(accepted).await, expected);
    for outcome in [Outcome::Rejected, Outcome::TimedOut, Outcome::Cancelled, Outcome::CallerGone, Outcome::NoClient] {
        let word = outcome.word();
        assert_eq!(
            outcome_over_http(outcome).await,
            json!({"connId": "000000000000001f", "status": "ended", "result": word})
        );
    }
    assert_eq!(outcome_over_http(Outcome::Error("unknown agent".into())).await["message"], "unknown agent");
}

#[tokio::test]
async fn the_hub_gets_what_was_asked() {
    let mut service = Service::start();
    let mut body = one_worker();
    body["timeout"] = 7.into();
    body["Tenant"] = "unknown to us".into();
    let _waiting = service.sending(post(&body));
    let offer = service.offer().await;
    assert_eq!((offer.conn_id.0, offer.targets.len(), offer.media_type.as_ref()), (0x1f, 1, "voice"));
    assert_eq!(offer.targets[0].dn.as_deref(), Some("7001"));
    assert_eq!(offer.user_data.str("Caller"), Some("Ms Grey"));
    assert_eq!(offer.timeout, Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn a_patient_client_polls() {
    let mut service = Service::start();
    let response = service.send(call("POST", "/api/v1/previews?wait=false").body(one_worker().to_string())).await;
    assert_eq!((response.status().as_u16(), json(&response)["status"].as_str()), (202, Some("pending")));
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let offer = service.offer().await;
    assert_eq!(service.send(call("GET", &location)).await.status(), 202);
    let polling = service.sending(call("GET", &format!("{location}?wait=30")));
    service.answers.answer(offer.asker, Outcome::Rejected);
    assert_eq!(json(&polling.await.unwrap())["result"], "rejected");
    assert_eq!(json(&service.send(call("GET", &location)).await)["result"], "rejected");
}

#[tokio::test]
async fn prefer_asks_for_an_early_answer() {
    let mut service = Service::start();
    let response = service.send(post(&one_worker()).header("prefer", "respond-async")).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["preference-applied"]),
        (202, &"respond-async".parse().unwrap())
    );
    let offer = service.offer().await;
    assert!(service.answers.waits(offer.asker), "an open preview stays open although nobody waits");
    drop(service.answers);
    let path = response.headers()["location"].to_str().unwrap().to_owned();
    let polling = call("GET", &format!("{path}?wait=true")).reply(&service.routes);
    let ended = json(&timeout(LIMIT, polling).await.unwrap());
    assert_eq!(
        (ended["result"].as_str(), ended["message"].as_str()),
        (Some("error"), Some("the service is stopping; ask the other node"))
    );
}

#[tokio::test]
async fn delete_withdraws() {
    let mut service = Service::start();
    let waiting = service.sending(post(&one_worker()).header("idempotency-key", "k"));
    let offer = service.offer().await;
    let second = service.send(post(&one_worker()).header("idempotency-key", "k").header("prefer", "wait=0")).await;
    let path = second.headers()["location"].to_str().unwrap().to_owned();
    let deleting = service.sending(call("DELETE", &format!("{path}?status=caller-gone&message=hung%20up")));
    let ended = service.arrival().await;
    let RoutingArrival::End { asker, why, text } = ended else { panic!("this preview and no other: {ended:?}") };
    assert_eq!((asker, why, text.as_deref()), (offer.asker, Withdrawal::CallerGone, Some("hung up")));
    service.answers.answer(offer.asker, Outcome::CallerGone);
    assert_eq!(json(&deleting.await.unwrap())["result"], "caller-gone");
    assert_eq!(json(&waiting.await.unwrap())["result"], "caller-gone");
    let again = service.send(call("DELETE", &path)).await;
    assert_eq!(json(&again)["result"], "caller-gone");
    assert!(service.hub.try_recv().is_err(), "an ended preview is not withdrawn again");
}

#[tokio::test]
async fn the_same_key_joins_and_another_body_is_refused() {
    let mut service = Service::start();
    let keyed = |body: &Json| post(body).header("idempotency-key", "call-1");
    let first = service.sending(keyed(&one_worker()));
    let offer = service.offer().await;
    let second = service.sending(keyed(&one_worker()));
    let mut other = one_worker();
    other["agent"] = "KW2".into();
    problem(&service.send(keyed(&other)).await, 422, "key-reused");
    service.answers.answer(offer.asker, Outcome::Rejected);
    let (first, second) = (json(&first.await.unwrap()), json(&second.await.unwrap()));
    assert_eq!(first, second);
    assert_eq!(json(&service.send(keyed(&one_worker())).await), first);
    assert!(service.hub.try_recv().is_err(), "one request, one offer");
}

#[tokio::test]
async fn the_token_is_demanded() {
    let mut service = Service::start();
    let bare = warp::test::request().method("POST").path(PATH).body(one_worker().to_string());
    let response = service.send(bare).await;
    problem(&response, 401, "no-token");
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let wrong =
        warp::test::request().method("POST").path(PATH).header("authorization", "Bearer a-token-of-somebody-else");
    problem(&service.send(wrong).await, 401, "wrong-token");
    let basic = warp::test::request().path(PATH).header("authorization", "Basic YTpi");
    problem(&service.send(basic).await, 401, "no-token");
    assert!(service.hub.try_recv().is_err());
    let closed = Service::with(|config| config.api_token_file = None);
    problem(&closed.send(post(&one_worker())).await, 403, "closed");
}

#[tokio::test]
async fn bad_calls_are_explained() {
    let service = Service::with(|config| config.max_message_bytes = Bounded::new(1_024).unwrap());
    let raw = |body: &str| call("POST", PATH).body(body);
    problem(&service.send(raw(&"x".repeat(1_025))).await, 413, "too-large");
    problem(&service.send(raw("{\"agent\": ")).await, 400, "malformed");
    problem(&service.send(raw("")).await, 400, "malformed");
    problem(&service.send(raw("[]")).await, 422, "invalid");
    let missing = problem(&service.send(raw("{\"agent\": \"KW1\"}")).await, 422, "invalid");
    assert_eq!(
        (missing["field"].as_str(), missing["detail"].as_str()),
        (Some("connId"), Some("`connId` is missing or empty"))
    );
    problem(&service.send(raw("{}").header("content-type", "text/plain")).await, 415, "media-type");
    let compressed = service.send(post(&one_worker()).header("content-encoding", "gzip")).await;
    problem(&compressed, 415, "media-type");
    assert_eq!(compressed.headers()["accept-encoding"], "identity");
    problem(&service.send(raw("{}").header("content-encoding", "Identity")).await, 422, "invalid");
    problem(&service.send(post(&one_worker()).header("idempotency-key", "x".repeat(256))).await, 400, "malformed");
    problem(&service.send(call("POST", "/api/v1/previews?wait=long").body("{}")).await, 400, "malformed");
    problem(&service.send(call("GET", "/api/v1/previews/none")).await, 404, "not-found");
    problem(&service.send(call("GET", &format!("{PATH}/{}", uuid::Uuid::nil()))).await, 404, "not-found");
    let wrong = service.send(call("PUT", PATH)).await;
    problem(&wrong, 405, "method");
    assert_eq!(wrong.headers()["allow"], "POST");
    assert_eq!(service.send(call("GET", "/api/v1/other")).await.status(), 404);
}

#[tokio::test]
async fn a_full_hub_or_table_asks_for_patience() {
    let mut service = Service::with(|config| config.max_results = Bounded::new(1).unwrap());
    let first = service.send(post(&one_worker()).header("prefer", "respond-async")).await;
    assert_eq!(first.status(), 202);
    let response = service.send(post(&one_worker())).await;
    problem(&response, 503, "busy");
    assert_eq!(response.headers()["retry-after"], "1");
    service.hub.close();
    let offer = service.offer().await;
    service.answers.answer(offer.asker, Outcome::Rejected);
    let path = first.headers()["location"].to_str().unwrap().to_owned();
    service.send(call("GET", &format!("{path}?wait=true"))).await;
    problem(&service.send(post(&one_worker())).await, 503, "stopping");
}

#[tokio::test]
async fn a_client_that_disconnects_withdraws_and_may_ask_anew() {
    let mut service = Service::start();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(warp::serve(service.routes.clone()).incoming(listener).run());
    let body = one_worker().to_string();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\nidempotency-key: k\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all((head + &body).as_bytes()).await.unwrap();
    let offer = service.offer().await;
    drop(client);
    assert_eq!(service.withdrawal().await, (None, Withdrawal::AskerGone(offer.asker), None));
    assert!(!service.answers.waits(offer.asker), "nobody is left at the edge");
    let _again = service.sending(call("POST", PATH).header("idempotency-key", "k").body(body));
    service.offer().await;
}

#[tokio::test]
async fn after_an_error_the_same_key_asks_again() {
    let mut service = Service::start();
    let ask = || post(&one_worker()).header("idempotency-key", "k");
    let waiting = service.sending(ask());
    let offer = service.offer().await;
    service.answers.answer(offer.asker, Outcome::Error("not in the directory".into()));
    assert_eq!(json(&waiting.await.unwrap())["result"], "error");
    let again = service.sending(ask());
    let offer = service.offer().await;
    service.answers.answer(offer.asker, Outcome::Rejected);
    let ended = json(&again.await.unwrap());
    assert_eq!(ended["result"], "rejected");
    assert_eq!(json(&service.send(ask()).await), ended, "any other result stays the key's");
}

#[tokio::test]
async fn a_preference_that_was_followed_is_named() {
    let service = Service::start();
    let said = |response: &Response<Bytes>| response.headers().get("preference-applied").cloned();
    let waited = service.send(post(&one_worker()).header("prefer", "wait=0")).await;
    assert_eq!(said(&waited), Some("wait=0".parse().unwrap()));
    let query = call("POST", &format!("{PATH}?wait=0")).body(one_worker().to_string());
    assert_eq!(said(&service.send(query.header("prefer", "respond-async")).await), None, "the query won");
}

#[tokio::test]
async fn one_of_two_waiters_may_leave() {
    let mut service = Service::start();
    let leaving = service.sending(post(&one_worker()).header("idempotency-key", "k"));
    let offer = service.offer().await;
    let staying = service.send(post(&one_worker()).header("idempotency-key", "k").header("prefer", "wait=0")).await;
    leaving.abort();
    leaving.await.unwrap_err();
    assert!(service.answers.waits(offer.asker));
    service.answers.answer(offer.asker, Outcome::NoClient);
    let path = staying.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(json(&service.send(call("GET", &format!("{path}?wait=true"))).await)["result"], "no-client");
}

#[tokio::test]
async fn the_contract_is_served_to_everybody() {
    let service = Service::start();
    let response = service.send(warp::test::request().path("/api/v1/previews/openapi.json")).await;
    let document = json(&response);
    assert_eq!((response.status().as_u16(), document["openapi"].as_str()), (200, Some("3.1.0")));
    let words = document["components"]["schemas"]["EndedPreview"]["properties"]["result"]["enum"].clone();
    let outcomes = [
        Outcome::Accepted { agent: "".into(), dn: "".into(), switch: "".into(), redirect: None },
        Outcome::Rejected,
        Outcome::TimedOut,
        Outcome::Cancelled,
        Outcome::CallerGone,
        Outcome::NoClient,
        Outcome::Error("".into()),
    ];
    assert_eq!(words, Json::from(outcomes.iter().map(Outcome::word).collect::<Vec<_>>()));
}

/// Of the table of refusals: type and status of each.
fn refusals() -> Vec<(&'static str, &'static str)> {
    let rows = include_str!("PREVIEW.md").lines().skip_while(|line| !line.starts_with("| `type` | Status |")).skip(2);
    let cells = rows.map_while(|row| row.strip_prefix("| ")?.split_once(" | "));
    cells.flat_map(|(kinds, rest)| kinds.split('`').skip(1).step_by(2).map(|kind| (kind, &rest[..3]))).collect()
}

#[tokio::test]
async fn the_contract_lists_every_refusal_as_the_table_does() {
    let document: Json = serde_json::from_str(include_str!("openapi.json")).unwrap();
    let words = document["components"]["schemas"]["Problem"]["description"].as_str().unwrap();
    let listed: Vec<_> = words.rsplit_once("one of: ").unwrap().1.trim_end_matches('.').split(", ").collect();
    let in_table = refusals();
    for kind in ["too-slow", "malformed", "bad-request", "internal", "method", "standby"] {
        assert!(in_table.iter().any(|(one, _)| *one == kind), "{kind}");
    }
    let (mut kinds, mut listed) = (in_table.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), listed);
    kinds.sort_unstable();
    listed.sort_unstable();
    assert_eq!(kinds, listed);
    let told = &document["paths"]["/api/v1/previews"]["post"]["responses"];
    let lacks = in_table.iter().filter(|(kind, status)| *kind != "not-found" && told[status].is_null());
    assert_eq!(lacks.collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
}

#[tokio::test]
async fn what_a_refused_request_says_unreadably_is_counted_too() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _local = metrics::set_default_local_recorder(&recorder);
    let service = Service::start();
    let mut request = one_worker();
    request["dn"] = json!(["no name"]);
    request.as_object_mut().unwrap().remove("connId");
    let refused = service.send(post(&request)).await;
    assert!(refused.status().is_client_error(), "{refused:?}");
    let shown = recorder.handle().render();
    assert!(shown.contains("uc_routing_unreadable_attributes_total{way=\"http\"} 1"), "{shown}");
}
