//! Who sits where: the product's own configuration and directory, read once and used to build the peers around it.

use crate::t_server::config::{Dn, DnKind, SwitchFile};
use std::{net::SocketAddr, path::Path, sync::Arc};
use uc_connector::{
    agent_link::LinkId,
    config::{self, Problem, render},
    directory::{self, Worker},
};

/// Where customers' calls wait for a strategy. Not a worker's DN in any directory of ours.
pub(super) const ROUTE_POINT: &str = "7000";

/// The contact centre's floor.
pub(super) struct Floor {
    /// Where the product expects its first T-Server.
    pub(super) t_server: SocketAddr,
    /// Where the product takes URS's preview link.
    pub(super) preview_link: SocketAddr,
    /// Address of the workers' page.
    pub(super) page: String,
    /// UserData key under which strategies tell the caller's number.
    pub(super) caller_key: Arc<str>,
    /// The queue that agents log in to, if there is one.
    pub(super) login_queue: Option<Arc<str>>,
    /// Everybody with a DN at the first T-Server.
    pub(super) workers: Vec<Arc<Worker>>,
}

impl Floor {
    /// Reads the product's configuration.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let told = |problems: Vec<Problem>| render(&problems, false);
        let config = config::Config::load(path).map_err(told)?;
        let names = config.t_server_names();
        let directory = directory::load(&config.directory.file, &names).map_err(told)?.directory;
        let first = config.t_servers.first().ok_or("the configuration names no T-Server")?;
        let t_server = first.address.parse().map_err(|_| format!("{} is no address to listen on", first.address))?;
        let preview_link = config.routing.listen.ok_or("the configuration has no [routing] listen for URS")?;
        let scheme = if config.web.tls_cert.is_some() { "https" } else { "http" };
        let has_line = |worker: &&Arc<Worker>| worker.lines.iter().any(|line| line.link == LinkId(0));
        Ok(Self {
            t_server,
            preview_link,
            page: format!("{scheme}://{}/", config.web.listen),
            caller_key: config.connector.caller_key.clone(),
            login_queue: config.connector.login_queue.clone(),
            workers: directory.workers().iter().filter(has_line).cloned().collect(),
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
        SwitchFile { dn: dns, ..SwitchFile::of_extensions([]) }
    }

    /// The worker with this agent ID.
    pub(super) fn agent(&self, id: &str) -> Option<&Arc<Worker>> {
        self.workers.iter().find(|worker| &*worker.agent_id == id)
    }
}
