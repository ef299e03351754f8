//! What the routing side asks, and what becomes of it.

use crate::hub::{
    Hub,
    effect::Effect,
    preview::{Candidate, Proposal, Reach, Step},
    timers::Timer,
    user::User,
};
use crate::{
    clock::Moment,
    routing::message::{Arrival, Offer, Outcome, Target, Withdrawal},
    web::message::ServerFrame,
};
use std::sync::Arc;
use uc_plugin_api::{Role, UserHandle};

impl Hub {
    pub(in crate::hub) fn routing_arrival(&mut self, arrival: Arrival, now: Moment) {
        match arrival {
            Arrival::Offer(offer) => self.offer(offer, now),
            Arrival::Withdraw { conn_id, agent, why, text } => {
                let user = agent.as_deref().map(|agent| self.handle_of(agent));
                // An agent nobody knows has no preview to end.
                if user != Some(None) {
                    let text = text.unwrap_or_default();
                    self.previews.withdraw(conn_id, user.flatten(), why, &text, &mut self.steps);
                }
            }
        }
        self.carry_out_steps();
    }

    fn offer(&mut self, offer: Offer, now: Moment) {
        metrics::counter!("uc_previews_asked_total").increment(1);
        let length = offer.timeout.unwrap_or(self.settings.preview_timeout);
        let candidates = self.candidates(&offer.targets);
        let candidates = match candidates {
            Ok(_) if length > self.settings.longest_preview => {
                Err(format!("the timeout is over {} s", self.settings.longest_preview.as_secs()))
            }
            other => other,
        };
        match candidates {
            Err(text) => self.steps.push(Step::Reply(offer.reply, Outcome::Error(text.into()))),
            Ok(candidates) => {
                let Offer { conn_id, media_type, user_data, reply, .. } = offer;
                let user_data = Arc::new(user_data);
                let proposal = Proposal { conn_id, candidates, media_type, user_data, length, reply };
                if let Some((id, deadline)) = self.previews.offer(proposal, now, &mut self.steps) {
                    self.timers.set(deadline, Timer::Preview(id));
                }
            }
        }
    }

    fn handle_of(&self, agent: &str) -> Option<UserHandle> {
        self.directory.agent(agent).and_then(|worker| self.by_worker.get(&worker.id)).copied()
    }

    /// Resolves the targets. One worker named twice is asked once; an unknown one spoils a single request, and is
    /// left out of a broadcast whose other targets are known.
    fn candidates(&self, targets: &[Target]) -> Result<Vec<Candidate>, String> {
        let mut candidates: Vec<Candidate> = Vec::with_capacity(targets.len());
        let mut wrong = None;
        for target in targets {
            match self.candidate(target) {
                Ok(candidate) if candidates.iter().any(|have| have.user == candidate.user) => {}
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

    fn candidate(&self, target: &Target) -> Result<Candidate, String> {
        let unknown = || format!("agent `{}` is not in the directory", target.agent);
        let handle = self.handle_of(&target.agent).ok_or_else(unknown)?;
        let user = self.user(handle).ok_or_else(unknown)?;
        let main = || user.entry.lines.first().map(|line| line.dn.clone());
        let dn = target.dn.clone().or_else(main);
        let line = dn.as_deref().and_then(|dn| user.worker.line_of(dn)).map(|line| line.place());
        let line = line.filter(|line| target.switch.as_ref().is_none_or(|switch| *switch == line.switch));
        let line = line.ok_or_else(|| {
            let have: Vec<_> =
                user.worker.lines().map(|line| format!("{}@{}", line.place().dn, line.place().switch)).collect();
            format!("agent `{}` has no such DN: {} are his", target.agent, have.join(", "))
        })?;
        Ok(Candidate {
            user: handle,
            agent: user.entry.agent_id.clone(),
            dn: line.dn.clone(),
            switch: line.switch.clone(),
            reach: self.reach(user),
        })
    }

    fn reach(&self, user: &User) -> Reach {
        match user.pages.is_empty() {
            false => Reach::Page,
            true if user.entry.address.is_some() && self.anybody_has(&[Role::Inviter]) => Reach::Invitation,
            true => Reach::Nothing,
        }
    }

    /// Asks every inviter to make this worker's UC client open a page.
    fn invite(&mut self, handle: UserHandle) {
        let Some(user) = self.user_mut(handle) else { return };
        // From here on the invitation decides, not the page that closed before it.
        user.pages_closed = None;
        let worker = user.entry.id.clone();
        let inviters = self.plugins.iter().filter(|(_, roles)| roles.contains(&Role::Inviter));
        let invitations: Vec<_> =
            inviters.map(|(plugin, _)| Effect::Invite(plugin.clone(), handle, worker.clone())).collect();
        self.effects.extend(invitations);
    }

    /// Turns the preview machine's steps into effects.
    pub(in crate::hub) fn carry_out_steps(&mut self) {
        for step in std::mem::take(&mut self.steps) {
            match step {
                Step::Show(id, user) => self.show_preview(id, user),
                Step::Invite(user) => self.invite(user),
                Step::Close(id, user, end, text) => {
                    self.frame_to_all(user, &ServerFrame::PreviewEnd { id, end, text });
                }
                Step::Reply(reply, outcome) => self.effects.push(Effect::Reply(reply, outcome)),
            }
        }
    }

    fn show_preview(&mut self, id: u64, user: UserHandle) {
        let Some(preview) = self.previews.get(id) else { return };
        let frame = ServerFrame::PreviewOffer(self.preview_frame(id, preview, user));
        self.frame_to_all(user, &frame);
    }

    /// The process stops: nobody will answer any more.
    pub(in crate::hub) fn end_all_previews(&mut self) {
        for conn_id in self.previews.conn_ids() {
            let text = "UC Connector is stopping".into();
            self.previews.withdraw(conn_id, None, Withdrawal::Cancelled, &text, &mut self.steps);
        }
        self.carry_out_steps();
    }
}
