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
    assert!(left.agents.is_empty() && !left.reliable, "there was no file");
    keep(&first, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
    keep(&first, "lee@example.com", Some(record(3500, 9500))).await.unwrap();
    let _ = keep(&first, "lee@example.com", None).await;
    // As after kill -9: nobody says goodbye, the system lets go of the lock.
    writer.abort();
    drop(first);
    let _ = writer.await;

    let (_second, left, _writer) = journal(&directory).await;
    assert!(left.reliable);
    assert_eq!(left.agents.len(), 1);
    let kim = &left.agents["kim@example.com"];
    assert_eq!((&kim.record, kim.expired), (&record(3500, 15_500), false));
    assert_eq!(fs::metadata(directory.join("agents.json")).unwrap().permissions().mode() & 0o077, 0);
}

#[tokio::test]
async fn a_file_that_cannot_be_understood_is_moved_aside_and_not_relied_on() {
    let whole = r#"{"form":1,"agents":{}}"#;
    for bad in ["", "{", "[]", r#"{"form":2,"agents":{}}"#, r#"{"form":1,"agents":{"kim":{}}}"#, "\u{0}\u{0}\u{0}"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("agents.json"), bad).unwrap();
        let (kept, left, _writer) = journal(folder.path()).await;
        assert!(left.agents.is_empty() && !left.reliable, "{bad}");
        assert_eq!(fs::read_to_string(folder.path().join("agents.unreadable")).unwrap(), bad);
        keep(&kept, "kim@example.com", Some(record(3500, 15_500))).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("agents.json"), whole).unwrap();
    fs::write(folder.path().join("agents.new"), "{\"form\":1,\"age").unwrap();
    assert!(journal(folder.path()).await.1.reliable, "a write that a crash cut left the file as it was");
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
    assert!(!left.reliable);
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
