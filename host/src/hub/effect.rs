//! Everything the hub does to the world. Each effect leaves through [`Hub::perform`] and nowhere else.

use super::{Hub, preview::InvitationId};
use crate::{
    agent_link::{LinkId, Outgoing, Request},
    directory::WorkerId,
    kept::{KeptRedirect, Note},
    plugins::PluginId,
    routing::{asker::AskerId, message::Outcome},
    stat_server::Wanted,
    web::{
        NotRedirected,
        arrival::{Frame, PageId},
        message::Redirect,
    },
    worker::{Kept, PastPreviews},
};
use std::sync::Arc;
use tokio::sync::oneshot;
use uc_plugin_api::{Command, Invitation, UserHandle};

/// Where effects go. The wiring implements it over the edges' handles; tests record.
pub trait Outlets {
    /// Queues a request for a T-Server; hands it back when the queue is full.
    fn request(&mut self, link: LinkId, outgoing: Outgoing) -> Result<(), Outgoing>;
    /// Queues a command for a plug-in; hands it back when the queue is full or the plug-in is not running.
    fn command(&mut self, plugin: &PluginId, command: Command) -> Result<(), Box<Command>>;
    /// This plug-in takes back these invitations, if they still ring and it can: it is not asked twice.
    fn take_back(&mut self, plugin: &PluginId, invitations: Vec<u64>);
    /// Exactly these statistics are to be open from now on.
    fn statistics(&mut self, wanted: Wanted);
    /// How this part works.
    fn readiness(&mut self, part: Part<'_>, works: Works<'_>);
    /// Tells who asked for a preview how it ended; one who is gone is nobody to tell.
    fn outcome(&mut self, asker: AskerId, outcome: Outcome);
    /// The address of a page that signs this worker in once, without a password; none: there is none to give.
    fn page_for(&mut self, worker: &WorkerId) -> Option<String>;
    /// This lives through a restart; none: nothing of this worker's does. `page`: where they chose it, which is to be told
    /// ([`PageArrival::NotKept`](crate::web::arrival::PageArrival)) when it cannot be written down.
    fn keep_redirect(&mut self, worker: WorkerId, redirect: Option<KeptRedirect>, page: Option<PageId>);
    /// Whoever works next is to know this of a worker; none: nothing.
    fn keep_worker(&mut self, worker: &WorkerId, kept: Option<Kept>);
    /// And of their previews that are over.
    fn keep_past(&mut self, worker: &WorkerId, past: Option<PastPreviews>);
    /// This is for the journal of reports.
    fn note(&mut self, number: u64, note: Note);
    /// This plug-in is no longer configured.
    fn forget(&mut self, plugin: &PluginId);
}

/// A part whose readiness the hub knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A T-Server link.
    Link(LinkId),
    /// A plug-in with its platform.
    Plugin(&'a PluginId),
    /// The link to the Stat Server.
    StatServer,
}

