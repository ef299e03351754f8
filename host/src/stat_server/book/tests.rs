use super::*;
use crate::stat_server::message::{Notify, ObjectType};
use proptest::prelude::*;

const SECOND: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(10);

fn statistic(number: usize) -> Arc<Statistic> {
    Arc::new(Statistic {
        object: format!("{number}").into(),
        object_type: ObjectType::Queue,
        name: "CallsInQueue".into(),
        notify: Notify::OnChange(SECOND),
    })
}

fn wanted(numbers: impl IntoIterator<Item = usize>) -> Wanted {
    Arc::new(numbers.into_iter().map(statistic).collect())
}

fn book(max_open: usize) -> Book {
    Book::new(TIMEOUT, max_open)
}

fn news(book: &mut Book) -> Vec<(usize, Reading)> {
    let news = std::mem::take(&mut book.news);
    news.into_iter().map(|(statistic, reading)| (statistic.object.parse().unwrap(), reading)).collect()
}

#[test]
fn a_value_is_told_once_and_an_equal_one_is_not() {
    let (mut book, now) = (book(10), Instant::now());
    book.want(&wanted([7]), now);
    assert_eq!(book.requests, [Request::Open(1, statistic(7))]);
    assert_eq!(book.opened(1, None, now), Taken::Known);
    assert_eq!(book.info(1, Ok(3.0)), Taken::News);
    assert_eq!(book.info(1, Ok(3.0)), Taken::Known);
    assert_eq!(news(&mut book), [(7, Reading::Value(3.0))]);
    assert_eq!(book.info(1, Err("no number".into())), Taken::News, "what was known counts no longer");
    assert_eq!(news(&mut book), [(7, Reading::Failed("no number".into()))]);
    assert_eq!((book.info(9, Ok(1.0)), book.info(0, Ok(1.0))), (Taken::Unexpected, Taken::Unexpected));
}

#[test]
fn what_is_opened_without_a_value_is_peeked() {
    let (mut book, now) = (book(10), Instant::now());
    book.want(&wanted([7]), now);
    book.opened(1, None, now);
    book.requests.clear();
    assert_eq!((book.deadline(), book.tick(now + TIMEOUT)), (Some(now + TIMEOUT), 0));
    assert_eq!(book.requests, [Request::Peek(1)]);
    assert_eq!(book.deadline(), None);
}

#[test]
fn what_is_unknown_is_said_and_asked_for_again_after_a_growing_pause() {
    let (mut book, mut now) = (book(10), Instant::now());
    book.want(&wanted([7]), now);
    let mut pauses = Vec::new();
    for id in 1..=4 {
        assert_eq!(book.requests, [Request::Open(id, statistic(7))]);
        book.requests.clear();
        book.refused(id, Error::UnknownObject, "no such queue", now);
        let again = book.deadline().unwrap();
        pauses.push(again - now);
        now = again;
        book.tick(now);
    }
    assert_eq!(
        news(&mut book),
        [(7, Reading::Failed("the Stat Server knows no Queue \"7\": no such queue".into()))],
        "once"
    );
    assert!(pauses[0] >= RETRY.0 / 2 && pauses[3] >= RETRY.0 * 4, "{pauses:?}");
}

#[test]
fn what_is_told_and_closed_at_once_is_asked_for_ever_more_seldom_and_what_was_open_for_long_soon() {
    for (open_for, grows) in [(Duration::ZERO, true), (RETRY.1, false)] {
        let (mut book, mut now) = (book(10), Instant::now());
        book.want(&wanted([7]), now);
        let mut pauses = Vec::new();
        for id in 1..=5 {
            book.opened(id, Some(3.0), now);
            book.info(id, Ok(4.0));
            now += open_for;
            book.closed(id, now);
            let again = book.deadline().unwrap();
            pauses.push(again - now);
            now = again;
            book.tick(now);
        }
        assert_eq!(pauses[4] >= RETRY.0 * 8, grows, "{pauses:?}");
    }
}

#[test]
fn one_that_is_not_answered_is_closed_and_tried_again() {
    let (mut book, now) = (book(10), Instant::now());
    book.want(&wanted([7]), now);
    book.requests.clear();
    assert_eq!(book.tick(now + TIMEOUT), 1);
    assert_eq!(book.requests, [Request::Close(1)]);
    assert_eq!(book.opened(1, Some(4.0), now + TIMEOUT), Taken::Late, "too late");
    assert!(matches!(&news(&mut book)[..], [(7, Reading::Failed(why))] if why.contains("request-timeout")));
}

