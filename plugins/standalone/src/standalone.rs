//! The plug-in itself: joins the document, the workers and the host. All decisions are made elsewhere.

use crate::{
    complaints,
    config::Config,
    in_force::{Change, InForce},
    location::{Location, Source},
    menu::menu,
    outbox::Outbox,
    worker::{Refusal, Rules},
    workers::Workers,
};
use std::{
    future::pending,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, mpsc},
    task::spawn_blocking,
    time::{sleep, sleep_until, timeout},
};
use uc_plugin_api::{Backend, Command, Complaint, Host, LinkStatus, Role};

/// How long a start waits for the first look at the document before it goes on with the compiled-in one.
const FIRST_LOOK: Duration = Duration::from_secs(3);
/// Pause before wishes that found the host's queue full are tried again.
const RETRY: Duration = Duration::from_millis(20);

type Fetched = Result<Vec<u8>, String>;

/// Browser presence.
pub(crate) struct Standalone {
    host: Host,
    config: Config,
    in_force: InForce,
    workers: Workers,
    outbox: Outbox,
    /// When to try again what the host had no room for.
    retry_at: Option<Instant>,
    /// None when there is nothing to look at, or nothing more.
    looks: Option<mpsc::Receiver<Fetched>>,
    /// Rung when somebody wants a look at once.
    bell: Arc<Notify>,
}

impl Backend for Standalone {
    const NAME: &'static str = "standalone";
    const ROLES: &'static [Role] = &[Role::BrowserPresence];
    const METRICS: &'static [&'static [(&'static str, &'static str)]] = &[&[
        ("presence_document_refused_total", "Presence documents that could not be used: the one before stays in force"),
        ("refused_actions_total", "Actions of workers that are not allowed, such as logging out without that menu"),
    ]];
    type Config = Config;

    /// What contradicts itself; a document that is missing or broken must not stop anybody from working (F38).
    fn check(config: &Config, directory: &Path) -> Vec<Complaint> {
        match InForce::new(config) {
            Err(why) => vec![Complaint::new("away-state", why)],
            Ok(_) => complaints::of_document(config, directory),
        }
    }

    async fn start(config: Config, host: Host) -> Result<Self, String> {
        let in_force = InForce::new(&config)?;
        let workers = Workers::new(rules(&config, &in_force));
        let bell = Arc::new(Notify::new());
        let looks = config.presence_location.clone().map(|location| watch(location, &config, &host, bell.clone()));
        let (outbox, retry_at) = (Outbox::default(), None);
        let mut this = Self { host, config, in_force, workers, outbox, retry_at, looks, bell };
        if this.looks.is_some()
            && let Ok(Some(fetched)) = timeout(FIRST_LOOK, next(&mut this.looks)).await
        {
            this.look(fetched);
        }
        this.offer_menu();
        this.report_link();
        Ok(this)
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        if let Command::Unwatch(users) = &command {
            users.iter().for_each(|user| self.outbox.forget(*user));
        }
        let now = Instant::now();
        let outcome = self.workers.handle(command, now);
        for (user, refusal) in outcome.refused {
            self.refuse(user.0, refusal);
        }
        self.outbox.put(outcome.wanted);
        // Many commands in a row must not delay the timers.
        self.tick(now);
        Ok(())
    }

    async fn wake(&mut self) -> Result<(), String> {
        let deadline = [self.workers.next_deadline(), self.retry_at].into_iter().flatten().min();
        tokio::select! {
            () = until(deadline) => self.tick(Instant::now()),
            Some(fetched) = next(&mut self.looks) => {
                let change = self.look(fetched);
                if change.definitions {
                    self.offer_menu();
                }
                if change.problem {
                    self.report_link();
                }
            }
        }
        Ok(())
    }

    /// Nothing but a look tells whether a document on a web server is another one, or there again.
    async fn try_now(&mut self) {
        self.bell.notify_one();
    }
}

impl Standalone {
    fn tick(&mut self, now: Instant) {
        self.outbox.put(self.workers.expire(now));
        self.outbox.flush(|event| self.host.try_send(event));
        self.retry_at = (!self.outbox.is_empty()).then(|| now + RETRY);
    }

    fn look(&mut self, fetched: Fetched) -> Change {
        let change = self.in_force.look(fetched);
        self.workers.set_rules(rules(&self.config, &self.in_force));
        for warning in &change.warnings {
            tracing::warn!("presence document: {warning}");
        }
        if change.problem && self.in_force.problem().is_some() {
            self.host.count("presence_document_refused_total", 1);
        }
        change
    }

    fn offer_menu(&self) {
        self.host.state_menu(menu(self.in_force.definitions(), &self.config));
    }

    /// A missing document leaves everybody able to work, with older states: degraded, not down.
    fn report_link(&self) {
        let states = self.in_force.definitions().states().len();
        let Some(location) = &self.config.presence_location else {
            return self.host.link(LinkStatus::Up, format!("compiled-in presence document, {states} states"));
        };
        match self.in_force.problem() {
            None => {
                tracing::info!(states, "presence document {location} is in force");
                self.host.link(LinkStatus::Up, format!("presence document {location}, {states} states"));
            }
            Some(problem) => {
                let text = format!("presence document {location}: {problem}; {states} earlier states stay in force");
                tracing::warn!("{text}");
                self.host.link(LinkStatus::Degraded, text);
            }
        }
    }

    fn refuse(&self, user: u32, refusal: Refusal) {
        self.host.count("refused_actions_total", 1);
        tracing::debug!(user, ?refusal, "an action from a page has no effect");
    }
}

fn rules(config: &Config, in_force: &InForce) -> Rules {
    Rules {
        definitions: Arc::clone(in_force.definitions()),
        away: in_force.away().cloned(),
        when_idle: config.when_idle,
        when_pages_closed: config.when_pages_closed,
        log_out: config.enable_logout_menu,
        auto_registration: config.user_auto_registration,
    }
}

/// Looks at the document now, after every interval, and when the bell rings, on a thread that may block.
fn watch(location: Location, config: &Config, host: &Host, bell: Arc<Notify>) -> mpsc::Receiver<Fetched> {
    let location = match location {
        Location::File(path) => Location::File(host.resolve(path)),
        web @ Location::Http(_) => web,
    };
    let interval = config.reload_seconds.interval();
    let (looks, receiver) = mpsc::channel(1);
    host.spawn("presence-document", async move {
        let died = |error| format!("the thread that reads the presence document ended: {error}");
        loop {
            // Whom the system trusts may have changed when somebody rings.
            let location = location.clone();
            let source = Arc::new(spawn_blocking(|| Source::new(location)).await.map_err(died)?);
            loop {
                let again = source.clone();
                let fetched = spawn_blocking(move || again.fetch()).await.map_err(died)?;
                if looks.send(fetched).await.is_err() {
                    return Ok(());
                }
                tokio::select! {
                    () = pause(interval) => {}
                    () = bell.notified() => break,
                }
            }
        }
    });
    receiver
}

/// Without an interval it never ends.
async fn pause(interval: Option<Duration>) {
    match interval {
        Some(interval) => sleep(interval).await,
        None => pending().await,
    }
}

/// The next look. Never ready when there is none any more, so that nobody waits for it in a circle.
async fn next(looks: &mut Option<mpsc::Receiver<Fetched>>) -> Option<Fetched> {
    let Some(open) = looks else { return pending().await };
    let fetched = open.recv().await;
    if fetched.is_none() {
        *looks = None;
    }
    fetched
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => pending().await,
    }
}
