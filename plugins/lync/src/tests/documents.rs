//! Recorded bodies, and multipart bodies that are broken.

use crate::{
    documents::{self, BadDocument, Document, Whose, Why},
    resource_list::{Instance, Resource, Standing},
    roster::Roster,
};
use uc_plugin_api::{Presence, UserHandle, WatchedUser};

const BATCH: &str = include_str!("../../golden/03-subscribe-presence-batch.txt");
const NOTIFIES: &str = include_str!("../../golden/05-benotify-notify.txt");
const RESUBSCRIBE: &str = include_str!("../../golden/06-resubscribe.txt");
const ON_THE_PHONE: &str = include_str!("../../golden/notify-on-the-phone.sip");

/// Content-Type and body of the server's messages that have a body.
fn bodies(recording: &str) -> Vec<(String, String)> {
    let sections = recording.split("===== ").filter(|section| section.starts_with("SERVER ->"));
    let read = |section: &str| {
        let section = section.replace("\r\n", "\n");
        let (head, body) = section.split_once("\n\n")?;
        let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: "))?;
        Some((kind.to_owned(), body.replace('\n', "\r\n")))
    };
    sections.filter_map(read).collect()
}

fn everything(kind: &str, body: &str) -> Vec<Result<Document, BadDocument>> {
    let mut found = Vec::new();
    documents::read(kind, body.as_bytes(), |document| found.push(document));
    found
}

fn roster(people: &[&str]) -> Roster {
    let mut roster = Roster::new("en");
    for (handle, person) in (0..).zip(people) {
        let address = format!("sip:{person}").into();
        let user = WatchedUser { handle: UserHandle(handle), id: (*person).into(), address, language: "".into() };
        roster.watch(&[user]);
    }
    roster
}

/// Who is reported, in order, and the list entries.
fn told(roster: &mut Roster, recording: &str) -> (Vec<(u32, Presence)>, Vec<Resource>) {
    let (mut reports, mut resources) = (Vec::new(), Vec::new());
    for (kind, body) in bodies(recording) {
        for document in everything(&kind, &body) {
            match document.unwrap() {
                Document::Categories(news) => {
                    let user = roster.find(&news.uri);
                    let update = user.and_then(|user| roster.apply(user, news, false));
                    reports.extend(update.map(|update| (update.user.0, update.presence)));
                }
                Document::Resources(list) => resources.extend(list.all),
            }
        }
    }
    (reports, resources)
}

#[test]
fn a_recorded_batch_tells_everybody_in_it() {
    let mut roster = roster(&["bob@example.com", "carol@example.com", "dave@example.com"]);
    let (reports, resources) = told(&mut roster, BATCH);
    let seen: Vec<_> = reports.iter().map(|(who, p)| (*who, p.number, &*p.activity, &*p.note)).collect();
    assert_eq!(seen, [(0, 3500, "", ""), (1, 6500, "in-a-meeting", "quarter close"), (2, 18500, "", "")]);
    assert!(resources.iter().all(|resource| resource.standing() == Some(&Standing::Active)) && resources.len() == 3);
}

#[test]
fn recorded_notifies_tell_changes_and_strangers_are_nobody() {
    let mut roster = roster(&["Bob@Example.com"]);
    let (reports, _) = told(&mut roster, NOTIFIES);
    let seen: Vec<_> = reports.iter().map(|(who, p)| (*who, p.number, &*p.activity, &*p.note)).collect();
    assert_eq!(seen, [(0, 9500, "", "on a trade"), (0, 6500, "on-the-phone", "")]);
}

#[test]
fn recorded_lists_send_people_to_a_pool_or_to_themselves() {
    let (_, resources) = told(&mut roster(&[]), RESUBSCRIBE);
    let pool = "sip:pool02.example.com@example.com;gruu;opaque=srvr:HomeServer:AAAAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let moved = |who: &str, pool| Resource {
        uri: format!("sip:{who}"),
        instances: vec![Instance { standing: Standing::Resubscribe { pool }, cid: who.into() }],
    };
    assert!(resources.contains(&moved("bob@example.com", Some(pool))));
    assert!(resources.contains(&moved("carol@example.com", None)));
}

