//! The UC platform of the demo: a simulated Front End where the product's plug-ins look for one, and the people on it.

use super::floor::Floor;
use crate::front_end::{self, FrontEnd, OFFLINE, SiteFile, UserEntry};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use uc_connector::{plugins, wire::CannotListen};

/// Where plug-ins look for a Front End, and as whom they watch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    address: Option<SocketAddr>,
    watchers: Vec<String>,
}

/// The part of a plug-in's settings that says so.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    servers: Vec<String>,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    address: String,
}

/// What a person chooses at their own client; none: they sign out there.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    agent: String,
    availability: Option<u32>,
}

/// One person as their colleagues see them.
#[derive(Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Seen {
    name: String,
    agent_id: String,
    availability: u32,
    note: String,
}

impl Wanted {
    /// What the plug-ins of this configuration look for.
    pub(super) fn by(plugins: &plugins::Config) -> Result<Self, String> {
        let mut all = Self::default();
        for spec in &plugins.plugins {
            let settings: Settings = toml::from_str(&spec.settings.text)
                .map_err(|error| format!("the settings of plug-in {}: {error}", spec.id))?;
            for server in &settings.servers {
                let address = server.parse().map_err(|_| {
                    format!("plug-in {}: `servers` names {server}, and the demo plays a Front End only at an address with a port", spec.id)
                })?;
                all.address = Some(address);
            }
            all.watchers.extend(settings.accounts.into_iter().map(|account| account.address));
        }
        Ok(all)
    }

    /// Starts it, if any is looked for: everybody of the floor who has an address is on it, and absent.
    pub(super) async fn start(&self, floor: &Floor) -> Result<Option<FrontEnd>, String> {
        let Some(listen) = self.address else { return Ok(None) };
        let people = floor.workers.iter().filter_map(|worker| Some((worker.address.as_deref()?, Some(&*worker.name))));
        let watchers = self.watchers.iter().map(|watcher| (&**watcher, None));
        let user = |(sip, name): (&str, Option<&str>)| UserEntry {
            sip: sip.to_owned(),
            name: name.map(str::to_owned),
            ..UserEntry::default()
        };
        let site = SiteFile {
            users: people.chain(watchers).map(user).collect(),
            trusted_hosts: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            ..SiteFile::default()
        };
        let config = front_end::Config { listen, tls: None, site, print: false, record: false };
        let started = FrontEnd::start(config).await;
        started.map(Some).map_err(|cause| {
            let why = CannotListen { address: listen, cause };
            format!("`servers` of the plug-ins, where the lab plays a Front End: {why}")
        })
    }
}

/// Carries out what a person chose.
pub(super) fn choose(floor: &Floor, server: &FrontEnd, choice: &Choice) -> Result<(), String> {
    let worker = floor.agent(&choice.agent).ok_or_else(|| format!("no agent {}", choice.agent))?;
    let address = worker.address.as_deref().ok_or_else(|| format!("{} is not on the UC platform", worker.name))?;
    if choice.availability.is_some_and(|number| !(3000..=OFFLINE).contains(&number)) {
        return Err(format!("an availability is 3000 to {OFFLINE}"));
    }
    server.person_chooses(address, choice.availability).map_err(|error| error.to_string())
}

/// Everybody on it, as colleagues see them.
pub(super) fn seen(floor: &Floor, server: &FrontEnd) -> Vec<Seen> {
    let person = |worker: &uc_connector::directory::Worker| {
        let presence = server.presence(worker.address.as_deref()?).ok()?;
        Some(Seen {
            name: worker.name.to_string(),
            agent_id: worker.agent_id.to_string(),
            availability: presence.availability,
            note: presence.note.as_deref().unwrap_or_default().to_owned(),
        })
    };
    floor.workers.iter().filter_map(|worker| person(worker)).collect()
}
