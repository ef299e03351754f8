//! A Front End that trusts an application, and the plug-in as that application.

use crate::front_end::{
    PASSWORD,
    certificates::Authority,
    client::{self, Client},
    desk::Desk,
};
use std::{fs, path::Path};
use tempfile::TempDir;
use tokio::time::timeout;
use uc_connector::plugins::{
    self, Arrivals, Config, Directory, Entry, Libraries, PluginArrival, PluginHandle, PluginId, Plugins, Section,
};
use uc_lab::{
    PATIENCE,
    front_end::{
        Config as Server, Counts, FrontEnd, Presence as Seen, Publication as Published, SiteFile, Tls, UserEntry,
    },
    lab::plugin_directory,
};
use uc_plugin_api::{
    Availability, Command, Event, LinkStatus, Presence, Publication, Standing, UserHandle, WatchedUser,
};

/// The application's name in the topology.
pub(crate) const APPLICATION: &str = "app.example.com";

/// The libraries of the plug-ins that listen.
pub(crate) const PUSH: &str = "libuc_lync_push.so";
pub(crate) const PULL: &str = "libuc_lync.so";

/// Agents by name; their numbers are their places here.
pub(crate) const AGENTS: [&str; 3] = ["kim", "lee", "ray"];

/// Kim, Lee and Ray, who sign in nowhere, and their co-worker.
pub(crate) fn site() -> SiteFile {
    let user =
        |name: &str| UserEntry { sip: address(name), password: Some("Secret123!".into()), ..UserEntry::default() };
    SiteFile {
        users: AGENTS.iter().copied().chain(["colleague"]).map(user).collect(),
        trusted_applications: vec![APPLICATION.into()],
        // As a server that has run for a while.
        first_notify: 48_113,
        first_version: 701,
        ..SiteFile::default()
    }
}

pub(crate) fn address(name: &str) -> String {
    format!("sip:{name}@example.com")
}

pub(crate) fn number(name: &str) -> UserHandle {
    let at = AGENTS.iter().position(|known| *known == name).unwrap();
    UserHandle(at as u32 + 1)
}

pub(crate) fn watched(handle: UserHandle, id: &str, address: &str) -> WatchedUser {
    WatchedUser { handle, id: id.into(), address: address.into(), language: "".into() }
}

/// A state to be shown.
pub(crate) fn shown(number: u32, token: &str, note: &str) -> Presence {
    Presence {
        availability: Availability::from_number(number),
        number,
        activity: token.into(),
        note: note.into(),
        ..Presence::default()
    }
}

/// A Front End with TLS and an authority.
pub(crate) struct Pool {
    pub(crate) authority: Authority,
    pub(crate) server: FrontEnd,
}

impl Pool {
    pub(crate) async fn start(site: SiteFile) -> Self {
        let authority = Authority::new();
        let tls: Tls = authority.front_end(Some(&authority.ca()));
        let config = Server { tls: Some(tls), ..Server::for_tests(site) };
        Self { server: FrontEnd::start(config).await.unwrap(), authority }
    }

    /// Settings of the application with a certificate for this name.
    pub(crate) fn settings(&self, name: &str, more: &str) -> String {
        let (cert, key) = self.authority.issue("app", &[name]);
        self.settings_with(&cert, &key, more)
    }

    /// The same with these files.
    pub(crate) fn settings_with(&self, cert: &Path, key: &Path, more: &str) -> String {
        format!(
            "servers = ['localhost:{}']\n{more}\n[plugin.settings.tls]\nca = '{}'\ncert = '{}'\nkey = '{}'\n",
            self.server.addr().port(),
            self.authority.ca().display(),
            cert.display(),
            key.display()
        )
    }

    /// The plug-in as the application that the topology knows.
    pub(crate) async fn plugin(&self, more: &str) -> Plugin {
        Plugin::start(&self.settings(APPLICATION, more)).await
    }

    /// Waits until colleagues see this of an agent.
    pub(crate) async fn shows(&self, name: &str, wanted: &str, fits: impl Fn(&Seen) -> bool) {
        let address = address(name);
        let wanted = format!("{name} as {wanted}");
        let seen =
            self.server.wait_for(&wanted, |server| Some(server.presence(&address).unwrap()).filter(|seen| fits(seen)));
        if let Err(error) = seen.await {
            let (seen, own) = (self.server.presence(&address), self.server.publications(&address));
            panic!("{error}; seen {seen:?}; published {own:#?}");
        }
    }

