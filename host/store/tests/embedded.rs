//! The file in the state directory: crashes, damage, other processes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};
use uc_store::{Change, Error, Key, Span, Store};

/// Where the child of [`what_was_answered_is_there_after_kill_9`] keeps its store.
const FOLDER: &str = "UC_STORE_TEST_FOLDER";

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

async fn count(store: &Store) -> usize {
    store.get(&Span::Below("".into())).await.unwrap().entries.len()
}

async fn set(store: &Store, name: &str, value: impl Into<Vec<u8>>) -> Result<(), Error> {
    store.compare_and_set(vec![Change::set(key(name), value.into())], None).await.map(drop)
}

#[tokio::test]
#[ignore = "is what another test starts and kills"]
async fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let store = Store::embedded(Path::new(&folder));
    for number in count(&store).await.. {
        set(&store, &number.to_string(), number.to_string()).await.unwrap();
        println!("\nkept {number}");
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let mut answered = None;
    for round in 1..=8 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let kept = lines.filter_map(|line| line.strip_prefix("kept ")?.parse::<usize>().ok());
        answered = kept.take(round * 7).last().or(answered);
        child.kill().unwrap();
        child.wait().unwrap();
        let store = Store::embedded(folder.path());
        let (there, answered) = (count(&store).await, answered.unwrap());
        assert!(there > answered, "{answered} was answered, and {there} are there");
        let all = store.get(&Span::Below("".into())).await.unwrap();
        assert!((0..there).all(|number| all.entries[&key(&number.to_string())].value == number.to_string().as_bytes()));
        store.close().await;
    }
    assert!(!folder.path().join("store.unreadable").exists());
}

/// Each byte of the file in turn: what is read is what was written, or the file lies aside.
#[tokio::test]
async fn no_flipped_bit_is_taken_for_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    for number in 0..40 {
        set(&store, &format!("worker/{number}"), vec![b'x'; number * 7]).await.unwrap();
    }
    let written = store.get(&Span::Below("".into())).await.unwrap();
    store.close().await;
    let whole = fs::read(folder.path().join("store.sqlite")).unwrap();
    let mut aside = 0;
    for at in (0..whole.len()).step_by(37) {
        let folder = tempfile::tempdir().unwrap();
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(folder.path().join("store.sqlite"), &flipped).unwrap();
        let store = Store::embedded(folder.path());
        let found = store.get(&Span::Below("".into())).await;
        match folder.path().join("store.unreadable").exists() {
            true => {
                assert_eq!(fs::read(folder.path().join("store.unreadable")).unwrap(), flipped, "byte {at}");
                assert!(found.unwrap().entries.is_empty());
                set(&store, "works", "again").await.unwrap();
                aside += 1;
            }
            // A form that this version does not know is not touched.
            false if found.is_err() => assert_eq!(fs::read(folder.path().join("store.sqlite")).unwrap(), flipped),
            false => assert_eq!(found.unwrap(), written, "byte {at}"),
        }
        store.close().await;
    }
    assert!(aside > 10, "{aside}");
}

/// Each byte of what a killed process leaves beside its file, in turn: later changes may be gone, and are gone whole.
#[tokio::test]
async fn a_flipped_bit_in_the_log_of_a_killed_process_costs_the_latest_changes_and_mixes_nothing() {
    const CHANGES: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    for number in 0..CHANGES {
        let last = Change::set(key("last"), number.to_string());
        let worker = Change::set(key(&format!("worker/{number}")), vec![b'x'; number * 7]);
        store.compare_and_set(vec![last, worker], None).await.unwrap();
    }
    let [file, log] = ["store.sqlite", "store.sqlite-wal"].map(|name| fs::read(folder.path().join(name)).unwrap());
    let mut lost = 0;
    for at in (0..log.len()).step_by(397) {
        let folder = tempfile::tempdir().unwrap();
        let mut flipped = log.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(folder.path().join("store.sqlite"), &file).unwrap();
        fs::write(folder.path().join("store.sqlite-wal"), &flipped).unwrap();
        let store = Store::embedded(folder.path());
        let found = store.get(&Span::Below("".into())).await.unwrap().entries;
        let last = found.get(&key("last")).map(|entry| str::from_utf8(&entry.value).unwrap().parse::<usize>().unwrap());
        let changes = last.map_or(0, |last| last + 1);
        assert_eq!(found.len(), changes + usize::from(changes > 0), "byte {at}");
        for number in 0..changes {
            assert_eq!(found[&key(&format!("worker/{number}"))].value.len(), number * 7, "byte {at}");
        }
        lost += usize::from(changes < CHANGES);
        set(&store, "works", "again").await.unwrap();
        store.close().await;
    }
    assert!(lost > 10, "{lost}");
}

