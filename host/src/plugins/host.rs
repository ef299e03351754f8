//! All plug-ins together: start, reload, end.

use super::{
    announcement::Announcer,
    check::{Found, libraries},
    config::{Config, Spec},
    handle::PluginHandle,
    hanging::{Board, Hanging},
    id::PluginId,
    instance::Instance,
    loader::Library,
    supervisor::{Order, Replacement, Supervisor},
};
use crate::tasks::{Lost, NoThread, Parts, aside, contained};
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
};
use tokio::sync::{mpsc, oneshot, watch};
use uc_plugin_api::{PluginError, PluginInfo, Problem};

/// Orders that wait for a supervisor; it takes one at a time and only its owner sends.
const ORDERS: usize = 4;

/// A plug-in that could be loaded, and what it says of itself: its roles decide the deployment mode.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The operator's name.
    pub plugin: PluginId,
    /// What the library says of itself.
    pub info: PluginInfo,
}

/// What [`check`] found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The plug-ins that could be loaded.
    pub loaded: Vec<Loaded>,
    /// Everything wrong: files that are refused and settings that the plug-ins refuse.
    pub problems: Vec<Problem>,
    /// What the plug-ins find wrong with their settings, and with files these name, that keeps nobody from work.
    pub warnings: Vec<Problem>,
}

/// Loads every configured plug-in and lets it check its settings. Starts nothing; blocks while files are read.
pub fn check(config: &Config) -> Checked {
    let Found { loaded, problems, warnings } = libraries(config);
    let loaded = loaded.into_iter().map(|(spec, library)| Loaded { plugin: spec.id, info: library.info }).collect();
    Checked { loaded, problems, warnings }
}

/// The libraries of a configuration, read and not running.
pub struct Libraries(Vec<(Spec, Library)>);

impl Libraries {
    /// Reads and loads the files beside the caller, who may be kept waiting by a mount that hangs.
    ///
    /// # Errors
    /// Everything wrong with the files and settings.
    pub async fn read(config: &Config) -> Result<Self, Vec<Problem>> {
        loaded(config).await.map(Self)
    }

    /// They are what is configured there.
    fn are_of(&self, config: &Config) -> bool {
        let (ours, theirs) = (self.0.iter().map(|(spec, _)| spec), &config.plugins);
        ours.len() == theirs.len() && ours.zip(theirs).all(|(one, other)| one.id == other.id && one.means_as(other))
    }
}

/// What a reload changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// New in the configuration.
    Added(PluginId),
    /// Its settings changed, or its file.
    Replaced(PluginId),
    /// No longer in the configuration.
    Removed(PluginId),
    /// As it was: all that changed is the content of a file that its settings name, and it finds something wrong with that.
    /// A new instance would begin without what the running one has of the file before.
    Kept(PluginId),
}

/// The running plug-ins.
pub struct Plugins {
    config: Config,
    owner: Announcer,
    hanging: Board,
    running: BTreeMap<PluginId, Running>,
    /// Read and linked, for the moment in which they are to start.
    prepared: Option<Libraries>,
    supervisors: Parts,
}

struct Running {
    spec: Spec,
    library: Library,
    handle: PluginHandle,
    orders: mpsc::Sender<Order>,
}

impl Plugins {
    /// Loads and checks all plug-ins, then starts them side by side; what they say goes to `owner`. An instance that
    /// does not start is [`PluginArrival::Failed`](super::PluginArrival::Failed) and tried again; that is no error here.
    ///
    /// # Errors
    /// Everything wrong with the files and settings; then nothing was started. The operator's to repair.
    pub async fn start(config: Config, owner: Announcer) -> Result<Self, Vec<Problem>> {
        let mut plugins = Self::none(&config, owner);
        plugins.begin(config).await?;
        Ok(plugins)
    }

    /// None yet; [`Plugins::begin`] starts them.
    pub fn none(config: &Config, owner: Announcer) -> Self {
        let (hanging, running, supervisors) = (Board::new(), BTreeMap::new(), Parts::default());
        Self { config: config.clone().without_plugins(), owner, hanging, running, prepared: None, supervisors }
    }

    /// These are to be started by [`Plugins::begin`], which then has nothing to read: whatever becomes of the files
    /// meanwhile, and however slow they are.
    pub fn prepare(&mut self, libraries: Libraries) {
        self.prepared = Some(libraries);
    }

