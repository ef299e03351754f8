//! The JSON frames between a page and the host. `web/src/frames.ts` is their twin; golden files hold both to it.
//!
//! Long, because it is the whole vocabulary of the pages, and whoever writes another page reads it as one.

pub use super::chat::{
    Chat, ChatAsked, ChatDeed, ChatEntries, ChatEntry, ChatEntryKind, ChatEscalation, ChatOwn, ChatState,
};
pub use super::outcome::{Outcome, OutcomeAbout, OutcomeCode, OutcomeEnd};
use super::{hotkeys::Hotkeys, pairs::Pairs};
pub use crate::preview_end::PreviewEnd;
use crate::remark::Remark;
use serde::{Deserialize, Serialize};
use std::{ops::Not, sync::Arc};

/// One state as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownState {
    /// Id of the state definition, or a reserved id such as `predefReady` (host/docs/requirements.md, "Presence
    /// definition document").
    pub id: Arc<str>,
    /// Icon: predefined id URI, URL or path; empty: the default of `kind`.
    pub icon: Arc<str>,
    /// The site's text in the worker's language; empty: the page has its own for the id.
    pub text: Arc<str>,
    /// What goes into the page's own text: a reason, or another agent.
    #[serde(skip_serializing_if = "str::is_empty", default)]
    pub words: Arc<str>,
    /// The colour class: colour is never the only sign.
    pub kind: StateKind,
}

/// The few states every page can draw (host/docs/requirements.md, "The worker's page").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StateKind {
    /// Nobody logged in.
    LoggedOut,
    /// The T-Server or the DN is out of service, or unreachable.
    OutOfService,
    /// Ready on every DN.
    Ready,
    /// Ready on some DNs.
    PartReady,
    /// Not ready.
    NotReady,
}

/// An entry of the state menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MenuEntry {
    /// Id to send back.
    pub id: Arc<str>,
    /// Icon.
    pub icon: Arc<str>,
    /// Text.
    pub text: Arc<str>,
    /// Whether it makes the worker ready.
    pub ready: bool,
}

/// One DN of the worker: a row of the channels tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    /// The DN.
    pub dn: Arc<str>,
    /// Its switch.
    pub switch: Arc<str>,
    /// What the T-Server says.
    pub state: ShownState,
    /// Why the last request for this DN failed for good; none: nothing to complain about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<Remark>,
    /// The yellow triangle (requirements F44): listed, but the worker's by configuration no longer.
    pub marked: bool,
    /// Calls can be made from it.
    pub dial: bool,
}

/// One pair of attached data; nested lists are flattened to `outer.inner`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Key.
    pub key: Arc<str>,
    /// Value as text.
    pub value: Arc<str>,
    /// Where it leads to, an https address; none: nowhere.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<Arc<str>>,
    /// Letters of the value that were left out.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub cut: u32,
    /// The worker may change or remove it now.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub edit: bool,
    /// Only remove it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub fixed: bool,
    /// Only change it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub stays: bool,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// What the listed keys of business data are called, in the page's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Form {
    /// In the order of display.
    pub fields: Vec<FormField>,
    /// Pairs whose key is not listed are shown when the worker asks for them.
    pub fold_others: bool,
}

/// One listed key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// The key of its pairs.
    pub key: Arc<str>,
    /// What it is called.
    pub label: Arc<str>,
    /// Heading above it and its neighbours; empty: none.
    pub group: Arc<str>,
}

/// An open preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Number of this preview; none is given twice, not even after a restart.
    pub id: u64,
    /// ConnID, 16 hexadecimal digits.
    pub conn_id: Arc<str>,
    /// Media type.
    pub media_type: Arc<str>,
    /// The DN the call would come to.
    pub dn: Arc<str>,
    /// The server's deadline, milliseconds since 1970 UTC. The page shows it, the host decides.
    pub deadline: u64,
    /// Whole length in milliseconds, for the ring.
    pub length: u64,
    /// Caller's number, empty when unknown.
    pub caller: Arc<str>,
    /// The agent's notes, empty when there are none (requirements F41).
    pub notes: Arc<str>,
    /// The rest of the business data, written once for everybody who is asked.
    pub data: Pairs,
    /// Pairs that were too many to be sent.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub more: u32,
    /// More than one worker is asked.
    pub broadcast: bool,
    /// Outside number that the call goes to in the place of the DN; none: to the DN.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirect: Option<Arc<str>>,
}

/// Where accepted calls go that do not come to the worker's DN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The outside number; empty: none yet.
    pub number: Arc<str>,
    /// Accepted calls go to it.
    pub on: bool,
    /// Only administrators change it.
    pub locked: bool,
}