/// Also one that was cut, wherever: an empty file is nothing that this program leaves at that place.
#[tokio::test]
async fn what_is_no_store_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    set(&store, "a", "x").await.unwrap();
    store.close().await;
    let whole = fs::read(folder.path().join("store.sqlite")).unwrap();
    let cut = (0..whole.len()).step_by(509).map(|bytes| &whole[..bytes]);
    for odd in [&b"no database"[..], &[0; 4096], &[0]].into_iter().chain(cut) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("store.sqlite"), odd).unwrap();
        let store = Store::embedded(folder.path());
        assert_eq!(count(&store).await, 0);
        set(&store, "a", "x").await.unwrap();
        assert_eq!(fs::read(folder.path().join("store.unreadable")).unwrap(), odd, "{} bytes", odd.len());
    }
}

/// A crash at any moment before the first file is at its place costs nothing and is no damage; nor is what an earlier file
/// left beside it read with the next one.
#[tokio::test]
async fn what_a_crash_leaves_of_a_file_that_was_just_begun_is_begun_again() {
    for (left, bytes) in [
        ("store.fresh", &[][..]),
        ("store.fresh", b"half a file"),
        ("store.fresh-journal", b"a journal of it"),
        ("store.sqlite-wal", b"of one that somebody took away"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(left), bytes).unwrap();
        let store = Store::embedded(folder.path());
        set(&store, "a", "x").await.unwrap();
        store.close().await;
        assert_eq!(count(&Store::embedded(folder.path())).await, 1, "{left}");
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.retain(|name| !["store.sqlite", "store.lock"].iter().any(|ours| name == ours));
        assert!(names.iter().all(|name| name.to_string_lossy().starts_with("store.sqlite-")), "{left}: {names:?}");
    }
}

#[tokio::test]
async fn one_process_at_a_time_and_the_next_one_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = [(); 2].map(|()| Store::embedded(folder.path()));
    set(&first, "a", "first").await.unwrap();
    for refused in [set(&second, "a", "second").await, second.get(&Span::Below("".into())).await.map(drop)] {
        let error = refused.unwrap_err();
        assert!(error.to_string().contains("store.lock: give each a state-dir of its own"), "{error}");
        assert!(error.may_pass());
    }
    first.close().await;
    assert_eq!(first.get(&Span::One(key("a"))).await.unwrap_err(), Error::OutOfReach("it has ended".into()));
    assert_eq!(count(&second).await, 1);
    set(&second, "a", "second").await.unwrap();
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_and_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (place, state) = (folder.path().join("place"), folder.path().join("place/state"));
    fs::write(&place, "a file in the way").unwrap();
    let store = Store::embedded(&state);
    assert!(matches!(set(&store, "a", "x").await, Err(Error::OutOfReach(_))));
    fs::remove_file(&place).unwrap();
    set(&store, "a", "x").await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&state.join("store.sqlite"))), (0o700, 0o600));
}

#[tokio::test]
async fn a_file_that_is_taken_away_is_written_anew_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let store = Store::embedded(&state);
    set(&store, "a", "x").await.unwrap();
    fs::remove_dir_all(&state).unwrap();
    set(&store, "b", "y").await.unwrap();
    store.close().await;
    assert_eq!(count(&Store::embedded(&state)).await, 2);
}

#[tokio::test]
async fn changes_that_wait_together_are_each_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::embedded(folder.path());
    let many: Vec<_> = (0..3000)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { set(&store, &number.to_string(), "x").await })
        })
        .collect();
    for one in many {
        one.await.unwrap().unwrap();
    }
    store.close().await;
    assert_eq!(count(&Store::embedded(folder.path())).await, 3000);
}

/// The files in `kept/` were written by the versions that had these forms. They are read for ever.
#[tokio::test]
async fn every_form_that_was_ever_written_is_read() {
    for form in ["form-1.sqlite"] {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("kept").join(form), folder.path().join("store.sqlite"))
            .unwrap();
        let store = Store::embedded(folder.path());
        let all = store.get(&Span::Below("".into())).await.unwrap();
        let found: Vec<_> =
            all.entries.iter().map(|(key, entry)| (key.text(), &entry.value[..], entry.revision.0)).collect();
        assert_eq!(found, [("worker/kim", &b"{\"wish\":\"ready\"}"[..], 2), ("worker/lee", &[0, 255], 3)]);
        assert_eq!(all.revision.0, 3);
    }
}
