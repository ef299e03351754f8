//! Where each worker's accepted calls go: to their DN, or to an outside number (requirements F19).
//!
//! The directory says it first. A worker's choice, or an administrator's order, counts until the directory says
//! something else; what the directory or an administrator has locked a worker cannot change. No number counts that
//! the numbering plan does not allow, whoever wrote it and whenever: a plan that was narrowed narrows what was chosen
//! before.

use super::{Hub, effect::Effect, user::News};
use crate::{
    directory::{Worker, WorkerId},
    kept::KeptRedirect,
    policy::{NumberingPlan, Outside},
    remark::Why,
    routing::message::VOICE,
    web::{NotRedirected, RedirectChange, RedirectOrder, arrival::PageId, message::Redirect},
};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};
use uc_plugin_api::UserHandle;

/// Kept of workers who are not in the directory, which may be a slip of whoever wrote it.
const MOST_ABSENT: usize = 10_000;

/// Everybody's redirection.
#[derive(Debug, Default)]
pub(super) struct Redirects {
    /// None: nobody's calls go outside.
    plan: Option<NumberingPlan>,
    kept: BTreeMap<WorkerId, KeptRedirect>,
}

/// Why nothing changes.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Nowhere,
    Locked,
    Outside(Outside),
}

impl Refused {
    fn why(&self) -> Why {
        match self {
            Self::Nowhere => Why::RedirectNone,
            Self::Locked => Why::RedirectLocked,
            Self::Outside(Outside::Empty) => Why::NumberEmpty,
            Self::Outside(Outside::NoNumber) => Why::NumberNone,
            Self::Outside(Outside::TooShort(_)) => Why::NumberShort,
            Self::Outside(Outside::TooLong(_)) => Why::NumberLong,
            Self::Outside(Outside::NotAllowed(_)) => Why::NumberOutside,
            Self::Outside(Outside::Forbidden(_)) => Why::NumberForbidden,
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nowhere => f.write_str("calls cannot be sent to outside numbers here: there is no [numbering-plan]"),
            Self::Locked => f.write_str("your administrator has set where your calls go"),
            Self::Outside(outside) => outside.fmt(f),
        }
    }
}

impl Redirects {
    pub(super) fn new(plan: Option<NumberingPlan>) -> Self {
        Self { plan, kept: BTreeMap::new() }
    }

    /// Where accepted calls went in the life before.
    pub(super) fn take_up(&mut self, kept: BTreeMap<WorkerId, KeptRedirect>) {
        self.kept = kept;
    }

    /// Where calls went of workers who are driven here from now on.
    pub(super) fn take_up_more(&mut self, kept: BTreeMap<WorkerId, KeptRedirect>) {
        self.kept.extend(kept);
    }

    /// Where these workers' calls go is another node's to say.
    pub(super) fn let_go(&mut self, workers: &HashSet<WorkerId>) {
        self.kept.retain(|worker, _| !workers.contains(worker));
    }

    /// A worker's; none: there is none at this site.
    pub(super) fn of(&self, entry: &Worker) -> Option<Redirect> {
        let plan = self.plan.as_ref()?;
        let kept = self.kept.get(&entry.id).filter(|kept| kept.directory == said_by(entry));
        let said = entry.redirect_number.clone().unwrap_or_default();
        let on = !said.is_empty();
        let kept = kept.map(|kept| (kept.number.clone(), kept.on, kept.locked || entry.redirect_locked));
        let (number, on, locked) = kept.unwrap_or((said, on, entry.redirect_locked));
        match plan.number(&number) {
            Ok(number) => Some(Redirect { number, on, locked }),
            Err(_) => Some(Redirect { number: "".into(), on: false, locked }),
        }
    }

    /// The outside number that a worker's accepted calls go to now; none: they come to the DN.
    fn number(&self, entry: &Worker) -> Option<Arc<str>> {
        self.of(entry).filter(|redirect| redirect.on).map(|redirect| redirect.number)
    }

    /// Where what a preview asks about goes outside: a telephone takes calls, and nothing else.
    pub(super) fn of_media(&self, entry: &Worker, media_type: &str) -> Option<Arc<str>> {
        self.number(entry).filter(|_| media_type.eq_ignore_ascii_case(VOICE))
    }

    fn choose(&self, entry: &Worker, number: &str, on: bool) -> Result<KeptRedirect, Refused> {
        let now = self.of(entry).ok_or(Refused::Nowhere)?;
        match now.locked {
            true => Err(Refused::Locked),
            false => self.set(entry, number, on, false),
        }
    }

    fn set(&self, entry: &Worker, number: &str, on: bool, locked: bool) -> Result<KeptRedirect, Refused> {
        let plan = self.plan.as_ref().ok_or(Refused::Nowhere)?;
        let number = match plan.number(number) {
            // Nothing to remember, and nothing to send calls to.
            Err(Outside::Empty) if !on => "".into(),
            number => number.map_err(Refused::Outside)?,
        };
        Ok(KeptRedirect { number, on, locked, directory: said_by(entry) })
    }
}

/// What the directory says of it, in one word.
fn said_by(entry: &Worker) -> Arc<str> {
    let lock = if entry.redirect_locked { "!" } else { "" };
    format!("{lock}{}", entry.redirect_number.as_deref().unwrap_or_default()).into()
}

impl Hub {
    /// A worker chose on their page.
    pub(super) fn redirect_chosen(&mut self, page: PageId, user: UserHandle, number: &str, on: bool) {
        let Some(entry) = self.user(user).map(|user| user.entry.clone()) else { return };
        match self.redirects.choose(&entry, number, on) {
            Ok(kept) => self.keep_redirect(&entry, Some(kept), Some(page)),
            Err(refused) => self.problem_to(page, "redirect-refused", refused.why()),
        }
    }

