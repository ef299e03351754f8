//! Bad configuration files: every fault at once, each with its place, what is allowed and what was meant.
//!
//! Long, because it is a table of faults with a row or more for each section.

#![allow(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

use std::fs;
use uc_connector::{
    config::{Config, Problem, render},
    policy::{Others, Window},
};

const GOOD: &str = r#"
[directory]
file = "directory.toml"

[[t-server]]
name = "north"
address = "127.0.0.1:3000"

[[plugin]]
name = "standalone"
file = "libuc_standalone.so"
"#;

fn load(text: &str) -> Result<Config, Vec<Problem>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uc-connector.toml");
    fs::write(&file, text).unwrap();
    Config::load(&file)
}

/// `key: message; allowed; suggestion` of every problem.
fn problems(text: &str) -> Vec<String> {
    let tell = |problem: &Problem| {
        let (line, column) = problem.line_column().unwrap_or((0, 0));
        let allowed = problem.allowed.clone().unwrap_or_default();
        let meant = problem.suggestion.clone().unwrap_or_default();
        format!("{line}:{column} {}: {} [{allowed}] <{meant}>", problem.key, problem.message)
    };
    load(text).expect_err("the file is faulty").iter().map(tell).collect()
}

#[track_caller]
fn assert_one(text: &str, expected: &str) {
    let found = problems(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(expected), "{:?} lacks {expected:?}", found[0]);
}

#[test]
fn a_small_file_is_enough() {
    let config = load(GOOD).unwrap();
    assert_eq!(&*config.t_servers[0].name, "north");
    assert_eq!(config.connector, uc_connector::config::Connector::default());
    assert!(config.directory.file.is_absolute(), "relative paths start at the configuration file");
}

/// The product's rule for these options (requirements F12, F40): never a refusal to start.
#[test]
fn an_invalid_setting_of_the_reports_of_previews_means_the_default_and_a_warning() {
    let state = |settings: &str| {
        let config = load(&format!("{GOOD}[uc-connector]\n{settings}")).unwrap();
        let keys: Vec<_> = config.warnings.iter().map(|problem| problem.key.clone()).collect();
        let state = config.connector.preview_reporting().state();
        (state.map(|state| format!("{},{}", state.number, state.name)), keys)
    };
    let standard = Some("3271,UCC_Preview".to_owned());
    assert_eq!(state(""), (None, vec![]));
    assert_eq!(state("enable-preview-reporting = true"), (standard.clone(), vec![]));
    let own = "enable-preview-reporting = true\npreview-state-name = \"Asked\"\npreview-state-number = 200";
    assert_eq!(state(own), (Some("200,Asked".into()), vec![]));
    for wrong in ["\"true\"", "1", "[]", "1.5", "1979-05-27"] {
        let key = "uc-connector.enable-preview-reporting".into();
        assert_eq!(state(&format!("enable-preview-reporting = {wrong}")), (None, vec![key]), "{wrong}");
    }
    let names =
        ["7", "\"\"", "\"a b\"", "\"a,b\"", "\"UCC_Reason\"", "\"\\n\"", "true", &format!("\"{}\"", "x".repeat(256))];
    for (key, values) in [("name", &names[..]), ("number", &["199", "-1", "2147483648", "1e300", "\"3271\"", "{}"])] {
        for wrong in values {
            let set = format!("enable-preview-reporting = true\npreview-state-{key} = {wrong}");
            let warned = vec![format!("uc-connector.preview-state-{key}")];
            assert_eq!(state(&set), (standard.clone(), warned), "{set}");
        }
    }
}

/// A note of `+` would begin a state that nobody ends.
#[test]
fn what_workers_say_cannot_stand_under_a_key_of_the_reports_of_previews() {
    let outcome = "[outcome]\ncode-key = \"UCC_ConnID\"\nnote-key = \"Asked\"\n";
    let file = |reporting: &str| format!("{GOOD}[uc-connector]\n{reporting}\n{outcome}");
    assert!(load(&file("preview-state-name = \"Asked\"")).is_ok());
    for (name, keys) in [("Asked", &["code-key", "note-key"][..]), ("Else", &["code-key"])] {
        let found = problems(&file(&format!("enable-preview-reporting = true\npreview-state-name = \"{name}\"")));
        assert_eq!(found.len(), keys.len(), "{found:#?}");
        for (found, key) in found.iter().zip(keys) {
            assert!(found.contains(&format!("outcome.{key}: with enable-preview-reporting")), "{found}");
        }
    }
}

