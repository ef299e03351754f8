//! Options, and what is wrong with them.

use crate::config::Config;
use std::path::Path;

fn complaints(text: &str) -> Vec<String> {
    complaints_in(tempfile::tempdir().unwrap().path(), text)
}

fn complaints_in(directory: &Path, text: &str) -> Vec<String> {
    // Without encryption where nothing else is said, for a machine may have no authorities.
    let config: Config = toml::from_str(&format!("transport = 'tcp'\n{text}")).unwrap();
    let told = config.complaints(directory).into_iter();
    told.map(|told| format!("{}: {}", told.key, told.message)).collect()
}

#[test]
fn mistakes_are_named_with_their_key_and_what_to_do() {
    let account = "{ address = 'sip:kim@example.com', auth = 'trusted' }";
    for (text, told) in [
        ("servers = []".to_owned(), "servers: name at least one"),
        ("servers = ['fe']\ndomain = 'exam ple.com'".to_owned(), "domain: `exam ple.com` is no SIP domain"),
        ("servers = ['fe']\nconnections = 0".to_owned(), "connections: with 0 nobody can be published"),
        (
            format!("servers = ['fe']\naccounts = [{account}, {account}]"),
            "accounts.address: `sip:kim@example.com` is named twice",
        ),
        (
            "servers = ['fe']\naccounts = [{ address = 'kim', auth = 'trusted' }]".to_owned(),
            "accounts.address: kim: no SIP address",
        ),
        ("servers = ['fe']\n[tls]\ncert = 'c.pem'".to_owned(), "tls.cert: `cert` and `key` belong together"),
    ] {
        let found = complaints(&text);
        assert!(found.iter().any(|complaint| complaint.starts_with(told)), "{text}: {found:?}");
    }
    assert!(complaints("servers = ['fe']").is_empty());
    // As advised for an agent who is homed in another pool than those of the shared connections.
    assert_eq!(complaints(&format!("servers = ['fe']\nconnections = 2\naccounts = [{account}]")), [""; 0]);
}

#[test]
fn an_instance_goes_on_with_the_same_endpoints_at_the_same_pool_alone() {
    let config = |text: &str| toml::from_str::<Config>(text).unwrap();
    let account = |name: &str| format!("accounts = [{{ address = 'sip:{name}@example.com', auth = 'trusted' }}]");
    let before = format!("servers = ['a', 'b']\n{}", account("kim"));
    for (next, same) in [
        (before.clone(), true),
        (before.replace("'a', 'b'", "'b', 'a'") + "\npublications-per-minute = 30\nregister = 'at-start'", true),
        (before.replace("'b'", "'c'"), false),
        (before.clone() + "\nconnections = 0", false),
        (before.clone() + "\nstate-dir = 'elsewhere'", false),
        (before.clone() + "\ndomain = 'example.net'", false),
        (before.replace("kim", "lee"), false),
    ] {
        assert_eq!(config(&before).goes_on_as(&config(&next), Path::new("/etc/uc")), same, "{next}");
    }
}

#[test]
fn rates_have_bounds() {
    for wrong in [
        "publications-per-second = 0",
        "registrations-per-second = 100001",
        "publications-per-minute = 0",
        "connections = 65",
        "device = 'busy'",
        "silence-limit = 1",
    ] {
        assert!(toml::from_str::<Config>(&format!("servers = ['fe']\n{wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn a_state_directory_that_will_not_do_is_told_whether_it_was_named_or_not() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state"), "").unwrap();
    let told = complaints_in(folder.path(), "servers = ['fe']");
    let place = folder.path().join("state").display().to_string();
    assert!(told.len() == 1 && told[0].starts_with("state-dir: not a directory"), "{told:?}");
    assert!(told[0].contains(&place) && told[0].contains("STATE_DIRECTORY"), "{told:?}");
    let told = complaints_in(Path::new("/proc"), "servers = ['fe']");
    assert!(told.len() == 1 && told[0].starts_with("state-dir: "), "{told:?}");
    let told = complaints_in(folder.path(), "servers = ['fe']\nstate-dir = 'state/below'");
    assert!(told.len() == 1 && told[0].contains("name a directory"), "{told:?}");
}
