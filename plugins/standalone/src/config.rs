//! The plug-in's options. Unknown keys and impossible values are refused, with the place of the mistake.

use crate::location::Location;
use serde::Deserialize;
use std::time::Duration;

/// Settings of one instance.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Where the presence definition document is: a path, or an http(s) URL. None: the compiled-in document (F37).
    pub(crate) presence_location: Option<Location>,
    /// Seconds between two looks at the document; 0: only at start and on reload.
    pub(crate) reload_seconds: ReloadSeconds,
    /// Log all workers in at start, without a browser (F16).
    pub(crate) user_auto_registration: bool,
    /// Offer logging out in the state menu (F29).
    pub(crate) enable_logout_menu: bool,
    /// Language (BCP 47) whose texts are shown to workers without a language of their own. Empty: the texts that the
    /// document gives without a language.
    pub(crate) language: String,
    /// What happens to a worker without input on any page.
    pub(crate) when_idle: WhenGone,
    /// What happens to a worker whose last page closed.
    pub(crate) when_pages_closed: WhenGone,
    /// Id of the not-ready state that `away-after-seconds` puts workers into.
    pub(crate) away_state: Option<String>,
}

/// What happens to a worker who is gone.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum WhenGone {
    /// The state stays.
    #[default]
    Stay,
    /// The away state, after this time.
    AwayAfterSeconds(GoneSeconds),
    /// Logged out, after this time.
    LogOutAfterSeconds(GoneSeconds),
}

impl WhenGone {
    /// The time, none when nothing ever happens.
    pub(crate) fn after(self) -> Option<Duration> {
        match self {
            Self::Stay => None,
            Self::AwayAfterSeconds(GoneSeconds(seconds)) | Self::LogOutAfterSeconds(GoneSeconds(seconds)) => {
                Some(Duration::from_secs(seconds.into()))
            }
        }
    }
}

/// 1 second to a week.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u32")]
pub(crate) struct GoneSeconds(pub(crate) u32);

impl TryFrom<u32> for GoneSeconds {
    type Error = String;

    fn try_from(seconds: u32) -> Result<Self, String> {
        match seconds {
            1..=604_800 => Ok(Self(seconds)),
            _ => Err(format!("{seconds} seconds; allowed: 1 to 604800 (a week)")),
        }
    }
}

/// 0 (never) or 1 second to a day.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u32")]
pub(crate) struct ReloadSeconds(u32);

impl ReloadSeconds {
    /// The time, none for never.
    pub(crate) fn interval(self) -> Option<Duration> {
        (self.0 > 0).then(|| Duration::from_secs(self.0.into()))
    }
}

impl Default for ReloadSeconds {
    fn default() -> Self {
        Self(10)
    }
}

impl TryFrom<u32> for ReloadSeconds {
    type Error = String;

    fn try_from(seconds: u32) -> Result<Self, String> {
        match seconds {
            0..=86_400 => Ok(Self(seconds)),
            _ => Err(format!("{seconds} seconds; allowed: 0 (never) to 86400 (a day)")),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            presence_location: None,
            reload_seconds: ReloadSeconds::default(),
            user_auto_registration: false,
            enable_logout_menu: false,
            language: String::new(),
            when_idle: WhenGone::Stay,
            when_pages_closed: WhenGone::Stay,
            away_state: None,
        }
    }
}

impl Config {
    /// Whether any timer needs [`Config::away_state`].
    pub(crate) fn goes_away(&self) -> bool {
        [self.when_idle, self.when_pages_closed].iter().any(|when| matches!(when, WhenGone::AwayAfterSeconds(_)))
    }

    /// Seconds without input after which a page reports idle; 0: never.
    pub(crate) fn idle_after_seconds(&self) -> u32 {
        match self.when_idle {
            WhenGone::Stay => 0,
            WhenGone::AwayAfterSeconds(GoneSeconds(seconds)) | WhenGone::LogOutAfterSeconds(GoneSeconds(seconds)) => {
                seconds
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_option_is_read() {
        let config = read(
            "presence-location = 'presence.xml'\nreload-seconds = 0\nuser-auto-registration = true\n\
             enable-logout-menu = true\nlanguage = 'de'\nwhen-idle = { away-after-seconds = 600 }\n\
             when-pages-closed = { log-out-after-seconds = 60 }\naway-state = 'autoAway'",
        )
        .unwrap();
        assert_eq!(config.reload_seconds.interval(), None);
        assert!(config.user_auto_registration && config.enable_logout_menu && config.goes_away());
        assert_eq!(config.idle_after_seconds(), 600);
        assert_eq!(config.when_pages_closed, WhenGone::LogOutAfterSeconds(GoneSeconds(60)));
    }

    #[test]
    fn nothing_is_needed() {
        assert_eq!(read(""), Ok(Config::default()));
        assert_eq!(read("when-idle = 'stay'"), Ok(Config::default()));
        assert_eq!(Config::default().reload_seconds.interval(), Some(Duration::from_secs(10)));
    }

    #[test]
    fn mistakes_are_refused_with_what_is_allowed() {
        for (text, told) in [
            ("reload-second = 1", "reload-seconds"),
            ("when-idle = 'leave'", "stay"),
            ("when-idle = { away-after-seconds = 0 }", "1 to 604800"),
            ("reload-seconds = 100000", "86400"),
            ("presence-location = 'ftp://x/p.xml'", "https://"),
            ("presence-location = ''", "leave it out"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
