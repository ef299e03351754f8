//! The whole path in one process: the product, with its real plug-ins, between a simulated T-Server, a simulated URS
//! and worker's pages. Tests and benches tell their stories with it.
//!
//! Every server listens on a free port of the loopback, every wait is bounded, and everything ends when the [`Lab`] is
//! dropped.

mod browser;
mod http;
mod page;
mod picture;
mod product;
mod site;

pub use browser::{Browser, OpenError};
pub use http::{Answer, Http};
pub use page::{NeverCame, Page};
pub use picture::Picture;
pub use product::Product;
pub use site::{DOCUMENT, PASSWORD, Setup, Site, plugin_directory};

use crate::{
    PATIENCE,
    t_server::{self, TServer},
    urs::{HttpUrs, Urs, UrsError},
};
use std::{io, time::Duration};
use tokio::time::{Instant, sleep};
use uc_connector::{Addresses, StartError, config::Problem, tasks::Lost, web::ReloadReport, wire::tls::ClientTls};

/// Between two looks at something that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(5);

/// The lab could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A plug-in has not been built.
    #[error("{0} is missing: `cargo build --workspace` (or `make test`) builds it")]
    NoPlugin(String),
    /// Files or ports.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The product finds its configuration wrong: a mistake of the story.
    #[error("the configuration is wrong: {0:?}")]
    Wrong(Vec<Problem>),
    /// The product does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The certificate of the site.
    #[error(transparent)]
    Tls(#[from] uc_connector::wire::tls::TlsError),
    /// The product opens no addresses: presence connector mode is no mode for these stories.
    #[error("the product listens nowhere")]
    Silent,
    /// A part of the product was lost: a bug of its.
    #[error(transparent)]
    Lost(Lost),
    /// Something did not happen in time.
    #[error("waited in vain until {0}")]
    Late(String),
}

/// A running product and its peers.
pub struct Lab {
    /// The T-Server.
    pub t_server: TServer,
    /// The T-Server of the second switch, in stories that have one.
    pub second: Option<TServer>,
    /// The product's files.
    pub site: Site,
    product: Product,
    users: Http,
    operators: Http,
}

impl Lab {
    /// Starts a T-Server, then the product, and waits until the product says that it is ready.
    ///
    /// # Errors
    /// Any [`LabError`].
    pub async fn start(setup: Setup) -> Result<Self, LabError> {
        let t_server = TServer::start(t_server::Config::new(setup.switch())).await?;
        let second = match setup.two_switches {
            true => Some(TServer::start(t_server::Config::new(setup.second_switch())).await?),
            false => None,
        };
        let lab = Self::unready(setup, t_server, second).await?;
        lab.until("the product is ready", async |lab| lab.readiness().await.0).await?;
        Ok(lab)
    }

    /// Starts the product beside these T-Servers, whatever state they are in.
    ///
    /// # Errors
    /// Any [`LabError`].
    pub async fn unready(setup: Setup, t_server: TServer, second: Option<TServer>) -> Result<Self, LabError> {
        let addresses = std::iter::once(&t_server).chain(&second).map(TServer::addr).collect();
        let site = Site::build(setup, addresses)?;
        let product = Product::start(&site.config()).await?;
        let tls = site.authority().map(|ca| ClientTls::load(&ca)).transpose()?;
        let Addresses { web: Some(web), admin: Some(admin), .. } = product.addresses else {
            return Err(LabError::Silent);
        };
        let (users, operators) = (Http::new(web, tls), Http::new(admin, None));
        Ok(Self { t_server, second, site, product, users, operators })
    }

    /// Where the product listens.
    pub fn addresses(&self) -> Addresses {
        self.product.addresses
    }

    /// The address of users and strategies.
    pub fn users(&self) -> &Http {
        &self.users
    }

    /// The operator's address.
    pub fn operators(&self) -> &Http {
        &self.operators
    }

    /// Signs a worker in.
    ///
    /// # Errors
    /// The product's answer when it is no success.
    pub async fn sign_in(&self, user: &str) -> Result<Browser, Answer> {
        Browser::sign_in(self.users.clone(), user, PASSWORD).await
    }

    /// Signs a worker in, opens a page and waits for its first snapshot.
    ///
    /// # Errors
    /// Sign-in or page were refused, or the snapshot did not come.
    pub async fn page(&self, user: &str) -> Result<Page, OpenError> {
        self.sign_in(user).await?.open().await
    }

    /// A preview link of URS.
    ///
    /// # Errors
    /// Any [`UrsError`].
    pub async fn urs(&self) -> Result<Urs, UrsError> {
        let address = self.product.addresses.preview_link.map(|address| address.to_string()).unwrap_or_default();
        Urs::connect(&address, None).await
    }

    /// A strategy that calls the preview service over HTTP; blocking.
    ///
    /// # Errors
    /// The token file or the certificate file is gone.
    pub fn http_urs(&self) -> Result<HttpUrs, crate::urs::HttpError> {
        let ca = self.site.authority().and_then(|files| files.ca);
        HttpUrs::new(&self.users.origin(), Some(&self.site.path("routing.token")), ca.as_deref())
    }

    /// `POST /-/reload`.
    ///
    /// # Errors
    /// The operator's address does not answer, or not with a report.
    pub async fn reload(&self) -> Result<ReloadReport, LabError> {
        let answer = self.operators.ask("POST", "/-/reload", &[], "").await?;
        serde_json::from_str(&answer.body).map_err(|error| io::Error::other(format!("{error}: {answer:?}")).into())
    }

    /// Whether the product is ready, and the report of all its parts.
    pub async fn readiness(&self) -> (bool, String) {
        match self.operators.ask("GET", "/readyz?verbose", &[], "").await {
            Ok(answer) => (answer.status == 200, answer.body),
            Err(error) => (false, error.to_string()),
        }
    }

    /// The value of a metric with all its labels summed up; 0 when it was never touched. Counters are those of the
    /// whole process: tests that run beside each other share them.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = self.operators.ask("GET", "/metrics", &[], "").await.map(|answer| answer.body).unwrap_or_default();
        let value = |line: &str| {
            let (series, value) = line.rsplit_once(' ')?;
            (series.split('{').next() == Some(name)).then(|| value.parse::<f64>().ok())?
        };
        text.lines().filter_map(value).sum()
    }

    /// Waits until something is so.
    ///
    /// # Errors
    /// [`LabError::Late`].
    pub async fn until(&self, what: &str, so: impl AsyncFn(&Self) -> bool) -> Result<(), LabError> {
        let end = Instant::now() + PATIENCE;
        while !so(self).await {
            if Instant::now() > end {
                return Err(LabError::Late(format!("{what}; {}", self.readiness().await.1)));
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Asks the product to stop, as SIGTERM does.
    pub fn ask_to_stop(&self) {
        self.product.ask_to_stop();
    }

    /// Waits until the product has stopped.
    ///
    /// # Errors
    /// [`LabError::Late`].
    pub async fn stopped(&mut self) -> Result<(), LabError> {
        self.product.stopped().await
    }
}
