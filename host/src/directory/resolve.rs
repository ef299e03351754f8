//! From the file's words to a directory: every reference looked up, every clash found.

use super::{
    Directory, Kind, Line, RedirectNumber, Stamp, Worker, disputed,
    file::Loaded,
    lookalikes,
    raw::{self, Raw, Word},
};
use crate::{
    agent_link::{LinkId, Password},
    config::{Problem, Source, Told, is_language, suggest},
    web::accounts::{Account, Accounts, Hash, Roles},
};
use foldhash::fast::RandomState as Quick;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// So many comparisons with known names are made to find what was meant: slips are few, thousands of dangling
/// references are what generates the file.
const COMPARISONS: usize = 50_000;

/// Looks everything up.
///
/// # Errors
/// Everything wrong, all at once.
pub(super) fn resolve(
    source: &Arc<Source>,
    t_servers: &[Arc<str>],
    reading: raw::Reading,
) -> Result<Loaded, Vec<Problem>> {
    let raw::Reading { raw, problems, broken } = reading;
    let raw = &raw;
    let mut resolver = Resolver { source, problems, broken, seen: Seen::of(raw), from: 0, comparisons: COMPARISONS };
    let switches = resolver.switches(raw, t_servers);
    let places = resolver.places(raw, &switches);
    let groups = resolver.groups(raw);
    let mut workers = Vec::with_capacity(raw.worker.len());
    let mut accounts = Accounts::with_capacity(raw.worker.len());
    for (index, worker) in raw.worker.iter().enumerate() {
        resolver.from = worker.from;
        let key = |name: &str| format!("worker[{index}].{name}");
        let resolved = resolver.worker(worker, &places, &groups, &key);
        resolver.account(worker, &resolved, &mut accounts, &key);
        workers.push(resolved);
    }
    let mut warnings = Told::default();
    let without = disputed::settle(source, &raw.worker, &mut workers, &mut warnings);
    let free = free_lines(raw, &places);
    if !resolver.problems.none() {
        return Err(resolver.problems.into_problems(source));
    }
    lookalikes::warn(source, raw, &mut warnings);
    if raw.worker.is_empty() {
        warnings.tell(|| Problem::with_file(source, "there is no worker in this file: nobody is served"));
    }
    Ok(Loaded {
        directory: Arc::new(Directory::new(workers).with_free(free).with_disputed(without)),
        accounts: Arc::new(accounts),
        warnings: warnings.into_problems(source),
        redirect_numbers: redirect_numbers(raw),
        source: source.clone(),
        stamp: Stamp::default(),
    })
}

fn redirect_numbers(raw: &Raw) -> Vec<RedirectNumber> {
    let of = |(index, worker): (usize, &raw::Worker)| {
        let number = worker.redirect_number.as_ref()?;
        let (worker, span) = (worker.user.get_ref().clone(), raw::place(number, worker.from));
        Some(RedirectNumber {
            worker,
            number: number.get_ref().clone(),
            key: format!("worker[{index}].redirect-number"),
            span,
        })
    };
    raw.worker.iter().enumerate().filter_map(of).collect()
}

/// Words that must be unique.
#[derive(Clone, Copy)]
enum Unique {
    Switch,
    Place,
    Group,
    User,
    AgentId,
    DefaultPlace,
}

impl Unique {
    fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Place => "place",
            Self::Group => "group",
            Self::User => "user",
            Self::AgentId => "agent ID",
            Self::DefaultPlace => "default place",
        }
    }
}

/// The words met so far, by what they are unique as.
struct Seen<'r>([HashSet<&'r str, Quick>; 6]);

impl Seen<'_> {
    fn of(raw: &Raw) -> Self {
        let Raw { switch, place, group, worker } = raw;
        let counts = [switch.len(), place.len(), group.len(), worker.len(), worker.len(), worker.len()];
        Self(counts.map(|count| HashSet::with_capacity_and_hasher(count, Quick::default())))
    }
}

/// The lines of places that are nobody's, in the file's order, so that two readings of one file are equal.
fn free_lines(raw: &Raw, places: &HashMap<Arc<str>, Vec<Line>, Quick>) -> Vec<Line> {
    let taken: HashSet<_, Quick> = raw.worker.iter().map(|worker| worker.place.get_ref()).collect();
    let free = raw.place.iter().map(|place| place.name.get_ref()).filter(|name| !taken.contains(name));
    free.filter_map(|name| places.get(name)).flatten().cloned().collect()
}

struct Resolver<'s> {
    source: &'s Arc<Source>,
    problems: Told,
    broken: HashSet<String>,
    seen: Seen<'s>,
    /// Where the piece of the file begins from which the places of the element at hand count.
    from: usize,
    /// Left of [`COMPARISONS`].
    comparisons: usize,
}

