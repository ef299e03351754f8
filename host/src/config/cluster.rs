//! Sections `[cluster]` and `[standby]`: which of several nodes does the work.

use super::findings::Findings;
use crate::wire::{seconds, tls::ClientConfigFiles};
use serde::Deserialize;
use std::{net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};
use uc_store::nodes::{MOST, Partitions};

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
    /// Into how many partitions the workers are divided, each owned by one node; none: one node works, and others are
    /// standby.
    pub partitions: Option<u16>,
    /// Where this node listens for the others; none: what arrives here for a worker of another node is refused.
    pub listen: Option<SocketAddr>,
    /// `HOST:PORT` where the others reach it.
    pub address: Option<String>,
    /// Whom nodes trust, and this node's own certificate, as client and as server.
    pub node_tls: Option<ClientConfigFiles>,
    /// User of the etcd; none: it asks for none.
    pub user: Option<String>,
    /// File whose first line is that user's password.
    pub password_file: Option<PathBuf>,
    /// Whom to trust, and our own certificate, with `https`.
    pub tls: Option<ClientConfigFiles>,
    /// `quota-backend-bytes` of the etcd, in MiB: it is warned of from half of it.
    #[serde(default = "etcd_quota")]
    pub etcd_quota: u32,
}

impl Cluster {
    /// At so many bytes the etcd takes nothing more.
    pub fn etcd_quota_bytes(&self) -> u64 {
        u64::from(self.etcd_quota) << 20
    }
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
    /// A primary without any link to a T-Server for so long lets a standby work that has one; where an arbiter decides, it
    /// only says that it serves nobody. Zero: neither.
    #[serde(with = "seconds")]
    pub hand_over_after: Duration,
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
            hand_over_after: Duration::from_secs(30),
        }
    }
}

/// Etcd's own when nobody says: 2 GiB.
fn etcd_quota() -> u32 {
    2048
}

fn installation() -> String {
    "uc-connector".to_owned()
}

/// What can mean nothing.
pub(super) fn check(cluster: Option<&Cluster>, standby: Option<&Standby>, findings: &mut Findings<'_>) {
    if let Some(cluster) = cluster {
        check_cluster(cluster, findings);
    }
    if cluster.is_some_and(|cluster| cluster.partitions.is_some()) && standby.is_some() {
        findings.wrong("standby", "with partitions every node works, and none is standby", "no section [standby]");
        return;
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

/// Programs that cannot be run are found out otherwise when a node is promoted, in the night.
pub(super) fn warn(standby: Option<&Standby>, findings: &mut Findings<'_>) {
    let Some(standby) = standby else { return };
    for (key, command) in [("on-promotion", &standby.on_promotion), ("on-demotion", &standby.on_demotion)] {
        if let Some(program) = command.first()
            && let Err(why) = can_be_run(program)
        {
            let message = format!("{program}: {why}");
            findings.wrong(&format!("standby.{key}"), message, "a program that can be run, by its whole path");
        }
    }
}

/// A name without a folder is looked for where the system looks for programs.
fn can_be_run(program: &str) -> Result<(), &'static str> {
    let look = |path: PathBuf| match path.metadata() {
        Ok(there) if there.is_file() && there.permissions().mode() & 0o111 != 0 => Ok(()),
        Ok(there) if there.is_file() => Err("this file may not be executed: chmod +x"),
        _ => Err("there is no such program"),
    };
    if program.contains('/') {
        return look(program.into());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let all = std::env::split_paths(&folders).map(|folder| look(folder.join(program)));
    all.reduce(|one, other| one.or(other)).unwrap_or(Err("there is no such program"))
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
    if cluster.partitions.is_some_and(|count| Partitions::new(count).is_none()) {
        findings.wrong("cluster.partitions", "no such number of partitions", format!("1 to {MOST}, such as 64"));
    }
    check_link(cluster, findings);
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
    if cluster.etcd_quota == 0 {
        findings.wrong(
            "cluster.etcd-quota",
            "no room at all",
            "MiB, as quota-backend-bytes of the etcd: 2048 by default",
        );
    }
    if cluster.user.is_some() != cluster.password_file.is_some() {
        findings.wrong("cluster.user", "user and password-file go together; one is missing", "both, or neither");
    }
}

/// The link between nodes.
fn check_link(cluster: &Cluster, findings: &mut Findings<'_>) {
    let Cluster { partitions, listen, address, node_tls, .. } = cluster;
    let parts = [listen.is_some(), address.is_some(), node_tls.is_some()];
    if parts.contains(&true) && parts.contains(&false) {
        findings.wrong("cluster.listen", "listen, address and node-tls go together; one is missing", "all, or none");
    }
    if parts.contains(&true) && partitions.is_none() {
        findings.wrong("cluster.listen", "without partitions no node asks another", "partitions, or no listen");
    }
    let is_reached = |address: &String| address.parse::<http::uri::Authority>().is_ok_and(|at| has_port(&at));
    if address.as_ref().is_some_and(|address| !is_reached(address)) {
        findings.wrong("cluster.address", "other nodes cannot connect to this", "HOST:PORT");
    }
    if let Some(tls) = node_tls
        && (tls.ca.is_none() || tls.cert.is_none() || tls.key.is_none())
    {
        findings.wrong("cluster.node-tls", "nodes prove to each other who they are", "ca, cert and key");
    }
}

fn is_name(name: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    (1..=60).contains(&name.len()) && name.chars().all(fits)
}

fn is_endpoint(endpoint: &str) -> bool {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return false };
    let Ok(authority) = rest.parse::<http::uri::Authority>() else { return false };
    ["http", "https"].contains(&scheme) && has_port(&authority) && !rest.contains('@')
}

/// Nobody listens at port 0.
fn has_port(authority: &http::uri::Authority) -> bool {
    authority.port_u16().is_some_and(|port| port > 0)
}
