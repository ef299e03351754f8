//! Whatever `run` would fall over, `check` finds: both over one set of bad files, with the same words.
//! Long, because it is a table with a row for each of those files.

use crate::{
    pem::fresh,
    program::{run, stage},
};
use std::{fs, path::Path, process::Command};

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
        "a SIP domain with its scheme",
        |text, _| signing_in(&text, "domain = 'sip:example.com'", "auth = 'trusted'"),
        "is no SIP domain",
    ),
    (
        "a login without its domain",
        |text, _| signing_in(&text, "", "auth = 'ntlm'\nlogin = 'svc-uc'"),
        "NTLM needs `login`",
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
        "a key of another certificate, for a Stat Server",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            text.replace("[stat-server]", "[stat-server]\ntls = { ca = 'one.pem', cert = 'one.pem', key = 'two.key' }")
        },
        "stat-server.tls",
    ),
    (
        "a key of another certificate, for a plug-in",
        |text, folder| of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'two.key' }"),
        "`tls.key`: certificate and key do not fit: the key in ",
    ),
    (
        "the certificate where a plug-in's key should be",
        |text, folder| of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'one.pem' }"),
        "holds a certificate and no key",
    ),
    (
        "a plug-in's key that is encrypted",
        |text, folder| {
            let head = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
            fs::write(folder.join("locked.key"), head).unwrap();
            of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'locked.key' }")
        },
        "write it without passphrase",
    ),
    (
        "a plug-in's key of 1024 bits",
        |text, folder| {
            let weak = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/sip/tests/weak-own.pem");
            fs::copy(weak, folder.join("weak.pem")).unwrap();
            of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'weak.pem', key = 'weak.pem' }")
        },
        "too weak, an RSA key of 1024 bits",
    ),
    (
        "a plug-in's authority that is none",
        |text, folder| {
            fs::write(folder.join("none.pem"), "no certificate").unwrap();
            of_plug_in(&text, folder, "tls = { ca = 'none.pem', cert = 'one.pem', key = 'one.key' }")
        },
        "`tls.ca`: ",
    ),
    (
        "a plug-in's certificate that is none",
        |text, folder| {
            fs::write(folder.join("none.pem"), "no certificate").unwrap();
            of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'none.pem', key = 'one.key' }")
        },
        "`tls.cert`: ",
    ),
    (
        "two plug-ins that would remember in one file",
        |text, _| two_that_publish(&text),
        "these plug-ins make no deployment mode: push-one (pushes presence); push-two (pushes presence)",
    ),
    (
        "a default address that is taken",
        |text, _| listening(&text, &["0.0.0.0:9464"]),
        "its default 127.0.0.1:9464 cannot be opened beside",
    ),
    (
        "a certificate that is none",
        |text, folder| {
            fresh(folder, "one");
            fs::write(folder.join("one.pem"), "no certificate").unwrap();
            web(&text, "tls-cert = 'one.pem'\ntls-key = 'one.key'")
        },
        "it is no PEM",
    ),
    (
        "a key without line breaks",
        |text, folder| web(&text, written(folder, |key| key.replace('\n', ""))),
        "web.tls-key",
    ),
    (
        "a key with its line breaks written out",
        |text, folder| web(&text, written(folder, |key| key.replace('\n', "\\n"))),
        "written as \\n",
    ),
    (
        "a key whose first line lost its end",
        |text, folder| web(&text, written(folder, |key| key.replacen("-----\n", "\n", 1))),
        "does not end as it should",
    ),
    (
        "a key that is encrypted",
        |text, folder| web(&text, written(folder, |key| key.replace("PRIVATE", "ENCRYPTED PRIVATE"))),
        "write it without passphrase",
    ),
    (
        "two keys in a file",
        |text, folder| {
            fresh(folder, "two");
            let other = fs::read_to_string(folder.join("two.key")).unwrap();
            web(&text, written(folder, |key| format!("{other}{key}")))
        },
        "holds 2 keys and only the first is used",
    ),
    (
        "a chain that begins with the authority",
        |text, folder| {
            let line = written(folder, |key| key);
            fresh(folder, "two");
            let [one, two] = ["one.pem", "two.pem"].map(|name| fs::read_to_string(folder.join(name)).unwrap());
            fs::write(folder.join("one.pem"), format!("{two}{one}")).unwrap();
            web(&text, line)
        },
        "its own certificate comes first",
    ),
    (
        "a certificate in DER",
        |text, folder| {
            let line = written(folder, |key| key);
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            fs::write(folder.join("one.pem"), made.cert.der()).unwrap();
            web(&text, line)
        },
        "it is DER and no PEM",
    ),
    (
        "a key of a kind that TLS has no use for",
        |text, folder| {
            let foreign = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/sip/tests/foreign-own.pem");
            fs::copy(foreign, folder.join("foreign.pem")).unwrap();
            web(&text, "tls-cert = 'foreign.pem'\ntls-key = 'foreign.pem'")
        },
        "such as P-521, Ed448 or DSA",
    ),
    (
        "a key without line breaks, for URS",
        |text, folder| {
            written(folder, |key| key.replace('\n', ""));
            routing(&text, "tls = { cert = 'one.pem', key = 'one.key' }")
        },
        "routing.tls",
    ),
    (
        "a key without line breaks, for a T-Server",
        |text, folder| {
            written(folder, |key| key.replace('\n', ""));
            t_server(&text, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'one.key' }")
        },
        "t-server[0].tls",
    ),
    (
        "a key without line breaks, for a plug-in",
        |text, folder| {
            let text = of_plug_in(&text, folder, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'one.key' }");
            written(folder, |key| key.replace('\n', ""));
            text
        },
        "`tls.key`: ",
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
    ("a log file without a name", |text, _| format!("{text}\n[log]\nfile = ''\n"), "this is empty: name a file"),
    ("a state folder without a name", |text, _| web(&text, "state-dir = ''"), "this is empty: name a file"),
    (
        "a log in the directory's file",
        |text, _| format!("{text}\n[log]\nfile = 'directory.toml'\n"),
        "this is the file of directory.file",
    ),
    (
        "a store that is a folder",
        |text, folder| {
            fs::create_dir_all(folder.join("state/store.sqlite")).unwrap();
            web(&text, "state-dir = 'state'")
        },
        "store.sqlite cannot be written: this is no file",
    ),
    (
        "a directory that is not there",
        |text, _| text.replace("'directory.toml'", "'people.toml'").replace("\"directory.toml\"", "\"people.toml\""),
        "people.toml: cannot read this file",
    ),
    (
        "frames in which no line finds room",
        |text, _| format!("{text}\n[web.limits]\nframe-bytes = 1\n"),
        "web.limits.frame-bytes",
    ),
    (
        "a name for an address",
        |text, _| text.replace("127.0.0.1:8080", "localhost:8080"),
        "ADDRESS:PORT, such as 127.0.0.1:8080",
    ),
    ("a name of two lines", |text, _| connector(&text, r#"notes-key = "a\nb""#), "uc-connector.notes-key"),
    (
        "texts in capitals",
        |text, folder| {
            let text = texts(&text, folder, "");
            fs::rename(folder.join("texts/de.ftl"), folder.join("texts/DE.FTL")).unwrap();
            text
        },
        "allowed: ar.ftl, de.ftl",
    ),
    (
        "a rule for no presence",
        |text, _| format!("{text}\n[[presence-rule]]\navailability = []\nstate = 'keep'\n"),
        "this list is empty",
    ),
    (
        "a help page with a password",
        |text, _| web(&text, "help-url = 'https://user:pw@host'"),
        "without user and password",
    ),
    ("a directory in UTF-16", |text, folder| utf16(text, &folder.join("directory.toml")), "UTF-16"),
];

/// Of nodes that share an etcd.
#[cfg(feature = "etcd")]
const OF_NODES: &[Case] = &[
    (
        "nodes at the pages' address",
        |text, folder| {
            fresh(folder, "one");
            nodes(&text, ("127.0.0.1:8080", "localhost:8080"), "ca = 'one.pem', cert = 'one.pem', key = 'one.key'")
        },
        "127.0.0.1:8080 cannot be opened beside 127.0.0.1:8080 of ",
    ),
    (
        "a key of another certificate, between nodes",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            nodes(&text, ("127.0.0.1:8099", "a:8099"), "ca = 'one.pem', cert = 'one.pem', key = 'two.key'")
        },
        "cluster.node-tls",
    ),
    (
        "a certificate of another authority, between nodes",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            nodes(&text, ("127.0.0.1:8099", "localhost:8099"), "ca = 'two.pem', cert = 'one.pem', key = 'one.key'")
        },
        "it is not signed by an authority in `ca`",
    ),
    (
        "a certificate of another name, between nodes",
        |text, folder| {
            fresh(folder, "one");
            nodes(&text, ("127.0.0.1:8099", "a:8099"), "ca = 'one.pem', cert = 'one.pem', key = 'one.key'")
        },
        "it does not bear the name that they ask for",
    ),
    (
        "nodes that trust nobody",
        |text, folder| {
            fresh(folder, "one");
            nodes(&text, ("127.0.0.1:8099", "a:8099"), "cert = 'one.pem', key = 'one.key'")
        },
        "nodes prove to each other who they are",
    ),
    (
        "a key of another certificate, for the etcd",
        |text, folder| {
            fresh(folder, "one");
            fresh(folder, "two");
            let text = cluster(&text, "tls = { ca = 'one.pem', cert = 'one.pem', key = 'two.key' }");
            text.replace("http://127.0.0.1:1", "https://127.0.0.1:1")
        },
        "cluster.tls",
    ),
];
#[cfg(not(feature = "etcd"))]
const OF_NODES: &[Case] = &[];

