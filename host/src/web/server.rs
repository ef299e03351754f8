//! Builds the routes, binds the addresses, serves, and drains.

use super::{
    accept::{Bounds, Listener},
    accounts::Accounts,
    admin::{self, Admin, AdminRequest, Arbiter, Metrics},
    arrival::PageArrival,
    assets,
    browser::Trust,
    config::{AdminConfig, Config, Problem},
    fault,
    hosts::Hosts,
    invitations::Invitations,
    kept_sessions::KeptSessions,
    known_sessions::KnownSessions,
    readiness::Readiness,
    sessions::Sessions,
    sign_in::SignIn,
    socket::Pages,
    standby::{Driven, Serves},
    texts::{self, SiteTexts},
    tls::Certificate,
};
use crate::{
    kept::{self, Keeper},
    tasks::{self, Lost},
    wire::listening::listen,
};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use warp::{Filter, Rejection, filters::BoxedFilter, reply::Response};

/// How often old sessions and old rate limits are cleared.
const SWEEP: Duration = Duration::from_secs(15);

/// How long the end waits for a folder that hangs.
const LAST_WRITE: Duration = Duration::from_secs(2);

/// Of the operators' address. One peer that holds its half keeps no other from being heard.
const OPERATORS: Bounds = Bounds {
    key: "admin.listen",
    connections: 64,
    of_one_peer: 32,
    body: 4096,
    patience: Duration::from_secs(10),
    secure: false,
};

/// Which addresses are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opens {
    /// That of users and strategies.
    pub users: bool,
    /// That of operators.
    pub operators: bool,
}

impl Opens {
    /// Both.
    pub const ALL: Self = Self { users: true, operators: true };
}

/// What the owner hands to the web edge.
pub struct Parts {
    /// Which addresses are opened.
    pub opens: Opens,
    /// The site's language (BCP 47), for pages whose worker has none; empty: the browser's.
    pub language: Arc<str>,
    /// What the site says otherwise than the client.
    pub texts: watch::Receiver<SiteTexts>,
    /// Who may sign in; a new value ends the sessions of the removed.
    pub accounts: watch::Receiver<Arc<Accounts>>,
    /// Where pages report. Bounded: when it is full, pages wait.
    pub arrivals: mpsc::Sender<PageArrival>,
    /// Routes of others at the users' address, such as the preview service's.
    pub extra: Vec<BoxedFilter<(Response,)>>,
    /// Addresses given to UC clients.
    pub invitations: Invitations,
    /// What `/readyz` shows.
    pub readiness: Readiness,
    /// What `/metrics` shows.
    pub metrics: Metrics,
    /// Where an operator's requests go.
    pub admin: mpsc::Sender<AdminRequest>,
    /// Who takes the arbiter's word; none: a lease decides, or there is one node.
    pub arbiter: Option<Arbiter>,
    /// Where who is signed in lives through a restart.
    pub keeper: Keeper,
    /// Whether users are served: a standby node does not.
    pub serves: watch::Receiver<bool>,
    /// Whether anybody works for a worker now.
    pub driven: Driven,
}

/// The web edge before it is bound.
pub struct Server;

/// Where a bound server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// For users; none: nowhere.
    pub web: Option<SocketAddr>,
    /// For operators; none: nowhere.
    pub admin: Option<SocketAddr>,
}

/// A server that holds its addresses but serves nobody yet.
pub struct Bound {
    addresses: Addresses,
    certificate: Option<Certificate>,
    web: Option<Listener>,
    admin: Option<Listener>,
    drain: Duration,
    accounts: watch::Receiver<Arc<Accounts>>,
    serves: watch::Receiver<bool>,
    sessions: Arc<Sessions>,
    kept: Arc<KeptSessions>,
    known: KnownSessions,
    sign_in: Arc<SignIn>,
    pages: Arc<Pages>,
}