/// A preview that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PastPreview {
    /// Its number.
    pub id: u64,
    /// When it ended, milliseconds since 1970 UTC.
    pub at: u64,
    /// When it would have timed out, likewise: with the number it names the preview.
    pub deadline: u64,
    /// Caller's number; empty: not known.
    pub caller: Arc<str>,
    /// The worker's DN that the call was for; empty: they had none.
    pub dn: Arc<str>,
    /// How it ended.
    pub end: PreviewEnd,
    /// The worker has looked at it since.
    #[serde(skip_serializing_if = "Not::not", default)]
    pub seen: bool,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallState {
    /// Rings here.
    Ringing,
    /// Being dialled from here.
    Dialing,
    /// The call has left for another network, which may never tell of an answer.
    NetworkReached,
    /// Whoever is called is busy.
    Busy,
    /// Talking.
    Established,
    /// On hold.
    Held,
}

/// A button of the call strip: what the call's state allows, decided by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallButton {
    /// Answer.
    Answer,
    /// Hang up.
    Release,
    /// Hold.
    Hold,
    /// Take back from hold.
    Retrieve,
    /// Single-step transfer; needs `to`.
    Transfer,
    /// Single-step conference; needs `to`.
    Conference,
    /// Let a ringing call go elsewhere; needs `to`.
    Redirect,
    /// Hold the call and ask somebody before it is transferred; needs `to`.
    ConsultTransfer,
    /// The same, before they take part; needs `to`.
    ConsultConference,
    /// Of a consult call: the caller is put through to who is consulted.
    CompleteTransfer,
    /// Of a consult call: all talk to each other.
    CompleteConference,
    /// Of a consult call: the one who waits and the other change places.
    Alternate,
    /// Of a consult call: end it, and go back to the caller.
    Reconnect,
    /// Send digits; needs `to`.
    Digits,
    /// Not to be heard.
    Mute,
    /// To be heard again.
    Unmute,
}

/// Why a call is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallEnding {
    /// Somebody hung up, or it is not known.
    Ended,
    /// It goes on between the others.
    Transferred,
    /// It joined a conference.
    Conferenced,
    /// It goes on as another call of this page.
    Merged,
    /// It rings elsewhere.
    Redirected,
    /// Whoever was called is busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The caller gave up.
    Abandoned,
    /// There is no such number, or no way there.
    Unreachable,
    /// The telephone system failed.
    Failed,
}

/// A call on one of the worker's DNs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// ConnID, 16 hexadecimal digits.
    pub conn_id: Arc<str>,
    /// The worker's DN.
    pub dn: Arc<str>,
    /// Where it stands.
    pub state: CallState,
    /// The other party: ANI, else the other DN.
    pub caller: Arc<str>,
    /// Since when in this state, milliseconds since 1970 UTC.
    pub since: u64,
    /// Attached data.
    pub data: Vec<Pair>,
    /// Pairs that were too many to be sent.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub more: u32,
    /// Keys that the worker may add now.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub add: Vec<Arc<str>>,
    /// The buttons to show, in order.
    pub buttons: Vec<CallButton>,
    /// The numbers of all others who take part, as far as they are known.
    pub parties: Vec<Arc<str>>,
    /// The others do not hear the worker.
    pub muted: bool,
    /// A consult call: ConnID of the call that it was made from, on the same DN.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub consult_of: Option<Arc<str>>,
    /// ConnID of the chat that it says it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chat: Option<Arc<str>>,
}

/// What a worker can pass a call on to, or call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TargetKind {
    /// A knowledge worker.
    Worker,
    /// An agent.
    Agent,
    /// A contact point: a queue.
    Queue,
    /// A contact point: a route point.
    RoutePoint,
    /// A contact point: a group of agents.
    AgentGroup,
    /// A contact point outside the contact centre.
    External,
}

/// How the value of a statistic is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueFormat {
    /// As it is.
    Number,
    /// Seconds, as minutes and seconds.
    Seconds,
    /// Of a hundred.
    Percent,
}

/// A statistic of a contact point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownStatistic {
    /// What it is called.
    pub label: Arc<str>,
    /// How its value is written.
    pub format: ValueFormat,
    /// Its value; none: not known now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<u64>,
}

/// Somebody or something that a search found, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Names it for favourites: the same as long as it is there.
    pub id: Arc<str>,
    /// What it is.
    pub kind: TargetKind,
    /// Its name, in the page's language.
    pub name: Arc<str>,
    /// Its agent groups, or its department; empty: none.
    pub group: Arc<str>,
    /// What is called.
    pub number: Arc<str>,
    /// How a worker is shown; none for contact points, and for whom another node drives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<ShownState>,
    /// A worker on a call.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub busy: bool,
    /// What the Stat Server says of a contact point.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub statistics: Vec<ShownStatistic>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// User name.
    pub id: Arc<str>,
    /// Display name.
    pub name: Arc<str>,
    /// Language (BCP 47).
    pub language: Arc<str>,
}

