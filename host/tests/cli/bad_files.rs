//! Whatever `run` would fall over, `check` finds: both over one set of bad files, with the same words.

use crate::{
    pem::fresh,
    program::{run, stage},
};
use std::{fs, path::Path};

/// What is wrong, made of a sound configuration and its folder; and a part of what must be said.
type Case = (&'static str, fn(String, &Path) -> String, &'static str);

const CASES: &[Case] = &[
    ("one address twice", |text, _| text.replace("127.0.0.1:7200", "127.0.0.1:8080"), "cannot be opened beside"),
    (
        "every address",
        |text, _| format!("{text}\n[admin]\nlisten = '[::]:8080'\ntoken-file = 'sound.token'\n"),
        "[::]:8080",
    ),
    (
        "a plug-in at the pages' address",
        |text, _| listening(&text, &["127.0.0.1:8080"]),
        "beside 127.0.0.1:8080 of web",
    ),
    (
        "two plug-ins at one address",
        |text, _| listening(&text, &["127.0.0.1:7299", "0.0.0.0:7299"]),
        "of plugin[0].settings.listen.address",
    ),
    (
        "a short admin token",
        |text, _| format!("{text}\n[admin]\ntoken-file = 'short.token'\n"),
        "at least 16 characters",
    ),
    ("no admin token", |text, _| format!("{text}\n[admin]\ntoken-file = 'empty.token'\n"), "empty.token"),
    ("a short routing token", |text, _| routing(&text, "api-token-file = 'short.token'"), "fewer than 20 characters"),
    ("a help page that is a script", |text, _| web(&text, "help-url = 'javascript:alert(1)'"), "is no page"),
    ("keys that browsers keep", |text, _| web(&text, "hotkeys.accept = 'Ctrl+W'"), "cannot be used"),
    ("texts without a folder", |text, _| web(&text, "texts = 'texts'"), "web.texts"),
    ("texts that are no Fluent", |text, folder| texts(&text, folder, "help = Hilfe\nmore = { Mehr\n"), "de.ftl:2"),
    (
        "a text that no page asks for",
        |text, folder| texts(&text, folder, "preview-acept = Ja\n"),
        "did you mean `preview-accept`?",
    ),
    ("a sound without a folder", |text, _| connector(&text, "audio-on-preview = 'ring.mp3'"), "set files in [web]"),
    (
        "a sound that is not there",
        |text, _| web(&connector(&text, "audio-on-preview = 'ring.mp3'"), "files = '.'"),
        "there is no such file",
    ),
    (
        "a chat's sound that is not there",
        |text, _| web(&connector(&text, "audio-on-chat = 'ring.mp3'"), "files = '.'"),
        "uc-connector.audio-on-chat",
    ),
    (
        "a sound outside",
        |text, _| web(&connector(&text, "audio-on-preview = '../ring.mp3'"), "files = '.'"),
        "leads out of the folder",
    ),
    (
        "a key of another certificate",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            web(&text, "tls-cert = 'one.pem'\ntls-key = 'two.key'")
        },
        "does not belong to tls-cert",
    ),
    (
        "a key of another certificate, for URS",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            routing(&text, "tls = { cert = 'one.pem', key = 'two.key' }")
        },
        "routing.tls",
    ),
    (
        "a key of another certificate, for a T-Server",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            t_server(&text, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'two.key' }")
        },
        "t-server[0].tls",
    ),
    (
        "a certificate that is none",
        |text, folder| {
            fresh(folder, "one");
            fs::write(folder.join("one.pem"), "no certificate").unwrap();
            web(&text, "tls-cert = 'one.pem'\ntls-key = 'one.key'")
        },
        "holds no certificate",
    ),
    (
        "a state folder on a mount that is read only",
        |text, _| web(&text, "state-dir = '/proc/state'"),
        "can be written",
    ),
    (
        "a log file on a mount that is read only",
        |text, _| format!("{text}\n[log]\nfile = '/proc/uc.log'\n"),
        "nothing can be written in /proc",
    ),
    (
        "private copies on a mount that is read only",
        |text, _| text.replace("[plugins]", "[plugins]\nprivate-directory = '/proc/copies'"),
        "nothing can be written in /proc",
    ),
    ("a log file that is a folder", |text, _| format!("{text}\n[log]\nfile = '.'\n"), "cannot be written"),
    ("a loss of more than all", |text, _| text.replace("[directory]", "[directory]\nloss-percent = 101"), "0 to 100"),
    ("no fingerprint", |text, _| text.replace("[directory]", "[directory]\naccept = 'all'"), "no fingerprint"),
    ("a directory in UTF-16", |text, folder| utf16(text, &folder.join("directory.toml")), "UTF-16"),
];

fn routing(text: &str, line: &str) -> String {
    text.replace("[routing]", &format!("[routing]\n{line}"))
}

