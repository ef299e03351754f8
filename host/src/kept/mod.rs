//! What of the hub's state lives through a restart, in the store (`uc-store`) of the state directory. The hub says what
//! changed; writing is done beside it, and a disk that fails or hangs keeps nobody from work.
//!
//! | Keys | Value | Written by |
//! |---|---|---|
//! | `alive/primary` | when the primary was last known to work | [`KeptState`] |
//! | `redirect/WORKER` | where their accepted calls go, where it differs from the directory | [`KeptRedirects`] |
//! | `report/PREVIEW/WORKER` | a state of a preview that has begun at a T-Server and not ended | [`KeptReports`] |
//! | `session/HASH` | who is signed in | `web` |
//! | `worker/WORKER` | what they wish, what their sources said, their hold, their chats | [`KeptState`] |
//!
//! Values are JSON. Every form in which anything was ever kept stays in `forms/`, and is read: those that are added to it are
//! never changed.

mod earlier;
mod folder;
mod keeper;
mod redirects;
mod reports;
mod shelf;
mod state;

pub use folder::folder;
pub use keeper::Keeper;
pub use redirects::{KeptRedirect, KeptRedirects};
pub use reports::{GIVEN_UP, KeptReports, Note, OpenReport};
pub use shelf::{Read, Shelf, Words};
pub use state::{KeptState, TakenUp};
