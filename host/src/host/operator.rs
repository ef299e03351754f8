//! What operators ask of a running host: reload, log levels. Also takes over a directory file that changed.
//!
//! A reload is all or nothing: everything new is read and checked first; on any error the old stays in force.

use super::{StartError, build::handles_of, directory::InForce, outlets::PluginHandles};
use crate::{
    check::{Sound, inspect},
    config::{Config, Problem, certificates::Named},
    directory::{Loaded, Watch},
    mode::Mode,
    plugins::{Change, Plugins},
    reload::{self, Plan},
    tasks::{Lost, aside},
    telemetry,
    web::{AdminRequest, AgentRow, Certificate, ReloadReport},
};
use std::path::Path;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// What a reload can exchange.
pub(super) struct Running {
    pub config: Config,
    pub plugins: Plugins,
    pub directory: InForce,
    pub handles: watch::Sender<PluginHandles>,
    pub certificates: watch::Sender<Vec<Named>>,
    pub lists: mpsc::Sender<oneshot::Sender<Vec<AgentRow>>>,
}

/// The task that serves operators.
pub(super) struct Operator {
    running: Running,
    /// What the process started with: keys that only a restart changes are compared with it.
    started: Config,
    certificate: Option<Certificate>,
    log: Option<telemetry::Log>,
    requests: mpsc::Receiver<AdminRequest>,
    watch: Watch,
    mode: Mode,
}

impl Operator {
    pub(super) fn new(
        running: Running,
        certificate: Option<Certificate>,
        log: Option<telemetry::Log>,
        requests: mpsc::Receiver<AdminRequest>,
        watch: Watch,
        mode: Mode,
    ) -> Self {
        let started = running.config.clone();
        Self { running, started, certificate, log, requests, watch, mode }
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
                // Whatever is being read, a stop does not wait for it.
                Some(request) = self.requests.recv() => {
                    stop.run_until_cancelled(self.serve(request)).await;
                }
                changed = self.watch.changed() => {
                    stop.run_until_cancelled(self.running.directory_changed(changed)).await;
                }
            }
        };
        self.running.plugins.stop().await;
        result
    }

    /// An operator who went away while waiting needs no answer.
    async fn serve(&mut self, request: AdminRequest) {
        match request {
            AdminRequest::Reload(accepted, report) => {
                telemetry::service::reloading();
                let _ = report.send(self.reload(accepted.as_deref()).await);
                telemetry::service::ready("serving");
            }
            AdminRequest::LogLevel(levels) => {
                let _ = levels.send(self.log.as_ref().map(|log| log.levels().to_string()).unwrap_or_default());
            }
            AdminRequest::Agents(ticket) => {
                let _ = self.running.lists.send(ticket).await;
            }
            AdminRequest::SetLogLevel(levels, answer) => {
                let _ = answer.send(self.set_levels(&levels));
            }
        }
    }

    fn set_levels(&self, levels: &str) -> Result<(), String> {
        let levels = levels.parse::<telemetry::Levels>().map_err(|error| error.to_string())?;
        if let Some(log) = &self.log {
            tracing::warn!(%levels, "log levels were changed by an operator");
            log.set(levels);
        }
        Ok(())
    }

    async fn reload(&mut self, accepted: Option<&str>) -> ReloadReport {
        // Whatever becomes of the rest, the log goes where whoever rotates it expects it.
        if let Some(Err(error)) = self.log.as_ref().map(telemetry::Log::reopen) {
            tracing::error!("{error}; the old log file is written on");
        }
        let result = self.try_reload(accepted).await;
        let report = result.unwrap_or_else(|error| ReloadReport {
            errors: error.to_string().lines().map(str::to_owned).collect(),
            ..ReloadReport::default()
        });
        metrics::gauge!("uc_reload_last_success").set(if report.errors.is_empty() { 1.0 } else { 0.0 });
        for error in &report.errors {
            tracing::error!("nothing was reloaded: {error}");
        }
        tracing::info!(changed = ?report.changed, needs_restart = ?report.needs_restart, "reload");
        report
    }

    async fn try_reload(&mut self, accepted: Option<&str>) -> Result<ReloadReport, StartError> {
        let (file, mode) = (self.running.config.file.clone(), self.mode);
        let sound = aside("reload", move || inspected(&file, mode)).await.map_err(StartError::NoThread)??;
        let Sound { config, directory, .. } = sound;
        // Link numbers in a directory of other T-Servers would mean other links than those that run.
        let same_links = self.started.t_server_names() == config.t_server_names();
        if same_links {
            self.running.directory.judge(&directory, &config.directory, accepted).map_err(StartError::Loss)?;
        }
        let plugins = self.running.plugins.reload(config.plugins.clone()).await.map_err(StartError::Plugins)?;
        let Plan { mut changed, mut needs_restart } = reload::plan(&self.started, &self.running.config, &config);
        changed.extend(plugins.iter().map(told));
        self.running.handles.send_replace(handles_of(&self.running.plugins));
        self.running.certificates.send_replace(config.certificates.clone());
        match same_links {
            true => {
                changed.extend(self.running.directory.changes(&directory));
                self.watch.follow(config.directory.file.clone(), directory.stamp);
                self.running.directory.take_over(directory).await;
            }
            false => needs_restart.push("directory".into()),
        }
        self.certificate.iter().for_each(read_again);
        self.log_levels(&config);
        self.running.config = config;
        Ok(ReloadReport { changed, needs_restart, errors: Vec::new() })
    }

    /// Levels in the file win over levels set live only when the file changed.
    fn log_levels(&self, config: &Config) {
        if let Some(log) = self.log.as_ref().filter(|_| self.running.config.log != config.log) {
            log.set(telemetry::Levels::of(&config.log));
        }
    }
}

impl Running {
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
            Ok(()) => self.directory.take_over(loaded).await,
            Err(why) => tracing::error!("{why}"),
        }
    }
}

/// Everything new, read and checked beside what runs. The mode cannot change: the hub was built for it.
fn inspected(file: &Path, mode: Mode) -> Result<Sound, StartError> {
    match inspect(file).map_err(StartError::Config)? {
        sound if sound.mode == mode => Ok(sound),
        other => Err(StartError::ModeChange { from: mode, to: other.mode }),
    }
}

fn told(change: &Change) -> String {
    match change {
        Change::Added(plugin) => format!("plug-in {plugin} added"),
        Change::Replaced(plugin) => format!("plug-in {plugin} replaced"),
        Change::Removed(plugin) => format!("plug-in {plugin} removed"),
    }
}

fn read_again(certificate: &Certificate) {
    if let Err(problem) = certificate.reload() {
        tracing::error!(%problem, "the old certificate stays in force");
    }
}
