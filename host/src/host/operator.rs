//! What operators ask of a running host: reload, log levels. Also takes over a directory file that changed.
//!
//! A reload is all or nothing: everything new is read and checked first; on any error the old stays in force. What is
//! read is read beside ([`Reloads`]), so that a mount that hangs keeps nobody from anything else.

use super::{
    StartError,
    build::handles_of,
    directory::InForce,
    nodes::Nodes,
    opens::opens,
    outlets::{PluginHandles, WRITTEN},
    reloads::{Asked, Read, Reloads, Sources},
    role_desk::RoleDesk,
};
use crate::{
    check::{self, Sound},
    config::{Config, Problem, certificates::Named},
    directory::{Loaded, Watch},
    mode::Mode,
    plugins::{Change, PluginId, Plugins},
    policy::UserDataForm,
    reload::{self, Plan},
    role::Role,
    tasks::{Lost, contained},
    telemetry::{self, Faults},
    web::{
        AdminRequest, AgentRow, Certificate, FreshCertificate, NotRedirected, Readiness, RedirectChange, RedirectOrder,
        ReloadReport, SiteTexts,
    },
};
use std::{future::pending, sync::Arc};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

const READ_AGAIN: &str = "the T-Servers are others after the next restart: the directory's file that runs is read again at once, \
    beside this reload, and taken over if it is the accepted one; see /readyz?verbose";

const OVERTAKEN: &str = "the directory's file changed while this reload read it, and has been taken over meanwhile; it is read \
    again at once, beside this reload";

/// What a reload can exchange.
pub(super) struct Running {
    pub config: Config,
    pub plugins: Plugins,
    pub directory: InForce,
    pub handles: watch::Sender<PluginHandles>,
    pub certificates: watch::Sender<Vec<Named>>,
    pub texts: watch::Sender<SiteTexts>,
    pub user_data: mpsc::Sender<Arc<UserDataForm>>,
    pub lists: mpsc::Sender<oneshot::Sender<Vec<AgentRow>>>,
    pub redirects: mpsc::Sender<RedirectOrder>,
    /// This node has begun to work: its plug-ins run.
    pub works: bool,
}

/// The task that serves operators.
pub(super) struct Operator {
    running: Running,
    /// What the process started with: keys that only a restart changes are compared with it.
    started: Config,
    certificate: Option<Certificate>,
    log: Option<telemetry::Log>,
    /// What keeps the log from being written; none: nobody says.
    log_faults: Option<watch::Receiver<Faults>>,
    requests: mpsc::Receiver<AdminRequest>,
    watch: Watch,
    mode: Mode,
    reloads: Reloads,
    role_desk: RoleDesk,
}

impl Operator {
    pub(super) fn new(
        running: Running,
        certificate: Option<Certificate>,
        log: Option<telemetry::Log>,
        requests: mpsc::Receiver<AdminRequest>,
        watch: Watch,
        mode: Mode,
        role_desk: RoleDesk,
    ) -> Self {
        let (started, log_faults) = (running.config.clone(), log.as_ref().map(telemetry::Log::faults));
        let reloads = Reloads::default();
        Self { running, started, certificate, log, log_faults, requests, watch, mode, reloads, role_desk }
    }

    /// What systemd shows of this node.
    pub(super) fn status(&self) -> String {
        match self.role_desk.primacy.role() {
            Role::Primary => format!("{} mode", self.mode),
            Role::Standby => format!("{} mode, standby", self.mode),
        }
    }

