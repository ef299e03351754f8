//! The file and its writer.

use super::*;
use crate::{choice::Choice, value::State};
use std::{fs, os::unix::fs::PermissionsExt};

fn record(before: u32, ours: u32) -> Record {
    let choice = |number| Choice::of(State::active(number, "off-work").in_words(1033, "A \"word\"\u{fc} & <more>"));
    Record { before: Some(choice(before)), ours: vec![choice(ours)] }
}

async fn journal(directory: &Path) -> (Journal, Left, tokio::task::JoinHandle<Result<(), String>>) {
    let (journal, left, writer) = Journal::open(directory.to_owned(), "agents".to_owned()).await;
    (journal, left, tokio::spawn(writer))
}

async fn keep(journal: &Journal, address: &str, record: Option<Record>) -> Result<Record, Arc<str>> {
    let (answers, mut written) = mpsc::unbounded_channel();
    journal.keep(vec![(address.into(), record.clone())], &answers);
    if record.is_none() {
        journal.flush().await;
        return Err("forgotten".into());
    }
    let (of, result) = written.recv().await.unwrap();
    assert_eq!(&*of, address);
    result
}

#[tokio::test]
async fn what_was_written_is_found_by_the_next_life_and_what_was_forgotten_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("made/for/it");
    let (first, left, writer) = journal(&directory).await;
    assert!(left.agents.is_empty(), "there was no file");
    keep(&first, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
    keep(&first, "lee@example.com", Some(record(3500, 9500))).await.unwrap();
    let _ = keep(&first, "lee@example.com", None).await;
    // As after kill -9: nobody says goodbye, the system lets go of the lock.
    writer.abort();
    drop(first);
    let _ = writer.await;

    let (_second, left, _writer) = journal(&directory).await;
    assert_eq!(left.agents.len(), 1);
    let kim = &left.agents["kim@example.com"];
    assert_eq!((&kim.record, kim.expired), (&record(3500, 15_500), false));
    assert_eq!(fs::metadata(directory.join("agents.json")).unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn when_a_choice_ends_is_remembered_and_files_of_before_that_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut ends = record(9500, 15_500);
    ends.before.as_mut().unwrap().until = Some(1_767_229_200);
    let old = r#"{"form":1,"agents":{"lee@example.com":{"since":7,"before":{"timed":true,"most":{"availability":9500,
        "token":"","range":null,"custom":[]},"workgroup":{"availability":6900,"token":"urgent-interruptions-only",
        "range":[6900,8999],"custom":[]}},"ours":[]}}}"#;
    fs::write(folder.path().join("agents.json"), old).unwrap();
    let (kept, left) = life(folder.path()).await;
    let lee = &left.agents["lee@example.com"].record;
    assert_eq!(lee.before, Some(Choice::of(State::plain(9500))));
    keep(&kept, "kim@example.com", Some(ends.clone())).await.unwrap();
    drop(kept);
    let (_, left) = life(folder.path()).await;
    assert_eq!(left.agents["kim@example.com"].record, ends);
    assert_eq!(left.agents["lee@example.com"].record.before, Some(Choice::of(State::plain(9500))));
}

#[tokio::test]
async fn the_version_of_ours_is_remembered_and_records_without_it_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let old = r#"{"form":1,"agents":{"lee@example.com":{"since":7,"before":null,"ours":[{"timed":true,"most":
        {"availability":6500,"token":"","range":null,"custom":[]},"workgroup":{"availability":6500,"token":"",
        "range":null,"custom":[]}}]}}}"#;
    fs::write(folder.path().join("agents.json"), old).unwrap();
    let stands = |version| Choice { version: Some(version), ..Choice::of(State::plain(6500)) };
    let (kept, left) = life(folder.path()).await;
    let lee = &left.agents["lee@example.com"].record;
    assert!(lee.ours[0].version.is_none() && lee.knows(&stands(1)) && lee.knows(&stands(2)), "by what it says alone");
    keep(&kept, "kim@example.com", Some(Record { before: None, ours: vec![stands(4)] })).await.unwrap();
    drop(kept);
    let (_, left) = life(folder.path()).await;
    let kim = &left.agents["kim@example.com"].record;
    assert!(kim.knows(&stands(4)) && !kim.knows(&stands(5)));
    assert!(!kim.knows(&Choice { timed: false, ..stands(4) }), "the other kind is another publication");
}

