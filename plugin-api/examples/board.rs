//! A presence sink: what is shown of each person stands in a text file, one line for each.

use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};
use uc_plugin_api::{Backend, Command, Event, Host, LinkStatus, Presence, Published, Role, UserHandle, export_plugin};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// The board; relative to the configuration file.
    file: PathBuf,
}

struct Board {
    host: Host,
    file: PathBuf,
    people: BTreeMap<UserHandle, Person>,
}

#[derive(Default)]
struct Person {
    address: String,
    shows: Option<Presence>,
    /// What the host was told of it last: an empty text is "it works".
    said: Option<String>,
}

impl Backend for Board {
    const NAME: &'static str = "board";
    const ROLES: &'static [Role] = &[Role::PresenceSink];
    type Config = Settings;

    async fn start(settings: Settings, host: Host) -> Result<Self, String> {
        Ok(Self { file: host.resolve(settings.file), host, people: BTreeMap::new() })
    }

    async fn command(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Watch(users) => users.iter().for_each(|user| {
                self.people.entry(user.handle).or_default().address = user.address.to_string();
            }),
            Command::Unwatch(users) => users.iter().for_each(|user| drop(self.people.remove(user))),
            Command::Publish(publications) => {
                publications
                    .into_iter()
                    .for_each(|publication| self.show(publication.user, Some(publication.presence)));
            }
            Command::Withdraw(users) => users.iter().for_each(|user| self.show(*user, None)),
            _ => {}
        }
        let outcome = self.write();
        self.tell(outcome).await;
        Ok(())
    }

    async fn stop(&mut self) {
        self.people.clear();
        if let Err(error) = self.write() {
            tracing::warn!(error, "the board keeps what nobody stands for any more");
        }
    }
}

impl Board {
    /// For somebody who is not watched, nothing.
    fn show(&mut self, user: UserHandle, shows: Option<Presence>) {
        if let Some(person) = self.people.get_mut(&user) {
            person.shows = shows;
        }
    }

    fn write(&self) -> Result<(), String> {
        let shown = self.people.values().filter_map(|person| Some((&person.address, person.shows.as_ref()?)));
        let board: String =
            shown.map(|(address, shows)| format!("{address} {} {}\n", shows.number, shows.note)).collect();
        std::fs::write(&self.file, board).map_err(|e| format!("cannot write {}: {e}", self.file.display()))
    }

    /// Results only when they change, and only of those of whom something is shown.
    async fn tell(&mut self, outcome: Result<(), String>) {
        match &outcome {
            Ok(()) => self.host.link(LinkStatus::Up, "the board is written"),
            Err(why) => self.host.link(LinkStatus::Down, why.clone()),
        }
        let error = outcome.err().unwrap_or_default();
        let shown = self.people.iter_mut().filter(|(_, person)| person.shows.is_some());
        let news = shown.filter(|(_, person)| person.said.as_ref() != Some(&error)).map(|(user, person)| {
            person.said = Some(error.clone());
            Published { user: *user, error: error.as_str().into() }
        });
        let news: Vec<_> = news.collect();
        if !news.is_empty() {
            self.host.send(Event::Published(news.into())).await;
        }
    }
}

export_plugin!(Board);

#[cfg(all(test, feature = "test-host"))]
mod tests {
    #[test]
    fn conforms() {
        let file = std::env::temp_dir().join(format!("board-{}.txt", std::process::id()));
        uc_plugin_api::conformance::check::<super::Board>(&format!("file = {file:?}"));
        std::fs::remove_file(file).unwrap();
    }
}