impl<'s> Resolver<'s> {
    fn switches(&mut self, raw: &'s Raw, t_servers: &[Arc<str>]) -> HashMap<Arc<str>, LinkId, Quick> {
        let links: HashMap<_, _> = (0..=u16::MAX).zip(t_servers).map(|(link, name)| (name, LinkId(link))).collect();
        let mut switches = HashMap::default();
        for (index, switch) in raw.switch.iter().enumerate() {
            self.from = switch.from;
            self.unique(Unique::Switch, &switch.name, || format!("switch[{index}].name"));
            let link = links.get(switch.t_server.get_ref()).copied();
            if link.is_none() {
                let key = format!("switch[{index}].t-server");
                self.dangling(&switch.t_server, &key, "T-Server", t_servers.iter().map(|name| &**name));
            }
            switches.insert(switch.name.get_ref().clone(), link.unwrap_or(LinkId(0)));
        }
        switches
    }

    fn places(
        &mut self,
        raw: &'s Raw,
        switches: &HashMap<Arc<str>, LinkId, Quick>,
    ) -> HashMap<Arc<str>, Vec<Line>, Quick> {
        let mut places = HashMap::with_capacity_and_hasher(raw.place.len(), Quick::default());
        let mut lines_seen: HashMap<(LinkId, &str), usize, Quick> =
            HashMap::with_capacity_and_hasher(raw.place.len(), Quick::default());
        for (index, place) in raw.place.iter().enumerate() {
            self.from = place.from;
            self.unique(Unique::Place, &place.name, || format!("place[{index}].name"));
            if place.dns.get_ref().is_empty() {
                self.wrong(&place.dns, &format!("place[{index}].dns"), "a place without DN", "at least one DN");
            }
            let mut lines = Vec::with_capacity(place.dns.get_ref().len());
            for (at, entry) in place.dns.get_ref().iter().enumerate() {
                let key = |name: &str| format!("place[{index}].dns[{at}].{name}");
                self.word(&entry.dn, || key("dn"), "a DN has no blanks and is not empty");
                let Some(&link) = switches.get(entry.switch.get_ref()) else {
                    self.dangling(&entry.switch, &key("switch"), "switch", switches.keys().map(|name| &**name));
                    continue;
                };
                let (dn, switch) = (entry.dn.get_ref().clone(), entry.switch.get_ref().clone());
                if let Some(other) = lines_seen.insert((link, entry.dn.get_ref()), index) {
                    let message = format!("DN {dn} of this T-Server is in place[{other}] already");
                    self.wrong(&entry.dn, &key("dn"), message, "each DN once");
                }
                lines.push(Line { dn, switch, link });
            }
            places.insert(place.name.get_ref().clone(), lines);
        }
        places
    }

    fn groups(&mut self, raw: &'s Raw) -> HashSet<Arc<str>, Quick> {
        for (index, group) in raw.group.iter().enumerate() {
            self.from = group.from;
            self.unique(Unique::Group, &group.name, || format!("group[{index}].name"));
        }
        raw.group.iter().map(|group| group.name.get_ref().clone()).collect()
    }

    fn worker(
        &mut self,
        raw: &'s raw::Worker,
        places: &HashMap<Arc<str>, Vec<Line>, Quick>,
        groups: &HashSet<Arc<str>, Quick>,
        key: &dyn Fn(&str) -> String,
    ) -> Worker {
        self.unique(Unique::User, &raw.user, || key("user"));
        self.unique(Unique::AgentId, &raw.agent_id, || key("agent-id"));
        let lines = places.get(raw.place.get_ref());
        match lines {
            Some(_) => self.unique(Unique::DefaultPlace, &raw.place, || key("place")),
            None => self.dangling(&raw.place, &key("place"), "place", places.keys().map(|name| &**name)),
        }
        for group in raw.groups.iter().filter(|group| !groups.contains(group.get_ref())) {
            self.dangling(group, &key("groups"), "group", groups.iter().map(|name| &**name));
        }
        self.no_after_call_work(raw, key);
        Worker {
            id: raw.user.get_ref().clone(),
            name: raw.name.clone().unwrap_or_else(|| raw.user.get_ref().clone()),
            kind: raw.kind.into(),
            language: self.language(raw, key),
            agent_id: raw.agent_id.get_ref().clone(),
            agent_password: self.agent_password(raw, key),
            place: raw.place.get_ref().clone(),
            lines: lines.cloned().unwrap_or_default(),
            groups: raw.groups.iter().map(|group| group.get_ref().clone()).collect(),
            address: self.address(raw, key),
            redirect_number: raw.redirect_number.as_ref().map(|number| number.get_ref().clone()),
            redirect_locked: raw.redirect_locked,
        }
    }

    /// Who may sign in. Without a password only an invitation to the worker's own UC client signs them in.
    fn account(&mut self, raw: &raw::Worker, worker: &Worker, accounts: &mut Accounts, key: &dyn Fn(&str) -> String) {
        let roles = raw.roles.as_deref().unwrap_or(&[raw::Role::Worker]);
        let roles = Roles { worker: roles.contains(&raw::Role::Worker), admin: roles.contains(&raw::Role::Admin) };
        accounts.insert(
            worker.id.clone(),
            Account {
                worker: worker.id.clone(),
                hash: self.password_hash(raw, key),
                name: worker.name.clone(),
                language: worker.language.clone(),
                roles,
            },
        );
    }