    /// Starts them, where none was started before.
    ///
    /// # Errors
    /// As [`Plugins::start`].
    pub async fn begin(&mut self, config: Config) -> Result<(), Vec<Problem>> {
        let prepared = self.prepared.take().filter(|prepared| prepared.are_of(&config));
        let libraries = match prepared {
            Some(Libraries(libraries)) => libraries,
            None => loaded(&config).await?,
        };
        for (spec, library) in libraries {
            self.supervise(spec, library, None);
        }
        self.config = config;
        Ok(())
    }

    /// The way to each plug-in; stays right over restarts and updates.
    pub fn handles(&self) -> impl Iterator<Item = &PluginHandle> {
        self.running.values().map(|running| &running.handle)
    }

    /// The way to this plug-in, if it is configured.
    pub fn handle(&self, plugin: &PluginId) -> Option<&PluginHandle> {
        self.running.get(plugin).map(|running| &running.handle)
    }

    /// What each library says of itself, its roles above all.
    pub fn loaded(&self) -> Vec<Loaded> {
        let loaded = |(plugin, running): (&PluginId, &Running)| Loaded {
            plugin: plugin.clone(),
            info: running.library.info.clone(),
        };
        self.running.iter().map(loaded).collect()
    }

    /// The plug-ins that hang in a command, whenever that changes.
    pub fn hanging(&self) -> watch::Receiver<Hanging> {
        self.hanging.read()
    }

    /// Asks a plug-in for an operation outside the frozen vocabulary.
    ///
    /// # Errors
    /// The plug-in's own, or that none of this name is configured or runs.
    pub async fn call(&self, plugin: &PluginId, op: &str, body: Vec<u8>) -> Result<Vec<u8>, PluginError> {
        match self.handle(plugin) {
            Some(handle) => handle.call(op, body).await,
            None => Err(PluginError::Failed(format!("no plug-in {plugin} is configured").into())),
        }
    }

    /// Takes over a configuration and the libraries read for it: a plug-in whose settings or file changed gets a new
    /// instance beside the old one, then the old one ends, then the new one gets the commands; one that complains of the
    /// new content of a file, and differs in nothing else, runs on and is [`Change::Kept`]. The others try at once
    /// what they wait for: a reload is how an operator says that something has been mended.
    ///
    /// # Errors
    /// Everything wrong; then nothing has changed and the old instances run on.
    pub async fn take_over(&mut self, config: Config, libraries: Libraries) -> Result<Vec<Change>, Vec<Problem>> {
        let Libraries(mut changed) = libraries;
        changed.retain(|(spec, library)| self.running.get(&spec.id).is_none_or(|old| old.differs(spec, library)));
        let is_kept = |(spec, library): &mut (Spec, Library)| {
            self.running.get(&spec.id).is_some_and(|old| old.is_better_off_than(spec, library))
        };
        let as_they_were: Vec<_> = changed.extract_if(.., is_kept).map(|(spec, _)| spec.id).collect();
        let instances = start_all(&changed, &config).await?;
        let kept: Vec<_> = config.plugins.iter().map(|spec| spec.id.clone()).collect();
        let gone: Vec<_> = self.running.keys().filter(|id| !kept.contains(id)).cloned().collect();
        for running in self.running.values() {
            // The supervisor ends only when told to.
            let _ = running.orders.send(Order::StopWithin(config.stop)).await;
        }
        self.config = config;
        let mut changes: Vec<_> = as_they_were.into_iter().map(Change::Kept).collect();
        for id in gone {
            self.end(&id).await;
            changes.push(Change::Removed(id));
        }
        for running in self.running.iter().filter(|(id, _)| changed.iter().all(|(spec, _)| spec.id != **id)) {
            // The supervisor ends only when told to.
            let _ = running.1.orders.send(Order::TryNow).await;
        }
        for ((spec, library), instance) in changed.into_iter().zip(instances) {
            changes.push(self.put(spec, library, instance).await);
        }
        Ok(changes)
    }

    /// Waits until a supervisor is lost; a plug-in that fails is no such loss. Cancelling it loses none.
    pub async fn lost(&mut self) -> Lost {
        self.supervisors.lost().await
    }

    /// Ends all plug-ins side by side, each within the configured deadline or a little later.
    pub async fn stop(mut self) {
        let running = std::mem::take(&mut self.running);
        let ends: Vec<_> =
            running.into_values().map(|running| tokio::spawn(contained("plug-in stop", running.end()))).collect();
        for end in ends {
            let _ = end.await;
        }
    }

