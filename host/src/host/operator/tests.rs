use super::*;
use crate::{
    clock::Clock,
    config::Source,
    directory::{self, Directory},
    host::scripts::Scripts,
    kept::KeptState,
    plugins::{self, Libraries},
    role::{Decider, Primacy},
    web::Readiness,
};
use std::{fs, path::Path, sync::Arc, time::Duration};
use tokio::time::timeout;
use uc_store::Store;

fn directory_text(agents: &[&str]) -> String {
    let worker = |agent: &&str| {
        format!(
            "[[place]]\nname = 'p{agent}'\ndns = [{{ dn = '500{agent}', switch = 's' }}]\n\
             [[worker]]\nuser = 'u{agent}'\nagent-id = '{agent}'\nplace = 'p{agent}'\n"
        )
    };
    let workers: String = agents.iter().map(worker).collect();
    format!("[[switch]]\nname = 's'\nt-server = 'north'\n{workers}")
}

fn configuration(folder: &Path) -> Config {
    let text = "[directory]\nfile = 'directory.toml'\nloss-percent = 100\n[[t-server]]\nname = 'north'\naddress = '127.0.0.1:7000'\n";
    let source = Arc::new(Source { path: folder.join("uc.toml"), text: text.to_owned() });
    Config::read(&source).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// An operator's task, and what the hub is told of directories.
struct Desk {
    operator: Operator,
    hub: mpsc::Receiver<Arc<Directory>>,
    folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("directory.toml"), directory_text(&["1"])).unwrap();
        let config = configuration(folder.path());
        let loaded = directory::load(&config.directory.file, &config.t_server_names()).unwrap();
        let (hub_in, hub) = mpsc::channel(4);
        let watch = Watch::new(config.directory.file.clone(), config.t_server_names(), loaded.stamp);
        let plugins = Plugins::start(config.plugins.clone(), plugins::arrivals().0).await.unwrap();
        let (accounts, readiness) = (watch::channel(loaded.accounts).0, Readiness::default());
        let running = Running {
            handles: watch::channel(handles_of(&plugins)).0,
            plugins,
            directory: InForce::new(loaded.directory, accounts, hub_in, readiness),
            certificates: watch::channel(Vec::new()).0,
            texts: watch::channel(SiteTexts::default()).0,
            user_data: mpsc::channel(1).0,
            lists: mpsc::channel(1).0,
            redirects: mpsc::channel(1).0,
            config,
            works: true,
        };
        let kept = KeptState::open(Store::in_memory().into(), None, false, Vec::new(), Clock::start()).await;
        let role_desk = RoleDesk {
            primacy: Primacy::alone(),
            nodes: None,
            lets_go: CancellationToken::new(),
            begins: oneshot::channel().1,
            role_changes: mpsc::channel(1).0,
            kept,
            readiness: Readiness::default(),
            scripts: Scripts::new(crate::config::Standby::default()),
            another_works: None,
        };
        let operator = Operator::new(running, None, None, mpsc::channel(1).1, watch, Mode::Normal, role_desk);
        Self { operator, hub, folder }
    }

    /// What a reload reads now; it is taken over later.
    async fn read(&self) -> Read {
        let config = configuration(self.folder.path());
        let directory = self.loaded();
        let libraries = Libraries::read(&config.plugins).await.unwrap();
        let generation = self.operator.running.directory.generation();
        let (texts, plugins, plugin_warnings) = (SiteTexts::default(), Vec::new(), Vec::new());
        let sound = Sound { config, directory, texts, mode: Mode::Normal, plugins, plugin_warnings };
        Read { sound, generation, libraries, certificate: None }
    }

    fn loaded(&self) -> Loaded {
        let config = &self.operator.running.config;
        directory::load(&config.directory.file, &config.t_server_names()).unwrap()
    }

    fn write(&self, agents: &[&str]) {
        fs::write(self.folder.path().join("directory.toml"), directory_text(agents)).unwrap();
    }

    /// How many workers the directory has that the hub was told of last.
    fn told(&mut self) -> Option<usize> {
        std::iter::from_fn(|| self.hub.try_recv().ok()).last().map(|directory| directory.workers().len())
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reload_puts_no_older_directory_over_a_newer_one() {
    let mut desk = Desk::open().await;
    let slow = desk.read().await;
    desk.write(&["1", "2"]);
    let newer = desk.loaded();
    desk.operator.running.directory_changed(Ok(newer)).await;
    assert_eq!(desk.told(), Some(2));
    let report = desk.operator.take_over(slow, None).await.unwrap();
    assert_eq!(desk.told(), None, "{report:?}");
    assert!(report.warnings.iter().any(|warning| warning == OVERTAKEN), "{report:?}");
    // Whatever the file says by now is taken over by the watch.
    let again = desk.operator.watch.changed().await.unwrap();
    assert_eq!(again.directory.workers().len(), 2);
    desk.operator.running.directory_changed(Ok(again)).await;
    let quick = desk.read().await;
    desk.operator.take_over(quick, None).await.unwrap();
    assert_eq!(desk.told(), Some(2), "a reload that nobody overtook takes over what it read");
}

/// What the site does where a node gives its turn up.
fn gives_up_for(seconds: u64) -> Scripts {
    let command = vec!["sleep".to_owned(), seconds.to_string()];
    Scripts::new(crate::config::Standby {
        on_demotion: command,
        script_deadline: Duration::from_secs(2 * seconds),
        ..Default::default()
    })
}

#[tokio::test]
async fn operators_are_answered_while_the_site_s_program_gives_up() {
    let mut desk = Desk::open().await;
    let (requests, asked) = mpsc::channel(4);
    let ((decider, primacy), scripts, lets_go) = (Decider::new(), gives_up_for(600), CancellationToken::new());
    decider.say(Role::Primary);
    scripts.begin(Role::Primary).await;
    let desk_of_role = &mut desk.operator.role_desk;
    (desk_of_role.primacy, desk_of_role.scripts, desk_of_role.lets_go) = (primacy, scripts, lets_go.clone());
    desk.operator.requests = asked;
    let stop = CancellationToken::new();
    let operator = tokio::spawn(desk.operator.run(stop.clone()));
    for _ in 0..2 {
        let (ticket, answer) = oneshot::channel();
        requests.send(AdminRequest::SetRole { role: Role::Standby, force: true, ticket }).await.unwrap();
        assert_eq!(answer.await.unwrap(), Ok(()));
        let (ticket, answer) = oneshot::channel();
        requests.send(AdminRequest::Role(ticket)).await.unwrap();
        let answer = timeout(Duration::from_secs(30), answer).await.expect("operators are served");
        assert_eq!(answer.unwrap(), Role::Primary, "nobody else works before");
    }
    assert!(!lets_go.is_cancelled());
    stop.cancel();
    assert!(operator.await.unwrap().is_ok());
}