#[test]
fn the_documented_example_is_busy_on_the_phone_without_note() {
    let (_, body) = ON_THE_PHONE.split_once("\r\n\r\n").unwrap();
    let documents = everything("application/msrtc-event-categories+xml", body);
    let [Ok(Document::Categories(news))] = &documents[..] else { panic!("{documents:?}") };
    let mut roster = roster(&["lync-user2_qa94@lyncdco13.lab"]);
    let presence = roster.apply(UserHandle(0), news.clone(), true).unwrap().presence;
    assert_eq!((presence.number, &*presence.activity, &*presence.device), (6500, "on-the-phone", "computer"));
    assert_eq!((presence.availability.word(), &*presence.note), ("busy", ""));
}

#[test]
fn a_broken_part_takes_nobody_else_with_it() {
    let (kind, body) = bodies(BATCH).remove(0);
    let broken = body.replacen("<availability>3500</availability>", "<availability>3500", 1);
    let found = everything(&kind, &broken);
    let clear = |found: &[Result<Document, BadDocument>]| {
        let of = |document: &Result<_, _>| !matches!(document, Ok(Document::Categories(news)) if !news.is_clear());
        found.iter().filter(|document| document.is_ok() && of(document)).count()
    };
    assert_eq!((found.len(), clear(&found)), (4, 3));
    let wrong = everything("multipart/related; boundary=elsewhere", &body);
    assert!(matches!(&wrong[..], [Err(BadDocument { why: Why::Multipart(_), .. })]), "{wrong:?}");
    let unknown = everything("text/plain", "hello");
    let nobody = Whose::Perhaps(String::new());
    assert_eq!(unknown, [Err(BadDocument { why: Why::Kind("text/plain".into()), whose: nobody })]);
}

#[test]
fn parts_before_a_broken_one_are_read_and_a_broken_part_says_whose_it_is() {
    let (kind, body) = bodies(BATCH).remove(0);
    let cut = &body[..body.len() - 30];
    let found = everything(&kind, cut);
    assert!(found[0].is_err() && found[1..].iter().all(Result::is_ok) && found.len() == 4, "{found:?}");
    let foreign = body.replacen("application/msrtc-event-categories+xml", "application/pidf+xml", 1);
    let found = everything(&kind, &foreign);
    let whose: Vec<_> = found.iter().filter_map(|document| Some(document.as_ref().err()?.whose.clone())).collect();
    assert_eq!(whose, [Whose::Listed("sip:bob@example.com".into())], "by the list");
    let unlisted = foreign.replace("application/rlmi+xml", "application/other");
    let found = everything(&kind, &unlisted);
    let whose: Vec<_> = found.iter().filter_map(|document| Some(document.as_ref().err()?.whose.clone())).collect();
    assert_eq!(whose[1], Whose::Perhaps("bob@example.com".into()), "by its own name");
}

/// Who of the recorded batch is told of, and who is in doubt.
fn outcome(kind: &str, body: &[u8]) -> (Vec<String>, Vec<Whose>) {
    let (mut told, mut doubtful) = (Vec::new(), Vec::new());
    documents::read(kind, body, |document| match document {
        Ok(Document::Categories(news)) if news.is_clear() => told.push(news.uri.replace("sip:", "")),
        Ok(Document::Categories(news)) => doubtful.push(Whose::Perhaps(news.uri)),
        Ok(Document::Resources(list)) => assert_eq!((list.all.len(), list.broken), (3, None)),
        Err(bad) => doubtful.push(bad.whose),
    });
    (told, doubtful)
}

fn replaced(body: &str, what: &str, with: &[u8]) -> Vec<u8> {
    let at = body.find(what).unwrap();
    [&body.as_bytes()[..at], with, &body.as_bytes()[at + what.len()..]].concat()
}

const NAMED: &str = "Content-ID: <bob@example.com>\r\n";
const OF_KIND: &str = "Content-Type: application/msrtc-event-categories+xml\r\n";

