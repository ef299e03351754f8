//! From the file's words to a directory: every reference looked up, every clash found.

use super::{
    Directory, Kind, Line, Worker, disputed,
    file::Loaded,
    raw::{self, Raw, Word},
};
use crate::{
    agent_link::{LinkId, Password},
    config::{Problem, Source, is_language, read_secret, suggest},
    web::accounts::{Account, Accounts, Roles},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Looks everything up. With a problem the result is incomplete and must not be used.
pub(super) fn resolve(source: &Arc<Source>, t_servers: &[Arc<str>], reading: raw::Reading) -> (Loaded, Vec<Problem>) {
    let raw::Reading { raw, problems, broken } = reading;
    let mut resolver = Resolver { source, problems, broken, seen: HashMap::new() };
    let switches = resolver.switches(&raw, t_servers);
    let places = resolver.places(&raw, &switches);
    let groups = resolver.groups(&raw);
    let mut workers = Vec::with_capacity(raw.worker.len());
    let mut accounts = Accounts::default();
    for (index, worker) in raw.worker.iter().enumerate() {
        let key = |name: &str| format!("worker[{index}].{name}");
        let resolved = resolver.worker(worker, &places, &groups, &key);
        resolver.account(worker, &resolved, &mut accounts, &key);
        workers.push(resolved);
    }
    let (without, warnings) = disputed::settle(source, &raw.worker, &mut workers);
    // In the file's order, so that two readings of one file are equal.
    let taken: HashSet<_> = raw.worker.iter().map(|worker| worker.place.get_ref()).collect();
    let free = raw.place.iter().map(|place| place.name.get_ref()).filter(|name| !taken.contains(name));
    let free = free.filter_map(|name| places.get(name)).flatten().cloned().collect();
    (
        Loaded {
            directory: Arc::new(Directory::new(workers).with_free(free).with_disputed(without)),
            accounts: Arc::new(accounts),
            warnings,
        },
        resolver.problems,
    )
}

struct Resolver<'s> {
    source: &'s Arc<Source>,
    problems: Vec<Problem>,
    broken: HashSet<String>,
    /// What must be unique, by kind and word; the value says who has it.
    seen: HashMap<(&'static str, Arc<str>), usize>,
}

impl Resolver<'_> {
    fn switches(&mut self, raw: &Raw, t_servers: &[Arc<str>]) -> HashMap<Arc<str>, LinkId> {
        let mut switches = HashMap::new();
        for (index, switch) in raw.switch.iter().enumerate() {
            self.unique("switch", &switch.name, || format!("switch[{index}].name"));
            let link = t_servers.iter().position(|name| name == switch.t_server.get_ref());
            let link = link.and_then(|link| u16::try_from(link).ok()).map(LinkId);
            if link.is_none() {
                let key = format!("switch[{index}].t-server");
                self.dangling(&switch.t_server, &key, "T-Server", t_servers.iter().map(|name| &**name));
            }
            switches.insert(switch.name.get_ref().clone(), link.unwrap_or(LinkId(0)));
        }
        switches
    }

    fn places(&mut self, raw: &Raw, switches: &HashMap<Arc<str>, LinkId>) -> HashMap<Arc<str>, Vec<Line>> {
        let mut places = HashMap::with_capacity(raw.place.len());
        let mut lines_seen: HashMap<(LinkId, Arc<str>), usize> = HashMap::with_capacity(raw.place.len());
        for (index, place) in raw.place.iter().enumerate() {
            self.unique("place", &place.name, || format!("place[{index}].name"));
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
                if let Some(other) = lines_seen.insert((link, dn.clone()), index) {
                    let message = format!("DN {dn} of this T-Server is in place[{other}] already");
                    self.wrong(&entry.dn, &key("dn"), message, "each DN once");
                }
                lines.push(Line { dn, switch, link });
            }
            places.insert(place.name.get_ref().clone(), lines);
        }
        places
    }

    fn groups(&mut self, raw: &Raw) -> HashSet<Arc<str>> {
        for (index, group) in raw.group.iter().enumerate() {
            self.unique("group", &group.name, || format!("group[{index}].name"));
        }
        raw.group.iter().map(|group| group.name.get_ref().clone()).collect()
    }

    fn worker(
        &mut self,
        raw: &raw::Worker,
        places: &HashMap<Arc<str>, Vec<Line>>,
        groups: &HashSet<Arc<str>>,
        key: &dyn Fn(&str) -> String,
    ) -> Worker {
        self.unique("user", &raw.user, || key("user"));
        self.unique("agent ID", &raw.agent_id, || key("agent-id"));
        let lines = places.get(raw.place.get_ref());
        match lines {
            Some(_) => self.unique("default place", &raw.place, || key("place")),
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
        }
    }

    /// Who may sign in. Without a password only an invitation to the worker's own UC client signs him in.
    fn account(&mut self, raw: &raw::Worker, worker: &Worker, accounts: &mut Accounts, key: &dyn Fn(&str) -> String) {
        let roles = raw.roles.as_deref().unwrap_or(&[raw::Role::Worker]);
        let roles = Roles { worker: roles.contains(&raw::Role::Worker), admin: roles.contains(&raw::Role::Admin) };
        let account = Account {
            worker: worker.id.clone(),
            hash: raw.password_hash.as_ref().map(|hash| hash.get_ref().clone()),
            name: worker.name.clone(),
            language: worker.language.clone(),
            roles,
        };
        if let Err(why) = accounts.insert(worker.id.clone(), account)
            && let Some(hash) = &raw.password_hash
        {
            self.wrong(hash, &key("password-hash"), format!("this {why}"), "an argon2id hash in PHC form");
        }
    }

    /// After Call Work is for agents alone (requirements section 4).
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
        match read_secret(&path) {
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
    fn unique(&mut self, kind: &'static str, word: &Word, key: impl Fn() -> String) {
        self.word(word, &key, "not empty, no blanks at either end, no control characters");
        let next = self.seen.len();
        if self.seen.insert((kind, word.get_ref().clone()), next).is_some() {
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
        self.problems.push(Problem::with_key(self.source, Some(at.span()), key, message).allowing(allowed));
    }

    fn dangling<'a>(&mut self, at: &Word, key: &str, kind: &str, known: impl Iterator<Item = &'a str>) {
        let word = at.get_ref();
        if self.broken.contains(&**word) {
            return;
        }
        // With thousands of names a list helps nobody; the closest one does.
        let mut known: Vec<_> = known.collect();
        known.sort_unstable();
        let allowed = match known.as_slice() {
            [] => format!("there is no {kind} at all"),
            few if few.len() <= 12 => few.join(", "),
            many => format!("one of the {} that the file names", many.len()),
        };
        let problem = Problem::with_key(self.source, Some(at.span()), key, format!("there is no {kind} {word:?}"));
        self.problems.push(problem.allowing(allowed).suggesting(suggest::closest(word, known)));
    }
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
