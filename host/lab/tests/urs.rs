//! The lab's URS against the product's own preview service, with a scripted hub behind it.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{io::Write, net::SocketAddr, process::Stdio, sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uc_connector::{
    routing::{
        Config,
        asker::{Answers, Askers},
        link::PreviewLink,
        message::{Outcome, RoutingArrival, Target, Withdrawal},
        rest,
        tokens::Tokens,
    },
    wire::{ConnId, KvList},
};
use uc_lab::{
    t_server::{self, SwitchFile, TServer},
    urs::{Call, RoundRobin, RoutePoint, Strategy, Urs, UrsError},
};

/// No test waits longer for anything.
const LIMIT: Duration = uc_lab::PATIENCE;
const TOKEN: &str = "a-token-long-enough-to-be-safe";

/// Answers by agent ID: `yes…` accepts, `no…` declines, `late…` lets the time run out, `page…` has no page, `wait…` waits for
/// the withdrawal; the first target of a broadcast that is not declining decides.
async fn hub(mut arrivals: mpsc::Receiver<RoutingArrival>, answers: Answers) {
    let mut open = Vec::new();
    while let Some(arrival) = arrivals.recv().await {
        match arrival {
            RoutingArrival::Offer(offer) => match decide(&offer.targets) {
                Some(outcome) => answers.answer(offer.asker, outcome),
                None => open.push(offer),
            },
            RoutingArrival::Withdraw { why, .. } | RoutingArrival::End { why, .. } => {
                let outcome = if why == Withdrawal::CallerGone { Outcome::CallerGone } else { Outcome::Cancelled };
                open.drain(..).for_each(|offer| answers.answer(offer.asker, outcome.clone()));
            }
            RoutingArrival::Share(_) | RoutingArrival::Verdict { .. } => unreachable!("there is one node"),
        }
    }
}

fn decide(targets: &[Target]) -> Option<Outcome> {
    let chosen = targets.iter().find(|target| !target.agent.starts_with("no")).unwrap_or(&targets[0]);
    let dn = chosen.dn.clone().unwrap_or_else(|| "7000".into());
    match chosen.agent.as_ref() {
        name if name.starts_with("yes") => {
            Some(Outcome::Accepted { agent: chosen.agent.clone(), dn, switch: "sip".into(), redirect: None })
        }
        name if name.starts_with("no") => Some(Outcome::Rejected),
        name if name.starts_with("late") => Some(Outcome::TimedOut),
        name if name.starts_with("page") => Some(Outcome::NoClient),
        name if name.starts_with("wait") => None,
        name => Some(Outcome::Error(format!("unknown agent `{name}`").into())),
    }
}

struct Host {
    link: SocketAddr,
    stop: CancellationToken,
    hub: JoinHandle<()>,
}

async fn host() -> Host {
    let config = Config { listen: Some("127.0.0.1:0".parse().unwrap()), ..Config::default() };
    let (sender, arrivals) = mpsc::channel(64);
    let (askers, answers) = Askers::new(sender, config.most_askers());
    let link = PreviewLink::bind(&config, askers, tokio::sync::watch::channel(true).1).await.unwrap().unwrap();
    let (address, stop) = (link.address(), CancellationToken::new());
    tokio::spawn(link.serve(stop.clone()));
    Host { link: address, stop, hub: tokio::spawn(hub(arrivals, answers)) }
}

async fn connected() -> (Host, Urs) {
    let host = host().await;
    let urs = Urs::connect(&host.link.to_string(), None).await.unwrap();
    (host, urs)
}

fn worker(agent: &str) -> Target {
    Target { agent: agent.into(), dn: None, switch: None }
}

fn round_robin(targets: Vec<Target>) -> Strategy {
    Strategy::RoundRobin(RoundRobin::new(targets))
}

fn accepted(agent: &str) -> Outcome {
    Outcome::Accepted { agent: agent.into(), dn: "7000".into(), switch: "sip".into(), redirect: None }
}