    async fn put(&mut self, spec: Spec, library: Library, instance: Instance) -> Change {
        let id = spec.id.clone();
        match self.running.get_mut(&id) {
            Some(running) => {
                (running.spec, running.library) = (spec.clone(), library.clone());
                // The supervisor ends only when told to.
                let _ = running.orders.send(Order::Replace(Box::new(Replacement { library, spec, instance }))).await;
                Change::Replaced(id)
            }
            None => {
                self.supervise(spec, library, Some(instance));
                Change::Added(id)
            }
        }
    }

    fn supervise(&mut self, spec: Spec, library: Library, first: Option<Instance>) {
        let (orders, received) = mpsc::channel(ORDERS);
        let handle = PluginHandle::new(spec.id.clone());
        let supervisor = Supervisor {
            library: library.clone(),
            spec: spec.clone(),
            handle: handle.clone(),
            restart: self.config.restart.clone(),
            stop: self.config.stop,
            commands: self.config.commands,
            hanging: self.hanging.clone(),
            owner: self.owner.clone(),
            orders: received,
            outgoing: VecDeque::new(),
            leaving: None,
        };
        self.supervisors.begin_while_needed(format!("plug-in {}", spec.id), supervisor.run(first));
        self.running.insert(spec.id.clone(), Running { spec, library, handle, orders });
    }

    async fn end(&mut self, id: &PluginId) {
        if let Some(running) = self.running.remove(id) {
            running.end().await;
        }
    }
}

impl Running {
    fn differs(&self, spec: &Spec, library: &Library) -> bool {
        self.is_set_otherwise(spec, library) || !self.spec.means_as(spec)
    }

    /// It has read what it complains of by now, and is set no otherwise. One that has complained from its start on lost
    /// nothing by a new one.
    fn is_better_off_than(&self, spec: &Spec, library: &Library) -> bool {
        spec.complains_of_a_file && !self.spec.complains_of_a_file && !self.is_set_otherwise(spec, library)
    }

    /// Whatever the files hold that its settings name.
    fn is_set_otherwise(&self, spec: &Spec, library: &Library) -> bool {
        let moved = self.spec.settings.file != spec.settings.file;
        self.library.digest != library.digest || moved || !self.spec.is_set_as(spec)
    }

    async fn end(self) {
        let (done, ended) = oneshot::channel();
        if self.orders.send(Order::Stop { done }).await.is_ok() {
            let _ = ended.await;
        }
    }
}

/// Reads and links files on a thread that may wait.
async fn loaded(config: &Config) -> Result<Vec<(Spec, Library)>, Vec<Problem>> {
    let (config, folder) = (config.clone(), config.directory.path.clone());
    let loaded = aside("plug-in files", move || {
        let Found { loaded, problems, .. } = libraries(&config);
        if problems.is_empty() { Ok(loaded) } else { Err(problems) }
    });
    loaded.await.unwrap_or_else(|error| Err(vec![unread(&folder, &error)]))
}

fn unread(folder: &Path, error: &NoThread) -> Problem {
    let message = format!("the files of the plug-ins cannot be read for now: {error}").into();
    Problem { file: folder.to_string_lossy().into_owned().into(), line: 0, column: 0, key: "plugins".into(), message }
}

/// Starts an instance of each beside what runs; all or none.
async fn start_all(changed: &[(Spec, Library)], config: &Config) -> Result<Vec<Instance>, Vec<Problem>> {
    let starts: Vec<_> =
        changed.iter().map(|(spec, library)| tokio::spawn(Instance::start(library.clone(), spec.clone()))).collect();
    let (mut started, mut problems) = (Vec::new(), Vec::new());
    for (start, (spec, _)) in starts.into_iter().zip(changed) {
        match start.await.unwrap_or_else(|lost| Err(lost.to_string())) {
            Ok(instance) => started.push(instance),
            Err(why) => problems.push(not_started(spec, &why)),
        }
    }
    if problems.is_empty() {
        return Ok(started);
    }
    for instance in started {
        let _ = instance.live.stop(config.stop).await;
    }
    Err(problems)
}

fn not_started(spec: &Spec, why: &str) -> Problem {
    let message = format!("plug-in {} does not start: {why}; the old instance, if any, runs on", spec.id).into();
    Problem { file: spec.settings.file.clone(), line: spec.line, column: 0, key: "plugin".into(), message }
}
