//! A node: the product as a process of its own, which can be killed and stopped.

use std::{
    fs,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::time::sleep;
use uc_lab::{
    lab::{Answer, Browser, Http, OpenError, PASSWORD, Page, Setup, Site, plugin_directory},
    t_server::TServer,
};

/// Nothing takes this long unless it hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// A node with its files.
pub(crate) struct Node {
    pub(crate) site: Site,
    running: Child,
}

impl Node {
    /// Starts one.
    pub(crate) fn start(setup: Setup, t_server: &TServer) -> Self {
        Self::start_at(setup, t_server.addr())
    }

    /// The same, which finds its T-Server there.
    pub(crate) fn start_at(setup: Setup, t_server: SocketAddr) -> Self {
        let site = Site::build(setup, vec![t_server]).unwrap();
        let running = spawn(&site);
        Self { site, running }
    }

    /// What it has said in all its lives.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.site.path("log")).unwrap()
    }

    /// Ends it in the middle of whatever it does (`kill -9`).
    pub(crate) fn kill(&mut self) {
        assert_eq!(self.running.try_wait().unwrap(), None, "it ran until now: {}", self.log());
        self.running.kill().unwrap();
        self.running.wait().unwrap();
    }

    /// Waits until it has ended; its exit code.
    #[allow(dead_code, reason = "not all tests that use this file")]
    pub(crate) async fn ended(&mut self) -> Option<i32> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.running.try_wait().unwrap() {
                return status.code();
            }
            assert!(begun.elapsed() < LIMIT, "it does not end: {}", self.log());
            sleep(LOOK).await;
        }
    }

    /// Starts it again.
    pub(crate) fn start_again(&mut self) {
        self.running = spawn(&self.site);
    }

    /// Sends it a signal of this name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.running.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap();
        assert!(sent.success(), "{name}");
    }

    /// Where it listens in its present life: for users, for operators, for URS.
    fn addresses(&self) -> Option<[SocketAddr; 3]> {
        let log = self.log();
        let line = log.lines().rev().find(|line| line.contains("serving") && line.contains("preview_link="))?;
        let after = |key: &str| {
            let value = line.split_once(key)?.1.split_whitespace().next()?;
            value.trim_matches('"').parse().ok()
        };
        Some([after(" web=")?, after(" admin=")?, after(" preview_link=")?])
    }

    pub(crate) fn users(&self) -> Option<Http> {
        Some(Http::new(self.addresses()?[0], None))
    }

    /// Where it listens for operators.
    pub(crate) fn operators(&self) -> SocketAddr {
        self.addresses().expect("it serves")[1]
    }

    pub(crate) fn urs(&self) -> String {
        self.addresses().expect("it serves")[2].to_string()
    }

    /// Asks the operator's address.
    pub(crate) async fn operator(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        Http::new(self.addresses()?[1], None).ask(method, path, &[], body).await.ok()
    }

    /// Whether it says that it is primary.
    pub(crate) async fn is_primary(&self) -> bool {
        let Some(users) = self.users() else { return false };
        users.ask("GET", "/health/primary", &[], "").await.is_ok_and(|answer| answer.status == 200)
    }

    /// Waits until it is, or is not; how long that took.
    pub(crate) async fn until_primary(&self, primary: bool) -> Duration {
        self.until("its role", async || self.is_primary().await == primary).await
    }

    /// Waits until it has its links and is ready to work.
    pub(crate) async fn until_ready(&self) {
        let ready = async || self.operator("GET", "/readyz", "").await.is_some_and(|answer| answer.status == 200);
        self.until("ready", ready).await;
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, what: &str, so: impl AsyncFn() -> bool) -> Duration {
        let begun = Instant::now();
        while !so().await {
            assert!(begun.elapsed() < LIMIT, "{what}: {}", self.log());
            sleep(LOOK).await;
        }
        begun.elapsed()
    }

    /// Signs somebody in.
    pub(crate) async fn sign_in(&self, user: &str) -> Browser {
        Browser::sign_in(self.users().unwrap(), user, PASSWORD).await.unwrap_or_else(|answer| panic!("{answer}"))
    }

    /// A page here of a browser that signed in at another node.
    pub(crate) async fn open(&self, browser: &Browser) -> Result<Page, OpenError> {
        browser.at(self.users().unwrap()).open().await
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.site.config().display(), self.log());
        }
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

fn spawn(site: &Site) -> Child {
    let log = fs::File::options().create(true).append(true).open(site.path("log")).unwrap();
    let mut program = Command::new(plugin_directory().unwrap().join("uc-connector"));
    program.arg("--config").arg(site.config()).stdin(Stdio::null()).stderr(log);
    program.spawn().expect("build the workspace first")
}
