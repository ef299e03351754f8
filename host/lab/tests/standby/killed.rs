//! One node that is killed in the middle of its work, again and again: every state of a preview that began at ICON ends
//! there, by the reason that it had (requirements F12; host/docs/requirements.md, "Reporting of previews").

use crate::node::Node;
use std::collections::BTreeMap;
use uc_connector::{
    routing::{message::Target, preview_request::PreviewRequest},
    wire::{ConnId, KvList},
};
use uc_lab::{
    lab::{Page, Setup},
    t_server::{Config, Direction, TServer},
    urs::Urs,
};

const LIVES: u64 = 4;
/// Previews of a life that are answered, and as many that are open when it is killed.
const EACH: u64 = 20;

fn setup() -> Setup {
    let connector = "enable-preview-reporting = true\n".into();
    // This worker is quicker than people.
    let web = "state-dir = 'state'\n[web.limits]\nframes-per-second = 1000\n".into();
    Setup { connector, web, ..Setup::of(["kim"]) }
}

/// What ICON has of each preview: its starts, its ends, and the reason of the first, which is the one that it pairs.
fn icon(t_server: &TServer) -> BTreeMap<u64, (u32, u32, String)> {
    let mut states = BTreeMap::<u64, (u32, u32, String)>::new();
    for entry in t_server.log() {
        if entry.direction != Direction::Received || entry.message.name != "RequestDistributeUserEvent" {
            continue;
        }
        let data = entry.message.kv_list("userData").unwrap();
        let state = states.entry(entry.message.conn_id("connID").unwrap().0).or_default();
        match data.str("UCC_Preview") {
            Some("+") => state.0 += 1,
            Some("-") => {
                assert_eq!(state.0, 1, "an end without a start: {}", entry.message);
                state.1 += 1;
                if state.1 == 1 {
                    state.2 = data.str("UCC_Reason").unwrap().to_owned();
                }
            }
            _ => panic!("no state: {}", entry.message),
        }
    }
    states
}

fn request(call: u64) -> PreviewRequest {
    PreviewRequest {
        conn_id: ConnId(call),
        targets: vec![Target { agent: "1000".into(), dn: None, switch: None }],
        media_type: "voice".into(),
        user_data: KvList::default(),
        timeout: None,
    }
}

/// Asks for as many, and answers the first half of them.
async fn works(urs: &Urs, page: &mut Page, life: u64) {
    for call in (0..2 * EACH).map(|call| life * 2 * EACH + call + 1) {
        let urs = urs.clone();
        tokio::spawn(async move { drop(urs.preview(request(call)).await) });
        let conn_id = ConnId(call).to_string();
        let is_it = |picture: &uc_lab::lab::Picture| picture.now.previews.iter().any(|open| *open.conn_id == *conn_id);
        let picture = page.shows("the preview", is_it).await.unwrap();
        let preview = picture.now.previews.iter().find(|open| *open.conn_id == *conn_id).unwrap().id;
        if call <= life * 2 * EACH + EACH {
            page.answer(preview, call % 2 == 0).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_that_began_is_ended_though_the_process_is_killed_again_and_again() {
    let t_server = TServer::start(Config::new(setup().switch())).await.unwrap();
    let mut node = Node::start(setup(), &t_server);
    for life in 0..LIVES {
        node.until_ready().await;
        let open = || icon(&t_server).values().filter(|(begun, ended, _)| begun > ended).count() as u64;
        node.until("what was left open has ended", async || open() == 0).await;
        let browser = node.sign_in("kim").await;
        let mut page = node.open(&browser).await.unwrap();
        let urs = Urs::connect(&node.urs(), None).await.unwrap();
        works(&urs, &mut page, life).await;
        let begun = || icon(&t_server).len() as u64;
        let all = async || begun() == (life + 1) * 2 * EACH && open() == EACH;
        node.until("every start and the ends of those that were answered are told", all).await;
        node.kill();
        node.start_again();
    }
    node.until_ready().await;
    node.until("all have ended", async || icon(&t_server).values().all(|(begun, ended, _)| begun <= ended)).await;
    let states = icon(&t_server);
    assert_eq!(states.len() as u64, LIVES * 2 * EACH);
    for (call, (begun, ended, reason)) in states {
        let answered = (call - 1) % (2 * EACH) < EACH;
        // The answer to an end may have been on its way to the disk when the kill came: ICON makes nothing of a
        // second end.
        let ends = if answered { 1..=2 } else { 1..=1 };
        assert!(begun == 1 && ends.contains(&ended), "{call}: {begun} {ended} {reason}");
        assert_eq!(reason == "Interrupted", !answered, "{call}: {reason}");
    }
}