#[tokio::test]
async fn when_ours_was_published_is_remembered_and_records_without_it_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let old = r#"{"form":1,"agents":{"lee@example.com":{"since":7,"before":null,"ours":[{"timed":true,"most":
        {"availability":6500,"token":"","range":null,"custom":[]},"workgroup":{"availability":6500,"token":"",
        "range":null,"custom":[]},"version":1}]}}}"#;
    fs::write(folder.path().join("agents.json"), old).unwrap();
    let stands = |version, published| Choice { version: Some(version), published, ..Choice::of(State::plain(6500)) };
    let (kept, left) = life(folder.path()).await;
    let lee = &left.agents["lee@example.com"].record;
    assert!(lee.knows(&stands(1, Some(7_000))) && !lee.knows(&stands(2, Some(7_000))), "by its version alone");
    keep(&kept, "kim@example.com", Some(Record { before: None, ours: vec![stands(1, Some(7_000))] })).await.unwrap();
    drop(kept);
    let (_, left) = life(folder.path()).await;
    let kim = &left.agents["kim@example.com"].record;
    for (version, published, ours) in [
        (1, Some(7_000), true),
        (1, Some(7_999), true),
        (1, None, true),
        (1, Some(8_000), false),
        (1, Some(6_000), false),
        (2, Some(7_000), false),
    ] {
        assert_eq!(kim.knows(&stands(version, published)), ours, "{version}, {published:?}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_moved_aside() {
    let whole = r#"{"form":1,"agents":{}}"#;
    for bad in ["", "{", "[]", r#"{"form":2,"agents":{}}"#, r#"{"form":1,"agents":{"kim":{}}}"#, "\u{0}\u{0}\u{0}"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("agents.json"), bad).unwrap();
        let (kept, left, _writer) = journal(folder.path()).await;
        assert!(left.agents.is_empty(), "{bad}");
        assert_eq!(fs::read_to_string(folder.path().join("agents.unreadable")).unwrap(), bad);
        keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agents.json"), whole).unwrap();
    fs::write(folder.path().join("agents.new"), "{\"form\":1,\"age").unwrap();
    let _ = journal(folder.path()).await;
    assert!(!folder.path().join("agents.unreadable").exists(), "a write that a crash cut left the file as it was");
}

#[tokio::test]
async fn a_directory_that_will_not_do_is_named_and_used_once_it_will() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("state");
    fs::write(&place, "a file").unwrap();
    let (kept, _, _writer) = journal(&place).await;
    let why = keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap_err();
    assert!(why.contains("state-dir") && why.contains(&place.display().to_string()), "{why}");
    fs::remove_file(&place).unwrap();
    keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
}

#[tokio::test]
async fn a_write_that_fails_is_told_and_the_next_one_may_work() {
    let folder = tempfile::tempdir().unwrap();
    let (kept, _, _writer) = journal(folder.path()).await;
    // A directory stands where the new file would.
    fs::create_dir(folder.path().join("agents.new")).unwrap();
    let why = keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap_err();
    assert!(why.contains("cannot write"), "{why}");
    fs::remove_dir(folder.path().join("agents.new")).unwrap();
    keep(&kept, "lee@example.com", Some(record(3500, 15_500))).await.unwrap();
    let text = fs::read_to_string(folder.path().join("agents.json")).unwrap();
    assert!(text.contains("lee@") && !text.contains("kim@"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn two_instances_do_not_share_a_file_and_the_second_waits_for_the_first_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _, writer) = journal(folder.path()).await;
    let (second, left, _second) = journal(folder.path()).await;
    assert!(left.agents.is_empty());
    let why = keep(&second, "kim@example.com", Some(record(3500, 15_500))).await.unwrap_err();
    assert!(why.contains("another instance uses it"), "{why}");
    drop(first);
    let _ = writer.await;
    keep(&second, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
}

/// A journal whose writer ends with it.
async fn life(folder: &Path) -> (Journal, Left) {
    let (journal, left, _writer) = journal(folder).await;
    (journal, left)
}

#[tokio::test]
async fn what_cannot_be_written_leaves_what_was_remembered_and_what_is_forgotten_is_made_up_for() {
    let folder = tempfile::tempdir().unwrap();
    let obstacle = folder.path().join("agents.new");
    let (kept, _) = life(folder.path()).await;
    for who in ["kim@example.com", "lee@example.com"] {
        keep(&kept, who, Some(record(3500, 15_500))).await.unwrap();
    }
    fs::create_dir(&obstacle).unwrap();
    keep(&kept, "kim@example.com", Some(record(9500, 6500))).await.unwrap_err();
    let _ = keep(&kept, "lee@example.com", None).await;
    fs::remove_dir(&obstacle).unwrap();
    kept.flush().await;
    drop(kept);
    let (_, left) = life(folder.path()).await;
    let left: Vec<_> = left.agents.into_iter().map(|(who, recalled)| (who.to_string(), recalled.record)).collect();
    assert_eq!(left, [("kim@example.com".to_owned(), record(3500, 15_500))]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_can_be_read_late_still_knows_what_was_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _, writer) = journal(folder.path()).await;
    for who in ["kim@example.com", "lee@example.com"] {
        keep(&first, who, Some(record(3500, 15_500))).await.unwrap();
    }
    let (second, left, _second) = journal(folder.path()).await;
    assert!(left.agents.is_empty(), "the first one has the file");
    drop(first);
    let _ = writer.await;
    // What stands there is what the first one put there, and is taken for the agent's choice.
    let kept = keep(&second, "kim@example.com", Some(record(15_500, 9500))).await.unwrap();
    assert_eq!(kept, record(3500, 9500), "the agent's own is known");
    let kept = keep(&second, "lee@example.com", Some(record(6500, 9500))).await.unwrap();
    assert_eq!(kept, record(6500, 9500), "this agent has chosen since");
    let kept = keep(&second, "kim@example.com", Some(record(9500, 12_500))).await.unwrap();
    assert_eq!(kept, record(9500, 12_500), "from then on it is this one's word");
}

/// A file of that name, as an earlier life left it.
fn leave(folder: &Path, name: &str, since: u64, agents: &[(&str, u32)]) {
    let choice = |number| serde_json::to_string(&Choice::of(State::plain(number))).unwrap();
    let one = |(who, before): &(&str, u32)| {
        format!("\"{who}\":{{\"since\":{since},\"before\":{},\"ours\":[{}]}}", choice(*before), choice(6500))
    };
    let agents: Vec<_> = agents.iter().map(one).collect();
    let text = format!("{{\"form\":1,\"agents\":{{{}}}}}", agents.join(","));
    fs::write(folder.join(format!("{name}.json")), text).unwrap();
}

/// Whom a file remembers, by what they had chosen.
fn remembered(folder: &Path, name: &str) -> Option<Vec<(String, u64)>> {
    let text = fs::read_to_string(folder.join(format!("{name}.json"))).ok()?;
    let content: serde_json::Value = serde_json::from_str(&text).unwrap();
    let agents = content["agents"].as_object().unwrap().iter();
    Some(agents.map(|(who, one)| (who.clone(), one["before"]["most"]["availability"].as_u64().unwrap())).collect())
}

const OLD: [&str; 2] = ["lync-push-00d8f4c3a1b2e695", "lync-push-ffd8f4c3a1b2e695"];

#[tokio::test]
async fn what_lies_under_other_names_is_taken_over_once_of_those_who_are_agents_here() {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), OLD[0], 7, &[("kim@example.com", 3500), ("lee@example.com", 3500)]);
    leave(folder.path(), OLD[1], 9, &[("kim@example.com", 12_500)]);
    leave(folder.path(), "agents", 8, &[("own@example.com", 3500)]);
    leave(folder.path(), "other", 8, &[("sam@example.com", 3500)]);
    let (kept, left, _writer) = journal(folder.path()).await;
    assert_eq!(left.agents.keys().map(|who| &**who).collect::<Vec<_>>(), ["own@example.com"]);
    let mut others: Vec<_> = left.elsewhere.iter().map(|(who, one)| (&**who, one.record.before.clone())).collect();
    others.sort_by_key(|(who, _)| *who);
    let choice = |number| Some(Choice::of(State::plain(number)));
    assert_eq!(others, [("kim@example.com", choice(12_500)), ("lee@example.com", choice(3500))], "the newest of it");
    assert!(left.elsewhere.values().all(|one| one.expired));

    kept.take_over(vec!["kim@example.com".into(), "stranger@example.com".into()]);
    kept.leave_the_rest();
    kept.flush().await;
    let own = remembered(folder.path(), "agents").unwrap();
    assert_eq!(own, [("kim@example.com".to_owned(), 12_500), ("own@example.com".to_owned(), 3500)]);
    assert_eq!(
        remembered(folder.path(), OLD[0]).unwrap(),
        [("lee@example.com".to_owned(), 3500)],
        "another instance's"
    );
    assert_eq!(remembered(folder.path(), OLD[1]), None, "nothing is left in it");
    assert_eq!(remembered(folder.path(), "other").unwrap().len(), 1, "no file of ours");
    let other = StateFile::open(folder.path(), OLD[0]).unwrap();
    assert_eq!(other.agents.len(), 1, "whose it is may have it again");
}

#[tokio::test(start_paused = true)]
async fn what_another_instance_has_and_what_cannot_be_understood_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), OLD[0], 7, &[("kim@example.com", 3500)]);
    fs::write(folder.path().join(OLD[1]).with_extension("json"), "{").unwrap();
    let other = StateFile::open(folder.path(), OLD[0]).unwrap();
    let (kept, left, _writer) = journal(folder.path()).await;
    assert!(left.elsewhere.is_empty());
    kept.take_over(vec!["kim@example.com".into()]);
    kept.flush().await;
    assert_eq!(remembered(folder.path(), "agents"), Some(Vec::new()));
    drop(other);
    assert_eq!(remembered(folder.path(), OLD[0]).unwrap().len(), 1);
    assert_eq!(fs::read_to_string(folder.path().join(OLD[1]).with_extension("json")).unwrap(), "{");
}

