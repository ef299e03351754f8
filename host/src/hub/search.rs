//! The search of each page: who is found, and how they are, told again while the worker looks.

use super::{Hub, effect::Effect, pages::serialise, statistics::statistic, timers::Timer, user::User};
use crate::{
    agent_link::Dn,
    clock::Moment,
    desk::{Colleague, Named, colleague, contact_point, value_format},
    directory::{self, Kind, WorkerId},
    folded,
    policy::ContactPoint,
    web::{
        arrival::{Frame, PageId},
        message::{ServerFrame, ShownStatistic, Target},
    },
};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use uc_plugin_api::UserHandle;

/// Targets that are sent at most: more is no answer to a question.
const MOST_FOUND: usize = 20;

/// Ids that a page can ask for at most: its favourites and recent ones.
const MOST_KEPT: usize = 30;

/// Letters of a query that are read.
const LONGEST_QUERY: usize = 100;

/// Between two looks at how those who were found are.
const PACE: Duration = Duration::from_secs(1);

/// The open searches.
#[derive(Debug, Default)]
pub(super) struct Searches {
    by_page: HashMap<PageId, Search>,
    /// Pages with a timer set.
    timed: HashSet<PageId>,
}

#[derive(Debug)]
struct Search {
    query: Arc<str>,
    keep: Vec<Arc<str>>,
    /// Who was found, by id.
    found: Vec<Hit>,
    more: bool,
    /// Others may be found by now.
    is_old: bool,
    /// What was sent last: what is the same is not sent again.
    sent: Option<Frame>,
}

#[derive(Clone, Debug)]
enum Hit {
    Worker(Arc<str>),
    Point(Arc<ContactPoint>),
}

impl Searches {
    /// Others may be found now: each page's next look finds them, so that a reload does not look for all pages at once.
    pub(super) fn mark_old(&mut self) {
        self.by_page.values_mut().for_each(|search| search.is_old = true);
    }
}

impl Hub {
    /// A page looks for somebody from now on.
    pub(super) fn search(&mut self, page: PageId, query: &str, keep: Vec<Arc<str>>, now: Moment) {
        let query = query.chars().take(LONGEST_QUERY).collect::<String>().into();
        let keep = keep.into_iter().take(MOST_KEPT).collect();
        self.searches
            .by_page
            .insert(page, Search { query, keep, found: Vec::new(), more: false, is_old: false, sent: None });
        self.find(page, now);
        if self.searches.timed.insert(page) {
            self.timers.set(now + PACE, Timer::Search(page));
        }
    }

    /// A page looks no longer.
    pub(super) fn search_ended(&mut self, page: PageId, now: Moment) {
        if self.searches.by_page.remove(&page).is_some() {
            self.look_at(page, BTreeSet::new(), now);
        }
    }

    /// Those who were found may be otherwise now.
    pub(super) fn search_again(&mut self, page: PageId, now: Moment) {
        match self.searches.by_page.get(&page).map(|search| search.is_old) {
            Some(true) => self.find(page, now),
            Some(false) => self.tell_found(page),
            None => {
                self.searches.timed.remove(&page);
                return;
            }
        }
        self.timers.set(now + PACE, Timer::Search(page));
    }

