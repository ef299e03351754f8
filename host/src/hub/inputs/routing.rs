//! What the routing side asks, and what becomes of it.

use crate::{
    agent_link::{KvList, first_letters},
    clock::Moment,
    desk,
    directory::WorkerId,
    hub::{
        Hub,
        effect::Effect,
        pages::by_kind,
        preview::{Candidate, Delivery, InvitationId, Over, PreviewId, Proposal, Reach, Shown, ShownData, Step},
        timers::Timer,
        user::User,
    },
    plugins::PluginId,
    policy::Window,
    routing::{
        asker::NotTold,
        message::{Offer, Outcome, RoutingArrival, Target},
    },
    web::message::ServerFrame,
    worker::{Input, Line, PastPreview, Place},
};
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};
use uc_plugin_api::{Command, Role, UserHandle};

/// Most letters of a caller's number, and of a DN, in the list of previews that are over.
const LISTED: usize = 100;

impl Hub {
    pub(in crate::hub) fn routing_arrival(&mut self, arrival: RoutingArrival, now: Moment) {
        match arrival {
            RoutingArrival::Offer(offer) => self.offer(offer, BTreeSet::new(), now),
            RoutingArrival::Share(offer) => {
                let (offer, elsewhere) = self.share(offer);
                self.offer(offer, elsewhere, now);
            }
            RoutingArrival::Verdict { asker, verdict } => self.previews.verdict(asker, verdict, &mut self.steps),
            RoutingArrival::Withdraw { conn_id, agent, why, text } => {
                let agent = agent.as_deref();
                let agent = agent.map(|word| (word, self.directory.agent(word).map(|worker| &worker.id)));
                let text = text.unwrap_or_default();
                self.previews.withdraw(conn_id, agent, why, &text, &mut self.steps);
            }
            RoutingArrival::End { asker, why, text } => {
                self.previews.end_of(asker, why, &text.unwrap_or_default(), &mut self.steps);
            }
        }
        self.carry_out_steps();
    }

    fn offer(&mut self, offer: Offer, elsewhere: BTreeSet<WorkerId>, now: Moment) {
        metrics::counter!("uc_previews_asked_total").increment(1);
        let Offer { conn_id, targets, media_type, user_data, timeout, asker } = offer;
        match self.candidates(&targets, now) {
            Err(text) => self.steps.push(Step::Outcome(asker, Outcome::Error(text.into()))),
            Ok(candidates) => {
                let length = timeout.unwrap_or(self.settings.preview_timeout).min(self.settings.longest_preview);
                let shown = self.shown(media_type, user_data);
                let proposal = Proposal { conn_id, candidates, elsewhere, shown, length, asker };
                let inviters = self.inviters();
                if let Some((id, deadline)) = self.previews.offer(proposal, &inviters, now, &mut self.steps) {
                    self.timers.set(deadline, Timer::Preview(id));
                }
            }
        }
    }

    /// Those of the targets who are to be asked here, and those who are other nodes' to ask, or nobody's at the moment.
    fn share(&self, mut offer: Offer) -> (Offer, BTreeSet<WorkerId>) {
        let worker = |target: &Target| self.directory.agent(&target.agent).map(|worker| worker.id.clone());
        let theirs = |target: &Target| worker(target).filter(|worker| self.is_elsewhere(worker));
        let elsewhere = offer.targets.iter().filter_map(theirs).collect();
        if offer.targets.iter().any(|target| theirs(target).is_none()) {
            offer.targets.retain(|target| theirs(target).is_none());
        }
        (offer, elsewhere)
    }

