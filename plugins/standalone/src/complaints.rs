//! What `check` finds wrong with the presence document before anybody works with it. A document that is missing or
//! broken keeps nobody from work (requirements F38), so all of it is warnings.

use crate::{
    config::Config,
    definitions::{Definitions, Warning},
    in_force::find_away,
    location::{Location, Source},
};
use std::path::Path;
use uc_plugin_api::Complaint;

/// Key of the document.
const KEY: &str = "presence-location";
/// What becomes of a document that is not taken.
const INSTEAD: &str = "the compiled-in states are in force instead";

/// What is wrong with the document that the settings name. One on a web server is not looked at: `check` touches no
/// network.
pub(crate) fn of_document(config: &Config, directory: &Path) -> Vec<Complaint> {
    let Some(Location::File(path)) = &config.presence_location else { return Vec::new() };
    let path = directory.join(path);
    let about = |line, text: String| Complaint::new(KEY, text).in_file(&path, line).as_warning();
    let bytes = match Source::File(path.clone()).fetch() {
        Ok(bytes) => bytes,
        Err(why) => return vec![about(0, format!("it cannot be read: {why}; {INSTEAD}"))],
    };
    let dropped = |warnings: Vec<Warning>| warnings.into_iter().map(|warning| about(warning.line, warning.text));
    match Definitions::parse(&bytes) {
        Ok(parsed) => {
            let away = config.away_state.as_deref().and_then(|id| find_away(&parsed.definitions, id).err());
            let away = away.map(|why| about(0, format!("it is refused: {why}; {INSTEAD}")));
            dropped(parsed.warnings).chain(away).collect()
        }
        Err(invalid) => {
            let refused = about(invalid.line, format!("it is refused: {}; {INSTEAD}", invalid.why));
            dropped(invalid.warnings).chain([refused]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const HEAD: &str = "<presence xmlns='http://genesyslab.com/schemas/ucc/presence'>\n";
    const LUNCH: &str =
        "<state id='lunch'><display><menuText>Lunch</menuText></display><genesysAgent ready='false'/></state>\n";

    fn complaints(document: Option<&str>, settings: &str) -> Vec<Complaint> {
        let folder = tempfile::tempdir().unwrap();
        if let Some(text) = document {
            fs::write(folder.path().join("p.xml"), text).unwrap();
        }
        let config: Config = toml::from_str(&format!("presence-location = 'p.xml'\n{settings}")).unwrap();
        let all = of_document(&config, folder.path());
        for complaint in &all {
            assert!(complaint.is_warning && complaint.key == KEY, "{complaint:?}");
            assert_eq!(complaint.file.as_ref().unwrap().0, folder.path().join("p.xml"));
        }
        all
    }

    #[test]
    fn each_fault_is_named_with_its_line() {
        let good = format!("{HEAD}{LUNCH}</presence>");
        let cases = [
            (None, "", 0, "cannot be read"),
            (Some("<presence".to_owned()), "", 1, "it is refused"),
            (Some(format!("{HEAD}</presence>")), "", 1, "no valid state"),
            (Some(format!("{HEAD}{LUNCH}<state id='x'/></presence>")), "", 3, "x"),
            (Some(format!("{HEAD}{LUNCH}{LUNCH}</presence>")), "", 3, "lunch"),
            (Some(good.clone()), "away-state = 'tea'", 0, "it has: lunch"),
        ];
        for (document, settings, line, part) in cases {
            let all = complaints(document.as_deref(), settings);
            let named = all.iter().any(|one| one.file.as_ref().unwrap().1 == line && one.message.contains(part));
            assert!(named, "{document:?}: {all:?}");
        }
        assert_eq!(complaints(Some(&good), "away-state = 'lunch'"), []);
    }

    #[test]
    fn what_is_on_a_web_server_is_not_looked_at() {
        let config: Config = toml::from_str("presence-location = 'http://127.0.0.1:1/p.xml'").unwrap();
        assert_eq!(of_document(&config, Path::new("/")), []);
    }
}
