//! What of chats is written down: whatever is said there, it fits, and it is the newest.

use super::{super::room::written, *};

/// Lines of this text in a chat of this number, the last one the worker's own and not confirmed yet.
fn says(chats: &mut Chats, conn_id: u64, lines: usize, text: &str) {
    let rules = ChatRules { enabled: true, most_chats: 100, ..ChatRules::default() };
    let now = Moment::since_1970(Duration::from_secs(1_700_000_000));
    let mut tell = |sequence, news| {
        let event = ChatEvent { conn_id: ConnId(conn_id), sequence, time: None, news };
        chats.event(LINK, &DN.into(), event, &rules, now);
    };
    tell(None, ChatNews::Opened(Box::default()));
    for number in 1..=lines as u64 {
        tell(Some(number), ChatNews::Line { party: "7001".into(), id: "".into(), text: text.into() });
    }
    chats.deed((DN, ConnId(conn_id)), Deed::Write("own".into(), "mine".into()), now).unwrap();
}

fn is_the_newest_of(kept: &Chat, all: &Chat) {
    let revisions = |chat: &Chat| chat.transcript.entries().map(|entry| entry.revision).collect::<Vec<_>>();
    assert!(revisions(all).ends_with(&revisions(kept)));
    let here = kept.transcript.entries().count() as u64;
    assert_eq!(kept.transcript.revision(), kept.transcript.dropped() + here, "what is not there is counted");
    let numbers = |chat: &Chat| (chat.transcript.next(), chat.transcript.gap(), chat.transcript.missing());
    assert_eq!(numbers(kept), numbers(all), "what is asked for after a restart is the same");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn it_fits_however_much_is_said(
        said in prop::collection::vec((0_usize..200, 0_usize..300, 0_usize..4), 1..8),
        bytes in 0_usize..120_000,
    ) {
        let mut chats = Chats::default();
        for (conn_id, (lines, letters, which)) in said.into_iter().enumerate() {
            says(&mut chats, conn_id as u64, lines, &["x", "\u{1}", "ü", "\""][which].repeat(letters));
        }
        let kept = chats.within(bytes);
        prop_assert!(written(&kept) <= bytes.max(written(&Chats::default())));
        for chat in kept.iter() {
            is_the_newest_of(chat, chats.get(DN, chat.conn_id).unwrap());
        }
        let text = |chats: &Chats| serde_json::to_string(chats).unwrap();
        prop_assert_eq!(text(&chats.within(10_000_000)), text(&chats), "all, where there is room");
    }
}

#[test]
fn what_the_worker_wrote_comes_before_what_was_said_and_every_chat_has_its_share() {
    let mut chats = Chats::default();
    (0..5).for_each(|conn_id| says(&mut chats, conn_id, 300, "a line of a long chat"));
    let kept = chats.within(50_000);
    let counts: Vec<_> = kept.iter().map(|chat| chat.transcript.entries().count()).collect();
    assert!(counts.len() == 5 && counts.iter().all(|count| (20..200).contains(count)), "{counts:?}");
    assert!(kept.iter().all(|chat| chat.outbox.iter().count() == 1));
    let narrow = chats.within(5 * 700);
    assert!(narrow.iter().all(|chat| chat.outbox.iter().count() == 1));
    assert!(narrow.iter().all(|chat| chat.transcript.entries().count() < 5));
}
