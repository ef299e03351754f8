//! Sections `[cluster]` and `[standby]`: which of several nodes does the work.

use super::findings::Findings;
use crate::wire::{seconds, tls::ClientConfigFiles};
use serde::Deserialize;
use std::{path::PathBuf, time::Duration};

/// Most members of an etcd that are named: more than any etcd has.
const MOST_ENDPOINTS: usize = 16;

/// Section `[cluster]`: the etcd that nodes of one installation share.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Cluster {
    /// Name of this node: no other of the installation has it.
    pub node: String,
    /// Name of the installation: several share one etcd.
    #[serde(default = "installation")]
    pub name: String,
    /// `http://HOST:PORT` or `https://HOST:PORT` of each member of the etcd.
    pub endpoints: Vec<String>,
    /// User of the etcd; none: it asks for none.
    pub user: Option<String>,
    /// File whose first line is that user's password.
    pub password_file: Option<PathBuf>,
    /// Whom to trust, and our own certificate, with `https`.
    pub tls: Option<ClientConfigFiles>,
}

/// Section `[standby]`: who decides which node works, and what else is to happen then.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Standby {
    /// Who decides.
    pub arbiter: Arbiter,
    /// Program and arguments, run when this node becomes primary, such as one that takes over an address; empty: none.
    pub on_promotion: Vec<String>,
    /// The same for when it is standby from now on, at every start too.
    pub on_demotion: Vec<String>,
    /// A program that runs longer is killed.
    #[serde(deserialize_with = "seconds::above_zero")]
    pub script_deadline: Duration,
}

/// Who decides which node is primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arbiter {
    /// A lease in the etcd of `[cluster]`.
    #[default]
    Store,
    /// The site: by command, by signal, over HTTP.
    External,
}

impl Default for Standby {
    fn default() -> Self {
        Self {
            arbiter: Arbiter::Store,
            on_promotion: Vec::new(),
            on_demotion: Vec::new(),
            script_deadline: Duration::from_secs(10),
        }
    }
}

fn installation() -> String {
    "uc-connector".to_owned()
}

/// What can mean nothing.
pub(super) fn check(cluster: Option<&Cluster>, standby: Option<&Standby>, findings: &mut Findings<'_>) {
    if let Some(cluster) = cluster {
        check_cluster(cluster, findings);
    }
    match (cluster, standby.map(|standby| standby.arbiter)) {
        (None, Some(Arbiter::Store)) => findings.wrong(
            "standby.arbiter",
            "there is no [cluster] whose etcd could decide",
            "\"external\", or a section [cluster]",
        ),
        (Some(_), Some(Arbiter::External)) => {
            findings.wrong("standby.arbiter", "the etcd of [cluster] decides", "\"store\", or no section [cluster]");
        }
        _ => {}
    }
}

fn check_cluster(cluster: &Cluster, findings: &mut Findings<'_>) {
    if cfg!(not(feature = "etcd")) {
        findings.wrong("cluster", "this program was built without etcd", "a build with --features uc-connector/etcd");
    }
    for (key, name) in [("node", &cluster.node), ("name", &cluster.name)] {
        if !is_name(name) {
            findings.wrong(&format!("cluster.{key}"), "this is no name", "1 to 60 letters, digits, `-`, `_` and `.`");
        }
    }
    let endpoints = cluster.endpoints.len();
    if endpoints == 0 || endpoints > MOST_ENDPOINTS {
        findings.wrong("cluster.endpoints", format!("{endpoints} members"), format!("1 to {MOST_ENDPOINTS}"));
    }
    for (index, endpoint) in cluster.endpoints.iter().enumerate() {
        if !is_endpoint(endpoint) {
            let key = format!("cluster.endpoints[{index}]");
            findings.wrong(&key, "this is no address of an etcd", "http://HOST:PORT or https://HOST:PORT");
        }
    }
    let secure = cluster.endpoints.iter().filter(|endpoint| endpoint.starts_with("https:")).count();
    if secure > 0 && secure < endpoints {
        findings.wrong("cluster.endpoints", "some are https and some are not", "all of one kind");
    }
    match &cluster.tls {
        Some(_) if secure == 0 => findings.wrong("cluster.tls", "no endpoint is https", "https endpoints, or no tls"),
        None if secure > 0 => {
            findings.wrong("cluster.tls", "nobody says whom to trust", "ca, and cert and key if asked for");
        }
        Some(tls) if tls.ca.is_none() => {
            findings.wrong("cluster.tls.ca", "it is missing", "a PEM file of the authority");
        }
        _ => {}
    }
    if cluster.user.is_some() != cluster.password_file.is_some() {
        findings.wrong("cluster.user", "user and password-file go together; one is missing", "both, or neither");
    }
}

fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

fn is_endpoint(endpoint: &str) -> bool {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return false };
    let Ok(authority) = rest.parse::<http::uri::Authority>() else { return false };
    ["http", "https"].contains(&scheme) && authority.port_u16().is_some() && !rest.contains('@')
}