#[cfg(feature = "etcd")]
fn cluster(text: &str, lines: &str) -> String {
    format!("{text}\n[cluster]\nnode = 'a'\nendpoints = ['http://127.0.0.1:1']\n{lines}\n")
}

/// One of several nodes, where it listens and by which address the others ask for it, with this certificate.
#[cfg(feature = "etcd")]
fn nodes(text: &str, (listen, address): (&str, &str), tls: &str) -> String {
    let lines = format!("partitions = 64\nlisten = '{listen}'\naddress = '{address}'\nnode-tls = {{ {tls} }}");
    cluster(text, &lines)
}

/// A certificate `one` with what becomes of its key; the lines that name both for the pages.
fn written(folder: &Path, edit: impl FnOnce(String) -> String) -> &'static str {
    fresh(folder, "one");
    let key = fs::read_to_string(folder.join("one.key")).unwrap();
    fs::write(folder.join("one.key"), edit(key)).unwrap();
    "tls-cert = 'one.pem'\ntls-key = 'one.key'"
}

/// Whether 16 bytes of a key stand in a message, as text or as their numbers.
fn tells_of_a_key(message: &str, folder: &Path) -> bool {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let keys = files.filter(|path| path.extension().is_some_and(|end| end == "key"));
    let numbers = |part: &[u8]| part.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let told = |part: &[u8]| {
        let text = String::from_utf8_lossy(part);
        (!text.contains("----") && message.contains(&*text)) || message.contains(&numbers(part))
    };
    keys.map(|path| fs::read(path).unwrap()).any(|key| key.windows(16).any(told))
}