#[test]
fn every_fault_is_reported_in_the_order_of_the_file() {
    let text = r#"
[uc-conector]
language = "en"

[uc-connector]
langauge = "de"
drain-deadline = "long"

[directory]

[[t-server]]
name = "north"
adress = "127.0.0.1:3000"

[[t-server]]
name = 7
address = "127.0.0.1:3001"

[log]
level = "verbose"
format = "jsn"

[[plugin]]
name = "a"
"#;
    let found = problems(text);
    let expected = [
        "2:2 uc-conector: no such key [uc-connector, ",
        "6:1 uc-connector.langauge: no such key [login-queue, user-auto-registration, sync-when-logout, language, ",
        "7:18 uc-connector.drain-deadline: wrong type: this is a string",
        "9:1 directory.file: this key is required",
        "13:1 t-server[0].adress: no such key [name, address, ",
        "16:8 t-server[1].name: wrong type: this is an integer [a string]",
        "20:9 log.level: no such value [off, error, warn, info, debug, trace]",
        "21:10 log.format: no such value [text, json] <json>",
        "23:1 plugin[0].file: this key is required",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found:?} does not begin with {expected:?}");
    }
    assert!(
        found[0].ends_with("<uc-connector>") && found[1].ends_with("<language>") && found[4].ends_with("<address>")
    );
}

#[test]
fn syntax_errors_have_a_place() {
    let found = problems("[directory\nfile = \"x\"\nlevel = = 3\n");
    assert!(found.len() >= 2 && found[0].starts_with("1:"), "{found:#?}");
}

#[test]
fn a_file_that_is_not_there_is_a_problem_of_its_own() {
    let found = Config::load("/nonexistent/uc.toml".as_ref()).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().starts_with("/nonexistent/uc.toml: cannot read this file"), "{}", found[0]);
}

#[test]
fn contradictions_are_found() {
    assert_one(&GOOD.replace("127.0.0.1:3000", "nowhere"), "t-server[0].address: this is no address [HOST:PORT");
    assert_one(&format!("{GOOD}[routing]\npreview-timeout = 0"), "preview-timeout: 0 is out of bounds: 1 to 3600");
    assert_one(
        &format!("{GOOD}[routing]\npreview-timeout = 400"),
        "routing.preview-timeout: `preview-timeout` is 400 s",
    );
    assert_one(&format!("{GOOD}[uc-connector]\nlanguage = \"englisch\""), "uc-connector.language: this is no language");
    assert_one(&format!("{GOOD}[uc-connector]\ndrain-deadline = 0"), "drain-deadline: no time to drain");
    assert_one(&format!("{GOOD}[uc-connector]\npage-grace = 99999"), "page-grace: 0 to 3600 seconds allowed");
    assert_one(&format!("{GOOD}[admin]\nlisten = \"0.0.0.0:9464\""), "admin.listen: 0.0.0.0:9464 is not loopback");
    assert_one(&format!("{GOOD}[web]\norigins = [\"example.com\"]"), "web.origins");
    assert_one(
        &format!("{GOOD}[[t-server]]\nname = \"north\"\naddress = \"h:1\""),
        "t-server[1].name: another T-Server has this name",
    );
    assert_one(
        &format!("{GOOD}[[plugin]]\nname = \"standalone\"\nfile = \"x\""),
        "plugin.name: the name \"standalone\" is taken",
    );
    assert_one(&format!("{GOOD}[plugins]\nallow = [\"abc\"]"), "plugins.allow: ");
    assert_one(&format!("t-server = []\n{}", GOOD.split("[[t-server]]").next().unwrap()), "there is no T-Server");
}

