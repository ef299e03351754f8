//! Plug-ins that were compiled once and are kept: what an author compiled loads for ever within its API major version.
//! `plugin-api/fixtures/kept/README.md` says how they were made.

use crate::fixtures::{Site, id, plugin};
use std::{fs, path::Path};
use uc_connector::plugins::PluginArrival;
use uc_plugin_api::{API_VERSION, Event, LinkStatus, PluginError, abi::COMMANDS_FINISHED};

#[tokio::test]
#[cfg_attr(
    not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")),
    ignore = "the kept plug-ins are for x86_64 Linux with glibc"
)]
async fn a_plugin_compiled_once_loads_for_ever() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugin-api/fixtures/kept");
    let files = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path());
    let libraries: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension == "so")).collect();
    let current = format!("libfixed-{API_VERSION}.so");
    assert!(libraries.iter().any(|file| file.ends_with(&current)), "{current} is not kept: make it as the README says");
    for library in libraries {
        let site = Site::with(&[]);
        site.put("libkept.so", &fs::read(&library).unwrap());
        let mut running = site.start(&plugin("kept", "kept", "")).await;
        running.until_started("kept").await;
        let link = |arrival: &PluginArrival| match arrival {
            PluginArrival::Event { event: Event::Link(LinkStatus::Up, detail), .. } => Some(detail.to_string()),
            _ => None,
        };
        assert_eq!(running.until("kept", link).await, "nothing to connect to");
        running.watch("kept");
        assert_eq!(running.until_presence("kept").await, 3500, "{}", library.display());
        // Asked how far it is, an SDK that cannot tell answers that it knows no such operation, behind the commands.
        let finished = running.plugins.call(&id("kept"), COMMANDS_FINISHED, Vec::new()).await;
        assert!(matches!(finished, Ok(_) | Err(PluginError::Unsupported(_))), "{finished:?}");
        running.plugins.stop().await;
    }
}