    /// The same for a number and an activity token.
    pub(crate) async fn shows_state(&self, name: &str, number: u32, token: &str) {
        let fits = |seen: &Seen| seen.availability == number && token_of(seen) == token;
        self.shows(name, &format!("{number} {token}"), fits).await;
    }

    /// Waits until a call of ours is published for an agent, or none.
    pub(crate) async fn publishes_call(&self, name: &str, wanted: bool) {
        let there = |server: &FrontEnd| {
            let all = server.publications(&address(name)).unwrap();
            (all.iter().any(|known| known.instance >> 28 == 8) == wanted).then_some(())
        };
        self.server.wait_for("a call, or none", there).await.unwrap();
    }

    /// Waits until nothing stands at the server of a user.
    pub(crate) async fn has_published_nothing(&self, name: &str) {
        let nothing = |_: &FrontEnd| self.published(name).is_empty().then_some(());
        self.server.wait_for(&format!("nothing of {name}"), nothing).await.unwrap();
    }

    /// Waits until nobody is registered.
    pub(crate) async fn has_nobody(&self) {
        self.has_nobody_but(0).await;
    }

    /// Waits until nobody is registered but so many clients of a test's own.
    pub(crate) async fn has_nobody_but(&self, clients: usize) {
        let left = |counts: &Counts| counts.endpoints == clients;
        self.server.wait_for_counts("nobody else registered", left).await.unwrap();
    }

    /// Number of what stands where the user's own choice stands, the newest one.
    pub(crate) fn choice(&self, name: &str) -> Option<u32> {
        let all = self.server.publications(&address(name)).unwrap();
        let own = |known: &&Published| known.container == 2 && matches!(known.instance, 0x2000_0000 | 0x2400_0000);
        all.iter().rfind(own).and_then(|known| Some(known.state.as_ref()?.availability))
    }

    /// Waits until that stands there.
    pub(crate) async fn chose(&self, name: &str, wanted: Option<u32>) {
        let there = |_: &FrontEnd| (self.choice(name) == wanted).then_some(());
        self.server.wait_for(&format!("{name} with {wanted:?} chosen"), there).await.unwrap();
    }

    /// A client of the agent's own, signed in.
    pub(crate) async fn client(&self, name: &str) -> Desk {
        let stream = client::tls(self.server.addr(), &self.authority, None).await;
        Desk::sign_in(Client::over(stream, name, client::ntlm(name, PASSWORD)), name, &self.server).await
    }

    /// Categories, instances and containers of what a user has published.
    pub(crate) fn published(&self, name: &str) -> Vec<(String, u32, u32)> {
        let all = self.server.publications(&address(name)).unwrap();
        all.iter().map(|known| (known.category.to_string(), known.instance, known.container)).collect()
    }
}

pub(crate) fn token_of(seen: &Seen) -> &str {
    seen.activity.as_ref().and_then(|activity| activity.token.as_deref()).unwrap_or_default()
}

/// The running plug-in.
pub(crate) struct Plugin {
    plugins: Plugins,
    handle: PluginHandle,
    arrivals: Arrivals,
    folder: TempDir,
    library: &'static str,
}

impl Plugin {
    pub(crate) async fn start(settings: &str) -> Self {
        Self::of(PUSH, settings).await
    }

    /// The plug-in of that library.
    pub(crate) async fn of(library: &'static str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = configuration(folder.path(), library, settings);
        let (owner, arrivals) = plugins::arrivals();
        let plugins = Plugins::start(config, owner).await;
        let plugins = plugins.unwrap_or_else(|problems| panic!("build the plug-in first? {problems:?}"));
        let handle = plugins.handle(&PluginId::new("push").unwrap()).unwrap().clone();
        let mut plugin = Self { plugins, handle, arrivals, folder, library };
        plugin.until_started().await;
        plugin
    }

    async fn until_started(&mut self) {
        self.until(|arrival| matches!(arrival, PluginArrival::Started { .. }).then_some(())).await;
    }