#[test]
fn no_more_are_open_than_may_be_and_not_all_at_once() {
    let (mut book, now) = (book(150), Instant::now());
    book.want(&wanted(0..200), now);
    assert_eq!((book.requests.len(), book.news.len()), (MOST_OPENING, 50));
    (1..=30).for_each(|id| assert_eq!(book.opened(id, Some(0.0), now), Taken::News));
    book.tick(now);
    assert_eq!(book.requests.len(), MOST_OPENING + 30);
}

/// A Stat Server that answers what it likes.
#[derive(Default)]
struct Server {
    open: BTreeMap<i64, Arc<Statistic>>,
}

#[derive(Clone, Debug)]
enum Step {
    Want(BTreeSet<usize>),
    Reconnect,
    /// The server answers one of what is asked for.
    Answer(usize, bool),
    /// Time passes, in seconds.
    Wait(u64),
    /// The server closes one by itself.
    Drop(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => prop::collection::btree_set(0usize..12, 0..8).prop_map(Step::Want),
        1 => Just(Step::Reconnect),
        4 => (any::<usize>(), prop::bool::weighted(0.8)).prop_map(|(at, well)| Step::Answer(at, well)),
        2 => (0u64..400).prop_map(Step::Wait),
        1 => any::<usize>().prop_map(Step::Drop),
    ];
    prop::collection::vec(step, 0..60)
}

/// Carries out what is asked; numbers of what is open come once.
fn carry_out(server: &mut Server, asked: &mut Vec<i64>, requests: Vec<Request>) {
    for request in requests {
        match request {
            Request::Open(id, statistic) => {
                let twice = server.open.values().any(|open| *open == statistic);
                assert!(!twice, "{statistic:?} is open twice");
                assert!(server.open.insert(id, statistic).is_none(), "a number comes twice");
                asked.push(id);
            }
            Request::Close(id) => drop(server.open.remove(&id)),
            Request::Peek(id) => assert!(server.open.contains_key(&id), "what is not open is peeked"),
        }
    }
}

proptest! {
    #[test]
    fn each_statistic_is_open_exactly_while_it_is_wanted_across_reconnects(steps in steps()) {
        let (mut server, mut asked, mut now) = (Server::default(), Vec::new(), Instant::now());
        let (mut book, mut want) = (book(100), wanted([]));
        for step in steps {
            match step {
                Step::Want(numbers) => {
                    want = wanted(numbers);
                    book.want(&want, now);
                }
                Step::Reconnect => {
                    (server, asked, book) = (Server::default(), Vec::new(), self::book(100));
                    book.want(&want, now);
                }
                Step::Answer(at, well) if !asked.is_empty() => {
                    let id = asked.swap_remove(at % asked.len());
                    if well {
                        book.opened(id, Some(1.0), now);
                    } else {
                        server.open.remove(&id);
                        book.refused(id, Error::Other, "", now);
                    }
                }
                Step::Drop(at) if !server.open.is_empty() => {
                    let id = *server.open.keys().nth(at % server.open.len()).unwrap();
                    server.open.remove(&id);
                    asked.retain(|asked| *asked != id);
                    book.closed(id, now);
                }
                Step::Wait(seconds) => {
                    now += SECOND * u32::try_from(seconds).unwrap();
                    book.tick(now);
                }
                _ => {}
            }
            carry_out(&mut server, &mut asked, std::mem::take(&mut book.requests));
            prop_assert!(server.open.values().all(|open| want.contains(open)), "open, and nobody wants it");
        }
        // A server that answers well from now on has everything open.
        for _ in 0..3 {
            asked.drain(..).for_each(|id| {
            book.opened(id, Some(1.0), now);
        });
            now += SECOND * 600;
            book.tick(now);
            carry_out(&mut server, &mut asked, std::mem::take(&mut book.requests));
        }
        asked.drain(..).for_each(|id| {
            book.opened(id, Some(1.0), now);
        });
        let open: BTreeSet<_> = server.open.values().cloned().collect();
        prop_assert_eq!(&open, &*want);
        prop_assert!(book.entries.values().all(|entry| matches!(entry.stage, Stage::Open(_))));
        prop_assert_eq!((book.opening, book.waiting.len(), book.by_id.len()), (0, 0, want.len()));
    }
}
