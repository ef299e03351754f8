//! The directory: who is who. Workers, their agent IDs, places, DNs with switch and T-Server, groups, SIP addresses.
//! A whole directory is built at once, cross-checked, and never changed: a reload makes a new one (requirements F47).

mod disputed;
pub mod file;
mod lookalikes;
pub mod loss;
mod names;
mod raw;
mod resolve;
mod stamp;
pub mod watch;

pub use file::{Loaded, RedirectNumber, load};
pub use stamp::Stamp;
pub use watch::Watch;

use crate::{
    agent_link::{Dn, LinkId, Password},
    folded,
};
use foldhash::fast::RandomState as Quick;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// A person's key: the user name.
pub type WorkerId = Arc<str>;

/// What a person is to the contact centre. After Call Work is for agents alone (host/docs/requirements.md, "Workers and
/// agents").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Reached by preview; wrap-up time must be 0.
    KnowledgeWorker,
    /// A contact centre agent.
    Agent,
}

/// One DN of a worker's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The DN.
    pub dn: Dn,
    /// Name of its switch.
    pub switch: Arc<str>,
    /// The T-Server link that owns the switch.
    pub link: LinkId,
}

impl Line {
    /// What events name it by: the link and the DN.
    pub fn at(&self) -> (LinkId, Dn) {
        (self.link, self.dn.clone())
    }
}

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// User name, the key.
    pub id: WorkerId,
    /// Display name.
    pub name: Arc<str>,
    /// Knowledge worker or agent.
    pub kind: Kind,
    /// Language (BCP 47); empty: the configured default.
    pub language: Arc<str>,
    /// AgentID: the login code sent in RequestAgentLogin.
    pub agent_id: Arc<str>,
    /// Password of the agent login, when the T-Server wants one.
    pub agent_password: Option<Password>,
    /// Name of the default place.
    pub place: Arc<str>,
    /// The DNs of the default place; the first is the main DN.
    pub lines: Vec<Line>,
    /// Agent groups.
    pub groups: Vec<Arc<str>>,
    /// SIP address, `sip:user@domain` in lower case; none: not on the UC platform, or disputed.
    pub address: Option<Arc<str>>,
    /// Outside number that accepted calls go to, as it is written; none: to their DN.
    pub redirect_number: Option<Arc<str>>,
    /// Only administrators change that.
    pub redirect_locked: bool,
}

impl Worker {
    /// Has this DN by configuration.
    pub fn has(&self, at: &(LinkId, Dn)) -> bool {
        self.lines.iter().any(|line| (line.link, &line.dn) == (at.0, &at.1))
    }

    /// Logs in as the same agent as this entry: what is logged in stays so, whatever else of the two differs.
    pub fn logs_in_as(&self, other: &Self) -> bool {
        self.agent_id == other.agent_id
    }
}

/// Everybody. Lookups are by hash; the order is the file's.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    workers: Vec<Arc<Worker>>,
    by_id: HashMap<WorkerId, usize, Quick>,
    by_agent: HashMap<Arc<str>, usize, Quick>,
    by_line: HashMap<(LinkId, Dn), usize, Quick>,
    /// Where anybody, or nobody, has a DN.
    links: HashSet<LinkId, Quick>,
    free: Vec<Line>,
    free_at: HashSet<(LinkId, Dn), Quick>,
    disputed: HashMap<WorkerId, Arc<str>>,
    names: names::Names,
}

impl Directory {
    /// Builds the indexes. The caller has checked that user names, agent IDs and DNs are unique; of twins the first
    /// one counts.
    pub fn new(workers: Vec<Worker>) -> Self {
        let mut directory = Self { workers: workers.into_iter().map(Arc::new).collect(), ..Self::default() };
        directory.names = names::Names::of(&directory.workers);
        let count = directory.workers.len();
        directory.by_id.reserve(count);
        directory.by_agent.reserve(count);
        directory.by_line.reserve(count);
        for (index, worker) in directory.workers.iter().enumerate() {
            directory.by_id.entry(worker.id.clone()).or_insert(index);
            directory.by_agent.entry(worker.agent_id.clone()).or_insert(index);
            for line in &worker.lines {
                directory.links.insert(line.link);
                directory.by_line.entry((line.link, line.dn.clone())).or_insert(index);
            }
        }
        directory
    }

    /// With these lines of places that are nobody's default place; a line that a worker owns is not free.
    #[must_use]
    pub fn with_free(mut self, lines: Vec<Line>) -> Self {
        self.free = lines.into_iter().filter(|line| !self.by_line.contains_key(&line.at())).collect();
        self.free_at = self.free.iter().map(Line::at).collect();
        self.links.extend(self.free.iter().map(|line| line.link));
        self
    }

    /// With these workers without address because others have it too, each with the words that say so.
    #[must_use]
    pub fn with_disputed(mut self, disputed: HashMap<WorkerId, Arc<str>>) -> Self {
        self.disputed = disputed;
        self
    }

    /// Why this worker is without SIP address, when others have the same.
    pub fn disputed(&self, id: &str) -> Option<&Arc<str>> {
        self.disputed.get(id)
    }

    /// The lines of places that are nobody's default place: free seats (host/docs/requirements.md, "Free seating").
    pub fn free(&self) -> &[Line] {
        &self.free
    }

    /// Whether this DN of a link is a free seat.
    pub fn is_free(&self, at: &(LinkId, Dn)) -> bool {
        self.free_at.contains(at)
    }

    /// Whether this is a DN of anybody's, or a free seat's, at any link.
    pub fn has_dn(&self, dn: &Dn) -> bool {
        self.links.iter().map(|link| (*link, dn.clone())).any(|at| self.by_line.contains_key(&at) || self.is_free(&at))
    }

    /// By agent ID alone.
    pub fn login(&self, agent_id: &str) -> Option<&Arc<Worker>> {
        self.by_agent.get(agent_id).map(|&index| &self.workers[index])
    }

    /// Everybody, in the file's order.
    pub fn workers(&self) -> &[Arc<Worker>] {
        &self.workers
    }

    /// Who is found by what somebody types: each word begins one of the words of their name, user name, groups and
    /// numbers. In the file's order, and true when there may be more.
    pub fn find(&self, question: &str) -> (Vec<&Arc<Worker>>, bool) {
        let (mut found, mut more) = self.names.find(&folded::words(question), &self.workers);
        if let Some(number) = folded::number(question) {
            // The same number, parted otherwise.
            let (by_number, more_of_them) = self.names.find(&[number], &self.workers);
            found.extend(by_number);
            found.sort_unstable();
            found.dedup();
            more |= more_of_them;
        }
        (found.into_iter().filter_map(|at| self.workers.get(at)).collect(), more)
    }

    /// Every agent group that somebody is in.
    pub fn groups(&self) -> HashSet<&Arc<str>> {
        self.workers.iter().flat_map(|worker| &worker.groups).collect()
    }

    /// By user name.
    pub fn worker(&self, id: &str) -> Option<&Arc<Worker>> {
        self.by_id.get(id).map(|&index| &self.workers[index])
    }

    /// By agent ID, else by user name: a strategy may name either.
    pub fn agent(&self, agent: &str) -> Option<&Arc<Worker>> {
        self.by_agent.get(agent).map(|&index| &self.workers[index]).or_else(|| self.worker(agent))
    }

    /// Who owns a DN of a link by configuration.
    pub fn owner(&self, link: LinkId, dn: &Dn) -> Option<&Arc<Worker>> {
        self.by_line.get(&(link, dn.clone())).map(|&index| &self.workers[index])
    }
}
