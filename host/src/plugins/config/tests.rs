use super::*;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    plugins: Section,
    plugin: Vec<Entry>,
}

fn assemble(source: &str) -> Result<Config, Vec<Problem>> {
    let file: File = toml::from_str(source).unwrap();
    Config::assemble(Path::new("/etc/uc/uc.toml"), source, file.plugins, &file.plugin)
}

fn settings(source: &str) -> PluginConfig {
    assemble(source).unwrap().plugins.last().unwrap().settings.clone()
}

/// Each key of the text must be on the line where it is in the source.
fn on_the_same_lines(source: &str, keys: &[&str]) -> toml::Table {
    let config = settings(source);
    for key in keys {
        let line = |text: &str| text.lines().position(|line| line.starts_with(key)).unwrap();
        assert_eq!(line(&config.text) + config.line as usize, line(source) + 1, "{key} in {:?}", config.text);
    }
    config.text.parse().unwrap()
}

#[test]
fn settings_keep_their_lines() {
    let source = "\n[[plugin]]\nname = \"a\"\nfile = \"liba.so\"\n\n[plugin.settings]\nport = 1 # why\nname = \"x\"\n";
    let table = on_the_same_lines(source, &["port"]);
    assert_eq!(table["name"].as_str(), Some("x"));
    let config = assemble(source).unwrap();
    assert_eq!((config.plugins[0].line, config.plugins[0].settings.line), (4, 6));
    assert_eq!(config.plugins[0].settings.file, "/etc/uc/uc.toml");
}

#[test]
fn tables_inside_lose_their_prefix() {
    let source = "[[plugin]]\nname = \"a\"\nfile = \"f\"\n[plugin.settings]\nport = 1\n[plugin.settings.tls]\nca = \"c\"\n\
                  [[ plugin . \"settings\" . server ]]\nhost = \"h\"\n[[plugin.settings.server]]\nhost2 = \"i\"\n\
                  [plugin.settings.server.\"a b\"]\nlast = 1\n[web]\nlisten = 1\n";
    let table = on_the_same_lines(source, &["port", "ca", "host", "host2", "last"]);
    assert_eq!(table["tls"]["ca"].as_str(), Some("c"));
    assert_eq!(table["server"][1]["a b"]["last"].as_integer(), Some(1));
    assert_eq!(table.len(), 3);
}

#[test]
fn brackets_inside_values_are_no_headers() {
    let source = "[[plugin]]\nname = \"a\"\nfile = \"f\"\n[plugin.settings]\ntext = \"\"\"\n[web]\n\"\"\"\nlist = [\n[1],\n[2]]\n\
                  tail = [\n{a = 1}]\n";
    let table = on_the_same_lines(source, &["text", "list", "tail"]);
    assert_eq!(table["text"].as_str(), Some("[web]\n"));
}

#[test]
fn scattered_tables_come_together() {
    let source = "[[plugin]]\nname = \"a\"\nfile = \"f\"\n[plugin.settings.tls]\nca = 1\n[web]\nx = 1\n\
                  [plugin.settings.log]\nlevel = 2\n[[plugin]]\nname = \"b\"\nfile = \"f\"\n";
    let config = assemble(source).unwrap();
    let first = &config.plugins[0].settings;
    assert_eq!((first.line, first.text.as_str()), (4, "[\"tls\"]\nca = 1\n\n\n[\"log\"]\nlevel = 2\n"));
    assert_eq!(config.plugins[1].settings.text, "");
}

#[test]
fn other_forms_are_refused_with_what_to_write() {
    for form in ["settings = { port = 1 }", "settings.port = 1"] {
        let source = format!("[[plugin]]\nname = \"a\"\nfile = \"f\"\n{form}\n");
        let problems = assemble(&source).unwrap_err();
        assert!(problems[0].to_string().contains(":4:"), "{}", problems[0]);
        assert!(problems[0].message.contains("[plugin.settings]"));
    }
}

#[test]
fn every_wrong_name_is_reported() {
    let source = "[[plugin]]\nname = \"Lync!\"\nfile = \"f\"\n[[plugin]]\nname = \"a\"\nfile = \"f\"\n[[plugin]]\nname = \"a\"\nfile = \"f\"\n";
    let problems: Vec<_> = assemble(source).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2);
    assert!(problems[0].starts_with("/etc/uc/uc.toml:2:8: plugin.name: \"Lync!\" is no name"), "{problems:?}");
    assert!(problems[1].starts_with("/etc/uc/uc.toml:8:8: plugin.name: the name \"a\" is taken"), "{problems:?}");
}

#[test]
fn directories_start_at_the_configuration_file() {
    let source = "plugin = []\n[plugins]\ndirectory = \"plugins\"\nprivate-directory = \"/run/x\"\n";
    let config = assemble(source).unwrap();
    assert_eq!(config.directory.path, Path::new("/etc/uc/plugins"));
    assert_eq!(config.directory.private.as_deref(), Some(Path::new("/run/x")));
}

#[test]
fn settings_differ_by_what_they_say_and_not_by_how_they_are_written() {
    let spec = |source: &str| assemble(source).unwrap().plugins.remove(0);
    let source = "[[plugin]]\nname = \"a\"\nfile = \"f\"\n[plugin.settings]\nport = 1\nat = \"x\"\n[web]\nx = 1\n";
    for (old, new, same) in [
        ("port = 1", "port = 1 # why", true),
        ("port = 1", "\n# why\nport=1", true),
        ("[web]", "# of the pages\n[web]", true),
        ("port = 1\nat = \"x\"", "at = 'x'\nport = 1", true),
        ("\n", "\r\n", true),
        ("port = 1", "port = 2", false),
        ("port = 1", "port = \"1\"", false),
        ("at = \"x\"\n", "", false),
        ("[web]", "[plugin.settings.tls]\n[web]", false),
    ] {
        let other = source.replace(old, new);
        assert_eq!(spec(source).means_as(&spec(&other)), same, "{other}");
        assert_eq!(spec(&other).means_as(&spec(source)), same, "{other}");
    }
}