#[tokio::test]
async fn one_worker_is_asked() {
    let (_host, urs) = connected().await;
    let call = Call::new(ConnId(1));
    let ask = async |agent| timeout(LIMIT, Strategy::OneWorker(worker(agent)).run(&urs, &call)).await.unwrap().unwrap();
    assert_eq!(ask("yes").await, accepted("yes"));
    assert_eq!(ask("no").await, Outcome::Rejected);
    assert_eq!(ask("late").await, Outcome::TimedOut);
    assert_eq!(ask("page").await, Outcome::NoClient);
    assert_eq!(ask("stranger").await, Outcome::Error("unknown agent `stranger`".into()));
}

#[tokio::test]
async fn round_robin_goes_on_until_one_accepts_and_spreads_the_load() {
    let (_host, urs) = connected().await;
    let strategy = round_robin(vec![worker("no1"), worker("yes1"), worker("yes2")]);
    let run = async |conn_id| timeout(LIMIT, strategy.run(&urs, &Call::new(ConnId(conn_id)))).await.unwrap().unwrap();
    assert_eq!(run(1).await, accepted("yes1"));
    assert_eq!(run(2).await, accepted("yes1"));
    assert_eq!(run(3).await, accepted("yes2"));
    let nobody = round_robin(vec![worker("no1"), worker("late")]);
    assert_eq!(nobody.run(&urs, &Call::new(ConnId(4))).await.unwrap(), Outcome::TimedOut);
}

#[tokio::test]
async fn a_broadcast_has_one_winner() {
    let (_host, urs) = connected().await;
    let targets = vec![worker("no1"), worker("yes1"), worker("yes2")];
    assert_eq!(Strategy::Broadcast(targets).run(&urs, &Call::new(ConnId(1))).await.unwrap(), accepted("yes1"));
}

#[tokio::test]
async fn a_customer_who_hangs_up_ends_the_preview() {
    let (_host, urs) = connected().await;
    let call = Call::new(ConnId(1));
    let customer = call.customer.clone();
    let strategy = Arc::new(round_robin(vec![worker("wait"), worker("yes")]));
    let running = tokio::spawn(async move { strategy.run(&urs, &call).await });
    customer.hang_up();
    assert_eq!(timeout(LIMIT, running).await.unwrap().unwrap().unwrap(), Outcome::CallerGone);
}

async fn t_server() -> TServer {
    let switch = "[[dn]]\ndn = '7000'\n[[dn]]\ndn = '9000'\ntype = 'route-point'\n";
    let switch: SwitchFile = toml::from_str(switch).unwrap();
    TServer::start(t_server::Config::new(switch)).await.unwrap()
}

fn at(t_server: &TServer, call: &Call) -> Vec<String> {
    t_server.parties(call.conn_id).unwrap_or_default().into_iter().map(|(dn, _)| dn).collect()
}

#[tokio::test]
async fn an_accepted_call_is_routed_to_the_worker() {
    let ((_host, urs), t_server) = (connected().await, t_server().await);
    let strategy = Strategy::Broadcast(vec![worker("no1"), worker("yes1")]);
    let route_point = RoutePoint::new(t_server.clone(), urs, "9000", strategy);
    let call = route_point.customer_calls("5551234", KvList::default()).unwrap();
    assert!(!at(&t_server, &call).contains(&"7000".to_owned()));
    assert_eq!(timeout(LIMIT, route_point.route(&call)).await.unwrap().unwrap(), accepted("yes1"));
    assert!(at(&t_server, &call).contains(&"7000".to_owned()));
}

