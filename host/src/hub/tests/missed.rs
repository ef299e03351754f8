//! Previews that time out at a page, one after the other.

use super::bench::*;
use crate::{
    agent_link::Request,
    hub::Event,
    web::{
        arrival::{PageArrival as Page, PageId},
        message::{ClientFrame, ServerFrame},
    },
};
use std::time::Duration;
use uc_plugin_api::{Availability, LinkStatus, Role};

fn missed_on_page(frames: Vec<ServerFrame>) -> Option<u32> {
    let told = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::State { missed, .. } => Some(missed),
        ServerFrame::Snapshot(snapshot) => Some(snapshot.missed),
        _ => None,
    });
    told.last()
}

#[test]
fn the_page_says_so_and_the_worker_comes_back_by_it() {
    let mut bench = Bench::new(Role::PresenceSource);
    bench.hub.settings.worker.after_missed_previews = 2;
    bench.link_up();
    let lee = bench.hub.by_worker["lee"].0;
    bench.platform(LinkStatus::Up);
    bench.presence(lee, Availability::Available);
    bench.play();
    let mut page = bench.open(1, "lee");
    for (conn_id, missed) in [(1, 0), (2, 2)] {
        let _outcome = bench.offer(conn_id, &["1002"]);
        bench.later(Duration::from_secs(60));
        assert_eq!(missed_on_page(frames(&mut page)).unwrap_or_default(), missed);
    }
    let asked = bench.play();
    let [Request::AgentNotReady { reasons, .. }] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(reasons.str("KW_UC_STATUS"), Some("missed previews"));
    bench.turn(Event::Page(Page::Frame(PageId(1), ClientFrame::Back {})));
    assert_eq!(missed_on_page(frames(&mut page)), Some(0));
    assert!(matches!(bench.play()[..], [Request::AgentReady { .. }]));
}