    /// What every window of a kind shows, written once.
    fn shown(&self, media_type: Arc<str>, mut rest: KvList) -> Shown {
        let (form, notes_key) = (&self.settings.user_data, &self.settings.notes_key);
        let caller: Arc<str> = rest.text(&self.settings.caller_key).unwrap_or_default().into();
        // What is no text, or comes again, is shown with the rest: nothing of what was sent is lost.
        let notes: Arc<str> = rest.take_text(notes_key).unwrap_or_default().into();
        let shown = |window| {
            // A key of its own says that they are notes: only a field of theirs hides them.
            let hidden = form.field(notes_key).is_some_and(|(_, field)| !field.shown_at(window));
            let notes = if hidden { "".into() } else { notes.clone() };
            let data = desk::shown_data(&rest, form, window, desk::Edits::default());
            ShownData { notes, data: data.pairs.into(), more: data.more }
        };
        let window = shown(Window::Preview);
        let same = form.same_in(Window::Preview, Window::Extension);
        let extension = if same { window.clone() } else { shown(Window::Extension) };
        Shown { media_type, caller, window, extension }
    }

    /// Resolves the targets. One worker named twice is asked once; an unknown one spoils a single request, and is
    /// left out of a broadcast whose other targets are known.
    fn candidates(&self, targets: &[Target], now: Moment) -> Result<Vec<(Candidate, Reach)>, String> {
        let mut candidates = Vec::with_capacity(targets.len());
        let (mut seen, mut wrong) = (HashSet::new(), None);
        for target in targets {
            match self.candidate(target, now) {
                Ok((candidate, _)) if !seen.insert(candidate.worker.clone()) => {}
                Ok(candidate) => candidates.push(candidate),
                Err(text) => wrong = wrong.or(Some(text)),
            }
        }
        match wrong {
            Some(text) if candidates.is_empty() => Err(text),
            None if candidates.is_empty() => Err("no target is named".into()),
            _ => Ok(candidates),
        }
    }

    fn candidate(&self, target: &Target, now: Moment) -> Result<(Candidate, Reach), String> {
        let Target { agent, dn, switch } = target;
        let worker = self.directory.agent(agent);
        if let Some(worker) = worker.filter(|worker| self.is_elsewhere(&worker.id)) {
            return Err(format!(
                "agent `{agent}` (worker {}) is not driven by this node: another node drives them, or nobody at the \
                moment; ask there, or again",
                worker.id
            ));
        }
        let worker = worker.and_then(|worker| self.by_worker.get(&worker.id));
        let user = worker.and_then(|handle| self.user(*handle));
        let user = user.ok_or_else(|| format!("agent `{agent}` is not in the directory"))?;
        if line_asked_for(user, dn.as_deref(), switch.as_deref()).is_none() {
            return Err(no_line(user, agent));
        }
        let (worker, asked_as) = (user.entry.id.clone(), agent.clone());
        Ok((Candidate { worker, asked_as, dn: dn.clone(), switch: switch.clone() }, self.reach(user, now)))
    }

    fn reach(&self, user: &User, now: Moment) -> Reach {
        match user.pages.is_empty() {
            false => Reach::Page,
            true if self.may_return(user, now) => Reach::Returning,
            true if !self.inviters_of(user).is_empty() => Reach::Invitation,
            true => Reach::Nothing,
        }
    }

    /// The last page closed less than the grace time ago.
    pub(in crate::hub) fn may_return(&self, user: &User, now: Moment) -> bool {
        user.pages_closed.is_some_and(|at| now < at + self.settings.page_grace)
    }

    fn inviters(&self) -> Vec<PluginId> {
        let inviters = self.plugins.iter().filter(|(_, roles)| roles.contains(&Role::Inviter));
        inviters.map(|(plugin, _)| plugin.clone()).collect()
    }

    /// Who can make this worker's UC client open a page.
    pub(in crate::hub) fn inviters_of(&self, user: &User) -> Vec<PluginId> {
        if user.entry.address.is_some() { self.inviters() } else { Vec::new() }
    }