    /// Serves until `stop`, then ends the plug-ins.
    ///
    /// # Errors
    /// A plug-in's supervisor was lost. The plug-ins have ended all the same.
    pub(super) async fn run(mut self, stop: CancellationToken) -> Result<(), Lost> {
        let result = loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break Ok(()),
                lost = self.running.plugins.lost() => break Err(lost),
                Ok(told) = &mut self.role_desk.begins, if !self.running.works => {
                    stop.run_until_cancelled(self.running.begin(&self.role_desk.readiness)).await;
                    telemetry::service::status(&self.status());
                    let _ = told.send(());
                }
                // Whatever is being read, a stop does not wait for it.
                Some(request) = self.requests.recv() => {
                    stop.run_until_cancelled(self.serve(request)).await;
                }
                (read, asked) = self.reloads.read() => {
                    stop.run_until_cancelled(self.reload(read, asked)).await;
                }
                changed = self.watch.changed() => {
                    stop.run_until_cancelled(self.running.directory_changed(changed)).await;
                }
                faults = changed(&mut self.log_faults) => show(&faults, &self.role_desk.readiness),
            }
        };
        // Whoever stops lets go of all of it.
        self.role_desk.another_works = None;
        self.running.plugins.stop().await;
        result
    }

    /// An operator who went away while waiting needs no answer.
    async fn serve(&mut self, request: AdminRequest) {
        match request {
            AdminRequest::Reload(accepted, report) => {
                self.log.iter().for_each(telemetry::Log::moved);
                self.reloads.ask(accepted, report);
                self.read_next();
            }
            AdminRequest::LogLevel(levels) => {
                let _ = levels.send(self.log.as_ref().map(|log| log.levels().to_string()).unwrap_or_default());
            }
            AdminRequest::Agents(ticket) => {
                let _ = self.running.lists.send(ticket).await;
            }
            AdminRequest::Role(ticket) => {
                let _ = ticket.send(self.role_desk.primacy.role());
            }
            AdminRequest::SetRole { role, force, ticket } => {
                self.role_desk.set(role, force, ticket).await;
            }
            AdminRequest::Nodes(ticket) => {
                let _ = ticket.send(self.role_desk.nodes.as_ref().map(Nodes::shown).ok_or_else(no_partitions));
            }
            AdminRequest::Drain(drains, ticket) => {
                let nodes = self.role_desk.nodes.as_ref().ok_or_else(no_partitions);
                if let Ok(nodes) = nodes {
                    nodes.drain(drains).await;
                }
                let _ = ticket.send(nodes.map(drop));
            }
            AdminRequest::Redirect(order) => self.redirect(order).await,
            AdminRequest::SetLogLevel(levels, answer) => {
                let _ = answer.send(self.set_levels(&levels));
            }
        }
    }

    /// What changes is answered when it is written down.
    async fn redirect(&mut self, order: RedirectOrder) {
        let RedirectOrder { worker, change, ticket } = order;
        let (kept, changes) = (self.role_desk.kept.redirects.clone(), change != RedirectChange::Nothing);
        let (asked, answer) = oneshot::channel();
        let order = RedirectOrder { worker: worker.clone(), change, ticket: asked };
        let _ = self.running.redirects.send(order).await;
        tokio::spawn(contained("redirect", async move {
            let Ok(answer) = answer.await else { return };
            let kept = !changes || answer.is_err() || kept.is_written(&worker, WRITTEN).await;
            // They may have given up.
            let _ = ticket.send(if kept { answer } else { Err(NotRedirected::NotKept) });
        }));
    }

    fn set_levels(&self, levels: &str) -> Result<(), String> {
        let levels = levels.parse::<telemetry::Levels>().map_err(|error| error.to_string())?;
        if let Some(log) = &self.log {
            tracing::warn!(%levels, "log levels were changed by an operator");
            log.set(levels);
        }
        Ok(())
    }

    /// Begins to read for whoever asked first, unless somebody is being read for.
    fn read_next(&mut self) {
        let (file, mode) = (self.running.config.file.clone(), self.mode);
        let generation = self.running.directory.generation();
        let (certificate, links) = (self.certificate.clone(), self.started.t_server_names());
        if self.reloads.begin(|| Sources { file, mode, generation, certificate, links }.read()) {
            telemetry::service::reloading();
        }
    }

    /// Takes over what was read for whoever asked, and tells them.
    async fn reload(&mut self, read: Result<Read, StartError>, asked: Asked) {
        let report = self.report(read, asked.accepted.as_deref()).await;
        for asks in asked.reports {
            // They may have given up.
            let _ = asks.send(report.clone());
        }
        telemetry::service::ready(&self.status());
        self.read_next();
    }

    async fn report(&mut self, read: Result<Read, StartError>, accepted: Option<&str>) -> ReloadReport {
        let result = match read {
            Ok(read) => self.take_over(read, accepted).await,
            Err(error) => Err(error),
        };
        let report = result.unwrap_or_else(|error| ReloadReport {
            errors: error.to_string().lines().map(str::to_owned).collect(),
            ..ReloadReport::default()
        });
        metrics::gauge!("uc_reload_last_success").set(if report.errors.is_empty() { 1.0 } else { 0.0 });
        for error in &report.errors {
            tracing::error!("nothing was reloaded: {error}");
        }
        report.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        tracing::info!(changed = ?report.changed, needs_restart = ?report.needs_restart, "reload");
        report
    }

    async fn take_over(&mut self, read: Read, accepted: Option<&str>) -> Result<ReloadReport, StartError> {
        let Read { sound, generation, libraries, certificate } = read;
        let mut warnings: Vec<_> = sound.warnings().iter().map(ToString::to_string).collect();
        let Sound { mut config, directory, texts, .. } = sound;
        let same_links = reload::has_same_links(&self.started, &config);
        // Another may have come into force while this one was read, and would be lost to an older one.
        let overtaken = generation != self.running.directory.generation();
        if same_links && !overtaken {
            self.running.directory.judge(&directory, &config.directory, accepted).map_err(StartError::Loss)?;
        }
        let plugins = if self.running.works {
            let taken_over = self.running.plugins.take_over(config.plugins.clone(), libraries).await;
            taken_over.map_err(StartError::Plugins)?
        } else {
            self.running.plugins.prepare(libraries);
            Vec::new()
        };
        for plugin in plugins.iter().filter_map(kept) {
            let section = format!("plugin[{plugin}].");
            // What a plug-in has not taken is another content at the next reload, too.
            config.contents.keep_below(&section, &self.running.config.contents);
            warnings.push(format!(
                "plug-in {plugin} is not replaced: it finds something wrong with the new content of a file that its settings \
                 name, and runs on with what it can take of that"
            ));
        }
        let Plan { mut changed, mut needs_restart } =
            reload::plan(&self.started, &self.running.config, &config, |config| opens(config, self.mode));
        changed.extend(plugins.iter().filter_map(told));
        if self.running.texts.send_replace(texts.clone()) != texts {
            changed.push("web.texts (content)".into());
        }
        self.running.handles.send_replace(handles_of(&self.running.plugins));
        if config.user_data != self.running.config.user_data {
            // The hub hears it unless it stops.
            let _ = self.running.user_data.send(config.user_data.clone()).await;
        }
        self.running.certificates.send_replace(in_force(&self.started, &config));
        match same_links {
            true if overtaken => {
                self.watch.read_again(config.directory.file.clone());
                warnings.push(OVERTAKEN.to_owned());
            }
            true => {
                changed.extend(self.running.directory.changes(&directory));
                self.watch.follow(config.directory.file.clone(), directory.stamp);
                self.running.directory.take_over(directory).await;
            }
            false => {
                reload::keep_directory(&mut config, &self.running.config);
                needs_restart.push("directory".into());
                accepted.into_iter().for_each(|accepted| self.running.directory.accept(accepted));
                let accept = &config.directory.accept;
                let accepts = accept.is_some() && *accept != self.running.config.directory.accept;
                if accepted.is_some() || accepts {
                    self.watch.read_again(config.directory.file.clone());
                    warnings.push(READ_AGAIN.to_owned());
                }
            }
        }
        match certificate.map(|fresh| fresh.map(FreshCertificate::put_in_force)) {
            Some(Ok(true)) if !changed.iter().any(|key| key.starts_with("web.tls-")) => {
                changed.push("web.tls-cert (content)".into());
            }
            Some(Ok(_)) | None => {}
            Some(Err(problem)) => warnings.push(format!("the pages' certificate stays as it was: {problem}")),
        }
        self.log_levels(&config);
        self.running.config = config;
        Ok(ReloadReport { changed, needs_restart, errors: Vec::new(), warnings })
    }

    /// Levels in the file win over levels set live only when the file changed.
    fn log_levels(&self, config: &Config) {
        if let Some(log) = self.log.as_ref().filter(|_| self.running.config.log != config.log) {
            log.set(telemetry::Levels::of(&config.log));
        }
    }
}

