//! What is remembered when the settings change.

use crate::lync_push::LyncPush;
use std::{fs, path::Path, time::Duration};
use uc_plugin_api::{Command, UserHandle, WatchedUser, test_host::TestHost};

const RECORD: &str = r#"{"form":1,"agents":{"WHO@example.com":{"since":7,"before":null,"ours":[]}}}"#;

/// Runs an instance for a moment with these settings, which has one agent.
fn run(folder: &Path, settings: &str) {
    let host = TestHost::<LyncPush>::new();
    let settings = format!("transport = 'tcp'\nstate-dir = '{}'\n{settings}", folder.display());
    let plugin = host.start(&settings).unwrap();
    let address = "sip:kim@example.com".into();
    let kim = WatchedUser { handle: UserHandle(1), id: "kim".into(), address, language: "".into() };
    plugin.submit(Command::Watch(vec![kim].into())).unwrap();
    plugin.settle();
    plugin.stop(Duration::from_secs(5)).unwrap();
}

/// The files that remember somebody, by their names.
fn remembering(folder: &Path, who: &str) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let of = files.filter(|path| fs::read_to_string(path).unwrap().contains(who));
    of.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

#[test]
fn records_of_earlier_settings_and_versions_are_moved_to_the_file_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    // As it was named by its servers.
    let old = "lync-push-af63dc4c8601ec8c";
    let record = RECORD
        .replace("WHO", "kim")
        .replace("}}}", "},\"lee@example.com\":{\"since\":7,\"before\":null,\"ours\":[]}}}");
    fs::write(folder.path().join(format!("{old}.json")), record).unwrap();
    run(folder.path(), "servers = ['127.0.0.1:1']");
    let moved = remembering(folder.path(), "kim@");
    assert!(moved.len() == 1 && moved[0] != old, "{moved:?}");
    assert_eq!(remembering(folder.path(), "lee@"), [old], "who is no agent here may be another instance's");

    run(folder.path(), "servers = ['127.0.0.1:2', '127.0.0.1:1']\ndomain = 'example.com'");
    assert_eq!(remembering(folder.path(), "kim@"), moved, "wherever the pool is");
    let account = "connections = 0\naccounts = [{ address = 'sip:kim@example.com', auth = 'trusted' }]";
    run(folder.path(), &format!("servers = ['127.0.0.1:1']\n{account}"));
    let own = remembering(folder.path(), "kim@");
    assert!(own.len() == 1 && own != moved, "{own:?}");
}