    /// Where a call that this user accepts now would go; none: nowhere.
    pub(in crate::hub) fn delivery(&self, handle: UserHandle, id: PreviewId) -> Option<Delivery> {
        let user = self.user(handle)?;
        let preview = self.previews.get(id)?;
        let line = delivery_place(user, preview.candidate(&user.entry.id)?)?;
        let agent = user.entry.agent_id.clone();
        let redirect = self.redirects.of_media(&user.entry, &preview.shown.media_type);
        Some(Delivery { agent, dn: line.dn.clone(), switch: line.switch.clone(), redirect })
    }

    /// What a plug-in says of an invitation, or what came of passing it on.
    pub(in crate::hub) fn invitation_ended(&mut self, plugin: &PluginId, id: InvitationId, failed: bool) {
        self.previews.invitation_ended(plugin, id, failed, &mut self.steps);
        self.carry_out_steps();
    }

    /// An instance that may have carried out invitations has ended; the next one is asked for those among
    /// `handed_over`.
    pub(in crate::hub) fn inviter_ended(&mut self, plugin: &PluginId, handed_over: &[Command]) {
        let invited = |command: &Command| match command {
            Command::Invite(invitation) => Some(InvitationId(invitation.id)),
            _ => None,
        };
        let next: Vec<_> = handed_over.iter().filter_map(invited).collect();
        self.previews.inviter_ended(plugin, &next, &mut self.steps);
        self.carry_out_steps();
    }

    /// Turns the preview machine's steps into effects.
    pub(in crate::hub) fn carry_out_steps(&mut self) {
        for step in std::mem::take(&mut self.steps) {
            self.report_step(&step);
            self.outcome_step(&step);
            match step {
                Step::Show(id, worker) => self.show_preview(id, &worker),
                Step::Invite(invitation, plugin, worker) => {
                    let user = self.by_worker.get(&worker).copied();
                    self.effects.extend(user.map(|user| Effect::Invite(plugin, invitation, user, worker)));
                }
                Step::TakeBack(plugin, ids) => self.effects.push(Effect::TakeBack(plugin, ids)),
                Step::Close(id, worker, end, text) => {
                    if let Some(user) = self.by_worker.get(&worker).copied() {
                        self.frame_to_all(user, &ServerFrame::PreviewEnd { id, end, text });
                    }
                }
                Step::Over(worker, over) => {
                    self.over.extend(self.by_worker.get(&worker).map(|user| (*user, over)));
                }
                Step::Outcome(asker, outcome) => self.effects.push(Effect::Outcome(asker, outcome)),
                // The page that opened is shown everything, and there is none to tell.
                Step::Found(..) | Step::Away(..) => {}
            }
        }
    }

    /// Workers keep how their previews ended; whether they are there shows in that.
    pub(in crate::hub) fn note_previews(&mut self, now: Moment) {
        for (handle, over) in std::mem::take(&mut self.over) {
            let Some(user) = self.user(handle) else { continue };
            let dn = delivery_place(user, &over.candidate).map(|place| place.dn.clone()).unwrap_or_default();
            let Over { id, deadline, caller, end, shown, .. } = *over;
            let past = PastPreview { id, at: now, deadline, caller: cut(&caller), dn: cut(&dn), end, seen: false };
            self.step(handle, Input::PreviewOver(past, shown), now);
        }
    }

    fn show_preview(&mut self, id: PreviewId, worker: &WorkerId) {
        let Some(handle) = self.by_worker.get(worker).copied() else { return };
        let (Some(user), Some(preview)) = (self.user(handle), self.previews.get(id)) else { return };
        let offer = |kind| Some(ServerFrame::PreviewOffer(self.preview_frame(id, preview, user, kind)));
        let frames = by_kind(&self.pages, &user.pages, offer);
        self.effects.extend(frames);
    }

    /// The process stops: nobody will answer any more.
    pub(in crate::hub) fn end_all_previews(&mut self) {
        let (why, text) = (NotTold::Stopping.to_string().into(), "UC Connector is stopping".into());
        self.previews.stop(&why, &text, &mut self.steps);
        self.carry_out_steps();
    }
}

