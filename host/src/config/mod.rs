//! The configuration: one TOML file, assembled from each part's own section. Nothing else is read, no environment and
//! no hidden file.
//!
//! Everything wrong with the file is reported at once, each with its place, what is allowed and what was probably
//! meant. A file with any problem is not used at all.

mod connector;
mod effective;
mod fault;
mod files;
mod findings;
mod plugin;
mod problem;
mod render;
pub(crate) mod section;
mod settings;
mod source;
pub(crate) mod suggest;
mod t_server;

pub use connector::{Connector, is_language};
pub use effective::Effective;
pub use files::read_secret;
pub use plugin::{Digest, Plugin, Plugins};
pub use problem::Problem;
pub use render::render;
pub use settings::Settings;
pub use source::Source;

use crate::{routing, telemetry, tlib, web};
use findings::Findings;
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use toml::{Spanned, de::DeValue};

/// Everything the configuration file says. Paths are absolute, or relative to the working directory when the file's
/// own path was.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The configuration file.
    #[serde(skip)]
    pub file: PathBuf,
    /// Every key with its value, defaults included: what a reload compares.
    #[serde(skip)]
    pub effective: Effective,
    /// `[uc-connector]`.
    #[serde(default, rename = "uc-connector")]
    pub connector: Connector,
    /// `[directory]`.
    pub directory: Directory,
    /// `[[t-server]]`, in the order of their link numbers.
    #[serde(rename = "t-server")]
    pub t_servers: Vec<tlib::Config>,
    /// `[routing]`.
    #[serde(default)]
    pub routing: routing::Config,
    /// `[web]`.
    #[serde(default)]
    pub web: web::Config,
    /// `[admin]`.
    #[serde(default)]
    pub admin: web::AdminConfig,
    /// `[log]`.
    #[serde(default)]
    pub log: telemetry::Config,
    /// `[plugins]`.
    #[serde(default)]
    pub plugins: Plugins,
    /// `[[plugin]]`.
    #[serde(default)]
    pub plugin: Vec<Plugin>,
}

/// Section `[directory]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Directory {
    /// The file that says who is who. It is watched.
    pub file: PathBuf,
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

    /// Reads a configuration that was read from its file already.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Problem>> {
        let mut root = section::parse(source)?;
        files::make_absolute(source, &mut root);
        let missing = files::check(&mut root);
        let mut problems = Vec::new();
        let config: Option<Self> = section::read(source, &root, "", &mut problems);
        let mut findings = Findings::new(source, &root);
        files::report(missing, &mut findings);
        if let Some(config) = &config {
            config.check(&mut findings);
        }
        problems.append(&mut findings.into_problems());
        match config {
            Some(config) if problems.is_empty() => Ok(config.complete(source, &root)),
            _ => Err(in_order(problems)),
        }
    }

    /// Names of the T-Servers in the order of their link numbers.
    pub fn t_server_names(&self) -> Vec<Arc<str>> {
        self.t_servers.iter().map(|server| server.name.as_str().into()).collect()
    }

    fn check(&self, findings: &mut Findings<'_>) {
        self.connector.check(findings);
        t_server::check(&self.t_servers, findings);
        plugin::check(&self.plugin, findings);
        if let Err(why) = self.routing.check() {
            findings.say(&format!("routing.{}", why.key()), None, why.to_string());
        }
        for problem in self.web.problems().into_iter().chain(self.admin.problems()) {
            findings.say(problem.key, problem.span, problem.text);
        }
        if self.t_servers.is_empty() {
            findings.wrong("t-server", "there is no T-Server", "at least one [[t-server]]");
        }
    }

    fn complete(mut self, source: &Source, root: &Spanned<DeValue<'_>>) -> Self {
        self.file.clone_from(&source.path);
        self.effective = Effective::of(root);
        for (index, plugin) in self.plugin.iter_mut().enumerate() {
            if let Some(table) = section::value(root, &format!("plugin[{index}].settings")) {
                plugin.settings.cut(&source.text, table);
            }
        }
        self
    }
}

/// In the order of the file: an operator works through it from the top.
fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
    problems
}
