//! What browser plug-ins are told of whether workers are at their pages.

use super::bench::*;
use crate::{
    hub::Event,
    kept::TakenUp,
    plugins,
    web::{
        arrival::{PageArrival as Page, PageId, PageKind},
        message::ClientFrame,
    },
};
use std::time::Duration;
use uc_plugin_api::{Action, Command, Role, StateMenu};

const AFTER: Duration = Duration::from_secs(600);

/// A bench whose plug-in wants to know of workers who were idle for so long.
fn bench() -> Bench {
    let mut bench = Bench::new(Role::BrowserPresence);
    let idle_after_seconds = AFTER.as_secs() as u32;
    bench.plugin_says(uc_plugin_api::Event::StateMenu(StateMenu { idle_after_seconds, ..StateMenu::default() }));
    bench
}

fn close(bench: &mut Bench, page: u64) {
    bench.turn(Event::Page(Page::Closed(PageId(page))));
}

fn idle(bench: &mut Bench, page: u64, idle: bool) {
    bench.turn(Event::Page(Page::Frame(PageId(page), ClientFrame::Idle { idle })));
}

/// What was told of Kim since the last time.
fn told(bench: &mut Bench) -> Vec<Action> {
    let commands = std::mem::take(&mut bench.out.commands);
    let of_kim = |command| match command {
        Command::Act(act) if act.user.0 == 0 => Some(act.action),
        _ => None,
    };
    commands.into_iter().filter_map(of_kim).collect()
}

fn starts(bench: &mut Bench) {
    bench.turn(Event::Plugin(plugins::PluginArrival::Started {
        plugin: plugin(),
        info: info(&[Role::BrowserPresence]),
    }));
}

#[test]
fn an_instance_that_follows_another_knows_who_has_closed_their_pages() {
    let mut bench = bench();
    let _lee = bench.open(2, "lee");
    drop(bench.open(1, "kim"));
    close(&mut bench, 1);
    assert_eq!(told(&mut bench), [Action::PageOpened, Action::PagesClosed]);
    starts(&mut bench);
    assert_eq!(told(&mut bench), [Action::PagesClosed]);
    let _kim = bench.open(1, "kim");
    told(&mut bench);
    starts(&mut bench);
    assert_eq!(told(&mut bench), [], "their page is open");
}

#[test]
fn whoever_closes_their_pages_while_no_instance_works_is_gone_for_the_next_one() {
    let mut bench = bench();
    drop(bench.open(1, "kim"));
    bench.turn(Event::Plugin(plugins::PluginArrival::Stopped { plugin: plugin() }));
    close(&mut bench, 1);
    told(&mut bench);
    starts(&mut bench);
    assert_eq!(told(&mut bench), [Action::PagesClosed]);
}

#[test]
fn whose_pages_were_at_the_node_before_is_gone_until_one_comes() {
    for starts_first in [true, false] {
        let mut bench = Bench::new(Role::PresenceSource);
        let now = bench.now;
        if starts_first {
            starts(&mut bench);
        }
        bench.hub.take_up(TakenUp { signed_in: ["kim".into()].into(), ..TakenUp::default() }, now);
        bench.later(Duration::ZERO);
        if !starts_first {
            starts(&mut bench);
        }
        assert_eq!(told(&mut bench), [Action::PagesClosed], "{starts_first}");
    }
}

#[test]
fn who_works_at_one_page_is_not_idle_because_another_one_is() {
    let mut bench = bench();
    let _pages = [bench.open(1, "kim"), bench.open(2, "kim")];
    told(&mut bench);
    idle(&mut bench, 1, true);
    assert_eq!(told(&mut bench), []);
    bench.later(AFTER);
    idle(&mut bench, 2, true);
    assert_eq!(told(&mut bench), [Action::Idle]);
    idle(&mut bench, 1, false);
    assert_eq!(told(&mut bench), [Action::Active]);
}

#[test]
fn an_extension_page_cannot_tell() {
    let mut bench = bench();
    let _pages = [bench.open(1, "kim"), bench.open_in(2, "kim", PageKind::Extension)];
    told(&mut bench);
    idle(&mut bench, 1, true);
    assert_eq!(told(&mut bench), [Action::Idle]);
}

#[test]
fn of_pages_that_come_back_the_idle_one_makes_nobody_idle_before_the_others_have_come() {
    let mut bench = bench();
    let _pages = [bench.open(1, "kim"), bench.open(2, "kim")];
    idle(&mut bench, 1, true);
    bench.later(AFTER);
    idle(&mut bench, 2, false);
    (1..=2).for_each(|page| close(&mut bench, page));
    told(&mut bench);
    let _first = bench.open(1, "kim");
    idle(&mut bench, 1, true);
    assert_eq!(told(&mut bench), [Action::PageOpened]);
    let _second = bench.open(2, "kim");
    bench.later(AFTER);
    assert_eq!(told(&mut bench), [], "the other one is here, and has not said that it is idle");
}

#[test]
fn who_closes_the_page_at_which_they_work_is_idle_at_the_other_one_in_time() {
    let mut bench = bench();
    let _pages = [bench.open(1, "kim"), bench.open(2, "kim")];
    idle(&mut bench, 1, true);
    bench.later(AFTER);
    idle(&mut bench, 2, false);
    told(&mut bench);
    close(&mut bench, 2);
    bench.later(AFTER - Duration::from_secs(1));
    assert_eq!(told(&mut bench), []);
    bench.later(Duration::from_secs(1));
    assert_eq!(told(&mut bench), [Action::Idle]);
}
