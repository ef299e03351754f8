//! The configuration: one TOML file, assembled from each part's own section. Nothing else is read, no environment and
//! no hidden file.
//!
//! Everything wrong with the file is reported at once, each with its place, what is allowed and what was probably
//! meant. A file with any problem is not used at all.
//!
//! Long, because it is the list of all sections, and of what each makes of the service.

pub(crate) mod certificates;
mod chat;
mod cluster;
mod connector;
mod contact_points;
mod directory;
mod effective;
mod fault;
mod files;
mod findings;
mod listeners;
mod numbering_plan;
mod outcome;
mod preview_reporting;
mod problem;
#[cfg(test)]
mod reference_tests;
mod render;
pub(crate) mod section;
mod source;
pub(crate) mod suggest;
mod t_server;
mod told;
mod user_data;
mod words;

pub use chat::Chat;
pub use cluster::{Arbiter, Cluster, Standby};
pub use connector::{Connector, is_language};
pub use directory::{Allowance, Directory};
pub use effective::Effective;
pub use preview_reporting::{PreviewReporting, PreviewState};
pub use problem::Problem;
pub use render::{render, render_warnings};
pub use source::Source;
pub use told::SHOWN;
pub(crate) use told::Told;

use crate::{
    plugins,
    policy::{
        AgentRule, ContactPoint, ContactPoints, Disposition, NumberingPlan, OutcomeForm, PresenceRule,
        StatisticDefinition, UserDataField, UserDataForm,
    },
    routing::{self, tokens::Tokens},
    stat_server, telemetry, tlib, web,
    wire::tls::{ClientTls, ServerTls, TlsError, system_fingerprint},
};
use certificates::Named;
use findings::Findings;
use serde::Deserialize;
use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// Everything the configuration file says. Paths are absolute.
#[derive(Clone, Debug)]
pub struct Config {
    /// The configuration file.
    pub file: PathBuf,
    /// Every key with its value, defaults included: what a reload compares.
    pub effective: Effective,
    /// Every key that names a file with a fingerprint of its content, for the same purpose.
    pub contents: Effective,
    /// `[uc-connector]`.
    pub connector: Connector,
    /// `[directory]`.
    pub directory: Directory,
    /// `[[t-server]]`, in the order of their link numbers.
    pub t_servers: Vec<tlib::Config>,
    /// `[[presence-rule]]`, in order: the first that fits decides.
    pub presence_rules: Vec<PresenceRule>,
    /// `[[agent-rule]]`, in order: the first that fits decides.
    pub agent_rules: Vec<AgentRule>,
    /// `[[user-data]]`, and what `[uc-connector]` says beside it.
    pub user_data: Arc<UserDataForm>,
    /// `[stat-server]`; none: no statistics are shown.
    pub stat_server: Option<stat_server::Config>,
    /// `[[contact-point]]`, and the `[[statistic]]` they name.
    pub contact_points: Arc<ContactPoints>,
    /// What is wrong without keeping the service from doing its work: rules that publish nothing for what they match,
    /// certificates that end soon.
    pub warnings: Vec<Problem>,
    /// Every certificate that a key names, of the pages, the links and the plug-ins.
    pub certificates: Vec<Named>,
    /// `[chat]`.
    pub chat: Chat,
    /// `[cluster]`; none: there is one node, or an arbiter outside decides.
    pub cluster: Option<Cluster>,
    /// `[standby]`; none: as if it were empty, where there is a `[cluster]`.
    pub standby: Option<Standby>,
    /// `[numbering-plan]`; none: no call goes to an outside number.
    pub numbering_plan: Option<NumberingPlan>,
    /// `[outcome]` and `[[disposition]]`.
    pub outcome: Arc<OutcomeForm>,
    /// `[routing]`.
    pub routing: routing::Config,
    /// Every address that the file names to be opened.
    addresses: listeners::Addresses,
    /// Which of `[web]` and `[admin]` the file names: presence connector mode opens no others.
    pub named: web::Opens,
    /// `[web]`.
    pub web: web::Config,
    /// `[admin]`.
    pub admin: web::AdminConfig,
    /// `[log]`.
    pub log: telemetry::Config,
    /// `[plugins]` and every `[[plugin]]`.
    pub plugins: plugins::Config,
}

