use super::*;
use serde::Deserialize;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Link {
    server: String,
    port: u16,
    #[serde(default)]
    tls: Tls,
}

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(deny_unknown_fields)]
struct Tls {
    ca: Option<String>,
    #[serde(default)]
    mode: Mode,
}

#[derive(Deserialize, Debug, PartialEq, Default)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Mutual,
    Server,
}

fn config(text: &str) -> PluginConfig {
    PluginConfig { file: "uc.toml".into(), line: 40, text: text.into() }
}

fn complaints(text: &str) -> Vec<String> {
    let problems = read::<Link>(&config(text)).map(|s| s.value).expect_err("must be refused");
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn good_settings_are_read() {
    let config = config("server = \"fe\"\nport = 5061\n[tls]\nca = \"ca.pem\"\n");
    let settings = read::<Link>(&config).map_err(|p| p.len()).unwrap();
    assert_eq!(settings.value.tls.ca.as_deref(), Some("ca.pem"));
    let problem = settings.problem(Complaint::new("tls.ca", "no such file"));
    assert_eq!(problem.to_string(), "uc.toml:43:1: tls.ca: no such file");
    assert_eq!(settings.problem(Complaint::new("tls.key", "needed")).line, 42);
    assert_eq!(settings.problem(Complaint::new("absent", "needed")).line, 40);
}

#[test]
fn no_settings_are_fine_for_a_plugin_without() {
    assert!(read::<()>(&config("\n")).is_ok());
    let problems = read::<()>(&config("\nport = 1\n")).map(|_| ()).expect_err("must be refused");
    assert_eq!(problems[0].to_string(), "uc.toml:41:1: port: unknown key; this plug-in has no settings");
}

#[test]
fn every_unknown_key_and_the_first_wrong_value_are_named() {
    let found = complaints("sever = \"fe\"\nserver = \"fe\"\nport = \"5061\"\ncolour = 1\n");
    assert_eq!(
        found,
        [
            "uc.toml:40:1: sever: unknown key, did you mean `server`? Allowed: server, port, tls",
            "uc.toml:42:8: port: invalid type: string \"5061\", expected a whole number from 0 to 65535",
            "uc.toml:43:1: colour: unknown key; allowed: server, port, tls",
        ]
    );
}

#[test]
fn nested_keys_are_named_with_their_table() {
    let found = complaints("server = \"fe\"\nport = 1\n[tls]\ncaa = \"x\"\n");
    assert_eq!(found, ["uc.toml:43:1: tls.caa: unknown field `caa`, expected `ca` or `mode`, did you mean `ca`?"]);
    let found = complaints("server = \"fe\"\nport = 1\n[tls]\nmode = \"sever\"\n");
    let wrong = "unknown variant `sever`, expected `mutual` or `server`, did you mean `server`?";
    assert_eq!(found, [format!("uc.toml:43:8: tls.mode: {wrong}")]);
}

#[test]
fn a_missing_key_is_named() {
    assert_eq!(complaints("server = \"fe\"\n"), ["uc.toml:40:1: port: missing; it has no default"]);
}

#[test]
fn broken_syntax_is_placed() {
    let found = complaints("server = \"fe\nport = 1\n");
    assert!(found[0].starts_with("uc.toml:40:"), "{found:?}");
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "never read whole")]
struct Outer {
    inner: Link,
}

#[test]
fn a_missing_key_of_a_table_is_named_with_the_table() {
    let config = config("\n[inner]\nserver = \"fe\"\n");
    let problems = read::<Outer>(&config).map(|_| ()).expect_err("must be refused");
    assert_eq!(problems[0].to_string(), "uc.toml:41:1: inner.port: missing; it has no default");
}
