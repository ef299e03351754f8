//! The members of an etcd, and which of them is asked now.

use super::{at::EtcdAt, connecting::Connection, failure::Failure, identity::Identity, surveying};
use crate::{
    Error, History,
    survey::{Survey, Surveyed},
};
use etcd_client::Client;
use std::{
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

/// A member that has not answered so long is left for the next one. Longer than an answer takes while etcd elects a
/// leader would be of no use: the next one is no faster then, and what was lost with a member that hangs is found
/// sooner.
const ANSWERS: Duration = Duration::from_millis(800);

pub(super) struct Members {
    at: EtcdAt,
    connections: Vec<Connection>,
    now: AtomicUsize,
    identity: Mutex<Identity>,
    /// The last one.
    surveys: watch::Sender<Survey>,
    survey_wanted: Notify,
}

impl Members {
    pub(super) fn new(at: EtcdAt) -> Self {
        let connections = at.endpoints.iter().map(|_| Connection::default()).collect();
        let (now, identity) = (AtomicUsize::new(0), Mutex::default());
        Self { at, connections, now, identity, surveys: watch::Sender::default(), survey_wanted: Notify::new() }
    }

    pub(super) fn count(&self) -> usize {
        self.connections.len()
    }

    pub(super) fn prefix(&self) -> &str {
        &self.at.prefix
    }

    /// Asks the member whose turn it is. When it fails, hangs, or whoever asks cannot wait any longer, it is the next
    /// one's.
    pub(super) async fn ask<T>(
        &self,
        call: impl AsyncFnOnce(&mut Client, &str) -> Result<Answered<T>, etcd_client::Error>,
    ) -> Result<T, Error> {
        self.may_ask().await?;
        let highest = lock(&self.identity).highest();
        let asking = Asking { members: self, number: self.now.load(Ordering::Relaxed), answered: false };
        let failed = |why: String| Err(self.failed(asking.number, &why));
        let asked = async {
            let mut client = self.client(asking.number).await?;
            call(&mut client, &self.at.prefix).await.map_err(|error| Failure::of(&error))
        };
        let answer = match timeout(ANSWERS, asked).await {
            Err(_) => return failed(late()),
            Ok(Err(Failure::Member(why) | Failure::Unknown(why))) => return failed(why),
            // It would be no other member's answer, and the connection is as good as any.
            Ok(Err(Failure::Forbidden(why))) => failed(why),
            Ok(Err(Failure::Told(error))) => Err(error),
            Ok(Ok(answer)) => {
                let goes_on = self.is_ours(answer.cluster).and_then(|()| self.goes_on(&answer, highest));
                if let Err(why) = goes_on {
                    return failed(why);
                }
                answer.result
            }
        };
        asking.answered();
        answer
    }

    /// Waits until it is known which etcd this is, where it is not.
    pub(super) async fn may_ask(&self) -> Result<(), Error> {
        let out_of_reach = |why: String| Error::OutOfReach(why.into());
        if let Some(may) = lock(&self.identity).may_ask() {
            return may.map_err(out_of_reach);
        }
        let mut surveys = self.surveys.subscribe();
        self.survey_wanted.notify_one();
        let _ = timeout(2 * ANSWERS, surveys.changed()).await;
        match lock(&self.identity).may_ask() {
            Some(may) => may.map_err(out_of_reach),
            None => Err(out_of_reach(surveys.borrow().faults().join("; "))),
        }
    }

    /// Whether what a member has answered is of the etcd that this node uses.
    pub(super) fn is_ours(&self, cluster: u64) -> Result<(), String> {
        let ours = lock(&self.identity).is_ours(cluster);
        if ours.is_err() {
            self.survey_wanted.notify_one();
        }
        ours
    }

    fn goes_on<T>(&self, answer: &Answered<T>, asked_at: i64) -> Result<(), String> {
        lock(&self.identity).answered(answer.revision, asked_at)
    }

    pub(super) fn history(&self) -> Option<History> {
        lock(&self.identity).history()
    }

    pub(super) fn goes_on_from(&self, before: History) {
        lock(&self.identity).goes_on_from(before);
    }

    /// One that is connected, or is about to be.
    pub(super) async fn client(&self, number: usize) -> Result<Client, Failure> {
        self.connections[number].client(&self.at, number, ANSWERS).await
    }

    /// Which one is asked now.
    pub(super) fn turn(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// What a member says of itself.
    pub(super) async fn state(&self, number: usize) -> Surveyed {
        let asked = async { surveying::ask(&self.client(number).await?, &self.at.prefix).await };
        let said = match timeout(ANSWERS, asked).await {
            Err(_) => Err(late()),
            Ok(Ok(said)) => Ok(said),
            Ok(Err(Failure::Told(error))) => Err(error.to_string()),
            Ok(Err(Failure::Member(why) | Failure::Unknown(why) | Failure::Forbidden(why))) => Err(why),
        };
        if said.is_err() {
            self.connections[number].forget();
        }
        Surveyed { endpoint: self.at.endpoints[number].clone(), said: said.map_err(Into::into) }
    }

    /// Takes what all members said; true: they may be asked more.
    pub(super) fn surveyed(&self, members: Vec<Surveyed>) -> bool {
        let ids = members.iter().map(|member| (&*member.endpoint, member.said.as_ref().ok().map(|said| said.cluster)));
        let may_ask = {
            let mut identity = lock(&self.identity);
            identity.surveyed(ids);
            identity.may_ask()
        };
        let refused = may_ask.clone().and_then(Result::err).map(Into::into);
        self.surveys.send_replace(Survey { members, refused });
        matches!(may_ask, Some(Ok(())))
    }

    pub(super) fn surveys(&self) -> watch::Receiver<Survey> {
        self.surveys.subscribe()
    }

    /// Waits until somebody cannot go on without a survey.
    pub(super) async fn survey_wanted(&self) {
        self.survey_wanted.notified().await;
    }

    fn failed(&self, number: usize, why: &str) -> Error {
        Error::OutOfReach(format!("etcd at {}: {why}", self.at.endpoints[number]).into())
    }

    fn pass_on(&self, number: usize) {
        self.connections[number].forget();
        let next = (number + 1) % self.count();
        // Somebody else may have passed it on already.
        let _ = self.now.compare_exchange(number, next, Ordering::Relaxed, Ordering::Relaxed);
    }
}

fn late() -> String {
    format!("no answer in {} ms", ANSWERS.as_millis())
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("at", &self.at).field("now", &self.now).finish_non_exhaustive()
    }
}

/// What a member said, and which etcd it belongs to.
#[derive(Debug)]
pub(super) struct Answered<T> {
    pub(super) cluster: u64,
    /// Where its history was: never before what anybody was answered earlier.
    pub(super) revision: i64,
    pub(super) result: Result<T, Error>,
}

/// A member is being asked. Whoever drops it without an answer has the next one asked from then on.
struct Asking<'m> {
    members: &'m Members,
    number: usize,
    answered: bool,
}

impl Asking<'_> {
    fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.members.pass_on(self.number);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