#[tokio::test]
async fn a_customer_who_hangs_up_at_the_route_point_leaves_no_call() {
    let ((_host, urs), t_server) = (connected().await, t_server().await);
    let route_point = RoutePoint::new(t_server.clone(), urs, "9000", Strategy::OneWorker(worker("wait")));
    let call = route_point.customer_calls("5551234", KvList::default()).unwrap();
    call.customer.hang_up();
    assert_eq!(timeout(LIMIT, route_point.route(&call)).await.unwrap().unwrap(), Outcome::CallerGone);
    assert_eq!(at(&t_server, &call), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_link_is_told() {
    let (host, urs) = connected().await;
    let asking =
        tokio::spawn(async move { Strategy::OneWorker(worker("wait")).run(&urs, &Call::new(ConnId(1))).await });
    host.stop.cancel();
    assert!(matches!(timeout(LIMIT, asking).await.unwrap().unwrap(), Err(UrsError::Lost)));
    timeout(LIMIT, host.hub).await.unwrap().unwrap();
    assert!(matches!(Urs::connect(&host.link.to_string(), None).await, Err(UrsError::Connect(_))));
}

async fn lab(to: &str, arguments: &[&str]) -> (Option<i32>, String) {
    lab_for(to, "1f", arguments).await
}

async fn lab_for(to: &str, conn_id: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let lab = tokio::process::Command::new(env!("CARGO_BIN_EXE_lab"))
        .args(["urs", "preview", "--to", to, "--conn-id", conn_id])
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    let output = timeout(LIMIT, lab).await.unwrap().unwrap();
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    (output.status.code(), String::from_utf8(text).unwrap().trim().to_owned())
}

async fn every_outcome(to: &str, more: &[&str]) {
    let run = async |arguments: &[&str]| lab(to, &[arguments, more].concat()).await;
    let yes = ["--agent", "yes", "--dn", "7001", "--data", "Caller=Ms Grey", "Product=A=B"];
    assert_eq!(run(&yes).await, (Some(0), "accepted agent=yes dn=7001 switch=sip".into()));
    assert_eq!(run(&["--broadcast", "no^yes2"]).await, (Some(0), "accepted agent=yes2 dn=7000 switch=sip".into()));
    assert_eq!(run(&["--agent", "no"]).await, (Some(10), "rejected".into()));
    assert_eq!(run(&["--agent", "late", "--timeout", "5"]).await, (Some(11), "timed-out".into()));
    assert_eq!(run(&["--agent", "wait", "--hang-up-after", "0"]).await, (Some(13), "caller-gone".into()));
    assert_eq!(run(&["--agent", "page"]).await, (Some(14), "no-client".into()));
    assert_eq!(run(&["--agent", "x"]).await, (Some(15), "error unknown agent `x`".into()));
}

#[tokio::test]
async fn the_command_line_over_the_link() {
    let host = host().await;
    every_outcome(&host.link.to_string(), &[]).await;
    let (code, text) = lab(&host.link.to_string(), &[]).await;
    assert_eq!(code, Some(2), "{text}");
    assert_eq!(lab("127.0.0.1:1", &["--agent", "yes"]).await.0, Some(1));
}

#[tokio::test]
async fn the_command_line_has_an_accepted_call_routed() {
    let (host, t_server) = (host().await, t_server().await);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = listener.local_addr().unwrap().to_string();
    tokio::spawn(t_server::control::serve(listener, t_server.clone()));
    let call = Call::new(t_server.make_call("5551234", "9000", KvList::default()).unwrap());
    let conn_id = call.conn_id.to_string();
    let run = async |conn_id| {
        let arguments = ["--agent", "yes", "--route-at", &control];
        lab_for(&host.link.to_string(), conn_id, &arguments).await.0
    };
    assert_eq!(run(&conn_id).await, Some(0));
    assert!(at(&t_server, &call).contains(&"7000".to_owned()));
    assert_eq!(run("ffff").await, Some(1));
}

#[tokio::test]
async fn the_command_line_over_http() {
    let mut tokens = tempfile::NamedTempFile::new().unwrap();
    writeln!(tokens, "# the lab\n{TOKEN}").unwrap();
    let config = Config { api_token_file: Some(tokens.path().to_owned()), ..Config::default() };
    let (sender, arrivals) = mpsc::channel(64);
    let (askers, answers) = Askers::new(sender, config.most_askers());
    tokio::spawn(hub(arrivals, answers));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (read, _) = Tokens::read(tokens.path()).unwrap();
    tokio::spawn(warp::serve(rest::routes(&config, Some(read), askers)).incoming(listener).run());
    every_outcome(&url, &["--token-file", tokens.path().to_str().unwrap()]).await;
    let (code, text) = lab(&url, &["--agent", "yes"]).await;
    assert!(code == Some(1) && text.contains("refused: 401"), "{text}");
}
