//! Options, and what is wrong with them.

use crate::config::Config;
use std::path::Path;

fn complaints(text: &str) -> Vec<String> {
    let config: Config = toml::from_str(text).unwrap();
    let told = config.complaints(Path::new("/nonexistent")).into_iter();
    told.map(|told| format!("{}: {}", told.key, told.message)).collect()
}

#[test]
fn mistakes_are_named_with_their_key_and_what_to_do() {
    let account = "{ address = 'sip:kim@example.com', auth = 'trusted' }";
    for (text, told) in [
        ("servers = []".to_owned(), "servers: name at least one"),
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
