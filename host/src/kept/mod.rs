//! What of the hub's state lives through a restart, in the store (`uc-store`) of the state directory. The hub says what
//! changed; writing is done beside it, and a disk that fails or hangs keeps nobody from work.
//!
//! | Keys | Value | Written by |
//! |---|---|---|
//! | `alive/primary` | when the primary was last known to work, and what the clock of what it keeps showed | [`KeptState`] |
//! | `hand-over/count` | how often one node after another has let the next one work for want of a T-Server | [`HandOvers`] |
//! | `past/WORKER` | their previews of the last day: caller's number, DN, how each ended, whether they have looked at it | [`KeptState`] |
//! | `redirect/WORKER` | where their accepted calls go, where it differs from the directory | [`KeptRedirects`] |
//! | `report/PREVIEW/WORKER` | a state of a preview that has begun at a T-Server and not ended | [`KeptReports`] |
//! | `session/HASH` | who is signed in | `web` |
//! | `standby/NODE` | something else each time: that this node stands by; whether it has a link to a T-Server | [`Standbys`] |
//! | `worker/WORKER` | what they wish, what their sources said, their hold, their chats | [`KeptState`] |
//!
//! Values are JSON. Every form in which anything was ever kept stays in `forms/`, and is read: those that are added
//! to it are never changed.

mod alive;
mod earlier;
mod folder;
mod hand_overs;
mod keeper;
mod news;
mod redirects;
mod reports;
mod shelf;
mod standbys;
mod stands;
mod state;

pub use alive::Alive;
pub use folder::folder;
pub use hand_overs::HandOvers;
pub use keeper::Keeper;
pub use news::News;
pub use redirects::{KeptRedirect, KeptRedirects};
pub use reports::{KeptReports, Note, OpenReport};
pub use shelf::{Read, Shelf, Words};
pub use standbys::{Linked, Standbys};
pub use state::{KeptState, TakenUp};