impl Server {
    /// Reads the files named in the configuration and takes the addresses. An error is the operator's to mend and
    /// names the key.
    pub async fn bind(config: &Config, admin: &AdminConfig, parts: Parts) -> Result<Bound, Problem> {
        if let Some(problem) = config.problems().into_iter().chain(admin.problems()).next() {
            return Err(problem);
        }
        let certificate = Certificate::of(config)?;
        let sessions = Arc::new(Sessions::new(config.session_idle(), config.session_life(), parts.keeper.is_shared()));
        let configured = config.state_dir.as_ref().map(|directory| directory.get_ref().as_path());
        let (is_alone, of_several) = (parts.keeper.is_alone(), parts.keeper.is_of_several());
        let folder = kept::folder(configured).filter(|_| parts.opens.users && is_alone);
        let kept = Arc::new(KeptSessions::open(parts.keeper, folder.as_deref()).await);
        let known = KnownSessions::new(sessions.clone(), kept.clone(), parts.accounts.clone());
        if is_alone {
            known.take_up_earlier().await;
        }
        let serves = Serves::new(parts.serves.clone());
        let trust = Arc::new(Trust::new(config));
        let language = parts.language.clone();
        let sign_in = Arc::new(SignIn::new(config, parts.accounts.clone(), known.clone(), trust.clone(), language));
        let join = parts.invitations.route(parts.accounts.clone(), known.clone(), trust.clone());
        let pages = Arc::new(Pages::new(
            config.limits.clone(),
            parts.arrivals,
            parts.language,
            (sessions.clone(), known.clone()),
            trust,
            (of_several, parts.driven),
        ));
        let mut routes =
            vec![sign_in.route(), join, pages.route(), texts::route(parts.texts), admin::livez(), serves.route()];
        routes.extend(parts.extra);
        routes.extend([assets::files(config.files.as_ref())?, assets::client()]);
        let web = match parts.opens.users {
            true => Some(Listener {
                socket: bind("web.listen", config.listen)?,
                tls: certificate.as_ref().map(Certificate::acceptor).transpose()?,
                routes: tree(routes),
                hosts: Arc::new(Hosts::of(config)),
                serves: Some(serves.clone()),
                bounds: bounds(config),
            }),
            false => None,
        };
        let mut routes =
            vec![admin::livez(), admin::readyz(parts.readiness), admin::metrics(parts.metrics), serves.route()];
        routes.extend(Admin::new(admin, parts.admin, parts.arbiter)?.routes());
        let admin = match parts.opens.operators {
            true => Some(Listener {
                socket: bind("admin.listen", admin.listen)?,
                tls: None,
                routes: tree(routes),
                hosts: Arc::new(Hosts::of_operators(admin)),
                serves: None,
                bounds: OPERATORS,
            }),
            false => None,
        };
        let addresses = Addresses { web: address(web.as_ref())?, admin: address(admin.as_ref())? };
        let (drain, accounts) = (config.drain(), parts.accounts);
        Ok(Bound {
            addresses,
            certificate,
            web,
            admin,
            drain,
            accounts,
            serves: parts.serves,
            sessions,
            kept,
            known,
            sign_in,
            pages,
        })
    }
}

impl Bound {
    /// Where it listens; real ports, also where the configuration says 0.
    pub fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Who is signed in here and elsewhere.
    pub fn known_sessions(&self) -> KnownSessions {
        self.known.clone()
    }

    /// The certificate, to read it again on reload; none: plain HTTP.
    pub fn certificate(&self) -> Option<Certificate> {
        self.certificate.clone()
    }

