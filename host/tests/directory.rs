//! The directory file: what it says, what can be wrong with it, how fast it is read, and that it is watched.

#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

use std::{
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_connector::{
    agent_link::LinkId,
    config::{Problem, Source},
    directory::{self, Kind, Loaded},
};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$DLgwr4rGrT3XJ0B4Tt7Zyw$1XxIqBOEOhGLmJZlCKDAOpLzY7d7TLkg8AyHyUtdxQU";

const GOOD: &str = r#"
[[switch]]
name = "north-switch"
t-server = "north"

[[place]]
name = "desk-1"
dns = [{ dn = "5001", switch = "north-switch" }, { dn = "5002", switch = "north-switch" }]

[[place]]
name = "desk-2"
dns = [{ dn = "5003", switch = "north-switch" }]

[[group]]
name = "experts"

[[worker]]
user = "kim"
name = "Kim Example"
agent-id = "1001"
place = "desk-1"
groups = ["experts"]
sip-address = "sip:Kim@Example.com"
language = "de"
wrap-up-time = 0

[[worker]]
user = "lee"
kind = "agent"
agent-id = "1002"
place = "desk-2"
wrap-up-time = 30
"#;

fn read(text: &str) -> Result<Loaded, Vec<Problem>> {
    let source = Source { path: "directory.toml".into(), text: text.to_owned() };
    directory::file::read(&Arc::new(source), &["north".into(), "south".into()])
}

fn problems(text: &str) -> Vec<String> {
    read(text).expect_err("the file is faulty").iter().map(ToString::to_string).collect()
}

#[track_caller]
fn assert_one(text: &str, expected: &str) {
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(expected), "{:?} lacks {expected:?}", found[0]);
}

#[test]
fn everybody_is_found_by_every_name() {
    let with_password =
        GOOD.replace("wrap-up-time = 0", &format!("password-hash = \"{HASH}\"\nroles = [\"worker\", \"admin\"]"));
    let Loaded { directory, accounts, .. } = read(&with_password).unwrap();
    let kim = directory.worker("kim").unwrap();
    assert_eq!((&*kim.name, kim.kind, kim.lines.len()), ("Kim Example", Kind::KnowledgeWorker, 2));
    assert_eq!(kim.address.as_deref(), Some("sip:kim@example.com"));
    assert_eq!(directory.agent("1002").unwrap().kind, Kind::Agent);
    assert_eq!(directory.owner(LinkId(0), &"5003".into()).unwrap().id.as_ref(), "lee");
    let account = accounts.get("kim").unwrap();
    assert!(account.roles.worker && account.roles.admin && accounts.get("lee").unwrap().hash.is_none());
}

#[test]
fn dangling_references_are_named_with_their_line() {
    assert_one(
        &GOOD.replace("t-server = \"north\"", "t-server = \"nort\""),
        "directory.toml:4:12: switch[0].t-server: there is no T-Server \"nort\" (allowed: north, south); did you mean `north`?",
    );
    assert_one(
        &GOOD.replace("place = \"desk-2\"", "place = \"desk-3\""),
        "worker[1].place: there is no place \"desk-3\"",
    );
    assert_one(
        &GOOD.replace("[\"experts\"]", "[\"expert\"]"),
        "worker[0].groups: there is no group \"expert\" (allowed: experts); did you mean `experts`?",
    );
    assert_one(
        &GOOD.replace("dn = \"5003\", switch = \"north-switch\"", "dn = \"5003\", switch = \"south-switch\""),
        "place[1].dns[0].switch: there is no switch \"south-switch\"",
    );
}

/// A second is meant; a machine that is busy with other tests, and code that is not optimised, may take so much.
const GENEROUS: Duration = Duration::from_secs(60);

/// So many workers, each with a place of their own; every one from `dangling` on names a place that is not there.
fn crowd(workers: usize, dangling: usize) -> String {
    let mut text = "[[switch]]\nname = 's'\nt-server = 'north'\n".to_owned();
    for n in 0..workers {
        let place = if n < dangling { format!("p{n}") } else { format!("q{n}") };
        writeln!(text, "[[place]]\nname = 'p{n}'\ndns = [{{ dn = '{n}', switch = 's' }}]").unwrap();
        writeln!(text, "[[worker]]\nuser = 'u{n}'\nagent-id = '{n}'\nplace = '{place}'").unwrap();
    }
    text
}

#[test]
fn a_hundred_thousand_workers_are_read_within_seconds() {
    let text = crowd(100_000, 100_000);
    let begun = Instant::now();
    assert_eq!(read(&text).unwrap().directory.workers().len(), 100_000);
    assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
}

