//! The directory file is watched: rewritten in place, replaced, swapped behind a link, and away for a while.

#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

#[path = "cli/lent.rs"]
mod lent;

use lent::Lent;
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::timeout;
use uc_connector::{
    config::Problem,
    directory::{Loaded, Stamp, Watch},
};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory of one worker.
fn of(user: &str) -> String {
    format!(
        "[[switch]]\nname = 's'\nt-server = 'north'\n[[place]]\nname = 'p'\ndns = [{{ dn = '1', switch = 's' }}]\n\
         [[worker]]\nuser = '{user}'\nagent-id = '1'\nplace = 'p'\n"
    )
}

fn watch(file: &Path) -> Watch {
    Watch::new(file.to_owned(), vec!["north".into()], Stamp::of(file))
}

/// Waits for the watch, bounded.
async fn changed(watch: &mut Watch) -> Result<Loaded, Vec<Problem>> {
    timeout(PATIENCE, watch.changed()).await.expect("the change is noticed")
}

async fn has(watch: &mut Watch, user: &str) {
    let loaded = changed(watch).await.unwrap();
    assert!(loaded.directory.worker(user).is_some(), "{user}");
}

fn replace(file: &Path, text: &str) {
    let fresh = file.with_extension("new");
    fs::write(&fresh, text).unwrap();
    fs::rename(&fresh, file).unwrap();
}

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("directory.toml");
    fs::write(&file, of("lee")).unwrap();
    (folder, file)
}

#[tokio::test]
async fn a_changed_file_is_read_again_and_a_broken_one_is_refused() {
    let (_folder, file) = folder();
    let mut watch = watch(&file);
    fs::write(&file, of("robin")).unwrap();
    // Whoever stops waiting and waits again misses nothing.
    let often = async {
        loop {
            if let Ok(read) = timeout(Duration::from_millis(20), watch.changed()).await {
                break read;
            }
        }
    };
    let read = timeout(PATIENCE, often).await.expect("the change is noticed").unwrap();
    assert!(read.directory.worker("robin").is_some());
    replace(&file, "[[worker]]\n");
    assert!(changed(&mut watch).await.is_err());
    replace(&file, &of("lee"));
    has(&mut watch, "lee").await;
    fs::remove_file(&file).unwrap();
    assert!(changed(&mut watch).await.is_err());
    fs::write(&file, of("kim")).unwrap();
    has(&mut watch, "kim").await;
}

#[tokio::test]
async fn a_file_that_never_settles_is_read_all_the_same() {
    let (_folder, file) = folder();
    let mut watch = watch(&file);
    let never = async {
        for number in 0.. {
            fs::write(&file, of(&format!("worker-{number}"))).unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = never => unreachable!("it is written for ever"),
        read = changed(&mut watch) => drop(read),
    }
}

#[tokio::test]
async fn what_happens_behind_a_link_is_noticed() {
    // As Kubernetes mounts a ConfigMap: file → ..data/file, ..data → a folder with the time in its name.
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (version, user) in [("..1", "lee"), ("..2", "kim")] {
        fs::create_dir(path(version)).unwrap();
        fs::write(path(version).join("directory.toml"), of(user)).unwrap();
    }
    symlink("..1", path("..data")).unwrap();
    symlink("..data/directory.toml", path("directory.toml")).unwrap();
    let mut watch = watch(&path("directory.toml"));
    symlink("..2", path("..data_tmp")).unwrap();
    fs::rename(path("..data_tmp"), path("..data")).unwrap();
    has(&mut watch, "kim").await;
    replace(&path("..2/directory.toml"), &of("robin"));
    has(&mut watch, "robin").await;
    fs::write(path("..2/directory.toml"), of("sam")).unwrap();
    has(&mut watch, "sam").await;
    // A mount that comes late is another folder under the same name.
    fs::rename(path("..2"), path("away")).unwrap();
    assert!(changed(&mut watch).await.is_err());
    fs::create_dir(path("..2")).unwrap();
    fs::write(path("..2/directory.toml"), of("noor")).unwrap();
    has(&mut watch, "noor").await;
}

#[tokio::test]
async fn another_file_is_followed() {
    let (folder, file) = folder();
    let other = folder.path().join("other.toml");
    fs::write(&other, of("kim")).unwrap();
    let mut watch = watch(&file);
    watch.follow(other.clone(), Stamp::of(&other));
    fs::write(&file, of("nobody")).unwrap();
    fs::write(&other, of("robin")).unwrap();
    has(&mut watch, "robin").await;
}

#[tokio::test]
async fn a_mount_that_hangs_costs_one_thread_however_often_the_wait_is_cancelled() {
    let (_folder, file) = folder();
    let mut watch = watch(&file);
    fs::write(&file, of("robin")).unwrap();
    // Looking at it is nothing, opening it does not end.
    let mut lent = Lent::new(&file);
    let named = |task: fs::DirEntry| fs::read_to_string(task.path().join("comm")).unwrap_or_default();
    let readers = || fs::read_dir("/proc/self/task").unwrap().flatten().map(named);
    let reading = |watched: &str| readers().filter(|name| name.trim() == watched).count();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while reading("directory") == 0 && std::time::Instant::now() < deadline {
        assert!(timeout(Duration::from_millis(20), watch.changed()).await.is_err());
    }
    lent.until_it_is_read();
    let before = reading("directory");
    for _ in 0..50 {
        assert!(timeout(Duration::from_millis(20), watch.changed()).await.is_err());
    }
    assert!(reading("directory") <= before.max(1), "{} threads read", reading("directory"));
    drop(lent);
    has(&mut watch, "robin").await;
}

#[tokio::test]
async fn a_file_that_could_not_be_used_is_read_again_when_what_it_names_is_mended() {
    let (folder, file) = folder();
    let mut watch = watch(&file);
    fs::write(&file, of("robin") + "agent-password-file = 'robin.secret'\n").unwrap();
    let why = changed(&mut watch).await.unwrap_err();
    assert!(why[0].to_string().contains("robin.secret"), "{why:?}");
    fs::write(folder.path().join("robin.secret"), "geheim\n").unwrap();
    has(&mut watch, "robin").await;
}

#[tokio::test]
async fn a_pipe_in_the_place_of_the_file_is_told_and_waited_for_by_nobody() {
    let (_folder, file) = folder();
    let mut watch = watch(&file);
    fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    let why = changed(&mut watch).await.unwrap_err();
    assert!(why[0].to_string().contains("no regular file"), "{why:?}");
    replace(&file, &of("robin"));
    has(&mut watch, "robin").await;
}