/// The sections as they stand in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Sections {
    #[serde(default)]
    uc_connector: Connector,
    directory: Directory,
    t_server: Vec<tlib::Config>,
    #[serde(default)]
    presence_rule: Vec<PresenceRule>,
    #[serde(default)]
    agent_rule: Vec<AgentRule>,
    #[serde(default)]
    user_data: Vec<UserDataField>,
    stat_server: Option<stat_server::Config>,
    #[serde(default)]
    statistic: Vec<StatisticDefinition>,
    #[serde(default)]
    contact_point: Vec<ContactPoint>,
    #[serde(default)]
    chat: Chat,
    cluster: Option<Cluster>,
    standby: Option<Standby>,
    numbering_plan: Option<NumberingPlan>,
    #[serde(default)]
    outcome: outcome::Outcome,
    #[serde(default)]
    disposition: Vec<Disposition>,
    #[serde(default)]
    routing: routing::Config,
    web: Option<web::Config>,
    admin: Option<web::AdminConfig>,
    #[serde(default)]
    log: telemetry::Config,
    #[serde(default)]
    plugins: plugins::Section,
    #[serde(default)]
    plugin: Vec<plugins::Entry>,
}

/// The sections of the plug-ins; whatever else the file says.
#[derive(Debug, Deserialize)]
struct PluginSections {
    #[serde(default)]
    plugins: plugins::Section,
    #[serde(default)]
    plugin: Vec<plugins::Entry>,
}

impl Config {
    /// Reads the configuration file.
    ///
    /// # Errors
    /// Everything wrong with it, all at once; by the operator's fault.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        let whole = |message| vec![Problem::with_file(&Source::unreadable(path), message)];
        Self::read(&Source::read(path).map_err(whole)?)
    }

    /// Where the running service is asked, and with which token: whatever else is wrong in the file by now, the arbiter of a
    /// pair and whoever drains a node must be heard.
    ///
    /// # Errors
    /// What is wrong with `[admin]`, or that the file is no TOML: the operator's to mend.
    pub fn admin(path: &Path) -> Result<web::AdminConfig, Vec<Problem>> {
        let source =
            &Source::read(path).map_err(|message| vec![Problem::with_file(&Source::unreadable(path), message)])?;
        let mut root = section::parse(source).map_err(|problems| in_order(source, problems))?;
        files::make_absolute(source, &mut root);
        let (mut problems, named) = (Vec::new(), root.get_ref().get("admin"));
        let read = named.map_or_else(
            || Some(web::AdminConfig::default()),
            |section| section::read(source, section, "admin", &mut problems),
        );
        read.ok_or_else(|| in_order(source, problems))
    }

    /// Reads a configuration that was read from its file already.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Problem>> {
        let mut root = section::parse(source).map_err(|problems| in_order(source, problems))?;
        files::make_absolute(source, &mut root);
        let wrong = files::check(source, &mut root);
        let words = words::check(&mut root);
        let certificates = files::certificates(source, &mut root);
        let mut problems = Vec::new();
        let sections: Option<Sections> = section::read(source, &root, "", &mut problems);
        let mut findings = Findings::new(source, &root);
        files::report(wrong, &mut findings);
        let mut warnings = Findings::new(source, &root);
        warn_of_ends(&certificates, SystemTime::now(), &mut warnings);
        let certificates = certificates.into_iter().map(|(named, _)| named).collect();
        let config = sections.and_then(|sections| {
            sections.warn(&mut warnings);
            sections.assemble(source, Effective::of(&root), &mut findings)
        });
        problems.append(&mut findings.into_problems());
        // Where a key is judged by a rule of its own, that says more.
        let unjudged = words.into_iter().filter(|(key, ..)| problems.iter().all(|problem| problem.key != *key));
        let mut of_words = Findings::new(source, &root);
        files::report(unjudged.collect(), &mut of_words);
        problems.append(&mut of_words.into_problems());
        match config {
            Some(config) if problems.is_empty() => {
                Ok(Self { warnings: in_order(source, warnings.into_problems()), certificates, ..config })
            }
            _ => Err(in_order(source, problems)),
        }
    }

    /// The plug-in part alone of a file in which something else may be wrong; none: it cannot be told.
    pub fn plugins_alone(source: &Arc<Source>) -> Option<plugins::Config> {
        let mut root = section::parse(source).ok()?;
        files::make_absolute(source, &mut root);
        let PluginSections { plugins, plugin } = section::read(source, &root, "", &mut Vec::new())?;
        plugins::Config::assemble(&source.path, &source.text, plugins, &plugin).ok()
    }

    /// What is in the way of the addresses that a mode with pages opens by default.
    pub fn defaults_in_the_way(&self) -> Vec<String> {
        listeners::defaults_in_the_way(self.named, &self.addresses)
    }

    /// Names of the T-Servers in the order of their link numbers.
    pub fn t_server_names(&self) -> Vec<Arc<str>> {
        self.t_servers.iter().map(|server| server.name.as_str().into()).collect()
    }

    /// Whether these are its T-Servers: each is named once, and the order of their parts means nothing.
    pub fn has_t_servers(&self, names: &[Arc<str>]) -> bool {
        let is_one = |server: &tlib::Config| names.iter().any(|name| **name == *server.name);
        names.len() == self.t_servers.len() && self.t_servers.iter().all(is_one)
    }
}

