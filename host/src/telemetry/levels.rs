//! Which part logs how much, as it is written in one line: `info,tlib=debug,web=warn`.

use super::config::{Config, Level, Part};
use std::{collections::BTreeMap, fmt, str::FromStr};
use tracing_subscriber::filter::Targets;

/// A level for everything and levels of single parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Of every part that `parts` does not name.
    pub level: Level,
    /// Of single parts.
    pub parts: BTreeMap<Part, Level>,
}

/// This line names no levels. The operator's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no log level; write LEVEL or PART=LEVEL, separated by commas. Levels: off, error, warn, info, debug, \
         trace. Parts: {parts}", parts = Part::ALL.map(Part::word).join(", "))]
pub struct NoLevel(String);

/// Libraries say little that an operator can act on: warnings only, unless everything is at debug or below.
const LIBRARIES: &[&str] = &["h2", "hyper", "hyper_util", "rustls", "tokio_rustls", "tungstenite", "ureq", "warp"];

impl Levels {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        Self { level: config.level, parts: config.levels.clone() }
    }

    pub(super) fn targets(&self) -> Targets {
        let quiet = if self.level == Level::Info { Level::Warn } else { self.level };
        let own = self.parts.iter().flat_map(|(part, level)| part.targets().iter().map(|target| (*target, *level)));
        let libraries = LIBRARIES.iter().map(|library| (*library, quiet));
        Targets::new().with_default(self.level).with_targets(libraries).with_targets(own)
    }
}

impl fmt::Display for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.level.word())?;
        self.parts.iter().try_for_each(|(part, level)| write!(f, ",{}={}", part.word(), level.word()))
    }
}

impl FromStr for Levels {
    type Err = NoLevel;

    fn from_str(text: &str) -> Result<Self, NoLevel> {
        let mut levels = Self::default();
        for word in text.split(',').map(str::trim) {
            let wrong = || NoLevel(word.to_owned());
            match word.split_once('=') {
                None => levels.level = Level::named(word).ok_or_else(wrong)?,
                Some((part, level)) => {
                    let part = Part::ALL.into_iter().find(|known| known.word() == part.trim()).ok_or_else(wrong)?;
                    levels.parts.insert(part, Level::named(level.trim()).ok_or_else(wrong)?);
                }
            }
        }
        Ok(levels)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level as At;

    fn targets(text: &str) -> Targets {
        text.parse::<Levels>().unwrap().targets()
    }

    #[test]
    fn a_part_has_its_own_level() {
        let targets = targets("info,tlib=debug,web=off");
        assert!(targets.would_enable("tlib", &At::DEBUG));
        assert!(targets.would_enable("uc_connector::tlib::client", &At::DEBUG));
        assert!(!targets.would_enable("uc_connector::web::socket", &At::ERROR));
        assert!(targets.would_enable("uc_connector::hub", &At::INFO));
        assert!(!targets.would_enable("uc_connector::hub", &At::DEBUG));
    }

    #[test]
    fn libraries_are_quiet_until_everything_is_wanted() {
        assert!(!targets("info").would_enable("hyper::proto", &At::INFO));
        assert!(targets("trace").would_enable("hyper::proto", &At::TRACE));
    }

    #[test]
    fn the_line_is_read_back() {
        for text in ["info", "warn,tlib=debug,plugin=trace", "off,hub=error"] {
            assert_eq!(text.parse::<Levels>().unwrap().to_string(), text);
        }
        for text in ["", "loud", "info,tlib", "info,tlib=loud", "info,sip=debug"] {
            assert!(text.parse::<Levels>().is_err(), "{text}");
        }
    }
}
