//! The state menu as pages get it: the definitions, in the configured language and with icons they can reach. Pure.

use crate::{config::Config, definitions::Definitions, location::Location};
use uc_plugin_api::{RString, RVec, StateDefinition, StateMenu, Text};

/// The menu of these definitions under this configuration.
pub(crate) fn menu(definitions: &Definitions, config: &Config) -> StateMenu {
    let folder = folder(config.presence_location.as_ref());
    let state = |definition: &StateDefinition| StateDefinition {
        icon: icon(&definition.icon, folder),
        menu: with_default(&definition.menu, &config.language),
        status: with_default(&definition.status, &config.language),
        ..definition.clone()
    };
    StateMenu {
        states: definitions.states().iter().map(state).collect(),
        log_out: config.enable_logout_menu,
        idle_after_seconds: config.idle_after_seconds(),
    }
}

/// The text without language is the one for everybody else: replaced by the configured language's, if there is one.
fn with_default(texts: &RVec<Text>, language: &str) -> RVec<Text> {
    let Some(preferred) = texts.iter().find(|text| text.language.eq_ignore_ascii_case(language)) else {
        return texts.clone();
    };
    let default = Text { language: RString::new(), text: preferred.text.clone() };
    std::iter::once(default).chain(texts.iter().filter(|text| !text.language.is_empty()).cloned()).collect()
}

/// An icon's path is relative to its document.
fn icon(icon: &RString, folder: &str) -> RString {
    if icon.is_empty() || icon.contains(':') { icon.clone() } else { format!("{folder}{icon}").into() }
}

/// Where pages can load a document's neighbours from: the web server it came from; for a local document the host's
/// own, which serves the site's icons (`[web] files`) below `/files/`.
fn folder(location: Option<&Location>) -> &str {
    let Some(Location::Http(url)) = location else { return "/files/" };
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let host = path.find("://").map_or(0, |scheme| scheme + 3);
    path[host..].rfind('/').map_or("/files/", |slash| &path[..=host + slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions() -> Definitions {
        Definitions::parse(include_bytes!("../golden/documented.xml")).unwrap().definitions
    }

    #[test]
    fn the_configured_language_becomes_the_default() {
        let menu = menu(&definitions(), &Config { language: "DE".into(), ..Config::default() });
        let texts = |index: usize| menu.states[index].status.iter().map(|t| (t.language.as_str(), t.text.as_str()));
        assert_eq!(texts(0).next(), Some(("", "Available")), "no German text: the default stays");
        assert_eq!(texts(1).take(2).collect::<Vec<_>>(), [("", "Schulung"), ("de", "Schulung")]);
    }

    #[test]
    fn relative_icons_become_what_pages_can_load() {
        let at =
            |url: &str| Config { presence_location: Some(url.to_owned().try_into().unwrap()), ..Config::default() };
        let icons =
            |config| menu(&definitions(), &config).states.iter().map(|s| s.icon.to_string()).collect::<Vec<_>>();
        assert_eq!(icons(at("https://x.example/ucc/presence.xml?v=/1"))[1], "https://x.example/ucc/training.png");
        assert_eq!(icons(at("conf/presence.xml"))[1], "/files/training.png");
        assert!(icons(at("https://x.example/p.xml"))[0].starts_with("tag:"), "predefined ids stay");
    }

    #[test]
    fn log_out_and_idle_time_are_the_configured_ones() {
        let config: Config =
            toml::from_str("enable-logout-menu = true\nwhen-idle = { log-out-after-seconds = 90 }").unwrap();
        let menu = menu(&definitions(), &config);
        assert!(menu.log_out);
        assert_eq!(menu.idle_after_seconds, 90);
    }
}