/// How a part works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Works<'a> {
    /// As it should.
    Well,
    /// In part, and what is wrong: an operator should look, nobody need be sent elsewhere.
    InPart(&'a str),
    /// Not, and what is missing.
    Not(&'a str),
}

/// One effect.
#[derive(Debug)]
pub(super) enum Effect {
    Request(LinkId, Outgoing),
    Command(PluginId, Command),
    Frame(PageId, Frame),
    ClosePage(PageId),
    Outcome(AskerId, Outcome),
    LinkReadiness(LinkId, Option<Arc<str>>),
    /// It works in part.
    LinkDegraded(LinkId, Arc<str>),
    PluginReadiness(PluginId, Option<Arc<str>>),
    /// It works in part.
    PluginDegraded(PluginId, Arc<str>),
    PluginForgotten(PluginId),
    Statistics(Wanted),
    /// What is missing; none: nothing is.
    StatServerReadiness(Option<Arc<str>>),
    Invite(PluginId, InvitationId, UserHandle, WorkerId),
    TakeBack(PluginId, Vec<InvitationId>),
    /// With the page where they chose it.
    KeepRedirect(WorkerId, Option<KeptRedirect>, Option<PageId>),
    /// To whoever has ordered it.
    Redirected(oneshot::Sender<Result<Redirect, NotRedirected>>, Result<Redirect, NotRedirected>),
    KeepWorker(WorkerId, Option<Box<Kept>>),
    KeepPast(WorkerId, Option<PastPreviews>),
    /// Everything that is to be kept has been said.
    AllKept(oneshot::Sender<()>),
    /// To the journal of reports, with its number.
    Note(u64, Note),
}

impl Effect {
    /// Somebody is told by it that a preview has ended, the journal of reports among them.
    pub(super) fn ends_a_preview(&self) -> bool {
        match self {
            Self::Outcome(..) | Self::Frame(..) | Self::Note(..) => true,
            Self::Request(_, outgoing) => matches!(outgoing.request, Request::DistributeUserEvent { .. }),
            _ => false,
        }
    }
}

/// What could not be delivered, to be handled before the turn ends.
#[derive(Debug)]
pub(super) enum Undelivered {
    Request(LinkId, Outgoing),
    Command(PluginId, Command),
    Page(PageId),
    Invitation(PluginId, InvitationId),
}

impl Hub {
    /// Carries out one effect. The queue behind each outlet is bounded; what does not fit comes back.
    pub(super) fn perform(&mut self, effect: Effect, outlets: &mut impl Outlets) -> Result<(), Undelivered> {
        match effect {
            Effect::Request(link, outgoing) if self.deferred.behind(link) => Err(Undelivered::Request(link, outgoing)),
            Effect::Request(link, outgoing) => {
                outlets.request(link, outgoing).map_err(|back| Undelivered::Request(link, back))?;
                self.deferred.note_room(link);
                Ok(())
            }
            Effect::Command(plugin, command) if self.undelivered.behind(&plugin) => {
                Err(Undelivered::Command(plugin, command))
            }
            Effect::Command(plugin, command) => match outlets.command(&plugin, command) {
                Ok(()) => {
                    self.undelivered.note_room(&plugin);
                    Ok(())
                }
                Err(back) => Err(Undelivered::Command(plugin, *back)),
            },
            Effect::Frame(page, frame) => match self.pages.get(page) {
                Some(frames) => frames.try_send(frame).map_err(|_| Undelivered::Page(page)),
                None => Ok(()),
            },
            Effect::ClosePage(page) => Err(Undelivered::Page(page)),
            Effect::Outcome(asker, outcome) => {
                metrics::counter!("uc_previews_ended_total", "outcome" => outcome.word()).increment(1);
                outlets.outcome(asker, outcome);
                Ok(())
            }
            Effect::LinkReadiness(link, missing) => readiness(outlets, Part::Link(link), works(missing.as_deref())),
            Effect::LinkDegraded(link, why) => readiness(outlets, Part::Link(link), Works::InPart(&why)),
            Effect::PluginReadiness(plugin, missing) => {
                readiness(outlets, Part::Plugin(&plugin), works(missing.as_deref()))
            }
            Effect::PluginDegraded(plugin, why) => readiness(outlets, Part::Plugin(&plugin), Works::InPart(&why)),
            Effect::Invite(plugin, id, user, worker) => {
                let Some(command) = invitation(outlets, id, user, &worker) else {
                    return Err(Undelivered::Invitation(plugin, id));
                };
                self.perform(Effect::Command(plugin, command), outlets)
            }
            Effect::TakeBack(plugin, ids) => {
                outlets.take_back(&plugin, ids.into_iter().map(|InvitationId(id)| id).collect());
                Ok(())
            }
            Effect::Statistics(wanted) => {
                outlets.statistics(wanted);
                Ok(())
            }
            // Nobody need be sent elsewhere for want of it.
            Effect::StatServerReadiness(missing) => {
                readiness(outlets, Part::StatServer, missing.as_deref().map_or(Works::Well, Works::InPart))
            }
            Effect::Note(number, note) => {
                outlets.note(number, note);
                Ok(())
            }
            Effect::KeepRedirect(worker, redirect, page) => {
                outlets.keep_redirect(worker, redirect, page);
                Ok(())
            }
            Effect::Redirected(ticket, answer) => {
                // They may have given up.
                let _ = ticket.send(answer);
                Ok(())
            }
            Effect::KeepWorker(worker, kept) => {
                outlets.keep_worker(&worker, kept.map(|kept| *kept));
                Ok(())
            }
            Effect::KeepPast(worker, past) => {
                outlets.keep_past(&worker, past);
                Ok(())
            }
            Effect::AllKept(ticket) => {
                // They may have given up.
                let _ = ticket.send(());
                Ok(())
            }
            Effect::PluginForgotten(plugin) => {
                outlets.forget(&plugin);
                Ok(())
            }
        }
    }
}

fn works(missing: Option<&str>) -> Works<'_> {
    missing.map_or(Works::Well, Works::Not)
}

fn readiness(outlets: &mut impl Outlets, part: Part<'_>, works: Works<'_>) -> Result<(), Undelivered> {
    outlets.readiness(part, works);
    Ok(())
}

/// None: there is no page to open.
fn invitation(outlets: &mut impl Outlets, id: InvitationId, user: UserHandle, worker: &WorkerId) -> Option<Command> {
    let url = outlets.page_for(worker)?;
    let text = "A caller is waiting for you: open this page".into();
    Some(Command::Invite(Invitation { id: id.0, user, url: url.into(), text }))
}
