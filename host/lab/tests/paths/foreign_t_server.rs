//! A T-Server that is not ours answers otherwise: every worker ends in the state that the T-Server has, or the page says
//! what is wrong; nothing is asked over and over.

use crate::story::kim;
use std::{collections::HashMap, fs, path::Path, time::Duration};
use tokio::time::sleep;
use uc_connector::{
    agent_link::{AgentStatus, WorkMode},
    web::message::StateKind,
    wire::tls::ServerConfigFiles,
};
use uc_lab::{
    lab::{Lab, Picture, Setup},
    t_server::{self, Direction, Mood, MoodRule, SwitchFile, TServer},
};

/// Long enough for every answer that is waited for and for the first repetitions.
const WATCHED: Duration = Duration::from_secs(14);
/// Fewer requests than this for one line in a minute, whatever is answered.
const FEW: usize = 10;

/// What is expected in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// As the worker chose, and nothing to complain about.
    AsChosen,
    /// As the T-Server decided; the page says that it is not what was asked for.
    AsDecided,
    /// As the T-Server told against its own better knowledge; the page says that it is not what was asked for.
    AsTold(StateKind),
    /// Unknown: the page says why.
    OutOfService,
}

/// A state of the page's menu, to which a login alone does not lead, or that has a work mode.
#[derive(Clone, Copy, Debug)]
struct Choice(&'static str, StateKind);

const OPEN: Choice = Choice("open", StateKind::Ready);
const LUNCH: Choice = Choice("lunch", StateKind::NotReady);

async fn lives_with(chosen: Choice, mood: MoodRule, end: End) {
    let setup = Setup { t_server: "request-timeout = 1".into(), ..Setup::of(["kim"]) };
    let (lab, mut page) = kim(setup).await;
    let told = format!("{mood:?}, {chosen:?} chosen");
    lab.t_server.mood(mood);
    let mark = lab.t_server.mark();
    page.choose(chosen.0).await;
    sleep(WATCHED).await;
    let requests = asked(&lab, mark);
    assert!(requests < FEW, "{told}: {requests} requests");
    page.shows(&format!("{end:?} under {told}"), |picture| ends(&lab, picture, chosen, end)).await.unwrap();
    if end == End::AsChosen {
        // The same after a new greeting and a new snapshot.
        lab.t_server.close_connections();
        page.is(StateKind::OutOfService).await.unwrap();
        let again = format!("{end:?} again under {told}");
        page.shows(&again, |picture| ends(&lab, picture, chosen, end)).await.unwrap();
    }
}

fn asked(lab: &Lab, mark: usize) -> usize {
    let log = lab.t_server.log();
    log[mark..].iter().filter(|entry| entry.message.name.starts_with("Request")).count()
}

fn ends(lab: &Lab, picture: &Picture, Choice(_, chosen): Choice, end: End) -> bool {
    let shown = picture.kind();
    let truth = match lab.t_server.agent("5000").map(|(_, status, _)| status) {
        None | Some(AgentStatus::LoggedOut) => StateKind::LoggedOut,
        Some(AgentStatus::Ready) => StateKind::Ready,
        Some(AgentStatus::NotReady) => StateKind::NotReady,
    };
    let complains = picture.problem_of("5000").is_some();
    match end {
        End::AsChosen => (shown, truth, complains) == (chosen, chosen, false),
        End::AsDecided => shown == truth && complains,
        End::AsTold(told) => shown == told && complains,
        End::OutOfService => shown == StateKind::OutOfService && complains,
    }
}

#[tokio::test]
async fn every_worker_ends_in_a_true_state_whatever_the_t_server_answers() {
    // One that answers each request so, registrations too, never tells a state: nothing is known then.
    let state = "RequestAgentReady";
    let table: Vec<(MoodRule, End)> = vec![
        (Mood::Terse.into(), End::AsChosen),
        (Mood::Bare.into(), End::AsChosen),
        (Mood::Foreign.into(), End::AsChosen),
        (Mood::Numbers.into(), End::AsChosen),
        (Mood::SequenceInMillions.into(), End::AsChosen),
        (Mood::BareHello.into(), End::AsChosen),
        (Mood::NoAgentStatus.into(), End::AsChosen),
        (Mood::NoCalls.into(), End::AsChosen),
        (Mood::RefusesPrivate.into(), End::AsChosen),
        (Mood::AnswersInAnyOrder.into(), End::AsChosen),
        (Mood::Acknowledges.into(), End::AsChosen),
        (Mood::AnswersBy("EventACK".into()).into(), End::OutOfService),
        (Mood::AnswersBy("EventUserEvent".into()).on(state), End::AsChosen),
        (Mood::AnswersWithoutId.into(), End::AsChosen),
        (Mood::AnswersFor("5999".into()).into(), End::OutOfService),
        (Mood::AnswersForNoDn.into(), End::OutOfService),
        (Mood::AnswersTwice.into(), End::AsChosen),
        (Mood::AnswersLate(Duration::from_secs(2)).on(state), End::AsChosen),
        (Mood::Refuses(43).on(state), End::AsDecided),
        (Mood::Refuses(50).on(state), End::AsDecided),
        (Mood::Refuses(51).on(state), End::AsDecided),
        (Mood::NeverAnswers.on(state), End::AsDecided),
        (Mood::Decides(false).on(state), End::AsDecided),
        (Mood::LogsInAs("7777".into()).into(), End::OutOfService),
    ];
    all_live(OPEN, table).await;
}

#[tokio::test]
async fn a_state_with_a_work_mode_ends_in_a_true_state_whatever_the_t_server_answers() {
    let state = "RequestAgentNotReady";
    let by = |event: &str| Mood::AnswersBy(event.into()).on(state);
    let table: Vec<(MoodRule, End)> = vec![
        (Mood::Terse.into(), End::AsChosen),
        (Mood::Bare.into(), End::AsChosen),
        (Mood::Foreign.into(), End::AsChosen),
        (Mood::DecidesMode(WorkMode::WalkAway).on(state), End::AsChosen),
        (Mood::DecidesMode(WorkMode::AuxWork).on(state), End::AsDecided),
        (Mood::Decides(true).on(state), End::AsDecided),
        (by("EventAgentReady"), End::AsTold(StateKind::Ready)),
        // Whoever is logged in is not ready until something else is said, in any work mode.
        (by("EventAgentLogin"), End::AsChosen),
        // Logged in again, they are said to be so already, and the state is read.
        (by("EventAgentLogout"), End::AsChosen),
        (by("EventACK"), End::AsChosen),
        // Not ready without a work mode, which is not known to be another.
        (Mood::Refuses(43).on(state), End::AsChosen),
    ];
    all_live(LUNCH, table).await;
}

async fn all_live(chosen: Choice, table: Vec<(MoodRule, End)>) {
    let lives = table.into_iter().map(|(mood, end)| tokio::spawn(lives_with(chosen, mood, end)));
    for life in lives.collect::<Vec<_>>() {
        life.await.unwrap();
    }
}

/// Each channel shows what its T-Server has, or that it is not known and why.
fn is_true(servers: &[&TServer], picture: &Picture) -> bool {
    picture.now.channels.iter().all(|channel| {
        let agents = || servers.iter().filter_map(|server| server.agent(&channel.dn));
        let truth = match agents().next().map(|(_, status, _)| status) {
            None | Some(AgentStatus::LoggedOut) => StateKind::LoggedOut,
            Some(AgentStatus::Ready) => StateKind::Ready,
            Some(AgentStatus::NotReady) => StateKind::NotReady,
        };
        channel.state.kind == truth || (channel.state.kind == StateKind::OutOfService && channel.problem.is_some())
    })
}

/// The most requests that one DN of this T-Server had since the mark.
fn most_asked(server: &TServer, mark: usize) -> usize {
    let log = server.log();
    let requests = log[mark..].iter().filter(|entry| entry.message.name.starts_with("Request"));
    let mut counts = HashMap::new();
    requests.filter_map(|entry| entry.message.str("thisDN")).for_each(|dn| *counts.entry(dn).or_insert(0) += 1);
    counts.into_values().max().unwrap_or_default()
}

#[tokio::test]
async fn several_workers_with_two_dns_each_live_with_one_way_of_answering_after_another() {
    let workers = ["kim", "lee", "robin"];
    let setup = Setup { two_switches: true, t_server: "request-timeout = 1".into(), ..Setup::of(workers) };
    let lab = Lab::start(setup).await.unwrap();
    let servers = [&lab.t_server, lab.second.as_ref().expect("two switches")];
    let mut pages = Vec::new();
    for worker in workers {
        pages.push(lab.page(worker).await.unwrap());
    }
    let ways = [("open", Mood::Terse), ("lunch", Mood::Foreign), ("open", Mood::AnswersBy("EventACK".into()))];
    for (choice, mood) in ways {
        let told = format!("{mood:?}");
        let marks = servers.map(|server| {
            server.calm();
            server.mood(mood.clone());
            server.mark()
        });
        for page in &mut pages {
            page.choose(choice).await;
        }
        sleep(WATCHED).await;
        for (server, mark) in servers.into_iter().zip(marks) {
            assert!(most_asked(server, mark) < FEW, "{told}: {} requests of one DN", most_asked(server, mark));
        }
        for page in &mut pages {
            let two = |picture: &Picture| picture.now.channels.len() == 2 && is_true(&servers, picture);
            page.shows(&format!("the truth of both DNs under {told}"), two).await.unwrap();
        }
    }
}

#[tokio::test]
async fn answers_in_any_order_reach_those_who_asked() {
    let workers = ["kim", "lee", "robin", "sam", "noor"];
    let lab = Lab::start(Setup::of(workers)).await.unwrap();
    lab.t_server.mood(Mood::AnswersInAnyOrder);
    let mark = lab.t_server.mark();
    lab.t_server.close_connections();
    let mut pages = Vec::new();
    for worker in workers {
        pages.push(lab.page(worker).await.unwrap());
    }
    for page in &mut pages {
        page.choose("lunch").await;
    }
    for page in &mut pages {
        let lunch = |picture: &Picture| &*picture.now.state.id == "lunch" && picture.now.channels[0].problem.is_none();
        page.shows("lunch and no complaint", lunch).await.unwrap();
    }
    let log = lab.t_server.log();
    let ids = |direction: Direction| {
        let passed = log[mark..].iter().filter(move |entry| entry.direction == direction);
        passed.filter_map(|entry| entry.message.reference_id()).collect::<Vec<_>>()
    };
    assert_ne!(ids(Direction::Received), ids(Direction::Sent), "some were answered before those asked earlier");
}

/// Files of a T-Server that demands a certificate, and the settings of a client without and with one.
fn certificates(folder: &Path) -> (ServerConfigFiles, [String; 2]) {
    let file = |name: &str| folder.join(name);
    for (name, host) in [("server", "localhost"), ("client", "connector.example.com")] {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        fs::write(file(&format!("{name}.pem")), made.cert.pem()).unwrap();
        fs::write(file(&format!("{name}.key")), made.signing_key.serialize_pem()).unwrap();
    }
    let (cert, key, client_ca) = (file("server.pem"), file("server.key"), Some(file("client.pem")));
    let tls = |own: &str| {
        let ca = file("server.pem");
        format!("tls = {{ ca = '{}', server-name = 'localhost'{own} }}", ca.display())
    };
    let own = format!(", cert = '{}', key = '{}'", file("client.pem").display(), file("client.key").display());
    (ServerConfigFiles { cert, key, client_ca }, [tls(""), tls(&own)])
}

#[tokio::test]
async fn a_t_server_that_demands_a_certificate_is_shown_one_or_the_operator_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let (files, [without, with]) = certificates(folder.path());
    let config = t_server::Config { tls: Some(files), ..t_server::Config::new(SwitchFile::of_extensions(["5000"])) };
    let t_server = TServer::start(config).await.unwrap();
    let start = async |settings: &str| {
        let setup = Setup { t_server: settings.to_owned(), ..Setup::of(["kim"]) };
        Lab::unready(setup, t_server.clone(), None).await.unwrap()
    };
    let lab = start(&without).await;
    let told = async |lab: &Lab| lab.readiness().await.1.to_lowercase().contains("certificate");
    lab.until("operators are told that a certificate is missing", told).await.unwrap();
    let lab = start(&with).await;
    lab.until("the product is ready", async |lab| lab.readiness().await.0).await.unwrap();
    let mut page = lab.page("kim").await.unwrap();
    page.choose("open").await;
    page.is(StateKind::Ready).await.unwrap();
}

#[tokio::test]
async fn a_registration_that_is_only_acknowledged_is_said_on_the_page_and_to_operators() {
    let (lab, mut page) = kim(Setup::of(["kim"])).await;
    lab.t_server.mood(Mood::AnswersBy("EventACK".into()).on("RequestRegisterAddress"));
    let mark = lab.t_server.mark();
    lab.t_server.close_connections();
    let says =
        |picture: &Picture| picture.problem_of("5000").is_some_and(|problem| problem.contains("EventRegistered"));
    page.shows("what is wrong", says).await.unwrap();
    assert_eq!(page.picture().unwrap().kind(), StateKind::OutOfService);
    let told = async |lab: &Lab| lab.readiness().await.1.contains("EventRegistered");
    lab.until("operators are told", told).await.unwrap();
    sleep(WATCHED).await;
    assert!(asked(&lab, mark) < FEW);
    lab.t_server.calm();
    lab.t_server.close_connections();
    page.is(StateKind::LoggedOut).await.unwrap();
}