#[test]
fn what_else_the_head_of_a_part_says_hides_nobody() {
    let (kind, body) = bodies(BATCH).remove(0);
    let head = [NAMED, OF_KIND, "\r\n"].concat();
    let foreign = [b"Content-Description: J\xf6rg\r\n", head.as_bytes()].concat();
    let heads: [&[u8]; 5] = [
        &foreign,
        b"Content-ID:\r\n <bob@example.com>\r\nContent-Type:\r\n\tapplication/msrtc-event-categories+xml\r\n\r\n",
        b"Content-Type: application/msrtc-event-categories+xml; name=\"J\xf6rg\"\r\nContent-ID: <bob@example.com>\r\n\r\n",
        // Told of under another name or none.
        b"Content-Type: application/msrtc-event-categories+xml\r\nContent-ID: <x>\r\n\r\n",
        b"Content-Type: application/msrtc-event-categories+xml\r\n\r\n",
    ];
    for (number, with) in heads.into_iter().enumerate() {
        let (told, doubtful) = outcome(&kind, &replaced(&body, &head, with));
        assert_eq!(told, ["bob@example.com", "carol@example.com", "dave@example.com"], "{}", with.escape_ascii());
        // Whoever is told of behind it is in doubt no more.
        let before = vec![Whose::Listed("sip:bob@example.com".into()); usize::from(number > 2)];
        assert_eq!(doubtful, before, "{}", with.escape_ascii());
    }
}

#[test]
fn a_part_with_a_bad_head_takes_nobody_else_with_it() {
    let (kind, body) = bodies(BATCH).remove(0);
    let head = [NAMED, OF_KIND, "\r\n"].concat();
    let heads: [&[u8]; 6] = [
        b"Content-ID: <bob@example.com>\r\nContent-Type: application/msrtc-event-categories+xml\r\n",
        b"Content-ID: <bob@example.com>\r\n\r\n",
        b"Content-ID: <bob@example.com>\r\nContent-Type: \xff\r\n\r\n",
        b"Content-ID: <b\xffb@example.com>\r\nContent-Type: x/y\r\n\r\n",
        b"\r\n",
        b"",
    ];
    for with in heads {
        let (told, doubtful) = outcome(&kind, &replaced(&body, &head, with));
        assert_eq!(told, ["carol@example.com", "dave@example.com"], "{}", with.escape_ascii());
        assert!(!doubtful.is_empty(), "{}", with.escape_ascii());
        let bob = |whose: &Whose| *whose == Whose::Listed("sip:bob@example.com".into());
        let named = |whose: &Whose| matches!(whose, Whose::Perhaps(id) if id.starts_with('b'));
        assert!(doubtful.iter().all(|whose| bob(whose) || named(whose)), "{}: {doubtful:?}", with.escape_ascii());
    }
}

#[test]
fn who_is_listed_with_a_part_that_is_not_there_is_in_doubt() {
    let (kind, body) = bodies(BATCH).remove(0);
    let (before, behind) = body.split_once(NAMED).unwrap();
    let without = before.to_owned() + &behind[behind.find("Content-ID: <carol").unwrap()..];
    let (told, doubtful) = outcome(&kind, without.as_bytes());
    assert_eq!((told.len(), doubtful), (2, vec![Whose::Listed("sip:bob@example.com".into())]));
    let part = "state=\"active\" cid=\"bob@example.com\"";
    for quiet in ["state=\"active\"", "state=\"active\" cid=\"\"", "state=\"terminated\" cid=\"bob@example.com\""] {
        let (_, doubtful) = outcome(&kind, &replaced(&without, part, quiet.as_bytes()));
        assert_eq!(doubtful, [], "{quiet}: nothing is announced of anybody");
    }
    // Of two that cannot be read and have no name one may be anybody's.
    let both = body.replacen(NAMED, "", 1).replacen("uri=\"sip:bob@example.com\"><category", "><category", 1);
    let (before, end) = both.rsplit_once("\r\n--N_").unwrap();
    let both = [before, "\r\n--N_7cffa20cfa70\r\n\r\nodd\r\n--N_", end].concat();
    let (_, doubtful) = outcome(&kind, both.as_bytes());
    assert_eq!(doubtful, [Whose::Listed("sip:bob@example.com".into()), Whose::Perhaps(String::new())]);
}

#[test]
fn foreign_bytes_in_a_note_hide_nobody() {
    let (kind, body) = bodies(BATCH).remove(0);
    let mut bytes = body.into_bytes();
    let at = bytes.windows(13).position(|window| window == b"quarter close").unwrap();
    bytes[at] = 0xff;
    let mut found = Vec::new();
    documents::read(&kind, &bytes, |document| found.push(document));
    let carol = found.iter().find_map(|document| match document {
        Ok(Document::Categories(news)) if news.uri.contains("carol") => Some(news.clone()),
        _ => None,
    });
    let carol = carol.unwrap();
    assert!(carol.is_clear() && carol.broken.is_none());
    assert_eq!((carol.state.unwrap().availability, &*carol.notes.unwrap()[0].text), (6500, "\u{fffd}uarter close"));
}

