//! What the sources of the plug-ins count is on `/metrics`, also before it was counted once.

use crate::fixtures::{PATIENCE, Site, built, id, plugin};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{collections::BTreeSet, fs, path::Path, sync::OnceLock, time::Instant};

/// Each plug-in's settings, and the folders whose code is in it.
const PLUGINS: [(&str, &str, &[&str]); 3] = [
    (
        "lync",
        "servers = ['127.0.0.1:1']\ntransport = 'tcp'\naccounts = [{ address = 'sip:watcher@example.com', auth = 'trusted' }]",
        &["sip", "lync"],
    ),
    ("lync-push", "servers = ['127.0.0.1:1']\ntransport = 'tcp'", &["sip", "lync-push"]),
    ("standalone", "", &["standalone"]),
];

/// Every text in the sources that is the name of a counter.
fn names(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            self::names(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(entry).unwrap();
            // Whatever is between quotes; a counter's name ends as the guide says.
            names.extend(text.split('"').filter(|text| is_counter(text)).map(str::to_owned));
            let by_macro = text.split("counter!(").skip(1).filter_map(|after| after.split('"').nth(1));
            names.extend(by_macro.map(str::to_owned));
        }
    }
}

fn is_counter(text: &str) -> bool {
    text.ends_with("_total") && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// What `/metrics` shows. One for the process.
fn shown() -> PrometheusHandle {
    static SHOWN: OnceLock<PrometheusHandle> = OnceLock::new();
    SHOWN.get_or_init(|| PrometheusBuilder::new().install_recorder().unwrap()).clone()
}

#[tokio::test]
async fn every_counter_in_the_source_shows_from_the_start() {
    let shown = shown();
    let site = Site::with(&[]);
    let mut lines = String::new();
    for (name, settings, _) in PLUGINS {
        let library = format!("uc_{}", name.replace('-', "_"));
        site.put(&format!("lib{library}.so"), &fs::read(built(&library)).unwrap());
        lines += &plugin(name, &library, settings);
    }
    let mut running = site.start(&lines).await;
    running.until_all_started().await;
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins");
    let shown = shown.render();
    for (name, _, folders) in PLUGINS {
        let mut counted = BTreeSet::new();
        folders.iter().for_each(|folder| names(&sources.join(folder).join("src"), &mut counted));
        assert!(counted.len() > 1, "{name}: {counted:?}");
        for counter in counted {
            let line = format!("uc_plugin_{counter}{{plugin=\"{name}\"}} ");
            assert!(shown.contains(&line), "{line}is not among\n{shown}");
            let meaning = format!("# HELP uc_plugin_{counter} ");
            assert!(shown.contains(&meaning), "{meaning}is not among\n{shown}");
        }
    }
    running.plugins.stop().await;
}

#[tokio::test]
async fn what_a_library_counts_by_macro_reaches_the_host() {
    let shown = shown();
    let site = Site::with(&["awkward"]);
    let mut running = site.start(&(plugin("one", "awkward", "") + &plugin("two", "awkward", ""))).await;
    running.until_all_started().await;
    for _ in 0..1000 {
        running.plugins.call(&id("one"), "count-by-macro", Vec::new()).await.unwrap();
    }
    let begun = Instant::now();
    let expected = "uc_plugin_awkward_deeds_total{kind=\"odd\",plugin=\"one\"} 1000";
    while !shown.render().contains(expected) {
        assert!(begun.elapsed() < PATIENCE, "{}", shown.render());
        tokio::task::yield_now().await;
    }
    assert!(!shown.render().contains("kind=\"odd\",plugin=\"two\""), "each instance has its own");
}