#[tokio::test]
async fn what_cannot_be_written_here_stays_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), OLD[0], 7, &[("kim@example.com", 3500)]);
    let (kept, _, _writer) = journal(folder.path()).await;
    let obstacle = folder.path().join("agents.new");
    fs::create_dir(&obstacle).unwrap();
    kept.take_over(vec!["kim@example.com".into()]);
    kept.flush().await;
    assert_eq!(remembered(folder.path(), OLD[0]).unwrap().len(), 1);
    fs::remove_dir(&obstacle).unwrap();
    kept.flush().await;
    assert_eq!(remembered(folder.path(), "agents").unwrap().len(), 1);
    assert_eq!(remembered(folder.path(), OLD[0]), None);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_written_is_written_once_the_disk_works_though_nobody_asks_again() {
    let folder = tempfile::tempdir().unwrap();
    leave(folder.path(), OLD[0], 7, &[("sam@example.com", 3500), ("lee@example.com", 3500)]);
    let (kept, _, _writer) = journal(folder.path()).await;
    keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
    let obstacles = ["agents", OLD[0]].map(|name| folder.path().join(name).with_extension("new"));
    let names = |name| remembered(folder.path(), name).unwrap_or_default().into_iter().map(|(who, _)| who);
    for obstacle in &obstacles {
        fs::create_dir(obstacle).unwrap();
    }
    let _ = keep(&kept, "kim@example.com", None).await;
    kept.take_over(vec!["sam@example.com".into()]);
    kept.leave_the_rest();
    kept.flush().await;
    let hours = |number: u64| tokio::time::sleep(Duration::from_secs(3600 * number));
    hours(2).await;
    assert_eq!(names("agents").collect::<Vec<_>>(), ["kim@example.com"]);
    // Its own file first: what was moved stands under one name at least.
    for (obstacle, own, old) in [(&obstacles[0], "sam@example.com", 2), (&obstacles[1], "sam@example.com", 1)] {
        fs::remove_dir(obstacle).unwrap();
        hours(1).await;
        assert_eq!((names("agents").collect::<Vec<_>>(), names(OLD[0]).count()), (vec![own.to_owned()], old));
    }
    assert!(StateFile::open(folder.path(), OLD[0]).is_ok(), "whose it is may have it again");
}
