//! The handle by which tests, the demo and the control port play with a simulated Stat Server.

use super::{
    log::{Heard, Log},
    model::{ClientId, Model, Value},
    mood::Mood,
    server,
};
use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};
use uc_connector::wire::{
    Role,
    tls::{ServerConfigFiles, ServerTls},
};

/// How to start a [`StatServer`].
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Name in its hello.
    pub name: String,
    /// Its role.
    pub role: Role,
    /// TLS; none: plain TCP.
    pub tls: Option<ServerConfigFiles>,
    /// The password that clients must give; none: any will do.
    pub password: Option<String>,
    /// Print every line to the standard output.
    pub print: bool,
}

impl Default for Config {
    /// A primary on a free port of the loopback, silent.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            name: "stat_lab".to_owned(),
            role: Role::Primary,
            tls: None,
            password: None,
            print: false,
        }
    }
}

/// A running simulated Stat Server; clones are the same server. It ends with the last clone.
#[derive(Clone)]
pub struct StatServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    tls: Option<ServerTls>,
    serving: Arc<Mutex<Serving>>,
}

/// What connections and handles share.
pub(super) struct Shared {
    pub(super) config: Config,
    pub(super) log: Log,
    pub(super) role: watch::Sender<Role>,
    model: Mutex<Model>,
    clients: Mutex<(ClientId, BTreeMap<ClientId, mpsc::UnboundedSender<String>>)>,
}

/// The accepting task; every connection lives inside it.
struct Serving(Option<JoinHandle<()>>);

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl Shared {
    /// Does something to the model, and sends what came of it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let mut model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut model);
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        for (client, line) in model.lines() {
            self.log.note(false, line.trim_end());
            // Who is gone needs nothing any more.
            let _ = clients.1.get(&client).map(|lines| lines.send(line));
        }
        result
    }

    pub(super) fn join(&self) -> (ClientId, mpsc::UnboundedReceiver<String>) {
        let (lines, receiver) = mpsc::unbounded_channel();
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.0 += 1;
        let client = clients.0;
        clients.1.insert(client, lines);
        (client, receiver)
    }

    pub(super) fn leave(&self, client: ClientId) {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&client);
        self.change(|model| model.leave(client));
    }
}

impl StatServer {
    /// Listens and serves. It knows no statistic yet.
    ///
    /// # Errors
    /// The address cannot be listened on, or the TLS files are of no use.
    pub async fn start(config: Config) -> io::Result<Self> {
        let tls = config.tls.as_ref().map(ServerTls::load).transpose().map_err(io::Error::other)?;
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            log: Log::new(config.print),
            role: watch::Sender::new(config.role),
            model: Mutex::default(),
            clients: Mutex::default(),
            config,
        });
        let task = tokio::spawn(server::serve(listener, tls.clone(), Arc::clone(&shared)));
        Ok(Self { shared, address, tls, serving: Arc::new(Mutex::new(Serving(Some(task)))) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// A statistic of an object has this value from now on.
    pub fn set(&self, object: &str, statistic: &str, value: Value) {
        self.shared.change(|model| model.set(object, statistic, value));
    }

    /// Is in a mood from now on, besides those it is in.
    pub fn mood(&self, mood: Mood) {
        self.shared.change(|model| model.moods.push(mood));
    }

    /// Ends all moods.
    pub fn calm(&self) {
        self.shared.change(|model| model.moods.clear());
    }

    /// What is open, each as object and statistic.
    pub fn open(&self) -> Vec<(String, String)> {
        self.shared.change(|model| model.open())
    }

    /// How many statistics are open, each client's for itself.
    pub fn count(&self) -> usize {
        self.shared.change(|model| model.count())
    }

    /// Becomes primary or backup.
    pub fn role(&self, role: Role) {
        self.shared.role.send_replace(role);
    }

    /// Sends this line to every client, whatever it is.
    pub fn send_raw(&self, line: &str) {
        let clients = self.shared.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.1.values().for_each(|lines| drop(lines.send(format!("{line}\n"))));
    }

    /// Ends abruptly: listener and connections are closed without a word. Values stay known.
    pub async fn kill(&self) {
        let task = self.serving.lock().unwrap_or_else(PoisonError::into_inner).0.take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }

    /// Serves again on the same port after [`Self::kill`].
    ///
    /// # Errors
    /// The port was taken meanwhile.
    pub async fn restart(&self) -> io::Result<()> {
        self.kill().await;
        let listener = TcpListener::bind(self.address).await?;
        let task = tokio::spawn(server::serve(listener, self.tls.clone(), Arc::clone(&self.shared)));
        self.serving.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(task);
        Ok(())
    }

    /// Every line that passed, in order.
    pub fn log(&self) -> Vec<Heard> {
        self.shared.log.all()
    }

    /// The first line from a client, from this place of the log on, with all of these words in it.
    ///
    /// # Errors
    /// It never came; the error shows what did.
    pub async fn wait_for(&self, from: usize, words: &[&str]) -> Result<Heard, String> {
        self.shared.log.wait_for(from, words).await
    }
}