    fn find(&mut self, page: PageId, now: Moment) {
        let (Some((user, language)), Some(search)) = (self.pages.who(page), self.searches.by_page.get(&page)) else {
            return;
        };
        let (found, more) = self.hits(user, search, language);
        let points = found.iter().filter_map(|hit| match hit {
            Hit::Point(point) => Some(point),
            Hit::Worker(_) => None,
        });
        let contact_points = &self.settings.contact_points;
        let of = |point: &'_ Arc<ContactPoint>| {
            contact_points.statistics_of(point).filter_map(|of| statistic(point, of)).map(Arc::new).collect::<Vec<_>>()
        };
        let statistics = points.flat_map(of).collect();
        if let Some(search) = self.searches.by_page.get_mut(&page) {
            (search.found, search.more, search.is_old) = (found, more, false);
        }
        self.look_at(page, statistics, now);
        self.tell_found(page);
    }

    /// Whom a query finds: those asked for by id first, then the others by name.
    fn hits(&self, user: UserHandle, search: &Search, language: &str) -> (Vec<Hit>, bool) {
        let Some(own) = self.user(user).map(|user| &user.entry) else { return (Vec::new(), false) };
        let points = &self.settings.contact_points;
        let kept = search.keep.iter().filter_map(|id| match Named::read(id)? {
            Named::Worker(id) => self.directory.worker(id).filter(|worker| worker.id != own.id).map(of_worker),
            Named::Point(name) => points.named(name, &own.groups).map(of_point),
        });
        let (question, number) = (folded::words(&search.query), folded::number(&search.query));
        let fits = |point: &&Arc<ContactPoint>| {
            let texts = [Some(point.label_in(language)), point.group_in(language), Some(&point.number)];
            let words: Vec<_> = texts.into_iter().flatten().flat_map(|text| folded::words(text)).collect();
            let begins = |whole: String| number.as_ref().is_some_and(|number| whole.starts_with(number.as_str()));
            folded::fit(&question, &words) || folded::number(&point.number).is_some_and(begins)
        };
        let (workers, more) = self.directory.find(&search.query);
        let others =
            workers.into_iter().filter(|worker| worker.id != own.id).map(|worker| (&*worker.name, of_worker(worker)));
        let points =
            points.seen_by(&own.groups).filter(fits).map(|point| (&**point.label_in(language), of_point(point)));
        let mut others: Vec<_> = points.chain(others).map(|(name, hit)| (folded::words(name), hit)).collect();
        others.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut found: Vec<Hit> = kept.collect();
        let (first, mut reached) = (found.len(), 0);
        for (_, hit) in others {
            if found[..first].iter().any(|known| known.is(&hit)) {
                continue;
            }
            // Whom no number leads to now takes no place from somebody who can be called, and may be reached later.
            reached += usize::from(match &hit {
                Hit::Worker(worker) => self.number_of(worker, user).is_some(),
                Hit::Point(_) => true,
            });
            if reached > MOST_FOUND {
                return (found, true);
            }
            found.push(hit);
        }
        (found, more)
    }

    /// Sends a page how those are who were found, if that is news.
    fn tell_found(&mut self, page: PageId) {
        let (Some((from, language)), Some(search)) = (self.pages.who(page), self.searches.by_page.get(&page)) else {
            return;
        };
        let targets = search.found.iter().filter_map(|hit| self.target(hit, from, language));
        let targets = targets.take(MOST_KEPT + MOST_FOUND).collect();
        let frame = ServerFrame::Found { query: search.query.clone(), targets, more: search.more };
        let frame = serialise(&frame);
        if let Some(search) = self.searches.by_page.get_mut(&page).filter(|search| search.sent.as_ref() != Some(&frame))
        {
            search.sent = Some(frame.clone());
            self.effects.push(Effect::Frame(page, frame));
        }
    }

    /// None: no number leads to them now.
    fn target(&self, hit: &Hit, from: UserHandle, language: &str) -> Option<Target> {
        match hit {
            Hit::Worker(worker) => {
                let number = self.number_of(worker, from)?;
                let here = self.driven_here(worker);
                // Their node may have taken up a newer directory, or an older one.
                let entry = here.map(|user| &user.entry).or_else(|| self.directory.worker(worker))?;
                let directory::Worker { id, name, groups, kind, .. } = &**entry;
                let of = Colleague { id, name, groups, is_agent: *kind == Kind::Agent, number };
                Some(colleague(of, here.map(|user| (&user.worker, &self.menu)), language))
            }
            Hit::Point(point) => {
                let shown = self.settings.contact_points.statistics_of(point).filter_map(|definition| {
                    Some(ShownStatistic {
                        label: definition.label_in(language).clone(),
                        format: value_format(definition.format),
                        value: self.statistics.value(&statistic(point, definition)?),
                    })
                });
                // Without a Stat Server no value is ever known: nothing to say of that.
                let none = self.settings.close_statistics_after.is_none();
                let statistics = if none { Vec::new() } else { shown.collect() };
                Some(contact_point(point, statistics, language))
            }
        }
    }
}

impl Hub {
    /// The number that leads to a worker from another one's lines: one at the same T-Server, else one that leads to
    /// nobody else there. Of who is driven by another node it is one that the directory names.
    fn number_of(&self, worker: &WorkerId, from: UserHandle) -> Option<Dn> {
        let reached: Vec<_> = match self.driven_here(worker) {
            Some(user) => {
                let lines = user.worker.lines().filter(|line| line.reaches_worker());
                lines.map(|line| (line.place().link, &line.place().dn)).collect()
            }
            None if self.is_elsewhere(worker) => {
                self.directory.worker(worker)?.lines.iter().map(|line| (line.link, &line.dn)).collect()
            }
            None => return None,
        };
        let links: Vec<_> = self.user(from)?.worker.lines().map(|line| line.place().link).collect();
        let leads_elsewhere = |dn: &Dn| {
            links.iter().any(|link| self.dns.at(*link, dn).is_some() || self.directory.owner(*link, dn).is_some())
        };
        let near = reached.iter().find(|(link, _)| links.contains(link));
        Some(near.or_else(|| reached.iter().find(|(_, dn)| !leads_elsewhere(dn)))?.1.clone())
    }

    /// None: another node drives them, or they have left.
    fn driven_here(&self, worker: &WorkerId) -> Option<&User> {
        self.by_worker.get(worker).and_then(|handle| self.roster.present(*handle))
    }
}

fn of_worker(worker: &Arc<directory::Worker>) -> Hit {
    Hit::Worker(worker.id.clone())
}

fn of_point(point: &Arc<ContactPoint>) -> Hit {
    Hit::Point(point.clone())
}

impl Hit {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Worker(one), Self::Worker(other)) => one == other,
            (Self::Point(one), Self::Point(other)) => one.name == other.name,
            _ => false,
        }
    }
}
