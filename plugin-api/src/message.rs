//! The two closed vocabularies of the edge: commands to a plug-in, events from it. Both travel in batches.
//!
//! The layout of every type here is frozen within an API major version; what a later version needs goes through
//! the generic `call` of either side.

use crate::{
    agent::{AgentReport, Wanted, WorkMode},
    presence::{PresenceUpdate, Publication, UserHandle},
};
use abi_stable::{
    StableAbi,
    std_types::{ROption, RString, RVec},
};

/// What a plug-in is for. The roles of the loaded plug-ins decide the deployment mode (requirements F23).
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Pulls presence from a UC platform.
    PresenceSource,
    /// Pushes agent state to a UC platform.
    PresenceSink,
    /// Lets workers choose their state in the browser.
    BrowserPresence,
    /// Can make the UC client open the preview page.
    Inviter,
}

/// A person the plug-in is asked to watch.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct WatchedUser {
    /// The number to report under.
    pub handle: UserHandle,
    /// The directory's key of this person.
    pub id: RString,
    /// SIP address such as `sip:kim@example.com`; empty when the directory has none.
    pub address: RString,
    /// Preferred language (BCP 47), empty when none.
    pub language: RString,
}

/// An invitation that makes the UC client open the worker's page (requirements F34).
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Number of this invitation, echoed in [`Event::Invited`].
    pub id: u64,
    /// Whom to invite.
    pub user: UserHandle,
    /// The page to open. It holds a one-time token: never log it.
    pub url: RString,
    /// Text to show.
    pub text: RString,
}

/// What a worker did on a page.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Asked to be logged in at the T-Server.
    LogIn,
    /// Chose the log-out entry.
    LogOut,
    /// Chose the state with this id from the menu.
    Choose(RString),
    /// The first page of this worker opened.
    PageOpened,
    /// The last page of this worker closed.
    PagesClosed,
    /// No input on any page for the time the plug-in announced in its state menu.
    Idle,
    /// Input again after [`Action::Idle`].
    Active,
}

/// A worker's action in the browser.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct UserAction {
    /// Who.
    pub user: UserHandle,
    /// What.
    pub action: Action,
}

/// Host to plug-in. Queued, never answered directly: results come back as [`Event`]s.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Start watching these people (sources), or get ready to publish for them (sinks). Repeating one is harmless.
    Watch(RVec<WatchedUser>),
    /// Forget these people; sinks withdraw what they published for them.
    Unwatch(RVec<UserHandle>),
    /// Show this of these people (sinks only), in the place of what was shown before. What an agent's state is shown as
    /// is the host's business. Repeating one is harmless, as is one for people who are not watched.
    Publish(RVec<Publication>),
    /// Withdraw what was published for these people, and put back what it replaced (sinks only). Harmless where nothing
    /// was.
    Withdraw(RVec<UserHandle>),
    /// What the T-Server reports of these agents, for information (browser plug-ins only).
    Report(RVec<AgentReport>),
    /// Make the UC client open a page (inviters only).
    Invite(Invitation),
    /// A worker acted in the browser (browser plug-ins only).
    Act(UserAction),
}

/// State of the plug-in's link to its platform.
#[repr(u8)]
#[derive(StableAbi, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkStatus {
    /// Works.
    Up,
    /// Works in part. What was said counts on: tell of each person who is not covered by `Availability::Unknown`.
    Degraded,
    /// Down: everything this plug-in reported is stale.
    Down,
}

/// A text in one language.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Language (BCP 47), empty for the default.
    pub language: RString,
    /// The text.
    pub text: RString,
}

/// One state of the presence definition document (host/docs/requirements.md, "Presence definition document").
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct StateDefinition {
    /// Unique id without white space.
    pub id: RString,
    /// Icon: predefined id URI, URL or path below the presence document; empty for none.
    pub icon: RString,
    /// Texts in the menu; empty: the state is shown but cannot be chosen.
    pub menu: RVec<Text>,
    /// Texts of the current state.
    pub status: RVec<Text>,
    /// Ready or not ready.
    pub ready: bool,
    /// Work mode to match and to request; none: any matches, none is requested.
    pub work_mode: ROption<WorkMode>,
    /// Reason code to match and to request; none: any matches, none is requested.
    pub reason: ROption<RString>,
    /// True: the reason code is a hardware reason, in the Extensions.
    pub reason_ext: bool,
}

/// The menu a page offers, in document order.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq, Default)]
pub struct StateMenu {
    /// Every state, choosable or not.
    pub states: RVec<StateDefinition>,
    /// Whether to offer logging out (requirements F29, `enable-logout-menu`).
    pub log_out: bool,
    /// Seconds without input after which a page reports idle; 0: never.
    pub idle_after_seconds: u32,
}

/// What became of a publication.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Whose.
    pub user: UserHandle,
    /// Empty when it worked, else what is wrong and what to do: the first 1000 letters are shown, on one line.
    pub error: RString,
}

/// What became of an invitation.
#[repr(C)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// Number of the invitation.
    pub id: u64,
    /// Empty when it was delivered, else why not.
    pub error: RString,
}

/// Plug-in to host.
#[repr(C, u8)]
#[derive(StableAbi, Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Presence of watched people.
    Presence(RVec<PresenceUpdate>),
    /// Workers' wishes.
    Wanted(RVec<Wanted>),
    /// The state menu, whole, whenever it changes.
    StateMenu(StateMenu),
    /// Results of publishing, only when they change.
    Published(RVec<Published>),
    /// What people chose themselves on the platform while a publication of ours stood (sinks only): the platform's own
    /// aggregate may hide it. [`Availability::Unknown`](crate::Availability::Unknown): the choice was taken back.
    Chosen(RVec<PresenceUpdate>),
    /// Result of an invitation.
    Invited(Invited),
    /// The link to the platform changed; the text says why and what to do: its first 1000 letters are shown, on one line.
    /// Owed by everyone who has a platform: before the first, the plug-in does not count as ready.
    Link(LinkStatus, RString),
    /// This instance cannot go on; the host restarts it with back-off. Of the reason the same is shown as of a link's.
    Failed(RString),
}
