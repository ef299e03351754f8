//! The package for the workers' UC clients.

use crate::program::{run, stage};
use std::{fs, path::Path};

fn with_url(text: &str, url: &str) -> String {
    text.replacen("[web]", &format!("[web]\npublic-url = \"{url}\""), 1)
}

/// A registration file as text, after a look at what the registry editor wants: mark, UTF-16LE, CRLF.
fn registration(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let units: Vec<_> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(units[0], 0xFEFF);
    let text = String::from_utf16(&units[1..]).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    text.replace("\r\n", "\n")
}

#[test]
fn the_registry_files_are_these() {
    let (folder, file) = stage(|text| with_url(&text, "https://uc.example.com/"));
    let out = folder.path().join("new/package");
    let ran = run(&["client-package", "--config", &file, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(registration(&out.join("per-user.reg")), include_str!("golden/per-user.reg"));
    assert_eq!(registration(&out.join("per-machine.reg")), include_str!("golden/per-machine.reg"));
    let guide = fs::read_to_string(out.join("README.txt")).unwrap();
    assert!(guide.contains("https://uc.example.com/extension/") && guide.is_ascii());
    assert_eq!(guide.matches('\n').count(), guide.matches("\r\n").count());
}

#[test]
fn without_an_address_there_is_no_package() {
    let (folder, file) = stage(|text| text);
    let out = folder.path().join("package");
    let ran = run(&["client-package", "--config", &file, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("`public-url` in [web] is missing") && !out.exists(), "{ran:?}");
}

#[test]
fn an_address_that_would_break_the_files_is_refused() {
    for url in ["https://uc.example\\n[x]", "https://uc.example\\\"", "https://uc.example/path"] {
        let (folder, file) = stage(|text| with_url(&text, url));
        let out = folder.path().join("package");
        let ran = run(&["client-package", "--config", &file, "--out", out.to_str().unwrap()]);
        assert_eq!(ran.code, 78, "{url}: {ran:?}");
        assert!(ran.err.contains("public-url"), "{ran:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let (folder, file) = stage(|text| with_url(&text, "https://uc.example.com"));
    let out = folder.path().join("uc.toml/package");
    let ran = run(&["client-package", "--config", &file, "--out", out.to_str().unwrap()]);
    assert_eq!(ran.code, 74, "{ran:?}");
    assert!(ran.err.contains("uc.toml/package"), "{ran:?}");
}