impl Running {
    /// This node begins to work.
    async fn begin(&mut self, readiness: &Readiness) {
        self.works = true;
        if let Err(problems) = self.plugins.begin(self.config.plugins.clone()).await {
            problems.iter().for_each(|problem| tracing::error!("plug-ins cannot be started: {}", problem.message));
            readiness.not_ready("plug-ins", "they cannot be started: see the log, mend it, and let another node work");
        }
        for loaded in self.plugins.loaded() {
            readiness.not_ready(format!("plugin {}", loaded.plugin), "starting");
        }
        self.handles.send_replace(handles_of(&self.plugins));
    }

    /// The watched file was read anew.
    async fn directory_changed(&mut self, changed: Result<Loaded, Vec<Problem>>) {
        let loaded = match changed {
            Ok(loaded) => loaded,
            Err(problems) => return self.directory.cannot_be_replaced(&problems),
        };
        let kept_out = self.directory.judge(&loaded, &self.config.directory, None);
        let result = if kept_out.is_ok() { "ok" } else { "kept-out" };
        metrics::counter!("uc_directory_loads_total", "result" => result).increment(1);
        match kept_out {
            Ok(()) => {
                let numbers = check::numbers(self.config.numbering_plan.as_ref(), &loaded);
                loaded.warnings.iter().chain(&numbers).for_each(|warning| tracing::warn!("{warning}"));
                self.directory.take_over(loaded).await;
            }
            Err(why) => tracing::error!("{why}"),
        }
    }
}

