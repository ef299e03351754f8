//! What the configuration fixes for the hub.

use crate::{
    agent_link::LinkId,
    mode::Mode,
    policy::{ContactPoints, NumberingPlan, OutcomeForm, UserDataForm},
    web::message::Sounds,
    worker,
};
use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc, time::Duration};

/// The settings of one hub.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What every worker goes by.
    pub worker: worker::Settings,
    /// The deployment mode: it decides whether agents are driven, held and published.
    pub mode: Mode,
    /// Agent logins a second, at most, of the links that have a bound.
    pub login_rates: BTreeMap<LinkId, NonZeroU32>,
    /// The options `user-auto-registration` and `sync-when-logout` are both on: free seating
    /// (host/docs/requirements.md, "Free seating"), as soon as the platform link is up too.
    pub free_seating: bool,
    /// Length of a preview whose request names none.
    pub preview_timeout: Duration,
    /// The longest that a preview lasts, whatever its request asks for.
    pub longest_preview: Duration,
    /// Key of the user events that previews are reported by (requirements F12); none: they are not.
    pub preview_state: Option<Arc<str>>,
    /// How long a worker may be without a page before their open previews end.
    pub page_grace: Duration,
    /// UserData key of the agent's notes (requirements F41).
    pub notes_key: Arc<str>,
    /// UserData key of the caller's number, used when the call itself is not known yet.
    pub caller_key: Arc<str>,
    /// UserData key of the note that a worker passes on with a call; empty: none is.
    pub transfer_note_key: Arc<str>,
    /// What workers are asked of calls and previews that are over.
    pub outcome: Arc<OutcomeForm>,
    /// Where calls can be passed on to besides to workers.
    pub contact_points: Arc<ContactPoints>,
    /// How long a statistic stays open after the last page looked at it; none: there is no Stat Server.
    pub close_statistics_after: Option<Duration>,
    /// Statistics that may be open at a time.
    pub most_statistics: usize,
    /// What pages show of UserData; a reload may change it.
    pub user_data: Arc<UserDataForm>,
    /// Language of pages that name none (requirements F17).
    pub language: Arc<str>,
    /// The site's sounds (requirements F21), each named below its own folder.
    pub audio: Sounds,
    /// Which outside numbers calls may go to; none: none.
    pub numbering_plan: Option<NumberingPlan>,
    /// What pages are told of signs of life (`alive_seconds` of the snapshot).
    pub alive_seconds: u32,
    /// A later life can know of this one: what workers wish is kept, and what begins of reported previews is noted
    /// first.
    pub keeps: bool,
}