    /// What a worker chose on their page counts, and cannot be written down.
    pub(super) fn redirect_not_kept(&mut self, page: PageId) {
        if self.pages.get(page).is_some() {
            self.problem_to(page, "redirect-not-kept", Why::RedirectNotKept);
        }
    }

    /// An administrator sets it for somebody, or leaves it to the directory again.
    pub(super) fn redirect_ordered(&mut self, order: RedirectOrder) {
        let RedirectOrder { worker, change, ticket } = order;
        let answer = self.order_redirect(&worker, change).map_err(NotRedirected::Refused);
        // After what is to be kept of it.
        self.effects.push(Effect::Redirected(ticket, answer));
    }

    fn order_redirect(&mut self, worker: &str, change: RedirectChange) -> Result<Redirect, String> {
        let entry = self.directory.worker(worker).cloned();
        let entry = entry.ok_or_else(|| format!("there is no worker `{worker}` in the directory"))?;
        if self.is_elsewhere(&entry.id) {
            return Err(format!("worker `{worker}` is at another node: say it there; `nodes` shows who owns what"));
        }
        match change {
            RedirectChange::Nothing => {}
            RedirectChange::AsInDirectory => self.keep_redirect(&entry, None, None),
            RedirectChange::Set(Redirect { number, on, locked }) => {
                let kept = self.redirects.set(&entry, &number, on, locked).map_err(|why| why.to_string())?;
                self.keep_redirect(&entry, Some(kept), None);
            }
        }
        self.redirects.of(&entry).ok_or_else(|| Refused::Nowhere.to_string())
    }

    fn keep_redirect(&mut self, entry: &Worker, redirect: Option<KeptRedirect>, page: Option<PageId>) {
        let (directory, kept) = (&self.directory, &mut self.redirects.kept);
        match redirect.clone() {
            Some(redirect) => drop(kept.insert(entry.id.clone(), redirect)),
            None => drop(kept.remove(&entry.id)),
        }
        self.effects.push(Effect::KeepRedirect(entry.id.clone(), redirect, page));
        if kept.len() > directory.workers().len() + MOST_ABSENT {
            let gone: Vec<_> = kept.keys().filter(|id| directory.worker(id).is_none()).cloned().collect();
            for id in gone {
                kept.remove(&id);
                self.effects.push(Effect::KeepRedirect(id, None, None));
            }
        }
        if let Some(user) = self.by_worker.get(&entry.id).copied() {
            self.list_news(user, News::Everything);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::tests::bench::worker;

    fn redirects() -> Redirects {
        let plan = NumberingPlan { allowed: vec!["+49".into()], country_code: "49".into(), ..NumberingPlan::default() };
        Redirects::new(Some(plan))
    }

    fn entry(number: Option<&str>, locked: bool) -> Worker {
        Worker { redirect_number: number.map(Into::into), redirect_locked: locked, ..worker("kim", "1", &["5001"]) }
    }

    fn shown(number: &str, on: bool, locked: bool) -> Option<Redirect> {
        Some(Redirect { number: number.into(), on, locked })
    }

    #[test]
    fn the_directory_says_it_first_and_again_when_it_changes() {
        let mut redirects = redirects();
        let (none, before) = (entry(None, false), entry(Some("0711 12345"), false));
        assert_eq!(redirects.of(&none), shown("", false, false));
        assert_eq!(redirects.of(&before), shown("+4971112345", true, false));
        let chosen = redirects.choose(&before, "0711 999", false).unwrap();
        redirects.kept.insert("kim".into(), chosen);
        assert_eq!(redirects.of(&before), shown("+49711999", false, false));
        assert_eq!(redirects.number(&before), None);
        assert_eq!(
            redirects.of(&entry(Some("0711 555"), false)),
            shown("+49711555", true, false),
            "it says another one"
        );
        assert_eq!(
            redirects.of(&entry(Some("0711 12345"), true)),
            shown("+4971112345", true, true),
            "it is locked now"
        );
    }

    #[test]
    fn what_is_locked_or_outside_is_refused() {
        let mut redirects = redirects();
        let (free, locked) = (entry(None, false), entry(None, true));
        assert_eq!(redirects.choose(&locked, "0711 1", true), Err(Refused::Locked));
        assert_eq!(redirects.choose(&free, "", true), Err(Refused::Outside(Outside::Empty)));
        assert!(redirects.choose(&free, "", false).is_ok(), "nothing to send calls to");
        assert!(matches!(redirects.choose(&free, "+1 212 555 0100", true), Err(Refused::Outside(_))));
        let ordered = redirects.set(&free, "0711 12345", true, true).unwrap();
        redirects.kept.insert("kim".into(), ordered);
        assert_eq!(redirects.choose(&free, "0711 999", false), Err(Refused::Locked), "an administrator's");
        let nowhere = Redirects::default();
        assert_eq!((nowhere.of(&free), nowhere.choose(&free, "1", true)), (None, Err(Refused::Nowhere)));
    }

    #[test]
    fn a_narrower_plan_narrows_what_was_chosen_before() {
        let mut redirects = redirects();
        let entry = entry(Some("+49 711 12345"), false);
        redirects.plan = Some(NumberingPlan { allowed: vec!["+43".into()], ..NumberingPlan::default() });
        assert_eq!(redirects.of(&entry), shown("", false, false));
        assert_eq!(redirects.number(&entry), None);
    }
}