fn t_server(text: &str, line: &str) -> String {
    text.replace("[[t-server]]", &format!("[[t-server]]\n{line}"))
}

fn web(text: &str, line: &str) -> String {
    text.replace("[web]", &format!("[web]\n{line}"))
}

/// Plug-ins that listen there, and nothing else.
fn listening(text: &str, addresses: &[&str]) -> String {
    let (before, _) = text.split_once("[[plugin]]").unwrap();
    let plugin = |(number, address): (usize, &&str)| {
        format!(
            "[[plugin]]\nname = 'lync{number}'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
             [[plugin.settings.accounts]]\naddress = 'sip:watcher@example.com'\nauth = 'trusted'\n\
             [plugin.settings.listen]\naddress = '{address}'\n"
        )
    };
    format!("{before}{}", addresses.iter().enumerate().map(plugin).collect::<String>())
}

/// A folder with the site's German.
fn texts(text: &str, folder: &Path, german: &str) -> String {
    fs::create_dir(folder.join("texts")).unwrap();
    fs::write(folder.join("texts/de.ftl"), german).unwrap();
    web(text, "texts = 'texts'")
}

fn connector(text: &str, line: &str) -> String {
    text.replace("[uc-connector]", &format!("[uc-connector]\n{line}"))
}

fn utf16(text: String, file: &Path) -> String {
    let directory = fs::read_to_string(file).unwrap();
    let units = std::iter::once(0xFEFF).chain(directory.encode_utf16()).flat_map(u16::to_le_bytes);
    fs::write(file, units.collect::<Vec<_>>()).unwrap();
    text
}

/// A staged folder with tokens of every kind.
fn staged(case: fn(String, &Path) -> String) -> (tempfile::TempDir, String) {
    let (folder, file) = stage(|text| text);
    for (name, token) in [("sound", "a-token-long-enough-to-be-safe"), ("short", "short"), ("empty", "")] {
        fs::write(folder.path().join(format!("{name}.token")), format!("{token}\n")).unwrap();
    }
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, case(text, folder.path())).unwrap();
    (folder, file)
}

#[test]
fn check_finds_what_run_would_fall_over() {
    for (what, case, said) in CASES {
        let (_folder, file) = staged(*case);
        let (checked, ran) = (run(&["check", "--config", &file]), run(&["run", "--config", &file]));
        assert_eq!((checked.code, ran.code), (78, 78), "{what}: {checked:?}");
        assert!(checked.err.contains(said), "{what}: {}", checked.err);
        assert_eq!(checked.err, ran.err, "{what}");
    }
}

#[test]
fn configuration_directory_and_plug_ins_are_told_in_one_run() {
    let (_folder, file) = staged(|text, folder| {
        let directory = folder.join("directory.toml");
        let people = fs::read_to_string(&directory).unwrap();
        fs::write(directory, people.replace("place = \"desk-lee\"", "place = \"desk-le\"")).unwrap();
        text.replace("[web]", "[web]\nlisten-on = 1").replace("libuc_standalone.so", "libuc_standalnoe.so")
    });
    let checked = run(&["check", "--config", &file]);
    for part in ["listen-on", "desk-le", "libuc_standalnoe.so"] {
        assert!(checked.err.contains(part), "{part}: {}", checked.err);
    }
}

#[test]
fn a_mark_before_the_text_of_any_file_is_no_part_of_it() {
    let (folder, file) = staged(|text, _| {
        format!("{}\n[admin]\ntoken-file = 'sound.token'\n", routing(&text, "api-token-file = 'sound.token'"))
    });
    for name in ["uc.toml", "directory.toml", "presence.xml", "sound.token"] {
        let path = folder.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("\u{FEFF}{text}")).unwrap();
    }
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[test]
fn thousands_of_problems_are_told_by_some_and_counted() {
    let (folder, file) = staged(|text, _| text);
    let workers = (0..10_000).map(|n| format!("[[worker]]\nuser = 'u{n}'\nagent-id = '{n}'\nplace = 'p{n}'\n"));
    fs::write(folder.path().join("directory.toml"), workers.collect::<String>()).unwrap();
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 78, "{ran:?}");
    assert!(ran.err.contains("9900 further problems are not shown"), "{}", ran.err);
    assert_eq!(ran.err.matches("there is no place \"").count(), 100);
    fs::write(&file, (0..10_000).map(|n| format!("key-{n} = 1\n")).collect::<String>()).unwrap();
    let ran = run(&["check", "--config", &file]);
    assert_eq!((ran.code, ran.err.matches("no such key").count()), (78, 100), "{}", ran.err.len());
}

#[test]
fn an_empty_directory_is_a_warning() {
    let (folder, file) = staged(|text, _| text);
    fs::write(folder.path().join("directory.toml"), "").unwrap();
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("usable, with warnings") && ran.err.contains("nobody is served"), "{ran:?}");
}