    /// An operator reloads these settings; whether there is another instance now.
    pub(crate) async fn reload(&mut self, settings: &str) -> bool {
        let config = configuration(self.folder.path(), self.library, settings);
        let libraries = Libraries::read(&config).await.unwrap();
        let changes = self.plugins.take_over(config, libraries).await.unwrap();
        if !changes.is_empty() {
            self.until_started().await;
        }
        !changes.is_empty()
    }

    pub(crate) fn send(&self, command: Command) {
        self.handle.send(command).expect("it finds room");
    }

    /// Watches these agents.
    pub(crate) fn watch(&self, names: &[&str]) {
        self.send(Command::Watch(names.iter().map(|name| watched(number(name), name, &address(name))).collect()));
    }

    pub(crate) fn publish(&self, name: &str, presence: Presence, standing: Standing) {
        self.send(Command::Publish(vec![Publication { user: number(name), presence, standing }].into()));
    }

    pub(crate) fn withdraw(&self, name: &str) {
        self.send(Command::Withdraw(vec![number(name)].into()));
    }

    /// The next arrival that `wanted` finds something in.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(&PluginArrival) -> Option<T>) -> T {
        let mut passed = Vec::new();
        let found = async {
            loop {
                let arrival = self.arrivals.recv().await.expect("the plug-in still runs");
                if let Some(found) = wanted(&arrival) {
                    return found;
                }
                passed.push(arrival);
            }
        };
        match timeout(PATIENCE, found).await {
            Ok(found) => found,
            Err(_) => panic!("it did not come; what came: {passed:#?}"),
        }
    }

    async fn event<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        self.until(|arrival| match arrival {
            PluginArrival::Event { event, .. } => wanted(event),
            _ => None,
        })
        .await
    }

    /// The next result of publishing for an agent; empty: it works.
    pub(crate) async fn outcome(&mut self, name: &str) -> String {
        self.outcome_of(number(name)).await
    }

    pub(crate) async fn outcome_of(&mut self, user: UserHandle) -> String {
        self.event(|event| match event {
            Event::Published(all) => {
                all.iter().find(|result| result.user == user).map(|result| result.error.to_string())
            }
            _ => None,
        })
        .await
    }

    /// Waits until publishing for an agent works, whatever was told before.
    pub(crate) async fn publishes(&mut self, name: &str) {
        while !self.outcome(name).await.is_empty() {}
    }

    /// The next choice of an agent's own.
    pub(crate) async fn chosen(&mut self, name: &str) -> Availability {
        let user = number(name);
        self.event(|event| match event {
            Event::Chosen(all) => {
                all.iter().find(|update| update.user == user).map(|update| update.presence.availability)
            }
            _ => None,
        })
        .await
    }

    /// The next report of the link in this state, with its reason.
    pub(crate) async fn link(&mut self, wanted: LinkStatus) -> String {
        self.event(|event| match event {
            Event::Link(status, why) if *status == wanted => Some(why.to_string()),
            _ => None,
        })
        .await
    }

    /// Everything that has arrived and was not waited for.
    pub(crate) fn rest(&mut self) -> Vec<Event> {
        let arrivals = std::iter::from_fn(|| self.arrivals.try_recv().ok());
        arrivals
            .filter_map(|arrival| match arrival {
                PluginArrival::Event { event, .. } => Some(event),
                _ => None,
            })
            .collect()
    }

    /// Ends it in good order.
    pub(crate) async fn stop(self) {
        self.plugins.stop().await;
    }
}

fn configuration(folder: &Path, library: &str, settings: &str) -> Config {
    let file = folder.join("connector.toml");
    let text = format!("[[plugin]]\nname = 'push'\nfile = '{library}'\n[plugin.settings]\n{settings}");
    fs::write(&file, &text).unwrap();
    #[derive(serde::Deserialize)]
    struct File {
        plugin: Vec<Entry>,
    }
    let entries: File = toml::from_str(&text).unwrap();
    let mut config = Config::assemble(&file, &text, Section::default(), &entries.plugin).unwrap();
    config.directory = Directory {
        path: plugin_directory().unwrap(),
        private: Some(file.with_file_name("private")),
        allow: Vec::new(),
    };
    config
}
