//! A client of a Stat Server and its backup: keeps one of them connected, and has open there what is wanted.

use super::{
    Config, Report, Wanted,
    connection::{Connection, Unwanted},
    counters::Counters,
    session::Session,
};
use crate::secret;
use crate::wire::{
    Password, Throttle,
    stream::connect,
    tls::{ClientTls, TlsError},
};
use std::{path::PathBuf, sync::Arc};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};
use uc_backoff::Backoff;

/// The client itself; to be run as a task by whoever notices its end.
pub struct Client {
    config: Arc<Config>,
    tls: Option<ClientTls>,
    password: Option<Password>,
    wanted: watch::Receiver<Wanted>,
    reports: mpsc::Sender<Report>,
    counters: Counters,
    complaints: Throttle,
    /// Attempts so far: primary and backup have their turns.
    attempts: usize,
    /// The last cause reported of each server while the link was not up: repeated attempts that fail alike are one report.
    told: [Option<Arc<str>>; 2],
}

/// The client cannot start with this configuration. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A TLS file.
    #[error("Stat Server: {0}")]
    Tls(#[from] TlsError),
    /// The password file.
    #[error("Stat Server: password-file {} {cause}", path.display())]
    Password {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl Client {
    /// Reads the files that `config` names. What is to be open is sent through the sender, as a whole; while the owner
    /// of the reports is slow, the latest of each statistic is kept for it.
    ///
    /// # Errors
    /// Any [`StartError`]. An unreachable Stat Server is none: the client keeps trying.
    pub fn new(config: Config, reports: mpsc::Sender<Report>) -> Result<(Self, watch::Sender<Wanted>), StartError> {
        let tls = config.tls.as_ref().map(ClientTls::load).transpose()?;
        let password = config
            .password_file
            .as_ref()
            .map(|path| secret::first_line(path).map_err(|cause| StartError::Password { path: path.clone(), cause }));
        let password = password.transpose()?.map(Password);
        let (sender, wanted) = watch::channel(Wanted::default());
        let client = Self {
            config: Arc::new(config),
            tls,
            password,
            wanted,
            reports,
            counters: Counters::new(),
            complaints: Throttle::default(),
            attempts: 0,
            told: [None, None],
        };
        Ok((client, sender))
    }

    /// Connects, serves, and connects again, to the other server if there is one, until nobody needs it any more: the
    /// sender is dropped, or the owner of the reports is gone.
    pub async fn run(mut self) {
        let mut backoff = Backoff::new(self.config.reconnect_min, self.config.reconnect_max);
        while let Ok(settled) = self.attempt().await {
            self.attempts = self.attempts.wrapping_add(1);
            if settled {
                backoff.succeed();
            }
            let wait = backoff.fail(Instant::now().into_std());
            tokio::select! {
                () = sleep(wait) => {}
                () = unwanted(self.wanted.clone()) => return,
            }
        }
    }

    /// Connects once and serves; true when the link had been up long enough to be trusted again.
    async fn attempt(&mut self) -> Result<bool, Unwanted> {
        let (config, tls) = (Arc::clone(&self.config), self.tls.clone());
        let address = config.address_of(self.attempts);
        let opening = timeout(config.connect_timeout, connect(address, tls.as_ref()));
        let opened = tokio::select! {
            opened = opening => opened,
            () = unwanted(self.wanted.clone()) => return Err(Unwanted),
        };
        let stream = match opened {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return self.down(error.to_string()).await,
            Err(_) => {
                let seconds = config.connect_timeout.as_secs_f64();
                return self.down(format!("no connection to {address} within {seconds} s (`connect-timeout`)")).await;
            }
        };
        let now = Instant::now().into_std();
        let kept = (self.counters.clone(), std::mem::take(&mut self.complaints));
        let wanted = self.wanted.borrow_and_update().clone();
        let session = Session::new(&config, self.password.clone(), wanted, kept, now);
        let connection = Connection::new(stream, session, config.max_line, &mut self.wanted, &self.reports);
        let ended = connection.serve(&self.counters).await?;
        self.complaints = ended.complaints;
        if ended.was_up {
            self.told = [None, None];
        }
        self.down(format!("{address}: {}", ended.cause)).await?;
        Ok(ended.settled)
    }

    async fn down(&mut self, cause: String) -> Result<bool, Unwanted> {
        let cause: Arc<str> = cause.into();
        let of = if self.config.backup_address.is_some() { self.attempts % 2 } else { 0 };
        let told = &mut self.told[of];
        if told.as_ref() != Some(&cause) {
            *told = Some(Arc::clone(&cause));
            self.reports.send(Report::Down { cause }).await.map_err(|_| Unwanted)?;
        }
        Ok(false)
    }
}

/// Waits until nobody needs the client.
async fn unwanted(mut wanted: watch::Receiver<Wanted>) {
    while wanted.changed().await.is_ok() {}
}