/// The certificates in force and those that a restart puts in force. What the process started with stays in force until
/// then whatever the file says by now; a plug-in's alone go with its settings.
fn in_force(started: &Config, fresh: &Config) -> Vec<Named> {
    let stay = |named: &&Named| !named.is_of_plugin() && !fresh.certificates.contains(named);
    fresh.certificates.iter().chain(started.certificates.iter().filter(stay)).cloned().collect()
}

/// What keeps the log from being written, when that is another than before.
async fn changed(faults: &mut Option<watch::Receiver<Faults>>) -> Faults {
    let Some(faults) = faults else { return pending().await };
    match faults.changed().await {
        Ok(()) => faults.borrow_and_update().clone(),
        // The log says nothing any more.
        Err(_) => pending().await,
    }
}

/// A log that is written takes no line of the report.
fn show(faults: &Faults, readiness: &Readiness) {
    let words: Vec<_> = faults.writing.iter().chain(&faults.opening).map(|why| &**why).collect();
    match words.as_slice() {
        [] => readiness.forget("log"),
        words => readiness.in_part("log", words.join("; ")),
    }
}

fn no_partitions() -> String {
    "this installation has no partitions: see `partitions` in [cluster]".to_owned()
}

/// None: nothing was.
fn told(change: &Change) -> Option<String> {
    match change {
        Change::Added(plugin) => Some(format!("plug-in {plugin} added")),
        Change::Replaced(plugin) => Some(format!("plug-in {plugin} replaced")),
        Change::Removed(plugin) => Some(format!("plug-in {plugin} removed")),
        Change::Kept(_) => None,
    }
}

fn kept(change: &Change) -> Option<&PluginId> {
    match change {
        Change::Kept(plugin) => Some(plugin),
        Change::Added(_) | Change::Replaced(_) | Change::Removed(_) => None,
    }
}

#[cfg(test)]
mod tests;
