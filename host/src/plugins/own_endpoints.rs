//! What an instance says of endpoints that it signs in as users themselves: the latest word of each user, read by the hub
//! before anything else that any plug-in says. So it never comes behind the word of a platform that the endpoint brought
//! about, and no queue can be too full for it.

use std::{
    collections::BTreeMap,
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc;
use uc_plugin_api::{
    UserHandle,
    own_endpoints::{OwnEndpoint, read},
};

/// Users of whom something may wait to be read.
const MOST: usize = 1 << 20;

/// What waits to be read.
type Words = BTreeMap<UserHandle, OwnEndpoint>;

/// The instance's end.
#[derive(Debug)]
pub(super) struct Teller {
    words: Arc<Mutex<Words>>,
    bell: mpsc::Sender<()>,
}

/// The hub's end.
#[derive(Debug)]
pub(super) struct Told {
    words: Arc<Mutex<Words>>,
    /// Rings when there is something to read.
    pub(super) bell: mpsc::Receiver<()>,
}

/// Both ends.
pub(super) fn own_endpoints() -> (Teller, Told) {
    let (words, (bell, rings)) = (Arc::default(), mpsc::channel(1));
    (Teller { words: Arc::clone(&words), bell }, Told { words, bell: rings })
}

impl Teller {
    /// Takes the text of the operation.
    ///
    /// # Errors
    /// Why not. The plug-in's fault.
    pub(super) fn tell(&self, text: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
        let said = read(text).map_err(|line| format!("a line that cannot be read: {line:?}"))?;
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.len() + said.len() > MOST {
            return Err(format!("words of more than {MOST} users wait to be read"));
        }
        words.extend(said);
        // Once is enough: all is read at once.
        let _ = self.bell.try_send(());
        Ok(())
    }
}

impl Told {
    /// Everything that was said since.
    pub(super) fn read(&mut self) -> Vec<(UserHandle, OwnEndpoint)> {
        take(&mut *self.words.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}
