//! Whom to believe at each attempt to connect: the authorities of a file that the settings name, or those that the system
//! trusts by then, for an operator who adds one there expects the next attempt to know it.

use crate::transport::tls::{BadTls, ClientTls};
use rustls::ClientConfig;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Instant, timeout};

/// Nothing is read for so long unless a mount hangs.
const LIMIT: Duration = Duration::from_secs(5);

/// Where it comes from.
#[derive(Clone, Debug)]
pub struct Trust(Source);

#[derive(Clone, Debug)]
enum Source {
    Named(Arc<ClientConfig>),
    System(Arc<Mutex<System>>),
}

/// What is believed by the system's authorities.
#[derive(Debug)]
struct System {
    setup: ClientTls,
    /// When the last reading began.
    began: Instant,
    /// Of the authorities that were read last.
    fingerprint: u64,
    /// What came of it. The same one as long as they are the same: connections are resumed by it.
    config: Arc<ClientConfig>,
    /// A reading that a mount does not let end.
    hangs: Option<JoinHandle<Read>>,
}

/// The fingerprint of what the system trusts now, and what is made of it if that is another one than before.
type Read = (u64, Option<Result<Arc<ClientConfig>, BadTls>>);

impl Trust {
    /// Reads the files.
    ///
    /// # Errors
    /// [`BadTls`].
    pub fn load(setup: ClientTls) -> Result<Self, BadTls> {
        let config = setup.load()?;
        Ok(Self(match setup.ca {
            Some(_) => Source::Named(config),
            None => {
                let (began, fingerprint) = (Instant::now(), fingerprint());
                Source::System(Arc::new(Mutex::new(System { setup, began, fingerprint, config, hangs: None })))
            }
        }))
    }

    /// What counts for an attempt that begins now. While the system's authorities cannot be read, those of before count.
    pub async fn now(&self) -> Arc<ClientConfig> {
        match &self.0 {
            Source::Named(config) => config.clone(),
            Source::System(system) => {
                let asked = Instant::now();
                let mut system = system.lock().await;
                // Many accounts may connect at once: what was read since this one asked is fresh enough.
                if system.began < asked {
                    system.read().await;
                }
                system.config.clone()
            }
        }
    }
}

impl System {
    async fn read(&mut self) {
        self.began = Instant::now();
        let (setup, before) = (self.setup.clone(), self.fingerprint);
        // One at a time: each that hangs holds a thread.
        let mut reading = self.hangs.take().unwrap_or_else(|| spawn_blocking(move || read(&setup, before)));
        let why = match timeout(LIMIT, &mut reading).await {
            Ok(Ok((_, None))) => return,
            Ok(Ok((fingerprint, Some(Ok(config))))) => {
                (self.fingerprint, self.config) = (fingerprint, config);
                return;
            }
            Ok(Ok((_, Some(Err(error))))) => error.to_string(),
            Ok(Err(_)) => "the reading fell over (a bug in the plug-in)".to_owned(),
            Err(_) => {
                self.hangs = Some(reading);
                format!("nothing was read within {} s", LIMIT.as_secs())
            }
        };
        tracing::warn!(why, "whom the system trusts is not known: those before are believed on");
    }
}

fn read(setup: &ClientTls, before: u64) -> Read {
    let now = fingerprint();
    (now, (now != before).then(|| setup.load()))
}

/// Of the authorities that the system trusts now.
fn fingerprint() -> u64 {
    let mut all = rustls_native_certs::load_native_certs().certs;
    all.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    let mut hasher = DefaultHasher::new();
    all.iter().for_each(|one| one.as_ref().hash(&mut hasher));
    hasher.finish()
}