#[test]
fn ten_thousand_dangling_references_among_them_are_named_within_seconds() {
    let text = crowd(100_000, 90_000);
    let begun = Instant::now();
    let told = problems(&text);
    assert!(told.len() == 101 && told[100].contains("9900 further problems"), "{:?}", told.last());
    assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
}

#[test]
fn twins_are_refused() {
    let twin = |from: &str, to: &str, expected: &str| assert_one(&GOOD.replace(from, to), expected);
    twin("user = \"lee\"", "user = \"kim\"", "worker[1].user: another one has the user \"kim\"");
    twin("agent-id = \"1002\"", "agent-id = \"1001\"", "worker[1].agent-id: another one has the agent ID \"1001\"");
    twin("dn = \"5003\"", "dn = \"5001\"", "place[1].dns[0].dn: DN 5001 of this T-Server is in place[0] already");
    twin("place = \"desk-2\"", "place = \"desk-1\"", "worker[1].place: another one has the default place");
}

#[test]
fn who_share_an_address_go_without_and_are_told_of() {
    let text = GOOD.replace("kind = \"agent\"", "kind = \"agent\"\nsip-address = \"sip:kim@example.com\"");
    let Loaded { directory, warnings, .. } = read(&text).unwrap();
    assert!(directory.workers().iter().all(|worker| worker.address.is_none()));
    assert!(
        directory.disputed("lee").is_some_and(|why| why.contains("sip:kim@example.com is the sip-address of kim too"))
    );
    let told: Vec<_> = warnings.iter().map(|warning| (&*warning.key, warning.line_column().is_some())).collect();
    assert_eq!(told, [("worker[0].sip-address", true), ("worker[1].sip-address", true)]);
    assert_eq!(read(GOOD).unwrap().warnings, []);
}

#[test]
fn a_file_without_workers_is_warned_of() {
    for text in ["", "# nobody yet\n", "[[switch]]\nname = 's'\nt-server = 'north'\n"] {
        let warnings = read(text).unwrap().warnings;
        assert!(warnings.len() == 1 && warnings[0].message.contains("no worker"), "{warnings:?}");
    }
}

#[test]
fn values_that_cannot_work_are_refused() {
    let wrong = |from: &str, to: &str, expected: &str| assert_one(&GOOD.replace(from, to), expected);
    wrong("wrap-up-time = 0", "wrap-up-time = 30", "worker[0].wrap-up-time: a knowledge worker has no After Call Work");
    wrong("sip:Kim@Example.com", "kim@example.com", "worker[0].sip-address: this is no SIP address");
    wrong("language = \"de\"", "language = \"deutsch!\"", "worker[0].language: this is no language tag");
    wrong("language = \"de\"", "password-hash = \"secret\"", "password-hash: this is no password hash");
    wrong(
        "language = \"de\"",
        "agent-password-file = \"/nonexistent/secret\"",
        "agent-password-file: /nonexistent/secret cannot be opened",
    );
    wrong("user = \"lee\"", "user = \"\"", "worker[1].user: \"\" cannot be used here");
    wrong("kind = \"agent\"", "kind = \"clerk\"", "worker[1].kind: no such value (allowed: knowledge-worker, agent)");
    wrong("dns = [{ dn = \"5003\", switch = \"north-switch\" }]", "dns = []", "place[1].dns: a place without DN");
}

#[test]
fn all_faults_are_told_at_once_and_none_twice() {
    let text = GOOD
        .replace("t-server = \"north\"", "tserver = \"north\"")
        .replace("agent-id = \"1002\"", "agent-id = 1002")
        .replace("[[group]]", "[[gruop]]");
    let found = problems(&text);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].contains("switch[0].tserver: no such key") && found[0].ends_with("did you mean `t-server`?"));
    assert!(found.iter().any(|problem| problem.contains("gruop: no such key")), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains("there is no group \"experts\"")), "{found:#?}");
    assert!(found.iter().any(|problem| problem.contains("worker[1].agent-id: wrong type: this is an integer")));
}

#[test]
fn a_flood_of_problems_is_cut() {
    let mut text = String::new();
    for index in 0..500 {
        writeln!(text, "[[worker]]\nuser = \"u{index}\"\nagentid = \"{index}\"\nplace = \"p\"").unwrap();
    }
    let found = problems(&text);
    assert_eq!(found.len(), 101);
    assert!(found[100].contains("400 further problems"), "{}", found[100]);
}