/// A plug-in with this in its settings, beside certificates `one` and `two`.
fn of_plug_in(text: &str, folder: &Path, line: &str) -> String {
    fresh(folder, "one");
    fresh(folder, "two");
    let text = listening(text, &["127.0.0.1:7299"]);
    let (before, _) = text.split_once("[plugin.settings.listen]").unwrap();
    before.replace("[plugin.settings]\n", &format!("[plugin.settings]\n{line}\n"))
}

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

/// A plug-in with these settings, and one account that signs in so.
fn signing_in(text: &str, settings: &str, account: &str) -> String {
    let (before, _) = text.split_once("[[plugin]]").unwrap();
    format!(
        "{before}[[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
         transport = 'tcp'\n{settings}\n[[plugin.settings.accounts]]\naddress = 'sip:watcher@example.com'\n{account}\n"
    )
}

/// Two plug-ins that publish at one pool.
fn two_that_publish(text: &str) -> String {
    let (before, _) = text.split_once("[[plugin]]").unwrap();
    let plugin = |name: &str| {
        format!(
            "[[plugin]]\nname = 'push-{name}'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\n\
             servers = ['127.0.0.1:1']\nstate-dir = 'kept'\n"
        )
    };
    format!("{before}{}{}", plugin("one"), plugin("two"))
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
    for (what, case, said) in CASES.iter().chain(OF_NODES) {
        let (folder, file) = staged(*case);
        let (checked, ran) = (run(&["check", "--config", &file]), run(&["run", "--config", &file]));
        assert_eq!((checked.code, ran.code), (78, 78), "{what}: {checked:?}");
        assert!(checked.err.contains(said), "{what}: {}", checked.err);
        assert_eq!(checked.err, ran.err, "{what}");
        assert!(!tells_of_a_key(&checked.err, folder.path()), "{what}: {}", checked.err);
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_told_at_once() {
    type Edit = fn(String) -> String;
    let cases: [(&str, Edit); 5] = [
        ("directory.toml", |text| text),
        ("a.pem", |text| t_server(&text, "tls = { ca = 'a.pem' }")),
        ("a.secret", |text| t_server(&text, "password-file = 'a.secret'")),
        ("a.token", |text| routing(&text, "api-token-file = 'a.token'")),
        ("a.key", |text| web(&text, "tls-cert = 'a.key'\ntls-key = 'a.key'")),
    ];
    for (name, case) in cases {
        let (folder, file) = stage(case);
        let path = folder.path().join(name);
        let _ = fs::remove_file(&path);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let (checked, ran) = (run(&["check", "--config", &file]), run(&["run", "--config", &file]));
        assert_eq!((checked.code, ran.code), (78, 78), "{name}: {checked:?}");
        assert!(checked.err.contains(name), "{name}: {}", checked.err);
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
fn a_program_for_a_promotion_that_cannot_be_run_is_a_warning() {
    for (program, said) in [
        ("/nowhere/take-address", Some("there is no such program")),
        ("no-such-program-anywhere", Some("there is no such program")),
        ("FOLDER/directory.toml", Some("chmod +x")),
        ("FOLDER", Some("there is no such program")),
        ("/bin/true", None),
        ("true", None),
    ] {
        for key in ["on-promotion", "on-demotion"] {
            let (_folder, file) = staged(|text, _| text);
            let folder = Path::new(&file).parent().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let program = program.replace("FOLDER", folder);
            fs::write(&file, format!("{text}\n[standby]\narbiter = 'external'\n{key} = ['{program}', 'x']\n")).unwrap();
            let ran = run(&["check", "--config", &file]);
            assert_eq!(ran.code, 0, "{program}: {ran:?}");
            match said {
                Some(said) => assert!(ran.err.contains(said) && ran.err.contains(key), "{program}: {ran:?}"),
                None => assert!(!ran.err.contains(key), "{program}: {ran:?}"),
            }
        }
    }
}

#[test]
fn an_address_of_another_machine_is_a_warning() {
    type Edit = fn(String) -> String;
    let cases: [(&str, Edit); 4] = [
        ("web.listen", |text| text.replace("127.0.0.1:8080", "192.0.2.1:8080")),
        ("routing.listen", |text| text.replace("127.0.0.1:7200", "192.0.2.1:7200")),
        ("admin.listen", |text| format!("{text}\n[admin]\nlisten = '192.0.2.1:9464'\ntoken-file = 'sound.token'\n")),
        ("plugin[0].settings.listen.address", |text| text + "\n[plugin.settings.listen]\naddress = '192.0.2.1:5061'\n"),
    ];
    for (key, edit) in cases {
        let (folder, file) = staged(|text, _| text);
        let text = fs::read_to_string(&file).unwrap();
        let text = match key.starts_with("plugin") {
            true => of_plug_in(&text, folder.path(), "tls = { ca = 'one.pem', cert = 'one.pem', key = 'one.key' }"),
            false => text,
        };
        fs::write(&file, edit(text)).unwrap();
        let ran = run(&["check", "--config", &file]);
        assert_eq!(ran.code, 0, "{key}: {ran:?}");
        assert!(ran.err.contains(key) && ran.err.contains("192.0.2.1 is no address of this machine"), "{key}: {ran:?}");
    }
    let (_folder, file) = staged(|text, _| text.replace("127.0.0.1:8080", "0.0.0.0:8080"));
    let ran = run(&["check", "--config", &file]);
    assert!(!ran.err.contains("of this machine"), "{ran:?}");
}

#[test]
fn an_empty_directory_is_a_warning() {
    let (folder, file) = staged(|text, _| text);
    fs::write(folder.path().join("directory.toml"), "").unwrap();
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("usable, with warnings") && ran.err.contains("nobody is served"), "{ran:?}");
}