    /// Serves until `shutdown`. Then nobody new is let in, pages are closed with code 1001, open requests finish, and
    /// what is still there after `drain-seconds` is cut. The operator's address answers until the end.
    ///
    /// # Errors
    /// A part of it was lost; whoever is still served is cut.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), Lost> {
        let (admin_stop, mut parts) = (CancellationToken::new(), tasks::Parts::default());
        parts.begin("operators", serve(self.admin, admin_stop.clone(), Duration::from_secs(1)));
        let (sessions, kept, known) = (self.sessions, self.kept, self.known);
        let remembers = remember_sessions(sessions.clone(), kept.clone(), known.clone(), self.serves.clone());
        parts.begin("kept sessions", remembers);
        parts.begin("sessions", keep_sessions(self.accounts, sessions, known.clone(), self.sign_in));
        parts.begin("users", serve(self.web, shutdown.clone(), self.drain));
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            lost = parts.lost() => return Err(lost),
        }
        if timeout(self.drain, self.pages.close()).await.is_err() {
            tracing::warn!("pages that took no close code in time are cut");
        }
        parts.ended("users").await?;
        admin_stop.cancel();
        parts.ended("operators").await?;
        // Who signed out a moment ago is not signed in again by the next start.
        if *self.serves.borrow() {
            known.keep();
        }
        if let Ok(Err(error)) = timeout(LAST_WRITE, kept.write()).await {
            tracing::warn!(%error, "who is signed in cannot be kept: the next start goes by what was kept before");
        }
        Ok(())
    }
}

/// Ends sessions that are too old, or whose owner was removed.
async fn keep_sessions(
    mut accounts: watch::Receiver<Arc<Accounts>>,
    sessions: Arc<Sessions>,
    known: KnownSessions,
    sign_in: Arc<SignIn>,
) -> Result<(), Lost> {
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut owned = true;
    loop {
        tokio::select! {
            _ = sweep.tick() => {
                known.sweep();
                sign_in.sweep();
            }
            changed = accounts.changed(), if owned => {
                owned = changed.is_ok();
                let now = accounts.borrow_and_update().clone();
                sessions.apply(&now);
            }
        }
    }
}

/// Writes down who is signed in, whenever that changes, once this node serves. What could not be written is tried
/// again: whoever signed out would be signed in again by a restart.
async fn remember_sessions(
    sessions: Arc<Sessions>,
    kept: Arc<KeptSessions>,
    known: KnownSessions,
    mut serves: watch::Receiver<bool>,
) -> Result<(), Lost> {
    let follow = async {
        // Whoever could say it no more ends with the process.
        let _ = serves.wait_for(|serves| *serves).await;
        loop {
            known.keep();
            sessions.changed.notified().await;
        }
    };
    tokio::join!(kept.run(), follow).1
}

/// A chain of routes takes minutes to compile and costs every request its length; a tree of boxed ones does not.
fn tree(mut routes: Vec<BoxedFilter<(Response,)>>) -> BoxedFilter<(Response,)> {
    while routes.len() > 1 {
        let mut pairs = routes.into_iter();
        routes = std::iter::from_fn(|| {
            let left = pairs.next()?;
            Some(match pairs.next() {
                Some(right) => left.or(right).unify().boxed(),
                None => left,
            })
        })
        .collect();
    }
    let routes = routes.pop().expect("there is a route for /livez at least");
    routes.recover(refuse).unify().boxed()
}

async fn refuse(rejection: Rejection) -> Result<Response, Infallible> {
    Ok(fault::of_rejection(&rejection).into_response())
}

fn bounds(config: &Config) -> Bounds {
    let limits = &config.limits;
    let connections = limits.connections.get() as usize;
    Bounds {
        key: "web.listen",
        connections,
        // Behind a proxy everybody has its address.
        of_one_peer: connections,
        body: limits.body_bytes.get() as usize,
        patience: Duration::from_secs(limits.request_seconds.get().into()),
        secure: config.secure(),
    }
}

fn bind(key: &'static str, address: SocketAddr) -> Result<TcpListener, Problem> {
    listen(address).map_err(|error| Problem::new(key, error.to_string()))
}

fn address(listener: Option<&Listener>) -> Result<Option<SocketAddr>, Problem> {
    let address = listener.map(|listener| listener.socket.local_addr()).transpose();
    address.map_err(|error| Problem::new("web.listen", error.to_string()))
}

/// An address that is not opened serves nobody until `stop`.
async fn serve(listener: Option<Listener>, stop: CancellationToken, drain: Duration) -> Result<(), Lost> {
    match listener {
        Some(listener) => listener.run(stop, drain).await,
        None => stop.cancelled().await,
    }
    Ok(())
}