/// What `POST` and `GET /api/v1/session` answer to a signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Who.
    pub person: Person,
    /// What unsafe requests of this session must carry in `X-CSRF-Token`.
    pub csrf: Arc<str>,
    /// Where the help button leads; left out when none is configured.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub help_url: Option<Arc<str>>,
    /// The site's keys.
    pub hotkeys: Arc<Hotkeys>,
}

/// The site's sound of each kind (requirements F21); empty: the built-in one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sounds {
    /// Of a preview.
    pub preview: Arc<str>,
    /// Of a chat's preview; empty: that of any preview.
    pub chat_preview: Arc<str>,
    /// Of a call that rings without a preview.
    pub call: Arc<str>,
    /// Of a new chat, and of a line in a chat that the worker does not look at.
    pub chat: Arc<str>,
}

/// The whole state of a worker's page: sent first, after every reconnect, and whenever the host drops deltas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The worker.
    pub person: Person,
    /// The status indicator.
    pub state: ShownState,
    /// The menu; empty when no plug-in offers one.
    pub menu: Vec<MenuEntry>,
    /// Offer to log in (nobody is, and a browser plug-in is loaded).
    pub log_in: bool,
    /// Offer to log out.
    pub log_out: bool,
    /// Seconds without input until the page reports idle; 0: never.
    pub idle_after: u32,
    /// The DNs.
    pub channels: Vec<Channel>,
    /// Open previews, oldest first.
    pub previews: Vec<Preview>,
    /// Calls, oldest first.
    pub calls: Vec<Call>,
    /// Chats, oldest first.
    pub chats: Vec<Chat>,
    /// Most bytes of a line that is written in a chat.
    pub longest_line: u32,
    /// What the keys of business data are called.
    pub form: Form,
    /// Host's clock, milliseconds since 1970 UTC: the page computes its offset from it.
    pub server_time: u64,
    /// The site's sounds.
    pub audio: Sounds,
    /// A note can be passed on with a call.
    pub note: bool,
    /// What is asked of calls and previews, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub outcomes: Vec<Outcome>,
    /// So many previews were missed in a row that the worker is not ready until they act; 0: they were not.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub missed: u32,
    /// Redirection to an outside number (requirements F19); none: this site has none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub redirect: Option<Redirect>,
    /// Previews of the last day that are over, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub past: Vec<PastPreview>,
    /// Whenever nothing was sent for so many seconds [`ServerFrame::Alive`] comes; 0: it never does.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub alive_seconds: u32,
}

/// Host to page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ServerFrame {
    /// Everything.
    Snapshot(Box<Snapshot>),
    /// State, menu and channels changed; the fields replace the snapshot's.
    #[serde(rename_all = "camelCase")]
    State {
        /// Status indicator.
        state: ShownState,
        /// Menu.
        menu: Vec<MenuEntry>,
        /// Offer to log in.
        log_in: bool,
        /// Offer to log out.
        log_out: bool,
        /// Channels.
        channels: Vec<Channel>,
        /// Previews missed in a row, as in the snapshot.
        #[serde(skip_serializing_if = "is_zero", default)]
        missed: u32,
    },
    /// A preview opens.
    PreviewOffer(Preview),
    /// A preview closes; `text` is shown to the worker when not empty.
    PreviewEnd {
        /// Which.
        id: u64,
        /// Why.
        end: PreviewEnd,
        /// Words of the strategy.
        text: Arc<str>,
    },
    /// The worker has looked at previews that are over, at this page or another of theirs.
    PreviewsSeen {
        /// Their numbers.
        ids: Vec<u64>,
    },
    /// A call appears or changes; replaces the one with the same ConnID and DN.
    Call(Call),
    /// A call is gone.
    #[serde(rename_all = "camelCase")]
    CallEnd {
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
        /// Why.
        ending: CallEnding,
    },
    /// What the page's open search finds, and how it is now; again whenever that changes.
    Found {
        /// What was asked.
        query: Arc<str>,
        /// Those asked for by their id first, in their order; then those that were found, by name.
        targets: Vec<Target>,
        /// There are more than were sent.
        more: bool,
    },
    /// A chat appears or changes; replaces the one with the same ConnID and DN.
    Chat(Box<Chat>),
    /// More of what was said in a chat.
    ChatEntries(ChatEntries),
    /// Somebody writes in a chat.
    #[serde(rename_all = "camelCase")]
    ChatTyping {
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
        /// Who.
        party: Arc<str>,
    },
    /// A chat is gone, and its transcript with it.
    #[serde(rename_all = "camelCase")]
    ChatGone {
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
    },
    /// Something is asked of a call or preview; replaces the one of the same number.
    Outcome(Outcome),
    /// It is asked no longer.
    #[serde(rename_all = "camelCase")]
    OutcomeGone {
        /// Which.
        id: u64,
        /// Why.
        end: OutcomeEnd,
    },
    /// The worker's last action did not work.
    Problem {
        /// What they wanted, by the first word: `preview-closed`, `preview-redirected`, `redirect-refused`,
        /// `redirect-not-kept`, `call-refused`, `call-unsupported`, `data-refused`, `chat-refused`, `outcome-refused`,
        /// `state-refused`, `state-waits`, `bad-frame`, `too-many`.
        code: Arc<str>,
        /// Why, and what to do.
        #[serde(flatten)]
        remark: Remark,
    },
    /// The connection is up, and there was nothing to say. A browser shows a page no ping of the WebSocket.
    Alive,
    /// The session ended: show the sign-in page.
    SignedOut {
        /// Told to the person.
        why: SignedOutWhy,
    },
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignedOutWhy {
    /// They signed out, perhaps in another tab of the same browser.
    Asked,
    /// It was too old.
    Expired,
    /// They signed in on more devices than they may.
    TooMany,
    /// Their account is gone, or its worker, password or roles changed.
    Account,
}

