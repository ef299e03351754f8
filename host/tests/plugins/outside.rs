//! A crate outside the workspace, made of the author's guide and nothing else, builds, passes its tests and loads.

use crate::fixtures::{Site, plugin};
use std::{fs, path::Path, process::Command};

/// The guide's code blocks that have a title, as files.
fn files(guide: &str) -> Vec<(&str, &str)> {
    guide
        .split("\n```")
        .filter_map(|block| {
            let (head, text) = block.split_once('\n')?;
            Some((head.split_once("title=")?.1, text))
        })
        .collect()
}

fn cargo(folder: &Path, arguments: &[&str]) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells this test of its own package is not for the stranger's.
    std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")).for_each(|(name, _)| {
        cargo.env_remove(name);
    });
    let out =
        cargo.current_dir(folder).env("CARGO_TARGET_DIR", target).args(arguments).arg("--offline").output().unwrap();
    assert!(out.status.success(), "cargo {arguments:?}:\n{}", String::from_utf8_lossy(&out.stderr));
}

#[tokio::test]
async fn a_crate_made_by_the_guide_works() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let guide = fs::read_to_string(repository.join("plugin-api/README.md")).unwrap();
    let stranger = tempfile::tempdir().unwrap();
    let folder = stranger.path().join("uc-rota");
    fs::create_dir_all(folder.join("src")).unwrap();
    let files = files(&guide);
    assert_eq!(files.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Cargo.toml", "src/lib.rs"]);
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink(repository, stranger.path().join("uc-connector")).unwrap();
    // The same versions as here, so that nothing is fetched or compiled twice.
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    cargo(&folder, &["test"]);
    cargo(&folder, &["build"]);

    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let site = Site::with(&[]);
    site.put("libuc_rota.so", &fs::read(target.join("debug/libuc_rota.so")).unwrap());
    let rota = stranger.path().join("rota.txt");
    fs::write(&rota, "sip:kim@example.com 6500\n").unwrap();
    let mut running = site.start(&plugin("rota", "uc_rota", &format!("file = {rota:?}\nevery = 1"))).await;
    running.until_started("rota").await;
    running.watch("rota");
    assert_eq!(running.until_presence("rota").await, 6500);
    for (lines, number) in [
        ("sip:kim@example.com 3500\n", 3500),
        ("sip:kim@example.com soon\n", 0),
        ("\n sip:kim@example.com   6500 \n", 6500),
        ("sip:lee@example.com 3500\n", 0),
        ("sip:kim@example.com 3500", 3500),
        ("", 0),
    ] {
        fs::write(&rota, lines).unwrap();
        while running.until_presence("rota").await != number {}
    }
    running.plugins.stop().await;
}
