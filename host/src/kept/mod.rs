//! What of the hub's state lives through a restart, in the state directory. The hub says what changed; writing is done
//! beside it, and a disk that fails or hangs keeps nobody from work.

mod file;
mod redirects;
mod reports;

pub use file::folder;
pub use redirects::{KeptRedirect, KeptRedirects};
pub use reports::{GIVEN_UP, KeptReports, Note, OpenReport};
