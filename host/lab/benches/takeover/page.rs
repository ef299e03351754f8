//! A worker's page, which goes to whichever node works: answers previews, writes in a chat, chooses states. It comes again
//! when the real page would, what the host has not taken is said again there, and while it is closed nobody chooses
//! anything (`web/src/backoff.ts`, `web/src/connection.ts`, `web/src/chat/chats.ts`).

use super::{
    desk::{Deed, Shown},
    way::Works,
    words::{Said, Word},
};
use rand::Rng as _;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use uc_connector::web::message::{ChatDeed, ClientFrame};
use uc_lab::lab::{Browser, OpenError, Page, Picture};

/// How long a connection is waited for.
const OPENS: Duration = Duration::from_secs(10);
/// Before a page comes again: the least wait, the longest first one, and the longest of all.
const WAITS: (Duration, Duration, Duration) =
    (Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(15));
/// What a standby node asks for (`Retry-After`).
const AS_ASKED: Duration = Duration::from_secs(1);

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
        let mut is_new = true;
        while !deeds.is_closed() {
            let (mut page, waiting) = self.open_meanwhile(&mut deeds, is_new).await;
            is_new = false;
            self.say_again(&mut page).await;
            for deed in waiting {
                self.does(deed, &mut page).await;
            }
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

    /// Opens the page, and what is to be done once it is open. The buttons of a page that is closed are dead.
    async fn open_meanwhile(&mut self, deeds: &mut mpsc::UnboundedReceiver<Deed>, is_new: bool) -> (Page, Vec<Deed>) {
        let mut waiting = Vec::new();
        let opening = self.open(is_new);
        tokio::pin!(opening);
        loop {
            tokio::select! {
                page = &mut opening => return (page, waiting),
                Some(deed) = deeds.recv() => if !matches!(deed, Deed::Choose) { waiting.push(deed) },
            }
        }
    }

    /// At the node that works, sooner or later. A page that was lost does not come again at once.
    async fn open(&mut self, is_new: bool) -> Page {
        let mut attempt = 0;
        if !is_new {
            sleep(wait_before(attempt)).await;
        }
        loop {
            match self.try_to_open().await {
                Ok(page) => return page,
                Err(Some(wait)) => sleep(wait).await,
                Err(None) => {
                    sleep(wait_before(attempt)).await;
                    attempt += 1;
                }
            }
        }
    }

    /// Where the load balancer leads now, or how long the node asks to be left alone.
    async fn try_to_open(&mut self) -> Result<Page, Option<Duration>> {
        let Some(works) = self.works.borrow_and_update().clone() else { return Err(None) };
        let browser = self.browser.at(works.address.users);
        tokio::select! {
            opened = timeout(OPENS, browser.open()) => match opened {
                Ok(Ok(page)) => Ok(page),
                Ok(Err(OpenError::Refused(503))) => Err(Some(AS_ASKED.mul_f64(rand::rng().random_range(1.0..2.0)))),
                Ok(Err(_)) | Err(_) => Err(None),
            },
            // The balancer closes what leads to a node that works no more.
            Ok(()) = self.works.changed() => Err(None),
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

/// As `waitBefore` of the real page.
fn wait_before(attempt: u32) -> Duration {
    let (least, first, most) = WAITS;
    rand::rng().random_range(least..=most.min(first * 2u32.pow(attempt.min(16))))
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
