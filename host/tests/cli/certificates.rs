//! Certificates that end soon, or have ended, are told by `check`, the log and `/metrics`, whatever key names them.

use crate::{
    pem::{DAY, fresh, pair},
    program::{built, run, samples},
    reloads::{admin, ask},
    service::Service,
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::SystemTime,
};

/// Every key that names certificates, and the file in the configuration below.
const KEYS: &[(&str, &str)] = &[
    ("web.tls-cert", "web"),
    ("routing.tls.cert", "routing"),
    ("routing.tls.client-ca", "strategies"),
    ("t-server[0].tls.ca", "t-server-ca"),
    ("t-server[0].tls.cert", "t-server"),
    ("plugin[0].settings.tls.ca", "pool-ca"),
    ("plugin[0].settings.tls.cert", "application"),
];

fn configuration() -> String {
    format!(
        "[directory]\nfile = 'directory.toml'\n\
         [[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         tls = {{ ca = 't-server-ca.pem', cert = 't-server.pem', key = 't-server.key' }}\n\
         [routing]\nlisten = '127.0.0.1:0'\n\
         tls = {{ cert = 'routing.pem', key = 'routing.key', client-ca = 'strategies.pem' }}\n\
         [web]\nlisten = '127.0.0.1:0'\ntls-cert = 'web.pem'\ntls-key = 'web.key'\n\
         [admin]\nlisten = '127.0.0.1:0'\n[plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
         accounts = [{{ address = 'sip:watcher@example.com', auth = 'trusted' }}]\n\
         tls = {{ ca = 'pool-ca.pem', cert = 'application.pem', key = 'application.key' }}\n",
        built().display()
    )
}

fn staged() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(samples().join("directory.toml"), folder.path().join("directory.toml")).unwrap();
    KEYS.iter().for_each(|(_, name)| fresh(folder.path(), name));
    let file = folder.path().join("uc.toml");
    fs::write(&file, configuration()).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

#[test]
fn each_that_ends_is_told_by_check_and_keeps_nothing_from_running() {
    let (folder, file) = staged();
    let sound = run(&["check", "--config", &file]);
    assert!(sound.code == 0 && sound.out.contains("nothing wrong"), "{sound:?}");
    for (key, name) in KEYS {
        for (ends, words) in
            [(SystemTime::now() + 10 * DAY, "the certificate ends on"), (SystemTime::now() - 3 * DAY, "ended on")]
        {
            pair(folder.path(), name, ends);
            let ran = run(&["check", "--json", "--config", &file]);
            let warnings = ran.json()["warnings"].clone();
            let told = warnings.as_array().unwrap();
            assert_eq!((ran.code, told.len()), (0, 1), "{key}: {warnings}");
            let message = told[0]["message"].as_str().unwrap();
            assert!(told[0]["key"] == *key && told[0]["line"].is_number(), "{key}: {warnings}");
            assert!(message.contains(words) && message.contains(&format!("{name}.pem")), "{message}");
        }
        fresh(folder.path(), name);
    }
}

#[test]
fn a_running_service_tells_them_in_its_log_and_when_each_ends_on_metrics() {
    let (folder, file) = staged();
    pair(folder.path(), "web", SystemTime::now() + 10 * DAY);
    let mut service = Service::begin(&file, &[]);
    service.wait_for("web.tls-cert: ");
    let serving = service.wait_for("serving");
    let admin = serving.split("admin=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let shown = |key: &str, name: &str| {
        let path = fs::canonicalize(folder.path()).unwrap().join(format!("{name}.pem"));
        format!("uc_certificate_end_seconds{{key=\"{key}\",file=\"{}\"}} 1", path.display())
    };
    for (key, name) in KEYS {
        let wanted = shown(key, name);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while !metrics(&admin).contains(&wanted) {
            assert!(std::time::Instant::now() < deadline, "{wanted}: {}", metrics(&admin));
            std::thread::yield_now();
        }
    }
    pair(folder.path(), "application", SystemTime::now() - DAY);
    service.signal("-HUP");
    let told = service.wait_for("application.pem: the certificate ended");
    assert!(told.contains("plugin[0].settings.tls.cert"), "{told}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

/// Another certificate in the configuration waits for a restart: until then the one in force is the one that matters.
#[test]
fn the_certificate_in_force_is_watched_although_the_file_names_another() {
    let (folder, file) = staged();
    pair(folder.path(), "web", SystemTime::now() + 10 * DAY);
    fresh(folder.path(), "next");
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("'web.pem'", "'next.pem'").replace("'web.key'", "'next.key'")).unwrap();
    let reload = || -> serde_json::Value { serde_json::from_str(&ask(&address, "POST /-/reload")).unwrap() };
    let report = reload();
    assert_eq!(report["needsRestart"], serde_json::json!(["web.tls-cert", "web.tls-key"]), "{report}");
    let shown = |name: &str| {
        let metrics = metrics(&address);
        let line = metrics.lines().find(|line| line.contains("key=\"web.tls-cert\"") && line.contains(name));
        line.is_some_and(|line| line.rsplit(' ').next().unwrap().starts_with('1'))
    };
    while !(shown("web.pem") && shown("next.pem")) {}
    fresh(folder.path(), "web");
    let report = reload();
    assert_eq!(report["changed"], serde_json::json!(["web.tls-cert (content)"]), "{report}");
    assert_eq!(reload()["changed"], serde_json::json!([]));
    fs::remove_file(folder.path().join("web.pem")).unwrap();
    let report = reload();
    assert!(report["warnings"].to_string().contains("web.pem"), "{report}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

fn metrics(admin: &str) -> String {
    let mut stream = TcpStream::connect(admin).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_mark_before_a_certificate_or_a_key_is_no_part_of_it() {
    let (folder, file) = staged();
    let marked = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        fs::write(path, format!("\u{FEFF}{text}")).unwrap();
    };
    for name in ["web", "routing", "strategies", "t-server-ca", "t-server"] {
        marked(&folder.path().join(format!("{name}.pem")));
        marked(&folder.path().join(format!("{name}.key")));
    }
    let ran = run(&["check", "--config", &file]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