/// Page to host. Unknown types and fields are refused: the page and the host come from one build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
pub enum ClientFrame {
    /// Chose a state.
    Choose {
        /// Id from the menu.
        state: Arc<str>,
    },
    /// Log in at the T-Server.
    LogIn {},
    /// Log out at the T-Server.
    LogOut {},
    /// Answer to a preview.
    #[serde(rename_all = "camelCase")]
    PreviewAnswer {
        /// Which.
        id: u64,
        /// Accept or decline.
        accept: bool,
        /// Outside number that the page showed: an acceptance for another one counts for nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        redirect: Option<Arc<str>>,
    },
    /// Accepted calls go to an outside number from now on, or to the DN again.
    Redirect {
        /// The number as it was typed; kept while it is off.
        number: Arc<str>,
        /// They go there.
        on: bool,
    },
    /// Pressed a button of the call strip.
    #[serde(rename_all = "camelCase")]
    Call {
        /// Which button.
        button: CallButton,
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
        /// Where the call stood when the button was drawn: pressed too late, it must not do what it never said.
        state: CallState,
        /// The number, or the digits, that the button needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Arc<str>>,
        /// Goes with the call, in its business data, before it is passed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<str>>,
    },
    /// Looks for somebody to call, from now on: what is found is told again when it changes.
    Search {
        /// Beginnings of words of names, user names, groups and numbers; empty: all contact points.
        query: Arc<str>,
        /// Ids of targets that are to come first, whatever the query.
        keep: Vec<Arc<str>>,
    },
    /// Looks no longer.
    SearchEnd {},
    /// Something that the worker does in a chat.
    #[serde(rename_all = "camelCase")]
    Chat {
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
        /// What.
        deed: ChatDeed,
    },
    /// Make a call.
    Dial {
        /// From this DN of the worker's.
        dn: Arc<str>,
        /// To this number.
        to: Arc<str>,
    },
    /// Changes one pair of a call's business data: none before is to add it, none after is to remove it.
    #[serde(rename_all = "camelCase")]
    UserData {
        /// ConnID.
        conn_id: Arc<str>,
        /// The worker's DN.
        dn: Arc<str>,
        /// Which.
        key: Arc<str>,
        /// The value that the worker saw: what has changed since is not overwritten.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Arc<str>>,
        /// The value that it shall have.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Arc<str>>,
    },
    /// What came of a call or preview: a code, a note, or both.
    #[serde(rename_all = "camelCase")]
    Outcome {
        /// Which.
        id: u64,
        /// ConnID: a host that was started anew has given the number to another.
        conn_id: Arc<str>,
        /// The chosen code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<Arc<str>>,
        /// The note.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Arc<str>>,
    },
    /// Has nothing to say of it.
    #[serde(rename_all = "camelCase")]
    OutcomeSkip {
        /// Which.
        id: u64,
        /// ConnID, likewise.
        conn_id: Arc<str>,
    },
    /// Is back, after missed previews.
    Back {},
    /// Has looked at previews that are over.
    PreviewsSeen {
        /// Their numbers.
        ids: Vec<u64>,
    },
    /// No input for the announced time, or input again.
    Idle {
        /// Idle now.
        idle: bool,
    },
    /// Wants a new snapshot.
    Resync {},
}
