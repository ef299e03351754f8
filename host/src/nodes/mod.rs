//! Many nodes, as one service: what arrives at one of them and is another's to do goes there, directly and
//! authenticated (mTLS), and the answer comes back.
//!
//! | Arrives here | For | Goes |
//! |---|---|---|
//! | a request for a preview | workers of one node | there whole |
//! | the same | workers of several | whole to the node that decides; from there to each as a share, and the first to accept wins |
//! | its end | | to whoever was asked |
//! | the end of whatever previews of a call there are | | to every node |
//! | a page | a worker of another node | its frames go there and come back |
//! | any of them | a worker for whom nobody works now | nowhere: whoever asks is told to ask again |
//!
//! Nodes connect to each other both ways: who asks is the client. A link that is lost ends what was under way on it:
//! pages connect anew, and who asked for a preview is told that the node cannot be reached. Nothing of it is state.
//!
//! A broadcast over several nodes has one winner, and one node decides who that is: the one that owns the first of its
//! workers, wherever it was asked for. So whoever asks for the same joins, as at one node. A share is the whole
//! request, of which a node asks its own workers: so each node knows all of them, and refuses a request for some of
//! them ([`crate::hub`]). An acceptance is a promise until the node that decides has heard all others.

mod link;
mod message;
mod offers;
mod pages;
mod peer;
mod peers;
mod race;
mod share;
mod who;

pub use link::{Link, NotOpened};
pub use offers::{Arrivals, Offers};
pub use pages::Pages;
pub use peers::Peers;
pub use who::{At, Owners, Who};

use std::time::Duration;

/// The newest form of the messages between nodes that this version reads and writes. It reads and writes the one
/// before, too: a node of form 1 asks what it is sent of its own workers, decides nothing for others, and knows no
/// verdicts.
pub const FORM: u32 = 2;

/// Bytes of the longest message.
const LONGEST: usize = 4 << 20;

/// The other node is asked for a sign of life this often.
const PING: Duration = Duration::from_secs(2);

/// A link that is silent for so long is lost.
const SILENCE: Duration = Duration::from_secs(6);

/// Messages that may wait for a link: what some thousand pages do at once.
const QUEUE: usize = 8192;

/// Who a node is to another.
#[derive(Clone, Debug)]
pub struct Name {
    /// As configured.
    pub node: std::sync::Arc<str>,
    /// Of its program.
    pub version: &'static str,
}
