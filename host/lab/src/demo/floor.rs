//! Who sits where: the product's own configuration and directory, read once and used to build the peers around it.

use super::platform;
use crate::t_server::config::{Dn, DnKind, SwitchFile};
use std::{net::SocketAddr, path::Path, sync::Arc};
use uc_connector::{
    agent_link::LinkId,
    check::{Sound, inspect},
    config::{Config, render},
    directory::Worker,
    mode::Mode,
    policy::{ContactPoint, ContactType},
};

/// Where customers' calls wait for a strategy. Not a worker's DN in any directory of ours.
pub(super) const ROUTE_POINT: &str = "7000";

/// Seconds of After Call Work where it is shown on the UC platform: long enough to look.
const WRAP_UP: u64 = 20;

/// The contact centre's floor.
pub(super) struct Floor {
    /// What the product's plug-ins make it do.
    pub(super) mode: Mode,
    /// Where the product expects its first T-Server.
    pub(super) t_server: SocketAddr,
    /// Where the product takes URS's preview link; none: it asks no worker.
    pub(super) preview_link: Option<SocketAddr>,
    /// Address of the workers' page, if there is one.
    pub(super) page: Option<String>,
    /// Where the product listens when it runs.
    pub(super) serves: SocketAddr,
    /// Where its plug-ins look for a UC platform.
    pub(super) platform: platform::Wanted,
    /// UserData key under which strategies tell the caller's number.
    pub(super) caller_key: Arc<str>,
    /// The queue that agents log in to, if there is one.
    pub(super) login_queue: Option<Arc<str>>,
    /// Where the product expects its Stat Server; none: it asks none.
    pub(super) stat_server: Option<SocketAddr>,
    /// Where calls can be passed on to, inside the contact centre: number and kind.
    pub(super) places: Vec<(Arc<str>, DnKind)>,
    /// Everybody with a DN at the first T-Server.
    pub(super) workers: Vec<Arc<Worker>>,
}

impl Floor {
    /// Reads the product's configuration, and finds what the product would find wrong.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let Sound { config, directory, mode, .. } = inspect(path).map_err(|problems| render(&problems, false))?;
        let first = config.t_servers.first().ok_or("the configuration names no T-Server")?;
        let t_server = first.address.parse().map_err(|_| format!("{} is no address to listen on", first.address))?;
        let scheme = if config.web.tls_cert.is_some() { "https" } else { "http" };
        let has_line = |worker: &&Arc<Worker>| worker.lines.iter().any(|line| line.link == LinkId(0));
        let page = config.named.users.then_some(config.web.listen);
        let operators = config.named.operators.then_some(config.admin.listen);
        Ok(Self {
            mode,
            t_server,
            preview_link: config.routing.listen,
            page: page.map(|address| format!("{scheme}://{address}/")),
            serves: page.or(operators).ok_or("the configuration has neither [web] nor [admin]: nobody sees it run")?,
            platform: platform::Wanted::by(&config.plugins)?,
            caller_key: config.connector.caller_key.clone(),
            login_queue: config.connector.login_queue.clone(),
            stat_server: stat_server(&config)?,
            places: config.contact_points.points().iter().filter_map(|point| place(point)).collect(),
            workers: directory.directory.workers().iter().filter(has_line).cloned().collect(),
        })
    }

    /// The switch of these workers: their DNs, the route point and the queue.
    pub(super) fn switch(&self) -> SwitchFile {
        let lines = self.workers.iter().flat_map(|worker| &worker.lines).filter(|line| line.link == LinkId(0));
        let at = |dn: &str, switch: &str, kind| Dn {
            dn: dn.to_owned(),
            switch: switch.to_owned(),
            kind,
            agents: Vec::new(),
            queue: None,
        };
        let mut dns: Vec<Dn> = lines.map(|line| at(&line.dn, &line.switch, DnKind::Extension)).collect();
        dns.push(at(ROUTE_POINT, "lab", DnKind::RoutePoint));
        dns.extend(self.login_queue.as_deref().map(|queue| at(queue, "lab", DnKind::Queue)));
        for (number, kind) in &self.places {
            if dns.iter().all(|known| *known.dn != **number) {
                dns.push(at(number, "lab", *kind));
            }
        }
        let shown = [Mode::PresencePropagation, Mode::PresenceConnector].contains(&self.mode);
        let wrap_up_time = if shown { WRAP_UP } else { 0 };
        SwitchFile { dn: dns, wrap_up_time, ..SwitchFile::of_extensions([]) }
    }

    /// The worker with this agent ID.
    pub(super) fn agent(&self, id: &str) -> Option<&Arc<Worker>> {
        self.workers.iter().find(|worker| &*worker.agent_id == id)
    }
}

fn stat_server(config: &Config) -> Result<Option<SocketAddr>, String> {
    let address = config.stat_server.as_ref().map(|link| &link.address);
    let parsed = address.map(|address| address.parse().map_err(|_| format!("{address} is no address to listen on")));
    parsed.transpose()
}

fn place(point: &ContactPoint) -> Option<(Arc<str>, DnKind)> {
    let kind = match point.kind {
        ContactType::Queue | ContactType::AgentGroup => DnKind::Queue,
        ContactType::RoutePoint => DnKind::RoutePoint,
        ContactType::External => return None,
    };
    Some((point.number.clone(), kind))
}
