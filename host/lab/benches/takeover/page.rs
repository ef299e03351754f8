//! A worker's page, which goes to whichever node works: answers previews, writes in a chat, chooses states. What the host
//! has not taken is said again there, as the real page does (`web/src/connection.ts`, `web/src/chat/chats.ts`).

use super::{
    desk::{Deed, Shown},
    way::Works,
    words::{Said, Word},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use uc_connector::web::message::{ChatDeed, ClientFrame};
use uc_lab::lab::{Browser, Page, Picture};

/// Before a page that was refused comes again.
const AGAIN: Duration = Duration::from_millis(50);

/// Somebody in front of a page.
pub(super) struct Sitting {
    worker: usize,
    said: Arc<Said>,
    browser: Browser,
    works: watch::Receiver<Option<Works>>,
    answers: bool,
    /// The answers given, by the numbers of previews.
    given: HashMap<u64, bool>,
    /// Lines that the T-Server does not have, as far as is known.
    unsent: Vec<(String, String)>,
    /// What was chosen last.
    word: Option<Word>,
}

impl Sitting {
    pub(super) fn new(worker: usize, said: Arc<Said>, browser: Browser, works: watch::Receiver<Option<Works>>) -> Self {
        let (given, unsent) = (HashMap::new(), Vec::new());
        Self { worker, said, browser, works, answers: false, given, unsent, word: None }
    }

    /// Does what is asked for, until nobody can ask any more.
    pub(super) async fn run(mut self, mut deeds: mpsc::UnboundedReceiver<Deed>) {
        while !deeds.is_closed() {
            let mut page = self.open().await;
            self.say_again(&mut page).await;
            loop {
                tokio::select! {
                    frame = page.next() => if frame.is_none() { break },
                    Ok(()) = self.works.changed() => break,
                    deed = deeds.recv() => match deed {
                        Some(deed) => self.does(deed, &mut page).await,
                        None => return,
                    },
                }
                self.look(&mut page).await;
            }
        }
    }

    /// At the node that works, sooner or later.
    async fn open(&mut self) -> Page {
        loop {
            let works = self.works.borrow_and_update().clone();
            if let Some(works) = works {
                let browser = self.browser.at(works.address.users);
                tokio::select! {
                    // Whatever it is that keeps the page out, it comes again.
                    opened = browser.open() => if let Ok(page) = opened { return page },
                    // Another node works: nobody waits for this one's answer.
                    Ok(()) = self.works.changed() => continue,
                }
            }
            sleep(AGAIN).await;
        }
    }

    async fn say_again(&mut self, page: &mut Page) {
        let picture = page.picture().cloned().expect("it is open");
        self.given.retain(|id, _| picture.now.previews.iter().any(|open| open.id == *id));
        for (id, accept) in &self.given {
            page.answer(*id, *accept).await;
        }
        for (id, text) in &self.unsent {
            write(page, id, text).await;
        }
        if let Some(word) = self.word.filter(|word| word.state != &*picture.now.state.id) {
            page.choose(word.state).await;
        }
    }

    async fn does(&mut self, deed: Deed, page: &mut Page) {
        match deed {
            Deed::Answer(answers) => self.answers = answers,
            Deed::Write(id, text) => {
                write(page, &id, &text).await;
                self.unsent.push((id, text));
            }
            Deed::Choose => {
                let word = self.said.says_more(self.worker);
                self.word = Some(word);
                page.choose(word.state).await;
            }
            Deed::Tell(tell) => {
                let _ = tell.send(self.shown(page.picture().expect("it is open")));
            }
        }
    }

    /// Does what the page asks for.
    async fn look(&mut self, page: &mut Page) {
        let picture = page.picture().expect("it is open");
        if let Some(chat) = picture.chat().filter(|_| !self.unsent.is_empty()) {
            let own = picture.said.get(&*chat.conn_id).into_iter().flat_map(|said| &said.entries);
            let taken: Vec<_> = own.map(|entry| &entry.id).collect();
            self.unsent.retain(|(id, _)| !taken.iter().any(|taken| ***taken == **id));
        }
        let refused = picture.chat().into_iter().flat_map(|chat| &chat.outbox).filter(|own| own.refused);
        let again: Vec<_> = refused.map(|own| (own.id.to_string(), own.text.to_string())).collect();
        let unanswered = picture.now.previews.iter().filter(|open| self.answers && !self.given.contains_key(&open.id));
        let unanswered: Vec<_> = unanswered.map(|open| (open.id, is_accepted(&open.conn_id))).collect();
        for (id, accept) in unanswered {
            self.given.insert(id, accept);
            page.answer(id, accept).await;
        }
        for (id, text) in again {
            write(page, &id, &text).await;
        }
    }

    fn shown(&self, picture: &Picture) -> Shown {
        Shown {
            previews: picture.now.previews.iter().map(|open| open.conn_id.to_string()).collect(),
            lines: picture.lines().into_iter().map(str::to_owned).collect(),
            unsent: self.unsent.len(),
        }
    }
}

/// Workers take every other call.
pub(super) fn is_accepted(conn_id: &str) -> bool {
    u64::from_str_radix(conn_id, 16).is_ok_and(|number| number % 2 == 0)
}

async fn write(page: &mut Page, id: &str, text: &str) {
    let chat = page.picture().and_then(|picture| picture.chat()).map(|chat| (chat.conn_id.clone(), chat.dn.clone()));
    if let Some((conn_id, dn)) = chat {
        let deed = ChatDeed::Write { id: id.into(), text: text.into() };
        page.send(&ClientFrame::Chat { conn_id, dn, deed }).await;
    }
}