impl Sections {
    fn check(&self, findings: &mut Findings<'_>) {
        self.uc_connector.check(findings);
        self.directory.check(findings);
        t_server::check(&self.t_server, findings);
        for (index, rule) in self.presence_rule.iter().enumerate() {
            if let Some((key, allowed)) = rule.contradiction() {
                findings.wrong(&format!("presence-rule[{index}].{key}"), "this contradicts the state", allowed);
            }
        }
        user_data::check(&self.user_data, &self.uc_connector, findings);
        self.stat_server.iter().for_each(|link| contact_points::check_link(link, findings));
        contact_points::check(&self.contact_point, &self.statistic, findings);
        let limits = self.web.as_ref().map(|web| web.limits.clone()).unwrap_or_default();
        self.chat.check(limits.frame_bytes.get() as usize, findings);
        self.outcome.check(&self.disposition, &self.uc_connector.preview_reporting(), findings);
        numbering_plan::check(self.numbering_plan.as_ref(), findings);
        cluster::check(self.cluster.as_ref(), self.standby.as_ref(), findings);
        if let Err(why) = self.routing.check() {
            findings.say(&format!("routing.{}", why.key()), None, why.to_string());
        }
        self.openers().check(findings);
        self.uc_connector.check_sounds(self.web.as_ref(), findings);
        let (web, admin) = (self.web.iter(), self.admin.iter());
        for problem in web.flat_map(web::Config::problems).chain(admin.flat_map(web::AdminConfig::problems)) {
            findings.say(problem.key, problem.span, problem.text);
        }
    }