#[test]
fn missing_and_unreadable_files_are_found() {
    assert_one(&GOOD.replace("[[plugin]]", "password-file = \"gone\"\n[[plugin]]"), "t-server[0].password-file: ");
    assert_one(&format!("{GOOD}[admin]\ntoken-file = \"gone\""), "cannot be opened: No such file");
    assert_one(&format!("{GOOD}[admin]\ntoken-file = \".\""), "cannot be read: Is a directory");
    assert_one(&format!("{GOOD}[web]\nfiles = \"gone\""), "web.files: ");
    assert_one(&format!("{GOOD}[log]\nfile = \"gone/uc.log\""), "log.file: ");
    let found = problems(&format!("{GOOD}[web]\ntls-cert = \"gone.pem\"\n"));
    assert_eq!(found.len(), 2, "the certificate is missing, and so is its key: {found:#?}");
}

#[test]
fn certificates_that_cannot_be_used_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["ca.pem", "cert.pem"] {
        fs::write(folder.path().join(name), "no certificate\n").unwrap();
    }
    let file = folder.path().join("uc.toml");
    for (key, tls, expected) in [
        ("t-server[0].tls", "[t-server.tls]\nca = \"ca.pem\"\n", "ca.pem: no usable certificate"),
        ("web.tls-cert", "[web]\ntls-cert = \"cert.pem\"\ntls-key = \"ca.pem\"\n", "cert.pem: it is no PEM"),
        ("t-server[0].tls", "[t-server.tls]\ncert = \"cert.pem\"\n", "`cert` and `key` go together"),
    ] {
        fs::write(&file, GOOD.replace("[[plugin]]", &format!("{tls}[[plugin]]"))).unwrap();
        let found = Config::load(&file).unwrap_err();
        assert_eq!((found.len(), found[0].key.as_str()), (1, key), "{found:#?}");
        assert!(found[0].message.contains(expected), "{}", found[0]);
    }
}

#[test]
fn an_empty_secret_is_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), "\n").unwrap();
    let file = folder.path().join("uc.toml");
    fs::write(&file, format!("{GOOD}[admin]\ntoken-file = \"token\"")).unwrap();
    let found = Config::load(&file).unwrap_err();
    assert!(found[0].message.ends_with("token: is empty"), "{}", found[0]);
}