#[test]
fn a_person_is_watched_as_long_as_one_of_several_instances_is() {
    let (active, terminated, pending) = ("state=\"active\"", "state=\"terminated\"", "state=\"pending\"");
    let elsewhere = "state=\"resubscribe\"";
    for (instances, stands) in [
        (vec![terminated, active], "Active"),
        (vec![active, terminated], "Active"),
        (vec![pending, elsewhere, active], "Active"),
        (vec![terminated, pending], "Unclear"),
        (vec![pending, terminated, elsewhere], "Resubscribe"),
        (vec![terminated, terminated], "Terminated"),
        (vec![], "None"),
    ] {
        let all: String = instances.iter().map(|state| format!("<instance id=\"0\" {state}/>")).collect();
        let list = format!(
            "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:w@example.com\" version=\"1\" fullState=\"true\">\
             <resource uri=\"sip:bob@example.com\">{all}</resource></list>"
        );
        let found = everything("application/rlmi+xml", &list);
        let [Ok(Document::Resources(list))] = &found[..] else { panic!("{found:?}") };
        let [bob] = &list.all[..] else { panic!("{list:?}") };
        assert!(list.full && bob.instances.len() == instances.len());
        let said = bob.standing().map_or("None".to_owned(), |standing| format!("{standing:?}"));
        assert!(said.starts_with(stands), "{instances:?}: {said}");
    }
}

#[test]
fn of_several_active_instances_of_a_person_the_least_available_counts_whatever_the_order() {
    const KIND: &str = "multipart/related;type=\"application/rlmi+xml\";start=list;boundary=x";
    let part = |id: &str, kind: &str, body: &str| {
        format!("--x\r\nContent-ID: <{id}>\r\nContent-Type: {kind}\r\n\r\n{body}\r\n")
    };
    let state = |availability: &str| match availability {
        "" => "<category name=\"note\"/>".to_owned(),
        "none" => "<category name=\"state\"/>".to_owned(),
        number => format!(
            "<category name=\"state\" instance=\"1\"><state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"aggregateState\">\
             <availability>{number}</availability></state></category>"
        ),
    };
    // What each instance's part says, and what counts; none: the person is in doubt.
    for (said, counts) in [
        (["3500", "6500"], Some(6500)),
        (["6500", "9500"], Some(9500)),
        (["5000", "18500"], Some(18_500)),
        (["3500", "1000"], Some(1000)),
        (["3500", "none"], Some(0)),
        (["3500", ""], Some(3500)),
        (["3500", "odd"], None),
        (["3500", "missing"], None),
    ] {
        for said in [said, [said[1], said[0]]] {
            let mut body = part(
                "list",
                "application/rlmi+xml",
                "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:w@example.com\" version=\"1\" fullState=\"true\">\
                 <resource uri=\"sip:bob@example.com\"><instance id=\"0\" state=\"active\" cid=\"a\"/>\
                 <instance id=\"1\" state=\"active\" cid=\"b\"/></resource></list>",
            );
            for (id, said) in ["a", "b"].into_iter().zip(said).filter(|(_, said)| *said != "missing") {
                let document = format!(
                    "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:bob@example.com\">\
                     {}</categories>",
                    state(said)
                );
                body += &part(id, "application/msrtc-event-categories+xml", &document);
            }
            body += "--x--\r\n";
            let found = everything(KIND, &body);
            let states: Vec<_> = found
                .iter()
                .filter_map(|document| match document {
                    Ok(Document::Categories(news)) if news.is_clear() => news.state.as_ref(),
                    _ => None,
                })
                .map(|state| state.availability)
                .collect();
            let doubted = |document: &Result<Document, BadDocument>| match document {
                Ok(Document::Categories(news)) => !news.is_clear(),
                Ok(Document::Resources(_)) => false,
                Err(_) => true,
            };
            assert_eq!(states, counts.into_iter().collect::<Vec<_>>(), "{said:?}: {found:?}");
            assert_eq!(found.iter().any(doubted), counts.is_none(), "{said:?}: {found:?}");
        }
    }
}