/// As much of it as is listed and kept.
fn cut(words: &Arc<str>) -> Arc<str> {
    let cut = first_letters(words, LISTED);
    if cut.len() < words.len() { cut.into() } else { words.clone() }
}

/// Where a call for this worker goes now: to the DN asked for while it is theirs, else to their main DN.
pub(in crate::hub) fn delivery_place<'u>(user: &'u User, asked: &Candidate) -> Option<&'u Place> {
    let asked = line_asked_for(user, asked.dn.as_deref(), asked.switch.as_deref());
    asked.or_else(|| main_place(user))
}

/// The main DN, or any that is theirs while another agent sits there; none: none is theirs now.
pub(in crate::hub) fn main_place(user: &User) -> Option<&Place> {
    line_asked_for(user, None, None)
}

/// Why there is nowhere to route to.
fn no_line(user: &User, agent: &str) -> String {
    let (taken, theirs): (Vec<_>, Vec<_>) = user.worker.lines().partition(|line| !line.reaches_worker());
    let names = |lines: &[&Line]| {
        let names = lines.iter().map(|line| format!("{}@{}", line.place().dn, line.place().switch));
        names.collect::<Vec<_>>().join(", ")
    };
    match (theirs.is_empty(), taken.is_empty()) {
        (true, true) => format!("agent `{agent}` has no DN now"),
        (true, false) => format!("agent `{agent}` has no DN now: another agent is logged in at {}", names(&taken)),
        (false, _) => format!("agent `{agent}` has no such DN: {} are theirs", names(&theirs)),
    }
}

/// The DN that was asked for, if it is theirs; none asked for: the main one, or any while that one is not theirs. One
/// where another agent sits, or that somebody else has still to leave, is not theirs meanwhile.
fn line_asked_for<'u>(user: &'u User, dn: Option<&str>, switch: Option<&str>) -> Option<&'u Place> {
    let theirs = || user.worker.lines().filter(|line| line.reaches_worker()).map(|line| line.place());
    let fits = |place: &&Place| switch.is_none_or(|switch| *place.switch == *switch);
    match dn {
        Some(dn) => theirs().find(|line| *line.dn == *dn && fits(line)),
        None => theirs()
            .find(|line| fits(line) && user.entry.lines.first().is_some_and(|main| main.dn == line.dn))
            .or_else(|| theirs().find(fits)),
    }
}

#[cfg(test)]
mod tests {
    use crate::{agent_link::KvList, hub::tests::bench::Bench};
    use serde_json::json;
    use uc_plugin_api::Role;

    #[test]
    fn no_pair_of_the_notes_or_the_caller_is_lost_whatever_its_type() {
        let bench = Bench::new(Role::PresenceSource);
        for (data, notes, caller, rest) in [
            (json!([{"key": "Notes", "type": "int", "value": 42}]), "42", "", json!([])),
            (
                json!({"Notes": "a", "ANI": 493_012_345}),
                "a",
                "493012345",
                json!([{"key": "ANI", "value": "493012345"}]),
            ),
            (json!({"Notes": {"x": "y"}}), "", "", json!([{"key": "Notes.x", "value": "y"}])),
            (
                json!([{"key": "Notes", "type": "str", "value": "a"}, {"key": "Notes", "type": "str", "value": "b"}]),
                "a",
                "",
                json!([{"key": "Notes", "value": "b"}]),
            ),
            (json!({"Notes": true}), "true", "", json!([])),
            (json!({"Notes": ["a"]}), "", "", json!([{"key": "Notes.", "value": "a"}])),
            (json!({"Notes": null, "ANI": ""}), "", "", json!([{"key": "ANI", "value": ""}])),
        ] {
            let shown = bench.hub.shown("voice".into(), KvList::parse(&data.to_string()).unwrap());
            let pairs = serde_json::to_value(&shown.window.data).unwrap();
            assert_eq!((&*shown.window.notes, &*shown.caller), (notes, caller), "{data}");
            assert_eq!(pairs, rest, "{data}");
        }
    }
}