#[test]
fn people_get_the_line_and_programs_get_json() {
    let found = load(&GOOD.replace("address =", "adress =")).unwrap_err();
    let text = render(&found, false);
    for part in [
        "error: `t-server[0].adress`: no such key",
        "adress = \"127.0.0.1:3000\"",
        "^^^^^^ did you mean `address`?",
        "allowed: name, ",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!((json["line"].as_u64(), json["key"].as_str()), (Some(7), Some("t-server[0].adress")));
    assert_eq!(json["suggestion"], "address");
}

#[test]
fn the_settings_of_a_plug_in_are_handed_on_with_their_line() {
    let config = load(&format!("{GOOD}[plugin.settings]\nany-key = 1\n[plugin.settings.idle]\nafter = 2\n")).unwrap();
    let settings = &config.plugins.plugins[0].settings;
    let table: toml::Table = toml::from_str(&settings.text).unwrap();
    assert_eq!(table["idle"]["after"].as_integer(), Some(2));
    let line = settings.text.lines().position(|line| line.starts_with("any-key")).unwrap() as u32 + settings.line;
    assert_eq!(line, 13);
}

/// Every time of the configuration, written as 0: refused with its key and what is allowed, or what it means, which
/// `config/reference.toml` says.
const ZEROES: &[(&str, &str, Option<&str>)] = &[
    ("uc-connector", "presence-unknown-grace", None),
    ("uc-connector", "after-call-work-limit", None),
    ("uc-connector", "page-grace", None),
    ("uc-connector", "drain-deadline", Some("more than 0")),
    ("t-server", "addp-timeout", None),
    ("t-server", "addp-remote-timeout", None),
    ("t-server", "backup-addp-timeout", None),
    ("t-server", "backup-addp-remote-timeout", None),
    ("t-server", "connect-timeout", Some("more than 0")),
    ("t-server", "request-timeout", Some("more than 0")),
    ("t-server", "reconnect-min", Some("more than 0")),
    ("t-server", "reconnect-max", Some("more than 0")),
    ("stat-server", "addp-timeout", None),
    ("stat-server", "addp-remote-timeout", None),
    ("stat-server", "connect-timeout", Some("more than 0")),
    ("stat-server", "request-timeout", Some("more than 0")),
    ("stat-server", "reconnect-min", Some("more than 0")),
    ("stat-server", "reconnect-max", Some("more than 0")),
    ("routing", "preview-timeout", Some("1 to 3600")),
    ("routing", "preview-timeout-max", Some("1 to 3600")),
    ("routing", "result-ttl", Some("1 to 86400")),
    ("routing", "addp-timeout", None),
    ("standby", "script-deadline", Some("more than 0")),
    ("standby", "hand-over-after", None),
    ("web", "session-idle-minutes", Some("nonzero")),
    ("web", "session-hours", Some("nonzero")),
    ("web", "drain-seconds", Some("nonzero")),
    ("web.limits", "request-seconds", Some("nonzero")),
    ("plugins", "stop-seconds", Some("nonzero")),
];

#[test]
fn a_time_of_nothing_means_what_is_written_or_is_refused() {
    let reference = include_str!("../../config/reference.toml");
    for (section, key, refused) in ZEROES {
        let text = match *section {
            "t-server" => GOOD.replace("address =", &format!("{key} = 0\naddress =")),
            "stat-server" => format!("{GOOD}\n[stat-server]\naddress = 'stat:2060'\n{key} = 0\n"),
            "standby" => format!("{GOOD}\n[standby]\narbiter = 'external'\n{key} = 0\n"),
            section => format!("{GOOD}\n[{section}]\n{key} = 0\n"),
        };
        match refused {
            Some(allowed) => {
                let found = problems(&text);
                let named = found.iter().any(|problem| problem.contains(key) && problem.contains(allowed));
                assert!(named, "{section}.{key}: {found:#?}");
            }
            None => {
                assert!(load(&text).is_ok(), "{section}.{key}: {:#?}", problems(&text));
                let mut from_there =
                    reference.lines().skip_while(|line| !line.trim_start_matches('#').starts_with(&format!("{key} =")));
                let first = from_there.next().unwrap();
                let more = from_there.take_while(|line| line.starts_with(' '));
                assert!([first].into_iter().chain(more).any(|line| line.contains("0: ")), "{section}.{key}");
            }
        }
    }
}

#[test]
fn no_time_is_forgotten_there() {
    let reference = include_str!("../../config/reference.toml");
    let is_time = |key: &str| {
        let ends = ["-seconds", "-minutes", "-hours", "-grace", "-deadline", "-limit", "-ttl", "-min", "-max"];
        ends.iter().any(|end| key.ends_with(end)) || key.contains("timeout")
    };
    let mut section = "";
    for line in reference.lines() {
        if let Some(name) = line.trim_start_matches('#').strip_prefix('[') {
            section = name.split(']').next().unwrap().trim_start_matches('[');
        } else if let Some((key, _)) =
            line.trim_start_matches('#').split_once(" = ").filter(|(key, _)| is_time(key) && !key.contains(' '))
        {
            // A plug-in's own are its own to refuse.
            let known = ZEROES.iter().any(|(of, known, _)| *of == section && *known == key);
            assert!(known || section == "plugin.settings", "{section}.{key}");
        }
    }
}

#[test]
fn what_is_shown_of_user_data_is_read() {
    let text = "[uc-connector]\nuser-data-others = 'hide'\nfilter-key = 'Show'\n\
        [[user-data]]\nkey = 'Order.Number'\nlabel = { en = 'Order', de = 'Auftrag' }\ngroup = 'Case'\n\
        link = 'https://crm.example.com/{value}'\nshow = ['preview', 'interaction']\nedit = true\n";
    let form = load(&format!("{GOOD}{text}")).unwrap().user_data;
    let (at, field) = form.field("Order.Number").unwrap();
    assert_eq!(form.link(at, "47 11").as_deref(), Some("https://crm.example.com/47%2011"));
    assert_eq!(&**field.label.as_ref().unwrap().in_language("de-CH"), "Auftrag");
    assert_eq!(Window::ALL.map(|window| form.shows("Order.Number", window)), [true, true, false]);
    assert_eq!((form.others(), form.filter_key(), field.edit), (Others::Hide, Some("Show"), true));
}

#[test]
fn each_fault_of_user_data_is_told_with_its_place_and_what_is_allowed() {
    let long = "x".repeat(256);
    for (line, expected) in [
        ("key = ''", "13:7 user-data[0].key: this is no key [1 to 255 letters on one line]"),
        (&format!("key = '{long}'"), "user-data[0].key: this is no key"),
        ("key = \"a\\nb\"", "user-data[0].key: this is no key"),
        ("label = 7", "user-data[0].label: "),
        ("label = ''", "user-data[0].label: this is no text for a page [1 to 100 letters on one line]"),
        ("label = {}", "this table names no language"),
        ("label = { english = 'Order' }", "14:9 user-data[0].label: \"english\" is no language tag [BCP 47 tags"),
        (&format!("group = {{ de = '{long}' }}"), "14:9 user-data[0].group: this is no text for a page"),
        ("link = 'http://h/{value}'", "14:8 user-data[0].link: this is no https address [an https address without"),
        ("link = 'javascript:alert({value})'", "this is no https address"),
        ("link = 'https://h/order'", "{value} is missing"),
        ("link = 'https://h/{key}/{value}'", "{value} is the only placeholder"),
        ("link = 'https://kim:secret@h/{value}'", "credentials do not belong"),
        ("link = 'https://{value}/'", "the value may not choose the host"),
        (&format!("link = 'https://h/{{value}}{}'", "x".repeat(1000)), "this is longer than 1000 bytes"),
        ("show = ['window']", "user-data[0].show"),
        ("edit = 'yes'", "user-data[0].edit"),
        ("show = ['preview']\nedit = true", "15:8 user-data[0].edit: this is shown nowhere"),
        ("colour = 'red'", "user-data[0].colour: no such key"),
    ] {
        let key = if line.starts_with("key") { "" } else { "key = 'Order'\n" };
        assert_one(&format!("{GOOD}[[user-data]]\n{key}{line}\n"), expected);
    }
    assert_one(&format!("{GOOD}[[user-data]]\nedit = true\n"), "key");
    let twice = "[[user-data]]\nkey = 'a'\n".repeat(2);
    assert_one(&format!("{GOOD}{twice}"), "user-data[1].key: \"a\" is listed above already [each key once]");
    let many: String = (0..101).map(|key| format!("[[user-data]]\nkey = '{key}'\n")).collect();
    assert_one(&format!("{GOOD}{many}"), "user-data[100]: there are 101 of these [up to 100]");
    assert_one(&format!("{GOOD}[uc-connector]\nuser-data-others = 'drop'\n"), "uc-connector.user-data-others");
    assert_one(&format!("{GOOD}[uc-connector]\nfilter-key = '{long}'\n"), "uc-connector.filter-key: this is no key");
}

/// The smallest statistic and contact point, and more of each.
fn contact_point(statistic: &str, point: &str) -> String {
    format!(
        "{GOOD}[stat-server]\naddress = 'stat:2060'\n[[statistic]]\nname = 'waiting'\n{statistic}\n[[contact-point]]\n\
         name = 'billing'\nnumber = '8000'\ntype = 'queue'\n{point}\n"
    )
}

#[test]
fn contact_points_and_their_statistics_are_read() {
    let config = load(&contact_point("", "statistics = ['waiting']\nvisible-to = ['Gold']")).unwrap();
    let points = &config.contact_points;
    let gold = ["Gold".into()];
    assert_eq!((points.seen_by(&gold).count(), points.seen_by(&[]).count()), (1, 0));
    let point = points.named("billing", &gold).unwrap();
    assert_eq!((&**point.object(), points.statistics_of(point).count()), ("8000", 1));
    assert!(config.warnings.is_empty());
    let idle =
        "[[statistic]]\nname = 'a'\n[[contact-point]]\nname = 'x'\nnumber = '1'\ntype = 'queue'\nstatistics = ['a']";
    let warnings = load(&format!("{GOOD}{idle}")).unwrap().warnings;
    assert!(warnings[0].message.contains("there is no Stat Server"), "{warnings:?}");
}

#[test]
fn each_fault_of_contact_points_is_told_with_its_place_and_what_is_allowed() {
    for (statistic, point, expected) in [
        ("interval = 0", "", "statistic[0].interval: this is no interval [1 to 3600 seconds]"),
        ("object-types = ['external']", "", "statistic[0].object-types: no Stat Server knows an external number"),
        ("label = { xx_ = 'a' }", "", "statistic[0].label: \"xx_\" is no language tag"),
        ("[[statistic]]\nname = 'waiting'", "", "statistic[1].name: \"waiting\" is listed above already"),
        ("format = 'hours'", "", "statistic[0].format: no such value [number, seconds, percent]"),
        ("", "statistics = ['wating']", "contact-point[0].statistics: there is no statistic \"wating\""),
        ("", "statistics = ['waiting', 'waiting']", "\"waiting\" is listed twice"),
        ("object-types = ['route-point']", "statistics = ['waiting']", "\"waiting\" is not one of this type"),
        ("", "label = ''", "contact-point[0].label: this is no text for a page"),
        ("", "object = ''", "contact-point[0].object: this is no name"),
        (
            "",
            "[[contact-point]]\nname = 'x'\nnumber = '1'\ntype = 'external'\nstatistics = ['waiting']",
            "contact-point[1].statistics: no Stat Server knows an external number",
        ),
        (
            "",
            "[[contact-point]]\nname = 'x'\nnumber = ' 1'\ntype = 'external'",
            "contact-point[1].number: this is no number",
        ),
        (
            "",
            "[[contact-point]]\nname = 'billing'\nnumber = '1'\ntype = 'external'",
            "contact-point[1].name: \"billing\" is listed above already [each name once]",
        ),
        (
            "",
            "[[contact-point]]\nname = 'x'\nnumber = '8000'\ntype = 'external'",
            "contact-point[1].number: \"8000\" is listed above already [each number once]",
        ),
    ] {
        assert_one(&contact_point(statistic, point), expected);
    }
    for (more, expected) in [
        ("address = 'stat'", "stat-server.address: this is no address"),
        ("address = 'stat:1'\nbackup-address = 'stat:1'", "stat-server.backup-address: this is the primary's address"),
        ("address = 'stat:1'\nmax-open = 0", "stat-server.max-open: 0 is too little [1 to 16777216]"),
        (
            "address = 'stat:1'\nmax-open = 9223372036854775807",
            "stat-server.max-open: 9223372036854775807 is too much [1 to 16777216]",
        ),
        ("address = 'stat:1'\nreconnect-min = 20", "stat-server.reconnect-min: this is more than reconnect-max"),
        ("address = 'stat:1'\nadress = 'stat:1'", "stat-server.adress: no such key"),
    ] {
        assert_one(&format!("{GOOD}[stat-server]\n{more}\n"), expected);
    }
}

#[cfg(feature = "etcd")]
#[test]
fn partitions_and_the_link_between_nodes() {
    let cluster = |more: &str| format!("{GOOD}[cluster]\nnode = 'a'\nendpoints = ['http://127.0.0.1:1']\n{more}");
    assert_eq!(load(&cluster("partitions = 64")).unwrap().cluster.unwrap().partitions, Some(64));
    assert_one(&cluster("partitions = 0"), "cluster.partitions: no such number of partitions [1 to 1024");
    assert_one(&cluster("partitions = 8\n[standby]"), "standby: with partitions every node works");
    assert_one(&cluster("partitions = 8\nlisten = '127.0.0.1:1'"), "listen, address and node-tls go together");
    let tls = "node-tls = { ca = 'ca.pem' }";
    let link = format!("listen = '127.0.0.1:1'\naddress = 'here'\n{tls}");
    let found = problems(&cluster(&link)).join("\n");
    for words in ["without partitions no node asks another", "HOST:PORT", "cluster.node-tls: nodes prove to each other"]
    {
        assert!(found.contains(words), "{words}: {found}");
    }
}