#[test]
fn a_flood_of_one_address_warns_of_some_and_takes_it_from_all() {
    let mut text = String::from("[[switch]]\nname = \"s\"\nt-server = \"north\"\n");
    for index in 0..500 {
        writeln!(text, "[[place]]\nname = \"p{index}\"\ndns = [{{ dn = \"{index}\", switch = \"s\" }}]").unwrap();
        writeln!(text, "[[worker]]\nuser = \"u{index}\"\nagent-id = \"{index}\"\nplace = \"p{index}\"\nsip-address = \"sip:all@example.com\"").unwrap();
    }
    let Loaded { directory, warnings, .. } = read(&text).unwrap();
    assert!(directory.workers().iter().all(|worker| directory.disputed(&worker.id).is_some()));
    assert_eq!((warnings.len(), warnings[0].line_column()), (101, Some((11, 15))));
}

#[test]
fn a_large_directory_is_read() {
    let mut text = String::from("[[switch]]\nname = \"s\"\nt-server = \"north\"\n");
    for index in 0..2_000 {
        writeln!(text, "[[place]]\nname = \"p{index}\"\ndns = [{{ dn = \"{index}\", switch = \"s\" }}]").unwrap();
        writeln!(text, "[[worker]]\nuser = \"u{index}\"\nagent-id = \"{index}\"\nplace = \"p{index}\"\nsip-address = \"sip:u{index}@example.com\"\npassword-hash = \"{HASH}\"").unwrap();
    }
    assert_eq!(read(&text).unwrap().directory.workers().len(), 2_000);
}

#[test]
fn a_large_directory_is_as_one_read_whole() {
    let element = |index| {
        let place = format!("[[place]]\nname = \"p{index}\"\ndns = [{{ dn = \"{index}\", switch = \"s\" }}]\n");
        let worker = format!("[[worker]]\nuser = \"u{index}\"\nagent-id = \"{index}\"\nplace = \"p{index}\"\n");
        place + &worker
    };
    let many: String = (0..2_000).map(element).collect();
    let text = format!("# Generated.\n[[switch]]\nname = \"s\"\nt-server = \"north\"\n{many}");
    assert_eq!(read(&text).unwrap().directory.workers().len(), 2_000);

    let line = text.lines().count() + 2;
    let found = problems(&format!("{text}[[worker]]\nuser = \"u7\"\nagent-id = \"x\"\nplace = \"p\"\n"));
    assert!(found[0].contains(&format!(":{line}:")), "another `u7`: {found:#?}");

    let same = |index| {
        let place = format!("[[place]]\nname = \"p{index}\"\ndns = [{{ dn = \"{index}\", switch = \"s\" }}]\n");
        let worker = format!("[[worker]]\nuser = \"u{index}\"\nagent-id = \"{index}\"\nplace = \"p{index}\"\n");
        place + &worker + "sip-address = \"sip:same@example.com\"\n"
    };
    let warned = read(&format!("{text}{}{}", same(9_001), same(9_002))).unwrap().warnings;
    let last = text.lines().count() + 16;
    assert!(
        warned.iter().any(|warning| warning.to_string().contains(&format!(":{last}:"))),
        "line {last}: {warned:#?}"
    );

    // What looks like the beginning of an element may stand in a text.
    let text = text.replacen("user = \"u1\"", "user = \"u1\"\nname = \"\"\"\n[[worker]]\nKim\"\"\"", 1);
    assert_eq!(&*read(&text).unwrap().directory.worker("u1").unwrap().name, "[[worker]]\nKim");
    let nested = text.replacen("[[worker]]", "[[worker.more]]\nx = 1\n[[worker]]", 3);
    assert!(!problems(&nested).is_empty());
    let twice = format!("place = [{{ name = \"p\", dns = [] }}]\n{text}");
    assert!(!problems(&twice).is_empty(), "a list and elements of one name");
}

#[test]
fn places_that_are_nobodys_are_free_seats() {
    let more = "[[place]]\nname = \"shared\"\ndns = [{ dn = \"6001\", switch = \"north-switch\" }]\n";
    let source = Arc::new(Source { path: "directory.toml".into(), text: format!("{GOOD}\n{more}") });
    let directory = directory::file::read(&source, &["north".into()]).unwrap().directory;
    let free: Vec<_> = directory.free().iter().map(|line| &*line.dn).collect();
    assert_eq!(free, ["6001"]);
    assert!(directory.is_free(&(LinkId(0), "6001".into())) && !directory.is_free(&(LinkId(0), "5001".into())));
    assert_eq!(directory.login("1001").map(|worker| &*worker.id), Some("kim"));
    assert!(directory.login("kim").is_none(), "an AgentID is no user name");
}