    fn openers(&self) -> listeners::Openers<'_> {
        let (web, admin) = (self.web.as_ref(), self.admin.as_ref());
        listeners::Openers { routing: &self.routing, web, admin, cluster: self.cluster.as_ref(), plugins: &self.plugin }
    }

    /// What does not keep the service from its work.
    fn warn(&self, findings: &mut Findings<'_>) {
        self.uc_connector.preview_reporting().warn(findings);
        cluster::warn(self.standby.as_ref(), findings);
        self.openers().warn(findings);
        contact_points::warn(&self.contact_point, self.stat_server.as_ref(), findings);
        self.warn_of_bodies(findings);
        for (index, rule) in self.agent_rule.iter().enumerate() {
            for fault in rule.faults() {
                let message = format!("{}: nothing is published for what this rule matches", fault.message);
                findings.wrong(&format!("agent-rule[{index}].{}", fault.key), message, fault.allowed);
            }
        }
    }

    /// A strategy's request comes through the users' address, whose own bound counts first.
    fn warn_of_bodies(&self, findings: &mut Findings<'_>) {
        let body =
            self.web.as_ref().map(|web| web.limits.body_bytes).unwrap_or(web::Limits::default().body_bytes).get();
        let message = self.routing.max_message_bytes.count();
        if (body as usize) < message && self.routing.api_token_file.is_some() {
            let words = format!("requests over HTTP may have no more than body-bytes in [web.limits], which is {body}");
            findings.wrong(
                "routing.max-message-bytes",
                words,
                format!("up to {body}, or body-bytes of {message} and more"),
            );
        }
    }

    /// Whether the files can be used: certificates and keys of the links and the pages, tokens.
    fn check_files(&self, findings: &mut Findings<'_>) {
        if let Some(Err(why)) = self.routing.api_token_file.as_deref().map(Tokens::read) {
            findings.say("routing.api-token-file", None, why.to_string());
        }
        if let Some(Err(problem)) = self.admin.as_ref().map(web::AdminConfig::check) {
            findings.say(problem.key, problem.span, problem.text);
        }
        for (index, tls) in
            self.t_server.iter().enumerate().filter_map(|(index, link)| Some((index, link.tls.as_ref()?)))
        {
            if let Err(why) = ClientTls::load(tls) {
                findings.say(&format!("t-server[{index}].tls"), None, why.to_string());
            }
        }
        let cluster = self.cluster.as_ref().and_then(|cluster| cluster.tls.as_ref());
        if let Some(Err(why)) = self.cluster.as_ref().and_then(node_tls) {
            findings.say("cluster.node-tls", None, why.to_string());
        }
        if let Some(Err(why)) = cluster.map(ClientTls::load) {
            findings.say("cluster.tls", None, why.to_string());
        }
        let stat_server = self.stat_server.as_ref().and_then(|link| link.tls.as_ref());
        if let Some(Err(why)) = stat_server.map(ClientTls::load) {
            findings.say("stat-server.tls", None, why.to_string());
        }
        if let Some(Err(why)) = self.routing.tls.as_ref().map(ServerTls::load) {
            findings.say("routing.tls", None, why.to_string());
        }
        if let Some(Err(problem)) = self.web.as_ref().map(web::Certificate::check) {
            findings.say(problem.key, problem.span, problem.text);
        }
    }

    /// Links that believe whom the operating system trusts see a change there as one of a file of their own.
    fn add_system_authorities(&self, contents: &mut Effective) {
        let servers = self.t_server.iter().map(|link| (format!("t-server[{}]", link.name), link.tls.as_ref()));
        let stat_server = self.stat_server.iter().map(|link| ("stat-server".to_owned(), link.tls.as_ref()));
        let cluster = self.cluster.iter().map(|cluster| ("cluster".to_owned(), cluster.tls.as_ref()));
        let links: Vec<_> = servers.chain(stat_server).chain(cluster).collect();
        let without = links.into_iter().filter(|(_, tls)| tls.is_some_and(|tls| tls.ca.is_none()));
        let keys: Vec<_> = without.map(|(section, _)| format!("{section}.tls.ca")).collect();
        if !keys.is_empty() {
            let fingerprint = system_fingerprint();
            contents.0.extend(keys.into_iter().map(|key| (key, fingerprint.clone())));
        }
    }

    fn assemble(self, source: &Arc<Source>, effective: Effective, findings: &mut Findings<'_>) -> Option<Config> {
        self.check(findings);
        // A file that is missing was told already.
        if findings.none() {
            self.check_files(findings);
        }
        let addresses = self.openers().addresses();
        let mut contents = files::contents(&effective, source);
        self.add_system_authorities(&mut contents);
        let plugins = plugins::Config::assemble(&source.path, &source.text, self.plugins, &self.plugin);
        let mut plugins = plugins.map_err(|problems| findings.adopt(problems)).ok()?;
        for spec in &mut plugins.plugins {
            spec.contents = contents.below(&format!("plugin[{}].", spec.id));
        }
        let Connector { user_data_others, filter_key, .. } = &self.uc_connector;
        let user_data = UserDataForm::new(&self.user_data, *user_data_others, filter_key.clone());
        Some(Config {
            file: source.path.clone(),
            effective,
            contents,
            connector: self.uc_connector,
            directory: self.directory,
            t_servers: self.t_server,
            presence_rules: self.presence_rule,
            agent_rules: self.agent_rule,
            user_data: user_data.into(),
            stat_server: self.stat_server,
            contact_points: ContactPoints::new(self.contact_point, self.statistic).into(),
            warnings: Vec::new(),
            certificates: Vec::new(),
            chat: self.chat,
            cluster: self.cluster,
            standby: self.standby,
            numbering_plan: self.numbering_plan,
            outcome: self.outcome.form(self.disposition).into(),
            routing: self.routing,
            addresses,
            named: web::Opens { users: self.web.is_some(), operators: self.admin.is_some() },
            web: self.web.unwrap_or_default(),
            admin: self.admin.unwrap_or_default(),
            log: self.log,
            plugins,
        })
    }
}

/// Tells of certificates that ended or will soon.
fn warn_of_ends(all: &[(Named, Range<usize>)], now: SystemTime, warnings: &mut Findings<'_>) {
    for (named, span) in all {
        if let Some(text) = named.end().and_then(|end| named.warning(&end, now)) {
            warnings.say(&named.key, Some(span.clone()), text);
        }
        if let Some(text) = named.too_early(now) {
            warnings.say(&named.key, Some(span.clone()), text);
        }
    }
}

/// In the order of the file, from whose top an operator works through them, and as many as anybody reads.
fn in_order(source: &Arc<Source>, mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
    let mut told = Told::default();
    told.extend(problems);
    told.into_problems(source)
}

/// Whether the certificate of this node can be used, and other nodes accept it; none: there is none.
fn node_tls(cluster: &Cluster) -> Option<Result<(), TlsError>> {
    let (tls, address) = (cluster.node_tls.as_ref()?, cluster.address.as_deref());
    let loaded = ClientTls::load(tls).map(drop);
    Some(loaded.and_then(|()| address.map_or(Ok(()), |address| ClientTls::accepts_itself(tls, address))))
}
