//! How a plug-in reaches a site's Front Ends: the options that say so, connecting, signing in, and what went wrong in
//! words for an operator. Shared by the Lync plug-ins; behind the feature `site`, because the protocol needs none of
//! it.

mod account;
pub mod address;
mod attempts;
mod certificates;
mod claims;
mod connection;
mod life;
mod listener;
mod own_socket;
mod reach;
mod server;
mod session;
pub mod sign_in;
mod silence_limit;
pub mod stamp;
mod trouble;
mod trust;
mod turns;
pub mod xml;

pub use account::{Account, Auth};
pub use attempts::{Attempts, Proof};
pub use certificates::Tls;
pub use claims::Claims;
pub use connection::Connector;
pub use life::{Client, Offline, live};
pub use listener::{Incoming, Listen, Listener};
pub use reach::Reach;
pub use server::{Server, Transport, of_uri};
pub use session::{Ended, Session, serve, until};
pub use silence_limit::SilenceLimit;
pub use trouble::{Again, Trouble};
pub use trust::Trust;

/// Something wrong with options that parsed; the operator's to repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Key with its tables, such as `tls.ca`.
    pub key: &'static str,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Mistake {
    /// A mistake at `key`.
    pub fn new(key: &'static str, message: impl Into<String>) -> Self {
        Self { key, message: message.into() }
    }
}
