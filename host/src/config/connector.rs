//! Section `[uc-connector]`: what concerns the whole connector. The documented option names of the product are kept
//! (host/docs/requirements.md, "Names that are kept").

use super::{
    findings::Findings,
    preview_reporting::{self, Lenient, PreviewReporting},
};
use crate::{policy, web, wire::seconds};
use serde::Deserialize;
use std::{
    path::{Component, Path},
    sync::Arc,
    time::Duration,
};

/// What pages can fetch as a sound (`web::is_fetchable`).
const FETCHABLE: &str = "the name of a file below the folder of web.files that the service may read, of at most 8 MiB, without a \
    dot at the beginning of a part and of letters, digits, - and _ (others may be escaped on the way); a link must not lead out of \
    the folder";

/// Section `[uc-connector]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Connector {
    /// Queue that agents log in to, so that calls still arrive when routing is gone (F13); none: no queue.
    pub login_queue: Option<Arc<str>>,
    /// First condition of free seating (host/docs/requirements.md, "Free seating"); the second is `sync-when-logout`,
    /// the third a live link to the platform.
    pub user_auto_registration: bool,
    /// Second condition of free seating.
    pub sync_when_logout: bool,
    /// Language (BCP 47) of pages whose worker names none (F17); empty: the browser's.
    pub language: Arc<str>,
    /// Sound of a preview (F21): a name below the `files` folder of `[web]`; empty: the built-in sound.
    pub audio_on_preview: Arc<str>,
    /// Sound of a chat's preview, named in the same way; empty: that of any preview.
    pub audio_on_chat_preview: Arc<str>,
    /// Sound of a call that rings without a preview; empty: the built-in sound.
    pub audio_on_call: Arc<str>,
    /// Sound of a new chat, and of a line in a chat that the worker does not look at; empty: the built-in sound.
    pub audio_on_chat: Arc<str>,
    /// UserData key of the agent's notes, shown with a preview (F41).
    pub notes_key: Arc<str>,
    /// UserData key of the caller's number, for a preview whose call is not known yet.
    pub caller_key: Arc<str>,
    /// UserData key of the note that a worker passes on with a call; empty: no note is offered.
    pub transfer_note_key: Arc<str>,
    /// What becomes of UserData whose key no `[[user-data]]` lists (F9).
    pub user_data_others: policy::Others,
    /// UserData key whose value, keys with commas between them, says what of this interaction is shown (F43); empty:
    /// there is none.
    pub filter_key: Arc<str>,
    /// How long a stale presence stands before it counts as unknown, and the agent becomes not ready; zero: at once.
    #[serde(with = "seconds")]
    pub presence_unknown_grace: Duration,
    /// Longest After Call Work in presence propagation; zero: the T-Server's own timer alone ends it.
    #[serde(with = "seconds")]
    pub after_call_work_limit: Duration,
    /// So many previews that time out at a worker one after the other make the agent not ready until they act; 0: never.
    pub after_missed_previews: u32,
    /// How long a worker may be without a page before the open previews end; zero: they end at once.
    #[serde(with = "seconds")]
    pub page_grace: Duration,
    /// How long a stop may take before the process ends anyway.
    #[serde(with = "seconds")]
    pub drain_deadline: Duration,
    enable_preview_reporting: Lenient<bool>,
    preview_state_name: Lenient<Arc<str>>,
    preview_state_number: Lenient<u32>,
}

impl Default for Connector {
    fn default() -> Self {
        Self {
            login_queue: None,
            user_auto_registration: false,
            sync_when_logout: false,
            language: "".into(),
            audio_on_preview: "".into(),
            audio_on_chat_preview: "".into(),
            audio_on_call: "".into(),
            audio_on_chat: "".into(),
            notes_key: "Notes".into(),
            caller_key: "ANI".into(),
            transfer_note_key: "TransferNote".into(),
            user_data_others: policy::Others::Show,
            filter_key: "".into(),
            presence_unknown_grace: Duration::from_secs(30),
            after_call_work_limit: Duration::ZERO,
            after_missed_previews: 0,
            page_grace: Duration::from_secs(10),
            drain_deadline: Duration::from_secs(10),
            enable_preview_reporting: false.into(),
            preview_state_name: preview_reporting::default_name(),
            preview_state_number: preview_reporting::default_number(),
        }
    }
}

impl Connector {
    /// How previews are reported (requirements F12, F40).
    pub fn preview_reporting(&self) -> PreviewReporting<'_> {
        let (enabled, name) = (&self.enable_preview_reporting, &self.preview_state_name);
        PreviewReporting { enabled, name, number: &self.preview_state_number }
    }

    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        if !self.language.is_empty() && !is_language(&self.language) {
            let message = "this is no language tag";
            findings.wrong("uc-connector.language", message, "a BCP 47 tag such as en, de or pt-BR");
        }
        if self.login_queue.as_deref() == Some("") {
            findings.wrong(
                "uc-connector.login-queue",
                "this is empty",
                "the number of a queue; leave the key out for none",
            );
        }
        if self.drain_deadline.is_zero() {
            findings.wrong("uc-connector.drain-deadline", "no time to drain", "more than 0 and up to 3600 seconds");
        }
    }
}

impl Connector {
    /// Whether the sounds are files that the pages can fetch.
    pub(super) fn check_sounds(&self, web: Option<&web::Config>, findings: &mut Findings<'_>) {
        let folder = web.and_then(|web| web.files.as_ref()).map(|folder| folder.get_ref().as_path());
        let sounds = [
            ("uc-connector.audio-on-preview", &self.audio_on_preview),
            ("uc-connector.audio-on-chat-preview", &self.audio_on_chat_preview),
            ("uc-connector.audio-on-call", &self.audio_on_call),
            ("uc-connector.audio-on-chat", &self.audio_on_chat),
        ];
        for (key, sound) in sounds.into_iter().filter(|(_, sound)| !sound.is_empty()) {
            if let Some(why) = unfetchable(sound, folder) {
                findings.wrong(key, why, FETCHABLE);
            }
        }
    }
}

/// Why pages cannot fetch this file; none: they can.
fn unfetchable(sound: &str, folder: Option<&Path>) -> Option<String> {
    let below = Path::new(sound).components().all(|part| matches!(part, Component::Normal(_)));
    match folder {
        None => Some("there is no folder for it: set files in [web]".to_owned()),
        Some(_) if !below => Some("this leads out of the folder of web.files".to_owned()),
        Some(folder) if !folder.join(sound).is_file() => Some(format!("there is no such file in {}", folder.display())),
        Some(folder) if !web::is_fetchable(folder, sound) => Some("pages cannot fetch this file".to_owned()),
        Some(_) => None,
    }
}

/// The shape of a BCP 47 tag: subtags of 1 to 8 letters and digits, the first of 2 or 3 letters.
pub fn is_language(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags
            .all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::is_language;

    #[test]
    fn language_tags() {
        for good in ["en", "de", "pt-BR", "zh-Hant-TW", "haw"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "e", "english", "en_US", "en-", "-en", "1a"] {
            assert!(!is_language(bad), "{bad}");
        }
    }
}
