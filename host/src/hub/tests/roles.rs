//! What a plug-in may say follows from the roles it declared.

use super::*;
use crate::telemetry::captured::{logged, warnings};
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing::Level;
use uc_plugin_api::{
    AgentState, Event as Edge, Presence, PresenceUpdate, Published, Reason, StateMenu, own_endpoints::OwnEndpoint,
};

const ROLES: [Role; 4] = [Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence, Role::Inviter];

fn busy() -> PresenceUpdate {
    PresenceUpdate {
        user: UserHandle(1),
        presence: Presence { availability: Availability::Busy, ..Presence::default() },
    }
}

fn sayings() -> Vec<(Role, Edge)> {
    let state = AgentState { status: uc_plugin_api::AgentStatus::Ready, ..AgentState::default() };
    let wanted = Wanted { user: UserHandle(1), wish: Wish::State(state), explicit: true };
    vec![
        (Role::PresenceSource, Edge::Presence(vec![busy()].into())),
        (Role::PresenceSink, Edge::Chosen(vec![busy()].into())),
        (Role::PresenceSink, Edge::Published(vec![Published { user: UserHandle(1), error: "503".into() }].into())),
        (Role::BrowserPresence, Edge::Wanted(vec![wanted].into())),
        (Role::BrowserPresence, Edge::StateMenu(StateMenu { log_out: true, ..StateMenu::default() })),
        (Role::Inviter, Edge::Invited(uc_plugin_api::Invited { id: 1, error: "gone".into() })),
    ]
}

/// What can be seen of the hub from outside, as text.
fn seen(bench: &mut Bench) -> String {
    let (rows, mut page) = (bench.hub.agent_list(), bench.open(9, "lee"));
    let requests = bench.requests();
    format!("{rows:?} {requests:?} {:?}", frames(&mut page))
}

#[test]
fn nobody_is_listened_to_beyond_their_roles() {
    for (needed, event) in sayings() {
        for role in ROLES {
            let [mut silent, mut says] = [(); 2].map(|()| {
                let mut bench = Bench::new(role);
                bench.link_up();
                bench
            });
            let recorder = PrometheusBuilder::new().build_recorder();
            let says_it = || logged(Level::INFO, || says.plugin_says(event.clone()));
            let told = metrics::with_local_recorder(&recorder, says_it);
            let refused = told.iter().any(|line| line.contains("has not declared the role"));
            assert_eq!(refused, role != needed, "{role:?} says {event:?}: {told:?}");
            let shows = seen(&mut says) != seen(&mut silent);
            let heard = match event {
                Edge::Presence(_) | Edge::Wanted(_) | Edge::StateMenu(_) => shows,
                Edge::Published(_) => recorder.handle().render().contains("uc_publications_failed_total 1\n"),
                Edge::Chosen(_) => recorder.handle().render().contains("uc_presence_chosen_total 1\n"),
                Edge::Invited(_) => told.iter().any(|line| line.contains("invitation ended")),
                Edge::Link(..) | Edge::Failed(_) => unreachable!("every role may say it"),
            };
            assert_eq!(heard, !refused, "{role:?} says {event:?}: {told:?}");
            assert!(heard || !shows, "{role:?} says {event:?}");
        }
    }
}

#[test]
fn whoever_goes_on_saying_it_is_said_once_and_then_with_a_count() {
    let mut bench = Bench::new(Role::PresenceSource);
    let lines = warnings(|| {
        for _ in 0..3000 {
            let endpoints = vec![(UserHandle(1), OwnEndpoint::Appears)];
            bench.turn(Event::Plugin(plugins::PluginArrival::OwnEndpoints { plugin: plugin(), endpoints }));
        }
        bench.later(Duration::from_secs(60));
    });
    let said: Vec<_> = lines.iter().filter(|line| line.contains("OwnEndpoints")).collect();
    assert!(said.len() == 2 && said[1].contains("count=2999"), "{said:#?}");
}

#[test]
fn whoever_has_a_platform_is_ready_when_they_have_said_so() {
    for role in ROLES {
        let mut bench = Bench::new(role);
        let works = |bench: &Bench| bench.out.works[&format!("{:?}", Part::Plugin(&plugin()))].clone();
        let waits = works(&bench).contains("has not said yet how its platform is");
        assert_eq!(waits, role != Role::BrowserPresence, "{role:?}: {}", works(&bench));
        bench.platform(LinkStatus::Up);
        assert_eq!(works(&bench), "Well", "{role:?}");
    }
}

/// What is longer may make a line that no T-Server takes.
#[test]
fn texts_of_platforms_are_cut_and_counted() {
    let long = || "é".repeat(131_100).into();
    let presence = Presence {
        availability: Availability::Busy,
        activity: long(),
        custom_activity: long(),
        note: long(),
        device: "é".repeat(Presence::LETTERS).into(),
        ..Presence::default()
    };
    let updates = || vec![PresenceUpdate { user: UserHandle(1), presence: presence.clone() }].into();
    for (role, said) in
        [(Role::PresenceSource, Edge::Presence(updates())), (Role::PresenceSink, Edge::Chosen(updates()))]
    {
        let mut bench = Bench::new(role);
        bench.link_up();
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, || bench.plugin_says(said));
        let shown = recorder.handle().render();
        assert!(shown.contains("uc_presence_texts_cut_total 3\n"), "{role:?}: {shown}");
        let cut = format!("\"{}\"", "é".repeat(Presence::LETTERS));
        let asked = format!("{:?}", bench.play());
        assert!(asked.len() < 5_000 && asked.contains(&cut) == (role == Role::PresenceSource), "{role:?}: {asked}");
    }
}

#[test]
fn the_reasons_of_a_wish_are_cut_to_what_a_request_bears() {
    let reason = || Reason { key: "Code".into(), value: "é".repeat(130_000).into(), hardware: false };
    let reasons = std::iter::repeat_with(reason).take(100).collect();
    let state = AgentState { status: uc_plugin_api::AgentStatus::NotReady, reasons, ..AgentState::default() };
    let mut bench = Bench::new(Role::BrowserPresence);
    bench.link_up();
    let wanted = Wanted { user: UserHandle(1), wish: Wish::State(state), explicit: true };
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, || bench.plugin_says(Edge::Wanted(vec![wanted].into())));
    let shown = recorder.handle().render();
    assert!(shown.contains("uc_presence_texts_cut_total 100\n"), "{shown}");
    let asked = format!("{:?}", bench.play());
    assert!(asked.contains("é") && asked.len() < 60_000, "{}", asked.len());
}
