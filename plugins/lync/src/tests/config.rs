//! Options, and what is wrong with them.

use crate::config::Config;
use std::path::Path;
use uc_sip::site::Server;

fn complaints(text: &str) -> Vec<String> {
    let config: Config = toml::from_str(text).unwrap();
    config
        .complaints(Path::new("/nonexistent"))
        .into_iter()
        .map(|told| format!("{}: {}", told.key, told.message))
        .collect()
}

#[test]
fn servers_are_hosts_with_or_without_port() {
    let server = |host: &str, port| Ok(Server { host: host.to_owned(), port });
    assert_eq!(Server::try_from("fe.example.com".to_owned()), server("fe.example.com", None));
    assert_eq!(Server::try_from("127.0.0.1:5061".to_owned()), server("127.0.0.1", Some(5061)));
    assert_eq!(Server::try_from("[::1]:5061".to_owned()), server("::1", Some(5061)));
    for wrong in ["", ":5061", "fe:port", "sip://fe", "fe example"] {
        assert!(Server::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

#[test]
fn mistakes_are_named_with_their_key_and_what_to_do() {
    let account = |rest: &str| format!("servers = ['fe']\naccounts = [{{ address = 'sip:w@example.com', {rest} }}]");
    for (text, told) in [
        (account("auth = 'ntlm'"), "accounts.login: sip:w@example.com: NTLM needs `login`"),
        (account("auth = 'ntlm', login = 'svc-uc'"), "accounts.login: sip:w@example.com: NTLM needs `login`"),
        (account("auth = 'ntlm', login = 'svc-uc@'"), "accounts.login: sip:w@example.com: NTLM needs `login`"),
        (account("auth = 'ntlm', login = '\\svc-uc'"), "accounts.login: sip:w@example.com: NTLM needs `login`"),
        (account("auth = 'ntlm', login = 'svc-uc@example.com'"), "accounts.password-file"),
        (account("auth = 'trusted'") + "\ndomain = 'sip:example.com'", "domain: `sip:example.com` is no SIP domain"),
        (
            account("auth = 'ntlm', login = 'E\\w'").replace('\\', "\\\\").replace("'E\\\\w'", "\"E\\\\w\""),
            "accounts.password-file",
        ),
        (account("auth = 'trusted', epid = 'xyz'"), "accounts.epid"),
        ("servers = []\naccounts = []".to_owned(), "servers: name at least one"),
        (account("auth = 'trusted'") + "\n[tls]\ncert = 'c.pem'", "tls.cert: `cert` and `key` belong together"),
        (account("auth = 'ntlm', login = 'w', gruu = 'sip:a@b;gruu'"), "accounts.gruu: sip:w@example.com: only"),
        (account("auth = 'trusted', gruu = 'a'"), "accounts.gruu: sip:w@example.com: no GRUU"),
        (account("auth = 'trusted'") + "\n[listen]\naddress = '127.0.0.1:0'", "listen.address: listening needs `ca`"),
        (account("auth = 'trusted'") + "\n[listen]\naddress = '127.0.0.1:1'\nname = '::1'", "listen.name: the name of"),
        (
            account("auth = 'trusted'") + "\n[listen]\naddress = '127.0.0.1:0'\nname = 'uc'",
            "listen.address: `name` needs",
        ),
        (account("auth = 'kerberos'") + "\n[listen]\naddress = '127.0.0.1:0'", "listen.address: only accounts with"),
        (account("auth = 'trusted'") + "\n[tls]\nca = 'ca.pem'", "tls.ca"),
    ] {
        let found = complaints(&text);
        assert!(found.iter().any(|complaint| complaint.starts_with(told)), "{text}: {found:?}");
    }
    // Without encryption, for a machine may have no authorities.
    assert_eq!(complaints(&("transport = 'tcp'\n".to_owned() + &account("auth = 'trusted'"))), [""; 0]);
    for wrong in ["batch-size = 0", "batch-size = 1001", "silence-limit = 1", "silence-limit = 601", "silence = 25"] {
        assert!(toml::from_str::<Config>(&(account("auth = 'trusted'") + "\n" + wrong)).is_err(), "{wrong}");
    }
}
