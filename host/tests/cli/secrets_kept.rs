//! What is secret in a file does not leave it by a message about the file.

use crate::{
    program::{run, stage},
    service::{Service, anywhere},
};
use std::{fs, path::Path};

const MARK: &str = "S3CRET";

/// Where something is wrong, what is replaced there, and by what.
const SLIPS: &[(&str, &str, &str)] = &[
    ("directory.toml", "HASH", "password-hash = \"S3CRET\""),
    ("directory.toml", "HASH", "password-hash = \"S3CRET"),
    ("directory.toml", "HASH", "password-hash = S3CRET"),
    ("directory.toml", "HASH", "password-hash = [\"S3CRET\"]"),
    ("directory.toml", "HASH", "password-hash = \"S3CRET\"\npassword-hash = \"S3CRET\""),
    ("directory.toml", "HASH", "password = \"S3CRET\""),
    ("directory.toml", "HASH", "agent-password = \"S3CRET\""),
    ("uc.toml", "[[t-server]]", "[[t-server]]\npassword = \"S3CRET\""),
    ("uc.toml", "[admin]", "[admin]\ntoken = \"S3CRET\""),
    ("uc.toml", "[admin]", "[admin]\npass = \"S3CRET\""),
    ("uc.toml", "[admin]", "[admin]\nzugang = \"S3CRET\""),
    ("directory.toml", "HASH", "passphrase = \"S3CRET\""),
    ("directory.toml", "HASH", "agent-pin = \"S3CRET\""),
    ("directory.toml", "[[switch]]", "{\"worker\":[{\"user\":\"kim\",\"password-hash\":\"S3CRET\"}]}\n[[switch]]"),
    (
        "uc.toml",
        "[web]",
        "[web]\ntls-cert = \"a.pem\"\ntls-key = \"\"\"-----BEGIN PRIVATE KEY-----\nS3CRET\n-----END PRIVATE KEY-----\"\"\"",
    ),
    ("uc.toml", "[routing]", "[routing]\npassword = \"S3CRET\" x"),
    ("uc.toml", "\"presence.xml\"", "\"http://user:S3CRET@127.0.0.1:1/x\""),
    ("uc.toml", "[plugin.settings]", "[plugin.settings]\nzugang = \"S3CRET\""),
    ("uc.toml", "[plugin.settings]", "[plugin.settings]\npasword = \"S3CRET\""),
    ("uc.toml", "[web]", "[web]\npublic-url = \"https://u:S3CRET@h\""),
    ("uc.toml", "[web]", "[web]\norigins = [\"https://u:S3CRET@h\"]"),
    ("uc.toml", "[web]", "[cluster]\nnode = \"a\"\nendpoints = [\"http://u:S3CRET@127.0.0.1:2379\"]\n[web]"),
];

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    let from = match from {
        "HASH" => text.lines().find(|line| line.starts_with("password-hash = ")).unwrap().to_owned(),
        from => from.to_owned(),
    };
    assert!(text.contains(&from), "{from}");
    fs::write(path, text.replacen(&from, to, 1)).unwrap();
}

/// What `check`, `check --json` and `run` say of it.
fn said(file: &str) -> String {
    let check = run(&["check", "--config", file]);
    let json = run(&["check", "--json", "--config", file]);
    let begun = Service::begin(file, &[]).ended_with_log();
    assert_eq!((check.code, json.code, begun.0), (78, 78, Some(78)), "{check:?}");
    format!("{}{}{}{}{}", check.out, check.err, json.out, json.err, begun.1)
}

#[test]
fn a_slip_publishes_no_secret() {
    for (name, from, to) in SLIPS {
        let (folder, file) = stage(|text| anywhere(&text));
        edit(&folder.path().join(name), from, to);
        let said = said(&file);
        assert!(!said.contains(MARK) && said.contains(name), "{to}: {said}");
    }
}

#[test]
fn a_sound_hash_is_not_shown_for_a_fault_beside_it() {
    let (folder, file) = stage(|text| anywhere(&text));
    let directory = folder.path().join("directory.toml");
    let text = fs::read_to_string(&directory).unwrap();
    let hash = text.lines().find(|line| line.starts_with("password-hash = ")).unwrap().to_owned();
    fs::write(&directory, text.replacen(&hash, &format!("{hash}\n{hash}"), 1)).unwrap();
    let said = said(&file);
    assert!(!said.contains("$argon2") && said.contains("password-hash"), "{said}");
}

#[test]
fn the_file_of_a_secret_that_is_named_by_mistake_is_not_shown() {
    for (named, code) in [("\"directory.toml\"", 78), ("\"presence.xml\"", 0)] {
        for secret in
            ["S3CRET\n", "S3CRETS3CRETS3CRET==\n", "-----BEGIN PRIVATE KEY-----\nS3CRET\n-----END PRIVATE KEY-----\n"]
        {
            let (folder, file) = stage(|text| anywhere(&text).replace(named, "\"token\""));
            fs::write(folder.path().join("token"), secret).unwrap();
            let (check, json) = (run(&["check", "--config", &file]), run(&["check", "--json", "--config", &file]));
            assert_eq!(check.code, code, "{check:?}");
            let said = format!("{check:?}{json:?}");
            assert!(!said.contains(MARK) && said.contains("token"), "{named}: {said}");
        }
    }
}

#[test]
fn a_token_that_no_request_can_carry_is_refused() {
    let long = "one-token-of-good-length";
    for (key, lines) in
        [("admin.token-file", "[admin]\ntoken-file"), ("routing.api-token-file", "[routing]\napi-token-file")]
    {
        let section = lines.lines().next().unwrap();
        for (sign, code) in [("-", 0), ("ä", 78), ("\u{7f}", 78), ("\t", 78), ("\0", 78), ("\u{a0}", 78)] {
            let (folder, file) = stage(|text| anywhere(&text).replace(section, &format!("{lines} = \"token\"")));
            fs::write(folder.path().join("token"), format!("{long}{sign}{long}\n")).unwrap();
            let ran = run(&["check", "--config", &file]);
            assert_eq!(ran.code, code, "{key} {sign:?}: {ran:?}");
            assert!(!ran.err.contains(long), "{key} {sign:?}: {ran:?}");
            let told = ran.err.contains(key) && ran.err.contains("no request can carry");
            assert!(code == 0 || told, "{key} {sign:?}: {ran:?}");
        }
    }
}