    fn password_hash(&mut self, raw: &raw::Worker, key: &dyn Fn(&str) -> String) -> Option<Hash> {
        let hash = raw.password_hash.as_ref()?;
        match &hash.get_ref().0 {
            Ok(usable) => Some(usable.clone()),
            Err(why) => {
                self.wrong(hash, &key("password-hash"), format!("this {why}"), "an argon2id hash in PHC form");
                None
            }
        }
    }

    /// After Call Work is for agents alone (host/docs/requirements.md, "Workers and agents").
    fn no_after_call_work(&mut self, raw: &raw::Worker, key: &dyn Fn(&str) -> String) {
        let Some(time) = raw.wrap_up_time.as_ref().filter(|time| *time.get_ref() > 0) else { return };
        if raw.kind == raw::Kind::KnowledgeWorker {
            let message = "a knowledge worker has no After Call Work";
            self.wrong(time, &key("wrap-up-time"), message, "0, or kind = \"agent\"");
        }
    }

    fn language(&mut self, raw: &raw::Worker, key: &dyn Fn(&str) -> String) -> Arc<str> {
        let Some(language) = &raw.language else { return "".into() };
        if !is_language(language.get_ref()) {
            let allowed = "a BCP 47 tag such as en, de or pt-BR";
            self.wrong(language, &key("language"), "this is no language tag", allowed);
        }
        language.get_ref().clone()
    }

    fn agent_password(&mut self, raw: &raw::Worker, key: &dyn Fn(&str) -> String) -> Option<Password> {
        let file = raw.agent_password_file.as_ref()?;
        let path = self.source.resolve(file.get_ref());
        match crate::secret::first_line(&path) {
            Ok(secret) => Some(Password(secret)),
            Err(why) => {
                let message = format!("{} {why}", path.display());
                self.wrong(file, &key("agent-password-file"), message, "a file with the password of the agent login");
                None
            }
        }
    }

    fn address(&mut self, raw: &raw::Worker, key: &dyn Fn(&str) -> String) -> Option<Arc<str>> {
        let word = raw.sip_address.as_ref()?;
        let address: Arc<str> = word.get_ref().to_lowercase().into();
        if !is_sip_address(&address) {
            self.wrong(word, &key("sip-address"), "this is no SIP address", "sip:USER@DOMAIN");
        }
        Some(address)
    }

    /// A word that must be there, be printable, and belong to one element only.
    fn unique(&mut self, unique: Unique, word: &'s Word, key: impl Fn() -> String) {
        self.word(word, &key, "not empty, no blanks at either end, no control characters");
        if !self.seen.0[unique as usize].insert(word.get_ref()) {
            let kind = unique.word();
            let message = format!("another one has the {kind} {:?}", word.get_ref());
            self.wrong(word, &key(), message, format!("each {kind} once"));
        }
    }

    fn word(&mut self, word: &Word, key: impl Fn() -> String, allowed: &str) {
        let text = word.get_ref();
        if text.is_empty() || text.trim().len() < text.len() || text.contains(char::is_control) {
            self.wrong(word, &key(), format!("{text:?} cannot be used here"), allowed);
        }
    }

    fn wrong<T>(&mut self, at: &toml::Spanned<T>, key: &str, message: impl Into<String>, allowed: impl Into<String>) {
        let (source, span) = (self.source, raw::place(at, self.from));
        self.problems.tell(|| Problem::with_key(source, Some(span), key, message).allowing(allowed));
    }

    fn dangling<'a>(
        &mut self,
        at: &Word,
        key: &str,
        kind: &str,
        known: impl ExactSizeIterator<Item = &'a str> + Clone,
    ) {
        let word = at.get_ref();
        if self.broken.contains(&**word) {
            return;
        }
        let (source, span, comparisons) = (self.source, raw::place(at, self.from), &mut self.comparisons);
        self.problems.tell(|| {
            // With thousands of names a list helps nobody; the closest one does.
            let allowed = match known.len() {
                0 => format!("there is no {kind} at all"),
                1..=12 => in_order(known.clone()).join(", "),
                many => format!("one of the {many} that the file names"),
            };
            let meant = comparisons.checked_sub(known.len()).and_then(|left| {
                *comparisons = left;
                suggest::closest(word, known)
            });
            let problem = Problem::with_key(source, Some(span), key, format!("there is no {kind} {word:?}"));
            problem.allowing(allowed).suggesting(meant)
        });
    }
}

fn in_order<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable();
    words
}

impl From<raw::Kind> for Kind {
    fn from(kind: raw::Kind) -> Self {
        match kind {
            raw::Kind::KnowledgeWorker => Self::KnowledgeWorker,
            raw::Kind::Agent => Self::Agent,
        }
    }
}

fn is_sip_address(address: &str) -> bool {
    let Some((user, domain)) = address.strip_prefix("sip:").and_then(|rest| rest.split_once('@')) else { return false };
    let plain = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || "@;?<>\"".contains(c));
    plain(user) && plain(domain)
}
