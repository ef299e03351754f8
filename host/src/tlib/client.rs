//! A client of one T-Server: keeps connecting, and answers every request exactly once, connected or not.

use super::{
    ClientHandle, Config,
    complaints::Complaints,
    connection::{Connection, Reports, Unwanted},
    counters::Counters,
    pauses::{Attempt, Pauses},
    queue::{self, Queue},
    session::{Ended, Session, unsent},
};
use crate::agent_link::{LinkId, Outgoing, Permit, Report};
use crate::secret;
use crate::wire::{
    Password,
    stream::connect,
    tls::{ClientTls, TlsError},
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

/// The client itself; to be run as a task by whoever notices its end.
pub struct Client {
    config: Arc<Config>,
    tls: Option<ClientTls>,
    password: Option<Password>,
    queue: Queue,
    reports: Reports,
    complaints: Complaints,
    /// The T-Server is one of a redundant pair.
    of_pair: bool,
    permit: Permit,
    /// The last cause reported while the link was not up: repeated attempts that fail alike are one report.
    down_since: Option<Arc<str>>,
}

/// The client cannot start with this configuration. The operator's fault.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A TLS file.
    #[error("T-Server `{name}`: {cause}")]
    Tls {
        /// Of the link.
        name: String,
        /// What is wrong.
        cause: TlsError,
    },
    /// The password file.
    #[error("T-Server `{name}`: password-file {} {cause}", path.display())]
    Password {
        /// Of the link.
        name: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

impl Client {
    /// Reads the files that `config` names. Reports go to `owner` in batches, marked with `link`; while the owner is
    /// slow, nothing is read.
    ///
    /// # Errors
    /// Any [`StartError`]. An unreachable T-Server is none: the client keeps trying.
    pub fn new(
        link: LinkId,
        config: Config,
        owner: mpsc::Sender<(LinkId, Vec<Report>)>,
    ) -> Result<(Self, ClientHandle), StartError> {
        let name = || config.name.clone();
        let tls = config.tls.as_ref().map(ClientTls::load).transpose();
        let tls = tls.map_err(|cause| StartError::Tls { name: name(), cause })?;
        let password = config.password_file.as_ref().map(|path| {
            let failed = |cause| StartError::Password { name: name(), path: path.clone(), cause };
            secret::first_line(path).map_err(failed)
        });
        let password = password.transpose()?.map(Password);
        let (handle, queue) = queue::queue(config.max_queued.max(1));
        let complaints = Complaints::new(&config.name);
        let reports = Reports { link, owner, counters: Counters::new() };
        let (config, of_pair, permit, down_since) = (Arc::new(config), false, Permit::default(), None);
        Ok((Self { config, tls, password, queue, reports, complaints, of_pair, permit, down_since }, handle))
    }

    /// Whatever acts is sent only while this holds, asked at the last place before the socket.
    pub fn permitted(self, permit: Permit) -> Self {
        Self { permit, ..self }
    }

    /// The same for one T-Server of a redundant pair, which is registered with as backup too.
    pub(super) fn of_pair(self) -> Self {
        Self { of_pair: true, ..self }
    }

    /// Connects, serves, and connects again, until nobody needs it any more: the last handle is dropped, or the owner
    /// of the reports is gone.
    pub async fn run(mut self) {
        let mut pauses = Pauses::new(&self.config);
        // Ends with Unwanted, which is no error.
        while let Ok(attempt) = self.attempt().await {
            let wait = pauses.after(attempt, Instant::now().into_std());
            if self.refusing(sleep(wait)).await.is_err() {
                return;
            }
        }
    }

    /// Connects once and serves; how far that came.
    async fn attempt(&mut self) -> Result<Attempt, Unwanted> {
        let (config, tls) = (Arc::clone(&self.config), self.tls.clone());
        let opening = async { timeout(config.connect_timeout, connect(&config.address, tls.as_ref())).await };
        let stream = match self.refusing(opening).await? {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return self.down(error.to_string()).await,
            Err(_) => return self.down(no_answer(&config.address, config.connect_timeout)).await,
        };
        let now = Instant::now().into_std();
        let (counters, complaints) = (self.reports.counters.clone(), self.complaints.clone());
        let session = Session::new(Arc::clone(&config), self.password.clone(), counters, complaints, now);
        let session = if self.of_pair { session.of_pair() } else { session };
        let connection = Connection::new(stream, session, config.max_line, &mut self.queue, &self.reports);
        let ended = connection.permitted(self.permit.clone()).serve().await?;
        if ended.was_up || ended.waited {
            self.down_since = None;
        }
        self.down(ended.cause.to_string()).await?;
        Ok(match ended {
            Ended { settled: true, .. } => Attempt::Settled,
            Ended { was_up: true, answered: false, .. } => Attempt::Unsettled,
            Ended { .. } => Attempt::Brief,
        })
    }

    /// Waits for `future`; requests that come meanwhile are refused, so that nobody waits for a link that is down.
    async fn refusing<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Unwanted> {
        let mut future = std::pin::pin!(future);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                done = &mut future => return Ok(done),
                count = self.queue.requests.recv_many(&mut batch, 256) => {
                    if count == 0 {
                        return Err(Unwanted);
                    }
                    let refuse = |outgoing: Outgoing| unsent(outgoing.ticket, "the T-Server link is down");
                    let refused = batch.drain(..).map(refuse);
                    self.reports.deliver(refused.chain(self.queue.has_room_again()).collect()).await?;
                }
            }
        }
    }

    async fn down(&mut self, cause: String) -> Result<Attempt, Unwanted> {
        let cause: Arc<str> = cause.into();
        if self.down_since.as_ref() != Some(&cause) {
            self.down_since = Some(Arc::clone(&cause));
            self.reports.deliver(vec![Report::Down { cause }]).await?;
        }
        Ok(Attempt::Brief)
    }
}

fn no_answer(address: &str, after: Duration) -> String {
    format!("no connection to {address} within {} s (`connect-timeout`)", after.as_secs_f64())
}
